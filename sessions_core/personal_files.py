"""One person's data as files: JSON with everything, and a table in CSV for each kind."""

import csv
import json
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile

from .personal_data import Rows

# What a spreadsheet would run as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_json(tables: dict[str, Rows]) -> str:
    return json.dumps(tables, ensure_ascii=False, indent=2)


def as_csv(rows: Rows) -> str:
    """Nested values as JSON; a text that a spreadsheet would run is quoted with an apostrophe."""
    out = StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def as_zip(tables: dict[str, Rows]) -> bytes:
    """``person.json`` and ``<table>.csv`` for each table that has rows."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("person.json", as_json(tables))
        for name, rows in tables.items():
            if rows:
                archive.writestr(f"{name}.csv", as_csv(rows))
    return out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
