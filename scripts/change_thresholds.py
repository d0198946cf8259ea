"""Write feedback/scoring/thresholds.py: how far a CUSUM must run before we say "changed".

    .venv/bin/python scripts/change_thresholds.py            writes the tables: three minutes
    .venv/bin/python scripts/change_thresholds.py --check    what `changes` makes of its: two more

A quiet line is simulated as the rule sees it: standard normal months, less the error of a
baseline of 6 to 24 months, watched for twelve. From the highest sum each line reaches follows, for
1 to 200 independent lines, the threshold that only 5 % of the pages pass in a year. The check
draws answers instead, skewed ones too, and runs the rule itself over several years.

For `watch` the spread of months is estimated, too. That is worst where months differ by much more
than their answers do: then the lines' common spread has a chi-square with as many degrees as their
baselines have. Its heights are those that 6 % of such pages pass, and some 3 % of pages whose
months differ by their answers alone. What the whole rule makes of them: scripts/watch_grid.py.
"""

import sys
import time
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from feedback.scoring import FALSE_ALARMS_A_YEAR, METRICS, Score, score
from feedback.scoring.changes import threshold
from feedback.scoring.cusum import SLACK, YEAR, signals

if TYPE_CHECKING:
    import numpy as np

TABLE = Path(__file__).resolve().parent.parent / "feedback" / "scoring" / "thresholds.py"
SEED = 20261122
LINES = 8_000_000
CHUNK = 100_000
BASELINES = range(6, 25)
SERIES = (1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200)
SPREADS = tuple(0.3 + 0.05 * step for step in range(35))  # estimated over true, 0.3 to 2.0
SPREAD_LINES = 1_000_000
# Of the pages of the worst unrest; fewer of many lines, whose renewals add up to more.
UNSETTLED, OF_MANY, MANY_LINES = 0.065, 0.055, 10
NPS = METRICS["nps"]
# Shares of detractors, passives, promoters.
TYPICAL, FALLEN, SKEWED = (0.2, 0.3, 0.5), (0.3, 0.3, 0.4), (0.03, 0.07, 0.9)

HEAD = '''"""When a CUSUM has run far enough: written by scripts/change_thresholds.py, do not edit.

Seed %(seed)s, %(lines)s quiet lines for each length of the baseline.
"""

# How many lines are watched together: one column each.
SERIES = %(series)s

'''
ALONE = "# Months of the baseline: the height for each of SERIES.\nTHRESHOLDS = {\n"
TOGETHER = "\n# The same where the unrest between months is estimated, too.\nWATCH_THRESHOLDS = {\n"


def highest_sums(baseline: int, lines: int, rng: "np.random.Generator") -> "np.ndarray":
    """The highest sum, up or down, of each of so many quiet lines in a year."""
    import numpy as np

    peaks = [_chunk(baseline, min(CHUNK, lines - at), rng) for at in range(0, lines, CHUNK)]
    return np.concatenate(peaks)


def _chunk(baseline: int, lines: int, rng: "np.random.Generator") -> "np.ndarray":
    import numpy as np

    # Baseline and months are equally large; the rule allows for months that are larger.
    error = rng.standard_normal(lines) / baseline**0.5
    up, down, peak = np.zeros(lines), np.zeros(lines), np.zeros(lines)
    for _ in range(YEAR):
        z = rng.standard_normal(lines) - error
        up = np.maximum(0, up + z - SLACK)
        down = np.maximum(0, down - z - SLACK)
        peak = np.maximum(peak, np.maximum(up, down))
    return peak


def thresholds(peaks: "np.ndarray") -> list[float]:
    """For each of SERIES, the height that 5 % of pages of so many quiet lines pass."""
    import numpy as np

    quiet = [(1 - FALSE_ALARMS_A_YEAR) ** (1 / series) for series in SERIES]
    return [float(height) for height in np.quantile(peaks, quiet)]


def page_rate(peaks: "np.ndarray", height: float, series: int) -> float:
    """The share of pages of so many quiet lines on which one passes the height."""
    return float(1 - (peaks <= height).mean() ** series)


def table() -> dict[int, list[float]]:
    """The thresholds by baseline; never higher for a longer one, whatever chance says."""
    import numpy as np

    rng = np.random.default_rng(SEED)
    rows = [thresholds(highest_sums(months, LINES, rng)) for months in BASELINES]
    falling = np.minimum.accumulate(np.array(rows), axis=0)
    return dict(zip(BASELINES, falling.tolist(), strict=True))


def watch_table() -> dict[int, list[float]]:
    """The heights of `watch` by baseline, for each of SERIES."""
    import numpy as np

    rng = np.random.default_rng(SEED)
    rows = [_watch_row(months, rng) for months in BASELINES]
    falling = np.minimum.accumulate(np.array(rows), axis=0)
    return dict(zip(BASELINES, falling.tolist(), strict=True))


