"""Whose word on the scheme of a request is taken."""

from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin

from sessions_core.rest.address import is_trusted_proxy

_CLAIM = "HTTP_X_FORWARDED_PROTO"


class TrustedScheme(MiddlewareMixin):
    """Drops ``X-Forwarded-Proto`` unless a proxy of ``TRUSTED_PROXIES`` sent it: anybody could say
    https, and Django believes whoever does (``SECURE_PROXY_SSL_HEADER``).
    """

    def process_request(self, request: HttpRequest) -> None:
        meta = request.META
        if _CLAIM in meta and not is_trusted_proxy(meta.get("REMOTE_ADDR", "")):
            del meta[_CLAIM]
