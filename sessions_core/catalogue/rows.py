"""What may become an item. The two databases would differ here, so it is decided before them."""

from dataclasses import dataclass
from hashlib import blake2b
from unicodedata import category, normalize

from ..models import Item
from ..models.activity import Difficulty, ItemType
from .lengths import longest

MOST_ALTERNATIVES = 50
MOST_TAGS = 20
LONGEST_TAG = 50
_LONGEST_KEY = longest(Item, "key")


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item as a source tells it. ``key`` is how a second run finds it again.

    ``position`` ``None``: the item stays where it is, a new one goes to the end.
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
    """An item that the catalogue cannot hold; the text says why."""


def clean_text(text: str) -> str:
    """NFC, without control characters, runs of white space as one space. Nothing else changes.

    NUL is kept for ``refusal`` to name: a text with a hole in it is broken, not untidy.
    """
    if not text.isascii():
        text = normalize("NFC", text)
    if not text.isprintable():
        text = "".join(" " if category(sign) == "Cc" and sign != "\0" else sign for sign in text)
    return " ".join(text.split())


def key_of(word: str) -> str:
    """The key of an item that has no other name than its word.

    Case counts: polish and Polish are two words. A text too long for a key is told by its digest.
    """
    word = clean_text(word)
    if len(word) <= _LONGEST_KEY:
        return word
    digest = blake2b(word.encode(errors="surrogatepass"), digest_size=16).hexdigest()
    return f"{word[: _LONGEST_KEY - len(digest) - 1]}#{digest}"


def refusal(row: ItemRow) -> str | None:
    """Why ``row`` cannot be an item, in a few words that many rows share; ``None`` if it can."""
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
        most = longest(Item, field)
        if len(text) > most:
            return f"{what} over {most} characters"
    most = longest(Item, "answer")
    if any(len(text) > most for text in row.alternatives):
        return f"alternative over {most} characters"
    if len(row.alternatives) > MOST_ALTERNATIVES:
        return f"more than {MOST_ALTERNATIVES} alternatives"
    if len(row.tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in row.tags):
        return f"more than {MOST_TAGS} tags, or one over {LONGEST_TAG} characters"
    return None
