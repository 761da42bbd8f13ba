"""Decides whether a difference between two scores exceeds the noise of measuring.

Reliable change index: Jacobson & Truax (1991), "Clinical significance", J. Consulting and Clinical
Psychology 59(1), 12-19. The standard error of a difference is ``sqrt(2) * SEM`` with
``SEM = spread * sqrt(1 - reliability)``; a change is reliable beyond the critical value.
The smallest detectable change is that value in the measure's unit, ``1.96 * sqrt(2) * SEM`` at 5%
(Beckerman et al. 2001, Quality of Life Research 10(7), 571-578).
Practice-adjusted index: Chelune, Naugle, Lüders, Sedlak & Awad (1993), Neuropsychology 7(1), 41-52:
the mean gain that practice alone brings is subtracted first. Iverson (2001, Archives of Clinical
Neuropsychology 16(2), 183-191) uses separate standard errors of both times,
``sqrt(SEM1**2 + SEM2**2)``; with one spread for both, as here, it is the same.
If the noise is estimated from few scores, the critical value is Student's, not the normal one
(Crawford & Howell 1998, The Clinical Neuropsychologist 12(4), 482-486).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Norm:
    """How a measure behaves when nothing changes, in the measure's own unit.

    ``spread`` is the standard deviation between people, ``reliability`` test-retest, 0 to 1.
    ``practice`` is the mean gain by repetition alone. ``degrees_of_freedom`` are those of an
    estimate, ``None`` for known values. ``source`` is settings, estimated or assumed.
    """

    spread: float
    reliability: float
    practice: float = 0.0
    degrees_of_freedom: int | None = None
    source: str = "settings"

    @property
    def standard_error(self) -> float:
        """The standard error of a difference of two scores."""
        return sqrt(2.0) * self.spread * sqrt(1.0 - self.reliability)


@dataclass(frozen=True, slots=True)
class Change:
    """A difference and its noise. ``direction`` is 1 or -1, or 0 for an unreliable change."""

    change: float
    standard_error: float
    practice: float
    critical: float

    @property
    def index(self) -> float:
        """Jacobson & Truax: the change in standard errors."""
        return _ratio(self.change, self.standard_error)

    @property
    def adjusted_index(self) -> float:
        """Chelune et al.: the change beyond practice, in standard errors."""
        return _ratio(self.change - self.practice, self.standard_error)

    @property
    def smallest_detectable(self) -> float:
        """The smallest change, beyond practice, that would have been called reliable."""
        return self.critical * self.standard_error

    @property
    def direction(self) -> int:
        """Follows the adjusted index, which is the plain one without a practice effect."""
        if abs(self.adjusted_index) <= self.critical:
            return 0
        return 1 if self.adjusted_index > 0 else -1

    @property
    def percentile(self) -> float:
        """The percentage of unchanged pairs that would show a smaller change; 50 is no change."""
        return 100.0 * _NORMAL.cdf(self.adjusted_index)


def change_of(change: float, norms: Sequence[Norm], significance: float) -> Change:
    """Assesses ``change``, the mean over measures with these ``norms`` and independent errors.

    ``significance`` is the share of unchanged pairs called changed, both directions together.
    """
    error = sqrt(sum(norm.standard_error**2 for norm in norms)) / len(norms)
    practice = sum(norm.practice for norm in norms) / len(norms)
    return Change(change, error, practice, critical_value(significance, _degrees_of_freedom(norms)))


def _degrees_of_freedom(norms: Sequence[Norm]) -> float | None:
    """Returns those of the combined variance: Satterthwaite (1946), Biometrics Bulletin 2(6)."""
    doubt = sum(
        norm.standard_error**4 / norm.degrees_of_freedom
        for norm in norms
        if norm.degrees_of_freedom
    )
    return sum(norm.standard_error**2 for norm in norms) ** 2 / doubt if doubt else None


def critical_value(significance: float, degrees_of_freedom: float | None = None) -> float:
    """Returns the two-sided value, Student's by expansion 26.7.5 of Abramowitz & Stegun (1964)."""
    z = _NORMAL.inv_cdf(1.0 - significance / 2.0)
    if degrees_of_freedom is None:
        return z
    return (
        z
        + (z**3 + z) / 4 / degrees_of_freedom
        + (5 * z**5 + 16 * z**3 + 3 * z) / 96 / degrees_of_freedom**2
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384 / degrees_of_freedom**3
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z)
        / 92160
        / degrees_of_freedom**4
    )


def _ratio(change: float, error: float) -> float:
    """Without noise every change is reliable; the index stays finite, as JSON needs it."""
    if error > 0:
        return change / error
    return 0.0 if change == 0 else (1e6 if change > 0 else -1e6)
