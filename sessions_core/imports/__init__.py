"""Reading vocabulary from files: one parser a format, one pipeline behind them."""

from .entries import BadFile, Entry, Skipped, Source
from .importing import Outcome, import_words
from .opening import open_source

__all__ = [
    "BadFile",
    "Entry",
    "Outcome",
    "Skipped",
    "Source",
    "import_words",
    "open_source",
]
