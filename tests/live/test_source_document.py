"""The portal document's own client code, with a sign-in and this server's address put in."""

import asyncio
import json
from threading import Thread
from typing import Any

import pytest
import requests
import websockets
from django.contrib.auth.hashers import make_password

from tests.support.product import Product

from .learning import Learning

pytestmark = pytest.mark.processes


def test_a_session_by_the_documents_own_code_seen_by_its_own_socket(
    product: Product, learning: Learning
) -> None:
    learning.user.password = make_password("practise", hasher="bcrypt_sha256")
    learning.user.save()
    right = {str(pk): answer for pk, answer in learning.activity.items.values_list("pk", "answer")}
    api, updates = product.base_url, []
    token = requests.post(
        f"{api}/api/token/", json={"username": learning.user.username, "password": "practise"}
    ).json()["access"]
    headers = {"Authorization": f"Bearer {token}"}

    # Starting a Learning Session
    response = requests.post(
        f"{api}/v1/sessions/start",
        json={
            "activity_id": learning.activity.pk,
            "settings": {"difficulty": "medium", "word_count": 20},
        },
        headers=headers,
    )
    session = response.json()
    session_id = session["session_id"]

    # WebSocket Connection
    def process_update(data: dict[str, Any]) -> None:
        updates.append(data)

    async def connect_session(session_id: str) -> None:
        async with websockets.connect(
            f"{product.ws_url}/ws/sessions/{session_id}", additional_headers=headers, proxy=None
        ) as ws:
            while True:
                event = await ws.recv()
                data = json.loads(event)
                if data["type"] == "session_complete":
                    break
                process_update(data)

    watching = Thread(target=lambda: asyncio.run(connect_session(session_id)), daemon=True)
    watching.start()

    # Updating Progress
    item = session["first_item"]
    while item:
        response = requests.post(
            f"{api}/v1/sessions/{session_id}/progress",
            json={"item_id": item["item_id"], "answer": right[item["item_id"]], "time_taken": 3.5},
            headers=headers,
        )
        progress = response.json()
        item = progress["next_item"]
    requests.post(f"{api}/v1/sessions/{session_id}/complete", headers=headers)

    watching.join(timeout=120)
    assert not watching.is_alive()
    # The socket may have opened after some answers; from its first state on, all are there.
    completed = [update["data"]["completed"] for update in updates]
    assert completed == list(range(completed[0], 21))
    assert updates[-1]["data"] | {"status": None} == {
        "completed": 20,
        "remaining": 0,
        "success_rate": 1.0,
        "current_streak": 20,
        "status": None,
    }
