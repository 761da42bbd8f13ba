"""What is measured: learners with a session each, in the project's tables and in the peers'."""

import json
import random
from pathlib import Path
from typing import Any

import psycopg
from django.contrib.auth import get_user_model
from django.core.management import call_command

from sessions_core import tokens
from sessions_core.public_id import encode

HERE = Path(__file__).parent
# As the real ones: some of the answers are wrong.
RIGHT = 0.7

Request = tuple[str, str, str]


def build(database_url: str) -> None:
    """Empty the tables and fill them anew."""
    call_command("migrate", interactive=False, verbosity=0)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute((HERE / "world.sql").read_text())
        connection.execute("VACUUM ANALYZE")


def bearer_tokens() -> list[tuple[int, str]]:
    """A token for each learner: simplejwt's, which the peers read with the same key."""
    users = get_user_model().objects.filter(username__startswith="learner").order_by("pk")
    return [(user.pk, tokens.issue(user).access) for user in users]


def answers(folder: Path) -> dict[str, Path]:
    """Files of answers for the driver, by whom they are for: the same answers, but for the id."""
    choose = random.Random(1)
    for_us: list[Request] = []
    for_peers: list[Request] = []
    for user, token in bearer_tokens() * 5:
        item = (user + choose.randrange(200) * 5) % 1000 + 1
        text = f"palabra{item}" if choose.random() < RIGHT else f"palabro {choose.randrange(99)}"
        body = json.dumps({"item_id": item, "answer": text, "time_taken": 3.5})
        for_us.append((f"/api/v1/sessions/{encode(user)}/progress", token, body))
        for_peers.append((f"/api/v1/sessions/{user}/progress", token, body))
    return {
        "project": _write(folder / "project.json", for_us),
        "peer": _write(folder / "peer.json", for_peers),
    }


def _write(path: Path, requests: Any) -> Path:
    path.write_text(json.dumps(requests))
    return path
