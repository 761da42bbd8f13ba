"""DRF's exception handler: every error leaves in the dialect of its view."""

import logging
import math
import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404
from drf_standardized_errors.formatter import flatten_errors
from rest_framework import exceptions as drf
from rest_framework.fields import get_error_detail
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from ..errors import SessionError, Unavailable
from .dialect import ErrorDialect
from .problems import BadInput, FieldError, Problem, too_large

logger = logging.getLogger(__name__)

#: The database is away, restarting, or all its connections are taken. psycopg's pool timeout
#: arrives as an OperationalError too.
DATABASE_AWAY = (OperationalError, InterfaceError)
SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "DELETE"}


def handle(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """The response to ``exc``, or ``None`` for a fault of ours, which Django reports as a 500."""
    dialect = dialect_of(context.get("view"))
    problem = problem_of(exc, dialect, context.get("request"))
    if problem is None:
        return None
    set_rollback()
    return response_of(problem, dialect)


def dialect_of(view: object) -> ErrorDialect:
    return getattr(view, "dialect", None) or ErrorDialect()


def response_of(problem: Problem, dialect: ErrorDialect) -> Response:
    return Response(dialect.body(problem), status=problem.status, headers=headers_of(problem))


def headers_of(problem: Problem) -> dict[str, str]:
    if problem.retry_after is None:
        return problem.headers
    return {**problem.headers, "Retry-After": str(max(1, problem.retry_after))}


def problem_of(exc: Exception, dialect: ErrorDialect, request: Request | None) -> Problem | None:
    if isinstance(exc, DATABASE_AWAY):
        logger.error("The database did not answer: %s", exc)
        exc = Unavailable()
    if isinstance(exc, SessionError):
        return dialect.domain_problem(exc)
    if isinstance(exc, RequestDataTooBig):
        exc = too_large()
    if isinstance(exc, BadInput):
        status = exc.status or dialect.validation_status
        return Problem(status, dialect.code(status), str(exc), [exc.error])
    if isinstance(exc, ModelValidationError):
        exc = drf.ValidationError(get_error_detail(exc))
    if isinstance(exc, drf.ValidationError):
        return _validation(exc, dialect, request)
    if isinstance(exc, drf.ParseError):
        error = FieldError(("body",), _text(exc), "json_invalid")
        return problem_of(BadInput(error), dialect, request)
    if isinstance(exc, Http404):
        exc = drf.NotFound()
    if isinstance(exc, PermissionDenied):
        exc = drf.PermissionDenied()
    if isinstance(exc, drf.APIException) and exc.status_code < 500:
        return _client_error(exc, dialect)
    return None


def _validation(
    exc: drf.ValidationError, dialect: ErrorDialect, request: Request | None
) -> Problem:
    part = "query" if request is not None and request.method in SAFE_METHODS else "body"
    fields = [
        FieldError((part, *_path(error.attr)), error.detail, error.code)
        for error in flatten_errors(exc.detail)
    ]
    status = dialect.validation_status
    first = fields[0] if fields else FieldError((part,), "The request is not valid")
    where = f"{first.name}: " if len(first.loc) > 1 else ""
    return Problem(status, dialect.code(status), f"{where}{first.message}", fields)


#: A place in a list. A longer number is a key that somebody sent, and may not fit into 64 bits.
_INDEX = re.compile(r"[0-9]{1,9}")


def _path(attr: str | int | None) -> tuple[str | int, ...]:
    """``answers.0.item_id`` as its steps; an error of the whole body has none."""
    if attr is None:
        return ()
    whole = {api_settings.NON_FIELD_ERRORS_KEY, "__all__"}
    steps = [step for step in str(attr).split(".") if step not in whole]
    return tuple(int(step) if _INDEX.fullmatch(step) else step for step in steps)


def _client_error(exc: drf.APIException, dialect: ErrorDialect) -> Problem:
    problem = Problem(exc.status_code, dialect.code(exc.status_code), _text(exc))
    if auth_header := getattr(exc, "auth_header", None):
        problem.headers["WWW-Authenticate"] = auth_header
    if isinstance(exc, drf.Throttled):
        problem.message = "Too many requests"
        problem.retry_after = math.ceil(getattr(exc, "wait", None) or 1)
    return problem


def _text(exc: drf.APIException) -> str:
    """One sentence. simplejwt puts a dictionary where DRF has a text."""
    detail = exc.detail
    if isinstance(detail, dict) and "detail" in detail:
        return str(detail["detail"])
    return flatten_errors(detail)[0].detail
