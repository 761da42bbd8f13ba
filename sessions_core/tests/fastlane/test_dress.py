"""The headers of an answer are asked of Django once, however many answers come at first."""

import asyncio
import logging

from sessions_core.fastlane.dress import Wardrobe

SCOPE = {"type": "http", "scheme": "http", "path": "/api/v1/sessions/x/progress"}
WORN = [(b"x-frame-options", b"DENY"), (b"content-length", b"20")]


async def test_a_crowd_at_first_asks_once() -> None:
    asked = 0

    async def django(scope, receive, send) -> None:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.01)
        await send({"type": "http.response.start", "status": 401, "headers": WORN})
        await send({"type": "http.response.body", "body": b""})

    wardrobe = Wardrobe(django)
    crowd = [wardrobe.headers("progress", SCOPE, ()) for _ in range(50)]
    worn = await asyncio.gather(*crowd)
    assert worn == [[(b"x-frame-options", b"DENY")]] * 50
    assert asked == 1
    await wardrobe.headers("progress", SCOPE, ())
    assert asked == 1


async def test_who_says_https_is_asked_for_apart() -> None:
    """Only some peers are believed, so what one of them is told is not for another."""
    asked = []

    async def django(scope, receive, send) -> None:
        asked.append(scope["client"][0])
        await send({"type": "http.response.start", "status": 401, "headers": WORN})

    wardrobe = Wardrobe(django)
    said = ((b"x-forwarded-proto", b"https"),)
    for address in ("127.0.0.1", "192.0.2.1", "127.0.0.1"):
        await wardrobe.headers("progress", {**SCOPE, "client": (address, 1)}, said)
    assert asked == ["127.0.0.1", "192.0.2.1"]


async def test_the_question_is_no_failed_request_in_the_log(caplog) -> None:
    async def django(scope, receive, send) -> None:
        logging.getLogger("django.request").warning("Unauthorized")
        await send({"type": "http.response.start", "status": 401, "headers": WORN})

    await Wardrobe(django).headers("progress", SCOPE, ())
    assert not caplog.records
    logging.getLogger("django.request").warning("Unauthorized")
    assert len(caplog.records) == 1
