"""The rest of a session with FastAPI and SQLAlchemy: started, completed, listed, shown in detail.

Beside the answers of ``fastapi_sqlalchemy``, and in the same manner. There is no idempotency key,
no schedule of reviews, no rollup and no time zone: a session takes the activity's first items, and
whoever retries completes twice.
"""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, HTTPException, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ForeignKey, case, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, joinedload, mapped_column

from .fastapi_sqlalchemy import (
    Activity,
    Attempt,
    Base,
    CurrentUser,
    Database,
    Item,
    ItemOut,
    PracticeSession,
    app,
    count_request,
)

ACTIVE, COMPLETED = 1, 2
NAMES = {ACTIVE: "active", COMPLETED: "completed"}


class Plan(Base):
    __tablename__ = "plan"
    session_id: Mapped[int] = mapped_column(ForeignKey(PracticeSession.id), primary_key=True)
    item_ids: Mapped[list[int]] = mapped_column(JSONB)


class Achievement(Base):
    __tablename__ = "achievement"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int]
    session_id: Mapped[int] = mapped_column(ForeignKey(PracticeSession.id))
    code: Mapped[str]


# Code, name, and what earns it.
ACHIEVEMENTS = {
    "sharp-mind": ("Sharp Mind", lambda s: s.answered >= 5 and s.correct / s.answered >= 0.8),
    "flawless": ("Flawless", lambda s: s.answered >= 10 and s.correct == s.answered),
    "ten-in-a-row": ("Ten in a Row", lambda s: s.best_streak >= 10),
}


class Settings(BaseModel):
    difficulty: str = "medium"
    word_count: int = Field(default=20, ge=1, le=200)
    time_limit: int | None = Field(default=None, ge=10, le=14400)


class StartIn(BaseModel):
    activity_id: int = Field(ge=1)
    settings: Settings = Settings()


class StartOut(BaseModel):
    session_id: int
    start_time: datetime
    settings: Settings
    first_item: ItemOut


class Streaks(BaseModel):
    current: int
    best: int


class Summary(BaseModel):
    duration: int
    words_practiced: int
    correct_answers: int
    success_rate: float
    streaks: Streaks


class AchievementOut(BaseModel):
    type: str
    name: str


class NextStep(BaseModel):
    type: str
    description: str
    word_ids: list[int]


class CompleteOut(BaseModel):
    session_summary: Summary
    achievements: list[AchievementOut]
    next_steps: list[NextStep]


class ActivityOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    name: str


class Entry(BaseModel):
    id: int
    activity: ActivityOut
    status: str
    start_time: datetime
    end_time: datetime | None
    success_rate: float
    words_practiced: int


class HistoryOut(BaseModel):
    total: int
    sessions: list[Entry]


class Performance(BaseModel):
    words_practiced: int
    correct_answers: int
    incorrect_answers: int
    success_rate: float
    average_response_time: float


class Word(BaseModel):
    item_id: int
    word: str
    translation: str
    attempts: int
    success_rate: float


class Words(BaseModel):
    mastered_words: list[Word]
    needs_practice: list[Word]


class Timing(BaseModel):
    start_time: datetime
    end_time: datetime | None
    duration: int


class DetailsOut(BaseModel):
    session_id: int
    status: str
    activity: ActivityOut
    timing: Timing
    performance: Performance
    progress: Words


def rate(session: PracticeSession) -> float:
    return round(session.correct / session.answered, 4) if session.answered else 0.0


def duration(session: PracticeSession) -> int:
    return int(((session.ended_at or datetime.now(UTC)) - session.started_at).total_seconds())


@app.post("/api/v1/sessions/start", response_model=StartOut, status_code=201)
async def start(data: StartIn, db: Database, user: CurrentUser) -> StartOut:
    await count_request(user)
    if await db.get(Activity, data.activity_id) is None:
        raise HTTPException(404, "Activity not found")
    query = select(Item).where(Item.activity_id == data.activity_id).order_by(Item.position)
    items = (await db.execute(query.limit(data.settings.word_count))).scalars().all()
    if not items:
        raise HTTPException(400, "The activity is empty")
    session = PracticeSession(
        user_id=user.id,
        activity_id=data.activity_id,
        status=ACTIVE,
        started_at=datetime.now(UTC),
        item_count=len(items),
        answered=0,
        correct=0,
        streak=0,
        best_streak=0,
        time_ms=0,
    )
    db.add(session)
    await db.flush()
    db.add(Plan(session_id=session.id, item_ids=[item.id for item in items]))
    await db.commit()
    return StartOut(
        session_id=session.id,
        start_time=session.started_at,
        settings=data.settings,
        first_item=ItemOut.model_validate(items[0]),
    )


