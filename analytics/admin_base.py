"""What the admin pages of this app, of evaluations and of users share: the audit sees them."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.utils import unquote
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from sessions_core.admin.base import ModelAdmin, ReadOnlyAdmin
from sessions_core.rest.address import client_address

from .audit.acting import acting
from .audit.chain import Call, append


class NamesWhoActs(ModelAdmin):
    """For the admin of users and groups: the audit names who gave or took a role."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with acting(request):
            return super().changeform_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with acting(request):
            return super().changelist_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with acting(request):
            return super().delete_view(request, *args, **kwargs)


class AuditedReading(ReadOnlyAdmin):
    """Rows about therapists: whoever looks at them here is in the audit, as in the API.

    ``record_name`` is that of the API. The page is rendered after its record is written.
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
            Call(
                f"{self.record_name}.{verb}",
                "admin",
                response.status_code,
                actor_id=request.user.pk,
                also_about=frozenset(map(self.therapist_id, found)),
                session_id=self.session_id(found[0]) if len(found) == 1 else "",
                address=client_address(request),
            )
        )
