"""Answers over the open socket: the group commit's way, in the portal's words."""

from typing import Any

from ..actor import Actor
from ..errors import SessionError, Unavailable
from ..fastlane import groups
from ..public_id import encode
from ..rest.idempotency import answer_key
from ..rest.problems import BadInput
from ..surfaces.portal import render
from ..surfaces.portal.errors import PORTAL
from ..surfaces.portal.inputs import AnswerInput
from ..surfaces.portal.submitting import submission
from .definitions import ANSWER_RESULT, ERROR
from .wire import Message, message


async def answer(actor: Actor, session_id: int, body: dict[str, Any]) -> Message:
    """The verdict on the answer in ``body``, committed; or what is wrong with it.

    Limits, idempotency keys and counting are those of ``POST …/progress``.
    """
    key = body.get("key")
    if not isinstance(key, str):
        return _refusal(None, "invalid_request", "An answer needs a key, a string")
    data = body.get("data")
    given = AnswerInput(data=data if isinstance(data, dict) else {})
    if not given.is_valid():
        fields = {name: [str(text) for text in texts] for name, texts in given.errors.items()}
        return _refusal(key, "invalid_request", "The answer is not valid", fields)
    try:
        wanted = submission(actor, encode(session_id), given.validated_data, answer_key(actor, key))
    except BadInput as error:
        return _refusal(None, "invalid_request", error.error.message)
    result = (await groups.current().answer(wanted)).result
    if result is None or isinstance(result, SessionError):
        return _failure(key, result or Unavailable())
    return message(ANSWER_RESULT, render.verdict(result), key=key)


def _failure(key: str, error: SessionError) -> Message:
    body = PORTAL.body(PORTAL.domain_problem(error))
    return message(ERROR, {"code": body.pop("error"), **body}, key=key)


def _refusal(
    key: str | None, code: str, text: str, details: dict[str, list[str]] | None = None
) -> Message:
    data: dict[str, Any] = {"code": code, "message": text}
    if details:
        data["details"] = details
    return message(ERROR, data, key=key)
