"""Intervals where one person answered more than once: people are drawn, not answers.

====================  ==================================================================
``PeopleSums``        what is kept of the answers of people, to know how sure a score is
``people_sums``       the sums of people's answers, one list of codes a person
``people_interval``   the cluster-robust interval of their score
====================  ==================================================================

A code is what an answer counts for: -1, 0 or 1 in a net score, 0 or 1 in a share, the rating
itself in a mean. An answer of nobody known is one of a person of its own. `repeats` applies this to
a Score.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from feedback.scoring.distributions import t_quantile
from feedback.scoring.errors import ScoringError


@dataclass(frozen=True, slots=True)
class PeopleSums:
    """Whole numbers, over all people p with n_p answers whose codes sum to S_p.

    people: G. answers: n, the sum of n_p. total: sum S_p. squares: sum S_p^2. products: sum
    S_p n_p. sizes: sum n_p^2. They add up over people, not over months: who answered in two
    months is one person.
    """

    people: int
    answers: int
    total: int
    squares: int
    products: int
    sizes: int

    @property
    def effective(self) -> float:
        """As many people as would tell as much if all had answered equally often (Kish): n^2 / sum
        n_p^2, which is their number where they did."""
        return self.answers**2 / self.sizes

    @property
    def apart(self) -> int:
        """n^2 x sum (S_p - n_p N)^2, N the mean code: a whole number, so people who all agree give
        exactly zero."""
        n, total = self.answers, self.total
        return n * n * self.squares - 2 * n * total * self.products + total * total * self.sizes

    @property
    def is_possible(self) -> bool:
        """Whether any answers have such sums."""
        n = self.answers
        return 1 <= self.people <= n <= self.sizes <= n * n and self.apart >= 0


def people_sums(people: Iterable[Sequence[int]]) -> PeopleSums:
    """The sums of people's codes, one sequence a person; who answered nothing is passed over.

    >>> people_sums([[1, 1, 0], [-1], []])
    PeopleSums(people=2, answers=4, total=1, squares=5, products=5, sizes=10)
    """
    rows = [(len(codes), sum(codes)) for codes in people if codes]
    return PeopleSums(
        people=len(rows),
        answers=sum(n for n, _ in rows),
        total=sum(total for _, total in rows),
        squares=sum(total * total for _, total in rows),
        products=sum(n * total for n, total in rows),
        sizes=sum(n * n for n, _ in rows),
    )


@dataclass(frozen=True, slots=True)
class PeopleInterval:
    """In the unit of the codes: the mean code, its standard error, its limits, and the degrees of
    freedom of the t that they rest on."""

    score: float
    standard_error: float
    low: float
    high: float
    degrees: float


def people_interval(sums: PeopleSums, *, level: float = 0.95) -> PeopleInterval | None:
    """The mean code N of people's answers with the cluster-robust interval, in units of the codes.

    SE^2 = G / (G - 1) x sum (S_p - n_p N)^2 / n^2, and N -/+ t SE. t has G - 1 degrees of freedom
    where all answered equally often; where they did not n^2 / sum n_p^2 - 1, since the one who gave
    half of all answers leaves the others little to say.
    None where that leaves less than one degree: a single person, or one who gave some 7 of 10
    answers, tells nothing about how far another one lies.
    Raises ScoringError for sums that no answers can have.
    Source: Liang and Zeger 1986; the degrees are Kish's effective number of people, 1965.

    >>> twelve = people_sums([[1] * 30] * 7 + [[0] * 30] + [[-1] * 30] * 4)
    >>> found = people_interval(twelve)
    >>> found.score, round(found.standard_error, 4), round(found.low, 3), round(found.high, 3)
    (0.25, 0.2787, -0.363, 0.863)
    >>> found.degrees
    11.0
    >>> people_interval(people_sums([[1, 0, 1, 1]])) is None
    True
    """
    if not sums.is_possible:
        raise ScoringError("No people's answers have such sums.")
    n, degrees = sums.answers, sums.effective - 1
    if sums.people < 2 or degrees < 1:
        return None
    error = sqrt(sums.people / (sums.people - 1) * sums.apart) / n / n
    score, margin = sums.total / n, t_quantile(level, degrees) * error
    return PeopleInterval(score, error, score - margin, score + margin, degrees)
