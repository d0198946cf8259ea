"""Texts as numbers, as they are taken in to be counted: some 25 bytes a word."""

from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from feedback.comments.indexed import LETTERS
from feedback.comments.stems import BOUNDARY, LANGUAGES, stems_of
from feedback.comments.stop_words import stop_words

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

Word = tuple[str, ...]  # its stems
# They turn what they stand beside into its opposite, and say nothing alone.
TURNING = ("pas", "sans", "not", "no", "never", "jamais")


class Text(NamedTuple):
    """One comment. number: which one, in the order of time. month: any whole number that grows with
    time. person: None where nobody is known, who then is somebody else. cell: of an anonymous
    survey what no smaller group than five may be shown of (`small_groups`), else None."""

    number: int
    series: Any
    month: int
    band: int
    person: bytes | None
    is_hidden: bool
    cell: Any
    stems: str


class _Numbers(dict[Any, int]):
    """A number for each thing, from 0 up, as it is asked for."""

    def __missing__(self, thing: Any) -> int:
        number = self[thing] = len(self)
        return number


class Gathering:
    """Takes texts in, a few at a time and in the order of time."""

    def __init__(self) -> None:
        self.stems = _Numbers({BOUNDARY: 0})
        self.series = _Numbers()
        self.people = _Numbers()
        self.cells = _Numbers({None: 0})
        self.tokens, self.starts = array("i"), array("i")
        self.columns = {name: array(code) for name, code in COLUMNS}

    def add(self, texts: Iterable[Text]) -> None:
        """Keep what is to be counted of these."""
        number_of, tokens, columns = self.stems.__getitem__, self.tokens, self.columns
        for each in texts:
            self.starts.append(len(tokens))
            tokens.extend(map(number_of, _runs(each.stems)))
            tokens.append(0)  # no pair reaches from one text to the next
            columns["number"].append(each.number)
            columns["series"].append(self.series[each.series])
            columns["month"].append(each.month)
            columns["band"].append(each.band)
            columns["person"].append(self.people[each.person or each.number])
            columns["is_hidden"].append(each.is_hidden)
            columns["cell"].append(self.cells[each.cell])


def _runs(indexed: str) -> list[str]:
    """The stems of what `indexed` holds, without the letters that follow them.

    >>> _runs("le caiss zwles zwcaisses"), _runs("")
    (['le', 'caiss'], [])
    """
    return indexed.partition(f" {LETTERS}")[0].split()


COLUMNS = (
    ("number", "q"),
    ("series", "i"),
    ("month", "i"),
    ("band", "b"),
    ("person", "i"),
    ("is_hidden", "b"),
    ("cell", "i"),
)


def what_says(stems: Sequence[str]) -> "tuple[Array, Array]":
    """Which of the stems say something, and which do beside one that does: "pas clair"."""
    import numpy as np

    nothing = _stems_of(stop_words())
    says = np.array([stem not in nothing and not _is_bare(stem) for stem in stems], dtype=bool)
    turns = _stems_of(TURNING)
    return says, says | np.array([stem in turns for stem in stems], dtype=bool)


def _stems_of(words: Iterable[str]) -> set[str]:
    return {stem for word in words for each in LANGUAGES for stem in stems_of(word, each)}


def _is_bare(stem: str) -> bool:
    """A boundary, a letter alone, what begins with a digit.

    >>> _is_bare("z3234"), _is_bare("z"), _is_bare("caiss"), _is_bare("z7a6f6e")
    (True, True, False, False)
    """
    if len(stem) < 2:
        return True
    if not stem.startswith("z"):
        return False
    try:
        word = bytes.fromhex(stem[1:]).decode()
    except ValueError:
        return False
    return word[:1].isdigit()
