"""Admin of the catalogue: activities with their items, and a list of all items."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from .. import catalogue
from ..models import Activity, Item
from .base import ListAdmin, TabularInline
from .item_form import ItemForm

# Each inline row has a dozen form fields, and Django refuses a form with over a thousand.
MAX_INLINE_ITEMS = 50
RETIRED_NOT_DELETED = "Items are retired by taking their tick away: attempts refer to them."


def _item_count(activity: Activity) -> int:
    """Returns the count that ``ActivityAdmin.get_queryset`` annotates."""
    return cast(Any, activity).item_total


class ItemInline(TabularInline):
    model = Item
    form = ItemForm
    extra = 0
    can_delete = False
    verbose_name_plural = f"items. {RETIRED_NOT_DELETED}"
    fields = (
        "position",
        "key",
        "type",
        "prompt",
        "answer",
        "alternatives",
        "explanation",
        "difficulty",
        "duration_seconds",
        "is_active",
    )


@admin.register(Activity)
class ActivityAdmin(ListAdmin):
    list_display = ("name", "type", "item_count", "source_language", "target_language", "is_active")
    list_filter = ("type", "is_active", "forgive_typos")
    search_fields = ("name", "key")
    prepopulated_fields = {"key": ("name",)}
    readonly_fields = ("all_items", "created_at")

    def has_delete_permission(self, request: HttpRequest, obj: Activity | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Activity]:
        return super().get_queryset(request).annotate(item_total=Count("items"))

    def get_inlines(self, request: HttpRequest, obj: Activity | None = None) -> list[type]:
        small = obj is None or _item_count(obj) <= MAX_INLINE_ITEMS
        return [ItemInline] if small else []

    def save_formset(
        self, request: HttpRequest, form: ModelForm, formset: BaseInlineFormSet, change: bool
    ) -> None:
        for item in formset.save(commit=False):
            catalogue.save(item)

    @admin.display(description="items", ordering="item_total")
    def item_count(self, activity: Activity) -> int:
        return _item_count(activity)

    @admin.display(description="items")
    def all_items(self, activity: Activity) -> str:
        if activity._state.adding:
            return "–"
        address = reverse("admin:sessions_core_item_changelist")
        return format_html(
            '<a href="{}?activity__id__exact={}">All {} in a list</a>',
            address,
            activity.pk,
            _item_count(activity),
        )


@admin.register(Item)
class ItemAdmin(ListAdmin):
    form = ItemForm
    list_display = ("prompt", "answer", "activity", "type", "difficulty", "is_active")
    list_select_related = ("activity",)
    list_filter = ("type", "difficulty", "is_active", "activity")
    search_fields = ("prompt", "answer", "key")
    autocomplete_fields = ("activity",)

    def has_delete_permission(self, request: HttpRequest, obj: Item | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Item, form: ModelForm, change: bool) -> None:
        catalogue.save(obj)
