"""Scoring a data frame against numpy counting the same numbers."""

import time
from collections.abc import Callable, Iterator
from statistics import median

from bench.rows import Row, at_most, note, spread
from bench.sizes import Sizes

ROUNDS = 7


def scoring(sizes: Sizes) -> Iterator[Row]:
    import numpy as np
    import pandas as pd

    from feedback.scoring import METRICS, parse_ratings, score

    note(f"scoring {sizes.name(sizes.ratings)} ratings")
    nps = METRICS["nps"]
    ratings = np.random.default_rng(7).integers(0, 11, sizes.ratings)
    frame = pd.DataFrame({"rating": ratings})

    def count_and_score() -> None:
        score(parse_ratings(frame["rating"], nps).counts, nps)

    count_and_score()  # the first one imports pandas' parts
    ours, theirs = [], []
    for _ in range(ROUNDS):
        theirs.append(_seconds(lambda: np.bincount(ratings)))
        ours.append(_seconds(count_and_score))
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    said = f"{spread(ratios)}; {1000 * median(ours):.0f} of {1000 * median(theirs):.0f} ms"
    name = f"scoring {sizes.name(sizes.ratings)} ratings / numpy.bincount"
    yield at_most(name, median(ratios), 2, said)


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
