"""The OpenAPI descriptions of the operations, with the document's own examples."""

from typing import Any

from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
)

from . import serializers as s
from .app_settings import app_settings

_ID = "9b2f8f0e-6a52-4c1e-9d0c-2f8a3a5f7c11"
_STATS = {"concepts_generated": 5, "concepts_refined": 2, "concepts_stored": 3}
_TIMES = {"created_at": "2023-04-01T12:34:56Z", "last_active": "2023-04-01T12:34:56Z"}
_LIMITS = {
    "concept_generation": {"limit": 10, "remaining": 5, "reset_at": "2023-05-01T00:00:00Z"},
    "concept_refinement": {"limit": 10, "remaining": 8, "reset_at": "2023-04-02T12:34:56Z"},
}
_INFO = {"session_id": _ID, **_TIMES, "usage_stats": _STATS, "rate_limits": _LIMITS}
_SYNCED = {
    "session_id": _ID,
    "is_synced": True,
    "message": "Sessions synchronized successfully",
}
_CONCEPT = {
    "id": "0f3c1c52-5a35-4a0b-b7cb-0e1a3c1f9b7d",
    "document": {"prompt": "a lighthouse", "palette": ["#0b3954", "#ff6663"]},
    "created_at": "2023-04-01T12:34:56Z",
}
_PREFERENCES = {"session_id": _ID, "preferences": {"theme": "dark"}}
_ADOPTED = {
    "session_id": _ID,
    "adopted": True,
    "dry_run": False,
    "undo_until": "2023-04-02T12:34:56Z",
    "contents": {
        "usage_stats": _STATS,
        "concepts": 3,
        "preferences": 1,
        "learning_sessions": 0,
    },
}
_ERRORS = {
    400: ("validation_error", "Invalid session ID format"),
    401: ("validation_error", "Sign in first"),
    403: ("validation_error", "Requests from other sites are refused"),
    404: ("resource_not_found", "Session not found"),
    413: ("validation_error", "At most 16384 bytes of JSON are kept here"),
    429: ("rate_limit_exceeded", "The limit of concept_generation is reached"),
    503: ("service_unavailable", "The service is temporarily unavailable"),
}
_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The same key again charges and stores nothing again.",
)


class GuestScheme(OpenApiAuthenticationExtension):
    target_class = "anonymous_sessions.authentication.GuestAuthentication"
    name = "guest"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": app_settings.COOKIE_NAME}


class LoginCookieScheme(SessionScheme):
    target_class = "anonymous_sessions.views.base.LoginCookie"


def _error(status: int) -> OpenApiResponse:
    code, message = _ERRORS[status]
    example = OpenApiExample(code, {"error": code, "message": message}, response_only=True)
    return OpenApiResponse(s.ErrorBody, message, [example])


def _operation(
    summary: str,
    response: Any,
    example: Any,
    *,
    request: Any = None,
    sent: Any = None,
    status: int = 200,
    errors: tuple[int, ...] = (400, 404),
    parameters: tuple[Any, ...] = (),
) -> Any:
    examples = [OpenApiExample("Response", example, response_only=True)] if example else []
    if sent is not None:
        examples.append(OpenApiExample("Request", sent, request_only=True))
    # Nobody needs to be signed in, but where a 401 says so.
    auth: Any = None if 401 in errors else [{}]
    codes = sorted({*errors, 503, *((403,) if request is not None or status != 200 else ())})
    return extend_schema(
        tags=["Anonymous sessions"],
        summary=summary,
        request=request,
        responses={
            status: OpenApiResponse(response, summary),
            **{code: _error(code) for code in codes},
        },
        examples=examples,
        parameters=list(parameters),
        auth=auth,
    )


OPEN = _operation(
    "Create or get the browser's session",
    s.OpenedSession,
    {
        "session_id": _ID,
        "is_new_session": True,
        **_TIMES,
        "usage_stats": dict.fromkeys(_STATS, 0),
    },
    request=s.ClientId,
    sent={"client_session_id": _ID},
    errors=(400, 429),
)
SYNC = _operation(
    "Move this browser to a session",
    s.SyncedSession,
    _SYNCED,
    request=s.RequiredClientId,
    sent={"client_session_id": _ID},
    errors=(400, 404, 429),
)
INFO = _operation("The session, its usage and its limits", s.SessionInfo, _INFO)
USAGE = _operation(
    "Charge one unit of a quota",
    s.UsageReport,
    {"session_id": _ID, "usage_stats": _STATS, "rate_limits": _LIMITS},
    request=s.UsageRequest,
    sent={"quota": "concept_generation"},
    errors=(400, 404, 429),
    parameters=(_KEY,),
)
ROTATE = _operation("Change the id; other devices fall off", s.SessionInfo, _INFO)
ISSUE = _operation(
    "A code that takes the session to another device",
    s.IssuedCode,
    {"code": "7QKM-2XPD", "expires_at": "2023-04-01T12:44:56Z"},
    status=201,
)
REDEEM = _operation(
    "Use a transfer code, once",
    s.SyncedSession,
    _SYNCED,
    request=s.RedeemRequest,
    sent={"code": "7QKM-2XPD"},
    errors=(400, 404, 429),
)
ADOPT = _operation(
    "Give the session to the account that is signed in",
    s.AdoptedSession,
    _ADOPTED,
    request=s.AdoptRequest,
    sent={"dry_run": False},
    errors=(400, 401, 404),
)
UNDO = _operation(
    "Make an adopted session anonymous again, within 24 hours",
    s.AdoptedSession,
    _ADOPTED | {"adopted": False, "undo_until": None},
    errors=(400, 401, 404),
)
CONCEPTS = _operation(
    "The session's concepts, newest first",
    s.ConceptPage,
    {"concepts": [_CONCEPT], "total": 1, "limit": 50, "offset": 0},
    parameters=(s.PageRequest,),
)
STORE = _operation(
    "Store a concept",
    s.ConceptOut,
    _CONCEPT,
    request=s.ConceptRequest,
    sent={"document": _CONCEPT["document"], "charge": "concept_generation"},
    status=201,
    errors=(400, 404, 413, 429),
    parameters=(_KEY,),
)
REMOVE = _operation("Delete a concept", None, None, status=204)
PREFERENCES = _operation("The session's preferences", s.Preferences, _PREFERENCES)
REPLACE = _operation(
    "Replace the preferences",
    s.Preferences,
    _PREFERENCES,
    request=s.PreferencesRequest,
    sent={"preferences": {"theme": "dark"}},
    errors=(400, 404, 413),
)
CHANGE = _operation(
    "Change some preferences; null drops one",
    s.Preferences,
    _PREFERENCES,
    request=s.PreferencesRequest,
    sent={"preferences": {"theme": None}},
    errors=(400, 404, 413),
)
