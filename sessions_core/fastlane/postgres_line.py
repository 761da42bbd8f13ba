"""A connection to Postgres that the event loop itself reads from: no thread between it and a row.

Statements are prepared once and bound on the server, and what is asked together is sent in one
piece. In all else, its parameters and its adapters, the connection is as Django's are; but it is in
no pool, since nobody else could use it.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from functools import partial
from selectors import EVENT_READ, DefaultSelector
from typing import Any, Protocol, TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import OperationalError, errors, pq
from psycopg.adapt import Transformer

from ..lifecycle.statements import Asking, Statement, Together
from ..prepared import numbered

T = TypeVar("T")


class Condition(Protocol):
    """Of what is asked. Both raise where it must not be committed."""

    def is_met(self) -> bool:
        """Whether that is known by now."""
        ...

    async def met(self) -> None: ...


# Seconds that plans are kept. Where nobody analyses the tables, those made when there was little in
# them would hold for as long as the connection, and a scheduler's may be made of joins.
REPLAN = 60.0
_LOST = "The connection is lost"
_GOOD = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK)
# All that is asked here is found by index, also in tables that were empty when it was planned.
# One whose row somebody holds must not keep what shares its transaction: it goes another way.
_SETTINGS = """
SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off;
SET lock_timeout = '100ms';
SET application_name = '{work} on the loop'
"""


class PostgresLine:
    """Opened and closed in ``thread``, since that may take a while; used on ``loop`` alone.

    ``work``: what the server is told that it is for.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, thread: Executor, work: str) -> None:
        self._loop = loop
        self._thread = thread
        self._work = work
        self._settings = _SETTINGS.format(work=work)
        self._wrapper: BaseDatabaseWrapper | None = None
        self._names: dict[str, bytes] = {}
        self._answer: asyncio.Future[list[Any]] | None = None
        self._results: list[Any] = []

    @property
    def is_open(self) -> bool:
        return self._wrapper is not None

    async def open(self) -> None:
        """Raises Django's ``DatabaseError``."""
        opening = self._thread.submit(_connect, self._settings)
        try:
            self._wrapper = await asyncio.wrap_future(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_close_unused)
            raise
        connection = self._wrapper.connection
        self._postgres = connection.pgconn
        self._postgres.nonblocking = 1
        self._postgres.enter_pipeline_mode()
        self._rows = Transformer(connection)
        self._names = {}
        self._planned_at = self._loop.time()
        self._socket = self._postgres.socket  # Not to be had of a connection that is lost.
        self._loop.add_reader(self._socket, self._readable)

    def close(self) -> None:
        """At once; the server hears of it a little later. Whoever waits for an answer gets none."""
        if self._wrapper is None:
            return
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._thread.submit(self._wrapper.close)
        self._wrapper = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(DatabaseError(_LOST))

    async def resolve(
        self, asking: Asking[T], asked: Statement | Together, condition: Condition | None = None
    ) -> T:
        """``statements.resolve``, without waiting in the loop's way; ``asked``: the first that
        ``asking`` has yielded. Raises psycopg's errors where the server refuses, and
        ``DatabaseError`` where it is gone; the line is then closed.

        Where it is not known whether ``condition`` is met, that is awaited while the server is at
        work on ``asked``, and before that is committed. What it raises is raised, and nothing is
        written; the line may then be closed.
        """
        try:
            while True:
                (rows,) = await self.ask([asked], condition)
                asked, condition = asking.send(rows), None
        except StopIteration as end:
            return end.value

    async def ask(
        self, asked: Sequence[Statement | Together], condition: Condition | None = None
    ) -> list[Any]:
        """What each ``Asking`` is sent for what it has ``asked``. All of that is one transaction,
        having one Sync. Raises as ``resolve`` does.
        """
        if self.is_open and self._loop.time() >= self._planned_at + REPLAN:
            await self._forget_plans()
        batch = [each for part in asked for each in _statements(part)]
        for statement in batch:
            if statement.sql not in self._names:
                await self._prepare(statement.sql)
        given = [numbered(statement.sql).sent(statement.values) for statement in batch]

        def send() -> None:
            for statement, values in zip(batch, given, strict=True):
                name, form = self._names[statement.sql], int(statement.binary)
                self._postgres.send_query_prepared(name, values, None, form)

        meanwhile = [each.meanwhile for each in batch if each.meanwhile is not None]
        results = await self._exchange(send, condition, meanwhile)
        rows = (self._rows_of(result) for result in results)
        return [
            [next(rows) for _ in part.statements] if isinstance(part, Together) else next(rows)
            for part in asked
        ]

    async def _prepare(self, sql: str) -> None:
        name = b"%b_%d" % (self._work.encode(), len(self._names))
        await self._exchange(partial(self._postgres.send_prepare, name, numbered(sql).text))
        self._names[sql] = name

    async def _forget_plans(self) -> None:
        self._planned_at = self._loop.time()
        await self._exchange(partial(self._postgres.send_query_params, b"DISCARD PLANS", None))

    def _rows_of(self, result: Any) -> list[tuple]:
        self._rows.set_pgresult(result)
        return self._rows.load_rows(0, result.ntuples, tuple)

    async def _exchange(
        self,
        send: Callable[[], None],
        condition: Condition | None = None,
        meanwhile: Sequence[Callable[[], None]] = (),
    ) -> list[Any]:
        if not self.is_open:
            raise DatabaseError(_LOST)
        must_wait = condition is not None and not condition.is_met()
        self._results, self._answer = [], self._loop.create_future()
        try:
            send()
            if condition is not None and must_wait:
                self._write()
                await condition.met()
                if self._answer.done():
                    return await self._answer  # The line was lost meanwhile, and this says so.
            self._postgres.pipeline_sync()
            self._write()
            for work in meanwhile:
                work()
            results = await self._answer
        except OperationalError as error:
            self._abandon()
            raise DatabaseError(_LOST) from error
        except BaseException:
            self._abandon()
            raise
        for result in results:
            if result.status not in _GOOD:
                raise errors.error_from_result(result)
        return results

    def _abandon(self) -> None:
        """What is still to come would be taken for what the next one has asked for."""
        self._answer = None
        self.close()

    def _write(self) -> None:
        if self._postgres.flush():
            self._loop.add_writer(self._socket, self._write_on)

    def _write_on(self) -> None:
        self._loop.remove_writer(self._socket)
        try:
            self._write()
        except OperationalError:
            self.close()

    def _readable(self) -> None:
        """Take in all that is there: after a reset, uvloop says so once and never again."""
        try:
            self._postgres.consume_input()
            while not self._is_answered() and _has_more(self._socket):
                self._postgres.consume_input()
        except OperationalError:
            self.close()

    def _is_answered(self) -> bool:
        """Whether who waits has been given the answer, all of it being there."""
        ended = False  # As is each statement, by None; and by another, what there is to be had.
        while not self._postgres.is_busy():
            result = self._postgres.get_result()
            if result is None:
                if ended:
                    break
                ended = True
            elif result.status != pq.ExecStatus.PIPELINE_SYNC:
                self._results.append(result)
                ended = False
            elif self._answer is not None and not self._answer.done():
                self._answer.set_result(self._results)
                return True
        return False


def _statements(asked: Statement | Together) -> Sequence[Statement]:
    return asked.statements if isinstance(asked, Together) else (asked,)


def _has_more(socket: int) -> bool:
    with DefaultSelector() as selector:
        selector.register(socket, EVENT_READ)
        return bool(selector.select(0))


def _connect(settings: str) -> BaseDatabaseWrapper:
    usual = connections[DEFAULT_DB_ALIAS]
    options = {**usual.settings_dict["OPTIONS"], "pool": None}
    wrapper = type(usual)({**usual.settings_dict, "OPTIONS": options}, usual.alias)
    wrapper.inc_thread_sharing()  # Another thread of the executor may close it.
    wrapper.ensure_connection()
    try:
        with wrapper.wrap_database_errors:
            wrapper.connection.execute(settings)
    except DatabaseError:
        wrapper.close()
        raise
    return wrapper


def _close_unused(opening: "Future[BaseDatabaseWrapper]") -> None:
    """Nobody waits for it any more, and the collector may take its time."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
