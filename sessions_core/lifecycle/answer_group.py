"""What the answer verb decides: judgements, counters, what comes next. It writes nothing."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ..app_settings import app_settings
from ..errors import (
    ItemNotFound,
    ItemNotInSession,
    NotYourSession,
    SessionBusy,
    SessionError,
    SessionFinished,
    SessionNotFound,
    SessionPaused,
)
from ..grading import Judge, Judgement, Question
from ..models import OPEN, Session, Status
from . import events, items, plans, replays, seen, standalone, standing
from .attempts import NewAttempt
from .close import expire_locked
from .standing import Standing
from .submission import ItemFacts, Submission, Verdict


@dataclass(slots=True)
class Entry:
    """A submission on its way: the session it is for, and what will be next after it.

    ``pair``: (session id, item id) of an answer in a session without a plan.
    """

    submission: Submission
    session: Standing | None = None
    answered_count: int = 1
    next_item_id: int | None = None
    replay_of: replays.Counted | None = None
    error: SessionError | None = None
    pair: tuple[int, int] | None = None


class AnswerGroup:
    """Decides on answers from what is known of their sessions, and collects what is to be written:
    ``attempts``, the standings ``touched`` by session id, and what ``happened``.

    First ``enter``, for all of them at once; then ``conclude``, one by one in their order.
    """

    def __init__(
        self,
        now: datetime,
        counted: Mapping[UUID, replays.Counted],
        standings: Mapping[int, Standing],
        busy: Collection[int] = (),
        known_forms: Callable[[str], bool] = items.is_known_form,
    ) -> None:
        """``counted``: the attempts on record under the answers' idempotency keys. ``busy``: ids of
        sessions that somebody else holds. ``known_forms``: what the judge may ask of the catalogue.
        """
        self.now = now
        self.counted = counted
        self.standings = standings
        self.busy = busy
        self.known_forms = known_forms
        self.judge: Judge = app_settings.load("JUDGE")()
        self.attempts: list[NewAttempt] = []
        self.touched: dict[int, Standing] = {}
        self.happened: list[events.SessionEvent] = []

    @property
    def planned(self) -> list[plans.PlanKey]:
        """Whose plans ``enter`` needs."""
        return [(row.id, row.seed) for row in self.standings.values() if row.item_count]

    def enter(
        self,
        submissions: Sequence[Submission],
        planned: Mapping[plans.PlanKey, plans.PlannedIds],
    ) -> set[int]:
        """Take the answers in; the ids of the items that ``conclude`` needs."""
        self.plans = planned
        self.entries = [self._enter(submission) for submission in submissions]
        return self._item_ids(self.entries)

    def conclude(self, known: Mapping[int, ItemFacts]) -> list[Verdict | SessionError]:
        """A result for each, in their order. Sessions without a plan cost a statement."""
        self.items = known
        pairs = set()
        for entry in self.entries:
            self._require_item(entry)
            if entry.pair:
                pairs.add(entry.pair)
        self.fresh = seen.add(pairs)
        return [entry.error or self._conclude(entry) for entry in self.entries]

    def _enter(self, submission: Submission) -> Entry:
        entry = Entry(submission)
        try:
            # A UUID's hash is made in Python: not for nothing.
            if self.counted and submission.key is not None and submission.key in self.counted:
                entry.replay_of = self.counted[submission.key]
            elif submission.session_id is not None:
                entry.session = self._session(submission, submission.session_id)
                self._advance(entry, entry.session)
        except SessionError as error:
            entry.error = error
        return entry

    def _session(self, submission: Submission, session_id: int) -> Standing:
        """The session of ``submission``, if its actor may answer in it now."""
        row = self.standings.get(session_id)
        label = submission.label or session_id
        if row is None:
            raise SessionBusy if session_id in self.busy else SessionNotFound(label)
        if not submission.actor.owns(row.user_id, row.guest):
            raise NotYourSession(label)
        if row.status in OPEN and row.deadline_at is not None and self.now > row.deadline_at:
            expired = expire_locked(Session.objects.get(pk=row.id))
            row.status, row.ended_at = expired.status, expired.ended_at
        if row.status == Status.PAUSED:
            raise SessionPaused
        if row.status != Status.ACTIVE:
            raise SessionFinished(row.id, row.status, row.ended_at)
        return row

    def _advance(self, entry: Entry, row: Standing) -> None:
        """Tick the item off the plan. What is next does not depend on the verdict."""
        if not row.item_count:
            return
        plan = self.plans.get((row.id, row.seed), ())
        try:
            place = plan.index(entry.submission.item_id)
        except ValueError:
            raise ItemNotInSession from None
        row.tick_off(place)
        position = row.next_position()
        entry.answered_count = row.answered_count
        entry.next_item_id = None if position is None else plan[position]

    def _item_ids(self, entries: list[Entry]) -> set[int]:
        ids = set()
        for entry in entries:
            ids.add(entry.submission.item_id)
            if entry.next_item_id:
                ids.add(entry.next_item_id)
        for counted in self.counted.values():
            ids.update(filter(None, (counted.attempt.item_id, counted.attempt.next_item_id)))
        return ids

    def _require_item(self, entry: Entry) -> None:
        """Without a plan, any active item may be answered."""
        planned = entry.session is not None and entry.session.item_count
        if entry.error or entry.replay_of or planned:
            return
        item = self.items.get(entry.submission.item_id)
        if item is None or not item.is_active:
            entry.error = ItemNotFound()
        elif entry.session is not None:
            entry.pair = entry.session.id, entry.submission.item_id

    def _conclude(self, entry: Entry) -> Verdict | SessionError:
        try:
            if entry.replay_of is None:
                return self._count(entry)
            return self._replay(entry.submission, entry.replay_of)
        except SessionError as error:
            return error

    def _replay(self, submission: Submission, counted: replays.Counted) -> Verdict:
        item = self.items[counted.attempt.item_id]
        judgement = self._judge(item, counted.attempt.answer)
        return replays.verdict(submission, counted, self.items, judgement)

    def _count(self, entry: Entry) -> Verdict:
        submission = entry.submission
        item = self.items[submission.item_id]
        judgement = self._judge(item, submission.answer)
        row = entry.session or self._standalone(submission, judgement)
        if entry.session:
            if entry.pair in self.fresh:
                self.fresh.discard(entry.pair)
                row.answered_count += 1
            if entry.pair:
                entry.answered_count = row.answered_count
            row.count(judgement.correct, submission.response_ms)
            self.touched[row.id] = row
        attempt = self._attempt(entry, row, judgement)
        self.attempts.append(attempt)
        self.happened.append(events.progress(row.id, row.user_id, row.item_count, attempt))
        next_item = self.items.get(entry.next_item_id) if entry.next_item_id else None
        return replays.of_attempt(attempt, row.item_count, item, judgement, next_item)

    def _standalone(self, submission: Submission, judgement: Judgement) -> Standing:
        session = standalone.open_and_close(submission, judgement.correct, self.now)
        row = standing.of(session)
        row.last_seq = 1
        return row

    def _attempt(self, entry: Entry, row: Standing, judgement: Judgement) -> NewAttempt:
        return NewAttempt(
            session_id=row.id,
            seq=row.last_seq,
            item_id=entry.submission.item_id,
            answer=entry.submission.answer,
            correct=judgement.correct,
            close=judgement.close,
            response_ms=entry.submission.response_ms,
            created_at=self.now,
            key=entry.submission.key,
            answered_count=entry.answered_count,
            attempt_count=row.attempt_count,
            correct_count=row.correct_count,
            current_streak=row.current_streak,
            next_item_id=entry.next_item_id,
            best_streak=row.best_streak,
            total_ms=row.response_ms,
            answered_mask=row.answered_mask.hex(),
        )

    def _judge(self, item: ItemFacts, given: str) -> Judgement:
        question = Question(item.id, item.type, item.answer, item.alternatives, item.forgive_typos)
        return self.judge.judge(question, given, self.known_forms)
