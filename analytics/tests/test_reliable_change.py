"""Tests the formulas with published values and with many simulated therapists."""

import random
from collections.abc import Callable

import pytest
from django.test import override_settings

from analytics.comparing import compare_measurements
from analytics.measurements import SessionMeasurements
from analytics.models import Trend
from analytics.norms import norm_for
from analytics.reliable_change import Norm, change_of, critical_value

PAIRS = 2000


def test_jacobson_truax_worked_example() -> None:
    """The paper's example: spread 7.5, reliability .88 and scores 32.5 and 47.5 give RC 4.08."""
    change = change_of(47.5 - 32.5, [Norm(7.5, 0.88)], 0.05)
    assert change.standard_error == pytest.approx(3.67, abs=0.01)
    assert change.index == pytest.approx(4.08, abs=0.01)
    assert change.smallest_detectable == pytest.approx(7.2, abs=0.01)
    assert change.direction == 1


def test_practice_is_taken_off_first() -> None:
    norm = Norm(10, 0.8, practice=6)
    assert change_of(14, [norm], 0.05).index == pytest.approx(2.21, abs=0.01)
    assert change_of(14, [norm], 0.05).direction == 0
    assert change_of(-7, [norm], 0.05).direction == -1


@pytest.mark.parametrize(
    ("degrees_of_freedom", "expected"), [(5, 2.5706), (10, 2.2281), (29, 2.0452)]
)
def test_few_scores_ask_for_more(degrees_of_freedom: int, expected: float) -> None:
    assert critical_value(0.05, degrees_of_freedom) == pytest.approx(expected, abs=0.002)


def test_a_measure_without_noise() -> None:
    steady = Norm(10, 1.0)
    assert change_of(0, [steady], 0.05).direction == 0
    assert change_of(0.1, [steady], 0.05).direction == 1


def _shares(reliability: float, skills: int, gain: float, past_sessions: int) -> dict[str, float]:
    """Returns each trend's share of ``PAIRS`` pairs whose true scores differ by ``gain``."""
    chance = random.Random(20)
    spread, noise = 10.0, 10.0 * (1 - reliability) ** 0.5
    names = [f"skill {n}" for n in range(skills)]
    found = dict.fromkeys(Trend.values, 0)
    for _ in range(PAIRS):
        true = {name: chance.gauss(50, spread) for name in names}

        def observed(shift: float, true: dict[str, float] = true) -> SessionMeasurements:
            return SessionMeasurements(
                {n: t + shift + chance.gauss(0, noise) for n, t in true.items()}
            )

        past = [observed(0) for _ in range(past_sessions)]
        found[compare_measurements(observed(gain), observed(0), past).trend] += 1
    return {trend: count / PAIRS for trend, count in found.items()}


@pytest.mark.parametrize("skills", [1, 4])
@pytest.mark.parametrize("past_sessions", [0, 8], ids=["parameters known", "estimated"])
@pytest.mark.parametrize("reliability", [0.8, 0.9])
def test_no_change_is_called_change_at_the_stated_rate(
    skills: int,
    past_sessions: int,
    reliability: float,
    record_figure: Callable[[str], None],
) -> None:
    assumed = {"score": {"spread": 10.0, "reliability": reliability}}
    with override_settings(ANALYTICS_ASSUMED_RELIABILITY=assumed):
        unchanged = _shares(reliability, skills, gain=0, past_sessions=past_sessions)
        better = _shares(reliability, skills, gain=20, past_sessions=past_sessions)
        worse = _shares(reliability, skills, gain=-20, past_sessions=past_sessions)
    false_calls = 1 - unchanged[Trend.STABLE]
    record_figure(
        f"RCI: {skills} skills, reliability {reliability}, {past_sessions} past sessions: "
        f"false calls {false_calls:.1%}, two spreads found {better[Trend.IMPROVING]:.1%} up, "
        f"{worse[Trend.DECLINING]:.1%} down"
    )
    # The tolerance is four standard errors of a share of 5% in this many pairs.
    assert false_calls == pytest.approx(0.05, abs=4 * (0.05 * 0.95 / PAIRS) ** 0.5)
    assert min(better[Trend.IMPROVING], worse[Trend.DECLINING]) > 0.75
    assert better[Trend.DECLINING] == worse[Trend.IMPROVING] == 0


def test_nothing_measured_twice_is_too_little_data() -> None:
    result = compare_measurements(
        SessionMeasurements({"Empathy": 90}), SessionMeasurements({"Active Listening": 10}), []
    )
    assert result.trend == Trend.STABLE
    assert result.evidence()["insufficientData"] is True
    assert result.improvement_score == 50


@override_settings(ANALYTICS_ASSUMED_RELIABILITY=None)
def test_a_host_may_refuse_to_assume() -> None:
    two = compare_measurements(
        SessionMeasurements({"Empathy": 90}), SessionMeasurements({"Empathy": 10}), []
    )
    assert two.evidence()["insufficientData"] is True
    assert norm_for("Empathy", [50, 52, 49, 51, 50, 48]).source == "estimated"


@override_settings(ANALYTICS_RELIABILITY={"Empathy": {"spread": 4, "reliability": 0.9}})
def test_a_named_skill_goes_by_its_own_parameters() -> None:
    (measure,) = compare_measurements(
        SessionMeasurements({"Empathy": 60}), SessionMeasurements({"Empathy": 55}), []
    ).evidence()["measures"]
    assert (measure["source"], measure["spread"], measure["trend"]) == ("settings", 4, "improving")


def test_scores_that_never_differed_are_no_measure_without_noise() -> None:
    assert norm_for("Empathy", [50] * 8).source == "assumed"
    steady = [SessionMeasurements({"Empathy": 50}) for _ in range(8)]
    result = compare_measurements(
        SessionMeasurements({"Empathy": 51}), SessionMeasurements({"Empathy": 50}), steady
    )
    assert result.trend == Trend.STABLE
    with override_settings(ANALYTICS_ASSUMED_RELIABILITY=None):
        result = compare_measurements(
            SessionMeasurements({"Empathy": 51}), SessionMeasurements({"Empathy": 50}), steady
        )
    assert result.evidence()["insufficientData"] is True


@override_settings(
    ANALYTICS_ASSUMED_RELIABILITY=None,
    ANALYTICS_RELIABILITY={"Empathy": {"spread": 10, "reliability": 0.8}},
)
def test_the_result_is_on_the_skills_whose_noise_is_known() -> None:
    """The mean of both skills is -19; that of the one with a known noise is 2."""
    now, then = {"Empathy": 52, "Pacing": 10}, {"Empathy": 50, "Pacing": 50}
    result = compare_measurements(SessionMeasurements(now), SessionMeasurements(then), [])
    assert result.metrics.skill_score == -19
    assert (result.overall.change, result.trend) == (2, Trend.STABLE)


def test_the_smallest_detectable_change_is_1_96_standard_errors_of_a_difference() -> None:
    change = change_of(0, [Norm(10, 0.8)], 0.05)
    assert change.smallest_detectable == pytest.approx(1.96 * 2**0.5 * 10 * 0.2**0.5, abs=0.001)
    beyond = change.smallest_detectable + 1e-9
    assert change_of(beyond, [Norm(10, 0.8)], 0.05).direction == 1
    assert change_of(beyond - 2e-9, [Norm(10, 0.8)], 0.05).direction == 0


def test_a_faster_response_is_positive() -> None:
    result = compare_measurements(
        SessionMeasurements(response_time=2.0), SessionMeasurements(response_time=2.5), []
    )
    assert result.metrics.response_time == 0.5
