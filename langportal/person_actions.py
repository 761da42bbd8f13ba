"""Admin actions that export or erase all data about one person."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from analytics.break_glass import ReasonForm
from sessions_core import personal_data, personal_files
from sessions_core.signals import person_handled


@admin.action(description="Export everything about one person", permissions=["delete"])
def export_person(
    modeladmin: ModelAdmin, request: HttpRequest, queryset: QuerySet
) -> HttpResponse | None:
    """Exports a zip with JSON and CSV. It contains texts about the person, so staff must state a
    reason, which the audit records.
    """
    person = _only(modeladmin, request, queryset)
    if person is None:
        return None
    form = ReasonForm(request.POST if "export" in request.POST else None)
    if not form.is_valid():
        context = {
            **modeladmin.admin_site.each_context(request),
            "title": f"Export {person}",
            "person": person,
            "form": form,
        }
        return TemplateResponse(request, "langportal/export_person.html", context)
    person_handled.send(
        export_person,
        action="export",
        user_id=person.pk,
        by=request.user.pk,
        reason=form.cleaned_data["reason"],
    )
    archive = personal_files.as_zip(personal_data.export(person.pk))
    return HttpResponse(
        archive,
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="person-{person.pk}.zip"',
            "Cache-Control": "no-store",
        },
    )


@admin.action(description="Erase one person for good", permissions=["delete"])
def erase_person(
    modeladmin: ModelAdmin, request: HttpRequest, queryset: QuerySet
) -> HttpResponse | None:
    """Asks for a confirmation, then erases the person in every app."""
    person = _only(modeladmin, request, queryset)
    if person is None:
        return None
    if request.POST.get("erase") != "yes":
        context = {
            **modeladmin.admin_site.each_context(request),
            "title": f"Erase {person}?",
            "person": person,
        }
        return TemplateResponse(request, "langportal/erase_person.html", context)
    with transaction.atomic():
        person_handled.send(
            erase_person, action="erase", user_id=person.pk, by=request.user.pk, reason=""
        )
        personal_data.erase(person.pk)
    modeladmin.message_user(request, f"{person} is erased.", messages.SUCCESS)
    return None


def _only(modeladmin: ModelAdmin, request: HttpRequest, queryset: QuerySet) -> Any:
    if queryset.count() != 1:
        modeladmin.message_user(request, "Choose exactly one person.", messages.ERROR)
        return None
    person = queryset.get()
    if person == request.user:
        modeladmin.message_user(request, "Not yourself.", messages.ERROR)
        return None
    return person
