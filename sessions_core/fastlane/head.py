"""The part of a request above its body, where it is a plain one."""

from collections.abc import Mapping
from typing import Any, NamedTuple

Header = tuple[bytes, bytes]

# No valid answer is longer; what is goes to Django, which reads and refuses it.
MAX_BODY = 64 * 1024
_JSON = {b"application/json", b"application/json; charset=utf-8", b"application/json;charset=utf-8"}
# What Django and its middleware may answer differently by.
_SETTING = {
    b"host",
    b"origin",
    b"forwarded",
    b"x-forwarded-host",
    b"x-forwarded-port",
    b"x-forwarded-proto",
}
_DJANGOS = {b"cookie", b"transfer-encoding"}
# What matters here, and may come once.
_SINGLE = _DJANGOS | {
    b"authorization",
    b"content-length",
    b"content-type",
    b"idempotency-key",
    b"x-timezone",
}


class Head(NamedTuple):
    """``setting``: the headers that say to which site, and by which way, the request came.

    ``length``: of the body.
    """

    token: str
    key: str | None
    zone: str | None
    setting: tuple[Header, ...]
    length: int


def read(scope: Mapping[str, Any], *, may_be_empty: bool = False) -> Head | None:
    """``None`` for a request that only Django can judge. ``may_be_empty``: without a body."""
    if scope.get("root_path"):
        return None
    found: dict[bytes, bytes] = {}
    setting: list[Header] = []
    for header in scope["headers"]:
        name, value = header
        if name in _SETTING:
            setting.append(header)
        elif name not in _SINGLE:
            continue
        # Django may answer a cookie with another one.
        if name in found or name in _DJANGOS:
            return None
        found[name] = value
    sent = found.get(b"content-length", b"0" if may_be_empty else b"")
    length = int(sent[:9]) if sent.isdigit() else -1
    if not (0 < length <= MAX_BODY or (length == 0 and may_be_empty)):
        return None
    content_type = found.get(b"content-type")
    if content_type not in _JSON and (content_type is not None or length):
        return None
    scheme, _, token = found.get(b"authorization", b"").decode("latin-1").partition(" ")
    if scheme.lower() != "bearer":
        return None
    key, zone = found.get(b"idempotency-key"), found.get(b"x-timezone")
    return Head(
        token.strip(),
        None if key is None else key.decode("latin-1"),
        None if zone is None else zone.decode("latin-1"),
        tuple(sorted(setting) if len(setting) > 1 else setting),
        length,
    )
