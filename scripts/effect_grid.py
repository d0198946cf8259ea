"""How often `effect` says "better" where nothing happened, and of a true +10: for docs/scoring.md.

    .venv/bin/python scripts/effect_grid.py                 200 actions a cell: half a minute
    .venv/bin/python scripts/effect_grid.py --actions 2000  as `make test-long` runs it

Lines of NPS around 30 over four years, n answers a month, whose true monthly score is steady, moves
by 5 points from month to month (alone, or dragging on), or has a season. An action is taken in a
month picked at random, or after the worst month, quarter or half-year of its year.
"""

import argparse
from typing import TYPE_CHECKING

from feedback.scoring import METRICS, Effect, effect

if TYPE_CHECKING:
    import numpy as np

NPS = METRICS["nps"]
MONTHS, YEAR = 48, 12
KINDS = ("steady", "unrest of 5", "dragging on", "season of 5", "season of 10")
WHENS = {"a random month": 0, "the worst month": 1, "the worst quarter": 3, "the worst half": 6}


def true_scores(kind: str, rng: "np.random.Generator") -> "np.ndarray":
    """The true NPS of each month, in points."""
    import numpy as np

    if kind.startswith("season"):
        points = float(kind.split()[-1])
        begins = rng.uniform(0, 2 * np.pi)
        return 30 + points * np.sin(2 * np.pi * np.arange(MONTHS) / YEAR + begins)
    shocks = rng.normal(0, 5, MONTHS)
    if kind == "unrest of 5":
        return 30 + shocks
    if kind == "dragging on":
        for month in range(1, MONTHS):
            shocks[month] = 0.6 * shocks[month - 1] + 0.8 * shocks[month]
        return 30 + shocks
    return np.full(MONTHS, 30.0)


def judged(kind: str, when: str, n: int, rng: "np.random.Generator", *, gain: float = 0) -> Effect:
    """One action and what is said of it six months later; gain: its true effect, in points."""
    import numpy as np

    scores = true_scores(kind, rng)
    shares = np.stack([0.35 - scores / 200, np.full(MONTHS, 0.3), 0.35 + scores / 200], axis=-1)
    drawn = rng.multinomial(n, shares)
    at = _month(drawn[:, 2] - drawn[:, 0], WHENS[when], rng)
    shares[at:, 0] -= gain / 200
    shares[at:, 2] += gain / 200
    drawn[at:] = rng.multinomial(n, shares[at:])
    months = [dict(zip((3, 8, 10), month, strict=True)) for month in drawn[: at + 7].tolist()]
    return effect(months, NPS, at)


def _month(net: "np.ndarray", spell: int, rng: "np.random.Generator") -> int:
    """The month after the worst spell of so many months in the third year; 0: any of it."""
    import numpy as np

    first, last = 2 * YEAR, 3 * YEAR
    if not spell:
        return int(rng.integers(first, last))
    spells = [net[end - spell : end].sum() for end in range(first + spell, last + 1)]
    return first + spell + int(np.argmin(spells))


def said(
    verdict: str, kind: str, when: str, n: int, actions: int, *, gain: float = 0, seed: int = 0
) -> float:
    """The share of actions of which it is said."""
    import numpy as np

    found = [
        judged(kind, when, n, np.random.default_rng((seed, at)), gain=gain) for at in range(actions)
    ]
    return sum(each.verdict == verdict for each in found) / actions


def main() -> None:
    parser = argparse.ArgumentParser(description="What effect() says where nothing happened.")
    parser.add_argument("--actions", type=int, default=200)
    asked = parser.parse_args()
    for n in (100, 300):
        for kind in KINDS:
            rates = [f"{when} {said('better', kind, when, n, asked.actions):.1%}" for when in WHENS]
            print(f"better without effect, n {n}, {kind}: after {', '.join(rates)}", flush=True)
    for kind in KINDS:
        found = said("better", kind, "the worst quarter", 300, asked.actions, gain=10)
        print(f"better of a true +10, n 300, {kind}: {found:.1%}", flush=True)


if __name__ == "__main__":
    main()
