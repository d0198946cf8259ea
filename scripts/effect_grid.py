"""How often `effect` says "better" or "worse" where nothing happened, and finds a true +10.

    .venv/bin/python scripts/effect_grid.py                 the tables of docs/scoring.md
    .venv/bin/python scripts/effect_grid.py --actions 100   a first look

Lines of NPS around 30 over four years, n answers a month, whose true monthly score is steady, moves
by 5 points from month to month (alone, or dragging on), or has a season. An action is taken in a
month picked at random, or after the worst month, quarter or half-year of its year.
"""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from feedback.scoring import METRICS, effect
from feedback.scoring.effect import Verdict

if TYPE_CHECKING:
    import numpy as np

NPS = METRICS["nps"]
MONTHS, YEAR, AFTER = 48, 12, 6
LOOKS = (3, 4, 5, AFTER)  # months after it, with a verdict
RATINGS, NS = (3, 8, 10), (30, 100, 300)
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


def drawn_action(
    kind: str, when: str, n: int, rng: "np.random.Generator", *, gain: float = 0
) -> tuple[list[dict[int, int]], int]:
    """The months of one line up to six after an action, and its month; gain: its true effect."""
    import numpy as np

    scores = true_scores(kind, rng)
    shares = np.stack([0.35 - scores / 200, np.full(MONTHS, 0.3), 0.35 + scores / 200], axis=-1)
    drawn = rng.multinomial(n, shares)
    at = _month(drawn[:, 2] - drawn[:, 0], WHENS[when], rng)
    shares[at:, 0] -= gain / 200
    shares[at:, 2] += gain / 200
    drawn[at:] = rng.multinomial(n, shares[at:])
    kept = drawn[: at + AFTER + 1].tolist()
    return [dict(zip(RATINGS, month, strict=True)) for month in kept], at


def verdicts(
    kind: str,
    when: str,
    n: int,
    actions: int,
    *,
    gain: float = 0,
    seed: int = 0,
    looks: Sequence[int] = (AFTER,),
) -> list[list[Verdict]]:
    """What is said of each action so many months after it: of the months since a year before it
    alone, which are all that counts."""
    import numpy as np

    found = []
    for number in range(actions):
        rng = np.random.default_rng((seed, number))
        months, at = drawn_action(kind, when, n, rng, gain=gain)
        year = months[at - YEAR :]
        found.append([effect(year[: YEAR + 1 + after], NPS, YEAR).verdict for after in looks])
    return found


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
    """The share of actions of which it is said once the six months are over."""
    found = verdicts(kind, when, n, actions, gain=gain, seed=seed)
    return sum(each[-1] == verdict for each in found) / actions


def row(kind: str, n: int, actions: int) -> str:
    """Percent better and worse after six months, and better at any of four looks."""
    cells = []
    for when in WHENS:
        found = verdicts(kind, when, n, actions, looks=LOOKS)
        last = [each[-1] for each in found]
        shares = [last.count("better"), last.count("worse"), sum("better" in f for f in found)]
        cells.append(", ".join(f"{100 * share / actions:.1f}" for share in shares))
    return " | ".join(cells)


def main() -> None:
    parser = argparse.ArgumentParser(description="What effect() says where nothing happened.")
    parser.add_argument("--actions", type=int, default=1_000)
    asked = parser.parse_args()
    print(f"| Answers a month, months | {' | '.join(WHENS)} |\n|---|---|---|---|---|")
    for n in NS:
        for kind in KINDS:
            print(f"| {n}, {kind} | {row(kind, n, asked.actions)} |", flush=True)
    print(f"\n| A true +10, 300 answers | {' | '.join(WHENS)} |\n|---|---|---|---|---|")
    for kind in KINDS:
        found = [said("better", kind, when, 300, asked.actions, gain=10) for when in WHENS]
        print(f"| {kind} | {' | '.join(f'{100 * each:.0f}' for each in found)} |", flush=True)


if __name__ == "__main__":
    main()
