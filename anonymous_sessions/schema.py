"""OpenAPI descriptions of the operations, with the source document's examples."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

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

from sessions_core.errors import RateLimited, SessionError
from sessions_core.rest.schema import may_fail

from . import examples as ex
from . import limits
from . import serializers as s
from .access import admits_guests
from .app_settings import app_settings
from .errors import (
    CrossSiteRequest,
    InvalidSessionId,
    NothingToUndo,
    NotSignedIn,
    QuotaExceeded,
    TooLarge,
    UnknownConcept,
    UnknownSession,
    UnknownTransferCode,
)

F = TypeVar("F", bound=Callable[..., Any])

_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The same key again charges and stores nothing again.",
)
_SESSION_ERRORS = (InvalidSessionId(), UnknownSession())
_QUOTA_EXCEEDED = QuotaExceeded("concept_generation", datetime(2023, 5, 1, tzinfo=UTC), 3600)
_TOO_MANY_MISSES = RateLimited(limits.TOO_MANY_MISSES, 600)


class GuestScheme(OpenApiAuthenticationExtension):
    target_class = "anonymous_sessions.authentication.GuestAuthentication"
    name = "guest"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": app_settings.COOKIE_NAME}

    def get_security_requirement(self, auto_schema: AutoSchema) -> Any:
        """Returns no requirement for a path that admits no guests."""
        if not admits_guests(auto_schema.path):
            return None
        return super().get_security_requirement(auto_schema)


class LoginCookieScheme(SessionScheme):
    target_class = "anonymous_sessions.views.base.LoginCookie"


def _operation(
    summary: str,
    response: Any,
    example: Any,
    *errors: SessionError,
    request: Any = None,
    sent: Any = None,
    status: int = 200,
    reads: bool = False,
    parameters: tuple[Any, ...] = (),
) -> Callable[[F], F]:
    """Returns a decorator for an action. ``sessions_core.rest`` documents the common responses."""
    examples = [OpenApiExample("Response", example, response_only=True)] if example else []
    if sent is not None:
        examples.append(OpenApiExample("Request", sent, request_only=True))
    account = any(isinstance(error, NotSignedIn) for error in errors)
    described = extend_schema(
        tags=["Anonymous sessions"],
        summary=summary,
        description="For the session in the browser's cookie, which every success renews.",
        request=request,
        responses={status: OpenApiResponse(response, summary)},
        examples=examples,
        parameters=list(parameters),
        auth=None if account else cast(Any, [{}]),
    )
    failing = may_fail(*errors) if reads else may_fail(*errors, CrossSiteRequest())
    return lambda action: described(failing(action))


OPEN = _operation(
    "Create or get the browser's session",
    s.OpenedSession,
    {
        "session_id": ex.ID,
        "is_new_session": True,
        **ex.TIMES,
        "usage_stats": dict.fromkeys(ex.STATS, 0),
    },
    InvalidSessionId(),
    RateLimited(limits.TOO_MANY_CREATED, 60),
    request=s.ClientId,
    sent={"client_session_id": ex.ID},
)
SYNC = _operation(
    "Move this browser to a session",
    s.SyncedSession,
    ex.SYNCED,
    InvalidSessionId(),
    UnknownSession(),
    _TOO_MANY_MISSES,
    request=s.RequiredClientId,
    sent={"client_session_id": ex.ID},
)
INFO = _operation(
    "The session, its usage and its limits",
    s.SessionInfo,
    ex.INFO,
    *_SESSION_ERRORS,
    reads=True,
)
USAGE = _operation(
    "Charge one unit of a quota",
    s.UsageReport,
    {"session_id": ex.ID, "usage_stats": ex.STATS, "rate_limits": ex.LIMITS},
    *_SESSION_ERRORS,
    _QUOTA_EXCEEDED,
    request=s.UsageCharge,
    sent={"quota": "concept_generation"},
    parameters=(_KEY,),
)
ROTATE = _operation(
    "Change the id; other devices fall off", s.SessionInfo, ex.INFO, *_SESSION_ERRORS
)
ISSUE = _operation(
    "A code that takes the session to another device",
    s.IssuedCode,
    {"code": "7QKM-2XPD", "expires_at": "2023-04-01T12:44:56Z"},
    *_SESSION_ERRORS,
    status=201,
)
REDEEM = _operation(
    "Use a transfer code, once",
    s.SyncedSession,
    ex.SYNCED,
    UnknownTransferCode(),
    _TOO_MANY_MISSES,
    request=s.CodeToRedeem,
    sent={"code": "7QKM-2XPD"},
)
ADOPT = _operation(
    "Give the session to the account that is signed in",
    s.AdoptedSession,
    ex.ADOPTED,
    *_SESSION_ERRORS,
    NotSignedIn(),
    request=s.AdoptionOptions,
    sent={"dry_run": False},
)
UNDO = _operation(
    "Make an adopted session anonymous again, within 24 hours",
    s.AdoptedSession,
    ex.ADOPTED | {"adopted": False, "undo_until": None},
    *_SESSION_ERRORS,
    NothingToUndo(),
    NotSignedIn(),
)
CONCEPTS = _operation(
    "The session's concepts, newest first",
    s.ConceptPage,
    {"concepts": [ex.CONCEPT], "total": 1, "limit": 50, "offset": 0},
    *_SESSION_ERRORS,
    reads=True,
    parameters=(s.ConceptPaging,),
)
STORE = _operation(
    "Store a concept",
    s.ConceptOut,
    ex.CONCEPT,
    *_SESSION_ERRORS,
    _QUOTA_EXCEEDED,
    TooLarge("At most 16384 bytes of JSON are kept here"),
    request=s.NewConcept,
    sent={"document": ex.CONCEPT["document"], "charge": "concept_generation"},
    status=201,
    parameters=(_KEY,),
)
REMOVE = _operation("Delete a concept", None, None, *_SESSION_ERRORS, UnknownConcept(), status=204)
PREFERENCES = _operation(
    "The session's preferences",
    s.Preferences,
    ex.PREFERENCES,
    *_SESSION_ERRORS,
    reads=True,
)
REPLACE = _operation(
    "Replace the preferences",
    s.Preferences,
    ex.PREFERENCES,
    *_SESSION_ERRORS,
    TooLarge("At most 8192 bytes of JSON are kept here"),
    request=s.NewPreferences,
    sent={"preferences": {"theme": "dark"}},
)
CHANGE = _operation(
    "Change some preferences; null drops one",
    s.Preferences,
    ex.PREFERENCES,
    *_SESSION_ERRORS,
    TooLarge("At most 8192 bytes of JSON are kept here"),
    request=s.NewPreferences,
    sent={"preferences": {"theme": None}},
)
