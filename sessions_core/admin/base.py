"""Base classes of the admin pages."""

from typing import TYPE_CHECKING, cast

from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

if TYPE_CHECKING or not apps.is_installed("unfold"):
    from django.contrib.admin import ModelAdmin, TabularInline
else:  # without unfold, a host project uses Django's own classes
    from unfold.admin import ModelAdmin, TabularInline

__all__ = ["USERNAME", "CappedPaginator", "ListAdmin", "ReadOnlyAdmin", "TabularInline"]

USERNAME = get_user_model().USERNAME_FIELD


class CappedPaginator(Paginator):
    """Counts at most ``MAX_COUNT`` rows, because counting a large table is slow."""

    MAX_COUNT = 10_000

    @cached_property
    def count(self) -> int:
        rows = cast(QuerySet, self.object_list)
        return rows.order_by()[: self.MAX_COUNT].count()


class ListAdmin(ModelAdmin):
    """A list that costs the same few queries however many rows the table has."""

    paginator = CappedPaginator
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER


class ReadOnlyAdmin(ListAdmin):
    """Pages of rows that only the lifecycle writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
