"""The portal's responses as plain data, rendered by the views and by the fast path alike."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from ...achievements import Achievement
from ...lifecycle.scoring import active_ms, seconds, success_rate
from ...lifecycle.submission import ItemFacts, Verdict
from ...models import Activity, Session
from ...queries.history import Entry, Page
from ...queries.results import ItemResult
from ..instants import instant
from .cursor import cursor_after

Json = dict[str, Any]


def item(facts: ItemFacts | None) -> Json | None:
    """An item as a question: nothing of its answer."""
    if facts is None:
        return None
    shown: Json = {"item_id": str(facts.id), "word": facts.prompt, "type": facts.type}
    if facts.duration_seconds is not None:
        shown["duration_seconds"] = facts.duration_seconds
    return shown


def progress_of(answered: int, planned: int, correct: int, attempts: int) -> Json:
    return {
        "completed": answered,
        "remaining": max(0, planned - answered),
        "success_rate": success_rate(correct, attempts),
    }


def settings(session: Session) -> Json:
    """The settings in force."""
    return {
        "difficulty": session.difficulty,
        "word_count": session.item_count,
        "time_limit": session.time_limit,
    }


def started(session: Session, first_item: ItemFacts | None) -> Json:
    return {
        "session_id": session.public_id,
        "start_time": instant(session.started_at),
        "settings": settings(session),
        "first_item": item(first_item),
    }


def verdict(given: Verdict) -> Json:
    """``close`` and ``difference`` stand only with a near miss."""
    body: Json = {
        "correct": given.judgement.correct,
        "correct_answer": given.item.answer,
        "progress": progress_of(
            given.answered_count, given.item_count, given.correct_count, given.attempt_count
        ),
        "next_item": item(given.next_item),
    }
    if given.judgement.close:
        body["close"] = True
        body["difference"] = given.judgement.difference
    return body


def state(session: Session, next_item: ItemFacts | None, now: datetime) -> Json:
    """An open session, to carry on from."""
    elapsed = seconds(active_ms(session, now))
    remaining = None if session.time_limit is None else max(0, session.time_limit - elapsed)
    return {
        "session_id": session.public_id,
        "status": session.status,
        "settings": settings(session),
        "progress": progress_of(
            session.answered_count,
            session.item_count,
            session.correct_count,
            session.attempt_count,
        ),
        "time": {"elapsed": elapsed, "remaining": remaining},
        "next_item": item(next_item),
    }


def cancelled(session: Session) -> Json:
    return {
        "session_id": session.public_id,
        "status": session.status,
        "end_time": instant(session.ended_at),
        "duration": seconds(session.active_ms),
    }


def summary(
    session: Session, results: Iterable[ItemResult], achievements: Iterable[Achievement]
) -> Json:
    missed = [str(result.item_id) for result in results if not result.is_mastered]
    review = {"type": "practice", "description": "Review missed words", "word_ids": missed}
    return {
        "session_summary": {
            "duration": seconds(session.active_ms),
            "words_practiced": session.answered_count,
            "correct_answers": session.correct_count,
            "success_rate": success_rate(session.correct_count, session.attempt_count),
            "streaks": {"current": session.current_streak, "best": session.best_streak},
        },
        "achievements": [
            {"type": won.type, "name": won.name, "description": won.description}
            for won in achievements
        ],
        "next_steps": [review] if missed else [],
    }


def _activity(activity: Activity | None) -> Json | None:
    if activity is None:
        return None
    return {"id": activity.pk, "name": activity.name, "type": activity.type}


def history(page: Page) -> Json:
    last = page.sessions[-1] if page.more else None
    return {
        "total": page.total,
        "sessions": [_history_entry(entry) for entry in page.sessions],
        "next_cursor": cursor_after(last) if last else None,
    }


def _history_entry(entry: Entry) -> Json:
    named = entry.activity_name is not None
    return {
        "id": entry.public_id,
        "activity": {"id": entry.activity_id, "name": entry.activity_name} if named else None,
        "status": entry.status,
        "start_time": instant(entry.started_at),
        "end_time": instant(entry.ended_at),
        "success_rate": success_rate(entry.correct_count, entry.attempt_count),
        "words_practiced": entry.answered_count,
    }


def timing(session: Session, now: datetime) -> Json:
    return {
        "start_time": instant(session.started_at),
        "end_time": instant(session.ended_at),
        "duration": seconds(active_ms(session, now)),
    }


def details(session: Session, results: Sequence[ItemResult], now: datetime) -> Json:
    attempts = session.attempt_count
    average = session.response_ms / attempts / 1000 if attempts else 0.0
    return {
        "session_id": session.public_id,
        "status": session.status,
        "activity": _activity(session.activity),
        "timing": timing(session, now),
        "performance": {
            "words_practiced": session.answered_count,
            "correct_answers": session.correct_count,
            "incorrect_answers": attempts - session.correct_count,
            "success_rate": success_rate(session.correct_count, attempts),
            "average_response_time": round(average, 2),
        },
        "progress": {
            "mastered_words": [_word(result) for result in results if result.is_mastered],
            "needs_practice": [_word(result) for result in results if not result.is_mastered],
        },
    }


def _word(result: ItemResult) -> Json:
    return {
        "item_id": str(result.item_id),
        "word": result.prompt,
        "translation": result.answer,
        "attempts": result.attempts,
        "success_rate": result.success_rate,
    }
