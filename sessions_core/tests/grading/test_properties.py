"""Property tests of grading with arbitrary texts."""

from unicodedata import normalize

from hypothesis import given
from hypothesis import strategies as st

from sessions_core.grading import DefaultJudge, Question, near_miss, normalise

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
words = st.text(st.characters(categories=["L", "M"]), min_size=1, max_size=20)


def judge(answer: str, given_text: str, *, forgive: bool = False):
    question = Question(1, "translation", answer, (), forgive)
    return DefaultJudge().judge(question, given_text, lambda form: False)


@given(texts)
def test_normalising_twice_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)


@given(texts)
def test_an_answer_is_right_as_it_stands(text):
    assert judge(text, text).correct == bool(normalise(text))


@given(words, st.sampled_from(["{}", " {} ", "¡{}!", "{}.", "\t{}\n", "¿{}?"]))
def test_case_spaces_marks_and_composition_do_not_matter(word, decoration):
    if normalise(word):
        assert judge(word, decoration.format(normalize("NFD", word))).correct


@given(texts, texts)
def test_any_two_texts_get_a_verdict_and_none_is_right_unless_equal(answer, given_text):
    judgement = judge(answer, given_text, forgive=True)
    equal = normalise(answer) == normalise(given_text) != ""
    assert (judgement.correct and not judgement.forgiven) == equal
    assert judgement.close == (judgement.difference is not None)
    assert not judgement.forgiven or judgement.close


@given(words, words)
def test_being_near_works_both_ways(one, other):
    one, other = normalise(one), normalise(other)
    assert (near_miss(one, other) is None) == (near_miss(other, one) is None)


@given(st.text("aáeéiíoóuúüñn", min_size=1, max_size=500))
def test_an_accent_is_never_equal_to_none(word):
    without = word.translate(str.maketrans("áéíóúüñ", "aeiouun"))
    judgement = judge(word, without)
    assert judgement.correct == (word == without)
    assert judgement.close == (word != without)
