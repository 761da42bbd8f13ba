"""Where a request comes from, for limits by address and for the records of sign-ins."""

from collections.abc import Mapping
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest

FORWARDED = b"x-forwarded-for"
Network = IPv4Network | IPv6Network


def client_address(request: HttpRequest) -> str:
    """The peer's address; behind a proxy named in ``TRUSTED_PROXIES``, the address it reports.

    ``X-Forwarded-For`` is read from its right end, where our own proxies write, up to the first
    address that is not one of them. From any other peer the header means nothing: anybody can
    send it.
    """
    meta = request.META
    return _reported(meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", ""))


def socket_address(scope: Mapping[str, Any]) -> str:
    """``client_address`` of an ASGI scope."""
    peer = (scope.get("client") or [""])[0]
    sent = [value.decode("latin-1") for name, value in scope["headers"] if name == FORWARDED]
    return _reported(peer, ",".join(sent))


def _reported(address: str, header: str) -> str:
    forwarded = header.split(",")
    while forwarded and is_trusted_proxy(address):
        claimed = forwarded.pop().strip()
        if not _is_address(claimed):
            break
        address = claimed
    return address


def is_trusted_proxy(address: str) -> bool:
    """Whether ``TRUSTED_PROXIES`` names this peer."""
    return _is_in(address, _networks(tuple(getattr(settings, "TRUSTED_PROXIES", ()))))


def limit_key(request: HttpRequest) -> str:
    """The address as limits count it: of IPv6 the /64, since a single host has all of that."""
    return limit_key_of(client_address(request))


def limit_key_of(address: str) -> str:
    if not _is_address(address):
        return "ip-unknown"
    parsed = ip_address(address)
    if parsed.version == 6:
        return f"ip{ip_network((int(parsed), 64), strict=False)}"
    return f"ip{parsed}"


@cache
def _networks(names: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ip_network(name, strict=False) for name in names)


def _is_in(address: str, networks: tuple[Network, ...]) -> bool:
    if not networks or not _is_address(address):
        return False
    return any(ip_address(address) in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
