"""Tests that items are written alike on every database."""

import pytest

from sessions_core import catalogue
from sessions_core.catalogue import BadItem, ItemRow, Saved
from sessions_core.models import Activity, Item, KnownForm

pytestmark = pytest.mark.django_db


@pytest.fixture
def activity():
    return catalogue.save_activity("words", "Words")


def row(word, answer="x", **fields):
    return ItemRow(key=word, prompt=word, answer=answer, **fields)


def forms():
    return set(KnownForm.objects.values_list("form", flat=True))


def test_an_activity_is_found_again_by_its_key(activity):
    again = catalogue.save_activity("words", "More words", description="d")
    assert again.pk == activity.pk
    assert Activity.objects.get().name == "More words"


def test_a_second_run_changes_nothing(activity):
    rows = [row("one", "uno", alternatives=("un",), tags=("n",)), row("two", "dos")]
    assert catalogue.save_items(activity, rows) == Saved(created=2)
    ids = set(Item.objects.values_list("pk", flat=True))
    assert catalogue.save_items(activity, rows) == Saved(unchanged=2)
    assert set(Item.objects.values_list("pk", flat=True)) == ids


def test_changed_and_new_items_are_told_apart_and_keep_their_place(activity):
    catalogue.save_items(activity, [row("one", "uno"), row("two", "dos")])
    saved = catalogue.save_items(activity, [row("three", "tres"), row("two", "dós")])
    assert saved == Saved(created=1, updated=1)
    assert list(activity.items.values_list("position", "key", "answer")) == [
        (0, "one", "uno"),
        (1, "two", "dós"),
        (2, "three", "tres"),
    ]


def test_what_staff_retired_stays_retired(activity):
    catalogue.save_items(activity, [row("one", "uno")])
    Item.objects.update(is_active=False)
    catalogue.save_items(activity, [row("one", "un")])
    item = Item.objects.get()
    assert (item.answer, item.is_active) == ("un", False)


def test_batches_add_up(activity):
    rows = (row(str(n)) for n in range(25))
    assert catalogue.save_items(activity, rows, batch_size=10) == Saved(created=25)
    assert list(activity.items.values_list("position", flat=True)) == list(range(25))


def test_of_two_rows_with_one_key_the_later_stands(activity):
    catalogue.save_items(activity, [row("one", "uno"), row("one", "una")])
    assert Item.objects.get().answer == "una"


def test_formulas_and_markup_are_kept_as_they_are(activity):
    for text in ("=1+1", "@SUM(A1)", "<script>alert(1)</script>", "{{ 7*7 }}", "%s'; --"):
        catalogue.save_items(activity, [row(text, text)])
        assert Item.objects.filter(prompt=text, answer=text).exists()


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row(""), "empty word"),
        (row("w", ""), "empty translation"),
        (row("w\0"), "NUL character"),
        (row("w", "a", alternatives=("\0",)), "NUL character"),
        (row("w", "\ud800"), "broken character"),
        (row("w", "a", tags=("\udfff",)), "broken character"),
        (ItemRow(key="k", prompt="p" * 501, answer="a"), "word over 500 characters"),
        (row("w", "a" * 501), "translation over 500 characters"),
        (row("k" * 201), "key over 200 characters"),
        (row("w", alternatives=("a" * 501,)), "alternative over 500 characters"),
        (row("w", alternatives=("a",) * 51), "more than 50 alternatives"),
        (row("w", tags=("t" * 51,)), "more than 20 tags, or one over 50 characters"),
    ],
)
def test_what_cannot_be_an_item_is_refused_with_its_reason(activity, bad, reason):
    assert catalogue.refusal(bad) == reason
    with pytest.raises(BadItem, match=reason):
        catalogue.save_items(activity, [row("fine"), bad])
    assert not Item.objects.exists()


def test_a_pose_needs_no_answer(activity):
    pose = row("Tree Pose", "", type="pose", duration_seconds=30)
    assert catalogue.save_items(activity, [pose]) == Saved(created=1)
    assert forms() == set()


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        ("  a \t b\n", "a b"),
        ("a\x07b", "a b"),
        ("adio\u0301s", "adiós"),
        ("\x85x\u2028y\u00a0", "x y"),
        ("=1+1", "=1+1"),
        ("a\0b", "a\0b"),
    ],
)
def test_text_is_tidied_not_changed(given, cleaned):
    assert catalogue.clean_text(given) == cleaned


def test_forms_are_the_answers_and_their_words(activity):
    catalogue.save_items(
        activity, [row("year", "El Año", alternatives=("¿Qué tal, amigo?",)), row("one", "un")]
    )
    assert forms() == {"el año", "el", "año", "qué tal, amigo", "qué", "tal", "amigo", "un"}


def test_an_edit_adds_its_forms_and_a_rebuild_drops_the_old(activity):
    catalogue.save_items(activity, [row("year", "ano"), row("gone", "fue")])
    item = Item.objects.get(key="year")
    item.answer = "año"
    catalogue.save(item)
    Item.objects.filter(key="gone").update(is_active=False)
    assert forms() == {"ano", "año", "fue"}
    assert catalogue.rebuild_forms() == 1
    assert forms() == {"año"}
