"""Which words set two groups of texts apart, and for certain.

A word's log-odds in one group less those in the other, both drawn towards how it is used
everywhere: the log-odds with an informative Dirichlet prior of Monroe, Colaresi and Quinn,
"Fightin' Words" (Political Analysis 16, 2008), equations 16, 20 and 22. Of all that were tried
those are found which Benjamini and Hochberg let pass.

A use is a person's: who says a word ten times in a text, or in ten texts of a group, used it once
there. Uses that come in clumps are no independent draws; counted one by one the z would be too
large (docs/scoring.md has the rates of both).
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from math import log, sqrt
from typing import Generic, TypeVar

from feedback.scoring.distributions import normal_quantile, two_sided_normal
from feedback.scoring.errors import ScoringError
from feedback.scoring.multiplicity import benjamini_hochberg

STRENGTH = 500  # words that the prior weighs as much as, all together
ENOUGH_TEXTS = 50  # in each of the groups: below it nothing is claimed
LEAST_USES = 5  # and people
FALSE_SHARE = 0.05  # of those found

Word = TypeVar("Word", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Uses:
    """How often something was used: in either group, and in all texts there are.

    people: who used it in either group, each once in all; None where nobody can be told apart, and
    each use is somebody else's.
    """

    first: int
    second: int
    everywhere: int
    people: int | None = None


@dataclass(frozen=True, slots=True)
class WordOdds:
    """The log-odds of a word in the first group less those in the second, with limits.

    z: in standard errors; p_value: two-sided, of this word alone.
    """

    difference: float
    low: float
    high: float
    z: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Telling(Generic[Word]):
    """What was found: the words of each group, those furthest beyond chance first; and how many
    were tried."""

    first: tuple[Word, ...]
    second: tuple[Word, ...]
    odds: Mapping[Word, WordOdds]

    @property
    def tried(self) -> int:
        return len(self.odds)


def word_odds(
    words: Mapping[Word, Uses], totals: Uses, *, strength: float = STRENGTH, level: float = 0.95
) -> dict[Word, WordOdds]:
    """The odds of each word. totals: uses of all words, these and others.

    With a = strength * everywhere / all everywhere for a word, and y uses of n in a group, the
    log-odds are log((y + a) / (n + strength - y - a)), the variance of their difference
    1 / (y1 + a) + 1 / (y2 + a) (Monroe, Colaresi and Quinn 2008, equations 16 and 20).
    Raises ScoringError for counts below zero, a word that is used nowhere, and one that is used
    more often than all words or is all of them.

    >>> odds = word_odds({"slow": Uses(8, 2, 10)}, Uses(100, 100, 200))["slow"]
    >>> round(odds.difference, 6), round(odds.z, 6)
    (0.211197, 0.813863)
    """
    reach = normal_quantile(level)
    if strength <= 0:
        raise ScoringError("The prior weighs as much as some words: more than none.")
    return {word: _odds(uses, totals, strength, reach) for word, uses in words.items()}


def telling_words(
    words: Mapping[Word, Uses], totals: Uses, *, level: float = 0.95
) -> Telling[Word]:
    """The words that set the first group apart, and those that set the second apart.

    Tried are those that `LEAST_USES` people or more used, whichever group they are of: to choose by
    the difference itself would be to look twice. Found are those that Benjamini and Hochberg let
    pass at 5 % of all that were tried, where as many used it in its own group.
    Raises ScoringError as `word_odds`.

    >>> words = {"slow": Uses(30, 2, 32), "fine": Uses(3, 28, 31), "once": Uses(4, 0, 4)}
    >>> found = telling_words(words, Uses(400, 400, 800))
    >>> found.first, found.second, found.tried
    (('slow',), ('fine',), 2)
    """
    tried = {word: uses for word, uses in words.items() if _is_tried(uses, totals)}
    odds = word_odds(tried, totals, level=level)
    passing = benjamini_hochberg(each.p_value for each in odds.values())
    found = [word for word, q in zip(odds, passing, strict=True) if q <= FALSE_SHARE]
    found.sort(key=lambda word: (-abs(odds[word].z), str(word)))
    first = (w for w in found if odds[w].z > 0 and tried[w].first >= LEAST_USES)
    second = (w for w in found if odds[w].z < 0 and tried[w].second >= LEAST_USES)
    return Telling(tuple(first), tuple(second), odds)


def _is_tried(uses: Uses, totals: Uses) -> bool:
    both = uses.first + uses.second
    people = both if uses.people is None else min(both, uses.people)
    return people >= LEAST_USES and uses.everywhere != totals.everywhere


def _odds(uses: Uses, totals: Uses, strength: float, reach: float) -> WordOdds:
    _check(uses, totals)
    a = strength * uses.everywhere / totals.everywhere
    first, second = uses.first + a, uses.second + a
    others_first = totals.first + strength - first
    others_second = totals.second + strength - second
    difference = log(first / others_first) - log(second / others_second)
    error = sqrt(1 / first + 1 / second)
    margin, z = reach * error, difference / error
    return WordOdds(difference, difference - margin, difference + margin, z, two_sided_normal(z))


def _check(uses: Uses, totals: Uses) -> None:
    if min(uses.first, uses.second) < 0 or uses.everywhere <= 0:
        raise ScoringError("Uses are counted from 0 up, and what is tried is used somewhere.")
    if uses.first > totals.first or uses.second > totals.second:
        raise ScoringError("A word cannot be used more often than all words together.")
    if uses.everywhere >= totals.everywhere:
        raise ScoringError("A word that is all words cannot be set against the others.")
