"""Tests of Anki's text exports and packages, old and new, and of hostile packages."""

import sqlite3
import zipfile

import genanki
import pytest
from backports import zstd

from sessions_core.imports import BadFile, Entry, Skipped, unpacking

PAIRS = [("hello", "hola"), ("goodbye", "adiós")]


def model(*fields):
    card = {"name": "Card", "qfmt": f"{{{{{fields[0]}}}}}", "afmt": f"{{{{{fields[1]}}}}}"}
    names = [{"name": name} for name in fields]
    return genanki.Model(1607392319, "Model", fields=names, templates=[card])


def package(path, *notes, fields=("Front", "Back"), tags=()):
    deck = genanki.Deck(2059400110, "Deck")
    for cells in notes:
        deck.add_note(genanki.Note(model=model(*fields), fields=list(cells), tags=list(tags)))
    genanki.Package(deck).write_to_file(path)
    return path


def collection_of(path):
    with zipfile.ZipFile(path) as archive:
        return archive.read("collection.anki2")


def zipped(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    "text",
    [
        "#separator:tab\n#html:false\nhello\thola\ngoodbye\tadiós\n",
        "#separator:Comma\n#html:true\nhello,hola\ngoodbye,<b>adi&oacute;s</b>\n",
        "#separator:;\n#html:true\n<div>hello</div>;hola[sound:hola.mp3]\ngoodbye;adiós<br>\n",
        "#html:false\n#separator:tab\n#guid column:1\n#deck column:2\na\tD\thello\thola\n"
        "b\tD\tgoodbye\tadiós\n",
        "#separator:tab\n#columns:Id\tBack\tFront\n1\thola\thello\n2\tadiós\tgoodbye\n",
    ],
)
def test_text_exports_are_read_by_their_header_lines(words, tmp_path, text):
    path = tmp_path / "deck.txt"
    path.write_text(text, "utf-8")
    assert words(path) == PAIRS


def test_tags_of_a_text_export(read, tmp_path):
    path = tmp_path / "deck.txt"
    path.write_text("#separator:tab\n#tags:all\n#tags column:3\nhello\thola\tone two\n", "utf-8")
    (entry,) = read(path)
    assert entry.tags == ("one", "two", "all")


@pytest.mark.parametrize("header", ["#separator:", "#separator:ab", '#separator:"'])
def test_a_separator_that_is_none_is_refused(words, tmp_path, header):
    path = tmp_path / "deck.txt"
    path.write_text(f"{header}\n#html:true\nhello\thola\n", "utf-8")
    with pytest.raises(BadFile, match="names no separator"):
        words(path)


def test_a_package(read, tmp_path):
    path = package(
        tmp_path / "d.apkg",
        ("<p>hello</p>", "hola; buenas<br>&nbsp;"),
        ("a &lt; b", "<script>alert(1)</script>menor"),
        tags=("easy",),
    )
    first, second = read(path)
    assert (first.word.strip(), first.translation, first.tags) == ("hello", "hola", ("easy",))
    assert first.alternatives[0].strip() == "buenas"
    assert (second.word, second.translation.strip()) == ("a < b", "menor")


def test_fields_are_found_by_their_names(words, tmp_path):
    path = package(
        tmp_path / "d.apkg",
        ("1", "hola", "hello"),
        ("2", "adiós", "goodbye"),
        fields=("Rank", "Translation", "Word"),
    )
    assert words(path) == PAIRS


def test_the_compressed_collection_is_preferred_to_the_dummy(words, tmp_path):
    real = collection_of(package(tmp_path / "a.apkg", *PAIRS))
    dummy = collection_of(package(tmp_path / "b.apkg", ("Please update", "Anki")))
    path = zipped(
        tmp_path / "new.apkg",
        {"collection.anki2": dummy, "collection.anki21b": zstd.compress(real), "media": b""},
    )
    assert words(path) == PAIRS
    path = zipped(tmp_path / "mid.apkg", {"collection.anki2": dummy, "collection.anki21": real})
    assert words(path) == PAIRS


