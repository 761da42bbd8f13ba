"""The admin's sign-in page, limited for each address.

An approximate limit by a fixed window suffices, because django-axes counts failures exactly and
locks out.
"""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django_ratelimit.decorators import ratelimit

from sessions_core.rest.address import limit_key

PER_MINUTE = 30


def _address(group: str, request: HttpRequest) -> str:
    return limit_key(request)


@ratelimit(group="admin-login", key=_address, rate=f"{PER_MINUTE}/m", method="POST", block=False)
def admin_login(request: HttpRequest) -> HttpResponse:
    if getattr(request, "limited", False):
        return HttpResponse(
            "Too many sign-ins from this address. Try again in a minute.",
            status=429,
            headers={"Retry-After": "60"},
            content_type="text/plain",
        )
    return admin.site.login(request)
