"""Tests the default judge with tables of Spanish answers."""

import pytest

from sessions_core.grading import DefaultJudge, Judgement, Question


def judge(answer, given, *alternatives, forgive=False, known=(), kind="translation"):
    question = Question(1, kind, answer, alternatives, forgive)
    return DefaultJudge().judge(question, given, lambda form: form in known)


@pytest.mark.parametrize(
    ("answer", "given"),
    [
        ("hola", "hola"),
        ("hola", "Hola"),
        ("hola", "  HOLA \n"),
        ("hola", "¡Hola!"),
        ("hola", "hola..."),
        ("hola", "hola…"),
        ("¿Cómo estás?", "cómo estás"),
        ("buenos días", "Buenos   días."),
        ("buenos días", "buenos\u00a0días"),
        ("adiós", "adio\u0301s"),
        ("adio\u0301s", "adiós"),
        ("AÑO", "an\u0303o"),
        ("o'clock", "O’clock"),
        ("l'eau", "lʼeau"),
        ("straße", "STRASSE"),
        ("שלום", "\u200fשלום\u200e"),
        ("مرحبا؟", "مرحبا"),
        ("❤️", "❤"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
        ("?", "?"),
    ],
)
def test_same_answer_in_another_dress_is_right(answer, given):
    assert judge(answer, given) == Judgement(correct=True)


@pytest.mark.parametrize("given", ["coche", "carro", "AUTO!"])
def test_any_accepted_alternative_is_right(given):
    assert judge("coche", given, "carro", "auto").correct


@pytest.mark.parametrize(
    ("answer", "given", "difference"),
    [
        ("adiós", "adios", 'accent: "adios" for "adiós"'),
        ("año", "ano", 'accent: "ano" for "año"'),
        ("sí", "si", 'accent: "si" for "sí"'),
        ("él", "el", 'accent: "el" for "él"'),
        ("hablo", "habló", 'accent: "habló" for "hablo"'),
        ("buenos días", "buenos dias", 'accent: "dias" for "días"'),
        ("hablo", "hable", 'wrong letter: "hable" for "hablo"'),
        ("hola", "hla", 'missing letter: "hla" for "hola"'),
        ("hola", "holla", 'extra letter: "holla" for "hola"'),
        ("hola", "hoal", 'swapped letters: "hoal" for "hola"'),
        ("una", "un", 'missing letter: "un" for "una"'),
        ("por favor", "porfavor", 'space: "porfavor" for "por favor"'),
        ("biblioteca", "bibloteka", 'spelling: "bibloteka" for "biblioteca"'),
        ("no a a a", "no a a", 'spelling: "no a a" for "no a a a"'),
        ("مَرْحَبًا", "مرحبا", 'accent: "مرحبا" for "مَرْحَبًا"'),
    ],
)
def test_near_miss_is_wrong_and_says_what_differs(answer, given, difference):
    assert judge(answer, given) == Judgement(correct=False, close=True, difference=difference)


@pytest.mark.parametrize(
    ("answer", "given"),
    [
        ("hola", ""),
        ("hola", "   "),
        ("hola", "\u200b"),
        ("hola", "?!"),
        ("?", "!"),
        ("", ""),
        ("", "x"),
        ("sí", "no"),
        ("no", "yo"),
        ("hola", "cosa"),
        ("un perro", "el perro"),
        ("1984", "1985"),
        ("👍", "👎"),
        ("hola", "hola hola"),
        ("x" * 500, "y" * 500),
        ("²", "2"),
    ],
)
def test_other_answers_are_plainly_wrong(answer, given):
    assert judge(answer, given) == Judgement(correct=False)


def test_the_nearest_accepted_answer_is_the_one_named():
    judgement = judge("carros", "camion", "camión")
    assert judgement.difference == 'accent: "camion" for "camión"'


@pytest.mark.parametrize(
    ("answer", "given"), [("hola", "hla"), ("adiós", "adios"), ("por favor", "porfavor")]
)
def test_slip_counts_where_the_activity_forgives_and_is_still_named(answer, given):
    judgement = judge(answer, given, forgive=True)
    assert judgement.correct
    assert judgement.forgiven
    assert judgement.close
    assert judgement.difference


@pytest.mark.parametrize(
    ("answer", "given", "known"),
    [
        ("hablo", "Hable", {"hable"}),
        ("hablo", "habló", {"habló"}),
        ("una", "un", {"un"}),
        ("una", "un", set()),
        ("año", "ano", {"ano"}),
        ("año", "ano", set()),
        ("mañana", "manana", set()),
        ("una casa", "un casa", set()),
        ("la casa blanca", "la cama blanca", {"cama"}),
        ("el sol sale", "el sal sale", set()),
    ],
)
def test_a_typo_that_is_another_word_is_never_forgiven(answer, given, known):
    judgement = judge(answer, given, forgive=True, known=known)
    assert (judgement.correct, judgement.close, judgement.forgiven) == (False, True, False)


@pytest.mark.parametrize(
    ("given", "forgive"), [("hola", True), ("perro", True), ("", True), ("hla", False)]
)
def test_the_catalogue_is_asked_only_where_forgiving_hangs_on_it(given, forgive):
    def fail(form: str) -> bool:
        raise AssertionError(f"asked for {form}")

    DefaultJudge().judge(Question(1, "translation", "hola", (), forgive), given, fail)


def test_poses_are_held_not_answered():
    assert judge("", "", kind="pose") == Judgement(correct=True)
