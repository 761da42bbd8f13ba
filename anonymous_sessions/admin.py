"""The admin shows the usage of sessions, but never an id, which would give access to one."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import ngettext

from . import expiry, quotas
from .errors import InvalidSessionId
from .identity import id_digests, parse
from .models import AnonymousSession, Concept, Usage

if apps.is_installed("unfold"):
    from unfold.admin import ModelAdmin, TabularInline
else:
    from django.contrib.admin import ModelAdmin, TabularInline

_CONCEPTS = (
    Concept.objects.filter(session=OuterRef("pk"))
    .order_by()
    .values("session")
    .annotate(number=Count("pk"))
    .values("number")
)


class UsageInline(TabularInline):
    model = Usage
    fields = readonly_fields = ["quota", "total", "used", "resets_at"]
    can_delete = False
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(AnonymousSession)
class AnonymousSessionAdmin(ModelAdmin):
    """Staff can view sessions, and delete them with their contents.

    The pages name a session by the first digits of its digest, from which no id can be derived.
    """

    list_display = ["__str__", "account", "used", "kept", "created_at", "last_active"]
    list_filter = ["created_at", "last_active"]
    search_fields = ["digest"]
    search_help_text = "A whole session id, as its holder gave it"
    fields = ["__str__", "account", "created_at", "last_active", "kept", "preference_names"]
    readonly_fields = fields
    inlines = [UsageInline]
    ordering = ["-created_at", "-id"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: AnonymousSession) -> None:
        expiry.delete([obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[AnonymousSession]) -> None:
        expiry.delete(list(queryset))

    def get_queryset(self, request: HttpRequest) -> QuerySet[AnonymousSession]:
        return (
            super()
            .get_queryset(request)
            .filter(merged_into=None)
            .select_related("user")
            .prefetch_related("usage")
            # A subquery counts for the rows of the page; a join would count for the whole table.
            .annotate(concept_count=Subquery(_CONCEPTS))
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AnonymousSession], search_term: str
    ) -> tuple[QuerySet[AnonymousSession], bool]:
        if not search_term.strip():
            return queryset, False
        try:
            found = id_digests(parse(search_term.strip()))
        except InvalidSessionId:
            return queryset.none(), False
        return queryset.filter(Q(digest__in=found) | Q(aliases__digest__in=found)), True

    @admin.display(description="account")
    def account(self, session: AnonymousSession) -> str:
        return str(session.user) if session.user is not None else "–"

    @admin.display(description="used")
    def used(self, session: AnonymousSession) -> str:
        stats = quotas.usage_stats(session.usage.all())
        return ", ".join(f"{name.replace('_', ' ')}: {number}" for name, number in stats.items())

    @admin.display(description="concepts", ordering="concept_count")
    def kept(self, session: Any) -> str:
        number = session.concept_count or 0
        return ngettext("%d concept", "%d concepts", number) % number

    @admin.display(description="preferences set")
    def preference_names(self, session: AnonymousSession) -> str:
        return ", ".join(session.preferences) or "–"
