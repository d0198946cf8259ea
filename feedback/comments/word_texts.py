"""Texts as numbers, as they are taken in to be counted: some 25 bytes a word."""

from array import array
from collections.abc import Iterable
from typing import Any, NamedTuple

from feedback.comments.indexed import LETTERS
from feedback.comments.stems import BOUNDARY

Word = tuple[str, ...]  # its stems


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
