"""What the default judge costs: microseconds for a plain answer, and for the worst long ones.

    python -m bench.judge [--rounds 7] [--least 0.05]

Each figure is the best of several rounds, which last LEAST seconds each at least: what else the
machine does can only add to it. Answers of 500 characters, the longest that are taken, are judged
against short and long accepted answers, with and without alternatives.
"""

import argparse
import time
from collections.abc import Iterator

from sessions_core.grading import DefaultJudge, Question

LENGTH, ALTERNATIVES = 500, 20
PLAIN = {
    "right": "el perro",
    "right, but for case and spaces": "  El  Perro ",
    "near miss": "el pero",
    "wrong": "la casa",
}
# Each repeated up to LENGTH characters.
PATTERNS = {
    "one letter": "x",
    "letters of one word": "palabra",
    "words": "perro ",
    "short words": "a ",
    "accents": "áéíóúüñ",
    "marks apart from their letters": "a\u0301",
    "many marks on one letter": "\u0301",
    "punctuation": "¡¿.,;:!?",
    "brackets": "([{",
    "closed brackets": "(a) ",
    "slashes": "a/",
    "digits": "1 2 3 ",
    "spaces": " ",
    "invisible characters": "\u200b\u00ad",
    "one character that stands for eighteen": "\ufdfa",
    "letters that casing makes longer": "ßŉİ",
    "full width": "ｐａ ",
    "Hangul": "한국어 ",
    "emoji": "👩\u200d👩\u200d👧 ",
    "quotes": "\"'’“”",
}


def main() -> None:
    wanted = arguments()
    print("| plain answer to “el perro” | µs |", "|---|---|", sep="\n")
    for title, given in PLAIN.items():
        spent = cost(question("el perro"), given, wanted)
        print(f"| {title} | {spent:,.1f} |")
    slowest = sorted(
        ((cost(asked, given, wanted), title) for title, asked, given in long_answers()),
        reverse=True,
    )
    print(
        f"\n| answer of {LENGTH} characters, the slowest of {len(slowest)} | µs |",
        "|---|---|",
        sep="\n",
    )
    for spent, title in slowest[:5]:
        print(f"| {title} | {spent:,.1f} |")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.judge",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--least", type=float, default=0.05, help="Seconds of a round.")
    return parser.parse_args()


def question(answer: str, alternatives: tuple[str, ...] = ()) -> Question:
    return Question(
        item_id=1,
        type="translation",
        answer=answer,
        alternatives=alternatives,
        forgive_typos=True,
    )


def long_answers() -> Iterator[tuple[str, Question, str]]:
    """A title, a question and a long answer to it, which differs from what is accepted."""
    for title, pattern in PATTERNS.items():
        given = (pattern * LENGTH)[:LENGTH]
        # Two letters away, as far as a near miss may be.
        near = f"z{given[1:-1]}z"
        alike = question(near)
        many = question(near, tuple(f"{near[:-3]}{n:03}" for n in range(ALTERNATIVES)))
        yield f"{title}, to a short answer", question("el perro"), given
        yield f"{title}, to a long one that is near", alike, given
        yield f"{title}, to {ALTERNATIVES + 1} long ones", many, given


def cost(asked: Question, given: str, wanted: argparse.Namespace) -> float:
    """Microseconds, with whatever the judge remembers of a question in its place."""
    judge = DefaultJudge()

    def seconds(times: int) -> float:
        began = time.perf_counter()
        for _ in range(times):
            judge.judge(asked, given, is_known)
        return time.perf_counter() - began

    times = 1
    while (took := seconds(times)) < wanted.least:
        times = max(2 * times, int(times * wanted.least / max(took, 1e-6)))
    return min(took, *(seconds(times) for _ in range(wanted.rounds - 1))) / times * 1e6


def is_known(form: str) -> bool:
    """No form is another word of the catalogue, so that all of them are asked for."""
    return False


if __name__ == "__main__":
    main()
