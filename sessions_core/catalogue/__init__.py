"""Writes activities and items; imports, the demo and the admin all use this package."""

from .forms import index_forms, rebuild_forms
from .rows import BadItem, ItemRow, clean_text, key_of, refusal
from .writing import Saved, compare_items, save, save_activity, save_items

__all__ = [
    "BadItem",
    "ItemRow",
    "Saved",
    "clean_text",
    "compare_items",
    "index_forms",
    "key_of",
    "rebuild_forms",
    "refusal",
    "save",
    "save_activity",
    "save_items",
]
