"""FastAPI by somebody who minds speed: asyncpg without an ORM, one statement an answer."""

import json
from contextlib import asynccontextmanager
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field

from . import raw

catalogue = raw.Catalogue()


class ProgressIn(BaseModel):
    item_id: int = Field(ge=1)
    answer: str = Field(max_length=200)
    time_taken: float = Field(ge=0, le=86400)


class ItemOut(BaseModel):
    id: int
    word: str
    type: str


class Progress(BaseModel):
    completed: int
    remaining: int
    success_rate: float


class ProgressOut(BaseModel):
    correct: bool
    correct_answer: str
    progress: Progress
    next_item: ItemOut


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.pool = await raw.connect()
    await catalogue.load(app.state.pool)
    yield


app = FastAPI(lifespan=lifespan)
Bearer = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


async def current_user_id(credentials: Bearer) -> int:
    try:
        return int(jwt.decode(credentials.credentials, raw.KEY, algorithms=["HS256"])["user_id"])
    except jwt.InvalidTokenError:
        raise HTTPException(401, "Invalid token") from None


@app.post("/api/v1/sessions/{session_id}/progress", response_model=ProgressOut)
async def progress(
    session_id: int, data: ProgressIn, user_id: Annotated[int, Depends(current_user_id)]
):
    if not await raw.within_limit(user_id):
        raise HTTPException(429, "Rate limit exceeded")
    item = catalogue.by_id.get(data.item_id)
    if item is None:
        raise HTTPException(400, "No such item")
    answer, lowered = item
    correct = data.answer.strip().lower() == lowered
    milliseconds = int(data.time_taken * 1000)
    row = await app.state.pool.fetchrow(
        raw.RECORD, int(correct), milliseconds, session_id, user_id, data.item_id, data.answer
    )
    if row is None:
        raise HTTPException(404, "Session not found")
    answered, right, planned, streak, activity_id = row
    now = {
        "completed": answered,
        "remaining": planned - answered,
        "success_rate": round(right / answered, 4),
    }
    event = {"type": "progress_update", "data": {**now, "current_streak": streak}}
    await raw.cache.publish(f"session:{session_id}", json.dumps(event))
    following = catalogue.by_place[(activity_id, answered % 1000)]
    return {"correct": correct, "correct_answer": answer, "progress": now, "next_item": following}
