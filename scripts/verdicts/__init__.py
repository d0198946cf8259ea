"""Every verdict the product prints, and how often it is wrong where nothing happened.

    .venv/bin/python -m scripts.verdicts                            100 draws each: half a minute
    .venv/bin/python -m scripts.verdicts --pages 2000 --write       the table of docs/scoring.md
    .venv/bin/python -m scripts.verdicts --write --only start named    two of its rows

=================  ====================================================================
``Verdict``        where it stands, what it says, how it is measured
``rows``           all of them
``nothing``        answers drawn while nothing happens, and what the product says of them
=================  ====================================================================

Each is judged by the product's own function, on answers drawn by a fixed seed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

# The share of an answer's variance that belongs to its month: 0, and months whose true NPS differs
# by 4 points (standard deviation).
CALM, RESTLESS = 0.0, 0.003

# One draw: whether the product says what is not so; None where it says nothing that could be wrong.
Wrong = Callable[["np.random.Generator", float], bool | None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A kind of claim. The reader's words: where, says, given, per.

    words: patterns of the messages it stands for; states: its words in the code and in files (the
    tests find those that no verdict has). part: of so many draws as are asked for, where one takes
    long. most: the error rate promised, 0..1, or None where there is no promise but the number.
    """

    key: str
    where: str
    says: str
    given: str
    per: str
    wrong: Wrong
    words: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    restless: bool = True
    part: float = 1.0
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """How often it was wrong, of how many that could be."""

    wrong: int
    of: int

    @property
    def share(self) -> float:
        return self.wrong / self.of if self.of else 0.0


def measure(verdict: Verdict, rho: float, pages: range) -> Rate:
    """The rate over draws with these seeds."""
    import numpy as np

    said = [verdict.wrong(np.random.default_rng((7, at)), rho) for at in pages]
    judged = [each for each in said if each is not None]
    return Rate(sum(judged), len(judged))
