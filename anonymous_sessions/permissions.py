"""Permissions that charge a quota for a host's own views of Django REST framework."""

from typing import Any, ClassVar

from django.http import HttpResponseBase
from rest_framework import exceptions
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from sessions_core.errors import SessionError, Unavailable
from sessions_core.rest.exceptions import DATABASE_AWAY

from .access import current
from .charges import charge, refund_if_possible
from .dialect import AnonymousDialect
from .errors import QuotaExceeded
from .models import Charge
from .origin import refuse_cross_site


class Refusal(exceptions.APIException):
    """DRF's exception handler turns ``wait`` into the header ``Retry-After``."""

    def __init__(self, error: SessionError) -> None:
        problem = AnonymousDialect().domain_problem(error)
        super().__init__(problem.message, problem.code)
        self.status_code = problem.status
        self.wait = problem.retry_after


class ChargesQuota(BasePermission):
    """Permits a request by charging a unit of ``quota`` to the browser's session.

    It raises DRF's exceptions, which every exception handler knows: 429 with ``Retry-After`` over
    the limit, 404 without a session, 503 without the database. Use ``charges_quota`` to create it.
    """

    quota: ClassVar[str]

    def has_permission(self, request: Request, view: Any) -> bool:
        made = charges_of(request)
        if self.quota not in made:  # The browsable API checks again for each form.
            made[self.quota] = self._charge(request)
        return True

    def _charge(self, request: Request) -> Charge:
        try:
            refuse_cross_site(request._request, safe=frozenset())
            return charge(current(request._request).session, self.quota)
        except QuotaExceeded as error:
            raise exceptions.Throttled(error.retry_after, error.message) from None
        except SessionError as error:
            raise Refusal(error) from None
        except DATABASE_AWAY as error:
            raise Refusal(Unavailable()) from error


def charges_quota(name: str) -> type[ChargesQuota]:
    """Returns a permission class, as in ``permission_classes = [charges_quota("generation")]``."""
    return type("ChargesQuota", (ChargesQuota,), {"quota": name})


def charges_of(request: Request) -> dict[str, Charge]:
    """Returns the charges of this request, by quota."""
    return request._request.__dict__.setdefault("anonymous_charges", {})


class RefundsFailures:
    """Mixin for a view: it refunds the charge if the response is 400 or above."""

    def finalize_response(
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        if response.status_code >= 400:
            for made in charges_of(request).values():
                refund_if_possible(made)
        return response
