"""What the admin pages share."""

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
else:  # a host project without it gets Django's own look
    from unfold.admin import ModelAdmin, TabularInline

__all__ = ["USERNAME", "CappedPaginator", "ListAdmin", "ReadOnlyAdmin", "TabularInline"]

USERNAME = get_user_model().USERNAME_FIELD


class CappedPaginator(Paginator):
    """Counts no further than ``MOST`` rows: beyond that, filters and search find, not paging."""

    MOST = 10_000

    @cached_property
    def count(self) -> int:
        rows = cast(QuerySet, self.object_list)
        return rows.order_by()[: self.MOST].count()


class ListAdmin(ModelAdmin):
    """A list that costs the same few queries however many rows the table has."""

    paginator = CappedPaginator
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER


class ReadOnlyAdmin(ListAdmin):
    """Rows that verbs wrote: to be looked at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
