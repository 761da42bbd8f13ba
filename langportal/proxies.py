"""Accepts ``X-Forwarded-Proto`` from trusted proxies alone."""

from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin

from sessions_core.rest.address import is_trusted_proxy

_FORWARDED_PROTO = "HTTP_X_FORWARDED_PROTO"


class TrustedScheme(MiddlewareMixin):
    """Drops the header unless a proxy of ``TRUSTED_PROXIES`` sent it, because Django trusts every
    client that sends it (``SECURE_PROXY_SSL_HEADER``).
    """

    def process_request(self, request: HttpRequest) -> None:
        meta = request.META
        if _FORWARDED_PROTO in meta and not is_trusted_proxy(meta.get("REMOTE_ADDR", "")):
            del meta[_FORWARDED_PROTO]
