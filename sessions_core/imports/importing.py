"""The pipeline: what a source tells becomes items of an activity, and the rest is counted."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ..catalogue import ItemRow, Saved, clean_text, compare_items, key_of, refusal, save_items
from ..grading import normalise
from ..models import Activity
from ..models.activity import ActivityType, Difficulty, ItemType
from .entries import Entry, Skipped


@dataclass(slots=True)
class Outcome:
    """How an import went. ``skipped`` counts by reason."""

    read: int = 0
    saved: Saved = field(default_factory=Saved)
    skipped: Counter[str] = field(default_factory=Counter)


def import_words(
    source: Iterable[Entry | Skipped],
    activity: Activity,
    *,
    dry_run: bool = False,
    tell: Callable[[Skipped], None] = lambda skipped: None,
) -> Outcome:
    """Write the entries of ``source`` to ``activity``, streaming; running again changes nothing.

    ``tell`` hears of each skipped entry. With ``dry_run`` nothing is written, and ``activity``
    may be one that is not saved.
    """
    outcome = Outcome()
    kind = (
        ItemType.CONJUGATION if activity.type == ActivityType.CONJUGATION else ItemType.TRANSLATION
    )

    def skip(skipped: Skipped) -> None:
        outcome.skipped[skipped.reason] += 1
        tell(skipped)

    def rows() -> Iterator[ItemRow]:
        seen: set[str] = set()
        for told in source:
            outcome.read += 1
            if isinstance(told, Skipped):
                skip(told)
                continue
            row = row_of(told, kind)
            reason = refusal(row) or ("repeated word" if row.key in seen else None)
            if reason:
                skip(Skipped(told.place, told.word[:50], reason))
            else:
                seen.add(row.key)
                yield row

    write = compare_items if dry_run else save_items
    outcome.saved = write(activity, rows())
    return outcome


def row_of(entry: Entry, kind: str = ItemType.TRANSLATION) -> ItemRow:
    """``entry`` tidied: no empty or repeated answers, a difficulty taken from a tag of its name."""
    word, answer = clean_text(entry.word), clean_text(entry.translation)
    told = {normalise(answer)}
    alternatives: list[str] = []
    for text in map(clean_text, entry.alternatives):
        if text and normalise(text) not in told:
            told.add(normalise(text))
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
