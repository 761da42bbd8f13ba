"""Tests of dictd dictionaries, and of Debian's English-Spanish one if it is installed."""

import gzip
import time
from pathlib import Path

import pytest

from sessions_core.imports import BadFile, dictd, unpacking
from sessions_core.imports.dictd_entry import parse
from sessions_core.models import Item

FREEDICT = Path("/usr/share/dictd/freedict-eng-spa.index")


def encode(number: int) -> str:
    digits = ""
    while True:
        number, last = divmod(number, 64)
        digits = dictd._DIGITS[last] + digits
        if not number:
            return digits


@pytest.fixture
def dictionary(tmp_path):
    def write(*entries: tuple[str, str], compress: bool = True, extra: str = ""):
        text, index = b"", ""
        for headword, entry in entries:
            data = entry.encode()
            index += f"{headword}\t{encode(len(text))}\t{encode(len(data))}\n"
            text += data
        (tmp_path / "d.index").write_text(index + extra, "utf-8")
        if compress:
            (tmp_path / "d.dict.dz").write_bytes(gzip.compress(text))
        else:
            (tmp_path / "d.dict").write_bytes(text)
        return tmp_path / "d.index"

    return write


@pytest.mark.parametrize(("digits", "number"), [("A", 0), ("/", 63), ("BA", 64), ("EFb", 16731)])
def test_numbers_are_in_base_64(digits, number):
    assert dictd.decode_number(digits) == number
    assert encode(number) == digits


@pytest.mark.parametrize("digits", ["", "=", "a b", "é", "A" * 9])
def test_other_numbers_are_none(digits):
    assert dictd.decode_number(digits) is None


@pytest.mark.parametrize(
    ("text", "word", "translations"),
    [
        ("achieve /ətʃiːv/\n1. alcanzar, obtener\n2. hacer\n", "achieve",
         ("alcanzar", "obtener", "hacer")),
        ("robbed /rɒbd/ <adj>\nrobada <f>, robado [poet.]\n", "robbed", ("robada", "robado")),
        ("plain\nllano\n", "plain", ("llano",)),
        ("how are you? /haʊ/\n¿cómo está usted?\n", "how are you?", ("¿cómo está usted?",)),
        ("Aal /aːl/ <masc>\n [zool.] eel <n>\n         Note: fish, long\n   Synonym: {x}\n\n"
         " see: {Aale}\n      \"Der Aal\"  - the eel\n", "Aal", ("eel",)),
        ("und/oder /ʊnt/ ()\nand/or\n", "und/oder", ("and/or",)),
        ("first (of two), only /x/\nprimero (de dos, no más), solo\n", "first (of two), only",
         ("primero (de dos, no más)", "solo")),
        ("Zealander /z/\n1. zelandés, zelandés\n2. %h...ago\n3. 10 % más\n", "Zealander",
         ("zelandés", "10 % más")),
        ("nothing /n/\n", "nothing", ()),
        ("", "headword", ()),
    ],
)  # fmt: skip
def test_entries(text, word, translations):
    entry = parse("entry 1", "headword", text)
    assert (entry.word, entry.translations) == (word, translations)


@pytest.mark.parametrize("compress", [True, False])
@pytest.mark.parametrize("ending", [".index", ".dict.dz", ".dict"])
def test_any_of_the_files_names_the_dictionary(words, dictionary, compress, ending):
    index = dictionary(
        ("00databaseinfo", "About\n"), ("hello", "hello /x/\nhola\n"), compress=compress
    )
    assert words(index.with_name(f"d{ending}")) == [
        ("00databaseinfo", "(about the dictionary, no word)"),
        ("hello", "hola"),
    ]


def test_of_cut_headwords_the_shortest_sound_is_the_word(words, dictionary):
    index = dictionary(
        ("apple", "apple /ˈapəl/\ntarta de manzana\n"),
        ("apple", "apple /æpldʒuːs/\njugo de manzana\n"),
        ("apple", "apple /æpl/\nmanzana\n"),
        ("apple", "apple /æpl/\nmanzano, manzana\n"),
        ("apple", "Apple /æpl/\nApple\n"),
    )
    assert words(index) == [
        ("apple", "manzana"),
        ("apple", "(repeated word)"),
        ("apple", "(repeated word)"),
        ("apple", "(joined to an entry of the same word and sound)"),
        ("Apple", "Apple"),
    ]


def test_joined_entries_share_their_translations(read, dictionary):
    first, _ = read(dictionary(("ser", "ser /s/\nbe\n"), ("ser", "ser /s/\nbeing, be\n")))
    assert (first.translation, first.alternatives) == ("be", ("being",))


def test_lines_that_point_nowhere_are_skipped(words, dictionary):
    index = dictionary(
        ("hello", "hello\nhola\n"),
        extra="far\tZZZZ\tD\nbroken\t=\t=\nshort\nhuge\tA\tZZZZ\nhalf\tB\tzz\n",
    )
    assert words(index)[1:] == [
        ("far", "(points outside the dictionary)"),
        ("broken", "(broken line in the index)"),
        ("short", "(broken line in the index)"),
        ("huge", "(entry over 65536 bytes)"),
        ("half", "(points outside the dictionary)"),
    ]


def test_a_missing_half_or_broken_files_are_told(words, dictionary, monkeypatch):
    index = dictionary(("hello", "hello\nhola\n"))
    text = index.with_name("d.dict.dz")
    monkeypatch.setattr(unpacking, "MAX_UNPACKED_BYTES", 5)
    with pytest.raises(BadFile, match="unpacks to over"):
        words(index)
    monkeypatch.undo()
    for data in (b"no gzip", text.read_bytes()[:-9]):
        text.write_bytes(data)
        with pytest.raises(BadFile, match="damaged"):
            words(index)
    index.write_text("hello\n", "utf-8")
    with pytest.raises(BadFile, match="not a dictd index"):
        words(index)
    text.unlink()
    with pytest.raises(BadFile, match="one is missing"):
        words(index)


@pytest.mark.skipif(
    not FREEDICT.is_file(), reason="NOT RUN: dict-freedict-eng-spa is not installed"
)
@pytest.mark.django_db
def test_the_whole_of_freedict(imported, record_figure):
    began = time.monotonic()
    first = imported(FREEDICT, "--from", "en", "--to", "es")
    took = time.monotonic() - began
    said = "; ".join(map(str.strip, first.splitlines()))
    record_figure(f"FreeDict eng-spa in {took:.1f} s: {said}")
    assert Item.objects.count() > 5000
    assert f"{Item.objects.count()} created" in first
    answers = dict(Item.objects.values_list("prompt", "answer"))
    for word, answer in {"goodbye": "adiós", "apple": "manzana", "back": "reverso"}.items():
        assert answers[word] == answer
    assert not [text for pair in answers.items() for text in pair if set("<>{}[]\n") & set(text)]
    assert " 0 created, 0 updated" in imported(FREEDICT)