def _watch_row(baseline: int, rng: "np.random.Generator") -> list[float]:
    import numpy as np

    heights = np.arange(1.5, 40, 0.02)
    shape = (SPREAD_LINES, YEAR)
    months = rng.standard_normal(shape, dtype=np.float32)
    months -= rng.standard_normal((SPREAD_LINES, 1), dtype=np.float32) / baseline**0.5
    stay = np.array([_below(heights, months / spread) for spread in SPREADS])
    return [_watch_height(heights, stay, series, series * (baseline - 1)) for series in SERIES]


def _below(heights: "np.ndarray", months: "np.ndarray") -> "np.ndarray":
    """The share of lines whose sums stay below each height."""
    import numpy as np

    up, down = np.zeros(len(months), np.float32), np.zeros(len(months), np.float32)
    peak = np.zeros(len(months), np.float32)
    for z in months.T:
        up = np.maximum(0, up + z - SLACK)
        down = np.maximum(0, down - z - SLACK)
        peak = np.maximum(peak, np.maximum(up, down))
    peak.sort()
    return np.searchsorted(peak, heights, side="right") / len(peak)


def _watch_height(heights: "np.ndarray", stay: "np.ndarray", series: int, degrees: int) -> float:
    """The lowest height that UNSETTLED of the pages pass: over all spreads that the page may have
    estimated, each as likely as a chi-square of so many degrees makes it."""
    import numpy as np
    from scipy.stats import chi2

    edges = np.array([0, *((a + b) / 2 for a, b in pairwise(SPREADS)), np.inf])
    likely = np.diff(chi2.cdf(degrees * edges**2, degrees))
    quiet = likely @ stay**series
    flagged = OF_MANY if series > MANY_LINES else UNSETTLED
    return float(np.interp(1 - flagged, quiet, heights))


def written(rows: dict[int, list[float]], watch_rows: dict[int, list[float]]) -> str:
    """The module that is shipped."""
    head = HEAD % {"seed": SEED, "lines": f"{LINES:,}", "series": SERIES}
    return head + ALONE + _rows(rows) + TOGETHER + _rows(watch_rows)


def _rows(rows: dict[int, list[float]]) -> str:
    lines = [
        f"    {m}: ({', '.join(f'{height:.3f}' for height in row)}),\n" for m, row in rows.items()
    ]
    return "".join(lines) + "}\n"


def pages_flagged(shares: Sequence[float], n: int, *, lines: int = 5, pages: int = 1000) -> Any:
    """The share of pages with a signal in the first, second and third quiet year that is watched.

    n: answers a month of each line.
    """
    import numpy as np

    rng = np.random.default_rng(SEED)
    flagged = np.zeros((pages, 3), dtype=bool)
    for page in range(pages):
        for _ in range(lines):
            months = rng.multinomial(n, shares, size=4 * YEAR)
            for found in signals(scored(months), NPS, YEAR, partial(threshold, lines)):
                flagged[page, found.signalled // YEAR - 1] = True
    return flagged.mean(axis=0)


def drop_seen(n: int, *, quiet: int = YEAR, pages: int = 1000) -> Any:
    """The share of drops from NPS 30 to 10, after so many quiet months, that are seen within 1 to
    5 months on a page of five lines."""
    import numpy as np

    rng = np.random.default_rng(SEED)
    seen = np.zeros(5)
    for _ in range(pages):
        before, after = rng.multinomial(n, TYPICAL, size=quiet), rng.multinomial(n, FALLEN, size=5)
        found = signals(scored([*before, *after]), NPS, YEAR, partial(threshold, 5))
        late = [each.signalled - quiet for each in found if each.signalled >= quiet]
        if late:
            seen[late[0] :] += 1
    return seen / pages


def scored(months: Iterable[Sequence[int]]) -> list[Score]:
    return [
        score({0: int(worse), 7: int(middle), 10: int(better)}, NPS)
        for worse, middle, better in months
    ]


def check() -> None:
    for shares, n in ((TYPICAL, 100), (TYPICAL, 30), (SKEWED, 100), (SKEWED, 50), (SKEWED, 30)):
        years = ", ".join(f"{rate:.1%}" for rate in pages_flagged(shares, n))
        print(f"shares {shares}, {n} a month: quiet years flagged {years}")
    for n, quiet in ((100, 12), (100, 23), (100, 36), (200, 12)):
        seen = ", ".join(f"{part:.0%}" for part in drop_seen(n, quiet=quiet))
        print(f"20 points down after {quiet} months, {n} a month: seen within 1 to 5 months {seen}")


def main() -> None:
    began = time.monotonic()
    if "--check" in sys.argv:
        check()
    else:
        TABLE.write_text(written(table(), watch_table()))
        print(f"{TABLE.name} written")
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
