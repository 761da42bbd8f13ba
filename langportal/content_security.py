"""Chooses the Content-Security-Policy of a response."""

from csp.constants import HEADER
from csp.middleware import CSPMiddleware, PolicyParts
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property


class PolicyByPath(CSPMiddleware):
    """Sets the strict policy, and under the admin the looser one that its alpine.js needs.

    The policy of the API is built only once, since its views do not change it.
    """

    _OWN = ("_csp_exempt", "_csp_config", "_csp_update", "_csp_replace")

    @cached_property
    def _strict(self) -> str:
        return build_policy()

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        plain = (
            request.path_info.startswith("/api/")
            and not hasattr(request, "_csp_nonce")
            and not any(hasattr(response, name) for name in self._OWN)
        )
        if not plain:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self._strict)
        return response

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(reverse("admin:index")):
            parts.replace = {**settings.ADMIN_CONTENT_SECURITY_POLICY, **(parts.replace or {})}
        return parts
