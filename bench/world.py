"""What is measured: 2,000 learners with an active session each of 200 items out of 1,000.

    python -m bench.world FOLDER

fills the new database of ``DATABASE_URL`` (the peers' tables too, on Postgres) and writes the
requests for the driver into FOLDER. Session n belongs to user n; "palabra<n>" is right for item n.
"""

import json
import random
import sys
from pathlib import Path
from typing import Any

import django
from django.db import connection

USERS, ITEMS, PLANNED = 2000, 1000, 200
# As with real learners, some of the answers are wrong.
RIGHT = 0.7


def main() -> None:
    from django.core.management import call_command

    folder = Path(sys.argv[1])
    call_command("migrate", interactive=False, verbosity=0)
    _fill()
    if connection.vendor == "postgresql":
        schema = Path(__file__).with_name("peers") / "schema.sql"
        with connection.cursor() as cursor:
            cursor.execute(schema.read_text())
            cursor.execute("VACUUM ANALYZE")
    _write_requests(folder)


def _fill() -> None:
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from sessions_core.models import Activity, Item, Plan, Session

    now = timezone.now()
    users = get_user_model().objects
    users.bulk_create([users.model(username=f"learner{n}", password="!") for n in range(USERS)])
    activity = Activity.objects.create(key="bench", name="Basic Vocabulary")
    Item.objects.bulk_create(
        Item(activity=activity, key=f"word{n}", position=n, prompt=f"word{n}", answer=f"palabra{n}")
        for n in range(1, ITEMS + 1)
    )
    Session.objects.bulk_create(
        Session(
            user_id=n,
            dialect="portal",
            activity=activity,
            seed=n,
            started_at=now,
            running_since=now,
            local_day=now.date(),
            item_count=PLANNED,
        )
        for n in range(1, USERS + 1)
    )
    Plan.objects.bulk_create(
        Plan(session_id=n, item_ids=[_planned(n, place) for place in range(PLANNED)])
        for n in range(1, USERS + 1)
    )


def _planned(user: int, place: int) -> int:
    return (user + place * 5) % ITEMS + 1


def _write_requests(folder: Path) -> None:
    """The same answers for the project and for the peers, but for the spelling of the session."""
    from django.contrib.auth import get_user_model

    from sessions_core import tokens
    from sessions_core.public_id import encode

    choose = random.Random(1)
    learners = [(user.pk, tokens.issue(user).access) for user in get_user_model().objects.all()]
    project: list[Any] = []
    peers: list[Any] = []
    for user, token in learners * 5:
        item = _planned(user, choose.randrange(PLANNED))
        text = f"palabra{item}" if choose.random() < RIGHT else f"palabro {choose.randrange(99)}"
        body = json.dumps({"item_id": item, "answer": text, "time_taken": 3.5})
        project.append([f"/api/v1/sessions/{encode(user)}/progress", token, body])
        peers.append([f"/api/v1/sessions/{user}/progress", token, body])
    (folder / "project.json").write_text(json.dumps(project))
    (folder / "peers.json").write_text(json.dumps(peers))


if __name__ == "__main__":
    django.setup()
    main()
