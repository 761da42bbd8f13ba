"""What one statement costs the process that sends it, by Postgres driver.

    python -m bench.drivers [--rounds 5] [--seconds 1]

A statement records answers out of a JSON parameter: it inserts the attempts and updates the counts
of their sessions, in scratch tables, and commits. Each way has a connection of its own and sends
the same statement, prepared, one at a time; the ways take turns. The figures are medians of rounds.
"""

import argparse
import asyncio
import json
import random
import secrets
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import asyncpg
import psycopg
from tqdm import tqdm

from .__main__ import bench_run, new_database

try:
    import uvloop
except ImportError:
    uvloop = None

SESSIONS, SIZES = 1000, (1, 16)
TABLES = f"""
CREATE TABLE counted (id bigint PRIMARY KEY, answered int NOT NULL, correct int NOT NULL)
    WITH (fillfactor = 70);
CREATE TABLE attempt (session_id bigint NOT NULL REFERENCES counted (id), seq int NOT NULL,
    answer text NOT NULL, correct boolean NOT NULL, PRIMARY KEY (session_id, seq));
INSERT INTO counted SELECT n, 0, 0 FROM generate_series(1, {SESSIONS}) n;
"""
# ``{}``: how the driver spells the parameter.
RECORD = """
WITH given AS (
    SELECT * FROM json_to_recordset({}::json) AS r(id bigint, answer text, correct boolean)
), changed AS (
    UPDATE counted SET answered = answered + 1, correct = counted.correct + given.correct::int
    FROM given WHERE counted.id = given.id
    RETURNING counted.id, answered, counted.correct, given.answer, given.correct AS is_right
), added AS (
    INSERT INTO attempt (session_id, seq, answer, correct)
    SELECT id, answered, answer, is_right FROM changed
)
SELECT id, answered, correct FROM changed
"""
Send = Callable[[str], Awaitable[list]]


@dataclass(frozen=True)
class Cost:
    """Microseconds for a statement: of this process' CPU, and until its rows are there."""

    cpu: float
    elapsed: float


def main() -> None:
    wanted = arguments()
    with ExitStack() as ending, tempfile.TemporaryDirectory(prefix="langportal-bench-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o711)
        url = new_database(bench_run(folder, ending), "drivers", ending)["DATABASE_URL"]
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(TABLES)
            connection.execute("VACUUM ANALYZE")
        run = uvloop.run if uvloop else asyncio.run
        seen = run(measure(url, wanted))
    print(report(seen))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.drivers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1)
    return parser.parse_args()


async def measure(url: str, wanted: argparse.Namespace) -> dict[tuple[str, int], list[Cost]]:
    seen: dict[tuple[str, int], list[Cost]] = defaultdict(list)
    async with AsyncExitStack() as open_connections:
        ways = await connect(url, open_connections)
        sides = [(name, size) for name in ways for size in SIZES]
        for number in tqdm(range(wanted.rounds + 1), "Measuring"):
            for name, size in random.sample(sides, len(sides)):
                cost = await spend(ways[name], size, wanted.seconds)
                if number:  # In the first round, statements are prepared and caches filled.
                    seen[name, size].append(cost)
    return seen


async def connect(url: str, ending: AsyncExitStack) -> dict[str, Send]:
    """The ways to send, by name."""
    plain, piped = [
        await ending.enter_async_context(
            await psycopg.AsyncConnection.connect(url, autocommit=True)
        )
        for _ in range(2)
    ]
    other = await asyncpg.connect(url)
    ending.push_async_callback(other.close)
    for_psycopg, for_asyncpg = RECORD.format("%s"), RECORD.format("$1")

    async def by_psycopg(rows: str) -> list:
        cursor = await plain.execute(for_psycopg, (rows,), prepare=True)
        return await cursor.fetchall()

    async def in_a_pipeline(rows: str) -> list:
        async with piped.pipeline():
            cursor = await piped.execute(for_psycopg, (rows,), prepare=True)
            return await cursor.fetchall()

    async def by_asyncpg(rows: str) -> list:
        return await other.fetch(for_asyncpg, rows)

    return {
        f"psycopg ({psycopg.pq.__impl__})": by_psycopg,
        "psycopg, pipeline": in_a_pipeline,
        "asyncpg": by_asyncpg,
    }


async def spend(send: Send, size: int, seconds: float) -> Cost:
    given = [parameter(size) for _ in range(100)]
    count, cpu, began = 0, time.process_time(), time.perf_counter()
    while time.perf_counter() < began + seconds:
        rows = await send(given[count % len(given)])
        if len(rows) != size:
            raise RuntimeError(f"{len(rows)} rows in place of {size}")
        count += 1
    elapsed = time.perf_counter() - began
    return Cost(1e6 * (time.process_time() - cpu) / count, 1e6 * elapsed / count)


def parameter(size: int) -> str:
    ids = sorted(random.sample(range(1, SESSIONS + 1), size))
    return json.dumps(
        [{"id": n, "answer": secrets.token_hex(5), "correct": n % 3 > 0} for n in ids]
    )


def report(seen: dict[tuple[str, int], list[Cost]]) -> str:
    lines = [
        f"Under {'uvloop' if uvloop else 'asyncio'}, the client's side; psycopg "
        f"{psycopg.__version__}, asyncpg {asyncpg.__version__}:",
        "",
        "| driver | rows in a statement | CPU µs a statement | from – to | µs until answered |",
        "|---|---|---|---|---|",
    ]
    for (name, size), costs in sorted(seen.items(), key=lambda entry: entry[0][1]):
        cpu = [cost.cpu for cost in costs]
        lines.append(
            f"| {name} | {size} | {median(cpu):,.0f} | {min(cpu):,.0f} – {max(cpu):,.0f} "
            f"| {median(cost.elapsed for cost in costs):,.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
