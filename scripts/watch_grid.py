"""What `watch` makes of quiet years and of real changes: the table of docs/scoring.md.

    .venv/bin/python scripts/watch_grid.py                          100 pages a cell: two minutes
    .venv/bin/python scripts/watch_grid.py --pages 2000 --cores 2   as `make test-long` runs it

A page has 5 or 20 lines of NPS around 30. Quiet ones differ from month to month by a share rho of
an answer's variance (months drawn from a Dirichlet), by a season that returns each year, or by a
mix of two channels that wanders. Each year counts: the first that is watched and the two after it.
"""

import argparse
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from feedback.scoring import METRICS, watch
from feedback.scoring.sizes import SomeChange

if TYPE_CHECKING:
    import numpy as np

NPS = METRICS["nps"]
YEAR, YEARS = 12, 3
RATINGS = (3, 8, 10)
USUAL = (0.2, 0.3, 0.5)
WEB, SHOP = (0.1, 0.3, 0.6), (0.3, 0.3, 0.4)  # NPS 50 and 10
UNREST = (0, 0.001, 0.003, 0.01, 0.02)
SIZES = (30, 50, 100, 200, 290, 310, 500, 1000)

Draw = Callable[["np.random.Generator", int, int], "np.ndarray"]


@dataclass(frozen=True)
class Cell:
    """Pages of so many lines, n answers a month each; draw: (rng, lines, months) -> shares."""

    name: str
    lines: int
    n: int
    draw: Draw


# How pages are shared out: `map`, or that of a pool.
Over = Callable[[Callable[[range], Any], Iterable[range]], Iterable[Any]]
CHUNK = 100  # pages given to a process at once


@contextmanager
def over_cores(cores: int) -> Iterator[Over]:
    """`map` over so many processes; each page has a seed of its own, so nothing else changes."""
    if cores < 2:
        yield map
        return
    with get_context("spawn").Pool(cores) as pool:
        yield pool.imap


def _shared_out(pages: int) -> list[range]:
    return [range(at, min(at + CHUNK, pages)) for at in range(0, pages, CHUNK)]


def steady(rho: float) -> Draw:
    """Months that differ by a share rho of an answer's variance."""
    return partial(_steady, rho)


def _steady(rho: float, rng: "np.random.Generator", lines: int, months: int) -> "np.ndarray":
    import numpy as np

    if not rho:
        return np.tile(USUAL, (lines, months, 1))
    shares: np.ndarray = rng.dirichlet(np.array(USUAL) * (1 - rho) / rho, (lines, months))
    return shares


def season(points: float) -> Draw:
    """A season of so many points up and down, each line's at its own time of the year."""
    return partial(_season, points)


def _season(points: float, rng: "np.random.Generator", lines: int, months: int) -> "np.ndarray":
    import numpy as np

    begins = rng.uniform(0, 2 * np.pi, (lines, 1))
    wave = points / 200 * np.sin(2 * np.pi * np.arange(months) / YEAR + begins)
    worse, middle, better = USUAL
    return np.stack([worse - wave, np.full_like(wave, middle), better + wave], axis=-1)


def wandering(rng: "np.random.Generator", lines: int, months: int) -> "np.ndarray":
    """Two channels of NPS 50 and 10; the share of one wanders: a step of 3 points each month, sd.

    It is what SCORING 3.7 drew: there `changes` flagged 30, 67 and 60 % (100, 290, 1,000 answers a
    month), on this process 27, 68 and 61 %, on months that only scatter by 3 points 2 to 10 %.
    """
    import numpy as np

    steps = rng.normal(0, 0.03, (lines, months))
    share = np.clip(0.5 + steps.cumsum(axis=1), 0, 1)[..., None]
    shares: np.ndarray = share * np.array(WEB) + (1 - share) * np.array(SHOP)
    return shares


def page(rng: "np.random.Generator", n: int, shares: "np.ndarray") -> dict[str, Any]:
    """Answers drawn: what `watch` takes."""
    drawn = rng.multinomial(n, shares).tolist()
    return {
        str(line): (NPS, [dict(zip(RATINGS, month, strict=True)) for month in months])
        for line, months in enumerate(drawn)
    }


