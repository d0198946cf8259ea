"""Words that stand for numbers: `10 - Extremely likely`, and those that somebody names."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from feedback.errors import FeedbackError
from feedback.offline.words import folded, plain_number
from feedback.scoring.ratings import normalise

# A number, a mark, and words without another digit: not "5 - 10 times", "1-2" or "10 of 12".
_MARKED = re.compile(r"([+-]?[0-9]{1,2})(?: ?[-:=.)] ?| ?\()(?=[^\W\d_])[^\d]*")
_BEHIND = re.compile(r"(?=[^\W\d_])[^\d(]*\(([0-9]{1,2})\)")
_NAMED = 6


def number_in(text: str) -> int | None:
    """The number that a form tool wrote before or after its words; None if it is not plain.

    >>> number_in("10 - Extremely likely"), number_in("0: pas du tout"), number_in("Good (4)")
    (10, 0, 4)
    >>> number_in("5 - 10 times"), number_in("1-2"), number_in("5 stars"), number_in("7.5")
    (None, None, None, None)
    """
    plain = folded(text)
    found = _MARKED.fullmatch(plain) or _BEHIND.fullmatch(plain)
    return int(found[1]) if found else None


class Labels:
    """Which number a cell stands for; those read by the number in their words are counted.

    >>> labels = Labels({"Very good": 5, "1": 4})
    >>> labels.said("very  good"), labels.said("1.0"), labels.said("4 - good")
    (5, 4, None)
    """

    def __init__(self, said: Mapping[str, int] | None = None) -> None:
        self._said = {_plain(label): number for label, number in (said or {}).items()}
        self._read: dict[str, Counter[tuple[str, int]]] = {}

    def said(self, cell: str) -> int | None:
        """What somebody said that it stands for: before all else, since `1` may stand for 5."""
        return self._said.get(_plain(cell))

    def count(self, column: str, cell: str, number: int, times: int = 1) -> None:
        """A cell of words that was read by the number in it."""
        self._read.setdefault(column, Counter())[" ".join(cell.split()), number] += times

    @property
    def told(self) -> str | None:
        """One sentence on the cells that were read so, by column; None without any."""
        parts = [f"{column}: {_listed(cells)}" for column, cells in self._read.items()]
        return f"Read by the number in it: {'; '.join(parts)}." if parts else None


def read_labels(parts: Iterable[str]) -> Labels:
    """Labels from `words=number`. Raises FeedbackError for a part that is not so."""
    said: dict[str, int] = {}
    for part in parts:
        words, mark, number = part.rpartition("=")
        if not mark or not words.strip() or not re.fullmatch(r" ?[+-]?[0-9]{1,3} ?", number):
            raise FeedbackError(f'--labels "{part}": write the words, = and a number: Good=4.')
        said[words] = int(number)
    return Labels(said)


def _listed(cells: "Counter[tuple[str, int]]") -> str:
    named = [f'"{cell[:40]}" as {number} ({n})' for (cell, number), n in cells.most_common()]
    others = [f"and {len(named) - _NAMED} more"] if len(named) > _NAMED else []
    return ", ".join(named[:_NAMED] + others)


def _plain(text: str) -> str:
    said = normalise(plain_number(text.strip()))
    return folded(text) if isinstance(said, str) else str(said)
