"""Groups of jobs done by the reference itself, in a thread: where the database is not Postgres.

One writer at a time is all that SQLite has, so a group saves each of its answers a commit.
"""

from .. import tokens
from ..lifecycle import answer
from ..lifecycle.submission import Verdict
from .batcher import Charged, Job
from .threads import in_thread


class NoConnection:
    """The verb takes Django's own connection, in its thread, which nobody can stop: whoever would
    not wait for it could not say whether the answer has been recorded.
    """

    timeout: float | None = None

    def abort(self) -> None:
        return None

    async def close(self) -> None:
        return None


async def record(connection: NoConnection, jobs: list[Job], charged: Charged) -> None:
    """Record the submissions of ``jobs``.

    Of those that are charged here, what was refused or recorded before is left to Django.
    """
    allowed = await charged(jobs)
    if allowed:
        results = await in_thread(answer.record, [job.wanted for job in allowed])
        for job, result in zip(allowed, results, strict=True):
            if job.limit is None or (isinstance(result, Verdict) and not result.replayed):
                job.result = result


async def verify(connection: object, jobs: list[Job], charged: Charged) -> None:
    """Look at the token of each of the ``jobs``. That it is an ``InvalidToken`` is a result too."""
    found = await in_thread(tokens.verify_many, [job.wanted for job in jobs])
    for job, outcome in zip(jobs, found, strict=True):
        job.result = outcome
