"""Base classes of the admin pages whose use the audit records, in this and the other apps."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.utils import unquote
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from sessions_core.admin.base import ModelAdmin, ReadOnlyAdmin
from sessions_core.rest.address import client_address

from .audit.acting_user import attribute_changes_to
from .audit.chain import AuditEvent, append


class NamesWhoActs(ModelAdmin):
    """Mixin for the pages of users and groups: the audit names who granted or revoked a role."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with attribute_changes_to(request):
            return super().changeform_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with attribute_changes_to(request):
            return super().changelist_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with attribute_changes_to(request):
            return super().delete_view(request, *args, **kwargs)


class AuditedReadOnlyAdmin(ReadOnlyAdmin):
    """Read-only pages about therapists. Each view is recorded in the audit, as in the API.

    The views of the API use the same ``record_name``. Django renders the page only after the audit
    record is written.
    """

    record_name: str

    def therapist_id(self, row: Any) -> Any:
        return row.session.therapist_id

    def session_id(self, row: Any) -> Any:
        return row.session_id

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        response = super().changelist_view(request, *args, **kwargs)
        shown = getattr(response, "context_data", None) or {}
        rows = shown["cl"].result_list if "cl" in shown else ()
        self._record(request, response, "list", rows)
        return response

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        response = super().changeform_view(request, object_id, *args, **kwargs)
        row = self.get_object(request, unquote(object_id)) if object_id else None
        self._record(request, response, "retrieve", [row] if row else [])
        return response

    def _record(
        self, request: HttpRequest, response: HttpResponseBase, verb: str, rows: Iterable[Any]
    ) -> None:
        found = list(rows)
        append(
            AuditEvent(
                f"{self.record_name}.{verb}",
                "admin",
                response.status_code,
                actor_id=request.user.pk,
                also_about=frozenset(map(self.therapist_id, found)),
                session_id=self.session_id(found[0]) if len(found) == 1 else "",
                address=client_address(request),
            )
        )
