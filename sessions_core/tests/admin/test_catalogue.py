"""Tests that edits in the admin apply the catalogue's rules."""

from typing import Any

import pytest
from django.test import Client

from sessions_core.models import Item, KnownForm

from ..builders import vocabulary
from .worlds import page


class TestCatalogue:
    def form(self, activity: Any, item: Item, **changes: Any) -> dict[str, Any]:
        row = {
            "id": item.pk,
            "activity": activity.pk,
            "position": item.position,
            "key": item.key,
            "type": item.type,
            "prompt": item.prompt,
            "answer": item.answer,
            "alternatives": "[]",
            "difficulty": item.difficulty,
            "is_active": "on",
            **changes,
        }
        return {
            "key": activity.key,
            "name": activity.name,
            "type": activity.type,
            "is_active": "on",
            "items-TOTAL_FORMS": 1,
            "items-INITIAL_FORMS": 1,
            **{f"items-0-{name}": value for name, value in row.items()},
        }

    def save(self, client: Client, **changes: Any) -> tuple[Any, Item]:
        activity = vocabulary([("goodbye", "adiós")])
        item = activity.items.get()
        data = self.form(activity, item, **changes)
        response = client.post(page("activity", "change", activity.pk), data)
        item.refresh_from_db()
        return response, item

    def test_an_edited_answer_is_known_to_the_judge(self, client: Client, staff: Any) -> None:
        response, item = self.save(client, answer="hasta luego", alternatives='["chao"]')
        assert response.status_code == 302
        assert (item.answer, item.alternatives) == ("hasta luego", ["chao"])
        assert {"hasta luego", "luego", "chao"} <= set(
            KnownForm.objects.values_list("form", flat=True)
        )

    @pytest.mark.parametrize(
        "changes",
        [
            {"alternatives": '"chao"'},
            {"alternatives": "[1]"},
            {"alternatives": "["},
            {"answer": ""},
        ],
    )
    def test_what_the_catalogue_refuses_is_said_on_the_form(
        self, client: Client, staff: Any, changes: dict[str, str]
    ) -> None:
        response, item = self.save(client, **changes)
        assert response.status_code == 200
        assert item.answer == "adiós"

    def test_a_large_activity_is_edited_item_by_item(self, client: Client, staff: Any) -> None:
        activity = vocabulary([(f"word {n}", f"palabra {n}") for n in range(51)])
        body = client.get(page("activity", "change", activity.pk)).content.decode()
        assert "All 51 in a list" in body
        assert "items-TOTAL_FORMS" not in body
        item = activity.items.first()
        response = client.post(
            page("item", "change", item.pk),
            {
                "activity": activity.pk,
                "key": item.key,
                "position": 0,
                "type": item.type,
                "prompt": "  a   word ",
                "answer": "palabra",
                "alternatives": "[]",
                "tags": "[]",
                "difficulty": "easy",
                "is_active": "on",
            },
        )
        assert response.status_code == 302
        item.refresh_from_db()
        assert item.prompt == "a word"
        assert KnownForm.objects.filter(form="palabra").exists()
