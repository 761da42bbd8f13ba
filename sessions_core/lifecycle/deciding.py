"""What the answer verb decides: judgements, counters, what comes next.

Nothing is written here, and nothing is read but whether the catalogue knows a word.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..app_settings import app_settings
from ..errors import (
    ItemNotFound,
    ItemNotInSession,
    NotYourSession,
    SessionError,
    SessionFinished,
    SessionNotFound,
    SessionPaused,
)
from ..grading import Judge, Judgement, Question
from ..models import Attempt, Session, Status
from . import items, replays, scoring
from .attempts import NewAttempt
from .plans import ItemIds
from .replays import Key
from .submission import ItemFacts, Submission, Verdict


@dataclass(slots=True)
class Entry:
    """A submission on its way to its result.

    ``answered_count`` and ``next_item_id`` are those after this answer.
    """

    submission: Submission
    session: Session | None = None
    replayed: Attempt | None = None
    error: SessionError | None = None
    answered_count: int = 1
    next_item_id: int | None = None


class AnswerGroup:
    """Decides on answers from what is known of their sessions, in their order.

    ``enter`` says which items have to be known, and ``conclude`` judges. Then ``attempts`` are to
    be inserted and the sessions ``touched`` (by id) updated. The sessions are changed as the
    answers change them, so they may be used once.
    """

    def __init__(
        self,
        now: datetime,
        sessions: Mapping[int, Session],
        plans: Mapping[int, ItemIds],
        recorded: Mapping[Key, Attempt] | None = None,
        known_forms: Callable[[str], bool] = items.is_known_form,
    ) -> None:
        self.now = now
        self.sessions = sessions
        self.plans = plans
        self.recorded = recorded or {}
        self.known_forms = known_forms
        self.judge: Judge = app_settings.load("JUDGE")()
        self.attempts: list[NewAttempt] = []
        self.touched: dict[int, Session] = {}
        self.entries: list[Entry] = []

    def enter(self, submissions: Sequence[Submission]) -> set[int]:
        """Take the answers in; returns the ids of the items that ``conclude`` needs."""
        self.entries = [self._enter(each) for each in submissions]
        needed = set()
        for entry in self.entries:
            attempt = entry.replayed
            needed.add(entry.submission.item_id if attempt is None else attempt.item_id)
            following = entry.next_item_id if attempt is None else attempt.next_item_id
            if following is not None:
                needed.add(following)
        return needed

    def conclude(
        self, known: Mapping[int, ItemFacts], seen: set[tuple[int, int]] | None = None
    ) -> list[Verdict | SessionError]:
        """A result for each, in their order.

        ``seen`` holds the pairs of session and item that were answered before in sessions without
        a plan; those that are new are added to it.
        """
        self.items = known
        self.seen: set[tuple[int, int]] = set() if seen is None else seen
        return [self._conclude(entry) for entry in self.entries]

    def _enter(self, submission: Submission) -> Entry:
        entry = Entry(submission)
        try:
            self._admit(entry)
        except SessionError as error:
            entry.error = error
        return entry

    def _admit(self, entry: Entry) -> None:
        submission = entry.submission
        session = self.sessions.get(submission.session_id or 0)
        if session is None:
            raise SessionNotFound(submission.label or submission.session_id)
        if not submission.actor.owns(session.user_id, session.guest):
            raise NotYourSession(submission.label or submission.session_id)
        entry.session = session
        key = replays.key_of(submission)
        if key is not None and key in self.recorded:
            entry.replayed = self.recorded[key]
            replays.require_same(entry.replayed, submission)
            return
        if session.status == Status.PAUSED:
            raise SessionPaused
        if session.status != Status.ACTIVE:
            raise SessionFinished(session.pk, session.status, session.ended_at)
        if session.item_count:
            self._tick_off(entry, session)

    def _tick_off(self, entry: Entry, session: Session) -> None:
        """Tick the item off the plan. What is next does not depend on the verdict."""
        plan = self.plans.get(session.pk, ())
        try:
            place = plan.index(entry.submission.item_id)
        except ValueError:
            raise ItemNotInSession from None
        mask = bytes(session.answered_mask)
        if not scoring.is_marked(mask, place):
            session.answered_mask = mask = scoring.mark(mask, place)
            session.answered_count += 1
        position = scoring.first_unmarked(mask, session.item_count)
        entry.answered_count = session.answered_count
        entry.next_item_id = None if position is None else plan[position]

    def _conclude(self, entry: Entry) -> Verdict | SessionError:
        try:
            if entry.error is not None or entry.session is None:
                raise entry.error or SessionNotFound(entry.submission.label)
            if entry.replayed is not None:
                return self._replay(entry.session, entry.replayed)
            return self._count(entry, entry.session)
        except SessionError as error:
            return error

    def _replay(self, session: Session, attempt: Attempt) -> Verdict:
        """The verdict as it was first given, even if the item was edited since."""
        judgement = self._judge(self.items[attempt.item_id], attempt.answer)
        if judgement.correct != attempt.correct:
            judgement = Judgement(correct=attempt.correct, close=attempt.close)
        return verdict(attempt, session.item_count, self.items, judgement)._replace(replayed=True)

    def _count(self, entry: Entry, session: Session) -> Verdict:
        submission = entry.submission
        item = self.items.get(submission.item_id)
        if item is None or not (item.is_active or session.item_count):
            raise ItemNotFound
        judgement = self._judge(item, submission.answer)
        if not session.item_count:
            self._count_distinct(entry, session)
        session.last_seq += 1
        session.attempt_count += 1
        session.correct_count += judgement.correct
        session.current_streak = session.current_streak + 1 if judgement.correct else 0
        session.best_streak = max(session.best_streak, session.current_streak)
        session.response_ms += submission.response_ms
        scoring.advance(session, self.now)
        attempt = NewAttempt(
            session_id=session.pk,
            seq=session.last_seq,
            item_id=submission.item_id,
            answer=submission.answer,
            correct=judgement.correct,
            close=judgement.close,
            response_ms=submission.response_ms,
            created_at=self.now,
            key=submission.key,
            answered_count=entry.answered_count,
            attempt_count=session.attempt_count,
            correct_count=session.correct_count,
            current_streak=session.current_streak,
            next_item_id=entry.next_item_id,
        )
        self.attempts.append(attempt)
        self.touched[session.pk] = session
        return verdict(attempt, session.item_count, self.items, judgement)

    def _count_distinct(self, entry: Entry, session: Session) -> None:
        """Without a plan, an item counts as answered the first time that it is."""
        pair = session.pk, entry.submission.item_id
        if pair not in self.seen:
            self.seen.add(pair)
            session.answered_count += 1
        entry.answered_count = session.answered_count

    def _judge(self, item: ItemFacts, given: str) -> Judgement:
        return judge(self.judge, item, given, self.known_forms)


def judge(
    judge: Judge, item: ItemFacts, given: str, known_forms: Callable[[str], bool]
) -> Judgement:
    question = Question(item.id, item.type, item.answer, item.alternatives, item.forgive_typos)
    return judge.judge(question, given, known_forms)


def verdict(
    attempt: Attempt | NewAttempt,
    item_count: int,
    items: Mapping[int, ItemFacts],
    judgement: Judgement,
) -> Verdict:
    """``items`` holds the attempt's item, and the next one where there is one."""
    following = attempt.next_item_id
    return Verdict(
        session_id=attempt.session_id,
        seq=attempt.seq,
        item=items[attempt.item_id],
        answer=attempt.answer,
        judgement=judgement,
        response_ms=attempt.response_ms,
        item_count=item_count,
        answered_count=attempt.answered_count,
        attempt_count=attempt.attempt_count,
        correct_count=attempt.correct_count,
        current_streak=attempt.current_streak,
        next_item=None if following is None else items.get(following),
    )
