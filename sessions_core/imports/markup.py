"""Text out of the markup of flash cards."""

import re
from html import unescape

from django.core.exceptions import SuspiciousOperation
from django.utils.html import strip_tags

from .entries import LONGEST_FIELD

_UNSEEN = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.I | re.S)
_BREAK = re.compile(r"<(?:br|hr|/?(?:div|p|li|ul|ol|tr|td))\b[^<>]*>", re.I)
_SOUND = re.compile(r"\[sound:[^\]]*\]")


def plain_text(markup: str) -> str:
    """What a reader of ``markup`` sees; "" where it cannot be told.

    Longer than ``LONGEST_FIELD`` it is given back as it is, to be refused by its length: parsing
    hostile markup costs the square of it.
    """
    if len(markup) > LONGEST_FIELD:
        return markup
    text = _BREAK.sub(" ", _SOUND.sub("", _UNSEEN.sub(" ", markup)))
    try:
        return unescape(strip_tags(text))
    except SuspiciousOperation:  # tags nested beyond any card
        return ""
