"""Tests of ``manage.py import_vocabulary``."""

import csv

import pytest
from django.core.management import CommandError

from sessions_core import catalogue
from sessions_core.models import Activity, Item, KnownForm

pytestmark = pytest.mark.django_db

WORDS = """word,translation,alternatives,tags
hello,hola,buenas,greeting easy
goodbye,adiós,,
"""


@pytest.fixture
def words(tmp_path):
    def write(text=WORDS, name="My words.csv"):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write


def items():
    return list(Item.objects.order_by("position").values_list("prompt", "answer"))


def test_words_become_items_of_a_new_activity(imported, words):
    said = imported(words(), "--from", "en", "--to", "es")
    assert said.splitlines()[0] == (
        "My words (my-words): 2 entries read, 2 created, 0 updated, 0 unchanged, 0 skipped"
    )
    activity = Activity.objects.get()
    assert (activity.key, activity.name) == ("my-words", "My words")
    assert (activity.source_language, activity.target_language) == ("en", "es")
    assert items() == [("hello", "hola"), ("goodbye", "adiós")]
    hello = Item.objects.get(prompt="hello")
    assert (hello.alternatives, hello.tags) == (["buenas"], ["greeting", "easy"])
    assert hello.difficulty == "easy"
    assert KnownForm.objects.filter(form="adiós").exists()


def test_a_second_run_creates_nothing_and_a_mended_file_updates(imported, words):
    imported(words())
    assert " 0 created, 0 updated, 2 unchanged" in imported(words())
    assert " 1 created, 1 updated, 1 unchanged" in imported(
        words(WORDS.replace("hola", "¡hola!") + "yes,sí\n")
    )
    assert items() == [("hello", "¡hola!"), ("goodbye", "adiós"), ("yes", "sí")]


def test_a_dry_run_tells_the_same_and_writes_nothing(imported, words):
    said = imported(words(), "--dry-run")
    assert "2 created" in said
    assert "nothing was written" in said
    assert not Activity.objects.exists()
    imported(words())
    changed = imported(words(WORDS.replace("hola", "buenas")), "--dry-run", "--name", "Other")
    assert " 0 created, 1 updated, 1 unchanged" in changed
    assert items()[0] == ("hello", "hola")
    assert Activity.objects.get().name == "My words"


def test_what_is_skipped_is_counted_and_listed(imported, words, tmp_path):
    report = tmp_path / "skipped.csv"
    bad = WORDS + "hello,otra\n,nada\nno,\nzero,\0\n" + "w" * 501 + ",x\nHello,Hola\n"
    said = imported(words(bad), "--report", str(report))
    assert "8 entries read, 3 created, 0 updated, 0 unchanged, 5 skipped" in said
    assert "skipped 1: repeated word" in said
    with report.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["place", "word", "reason"],
            ["line 4", "hello", "repeated word"],
            ["line 5", "", "empty word"],
            ["line 6", "no", "empty translation"],
            ["line 7", "zero", "NUL character"],
            ["line 8", "w" * 50, "word over 500 characters"],
        ]


def test_formulas_and_markup_in_a_table_are_kept_as_they_are(imported, words):
    imported(words("=1+1,@SUM(A1)\n<b>x</b>,&amp;\n"))
    assert items() == [("=1+1", "@SUM(A1)"), ("<b>x</b>", "&amp;")]


def test_long_words_have_keys_of_their_own(imported, words):
    long = "a very long sentence " * 15
    path = words(f"{long}one,uno\n{long}two,dos\n")
    assert "2 created" in imported(path)
    assert "2 unchanged" in imported(path)


def test_words_go_into_an_activity_that_exists_and_leave_its_name(imported, words):
    activity = catalogue.save_activity("verbs", "Verbs", "conjugation", forgive_typos=True)
    imported(words(), "--activity", "verbs")
    activity.refresh_from_db()
    assert (activity.name, activity.type, activity.forgive_typos) == ("Verbs", "conjugation", True)
    assert set(Item.objects.values_list("type", flat=True)) == {"conjugation"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--activity", "Not A Key"], "key is made of"),
        (["--activity", "k" * 101], "key is made of"),
        (["--name", "n" * 121], "is not a name"),
        (["--name", " "], "is not a name"),
        (["--to", "x" * 36], "is not a target language"),
        (["--encoding", "klingon"], "no text encoding"),
        (["--report", "/no/such/folder/r.csv"], "cannot be written"),
        (["--activity", "flow"], "is a guided sequence"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(imported, words, arguments, sentence):
    catalogue.save_activity("flow", "Flow", "sequence")
    with pytest.raises(CommandError, match=sentence):
        imported(words(), *arguments)
    assert not Item.objects.exists()


def test_a_file_name_without_a_key_in_it_asks_for_one(imported, words):
    path = words(name="слова.csv")
    with pytest.raises(CommandError, match="--activity"):
        imported(path)
    assert "2 created" in imported(path, "--activity", "words", "--name", "Слова")


def test_an_unreadable_file_leaves_nothing_behind(imported, tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"hello,hola\n\xff\xfe\xfa,x\n")
    with pytest.raises(CommandError, match="--encoding"):
        imported(path)
    assert not Activity.objects.exists()


def test_many_rows_stream_through(imported, tmp_path, record_figure):
    path = tmp_path / "many.csv"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"word {n},palabra {n}\n" for n in range(20_000))
    assert "20000 created" in imported(path)
    assert "20000 unchanged" in imported(path)
