"""JSON as strictly as the databases behind it: what one of them would choke on is refused here."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from .problems import too_large  # Not from .exceptions: DRF loads the parsers first.

MAX_DEPTH = 64


class StrictJSONParser(BaseParser):
    """An object of JSON, at most ``DATA_UPLOAD_MAX_MEMORY_SIZE`` bytes and 64 levels deep.

    NUL characters (Postgres stores none), lone surrogates (no UTF-8 for them), NaN, Infinity and
    invalid UTF-8 are a 400. An empty body is an empty object.
    """

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read() if limit is None else stream.read(limit + 1)
        if limit is not None and len(body) > limit:
            raise too_large()
        return parse_object(body)


def parse_object(body: bytes) -> dict[str, Any]:
    """Raises DRF's ``ParseError``. Kept apart from the parser for callers without a request."""
    if not body.strip():
        return {}
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ParseError(f"JSON decode error: {error}") from None
    if not isinstance(data, dict):
        raise ParseError("The body must be a JSON object")
    # A body with few brackets cannot be deep, and the escape is the only spelling of NUL that the
    # decoder lets through: an ordinary body is not walked.
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH or b"\\u0000" in body:
        _refuse_deep_or_nul(data)
    return data


def _refuse_deep_or_nul(data: object) -> None:
    waiting = [(data, 1)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, str):
            if "\0" in value:
                raise ParseError("NUL characters are not allowed")
            continue
        if not isinstance(value, dict | list):
            continue
        if depth > MAX_DEPTH:
            raise ParseError(f"The body is nested deeper than {MAX_DEPTH} levels")
        if isinstance(value, dict):
            waiting.extend((key, depth) for key in value)
            value = value.values()
        waiting.extend((child, depth + 1) for child in value)
