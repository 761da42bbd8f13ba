"""Renders one person's data as files: one in JSON, and one in CSV for each table."""

import csv
import json
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile

from .personal_data import Rows

# Spreadsheets run a text with one of these prefixes as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_json(tables: dict[str, Rows]) -> str:
    return json.dumps(tables, ensure_ascii=False, indent=2)


def as_csv(rows: Rows) -> str:
    """Renders CSV, nested values as JSON, and formulas quoted with an apostrophe."""
    out = StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return out.getvalue()


def as_zip(tables: dict[str, Rows]) -> bytes:
    """Zips ``person.json`` and a ``<table>.csv`` for each table with rows."""
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
