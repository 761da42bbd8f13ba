"""The headers of an answer are asked of Django once, however many answers come at first."""

import asyncio

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
