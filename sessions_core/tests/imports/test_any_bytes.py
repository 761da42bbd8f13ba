"""Tests that any contents of a file are read, skipped, or refused with a message."""

import sqlite3
import tempfile
import zipfile
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sessions_core.catalogue import refusal
from sessions_core.imports import BadFile, Entry, Skipped, open_source
from sessions_core.imports.importing import row_of
from sessions_core.imports.markup import plain_text

cells = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
tables = st.lists(
    st.lists(st.one_of(cells, st.sampled_from(['"', "'", "#", ";", "\t", "|", "\r", "\0"])))
).map(lambda rows: "\n".join(",".join(row) for row in rows).encode())
headers = st.sampled_from([b"", b"#separator:tab\n", b"#html:true\n#columns:a,b\n", b"\xff\xfe"])
contents = st.tuples(headers, st.one_of(st.binary(max_size=300), tables)).map(b"".join)
quick = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)


def read(folder: str, name: str) -> None:
    with suppress(BadFile), closing(open_source(Path(folder) / name)) as source:
        for entry in source:
            assert isinstance(entry, Entry | Skipped)
            if isinstance(entry, Entry):
                refusal(row_of(entry))


@quick
@given(contents, st.sampled_from(["w.csv", "w.txt", "w.apkg"]))
def test_text_files_and_packages(data, name):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(data)
        read(folder, name)


@quick
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_dictionaries(index, text):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "w.index").write_bytes(b"a\tA\tB\n" + index)
        (Path(folder) / "w.dict").write_bytes(text)
        read(folder, "w.index")


@quick
@given(st.one_of(st.binary(max_size=60), st.text(max_size=60), st.integers(-9, 9), st.none()))
def test_collections_with_any_value_in_any_place(value):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "c.sqlite"
        with closing(sqlite3.connect(file)) as db, db:
            db.execute("CREATE TABLE col (models)")
            db.execute("CREATE TABLE notes (id, mid, flds, tags)")
            try:
                db.execute("INSERT INTO col VALUES (?)", [value])
                db.execute("INSERT INTO notes VALUES (?, ?, ?, ?)", [value] * 4)
            except UnicodeEncodeError:  # a lone surrogate, which SQLite cannot store
                return
        with zipfile.ZipFile(Path(folder) / "w.apkg", "w") as archive:
            archive.write(file, "collection.anki2")
        read(folder, "w.apkg")
        with closing(sqlite3.connect(file)) as db, db:
            db.execute("UPDATE col SET models = '{}'")
        with zipfile.ZipFile(Path(folder) / "w.apkg", "w") as archive:
            archive.write(file, "collection.anki2")
        read(folder, "w.apkg")


@quick
@given(st.lists(st.sampled_from([*"<>/a&;![]-= \n'", "<script", "<!--", "<br", "&#"])))
def test_any_markup_becomes_text(parts):
    assert isinstance(plain_text("".join(parts)), str)


@pytest.mark.parametrize("sign", ["<", "<a ", "<!--", "&", "<div>", "[sound:", "</", "<!["])
def test_markup_at_its_worst_ends(sign):
    assert isinstance(plain_text(sign * (10_000 // len(sign))), str)
