"""What drf-spectacular cannot see by itself: sign-in, error bodies, keys and limits.

Set ``DEFAULT_SCHEMA_CLASS`` to ``SurfaceSchema`` and put ``documented`` among the
``PREPROCESSING_HOOKS``.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar, cast

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework import exceptions as drf

from ..errors import KeyInProgress, KeyReused, SessionError, Unavailable
from .dialect import Dialect
from .exceptions import dialect_of, problem_of
from .idempotency import HEADER
from .limits import OverLimit, Window, windows_of
from .problems import BadInput, FieldError, Problem, too_large

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
    """Leave out the twins that ``routes.both`` makes and the aliases outside ``/api/``."""
    return [
        endpoint
        for endpoint in endpoints
        if endpoint[0].startswith("/api/") and not getattr(endpoint[3], "undocumented", False)
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
        for problem in self._problems(has_body="requestBody" in operation):
            self._document(operation["responses"], problem)
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

    def _problems(self, has_body: bool) -> Iterator[Problem]:
        dialect = dialect_of(self.view)
        for error in self._errors(has_body):
            problem = problem_of(error, dialect, None)
            if problem is None:
                raise TypeError(f"{error!r} would be a 500")
            yield problem

    def _errors(self, has_body: bool) -> Iterator[Exception]:
        yield from getattr(self._action(), "may_fail", ())
        if self.view.get_authenticators():
            yield drf.NotAuthenticated()
        if has_body:
            yield drf.ValidationError({"field": ["This field is required."]}, "required")
            yield too_large()
            yield drf.UnsupportedMediaType("text/plain")
        if self._takes_a_key():
            yield KeyReused()
            yield KeyInProgress()
        if scope := self._scope():
            count, seconds = windows_of(scope)[0]
            yield OverLimit(scope, [Window(count, seconds, 0, 60, 60)])
        yield Unavailable()

    def _document(self, responses: dict[str, Any], problem: Problem) -> None:
        """Add ``problem`` to its status, as an example under its code."""
        dialect: Dialect = dialect_of(self.view)
        response = responses.setdefault(str(problem.status), {"description": ""})
        response["description"] = response["description"] or problem.message
        content = response.setdefault("content", {}).setdefault("application/json", {})
        content.setdefault("schema", self._error_component(dialect).ref)
        examples = content.setdefault("examples", {})
        examples.setdefault(problem.code, {"value": dialect.body(problem)})

    def _error_component(self, dialect: Dialect) -> ResolvedComponent:
        component = ResolvedComponent(
            name=f"{dialect.name.title().replace('-', '')}Error",
            type=ResolvedComponent.SCHEMA,
            object=dialect.name,
            schema=_shape_of_errors(dialect),
        )
        self.registry.register_on_missing(component)
        return component


def _shape_of_errors(dialect: Dialect) -> dict[str, Any]:
    """The JSON schema of a dialect's bodies, taken from bodies that it makes."""
    where = FieldError(("body", 0, "field"), "What is wrong")
    samples = [
        Problem(404, "not_found", "What is wrong"),
        Problem(dialect.validation_status, "invalid", "What is wrong", [where]),
        Problem(400, "invalid", "What is wrong", details={"name": "value"}),
        Problem(429, "rate_limit_exceeded", "What is wrong", retry_after=60),
    ]
    return _shape([dialect.body(problem) for problem in samples])


def _shape(samples: list[Any]) -> dict[str, Any]:
    kinds = sorted({type(sample) for sample in samples}, key=lambda kind: kind.__name__)
    if len(kinds) > 1:
        return {"oneOf": [_shape([s for s in samples if type(s) is kind]) for kind in kinds]}
    if kinds == [list]:
        return {"type": "array", "items": _shape([item for sample in samples for item in sample])}
    if kinds != [dict]:
        return {"type": {int: "integer", str: "string"}[kinds[0]]}
    names = {name: [s[name] for s in samples if name in s] for sample in samples for name in sample}
    return {
        "type": "object",
        "required": [name for name, values in names.items() if len(values) == len(samples)],
        "properties": {
            # A mapping inside a body has the names of fields, which are not known here.
            name: {"type": "object", "additionalProperties": True}
            if isinstance(values[0], dict)
            else _shape(values)
            for name, values in names.items()
        },
    }


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
