"""A verb is done whole, or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from ..errors import SessionError


@contextmanager
def whole() -> Iterator[None]:
    """A transaction of its own, or a part of the one that is running.

    There it makes no savepoint, which would cost two round trips: what fails takes the running
    transaction with it. A ``SessionError`` does not: a verb raises it before it writes anything.
    """
    if not connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    try:
        yield
    except SessionError:
        raise
    except BaseException:
        transaction.set_rollback(True)
        raise
