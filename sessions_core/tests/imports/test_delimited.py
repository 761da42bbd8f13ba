"""Tests of tables of words in various formats."""

import pytest

from sessions_core.imports import BadFile, Entry, Skipped


@pytest.fixture
def table(tmp_path):
    def write(text: str | bytes, name: str = "words.csv"):
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


PAIRS = [("hello", "hola"), ("goodbye", "adiós")]


@pytest.mark.parametrize(
    "text",
    [
        "hello,hola\ngoodbye,adiós\n",
        "hello;hola\r\ngoodbye;adiós\r\n",
        "hello\thola\rgoodbye\tadiós",
        "hello|hola\n\n   \ngoodbye|adiós",
        "word,translation\nhello,hola\ngoodbye,adiós\n",
        "Translation;Level;WORD\nhola;x;hello\nadiós;x;goodbye\n",
        "\ufeffword,translation\nhello,hola\ngoodbye,adiós\n",
        '"hello","hola"\n"goodbye","adiós"\n',
        "hello,hola,,\ngoodbye,adiós,,\n",
    ],
)
def test_any_common_layout_is_read(words, table, text):
    assert words(table(text)) == PAIRS


def test_all_columns(read, table):
    path = table(
        "word,translation,alternatives,tags,note\ncar,coche,carro|auto,travel easy,El auto\n"
    )
    (entry,) = read(path)
    assert entry == Entry(
        "line 2", "car", "coche", ("carro", "auto"), "El auto", ("travel", "easy")
    )
    (bare,) = read(table("car,coche; carro,auto,travel\n", "bare.csv"))
    assert bare == Entry("line 1", "car", "coche", ("carro", "auto"), "", ("travel",))


def test_the_delimiter_is_not_mistaken_for_a_sign_inside_answers(words, table):
    for text in (
        "car;coche, carro\ndog;perro, can\n",
        "car,coche; carro\ndog,perro; can\n",
        "dog|perro,can;x\ncar|coche,carro;x\n",
        "word,translation\na;b,c;d\n",
    ):
        for word, _ in words(table(text)):
            assert word in {"car", "dog", "a;b"}


def test_quoted_commas_and_line_ends_stay_in_their_field(words, table):
    path = table('yes please,"sí, gracias"\n"good\nmorning",buenos días\n')
    assert words(path) == [("yes please", "sí, gracias"), ("good\nmorning", "buenos días")]


def test_other_encodings_are_named_or_refused(words, table):
    latin = table("hello,hola\ngoodbye,adiós\n".encode("cp1252"))
    with pytest.raises(BadFile, match=r"not in utf-8.*--encoding cp1252"):
        words(latin)
    assert words(latin, "cp1252") == PAIRS
    assert words(table("hello\thola\ngoodbye\tadiós\n".encode("utf-16"))) == PAIRS
    for name in ("klingon", "zip", "base64"):
        with pytest.raises(BadFile, match="no text encoding named"):
            words(latin, name)


def test_bytes_that_break_far_into_the_file_are_told_as_well(words, table):
    with pytest.raises(BadFile, match="not in utf-8-sig"):
        words(table(b"hello,hola\n" * 20000 + b"ni\xf1o,x\n"))


def test_a_table_of_one_column_is_refused(words, table):
    with pytest.raises(BadFile, match="has one column"):
        words(table("hello\ngoodbye\n"))


def test_an_empty_file_holds_no_words(words, table):
    assert words(table("")) == []
    assert words(table("\n\n", "blank.csv")) == []


def test_a_stray_quotation_mark_costs_its_own_lines_only(read, table):
    entries = read(table('hello,hola\n"bad" quote,x\ngoodbye,adiós\n'))
    assert [type(entry) for entry in entries] == [Entry, Skipped, Entry]
    assert entries[1].place == "line 2"
    entries = read(table('hello,hola\n"never closed,x\ngoodbye,adiós\n', "open.csv"))
    assert [(entry.place, type(entry)) for entry in entries] == [
        ("line 1", Entry),
        ("lines 2-3", Skipped),
    ]


def test_a_field_of_ten_megabytes_is_skipped_and_reading_goes_on(words, table):
    path = table("hello,hola\n" + "x" * 10_000_000 + ",y\ngoodbye,adiós\n")
    assert words(path) == [PAIRS[0], ("", "(line over 1,048,576 characters)"), PAIRS[1]]
    path = table("hello,hola\n" + "x" * 20_000 + ",y\ngoodbye,adiós\n")
    assert words(path)[1] == ("x" * 50, "(field over 10000 characters)")


def test_a_file_that_is_not_there_or_is_a_folder(words, tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(BadFile, match="is not a file"):
            words(path)
