"""What drf-spectacular cannot see by itself: sign-in, error bodies, keys and limits.

Set ``DEFAULT_SCHEMA_CLASS`` to ``SurfaceSchema`` and put ``documented`` among the
``PREPROCESSING_HOOKS``.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar, cast

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework import exceptions as drf

from ..errors import KeyInProgress, KeyReused, SessionError, Unavailable
from .dialect import ErrorDialect
from .error_shapes import shape_of_errors
from .exceptions import dialect_of, problem_of
from .idempotency import HEADER, bad_key
from .limits import OverLimit, Window, windows_of
from .problems import BadInput, Problem, too_large

F = TypeVar("F", bound=Callable[..., Any])
Endpoint = tuple[str, str, str, Callable[..., Any]]


def may_fail(*errors: SessionError | drf.APIException | BadInput) -> Callable[[F], F]:
    """Document errors of an operation, each with the body that its dialect makes of it::

        @may_fail(SessionNotFound("abc123"), SessionFinished("Session already completed", …))
        def complete(self, request, session_id): …

    Sign-in, limits, keys, hostile bodies and an absent database are documented without it.
    """

    def mark(action: F) -> F:
        cast(Any, action).may_fail = (*getattr(action, "may_fail", ()), *errors)
        return action

    return mark


def documented(endpoints: Iterable[Endpoint]) -> list[Endpoint]:
    """Leave out the twins that ``routes.both`` makes and the aliases outside ``/api/``.

    An address of ``views.by_method`` is documented by the view of each method.
    """
    return [
        (path, regex, method, getattr(view, "views", {}).get(method.lower(), view))
        for path, regex, method, view in endpoints
        if path.startswith("/api/") and not getattr(view, "undocumented", False)
    ]


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "sessions_core.rest.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class LoginSessionScheme(OpenApiAuthenticationExtension):
    target_class = "sessions_core.rest.authentication.LoginSessionAuthentication"
    name = "login"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


class SurfaceSchema(AutoSchema):
    """Adds to every operation of a surface its errors, its key header and its limit headers."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is None or not hasattr(self.view, "dialect"):
            return operation
        parameters = operation.setdefault("parameters", [])
        if self._takes_a_key() and not any(p["name"] == HEADER for p in parameters):
            parameters.append(_KEY_PARAMETER)
        self._document_errors(operation)
        if self._scope():
            for response in operation["responses"].values():
                response.setdefault("headers", {}).update(_LIMIT_HEADERS)
        return operation

    def _action(self) -> Callable[..., Any]:
        return getattr(self.view, getattr(self.view, "action", None) or self.method.lower())

    def _takes_a_key(self) -> bool:
        return getattr(self._action(), "takes_a_key", False)

    def _scope(self) -> str | None:
        limits = getattr(self.view, "limits", {})
        return limits.get(getattr(self.view, "action", None) or self.method.lower())

    def _dialects(self) -> Sequence[ErrorDialect]:
        """Usually one; a view at an address that two surfaces share names both."""
        return getattr(self.view, "dialects", None) or (dialect_of(self.view),)

    def _errors(self, operation: dict[str, Any]) -> Iterator[Exception]:
        yield from getattr(self._action(), "may_fail", ())
        if self.view.get_authenticators():
            yield drf.NotAuthenticated()
        if "requestBody" in operation or any(
            parameter["in"] != "path" for parameter in operation["parameters"]
        ):
            yield drf.ValidationError({"field": ["This field is required."]}, "required")
        if "requestBody" in operation:
            yield too_large()
            yield drf.UnsupportedMediaType("text/plain")
        if self._takes_a_key():
            yield bad_key()
            yield KeyReused()
            yield KeyInProgress()
        if scope := self._scope():
            count, seconds = windows_of(scope)[0]
            yield OverLimit(scope, [Window(count, seconds, 0, 60, 60)])
        yield Unavailable()

    def _document_errors(self, operation: dict[str, Any]) -> None:
        """Each error under its status, with its body in every dialect as an example.

        A status that was described by hand keeps its schema.
        """
        responses = operation["responses"]
        by_hand = {status for status, response in responses.items() if "content" in response}
        shapes: dict[str, list[dict[str, Any]]] = {}
        for dialect in self._dialects():
            shape = self._error_component(dialect).ref
            for error in self._errors(operation):
                problem = problem_of(error, dialect, None)
                if problem is None:
                    raise TypeError(f"{error!r} would be a 500")
                status = str(problem.status)
                content = _content(responses, status, problem.message)
                _add_example(content, problem.code, dialect, problem)
                if status not in by_hand:
                    known = shapes.setdefault(status, [])
                    known += [shape] if shape not in known else []
                    content["schema"] = known[0] if len(known) == 1 else {"oneOf": known}

    def _error_component(self, dialect: ErrorDialect) -> ResolvedComponent:
        component = ResolvedComponent(
            name=f"{dialect.name.title().replace('-', '')}Error",
            type=ResolvedComponent.SCHEMA,
            object=dialect.name,
            schema=shape_of_errors(dialect),
        )
        self.registry.register_on_missing(component)
        return component


def _content(responses: dict[str, Any], status: str, description: str) -> dict[str, Any]:
    response = responses.setdefault(status, {"description": ""})
    response["description"] = response["description"] or description
    return response.setdefault("content", {}).setdefault("application/json", {})


def _add_example(
    content: dict[str, Any], name: str, dialect: ErrorDialect, problem: Problem
) -> None:
    examples = content.setdefault("examples", {})
    value = dialect.body(problem)
    if name in examples and examples[name]["value"].keys() != value.keys():
        name = f"{name} ({dialect.name})"
    examples.setdefault(name, {"value": value})


_KEY_PARAMETER = {
    "in": "header",
    "name": HEADER,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "The same key and body again give the same response and no second effect, "
    "for 24 hours.",
}
_LIMIT_HEADERS = {
    "RateLimit-Limit": {"schema": {"type": "integer"}, "description": "Units in the window."},
    "RateLimit-Remaining": {"schema": {"type": "integer"}, "description": "Units left."},
    "RateLimit-Reset": {
        "schema": {"type": "integer"},
        "description": "Seconds until the count next falls.",
    },
}
