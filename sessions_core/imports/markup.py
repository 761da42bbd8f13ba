"""Extracts the text from the markup of flash cards."""

import re
from html import unescape

from django.core.exceptions import SuspiciousOperation
from django.utils.html import strip_tags

from .entries import MAX_FIELD_LENGTH

_UNSEEN = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.I | re.S)
_BREAK = re.compile(r"<(?:br|hr|/?(?:div|p|li|ul|ol|tr|td))\b[^<>]*>", re.I)
_SOUND = re.compile(r"\[sound:[^\]]*\]")


def plain_text(markup: str) -> str:
    """Returns the visible text of ``markup``, or "" if it cannot be parsed.

    Markup over ``MAX_FIELD_LENGTH`` is returned unchanged, so that callers refuse it by its length:
    the cost of parsing hostile markup is quadratic.
    """
    if len(markup) > MAX_FIELD_LENGTH:
        return markup
    text = _BREAK.sub(" ", _SOUND.sub("", _UNSEEN.sub(" ", markup)))
    try:
        return unescape(strip_tags(text))
    except SuspiciousOperation:  # raised for tags that are nested too deeply
        return ""
