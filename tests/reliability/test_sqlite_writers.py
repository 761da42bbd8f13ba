"""SQLite has one writer at a time; the others wait their turn instead of failing."""

import asyncio
from collections import Counter

import pytest

from .clients import Portal

pytestmark = [pytest.mark.processes, pytest.mark.sqlite]


@pytest.mark.parametrize(
    ("writers", "answers"), [(6, 10), pytest.param(16, 25, marks=pytest.mark.torture)]
)
async def test_e10_writers_never_meet_a_lock(serve, record_figure, writers, answers) -> None:
    first = serve()
    second = serve(database=first.database)

    async def writer(number: int) -> list[int]:
        product = (first, second)[number % 2]
        async with Portal(product, product.world.learners[number]) as portal:
            session_id = await portal.start(word_count=answers)
            item_id, statuses = portal.first_item, []
            while item_id:
                response = await portal.answer(session_id, item_id)
                statuses.append(response.status_code)
                item_id = (response.json().get("next_item") or {}).get("item_id")
            return statuses

    written = await asyncio.gather(*(writer(number) for number in range(writers)))

    statuses = Counter(status for each in written for status in each)
    locked = sum("locked" in product.log.read_text() for product in (first, second))
    stored = first.database.value("SELECT count(*) FROM sessions_core_attempt")
    record_figure(f"E10: {writers} writers in two processes, {stored} answers: {dict(statuses)}")
    assert statuses == {200: writers * answers}
    assert stored == writers * answers
    assert not locked
