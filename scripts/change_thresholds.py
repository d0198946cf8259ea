"""Write feedback/scoring/thresholds.py: how far a CUSUM must run before we say "changed".

    .venv/bin/python scripts/change_thresholds.py            two minutes on one core
    .venv/bin/python scripts/change_thresholds.py --check    the rates the table leads to

A quiet line is simulated as the rule sees it: standard normal months, less the error of a
baseline of 6 to 24 months, watched for twelve. From the highest sum each line reaches follows, for
1 to 200 independent lines, the threshold that only 5 % of the pages pass in a year.
"""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from feedback.scoring.changes import FALSE_ALARMS_A_YEAR
from feedback.scoring.cusum import SLACK

if TYPE_CHECKING:
    import numpy as np

TABLE = Path(__file__).resolve().parent.parent / "feedback" / "scoring" / "thresholds.py"
SEED = 20261122
LINES = 8_000_000
CHUNK = 200_000
YEAR = 12
BASELINES = range(6, 25)
SERIES = (1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200)


def highest_sums(baseline: int, lines: int, rng: "np.random.Generator") -> "np.ndarray":
    """The highest sum, up or down, of each of so many quiet lines in a year."""
    import numpy as np

    peaks = [_chunk(baseline, min(CHUNK, lines - at), rng) for at in range(0, lines, CHUNK)]
    return np.concatenate(peaks)


def _chunk(baseline: int, lines: int, rng: "np.random.Generator") -> "np.ndarray":
    import numpy as np

    # Baseline and months are equally large; the rule pays for a baseline that is too small.
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


def page_rate(peaks: "np.ndarray", threshold: float, series: int) -> float:
    """The share of pages of so many quiet lines on which one passes the threshold."""
    return float(1 - (peaks <= threshold).mean() ** series)


def written(rows: dict[int, list[float]]) -> str:
    """The module that is shipped."""
    lines = [
        f"    {months}: ({', '.join(f'{h:.3f}' for h in row)})," for months, row in rows.items()
    ]
    return (
        HEAD % {"seed": SEED, "lines": f"{LINES:,}", "series": SERIES} + "\n".join(lines) + "\n}\n"
    )


HEAD = '''"""When a CUSUM has run far enough: written by scripts/change_thresholds.py, do not edit.

Seed %(seed)s, %(lines)s quiet lines for each length of the baseline.
"""

# How many lines are watched together: one column each.
SERIES = %(series)s

# Months of the baseline: the height for each of SERIES.
THRESHOLDS = {
'''


def main() -> None:
    import numpy as np

    began = time.monotonic()
    rng = np.random.default_rng(SEED)
    rows = {months: thresholds(highest_sums(months, LINES, rng)) for months in BASELINES}
    TABLE.write_text(written(rows))
    print(f"{TABLE.name} written in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
