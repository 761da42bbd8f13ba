"""Answers over the open socket: charged, judged and committed as those of ``POST …/progress``."""

import logging
from typing import Any

from django import db

from .. import clock
from ..actor import Actor
from ..errors import SessionError, Unavailable
from ..lifecycle import replays
from ..lifecycle.answer import answer as record
from ..lifecycle.submission import Submission, Verdict
from ..public_id import encode
from ..rest import limits
from ..rest.idempotency import answer_key
from ..rest.problems import BadInput
from ..surfaces.portal import render
from ..surfaces.portal.errors import PORTAL
from ..surfaces.portal.inputs import AnswerInput
from ..surfaces.portal.submitting import submission
from .definitions import ANSWER_RESULT, ERROR
from .threads import Threads
from .wire import Message, message

logger = logging.getLogger(__name__)

# The limit's scope, shared with the requests that answer.
SCOPE = "progress"

# Apart from the threads in which the sockets read: an answer may wait for its session's row lock.
_threads = Threads(8, "socket-answers")


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
    result = await _threads.run(_result, wanted)
    if isinstance(result, Verdict):
        return message(ANSWER_RESULT, render.verdict(result), key=key)
    body = PORTAL.body(PORTAL.domain_problem(result))
    return message(ERROR, {"code": body.pop("error"), **body}, key=key)


def _result(wanted: Submission) -> Verdict | SessionError:
    """Whatever fails becomes an error message: the socket and its other answers go on."""
    try:
        return _charge_and_record(wanted)
    except SessionError as error:
        return error
    except (db.OperationalError, db.InterfaceError) as error:
        logger.error("The database did not answer: %s", error)
    except Exception:
        logger.exception("An answer could not be recorded")
    return Unavailable()


def _charge_and_record(wanted: Submission) -> Verdict | SessionError:
    """A replay costs nothing, so it is also let through where the limit is reached."""
    who, charged = wanted.actor.scope, True
    try:
        limits.consume(SCOPE, who)
    except limits.OverLimit:
        if not replays.on_record([wanted], clock.now()):
            raise
        charged = False
    (result,) = record([wanted])
    if charged and isinstance(result, Verdict) and result.replayed:
        limits.consume(SCOPE, who, cost=-1)
    return result


def _refusal(
    key: str | None, code: str, text: str, details: dict[str, list[str]] | None = None
) -> Message:
    data: dict[str, Any] = {"code": code, "message": text}
    if details:
        data["details"] = details
    return message(ERROR, data, key=key)
