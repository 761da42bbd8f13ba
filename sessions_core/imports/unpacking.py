"""Unpacking without trust in what a file says about its size."""

from typing import IO, Protocol

from .entries import BadFile

LARGEST = 1024 * 1024 * 1024
_CHUNK = 1024 * 1024


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def unpack(source: Readable, target: IO[bytes], name: str) -> None:
    """Copy what ``source`` unpacks to, counted as it comes; ``BadFile`` past ``LARGEST`` bytes."""
    written = 0
    while chunk := source.read(_CHUNK):
        written += len(chunk)
        if written > LARGEST:
            raise BadFile(f"{name} unpacks to over {LARGEST:,} bytes.")
        target.write(chunk)
