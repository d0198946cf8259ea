"""Answers drawn while nothing happens, and whether the product says all the same that it did.

Lines have NPS 30 and 200 answers a month unless said otherwise. Each function takes a generator and
rho, the share of an answer's variance that belongs to its month.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from feedback.changes.find import JourneyChanges, find_changes
from feedback.comparisons.compare import compare_groups, compare_periods
from feedback.comparisons.moves import judge_moves
from feedback.comparisons.noise import noise_page
from feedback.comparisons.read import Period, Side, Subject
from feedback.comparisons.words import verdict
from feedback.dashboards.rates import month_rates
from feedback.i18n import gettext as _
from feedback.readings.filters import Focus
from feedback.readings.journey import JourneyInfo, SeriesInfo, StageInfo, TouchpointInfo
from feedback.readings.queries import RATINGS, AnsweredRow, AskedRow, ByChannel, CountRow, Span
from feedback.scoring import METRICS, effect, score, usual, watch, with_people
from feedback.scoring.months import first_day, months_between, shift
from feedback.scoring.together import picked_from
from scripts import compare_rates, effect_grid, people_rates
from scripts.compare_rates import pooled
from scripts.watch_grid import RATINGS as BANDS
from scripts.watch_grid import USUAL, steady

if TYPE_CHECKING:
    import numpy as np

NPS = METRICS["nps"]
N, YEAR = 200, 12
FIRST = "2024-01"
OPENED = datetime(2023, 12, 1, tzinfo=UTC)
POINTS = 10  # of a true fall
BASELINE = 6  # months of a line's first baseline, as pages watch it

Counts = Mapping[int, int]


def counted(bands: "Sequence[int] | np.ndarray") -> dict[int, int]:
    return dict(zip(BANDS, map(int, bands), strict=True))


def drawn(
    rng: "np.random.Generator", rho: float, lines: int, months: int, n: int = N
) -> "np.ndarray":
    """Answers by line, month and band."""
    return rng.multinomial(n, steady(rho)(rng, lines, months))


def line(rng: "np.random.Generator", rho: float, months: int, n: int = N) -> list[dict[int, int]]:
    return [counted(month) for month in drawn(rng, rho, 1, months, n)[0]]


# Board, trends, map and their files.


@cache
def journey(lines: int) -> JourneyInfo:
    """Stages of one touchpoint each, asked for NPS."""

    def id_of(kind: int, at: int) -> uuid.UUID:
        return uuid.UUID(int=kind * 1000 + at)

    return JourneyInfo(
        id_of(0, 0),
        "Shop",
        tuple(
            StageInfo(
                id_of(1, at), f"Stage {at}", "nps", None, False,
                (
                    TouchpointInfo(
                        id_of(2, at), f"Touchpoint {at}", None, False,
                        (SeriesInfo(id_of(3, at), id_of(4, at), 1, "nps", OPENED),),
                    ),
                ),
            )
            for at in range(lines)
        ),
    )  # fmt: skip


def rows_of(counts: "np.ndarray") -> list[CountRow]:
    series = [each.id for _stage, _touchpoint, each in journey(len(counts)).placed_series]
    found = []
    for id, months in zip(series, counts.tolist(), strict=True):
        for at, bands in enumerate(months):
            row = [0] * len(RATINGS)
            for rating, n in counted(bands).items():
                row[rating] = n
            found.append(CountRow(id, first_day(shift(FIRST, at)), "", tuple(row)))
    return found


def told(counts: "np.ndarray") -> JourneyChanges:
    until = shift(FIRST, counts.shape[1] - 1)
    return find_changes(journey(len(counts)), rows_of(counts), until, "UTC")


def change(rng: "np.random.Generator", rho: float, *, lines: int = 5, months: int = 24) -> bool:
    """A change named in the newest twelve months."""
    return bool(told(drawn(rng, rho, lines, months)).changed)


def size(rng: "np.random.Generator", rho: float) -> bool | None:
    """The interval of a change misses a true fall by ten points; None where none is printed."""
    import numpy as np

    shares = np.array(steady(rho)(rng, 5, YEAR + 8))
    shares[0, YEAR:] += np.array([POINTS / 200, 0, -POINTS / 200])
    fallen = told(rng.multinomial(N, np.clip(shares, 0, 1))).lines[0].change
    if fallen is None or fallen.low is None or fallen.high is None:
        return None
    return not fallen.low <= -POINTS <= fallen.high


def ups_and_downs(rng: "np.random.Generator", rho: float) -> bool:
    """The month after a year lies outside its usual ups and downs."""
    year, now, known = _next_month(rng, rho)
    before = score(pooled(year), NPS)
    band = usual(before, NPS, months=YEAR, n=N, rho=known)
    return abs(now - (before.score or 0.0)) > band


def coming(rng: "np.random.Generator", rho: float) -> bool | None:
    """The month after a year lies outside the band that the trend says it would usually lie in."""
    counts = drawn(rng, rho, 5, YEAR + 1)
    band = told(counts[:, :YEAR]).lines[0].coming
    if band is None:
        return None
    return not band.low <= (score(counted(counts[0, -1]), NPS).score or 0.0) <= band.high


def _next_month(
    rng: "np.random.Generator", rho: float
) -> tuple[list[dict[int, int]], float, float]:
    """A year of one of five lines, the score that follows, and the unrest as pages know it."""
    counts = drawn(rng, rho, 5, YEAR + 1)
    lines = [[counted(month) for month in each] for each in counts]
    known = watch({str(at): (NPS, each[:YEAR]) for at, each in enumerate(lines)}, baseline=BASELINE)
    return lines[0][:YEAR], score(lines[0][YEAR], NPS).score or 0.0, known.rho


def interval(rng: "np.random.Generator", rho: float, *, n: int = 100) -> bool:
    """The interval of a score misses the true one."""
    found = score(counted(rng.multinomial(n, USUAL)), NPS)
    return not (found.low or 0.0) <= 30 <= (found.high or 0.0)


def repeated(rng: "np.random.Generator", rho: float, *, people: int = 12, n: int = 30) -> bool:
    """The same where few people gave all the answers, each with an inclination of their own."""
    plain, repeats = people_rates.read(people_rates.answers(rng, [n] * people, 0.5), "nps")
    found = with_people(plain, NPS, repeats)
    return not (found.low or 0.0) <= 30 <= (found.high or 0.0)


def rate_moved(rng: "np.random.Generator", rho: float) -> bool:
    """A response rate said to be unusual, in a year; 300 asked a month, one in five answers."""
    months = months_between(FIRST, shift(FIRST, YEAR + 2))
    asked = [AskedRow(first_day(month), "widget", "shown", 300) for month in months]
    share = 0.2 if not rho else rng.beta(0.2 * (1 - rho) / rho, 0.8 * (1 - rho) / rho, len(months))
    answers = rng.binomial(300, share, len(months))
    answered = [
        AnsweredRow(first_day(month), "widget", int(n))
        for month, n in zip(months, answers, strict=True)
    ]
    found = month_rates(ByChannel({}, asked, answered), months[3:], shift(months[-1], 1))
    return any(month.flag for month in found)


# /noise and Compare.


def noise(rng: "np.random.Generator", rho: float) -> bool:
    """Two months said to differ by more than chance."""
    names = ("detractors", "passives", "promoters")
    query = {
        f"{key}_{name}": str(n)
        for key, month in zip(("before", "after"), drawn(rng, rho, 1, 2)[0], strict=True)
        for name, n in zip(names, month, strict=True)
    }
    return noise_page(query).answer == _("More than chance explains.")


def noise_file(rng: "np.random.Generator", rho: float) -> bool:
    """A movement of the second year said to be more than chance."""
    months = months_between(FIRST, shift(FIRST, 2 * YEAR - 1))
    monthly = dict(zip(months, line(rng, rho, len(months)), strict=True))
    found = judge_moves(monthly, NPS, shift(months[-1], 1))
    return any(row.verdict for row in found.rows[YEAR:])


@cache
def subject() -> Subject:
    whole = journey(1)
    series = tuple(each.id for _stage, _touchpoint, each in whole.placed_series)
    return Subject((), whole, Focus(None, None), NPS, series, Span(FIRST, shift(FIRST, 11)))


def _compared(before: Counts, after: Counts, rho: float, *, picked: int = 2) -> bool:
    period, series = Period(FIRST, FIRST), frozenset(subject().series)
    sides = (period, Side(before, series)), (period, Side(after, series))
    return bool(verdict(compare_periods(subject(), *sides, picked_from=picked, rho=rho).found, NPS))


def periods(rng: "np.random.Generator", rho: float) -> bool:
    """Last month and the one before said to differ."""
    months, _now, known = _next_month(rng, rho)
    return _compared(months[-2], months[-1], known)


def picked(rng: "np.random.Generator", rho: float) -> bool:
    """The lowest and the highest month of a year said to differ."""
    months, _now, known = _next_month(rng, rho)
    months.sort(key=lambda month: score(month, NPS).score or 0.0)
    return _compared(months[0], months[-1], known, picked=picked_from(YEAR, 1))


def groups(rng: "np.random.Generator", rho: float) -> bool:
    """Any two of six groups of 100 said to differ."""
    made = compare_rates.groups_of("nps", [100] * 6, [FIRST], rng)
    found = compare_groups(NPS, made, compare_rates.ASKED, Period(FIRST, FIRST), shift(FIRST, 1))
    return found is not None and compare_rates.is_said(found)


# Actions.


def helped(rng: "np.random.Generator", rho: float, *, when: str = "a random month") -> bool:
    """An action without effect said to have made things better, or worse."""
    kind = "unrest of 5" if rho else "steady"
    months, at = effect_grid.drawn_action(kind, when, N, rng)
    return effect(months, NPS, at).verdict in ("better", "worse")
