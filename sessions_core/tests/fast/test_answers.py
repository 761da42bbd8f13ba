"""Answers from memory: what has changed meanwhile is noticed, and what is held is left."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from sessions_core.fast import answers, catalogue, serving
from sessions_core.fast.batcher import Job
from sessions_core.lifecycle import claim, pause
from sessions_core.lifecycle.answer import record
from sessions_core.lifecycle.start import Wishes, start
from sessions_core.lifecycle.submission import Submission, Verdict
from sessions_core.models import Attempt, Item, Session

from ..builders import actor_of, learner, vocabulary

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


class Practice:
    """A learner's session, and answers to its items."""

    def __init__(self, name: str = "ana") -> None:
        self.actor = actor_of(learner(name))
        self.activity = vocabulary(key=name)
        wishes = Wishes(activity_id=self.activity.pk, item_count=20)
        self.session = start(self.actor, "portal", wishes)
        self.items = self.session.plan.item_ids

    def answer(self, place: int, text: str = "hola", key: UUID | None = None) -> Submission:
        return Submission(
            self.actor, self.session.pk, self.items[place], text, 1000, key=key or uuid4()
        )


def fast(*submissions: Submission | Callable[[], object]) -> list[Any]:
    """One after the other, with whatever else is to happen in between, in a thread."""

    async def each() -> list[Any]:
        catalogue.forget()
        answers.forget()
        server, results = serving.current(), []
        try:
            for given in submissions:
                if isinstance(given, Submission):
                    job = Job("answer", given, given.session_id)
                    await server.do(job)
                    results.append(job.result)
                else:
                    await asyncio.to_thread(_in_thread, given)
            return results
        finally:
            await serving.close()

    return asyncio.run(each())


def _in_thread(call: Callable[[], object]) -> None:
    try:
        call()
    finally:
        connection.close()


def test_a_session_goes_on_from_memory() -> None:
    practice = Practice()
    results = fast(*(practice.answer(place) for place in range(4)))
    assert [result.seq for result in results] == [1, 2, 3, 4]
    session = Session.objects.get()
    assert (session.attempt_count, session.answered_count, session.revision) == (4, 4, 4)
    assert Attempt.objects.count() == 4


def test_what_others_write_meanwhile_is_never_lost() -> None:
    practice = Practice()
    by_verb = practice.answer(1)

    def pause_twice() -> None:
        pause.pause(practice.actor, practice.session.pk, route="test", claimed_seconds=5)
        pause.pause(practice.actor, practice.session.pk, route="test", claimed_seconds=7)
        pause.resume(practice.actor, practice.session.pk, route="test")

    first, third, last = fast(
        practice.answer(0),
        lambda: record([by_verb]),
        practice.answer(2),
        pause_twice,
        practice.answer(3),
    )
    assert [first.seq, third.seq] == [1, 3]
    assert last.seq == 6
    session = Session.objects.get()
    assert (session.attempt_count, session.claimed_seconds, session.last_seq) == (4, 7, 6)


def test_another_owner_is_noticed() -> None:
    practice = Practice()
    guest = uuid4()
    _, other = fast(
        practice.answer(0),
        lambda: claim.release([practice.session.pk], practice.actor.user_id, guest),
        practice.answer(1),
    )
    assert other is None
    assert Attempt.objects.count() == 1


def test_a_key_on_record_is_left_to_the_verb() -> None:
    practice = Practice()
    key = uuid4()
    first, again = fast(practice.answer(0, key=key), practice.answer(0, key=key))
    assert isinstance(first, Verdict)
    assert again is None
    (replayed,) = record([practice.answer(0, key=key)])
    assert replayed == first._replace(replayed=True)


def test_a_session_that_somebody_holds_is_left_while_its_group_is_recorded(monkeypatch) -> None:
    monkeypatch.setattr(serving, "CONNECTIONS", 1)
    held, free = Practice("ana"), Practice("ben")

    async def together() -> list[Job]:
        answers.forget()
        server = serving.current()
        jobs = [Job("answer", each, each.session_id) for each in (held.answer(0), free.answer(0))]
        try:
            await asyncio.gather(*(server.do(job) for job in jobs))
            return jobs
        finally:
            await serving.close()

    with transaction.atomic():
        Session.objects.select_for_update().get(pk=held.session.pk)
        first, second = asyncio.run(together())
    assert first.result is None
    assert second.result.seq == 1


def test_the_owner_is_compared_besides_the_revision() -> None:
    practice = Practice()

    def give_away() -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE sessions_core_session SET user_id = NULL, guest = %s", [uuid4()])

    _, other = fast(practice.answer(0), give_away, practice.answer(1))
    assert other is None
    assert Attempt.objects.count() == 1


def test_an_edit_is_seen_at_once_here_and_soon_elsewhere(monkeypatch) -> None:
    practice = Practice()

    def edit() -> None:
        item = Item.objects.get(pk=practice.items[1])
        item.answer = "otra cosa"
        item.save()

    def edit_unseen() -> None:
        Item.objects.filter(pk=practice.items[2]).update(answer="más")

    _, second, third = fast(
        practice.answer(0),
        edit,
        practice.answer(1, "otra cosa"),
        edit_unseen,
        lambda: catalogue._items.update(
            {pk: (0.0, kept[1]) for pk, kept in catalogue._items.items()}
        ),
        practice.answer(2, "más"),
    )
    assert second.judgement.correct
    assert third.judgement.correct


@pytest.mark.parametrize("name", ["paused", "finished"])
def test_what_is_refused_is_left(name) -> None:
    practice = Practice()
    if name == "paused":
        pause.pause(practice.actor, practice.session.pk, route="test")
    else:
        from sessions_core.lifecycle import end

        end.complete(practice.actor, practice.session.pk, route="test")
    assert fast(practice.answer(0)) == [None]
    assert not Attempt.objects.exists()
