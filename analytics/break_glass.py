"""Break-glass access: staff read encrypted texts in the admin for a reason, which is audited."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html

from sessions_core.rest.address import client_address

from .admin_base import AuditedReadOnlyAdmin
from .audit.chain import AuditEvent, append


class ReasonForm(forms.Form):
    reason = forms.CharField(min_length=3, max_length=200, help_text="It is kept in the audit.")


class BreakGlassAdmin(AuditedReadOnlyAdmin):
    """Subclasses return the encrypted texts of a row, by label, from ``texts``."""

    def texts(self, row: Any) -> dict[str, str]:
        raise NotImplementedError

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.read_text, cacheable=False)
        name = f"{self.opts.app_label}_{self.opts.model_name}_text"
        return [path("<path:object_id>/text/", view, name=name), *super().get_urls()]

    @admin.display(description="text")
    def read_link(self, row: Any) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_text"
        return format_html('<a href="{}">Read for a reason</a>', reverse(name, args=[row.pk]))

    def read_text(self, request: HttpRequest, object_id: str) -> TemplateResponse:
        """Shows the form, and the texts once a reason is given and the audit record is written."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        form = ReasonForm(request.POST or None)
        shown: dict[str, str] = {}
        if request.method == "POST" and form.is_valid():
            with transaction.atomic():
                shown = self.texts(row)
                append(self._audit_event(request, row, form.cleaned_data["reason"]))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Read {self.opts.verbose_name}",
            "form": form,
            "texts": shown,
            "opts": self.opts,
        }
        response = TemplateResponse(request, "analytics/read_text.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def _audit_event(self, request: HttpRequest, row: Any, reason: str) -> AuditEvent:
        return AuditEvent(
            f"{self.record_name}.read",
            "admin",
            200,
            actor_id=request.user.pk,
            subject_id=self.therapist_id(row),
            session_id=row.session_id,
            address=client_address(request),
            reason=reason,
        )
