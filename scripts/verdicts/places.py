"""Touchpoints that do not differ, and whether the product says all the same where to begin."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from feedback.offline.compare import compare_files
from feedback.offline.compare_print import comparison_table
from feedback.scoring import METRICS, Drivers, drivers
from scripts import priorities_grid as grid
from scripts.verdicts.nothing import NPS
from scripts.watch_grid import USUAL

if TYPE_CHECKING:
    import numpy as np

RATED = 400  # people who rated everything


def _rated(rng: "np.random.Generator", touchpoints: int, n: int) -> list[list[float | None]]:
    """Ratings of 1 to 5 as indexes, the overall one first: a mood, and a part of their own."""
    import numpy as np

    mood = rng.normal(size=(n, 1))
    felt = 0.6 * mood + rng.normal(size=(n, touchpoints))
    overall = felt.mean(axis=1, keepdims=True) + 0.5 * rng.normal(size=(n, 1))
    rated = np.clip(np.round(3.6 + np.hstack([overall, felt])), 1, 5)
    return [[25 * (float(each) - 1) for each in row] for row in rated]


def start_with(rng: "np.random.Generator", rho: float) -> bool:
    """One of five equal touchpoints said, as a finding, to be where to start."""
    lead, _items = grid.page(grid.kinds(5)["nobody differs"], 300, rng)
    return lead.is_sure


def concentrate(rng: "np.random.Generator", rho: float) -> bool:
    """Anything claimed of any of twenty: concentrate here, keep up, low priority, overkill."""
    _lead, items = grid.page(grid.kinds(20)["nobody differs"], 300, rng)
    return any(item.verdict != "unclear" for item in items)


def _weighed(rng: "np.random.Generator") -> Drivers:
    import pandas as pd

    names = ["overall", *(f"t{at}" for at in range(5))]
    return drivers(pd.DataFrame(_rated(rng, 5, RATED), columns=names), names[0], names[1:])


def differ(rng: "np.random.Generator", rho: float) -> bool:
    """Any two of five equal drivers said truly to differ."""
    return any(pair.differs for pair in _weighed(rng).pairs)


def share_missed(rng: "np.random.Generator", rho: float) -> bool | None:
    """The interval of a driver's share misses the true fifth."""
    first = _weighed(rng).rows[0]
    if first.share_low is None or first.share_high is None:
        return None
    return not first.share_low <= 0.2 <= first.share_high


def files(rng: "np.random.Generator", rho: float) -> bool:
    """Two files of 100 answers said by `feedback compare` to differ by more than chance."""
    with TemporaryDirectory() as folder:
        paths = Path(folder, "a.csv"), Path(folder, "b.csv")
        for path in paths:
            ratings = rng.choice([3, 8, 10], size=100, p=USUAL)
            path.write_text("rating\n" + "\n".join(map(str, ratings)) + "\n")
        found = compare_files(paths, metric=METRICS["nps"], rating="rating")
    return "would rarely give" in comparison_table(NPS, ("a", "b"), found)
