"""Unpacks compressed data up to a limit, ignoring the size that a file declares."""

from typing import IO, Protocol

from .entries import BadFile

MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
_CHUNK = 1024 * 1024


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def unpack(source: Readable, target: IO[bytes], name: str) -> None:
    """Copies ``source`` to ``target``. Raises ``BadFile`` beyond ``MAX_UNPACKED_BYTES``."""
    written = 0
    while chunk := source.read(_CHUNK):
        written += len(chunk)
        if written > MAX_UNPACKED_BYTES:
            raise BadFile(f"{name} unpacks to over {MAX_UNPACKED_BYTES:,} bytes.")
        target.write(chunk)
