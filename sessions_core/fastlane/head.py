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
    """``setting``: the headers that say to which site, and by which way, the request came."""

    token: str
    key: str | None
    zone: str | None
    setting: tuple[Header, ...]


def read(scope: Mapping[str, Any]) -> Head | None:
    """``None`` for a request that only Django can judge."""
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
    length = found.get(b"content-length", b"")
    if not length.isdigit() or not 0 < int(length[:9]) <= MAX_BODY:
        return None
    if found.get(b"content-type") not in _JSON:
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
    )
