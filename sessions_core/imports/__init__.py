"""Imports vocabulary from files, with a parser for each format and one common pipeline."""

from .entries import BadFile, Entry, Skipped, Source
from .importing import ImportResult, import_words
from .opening import open_source

__all__ = [
    "BadFile",
    "Entry",
    "ImportResult",
    "Skipped",
    "Source",
    "import_words",
    "open_source",
]
