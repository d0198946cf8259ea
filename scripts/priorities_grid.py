"""How often priorities claim something where nothing is so, and find what is: for docs/scoring.md.

    .venv/bin/python scripts/priorities_grid.py                 100 pages a cell: two minutes
    .venv/bin/python scripts/priorities_grid.py --pages 1000    the large one: half an hour

Each page is a journey whose people rated k touchpoints from 1 to 5 and the whole from 0 to 10, and
named up to two that counted most. What the job makes of it and what the page says of that are the
product's own functions, with its own number of resamples.
"""

import argparse
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from feedback.priorities.claims import Item
from feedback.priorities.compute import weigh
from feedback.priorities.findings import Selection
from feedback.priorities.gather import FollowUps, Overall, People, index_of
from feedback.priorities.rank import Lead, rank
from feedback.scoring import METRICS

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray

CSAT, NPS = METRICS["csat_5"], METRICS["nps"]
HALO = 0.4  # what people's ratings have in common: their correlation before rounding
OVERALL = Overall(uuid.UUID(int=0), "All of it", uuid.UUID(int=0), "nps", ())
MONTHS = 3


@dataclass(frozen=True)
class Journey:
    """What is true of k touchpoints: how much each counts, how it is rated, how often named.

    alike: the second one correlates so with the first, and counts for nothing by itself.
    unhappy: how much likelier unhappy people name the first one.
    """

    counts: tuple[float, ...]
    rated: tuple[float, ...]
    unhappy: float = 1
    alike: float = 0


def kinds(k: int) -> dict[str, Journey]:
    """The journeys by name. The first two have nothing to claim of what counts."""
    even, level = (1.0,) * k, (3.8,) * k
    rest, low = (1.0,) * (k - 1), (3.0,)
    spread = tuple(3.4 + 0.8 * place / (k - 1) for place in range(k))
    return {
        "nobody differs": Journey(even, level),
        "rated apart, counting alike": Journey(even, spread),
        "two drivers alike": Journey((4.0 * k, 4.0 * k, *rest[1:]), level),
        "a true driver, rated low": Journey((2.0 * k, *rest), low + level[1:], 3),
        "a true driver, rated like the others": Journey((2.0 * k, *rest), level),
        "a driver and its proxy": Journey((2.0 * k, 0.0, *rest[1:]), low * 2 + level[2:], 3, 0.8),
    }


def page(journey: Journey, n: int, rng: "np.random.Generator") -> tuple[Lead, list[Item]]:
    """What the page of n people says; touchpoints are named by their number."""
    import numpy as np

    k = len(journey.counts)
    own = rng.normal(size=(n, k))
    if journey.alike:
        own[:, 1] = journey.alike * own[:, 0] + np.sqrt(1 - journey.alike**2) * own[:, 1]
    common = 0 if journey.alike else HALO
    felt = np.sqrt(common) * rng.normal(size=(n, 1)) + np.sqrt(1 - common) * own
    whole = felt @ np.array(journey.counts)
    scores = 7.5 + 1.8 * whole / whole.std() + rng.normal(0, 1.2, n)
    overall = np.clip(np.round(scores), 0, 10)
    ratings = np.clip(np.round(np.array(journey.rated) + 0.9 * felt), 1, 5)
    ids = tuple(uuid.UUID(int=place + 1) for place in range(k))
    rows: list[list[float | None]] = [
        [index_of(all_of_it, NPS), *(index_of(rating, CSAT) for rating in of)]
        for all_of_it, of in zip(overall.tolist(), ratings.tolist(), strict=True)
    ]
    said = _named(overall, journey, ids, rng)
    found = weigh(OVERALL, People(ids, rows, False), said, Selection(), ("2026-01", "2026-12"))
    unhappy = {str(each): int(n) for each, n in zip(ids, (ratings <= 2).sum(axis=0), strict=True)}
    return rank(found, unhappy, [str(each) for each in ids], MONTHS)


def _named(
    overall: "Array", journey: Journey, ids: Sequence[uuid.UUID], rng: "np.random.Generator"
) -> FollowUps:
    import numpy as np

    answered, named = [0, 0, 0], {str(each): [0, 0, 0] for each in ids}
    for rating in overall.tolist():
        band = 0 if rating in NPS.negative else 2 if rating in NPS.positive else 1
        answered[band] += 1
        likely = np.ones(len(ids))
        likely[0] = journey.unhappy if band == 0 else 1
        for place in rng.choice(len(ids), 2, replace=False, p=likely / likely.sum()):
            named[str(ids[place])][band] += 1
    bands = {each: (of[0], of[1], of[2]) for each, of in named.items()}
    return FollowUps((answered[0], answered[1], answered[2]), bands, 0, False)


def rates(kind: str, k: int, n: int, pages: int, *, seed: int = 0) -> dict[str, float]:
    """The share of pages that say each thing; "start with the first": the true driver by name."""
    import numpy as np

    said: dict[str, int] = {}
    first = str(uuid.UUID(int=1))
    for at in range(pages):
        lead, items = page(kinds(k)[kind], n, np.random.default_rng((seed, k, n, at)))
        words = {str(item.verdict) for item in items} - {"unclear"}
        words |= {"start with"} if lead.is_sure else set()
        words |= {"start with the first"} if lead.is_sure and first in lead.touchpoints else set()
        words |= {"one or another"} if lead.reason in ("between", "differ") else set()
        words |= {"left out the first"} if _leaves_out(lead, first) else set()
        words |= {"with its proxy"} if lead.is_sure and _names_second(lead, items) else set()
        for word in words:
            said[word] = said.get(word, 0) + 1
    return {word: times / pages for word, times in sorted(said.items())}


def _leaves_out(lead: Lead, first: str) -> bool:
    return lead.reason in ("between", "differ") and first not in lead.touchpoints


def _names_second(lead: Lead, items: Sequence[Item]) -> bool:
    found = next(item for item in items if item.touchpoint == lead.touchpoints[0])
    return str(uuid.UUID(int=2)) in found.goes_with


CELLS = ((5, 120), (5, 300), (5, 1000), (20, 300))
QUIET = 2  # kinds without a true driver, at the head; the others take a fifth of the pages


def main() -> None:
    parser = argparse.ArgumentParser(description="What priorities say where nothing is so.")
    parser.add_argument("--pages", type=int, default=100)
    asked = parser.parse_args()
    for place, kind in enumerate(kinds(5)):
        pages = asked.pages if place < QUIET else asked.pages // 5
        for k, n in CELLS:
            found = rates(kind, k, n, pages)
            text = ", ".join(f"{word} {share:.1%}" for word, share in found.items())
            where = f"{kind}, {k} touchpoints, {n} people, {pages} pages"
            print(f"{where}: {text or 'nothing'}", flush=True)


if __name__ == "__main__":
    main()
