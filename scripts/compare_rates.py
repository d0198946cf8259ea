"""How often Compare says "more than chance" where nothing differs: for docs/scoring.md.

    .venv/bin/python scripts/compare_rates.py               200 years a cell: three minutes
    .venv/bin/python scripts/compare_rates.py --years 2000  as `make test-long` runs it

Groups: their page is looked at every day of a year and says whatever `compare_groups` finds, of any
two groups; a year is wrong when one of its days is. Periods: the usual ones, and the best and the
worst of two years, picked after seeing all. League: twenty groups whose true scores differ.
"""

import argparse
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from feedback.comparisons.compare import Split, compare_groups
from feedback.comparisons.groups import Groups
from feedback.comparisons.judge import pair_interval, unrest_widens
from feedback.comparisons.league import make_league
from feedback.comparisons.read import Period
from feedback.scoring import METRICS, Metric, picked_from, score
from feedback.scoring.months import months_between, shift

if TYPE_CHECKING:
    import numpy as np

FIRST = "2025-01"
SHARES = {
    "nps": {0: 0.2, 8: 0.3, 9: 0.2, 10: 0.3},
    "csat_5": {1: 0.1, 2: 0.1, 3: 0.1, 4: 0.4, 5: 0.3},
    "csat_10": {2: 0.1, 5: 0.2, 7: 0.3, 8: 0.2, 10: 0.2},
}
ASKED = {"name": "variant", "base": "", "difference": 0.0, "planned": 0}


def draw(metric: str, n: int, rng: "np.random.Generator", *, gain: float = 0) -> dict[int, int]:
    """The answers of a month; gain: NPS points moved from the lowest rating to the highest."""
    shares = dict(SHARES[metric])
    shares[min(shares)] -= gain / 200
    shares[max(shares)] += gain / 200
    drawn = rng.multinomial(n, list(shares.values()))
    return dict(zip(shares, drawn.tolist(), strict=True))


def groups_of(
    metric: str,
    sizes: Sequence[int],
    months: Sequence[str],
    rng: "np.random.Generator",
    *,
    gain: float = 0,
) -> Groups:
    """sizes: answers a month of each group. gain: of the last one, in points."""
    found = {}
    for at, n in enumerate(sizes):
        more = gain if at == len(sizes) - 1 else 0
        found[f"g{at:02d}"] = {m: draw(metric, n, rng, gain=more) for m in months}
    return Groups(found, 0, 0)


def looked_at(
    groups: Groups, metric: Metric, *, rolling: bool, planned: int = 0
) -> Iterator[Split]:
    """What the page says at the end of each month of the second year; rolling: of the newest
    twelve months, else of all since that year began. Between two ends it says the same: days of a
    month that is not over are not judged."""
    for end in months_between(shift(FIRST, 12), shift(FIRST, 23)):
        since = shift(end, -11) if rolling else shift(FIRST, 12)
        within = set(months_between(since, end))
        seen = Groups(
            {
                name: {month: n for month, n in monthly.items() if month in within}
                for name, monthly in groups.monthly.items()
            },
            0,
            0,
        )
        asked = ASKED | {"planned": planned}
        split = compare_groups(metric, seen, asked, Period(since, end), shift(end, 1))
        assert split is not None
        yield split


def is_said(split: Split) -> bool:
    """Whether the page says of any two groups that they differ."""
    return split.lead is not None and split.lead[2].is_clear


def wrong_year(
    metric: str, sizes: Sequence[int], rng: "np.random.Generator", **how: int | bool
) -> bool:
    groups = groups_of(metric, sizes, months_between(FIRST, shift(FIRST, 23)), rng)
    rolling, planned = bool(how.get("rolling")), int(how.get("planned", 0))
    seen = looked_at(groups, METRICS[metric], rolling=rolling, planned=planned)
    return any(is_said(split) for split in seen)


def found_after(
    gain: float, n: int, groups: int, rng: "np.random.Generator", *, planned: int = 0
) -> tuple[bool, bool]:
    """Whether the best of so many groups is told from another after three months, and after a
    year."""
    made = groups_of("nps", [n] * groups, months_between(FIRST, shift(FIRST, 23)), rng, gain=gain)
    seen = looked_at(made, METRICS["nps"], rolling=False, planned=planned)
    said = [is_said(split) for split in seen]
    return any(said[:3]), any(said)


