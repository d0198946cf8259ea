"""How often the next month lies where `coming_month` says it usually would: docs/scoring.md.

    .venv/bin/python -m scripts.usual_bands                 40 pages a cell: two minutes
    .venv/bin/python -m scripts.usual_bands --pages 400     the table of docs/scoring.md

Pages of three years on which nothing happens, as scripts/watch_grid.py draws them. The band of
each month from the eighth on is made of the months before it alone, with the unrest and the
changes that were known by then: a change named wrongly shortens its level, and counts. Beside it
what this month's own interval, drawn forward, would have held. Below, how many years in which a
response rate only comes and goes are said to have moved.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from feedback.changes.coming import coming_month
from feedback.changes.lines import Scores
from feedback.dashboards.rates import RATES_BEFORE, MonthRate, months_before
from feedback.readings.queries import RATINGS
from feedback.scoring import METRICS, Metric, watch_scores
from feedback.scoring.months import numbered_month
from scripts.watch_grid import YEAR, Draw, season, steady

if TYPE_CHECKING:
    import numpy as np

MONTHS = 3 * YEAR
BASELINE = 6
NPS, CSAT, EASE = METRICS["nps"], METRICS["csat_5"], METRICS["csat_10"]
NET, HIGH = (3, 8, 10), (1, 3, 5)


def happy(rho: float) -> Draw:
    """95 % are satisfied."""

    def draw(rng: "np.random.Generator", lines: int, months: int) -> "np.ndarray":
        import numpy as np

        usual = np.array([0.02, 0.03, 0.95])
        if not rho:
            return np.tile(usual, (lines, months, 1))
        shares: np.ndarray = rng.dirichlet(usual * (1 - rho) / rho, (lines, months))
        return shares

    return draw


@dataclass(frozen=True)
class Cell:
    """Pages of so many lines, n answers a month; `ratings`: what the three shares are of.
    once: one month in the tenth place has ten times as many."""

    name: str
    lines: int
    n: int
    draw: Draw
    metric: Metric = NPS
    ratings: tuple[int, int, int] = NET
    once: int = 1


@dataclass(frozen=True)
class Held:
    """Of so many bands so many held; forward: and so many intervals of the month before."""

    bands: int
    held: int
    forward: int


def bands(cell: Cell, pages: int, seed: int = 0) -> Iterator[tuple[int, bool, bool]]:
    """Of each band: the months it rests on, whether it held, and whether the interval did."""
    import numpy as np

    sizes = np.full(MONTHS, cell.n)
    sizes[9] *= cell.once
    for at in range(pages):
        rng = np.random.default_rng((seed, at))
        drawn = rng.multinomial(sizes, cell.draw(rng, cell.lines, MONTHS)).tolist()
        scores = {
            str(line): Scores(cell.metric.key, tuple(_counts(cell, month) for month in months))
            for line, months in enumerate(drawn)
        }
        yield from _page(scores, cell.metric)


def _counts(cell: Cell, month: Sequence[int]) -> tuple[int, ...]:
    given = dict(zip(cell.ratings, map(int, month), strict=True))
    return tuple(given.get(rating, 0) for rating in RATINGS)


def _page(scores: Mapping[str, Scores], metric: Metric) -> Iterator[tuple[int, bool, bool]]:
    found = watch_scores({name: (metric, line) for name, line in scores.items()}, baseline=BASELINE)
    for name, line in scores.items():
        for at in range(BASELINE, len(line) - 1):
            known = [each.began for each in found.changes[name] if each.signalled <= at]
            level = line[max(known, default=0) : at + 1]
            band, _from = coming_month(
                level, line[: at + 1], metric, (found.rho_at[at], 1.0), numbered_month(24000 + at)
            )
            if band is not None:
                now, this = line[at + 1].score or 0.0, line[at]
                forward = (this.low or 0.0) <= now <= (this.high or 0.0)
                yield band.months, band.low <= now <= band.high, forward


def measured(cell: Cell, pages: int, seed: int = 0) -> dict[str, Held]:
    """By how many months the bands rest on: 7 to 11, 12 to 23, 24; and all of them."""
    found = list(bands(cell, pages, seed))
    groups = {"7-11": range(7, 12), "12-23": range(12, 24), "24": range(24, 25), "all": range(99)}
    return {
        name: Held(
            len([1 for months, _, _ in found if months in group]),
            sum(held for months, held, _ in found if months in group),
            sum(forward for months, _, forward in found if months in group),
        )
        for name, group in groups.items()
    }


def moved_years(rate: float, asked: int, wandering: float, years: int, seed: int = 0) -> float:
    """The share of quiet years in which a month's response rate is said to have moved.

    asked: a month; wandering: the standard deviation of the months' true rates, 0..1.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    months = RATES_BEFORE + YEAR
    true = np.clip(rng.normal(rate, wandering, (years, months)), 0, 1)
    flagged = 0
    for answered in rng.binomial(asked, true).tolist():
        known: dict[str, MonthRate] = {}
        for at, n in enumerate(answered):
            month = numbered_month(24000 + at)
            before = months_before(month, known)
            known[month] = MonthRate(month, asked, 0, 0, n, 0, before=before)
        flagged += any(each.flag for each in known.values())
    return flagged / years


CELLS = [
    *(
        Cell(f"NPS, rho {rho:g}", 5, n, steady(rho))
        for rho in (0, 0.003, 0.01, 0.02)
        for n in (30, 100, 300, 1000)
    ),
    *(Cell("NPS, 1 line, rho .01", 1, n, steady(0.01)) for n in (100, 1000)),
    *(Cell("NPS, 20 lines, rho .003", 20, n, steady(0.003)) for n in (100, 1000)),
    *(Cell("CSAT 95 %, rho .003", 5, n, happy(0.003), CSAT, HIGH) for n in (30, 100, 1000)),
    *(Cell("mean of 1-10, rho .003", 5, n, steady(0.003), EASE, NET) for n in (100, 1000)),
    *(Cell("a season of 5 points", 5, n, season(5)) for n in (100, 1000)),
    *(Cell("a season of 10 points", 5, n, season(10)) for n in (100, 1000)),
    *(Cell("one month ten times, rho .01", 5, n, steady(0.01), once=10) for n in (100, 1000)),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=40)
    pages = parser.parse_args().pages
    print(f"{'% held':30}{'n':>6}{'7-11':>8}{'12-23':>8}{'24':>8}{'all':>8}{'interval':>10}")
    for cell in CELLS:
        found = measured(cell, pages)
        shares = [100 * each.held / each.bands if each.bands else 0.0 for each in found.values()]
        forward = 100 * found["all"].forward / max(found["all"].bands, 1)
        numbers = "".join(f"{share:8.1f}" for share in shares)
        print(f"{cell.name:30}{cell.n:6}{numbers}{forward:10.1f}", flush=True)
    sizes = (30, 50, 100, 200, 400, 1000, 5000)
    print(f"\n{'% of years a rate moved':30}" + "".join(f"{size:8}" for size in sizes))
    for rate in (0.1, 0.2, 0.5):
        for wandering in (0, 0.02, 0.03):
            moved = [100 * moved_years(rate, size, wandering, 25 * pages) for size in sizes]
            name = f"{100 * rate:.0f} % of those asked, sd {100 * wandering:g}"
            print(f"{name:30}" + "".join(f"{share:8.1f}" for share in moved), flush=True)


if __name__ == "__main__":
    main()
