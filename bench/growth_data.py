"""A database with a given number of attempts, written by COPY.

    python -m bench.growth_data FOLDER ROWS COLLECTED LONG

A learner has 100 ended sessions of 100 attempts, so ROWS attempts are ROWS / 10,000 learners, whose
sessions take turns. Beside them: one with COLLECTED sessions without attempts, and one with an open
session of 10 attempts and one of LONG. Requests for ``bench.growth_probe`` go into FOLDER.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django
from django.db import connection
from tqdm import tqdm

ITEMS, SESSIONS, ATTEMPTS, SHORT = 1000, 100, 100, 10
FIRST_DAY = datetime(2026, 1, 1, 8, tzinfo=UTC)
SESSION = (
    "id user_id dialect activity_id session_type standalone difficulty seed status completion "
    "started_at ended_at running_since active_ms zone local_day item_count answered_count "
    "attempt_count correct_count current_streak best_streak response_ms mastered_count last_seq "
    "answered_mask"
)
ATTEMPT = (
    "session_id seq item_id answer correct close response_ms created_at answered_count "
    "attempt_count correct_count current_streak"
)
DAY = "user_id day started ended practised completed seconds attempts correct"


def main() -> None:
    from django.core.management import call_command

    folder = Path(sys.argv[1])
    rows, collected, long = (int(number) for number in sys.argv[2:])
    call_command("migrate", interactive=False, verbosity=0)
    learners = rows // (SESSIONS * ATTEMPTS)
    _people_and_items(learners + 2)
    collector, answering = learners + 1, learners + 2
    ended = learners * SESSIONS
    _copy("session", SESSION, _sessions(learners, collector, collected, answering, long))
    with tqdm(total=rows + long + SHORT, desc="Attempts", unit_scale=True, leave=False) as bar:
        lengths = [*([ATTEMPTS] * ended), SHORT, long]
        ids = [*range(1, ended + 1), ended + collected + 1, ended + collected + 2]
        _copy("attempt", ATTEMPT, _attempts(ids, lengths, bar))
    _copy("practiceday", DAY, _days(learners))
    _plans([ended + collected + 1, ended + collected + 2])
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('sessions_core_session_id_seq', %s)", [ended + collected + 2])
        cursor.execute("VACUUM ANALYZE")
    _write_requests(folder, learners, ended, collected)


def _people_and_items(count: int) -> None:
    from django.contrib.auth import get_user_model

    from sessions_core.models import Activity, Item

    users = get_user_model()
    users.objects.bulk_create(
        [users(username=f"learner{n}", password="!", is_staff=not n) for n in range(count)]
    )
    users.objects.create_superuser("admin")
    activity = Activity.objects.create(key="bench", name="Basic Vocabulary")
    Item.objects.bulk_create(
        Item(activity=activity, key=f"word{n}", position=n, prompt=f"word{n}", answer=f"palabra{n}")
        for n in range(1, ITEMS + 1)
    )


def _copy(table: str, columns: str, blocks: Iterator[str]) -> None:
    names = ", ".join(columns.split())
    connection.ensure_connection()
    raw: Any = connection.connection
    with (
        raw.cursor() as cursor,
        cursor.copy(f"COPY sessions_core_{table} ({names}) FROM STDIN") as copy,
    ):
        for block in blocks:
            copy.write(block)


def _line(*values: object) -> str:
    return "\t".join("\\N" if value is None else str(value) for value in values) + "\n"


def _session(pk: int, user: int, start: datetime, attempts: int, *, ended: bool) -> str:
    end = start + timedelta(minutes=10)
    return _line(
        *(pk, user, "portal", 1, "practice", "f", "medium", pk),
        *(("completed", "completed") if ended else ("active", "")),
        *(start, end if ended else None, None if ended else start, 600_000 if ended else 0),
        *("UTC", start.date(), ATTEMPTS if ended else 200),
        *(min(attempts, ATTEMPTS), attempts, attempts * 7 // 10, 0, 7, attempts * 3500, 70),
        *(attempts + ended, "\\\\x" + "ff" * 12 + "0f"),
    )


def _sessions(
    learners: int, collector: int, collected: int, answering: int, long: int
) -> Iterator[str]:
    ended = learners * SESSIONS
    for number in range(ended):
        start = FIRST_DAY + timedelta(days=number // learners, seconds=number % learners)
        yield _session(number + 1, number % learners + 1, start, ATTEMPTS, ended=True)
    for number in tqdm(range(collected), "Sessions", unit_scale=True, leave=False):
        start = FIRST_DAY + timedelta(seconds=10 * number)
        yield _session(ended + number + 1, collector, start, 0, ended=True)
    now = datetime.now(UTC)
    for number, attempts in enumerate((SHORT, long)):
        yield _session(ended + collected + number + 1, answering, now, attempts, ended=False)


def _attempts(ids: Sequence[int], lengths: Sequence[int], bar: tqdm) -> Iterator[str]:
    """The attempts of a session, from a block that all sessions of a length share."""
    blocks: dict[int, str] = {}
    for pk, length in zip(ids, lengths, strict=True):
        if length not in blocks:
            blocks[length] = "".join(
                _line("@", n, n % ITEMS + 1, "palabra", "t" if n % 10 < 7 else "f", "f", 3500)[:-1]
                + "\t"
                + _line(FIRST_DAY, min(n, ATTEMPTS), n, n * 7 // 10, 0)
                for n in range(1, length + 1)
            )
        yield blocks[length].replace("@", str(pk))
        bar.update(length)


def _days(learners: int) -> Iterator[str]:
    for user in range(1, learners + 1):
        for day in range(SESSIONS):
            date = (FIRST_DAY + timedelta(days=day)).date()
            yield _line(user, date, 1, 1, 1, 1, 600, ATTEMPTS, ATTEMPTS * 7 // 10)


def _plans(ids: Sequence[int]) -> None:
    from sessions_core.models import Plan

    planned = list(range(1, 201))
    Plan.objects.bulk_create(Plan(session_id=pk, item_ids=planned) for pk in ids)


def _write_requests(folder: Path, learners: int, ended: int, collected: int) -> None:
    """By operation: ``[path, token, body, method]``, of learners spread over the table."""
    from django.contrib.auth import get_user_model

    from sessions_core import tokens
    from sessions_core.public_id import encode

    users = get_user_model().objects
    who = list(range(1, learners + 1, max(1, learners // 100)))
    token = {pk: tokens.issue(users.get(pk=pk)).access for pk in [*who, learners + 1, learners + 2]}
    root, month = "/api/v1/sessions", "from=2026-02-01&to=2026-02-28"
    answer = json.dumps({"item_id": 5, "answer": "palabra5", "time_taken": 3.5})
    short, long = (f"{root}/{encode(ended + collected + n)}/progress" for n in (1, 2))
    asked: dict[str, list[Any]] = {
        "history": [[f"{root}/history", token[pk], "", "GET"] for pk in who],
        "deep history": [
            [f"{root}/history?cursor={_cursor(90, learners, pk)}", token[pk], "", "GET"]
            for pk in who
        ],
        "details": [[f"{root}/{encode(pk)}", token[pk], "", "GET"] for pk in who],
        "stats": [[f"{root}/stats", token[pk], "", "GET"] for pk in who],
        "calendar": [[f"{root}/calendar?{month}", token[pk], "", "GET"] for pk in who],
        "answer": [[short, token[learners + 2], answer, "POST"]],
        "answer in a long session": [[long, token[learners + 2], answer, "POST"]],
        "collected": [[f"{root}/history", token[learners + 1], "", "GET"]],
        "deep collected": [
            [f"{root}/history?cursor={_collected(n)}", token[learners + 1], "", "GET"]
            for n in (collected // 100, collected // 10, collected // 2)
            if collected
        ],
        "admin's list": [["/admin/sessions_core/session/", "", "", "GET"]],
    }
    (folder / "growth.json").write_text(json.dumps(asked))


def _cursor(day: int, learners: int, user: int) -> str:
    """After the learner's session of ``day``, which 90 newer ones precede."""
    from sessions_core.models import Session
    from sessions_core.surfaces.portal.cursor import cursor_after

    newest_first = Session.objects.filter(user_id=user).order_by("-started_at")
    return cursor_after(newest_first[min(day, SESSIONS - 1) - 1])


def _collected(number: int) -> str:
    from sessions_core.models import Session
    from sessions_core.surfaces.portal.cursor import cursor_after

    start = FIRST_DAY + timedelta(seconds=10 * number)
    return cursor_after(Session.objects.filter(started_at=start).latest("pk"))


if __name__ == "__main__":
    django.setup()
    main()