def league_errors(groups: int, spread: float, n: int, rng: "np.random.Generator") -> "np.ndarray":
    """Squared error of the raw and of the shrunken scores, and by how much the printed best one
    overshoots its own true score: raw, and shrunken of the first in the table."""
    import numpy as np

    truth = dict(zip(range(groups), rng.normal(0, spread, groups).tolist(), strict=True))
    sizes = rng.integers(n // 3, 2 * n, groups).tolist()
    metric = METRICS["nps"]
    scores = {
        str(at): score(draw("nps", sizes[at], rng, gain=more), metric) for at, more in truth.items()
    }
    league = make_league(scores, metric)
    true = {str(at): 30 + more for at, more in truth.items()}
    raw = {name: found.score or 0.0 for name, found in scores.items()}
    best, first = max(raw, key=raw.__getitem__), league.names[0]
    return np.array(
        [
            np.mean([(raw[name] - true[name]) ** 2 for name in true]),
            np.mean([(league.shrunk[name] - true[name]) ** 2 for name in true]),
            raw[best] - true[best],
            league.shrunk[first] - true[first],
        ]
    )


def unquiet_months(
    n: int, months: int, rho: float, rng: "np.random.Generator"
) -> list[dict[int, int]]:
    """Months of NPS whose true shares differ by so much (Dirichlet-multinomial)."""
    import numpy as np

    shares = np.array([0.2, 0.3, 0.5])
    drawn = []
    for _ in range(months):
        at = rng.dirichlet(shares * (1 / rho - 1)) if rho else shares
        drawn.append(dict(zip((0, 8, 10), rng.multinomial(n, at).tolist(), strict=True)))
    return drawn


def pooled(months: Sequence[dict[int, int]]) -> dict[int, int]:
    return {rating: sum(month[rating] for month in months) for rating in months[0]}


def is_clear(
    a: Sequence[dict[int, int]], b: Sequence[dict[int, int]], rho: float, picked: int = 2
) -> bool:
    """Of two periods, rho known."""
    metric = METRICS["nps"]
    one, other = score(pooled(a), metric), score(pooled(b), metric)
    times = unrest_widens([(one, 1 / len(a)), (other, 1 / len(b))], metric, rho) if rho else 1.0
    return pair_interval(one, other, metric, picked, times=times).is_clear


def picked_wrong(n: int, months: int, length: int, rho: float, rng: "np.random.Generator") -> bool:
    """Whether any two stretches of a quiet line are said to differ."""
    line = unquiet_months(n, months, rho, rng)
    stretches = [line[at : at + length] for at in range(months - length + 1)]
    picked = picked_from(months, length)
    return any(
        is_clear(stretches[b], stretches[a], rho, picked)
        for a, b in combinations(range(len(stretches)), 2)
        if b - a >= length
    )


def rate(said: Sequence[bool]) -> str:
    return f"{100 * sum(said) / len(said):.1f} %"


def print_groups(years: int) -> None:
    import numpy as np

    for metric in SHARES:
        for count in (2, 3, 5, 12, 20):
            for named, sizes in (
                ("alike", [40] * count),
                ("uneven", [8 + 60 * at // count for at in range(count)]),
            ):
                reps = max(40, years * 4 // count**2)
                cells = {}
                for how in ({}, {"rolling": True}, {"planned": 100}):
                    rng = np.random.default_rng(1)
                    said = [wrong_year(metric, sizes, rng, **how) for _ in range(reps)]
                    cells[next(iter(how), "growing")] = rate(said)
                print(f"groups, {metric}, {count} {named}: {cells} of {reps} years", flush=True)


def print_power(years: int) -> None:
    import numpy as np

    for gain in (10, 20, 30):
        for count in (2, 5):
            for planned in (0, 300):
                rng = np.random.default_rng(2)
                reps = max(40, years // 4)
                found = [found_after(gain, 100, count, rng, planned=planned) for _ in range(reps)]
                soon, late = (rate([each[at] for each in found]) for at in (0, 1))
                print(
                    f"+{gain} of one of {count} groups, 100 a month each, planned {planned}: found "
                    f"within 3 months {soon}, within a year {late}",
                    flush=True,
                )


def print_league(years: int) -> None:
    import numpy as np

    for spread, n in ((6.0, 150), (6.0, 60), (0.0, 60)):
        rng = np.random.default_rng(3)
        found = np.mean([league_errors(20, spread, n, rng) for _ in range(years)], axis=0)
        rmse, shrunk = np.sqrt(found[:2])
        print(
            f"20 groups, true spread {spread:g}, about {n} answers: RMSE raw {rmse:.1f}, shrunken "
            f"{shrunk:.1f}; the best overshoots by {found[2]:.1f}, shrunken {found[3]:.1f}",
            flush=True,
        )


def print_periods(years: int) -> None:
    import numpy as np

    for rho in (0.0, 0.003, 0.01):
        for n in (50, 300):
            rng = np.random.default_rng(4)
            cells = {}
            for name, length in (("month", 1), ("quarter", 3), ("year", 12)):
                lines = [unquiet_months(n, 2 * length, rho, rng) for _ in range(4 * years)]
                cells[name] = rate([is_clear(line[length:], line[:length], rho) for line in lines])
            picked = {
                length: rate([picked_wrong(n, 24, length, rho, rng) for _ in range(years // 2)])
                for length in (1, 3, 6)
            }
            print(
                f"periods, rho {rho:g}, {n} a month: {cells}; picked from 24 months: {picked}",
                flush=True,
            )


PARTS = {
    "league": print_league,
    "periods": print_periods,
    "power": print_power,
    "groups": print_groups,
}


def main() -> None:
    parser = argparse.ArgumentParser(description="What Compare says where nothing differs.")
    parser.add_argument("--years", type=int, default=200)
    parser.add_argument("--part", choices=PARTS, action="append")
    asked = parser.parse_args()
    for part in asked.part or PARTS:
        PARTS[part](asked.years)


if __name__ == "__main__":
    main()
