"""What is done once under an idempotency key, by a verb whose own statement keeps the reply.

``rest.replies.once`` for an event loop: no key is held meanwhile. Of two requests under one key,
the second waits for the first at the primary key of the replies, and then does nothing.
"""

from collections.abc import Callable
from functools import partial

from ..errors import SessionError
from ..lifecycle.recent import Recent
from ..lifecycle.statements import Alongside, Asking, Statement
from ..rest import replies
from ..rest.replies import Asked, Reply, Stored

#: A verb up to its reply, given what makes the reply part of its statement.
Act = Callable[[Callable[[Reply], Alongside]], Asking[Reply]]

# Keys kept here: whoever comes with one of them wants to hear the same again.
_keys = Recent(16_384)


def once(asked: Asked, act: Act) -> Asking[Reply]:
    """The reply on record, or else that of ``act``, recorded with its effect.

    Raises ``KeyReused``, and what ``act`` raises; neither effect nor record is left then.
    """
    if asked.key in _keys:
        stored = yield from _finding(asked)
        if stored is not None:
            return stored.reply(asked)
    try:
        reply = yield from act(partial(replies.alongside, asked))
    except SessionError:
        # Perhaps because the first request has done it.
        stored = yield from _finding(asked)
        if stored is None:
            raise
        return stored.reply(asked)
    _keys.update([asked.key])
    return reply


def _finding(asked: Asked) -> Asking[Stored | None]:
    rows = yield Statement(*replies.finding(asked.key))
    return Stored(*rows[0]) if rows else None
