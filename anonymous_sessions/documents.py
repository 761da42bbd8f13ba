"""Bounds of the JSON documents that a visitor may store."""

import json
from typing import Any

from .app_settings import app_settings
from .errors import TooLarge


def check(document: Any, max_bytes: int) -> None:
    """Raises ``TooLarge`` for a document over ``max_bytes`` of JSON or nested too deeply."""
    if not fits(document, max_bytes):
        raise TooLarge(f"At most {max_bytes} bytes of JSON are kept here")
    if _depth(document) > app_settings.MAX_DEPTH:
        raise TooLarge(f"At most {app_settings.MAX_DEPTH} levels of nesting are kept here")


def fits(document: Any, max_bytes: int) -> bool:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return len(text.encode()) <= max_bytes


def _depth(document: Any) -> int:
    """Counts levels of nesting. The parser has refused documents too deep for recursion."""
    if isinstance(document, dict):
        return 1 + max(map(_depth, document.values()), default=0)
    if isinstance(document, list):
        return 1 + max(map(_depth, document), default=0)
    return 0
