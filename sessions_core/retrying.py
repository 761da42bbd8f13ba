"""Deadlocks and serialisation failures are the database asking us to try again."""

import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

from .errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")

ATTEMPTS = 4
# SQLSTATE of serialization_failure, deadlock_detected, lock_not_available, and of
# invalid_sql_statement_name: what was prepared has been deallocated.
TRANSIENT = {"40001", "40P01", "55P03", "26000"}


def is_transient(error: OperationalError) -> bool:
    """Whether the same transaction may succeed when tried again."""
    return getattr(error.__cause__, "sqlstate", None) in TRANSIENT


def retrying(verb: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call ``verb`` in a transaction of its own until the database takes it.

    Raises ``Unavailable`` after the last attempt; nothing was committed then. Inside an outer
    transaction it is called once: only the outermost can start over.
    """
    if connection.in_atomic_block:
        return verb(*args, **kwargs)
    for attempt in range(ATTEMPTS):
        try:
            return verb(*args, **kwargs)
        except OperationalError as error:
            if not is_transient(error):
                raise
            time.sleep(random.uniform(0, 0.01 * 2**attempt))
    raise Unavailable