def quiet_years(
    cell: Cell, pages: int, seed: int = 0, *, baseline: int = YEAR, over: Over = map
) -> list[float]:
    """The share of pages that name a change in the first, second and third watched year."""
    flagged = over(partial(_flagged, cell, seed, baseline), _shared_out(pages))
    return [sum(year) / pages for year in zip(*flagged, strict=True)]


def _flagged(cell: Cell, seed: int, baseline: int, pages: range) -> list[int]:
    """How many of these pages name a change, by watched year."""
    import numpy as np

    flagged = [0] * YEARS
    for at in pages:
        rng = np.random.default_rng((seed, at))
        shares = cell.draw(rng, cell.lines, baseline + YEARS * YEAR)
        found = watch(page(rng, cell.n, shares), baseline=baseline).changes.values()
        months = [change.signalled - baseline for line in found for change in line]
        for year in {month // YEAR for month in months}:
            flagged[year] += 1
    return flagged


def falls(
    n: int,
    points: float,
    rho: float,
    pages: int,
    seed: int = 0,
    *,
    lines: int = 5,
    over: Over = map,
) -> list[SomeChange | None]:
    """The change named on the one line that falls for good after a year, or None, page by page;
    eight months of the new level are seen."""
    named = partial(_falls, n, points, rho, seed, lines)
    return list(chain.from_iterable(over(named, _shared_out(pages))))


def _falls(
    n: int, points: float, rho: float, seed: int, lines: int, pages: range
) -> list[SomeChange | None]:
    import numpy as np

    fallen = np.array([USUAL[0] + points / 200, USUAL[1], USUAL[2] - points / 200])
    named = []
    for at in pages:
        rng = np.random.default_rng((seed, at))
        shares = np.array(steady(rho)(rng, lines, YEAR + 8))
        shares[2, YEAR:] += fallen - np.array(USUAL)
        found = watch(page(rng, n, np.clip(shares, 0, 1))).changes["2"]
        named.append(next((each for each in found if each.signalled >= YEAR), None))
    return named


def within(named: list[SomeChange | None], months: int) -> float:
    """The share of pages that named the fall within so many months of it."""
    soon = [each for each in named if each and not each.up and each.signalled < YEAR + months]
    return len(soon) / len(named)


def cells(lines: tuple[int, ...] = (5, 20)) -> list[Cell]:
    """Every quiet cell of the table."""
    waves = [(f"season of {points}", season(points)) for points in (5, 10)]
    kinds = [(f"rho {rho}", steady(rho)) for rho in UNREST]
    grid = [Cell(name, many, n, draw) for many in lines for name, draw in kinds for n in SIZES]
    others = [*waves, ("wandering mix", wandering)]
    return grid + [Cell(name, many, n, draw) for many in lines for name, draw in others
                   for n in (100, 290, 1000)]  # fmt: skip


def sizes(named: list[SomeChange | None], points: float) -> tuple[int, int]:
    """How many of the intervals printed hold a fall by so many points, and how many there are."""
    printed = [
        (each.low, each.high)
        for each in named
        if each and each.low is not None and each.high is not None
    ]
    return sum(low <= -points <= high for low, high in printed), len(printed)


def main() -> None:
    parser = argparse.ArgumentParser(description="What watch() makes of quiet years and changes.")
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--lines", type=int, nargs="*", default=[5, 20])
    parser.add_argument("--cores", type=int, default=1)
    asked = parser.parse_args()
    began = time.monotonic()
    with over_cores(asked.cores) as over:
        for n, points, rho in FALLS:
            named = falls(n, points, rho, asked.pages, over=over)
            holds, printed = sizes(named, points)
            print(
                f"{points} points down, n {n}, rho {rho}: within 3 months {within(named, 3):.1%}, "
                f"5 {within(named, 5):.1%}; {holds} of {printed} sizes hold the truth",
                flush=True,
            )
        for cell in cells(tuple(asked.lines)):
            years = quiet_years(cell, asked.pages, over=over)
            said = ", ".join(f"{share:.1%}" for share in years)
            print(f"{cell.lines:2} lines, {cell.name}, n {cell.n}: {said}", flush=True)
    print(f"{asked.pages} pages a cell, {time.monotonic() - began:.0f} s", flush=True)


FALLS = (
    *((n, points, 0) for points in (5, 10, 20) for n in (50, 100, 200, 290, 300, 310, 500, 1000)),
    (200, 20, 0.003),
    (200, 10, 0.003),
)

if __name__ == "__main__":
    main()