async def own_session(
    session_id: Annotated[int, Path(ge=1)], db: Database, user: CurrentUser
) -> PracticeSession:
    query = select(PracticeSession).options(joinedload(PracticeSession.activity))
    query = query.where(PracticeSession.id == session_id, PracticeSession.user_id == user.id)
    session = (await db.execute(query)).scalar_one_or_none()
    if session is None:
        raise HTTPException(404, "Session not found")
    return session


async def words(session: PracticeSession, db: Database) -> list[Word]:
    right = func.sum(case((Attempt.is_correct, 1), else_=0))
    query = (
        select(Item.id, Item.word, Item.answer, func.count(Attempt.id), right)
        .join(Attempt, Attempt.item_id == Item.id)
        .where(Attempt.session_id == session.id)
        .group_by(Item.id, Item.word, Item.answer)
        .order_by(func.max(Attempt.id))
    )
    return [
        Word(item_id=pk, word=word, translation=answer, attempts=n, success_rate=round(ok / n, 4))
        for pk, word, answer, n, ok in await db.execute(query)
    ]


@app.post("/api/v1/sessions/{session_id}/complete", response_model=CompleteOut)
async def complete(
    session_id: Annotated[int, Path(ge=1)], db: Database, user: CurrentUser
) -> CompleteOut:
    await count_request(user)
    query = select(PracticeSession).where(
        PracticeSession.id == session_id, PracticeSession.user_id == user.id
    )
    session = (await db.execute(query.with_for_update())).scalar_one_or_none()
    if session is None:
        raise HTTPException(404, "Session not found")
    if session.status != ACTIVE:
        raise HTTPException(400, "Session is already completed")
    session.status, session.ended_at = COMPLETED, datetime.now(UTC)
    query = select(Achievement.code).where(Achievement.user_id == user.id)
    had = set((await db.execute(query)).scalars())
    won = [
        code for code, (_, earned) in ACHIEVEMENTS.items() if code not in had and earned(session)
    ]
    db.add_all(Achievement(user_id=user.id, session_id=session.id, code=code) for code in won)
    missed = [word.item_id for word in await words(session, db) if word.success_rate < 1]
    await db.commit()
    step = NextStep(type="practice", description="Review missed words", word_ids=missed)
    return CompleteOut(
        session_summary=Summary(
            duration=duration(session),
            words_practiced=session.answered,
            correct_answers=session.correct,
            success_rate=rate(session),
            streaks=Streaks(current=session.streak, best=session.best_streak),
        ),
        achievements=[AchievementOut(type="accuracy", name=ACHIEVEMENTS[code][0]) for code in won],
        next_steps=[step] if missed else [],
    )


@app.get("/api/v1/sessions/history", response_model=HistoryOut)
async def history(
    db: Database,
    user: CurrentUser,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> HistoryOut:
    mine = PracticeSession.user_id == user.id
    total = (await db.execute(select(func.count()).where(mine))).scalar_one()
    query = select(PracticeSession).options(joinedload(PracticeSession.activity)).where(mine)
    query = query.order_by(PracticeSession.started_at.desc(), PracticeSession.id.desc())
    sessions = (await db.execute(query.limit(limit).offset(offset))).scalars()
    return HistoryOut(
        total=total,
        sessions=[
            Entry(
                id=session.id,
                activity=ActivityOut.model_validate(session.activity),
                status=NAMES[session.status],
                start_time=session.started_at,
                end_time=session.ended_at,
                success_rate=rate(session),
                words_practiced=session.answered,
            )
            for session in sessions
        ],
    )


@app.get("/api/v1/sessions/{session_id}", response_model=DetailsOut)
async def details(
    session: Annotated[PracticeSession, Depends(own_session)], db: Database
) -> DetailsOut:
    seen = await words(session, db)
    average = session.time_ms / session.answered / 1000 if session.answered else 0.0
    return DetailsOut(
        session_id=session.id,
        status=NAMES[session.status],
        activity=ActivityOut.model_validate(session.activity),
        timing=Timing(
            start_time=session.started_at,
            end_time=session.ended_at,
            duration=duration(session),
        ),
        performance=Performance(
            words_practiced=session.answered,
            correct_answers=session.correct,
            incorrect_answers=session.answered - session.correct,
            success_rate=rate(session),
            average_response_time=round(average, 2),
        ),
        progress=Words(
            mastered_words=[word for word in seen if word.success_rate == 1],
            needs_practice=[word for word in seen if word.success_rate < 1],
        ),
    )
