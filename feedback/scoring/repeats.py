"""A score whose answers are of fewer people than they are: what is kept of them, what it makes.

====================  ==================================================================
``Repeats``           what people who answered more than once add to the sums of a score
``repeats_by``        those of one person
``with_people``       the Score with its people, and with the interval of so many people
``repeats_of``        how many times repeats widen the variance of each month of a line
====================  ==================================================================
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from feedback.scoring.distributions import normal_quantile
from feedback.scoring.intervals import Interval, adjusted_wald_limits, wilson_limits
from feedback.scoring.metrics import Metric
from feedback.scoring.people import PeopleSums, people_interval
from feedback.scoring.scores import Score

METHOD = "people_t"


@dataclass(frozen=True, slots=True)
class Repeats:
    """What is to be added to the sums of answers of one person each, where people repeated.

    fewer: answers less people. squares, products, sizes: as in PeopleSums, over people who answered
    more than once, less what their answers alone give (c^2, c and 1 for a code c). They add up over
    people; all 0 where nobody repeated. What came after they were counted needs nothing added.
    """

    fewer: int = 0
    squares: int = 0
    products: int = 0
    sizes: int = 0

    def __add__(self, other: "Repeats") -> "Repeats":
        return Repeats(
            self.fewer + other.fewer,
            self.squares + other.squares,
            self.products + other.products,
            self.sizes + other.sizes,
        )

    def less(self, other: "Repeats") -> "Repeats":
        return Repeats(
            self.fewer - other.fewer,
            self.squares - other.squares,
            self.products - other.products,
            self.sizes - other.sizes,
        )


def repeats_by(answers: int, total: int, squares: int) -> Repeats:
    """Those of one person: so many answers, their codes' sum and sum of squares.

    >>> repeats_by(3, 2, 2)
    Repeats(fewer=2, squares=2, products=4, sizes=6)
    >>> repeats_by(1, -1, 1)
    Repeats(fewer=0, squares=0, products=0, sizes=0)
    """
    n = answers
    return Repeats(n - 1, total * total - squares, total * (n - 1), n * (n - 1))


def code_of(rating: int, metric: Metric) -> int:
    """What an answer counts for in the metric's headline.

    >>> from feedback.scoring import METRICS
    >>> code_of(3, METRICS["nps"]), code_of(5, METRICS["csat_5"]), code_of(2, METRICS["csat_10"])
    (-1, 1, 2)
    """
    if metric.headline == "mean":
        return rating
    if rating in metric.positive:
        return 1
    return -1 if metric.headline == "net" and rating in metric.negative else 0


def sums_with(score: Score, metric: Metric, repeats: Repeats) -> PeopleSums | None:
    """The sums of a score's answers, those of `repeats` by fewer people; None where they cannot be
    (answers were taken away since the repeats were counted)."""
    codes = [(code_of(rating, metric), n) for rating, n in score.counts.items() if n]
    total, squares = sum(c * n for c, n in codes), sum(c * c * n for c, n in codes)
    sums = PeopleSums(
        people=score.n - repeats.fewer,
        answers=score.n,
        total=total,
        squares=squares + repeats.squares,
        products=total + repeats.products,
        sizes=score.n + repeats.sizes,
    )
    return sums if sums.is_possible else None


def with_people(score: Score, metric: Metric, repeats: Repeats) -> Score:
    """The same score with the people behind it, and with the interval of so many people: never
    narrower than that of as many answers of one person each, and the same where nobody repeated.

    Where all answers have the same code, people say nothing of how far they lie apart: then it is
    the plain interval of as many answers as there are people (those that count, see `effective`).
    low and high are None where a single person tells nearly all (`people_interval`).

    >>> from feedback.scoring import METRICS, score
    >>> plain = score({10: 210, 7: 30, 0: 120}, METRICS["nps"])
    >>> repeats = Repeats()
    >>> for codes in [[1] * 30] * 7 + [[0] * 30] + [[-1] * 30] * 4:
    ...     repeats += repeats_by(30, sum(codes), sum(c * c for c in codes))
    >>> told = with_people(plain, METRICS["nps"], repeats)
    >>> told.people, told.n, round(plain.high - plain.low), round(told.high - told.low)
    (12, 360, 19, 123)
    """
    sums = sums_with(score, metric, repeats) if repeats.fewer > 0 else None
    if sums is None:
        return score
    unit = 1 if metric.headline == "mean" else 100
    found = people_interval(sums, level=score.level)
    if found is None:
        error = low = high = None
    elif _is_unanimous(score, metric):
        error = score.standard_error
        limits = _of_effective(score, metric, sums.effective)
        low, high = (score.low, score.high) if limits is None else (limits.low, limits.high)
    else:
        error = max(unit * found.standard_error, score.standard_error or 0.0)
        low = min(unit * found.low, unit * found.low if score.low is None else score.low)
        high = max(unit * found.high, unit * found.high if score.high is None else score.high)
    return replace(
        score,
        people=sums.people,
        standard_error=error,
        low=low,
        high=high,
        method=METHOD if score.has_number else score.method,  # a mean of few is told by its method
    )


def _is_unanimous(score: Score, metric: Metric) -> bool:
    return len({code_of(rating, metric) for rating, n in score.counts.items() if n}) == 1


def _of_effective(score: Score, metric: Metric, people: float) -> Interval | None:
    """The plain interval of so many answers that all have the same code, in headline units."""
    if metric.headline == "mean":
        return None
    z, times = normal_quantile(score.level), people / score.n
    if metric.headline == "net":
        bands = (score.negative * times, score.neutral * times, score.positive * times)
        found = adjusted_wald_limits(*bands, z)
    else:
        found = wilson_limits(score.positive * times, people, z)
    return Interval(100 * found.low, 100 * found.high)


def repeats_of(
    months: Sequence[Score], metric: Metric, repeats: Mapping[int, Repeats]
) -> list[float]:
    """How many times one person's repeated answers widen the variance of each month of a line, 1
    where nobody repeated: what `watch(repeats=...)` takes.

    months: oldest first. repeats: by the index of a month, where anybody repeated. A month of few
    people tells its own inflation badly, so the line's months up to it tell how alike the answers
    of one person are: with m = sum n_p^2 / n it is 1 + r (m - 1), where r, 0..1, is
    sum n (d - 1) / sum n (m - 1) over those months and d is SE^2 of people over SE^2 of answers.
    Later months change nothing of an earlier one's.
    Source: Kish 1965 (design effect); rates measured by scripts/people_rates.py.

    >>> from feedback.scoring import METRICS, score
    >>> month = score({10: 210, 7: 30, 0: 120}, METRICS["nps"])
    >>> each = [repeats_by(30, 30, 30)] * 7 + [repeats_by(30, 0, 0)] + [repeats_by(30, -30, 30)] * 4
    >>> of_month = sum(each, Repeats())
    >>> [round(times, 2) for times in repeats_of([month, month], METRICS["nps"], {1: of_month})]
    [1.0, 30.0]
    """
    beyond = weight = 0.0
    found = []
    for at, month in enumerate(months):
        sums = sums_with(month, metric, repeats[at]) if at in repeats else None
        if sums is None or sums.people == month.n:
            found.append(1.0)
            continue
        larger = sums.sizes / sums.answers - 1
        times = _times(sums, month, metric)
        if times is not None:
            beyond, weight = beyond + month.n * (times - 1), weight + month.n * larger
        alike = min(1.0, max(0.0, beyond / weight)) if weight else 1.0
        found.append(1 + alike * larger)
    return found


def _times(sums: PeopleSums, score: Score, metric: Metric) -> float | None:
    """SE^2 of people over SE^2 of answers; None where either says nothing."""
    n, total = sums.answers, sums.total
    squares = sum(code_of(rating, metric) ** 2 * count for rating, count in score.counts.items())
    spread = n * squares - total * total
    if sums.people < 2 or not spread:
        return None
    return sums.people / (sums.people - 1) * sums.apart / (n * spread)
