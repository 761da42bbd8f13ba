"""Starlette without FastAPI's validation: asyncpg, orjson, one statement an answer."""

from contextlib import asynccontextmanager

import jwt
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from . import raw

catalogue = raw.Catalogue()


@asynccontextmanager
async def lifespan(app: Starlette):
    app.state.pool = await raw.connect()
    await catalogue.load(app.state.pool)
    yield


def as_json(content: object, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")


async def progress(request: Request) -> Response:
    try:
        claims = jwt.decode(request.headers["authorization"][7:], raw.KEY, algorithms=["HS256"])
    except (KeyError, jwt.InvalidTokenError):
        return as_json({"detail": "Invalid token"}, 401)
    user_id, session_id = int(claims["user_id"]), request.path_params["session_id"]
    if not await raw.within_limit(user_id):
        return as_json({"detail": "Rate limit exceeded"}, 429)
    data = orjson.loads(await request.body())
    item = catalogue.by_id.get(data["item_id"])
    if item is None:
        return as_json({"detail": "No such item"}, 400)
    answer, lowered = item
    correct = data["answer"].strip().lower() == lowered
    milliseconds = int(data["time_taken"] * 1000)
    row = await request.app.state.pool.fetchrow(
        raw.RECORD, int(correct), milliseconds, session_id, user_id, data["item_id"], data["answer"]
    )
    if row is None:
        return as_json({"detail": "Session not found"}, 404)
    answered, right, planned, streak, activity_id = row
    now = {
        "completed": answered,
        "remaining": planned - answered,
        "success_rate": round(right / answered, 4),
    }
    event = {"type": "progress_update", "data": {**now, "current_streak": streak}}
    await raw.cache.publish(f"session:{session_id}", orjson.dumps(event))
    following = catalogue.by_place[(activity_id, answered % 1000)]
    return as_json(
        {"correct": correct, "correct_answer": answer, "progress": now, "next_item": following}
    )


app = Starlette(
    routes=[Route("/api/v1/sessions/{session_id:int}/progress", progress, methods=["POST"])],
    lifespan=lifespan,
)
