"""Chooses the parser of a file."""

import zipfile
from pathlib import Path

from .anki_package import AnkiPackage
from .anki_text import AnkiTextFile, headers_of
from .delimited import DelimitedFile
from .dictd import Dictionary
from .entries import BadFile, Source
from .text_lines import sample

_DICTD = (".index", ".dict", ".dict.dz")


def open_source(path: Path, encoding: str | None = None) -> Source:
    """Opens ``path`` with the parser of its format. Raises ``BadFile`` if there is none.

    ``encoding`` applies to text files only.
    """
    if path.name.endswith(_DICTD):
        return Dictionary(path)
    if not path.is_file():
        raise BadFile(f"{path} is not a file.")
    if zipfile.is_zipfile(path) or path.suffix in {".apkg", ".colpkg"}:
        return AnkiPackage(path)
    if headers_of(sample(path, encoding)).keys() & {"separator", "html"}:
        return AnkiTextFile(path, encoding)
    return DelimitedFile(path, encoding)
