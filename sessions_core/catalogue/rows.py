"""Rules for items. Python checks them, because Postgres and SQLite would differ."""

from dataclasses import dataclass
from hashlib import blake2b
from unicodedata import category, normalize

from ..models import Item
from ..models.activity import Difficulty, ItemType
from .lengths import max_length

MAX_ALTERNATIVES = 50
MAX_TAGS = 20
MAX_TAG_LENGTH = 50
_MAX_KEY_LENGTH = max_length(Item, "key")


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item as read from a source. A second import finds the item by its ``key``.

    With a ``position`` of ``None`` an item keeps its position, and a new one goes to the end.
    """

    key: str
    prompt: str
    answer: str = ""
    alternatives: tuple[str, ...] = ()
    explanation: str = ""
    tags: tuple[str, ...] = ()
    type: str = ItemType.TRANSLATION
    difficulty: str = Difficulty.MEDIUM
    duration_seconds: int | None = None
    position: int | None = None


class BadItem(ValueError):
    """The catalogue refuses an item; the message gives the reason."""


def clean_text(text: str) -> str:
    """Normalises to NFC, drops control characters and reduces white space to single spaces.

    NUL stays, so that ``refusal`` reports it: a text with NUL is damaged, not just untidy.
    """
    if not text.isascii():
        text = normalize("NFC", text)
    if not text.isprintable():
        text = "".join(" " if category(sign) == "Cc" and sign != "\0" else sign for sign in text)
    return " ".join(text.split())


def key_of(word: str) -> str:
    """Returns the key of an item that is identified by its word alone.

    Case counts: polish and Polish are two words. A word too long for a key gets a digest.
    """
    word = clean_text(word)
    if len(word) <= _MAX_KEY_LENGTH:
        return word
    digest = blake2b(word.encode(errors="surrogatepass"), digest_size=16).hexdigest()
    return f"{word[: _MAX_KEY_LENGTH - len(digest) - 1]}#{digest}"


def refusal(row: ItemRow) -> str | None:
    """Returns why ``row`` cannot be an item, as a text to count by; ``None`` if it can."""
    if not row.prompt or not row.key:
        return "empty word"
    if not row.answer and row.type != ItemType.POSE:
        return "empty translation"
    return _too_much(row) or _broken(row)


def _broken(row: ItemRow) -> str | None:
    text = "".join((row.key, row.prompt, row.answer, row.explanation, *row.alternatives, *row.tags))
    if "\0" in text:
        return "NUL character"
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        return "broken character"
    return None


def _too_much(row: ItemRow) -> str | None:
    lengths = {
        "word": (row.prompt, "prompt"),
        "key": (row.key, "key"),
        "translation": (row.answer, "answer"),
        "explanation": (row.explanation, "explanation"),
    }
    for what, (text, field) in lengths.items():
        most = max_length(Item, field)
        if len(text) > most:
            return f"{what} over {most} characters"
    most = max_length(Item, "answer")
    if any(len(text) > most for text in row.alternatives):
        return f"alternative over {most} characters"
    if len(row.alternatives) > MAX_ALTERNATIVES:
        return f"more than {MAX_ALTERNATIVES} alternatives"
    if len(row.tags) > MAX_TAGS or any(len(tag) > MAX_TAG_LENGTH for tag in row.tags):
        return f"more than {MAX_TAGS} tags, or one over {MAX_TAG_LENGTH} characters"
    return None
