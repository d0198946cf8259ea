"""How often intervals hold the truth where people repeat, and how often quiet years are flagged.

    python scripts/people_rates.py                      everything: an hour of one core
    python scripts/people_rates.py --only watch --panel "12 x 30" --pages 100

Intervals: people are drawn with shares of their own around 20 / 30 / 50 (Dirichlet), `alike` being
the correlation of two answers of one person, 0 to 1. Watch: pages of five lines whose months have
so many new people, three years, none of which changes; the highest of the watched years.
"""

import argparse
from collections.abc import Iterator, Sequence

import numpy as np

from feedback.scoring import METRICS, Repeats, Score, repeats_of, score, watch_scores, with_people
from feedback.scoring.repeats import repeats_by

SHARES = (0.2, 0.3, 0.5)
BANDS = {"nps": (3, 7, 10), "csat_5": (1, 3, 5), "csat_10": (2, 6, 9)}
PATTERNS = {
    "100 x 1": [1] * 100,
    "50 x 2": [2] * 50,
    "100 x 3": [3] * 100,
    "20 x 5": [5] * 20,
    "12 x 30": [30] * 12,
    "one has a third, 120 x 1": [60] + [1] * 120,
    "one has half, 180 x 1": [180] + [1] * 180,
    "two have a quarter each": [90, 90] + [1] * 180,
    "3 x 30": [30] * 3,
}
PANELS = {"100 x 1": [1] * 100, "50 x 2": [2] * 50, "100 x 3": [3] * 100, "20 x 5": [5] * 20}
PANELS |= {"12 x 30": [30] * 12, "40 x 1 and 3 x 20": [1] * 40 + [20] * 3}
LINES, MONTHS = 5, 36


def answers(random: np.random.Generator, sizes: Sequence[int], alike: float) -> np.ndarray:
    """How many of each person's answers fell in each band, one row a person."""
    if alike == 1:
        own = random.multinomial(1, SHARES, size=len(sizes)).astype(float)
    elif alike:
        own = random.dirichlet(np.array(SHARES) * (1 - alike) / alike, size=len(sizes))
    else:
        own = np.tile(SHARES, (len(sizes), 1))
    return random.multinomial(sizes, own / own.sum(axis=1, keepdims=True))


def read(found: np.ndarray, key: str) -> tuple[Score, Repeats]:
    """The score of people's answers, and their repeats."""
    metric, ratings = METRICS[key], BANDS[key]
    codes = {"net": (-1, 0, 1), "top": (0, 0, 1), "mean": ratings}[metric.headline]
    repeats = Repeats()
    for row in found[found.sum(axis=1) > 1]:
        n = [int(each) for each in row]
        total = sum(c * m for c, m in zip(codes, n, strict=True))
        squares = sum(c * c * m for c, m in zip(codes, n, strict=True))
        repeats += repeats_by(sum(n), total, squares)
    counts = dict(zip(ratings, (int(n) for n in found.sum(axis=0)), strict=True))
    return score(counts, metric), repeats


def truth(key: str) -> float:
    if METRICS[key].headline == "mean":
        return sum(r * share for r, share in zip(BANDS[key], SHARES, strict=True))
    return 100 * (SHARES[2] - SHARES[0] * (METRICS[key].headline == "net"))


def coverage(sizes: Sequence[int], alike: float, key: str, samples: int, seed: int) -> list[float]:
    """Of the plain interval, of that of people, and how often there was one."""
    random, held, plainly, given = np.random.default_rng(seed), 0, 0, 0
    for _ in range(samples):
        plain, repeats = read(answers(random, sizes, alike), key)
        told = with_people(plain, METRICS[key], repeats)
        plainly += _holds(plain, truth(key))
        given += told.low is not None
        held += _holds(told, truth(key))
    return [plainly / samples, held / given if given else float("nan"), given / samples]


def _holds(found: Score, true: float) -> bool:
    return found.low is not None and found.high is not None and found.low <= true <= found.high


def flagged(
    sizes: Sequence[int], alike: float, pages: int, *, same_people: bool
) -> tuple[list[float], list[float]]:
    """The share of quiet pages that name a change, in each of three years: where nothing is known
    of people, and where it is."""
    years = np.zeros((2, 3))
    for page in range(pages):
        random = np.random.default_rng([page, round(100 * alike), len(sizes)])
        lines, repeats = {}, {}
        for line in range(LINES):
            months = list(_line(random, sizes, alike, same_people=same_people))
            scores = [month for month, _ in months]
            lines[str(line)] = (METRICS["nps"], scores)
            known = {at: found for at, (_, found) in enumerate(months) if found.fewer}
            repeats[str(line)] = repeats_of(scores, METRICS["nps"], known)
        for told in (0, 1):
            found = watch_scores(lines, baseline=6, repeats=repeats if told else None)
            for year in {each.signalled // 12 for line in found.changes.values() for each in line}:
                years[told, year] += 1
    untold, told_of = (years / pages).round(3).tolist()
    return untold, told_of


def _line(
    random: np.random.Generator, sizes: Sequence[int], alike: float, *, same_people: bool
) -> Iterator[tuple[Score, Repeats]]:
    panel = None
    if same_people and 0 < alike < 1:
        panel = random.dirichlet(np.array(SHARES) * (1 - alike) / alike, size=len(sizes))
    for _ in range(MONTHS):
        if panel is None:
            yield read(answers(random, sizes, alike), "nps")
        else:
            yield read(random.multinomial(sizes, panel / panel.sum(axis=1, keepdims=True)), "nps")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=4000)
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--panel", default="", help="one of the months of `watch`, such as 12 x 30")
    parser.add_argument("--only", choices=("intervals", "watch"))
    chosen = parser.parse_args()
    if chosen.only != "watch":
        print("pattern | metric | alike | plain | people | given")
        for name, sizes in PATTERNS.items():
            for key in BANDS:
                for alike in (0.0, 0.5, 1.0):
                    found = coverage(sizes, alike, key, chosen.samples, seed=len(sizes))
                    print(
                        name, key, alike, *(f"{each:.3f}" for each in found), sep=" | ", flush=True
                    )
    if chosen.only != "intervals":
        print("a month | alike | people | flagged untold, by year | flagged")
        for name, sizes in PANELS.items():
            for alike in (0.2, 0.5, 1.0) if chosen.panel in ("", name) else ():
                for same in (False, True) if alike == 0.5 else (False,):
                    both = flagged(sizes, alike, chosen.pages, same_people=same)
                    who = "the same" if same else "others each month"
                    print(name, alike, who, *both, sep=" | ", flush=True)


if __name__ == "__main__":
    main()
