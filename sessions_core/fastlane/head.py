"""The part of a request above its body, where it is a plain one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

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
_SINGLE = {
    b"authorization",
    b"content-length",
    b"content-type",
    b"host",
    b"idempotency-key",
    b"x-timezone",
}


@dataclass(frozen=True, slots=True)
class Head:
    """``setting``: the headers that say to which site, and by which way, the request came."""

    token: str
    key: str | None
    zone: str | None
    setting: tuple[Header, ...]


def read(scope: Mapping[str, Any]) -> Head | None:
    """``None`` for a request that only Django can judge."""
    if scope.get("root_path"):
        return None
    found = _single(scope["headers"])
    # Django may answer a cookie with another one.
    if found is None or not found.keys().isdisjoint({b"cookie", b"transfer-encoding"}):
        return None
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
        tuple((name, found[name]) for name in sorted(_SETTING & found.keys())),
    )


def _single(headers: Iterable[Header]) -> dict[bytes, bytes] | None:
    """The headers by name; ``None`` where one that matters here comes twice."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in found and (name in _SINGLE or name in _SETTING):
            return None
        found[name] = value
    return found
