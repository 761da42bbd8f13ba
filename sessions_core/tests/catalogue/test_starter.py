"""Tests that the starter catalogue is complete, and that the judge accepts its answers."""

import csv
from collections import Counter
from importlib.resources import files

import pytest
from django.core.management import call_command

from sessions_core.catalogue import Saved, starter
from sessions_core.grading import DefaultJudge, Question, normalise
from sessions_core.models import Activity, Item, KnownForm


@pytest.fixture
def loaded(db):
    return starter.load()


def test_it_holds_what_it_promises(loaded):
    counts = Counter(Item.objects.values_list("type", flat=True))
    assert counts["translation"] >= 200
    assert counts["conjugation"] >= 60
    first = Activity.objects.first()
    assert first.name == "Basic Vocabulary"
    answers = dict(first.items.values_list("prompt", "answer"))
    assert len(answers) >= 20
    assert answers["hello"] == "hola"
    assert answers["goodbye"] == "adiós"
    sequences = Activity.objects.filter(type="sequence")
    assert len(sequences) == 2
    for pose in Item.objects.filter(activity__in=sequences):
        assert pose.duration_seconds > 0
        assert pose.prompt.endswith(")"), "English name, then Sanskrit"


def test_every_conjugation_is_explained_and_has_an_alternative(loaded):
    for item in Item.objects.filter(type="conjugation"):
        assert item.explanation, item.prompt
        assert item.alternatives, item.prompt


def test_a_second_load_changes_nothing(loaded):
    again = starter.load()
    assert sum((saved for _, saved in again), Saved()) == Saved(unchanged=Item.objects.count())


def test_the_judge_accepts_every_answer_and_alternative(loaded):
    judge = DefaultJudge()
    for item in Item.objects.exclude(type="pose"):
        question = Question(item.pk, item.type, item.answer, tuple(item.alternatives), False)
        texts = [item.answer, *item.alternatives]
        assert all(judge.judge(question, text, lambda form: False).correct for text in texts)
        assert len({normalise(text) for text in texts}) == len(texts), item.prompt


def test_words_that_differ_by_a_letter_are_known_forms(loaded):
    known = set(KnownForm.objects.values_list("form", flat=True))
    assert {"año", "hablo", "hable", "hablé", "habló", "un", "una", "sí", "si"} <= known


def test_files_have_no_stray_columns_prompts_or_spaces():
    for file in files("sessions_core.catalogue.starter").iterdir():
        if not file.name.endswith(".csv"):
            continue
        rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
        cells = [cell for row in rows for cell in row.values()]
        assert all(isinstance(cell, str) and cell == cell.strip() for cell in cells), file.name
        assert len({row["prompt"] for row in rows}) == len(rows), file.name


@pytest.mark.django_db
def test_the_commands_tell_what_they_did(capsys):
    call_command("load_starter_catalogue")
    assert "Basic Vocabulary: 42 created" in capsys.readouterr().out
    call_command("index_forms")
    assert capsys.readouterr().out == f"{KnownForm.objects.count()} forms\n"
