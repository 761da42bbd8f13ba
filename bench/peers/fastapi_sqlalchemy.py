"""FastAPI with SQLAlchemy's async ORM, as its documentation and most projects have it.

The user is loaded by a dependency, the session row is locked, the attempt added, the counters
changed on the object, and the event published after the commit.
"""

import json
import os
import time
from datetime import UTC, datetime
from typing import Annotated

import jwt
import redis.asyncio as redis
from fastapi import Depends, FastAPI, HTTPException, Path
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import DateTime, ForeignKey, MetaData, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

LIMIT = 10**9
KEY = os.environ["SECRET_KEY"]
engine = create_async_engine(
    os.environ["DATABASE_URL"].replace("postgres://", "postgresql+asyncpg://"),
    pool_size=10,
    max_overflow=0,
)
make_session = async_sessionmaker(engine, expire_on_commit=False)
cache = redis.from_url(os.environ["REDIS_URL"])


class Base(DeclarativeBase):
    metadata = MetaData(schema="peer")


class User(Base):
    __tablename__ = "auth_user"
    __table_args__ = {"schema": "public"}
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str]
    is_active: Mapped[bool]
    is_staff: Mapped[bool]


class Item(Base):
    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int]
    position: Mapped[int]
    word: Mapped[str]
    answer: Mapped[str]
    type: Mapped[str]


class Activity(Base):
    __tablename__ = "activity"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    type: Mapped[str]


class PracticeSession(Base):
    __tablename__ = "practice_session"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int]
    activity_id: Mapped[int] = mapped_column(ForeignKey(Activity.id))
    activity: Mapped[Activity] = relationship()
    status: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    item_count: Mapped[int]
    answered: Mapped[int]
    correct: Mapped[int]
    streak: Mapped[int]
    best_streak: Mapped[int]
    time_ms: Mapped[int]


class Attempt(Base):
    __tablename__ = "attempt"
    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey(PracticeSession.id))
    user_id: Mapped[int]
    item_id: Mapped[int]
    answer: Mapped[str]
    is_correct: Mapped[bool]
    time_ms: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ProgressIn(BaseModel):
    item_id: int = Field(ge=1)
    answer: str = Field(max_length=200)
    time_taken: float = Field(ge=0, le=86400)


class ItemOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
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


async def get_db():
    async with make_session() as db:
        yield db


Database = Annotated[AsyncSession, Depends(get_db)]
Bearer = Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]


async def current_user(credentials: Bearer, db: Database) -> User:
    try:
        claims = jwt.decode(credentials.credentials, KEY, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise HTTPException(401, "Invalid token") from None
    user = await db.get(User, int(claims["user_id"]))
    if user is None or not user.is_active:
        raise HTTPException(401, "Inactive user")
    return user


CurrentUser = Annotated[User, Depends(current_user)]
app = FastAPI()


async def count_request(user: User) -> None:
    key = f"limit:{user.id}:{int(time.time()) // 60}"
    pipeline = cache.pipeline(transaction=False)
    pipeline.incr(key)
    pipeline.expire(key, 120)
    if (await pipeline.execute())[0] > LIMIT:
        raise HTTPException(429, "Rate limit exceeded")


@app.post("/api/v1/sessions/{session_id}/progress", response_model=ProgressOut)
async def progress(
    session_id: Annotated[int, Path(ge=1)], data: ProgressIn, db: Database, user: CurrentUser
) -> ProgressOut:
    await count_request(user)
    query = select(PracticeSession).where(
        PracticeSession.id == session_id, PracticeSession.user_id == user.id
    )
    session = (await db.execute(query.with_for_update())).scalar_one_or_none()
    if session is None:
        raise HTTPException(404, "Session not found")
    if session.status != 1:
        raise HTTPException(400, "Session is already completed")
    query = select(Item).where(Item.id == data.item_id, Item.activity_id == session.activity_id)
    item = (await db.execute(query)).scalar_one_or_none()
    if item is None:
        raise HTTPException(400, "No such item")
    correct = data.answer.strip().lower() == item.answer.lower()
    milliseconds = int(data.time_taken * 1000)
    db.add(
        Attempt(
            session_id=session.id,
            user_id=user.id,
            item_id=item.id,
            answer=data.answer,
            is_correct=correct,
            time_ms=milliseconds,
            created_at=datetime.now(UTC),
        )
    )
    session.answered += 1
    session.correct += int(correct)
    session.streak = session.streak + 1 if correct else 0
    session.best_streak = max(session.best_streak, session.streak)
    session.time_ms += milliseconds
    query = select(Item).where(
        Item.activity_id == session.activity_id, Item.position == session.answered % 1000
    )
    following = (await db.execute(query)).scalar_one()
    await db.commit()
    now = Progress(
        completed=session.answered,
        remaining=session.item_count - session.answered,
        success_rate=round(session.correct / session.answered, 4),
    )
    event = {"type": "progress_update", "data": {**now.model_dump(), "streak": session.streak}}
    await cache.publish(f"session:{session_id}", json.dumps(event))
    return ProgressOut(
        correct=correct,
        correct_answer=item.answer,
        progress=now,
        next_item=ItemOut.model_validate(following),
    )
