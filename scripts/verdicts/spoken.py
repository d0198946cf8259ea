"""Comments that say the same whoever is happy: does the product name a word all the same?"""

from functools import cache
from typing import TYPE_CHECKING

from feedback.comments.word_count import Corpus
from feedback.comments.word_find import search
from feedback.comments.word_texts import Gathering, Text

if TYPE_CHECKING:
    import numpy as np

COMMENTS, PEOPLE, UNHAPPY = 300, 100, 1 / 3
WORDS, OWN = 2_000, 8  # that there are; that each person is fond of


@cache
def _often() -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """How frequent each word is: by its rank, as in any language."""
    import numpy as np

    ranks = np.arange(3.0, WORDS + 3)
    found: np.ndarray[tuple[int], np.dtype[np.float64]] = 1 / ranks
    return found / float(found.sum())


@cache
def _spelled(word: int) -> str:
    """A stem that is no word of any list."""
    return "qu" + "".join(chr(ord("a") + int(digit)) for digit in str(word))


def _comment(rng: "np.random.Generator", own: "np.ndarray[tuple[int], np.dtype[np.intp]]") -> str:
    """Some fifteen words; people repeat themselves, and what they are fond of."""
    said: list[int] = []
    for word in rng.choice(WORDS, size=1 + rng.poisson(14), p=_often()):
        kind = rng.random()
        again, fond = kind < 0.2 and said, kind < 0.5
        said.append(said[-1] if again else int(rng.choice(own) if fond else word))
    return " ".join(map(_spelled, said))


def named(rng: "np.random.Generator", rho: float) -> bool:
    """Any word said to set unhappy or happy comments apart; who is unhappy is so for good."""
    fond = rng.choice(WORDS, size=(PEOPLE, OWN), p=_often())
    unhappy = rng.random(PEOPLE) < UNHAPPY
    who = rng.integers(0, PEOPLE, size=COMMENTS).tolist()
    gathering = Gathering()
    gathering.add(
        Text(
            *(at, "", 0, -1 if unhappy[person] else 1, bytes([1, person])),
            *(False, None, _comment(rng, fond[person])),
        )
        for at, person in enumerate(who)
    )
    corpus = Corpus(gathering, 0)
    first, second = corpus.band < 0, corpus.band > 0
    found = search(corpus.part(first | second), first, second)
    return bool(found.told and (found.told.first or found.told.second))
