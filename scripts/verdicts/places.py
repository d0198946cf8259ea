"""Touchpoints that do not differ, and whether the product says all the same where to begin."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from feedback.offline.compare import compare_files
from feedback.offline.compare_print import comparison_table
from feedback.priorities.compute import weigh
from feedback.priorities.findings import Findings, Selection
from feedback.priorities.gather import FollowUps, Overall, People
from feedback.priorities.leads import lead_sentence
from feedback.priorities.read import Known
from feedback.scoring import METRICS, Drivers, drivers
from scripts.verdicts.nothing import FIRST, NPS, journey
from scripts.watch_grid import USUAL

if TYPE_CHECKING:
    import numpy as np

ANSWERED, RATED = 300, 400  # people asked what counted most; people who rated everything
FOUND_AT = datetime(2025, 1, 1, tzinfo=UTC)


def known(rng: "np.random.Generator", touchpoints: int, *, rated: int = RATED) -> Known:
    """A page of priorities: nobody names one touchpoint more than another, and all are rated, and
    go with the overall score, alike."""
    whole = journey(touchpoints + 1)
    places = [stage.touchpoints[0] for stage in whole.stages]
    overall = Overall(
        places[0].series[0].survey_id, "Overall", places[0].id, "nps", (places[0].series[0].id,)
    )
    people = People(tuple(t.id for t in places[1:]), _rated(rng, touchpoints, rated), False)
    answered = rng.multinomial(ANSWERED, USUAL)
    bands = [rng.multinomial(n, [1 / touchpoints] * touchpoints) for n in answered]
    named = {
        str(t.id): (int(bands[0][at]), int(bands[1][at]), int(bands[2][at]))
        for at, t in enumerate(places[1:])
    }
    said = FollowUps((int(answered[0]), int(answered[1]), int(answered[2])), named, 0, False)
    found: Findings = weigh(overall, people, said, Selection(), (FIRST, FIRST))
    unhappy = {str(t.id): int(rng.poisson(40)) for t in places}
    return Known(
        (), whole, overall, Selection(), unhappy, (FIRST,), "", found, "", FOUND_AT
    )  # fmt: skip


def _rated(rng: "np.random.Generator", touchpoints: int, n: int) -> list[list[float | None]]:
    """Ratings of 1 to 5 as indexes, the overall one first: a mood, and a part of their own."""
    import numpy as np

    mood = rng.normal(size=(n, 1))
    felt = 0.6 * mood + rng.normal(size=(n, touchpoints))
    overall = felt.mean(axis=1, keepdims=True) + 0.5 * rng.normal(size=(n, 1))
    rated = np.clip(np.round(3.6 + np.hstack([overall, felt])), 1, 5)
    return [[25 * (float(each) - 1) for each in row] for row in rated]


def start_with(rng: "np.random.Generator", rho: float) -> bool:
    """One of five equal touchpoints said to be where to start."""
    return lead_sentence(known(rng, 5)).startswith("Start with")


def concentrate(rng: "np.random.Generator", rho: float) -> bool:
    """Any of twenty said by people to be where to concentrate, or to be kept up."""
    items = known(rng, 20, rated=0).items
    return any(each.said is not None and each.said.verdict != "unclear" for each in items)


def placed(rng: "np.random.Generator", rho: float) -> bool:
    """Any of five placed in a quadrant by its ratings."""
    return any(each.shown != "unclear" for each in known(rng, 5).shown)


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