def test_a_collection_of_the_new_schema_with_its_collation(words, tmp_path):
    file = tmp_path / "new.sqlite"
    db = sqlite3.connect(file)
    db.create_collation("unicase", lambda one, other: (one > other) - (one < other))
    db.executescript(
        """CREATE TABLE notes (id integer primary key, mid integer, tags text, flds text);
        CREATE TABLE fields (ntid integer, ord integer, name text collate unicase, config blob,
                             primary key (ntid, ord)) without rowid;
        CREATE UNIQUE INDEX idx_fields_name_ntid ON fields (name, ntid);
        INSERT INTO fields VALUES (7, 0, 'Meaning', ''), (7, 1, 'Expression', '');
        INSERT INTO notes VALUES (1, 7, ' easy ', 'hola' || char(31) || 'hello');"""
    )
    db.close()
    path = zipped(tmp_path / "n.apkg", {"collection.anki21b": zstd.compress(file.read_bytes())})
    assert words(path) == PAIRS[:1]


def test_cloze_notes_broken_text_and_huge_notes_are_skipped(words, tmp_path):
    path = package(tmp_path / "d.apkg", ("{{c1::Madrid}} is big", ""), ("x", "y" * 200_000), *PAIRS)
    file = tmp_path / "c.sqlite"
    file.write_bytes(collection_of(path))
    with sqlite3.connect(file) as db:
        db.execute("UPDATE notes SET flds = CAST(x'6869ff1f68' AS TEXT) WHERE flds LIKE 'good%'")
    db.close()
    found = words(zipped(tmp_path / "e.apkg", {"collection.anki2": file.read_bytes()}))
    assert found == [
        ("{{c1::Madrid}} is big", "(cloze deletion)"),
        ("", "(note over 100000 characters)"),
        PAIRS[0],
        ("", "(not UTF-8)"),
    ]


def test_a_bomb_is_refused_while_it_unpacks(words, tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "MAX_UNPACKED_BYTES", 4_000_000)
    for name, data in (
        ("collection.anki2", b"\0" * 8_000_000),
        ("collection.anki21b", zstd.compress(b"\0" * 8_000_000)),
    ):
        with pytest.raises(BadFile, match="unpacks to over 4,000,000 bytes"):
            words(zipped(tmp_path / "bomb.apkg", {name: data}))


def test_what_is_no_package_is_refused_with_a_sentence(words, tmp_path):
    good = package(tmp_path / "good.apkg", *PAIRS).read_bytes()
    broken = {
        "text": b"hello",
        "cut": good[: len(good) // 2],
        "spoilt": good[:200] + b"\xff" * 400 + good[600:],
        "empty": b"",
    }
    for name, data in broken.items():
        path = tmp_path / f"{name}.apkg"
        path.write_bytes(data)
        with pytest.raises(BadFile, match="damaged"):
            words(path)
    members = {
        "no collection": {"readme.txt": b"x"},
        "no database": {"collection.anki2": b"x" * 5000},
        "no zstd": {"collection.anki21b": b"x" * 5000},
        "no notes": {"collection.anki2": b""},
    }
    for name, content in members.items():
        with pytest.raises(BadFile):
            words(zipped(tmp_path / f"{name}.apkg", content))


def test_notes_that_are_a_view_are_not_computed(words, tmp_path):
    file = tmp_path / "evil.sqlite"
    db = sqlite3.connect(file)
    db.executescript(
        """CREATE TABLE col (models text); INSERT INTO col VALUES ('{}');
        CREATE VIEW notes AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n)
        SELECT id, 1 AS mid, 'a' || char(31) || 'b' AS flds, '' AS tags FROM n;"""
    )
    db.close()
    with pytest.raises(BadFile, match="not one that Anki writes"):
        words(zipped(tmp_path / "evil.apkg", {"collection.anki2": file.read_bytes()}))


def test_hostile_markup_is_told_as_text_or_skipped(read, tmp_path):
    notes = [
        ("<" * 9000, "x"),
        ("<a" * 4000, "x"),
        ("a" + "&lt;" * 2000, "x"),
        ("<div>" * 1900, "x"),
    ]
    for entry in read(package(tmp_path / "d.apkg", *notes)):
        assert isinstance(entry, Entry | Skipped)
