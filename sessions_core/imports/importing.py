"""The pipeline: turns the entries of a source into items of an activity."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ..catalogue import ItemRow, Saved, clean_text, compare_items, key_of, refusal, save_items
from ..grading import normalise
from ..models import Activity
from ..models.activity import ActivityType, Difficulty, ItemType
from .entries import Entry, Skipped


@dataclass(slots=True)
class ImportResult:
    """The counts of an import. ``skipped`` counts by reason."""

    read: int = 0
    saved: Saved = field(default_factory=Saved)
    skipped: Counter[str] = field(default_factory=Counter)


def import_words(
    source: Iterable[Entry | Skipped],
    activity: Activity,
    *,
    dry_run: bool = False,
    on_skipped: Callable[[Skipped], None] = lambda skipped: None,
) -> ImportResult:
    """Writes the entries of ``source`` to ``activity`` as a stream; a second run changes nothing.

    ``on_skipped`` is called for each skipped entry. With ``dry_run`` nothing is written, and
    ``activity`` may be unsaved.
    """
    outcome = ImportResult()
    kind = (
        ItemType.CONJUGATION if activity.type == ActivityType.CONJUGATION else ItemType.TRANSLATION
    )

    def skip(skipped: Skipped) -> None:
        outcome.skipped[skipped.reason] += 1
        on_skipped(skipped)

    def rows() -> Iterator[ItemRow]:
        seen: set[str] = set()
        for entry in source:
            outcome.read += 1
            if isinstance(entry, Skipped):
                skip(entry)
                continue
            row = row_of(entry, kind)
            reason = refusal(row) or ("repeated word" if row.key in seen else None)
            if reason:
                skip(Skipped(entry.place, entry.word[:50], reason))
            else:
                seen.add(row.key)
                yield row

    write = compare_items if dry_run else save_items
    outcome.saved = write(activity, rows())
    return outcome


def row_of(entry: Entry, kind: str = ItemType.TRANSLATION) -> ItemRow:
    """Returns the item of ``entry``, without empty or repeated answers.

    A tag that names a difficulty sets the difficulty.
    """
    word, answer = clean_text(entry.word), clean_text(entry.translation)
    known = {normalise(answer)}
    alternatives: list[str] = []
    for text in map(clean_text, entry.alternatives):
        if text and normalise(text) not in known:
            known.add(normalise(text))
            alternatives.append(text)
    tags = list(dict.fromkeys(filter(None, map(clean_text, entry.tags))))
    levels = [tag.casefold() for tag in tags if tag.casefold() in Difficulty.values]
    return ItemRow(
        key=key_of(word),
        prompt=word,
        answer=answer,
        alternatives=tuple(alternatives),
        explanation=clean_text(entry.explanation),
        tags=tuple(tags),
        type=kind,
        difficulty=levels[0] if levels else Difficulty.MEDIUM,
    )
