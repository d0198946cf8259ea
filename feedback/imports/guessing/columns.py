"""What stands in each column of a file: its different values, counted, in flat memory."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from feedback.imports.guessing.exports import known_names
from feedback.imports.guessing.times import TimeGuess, guess_times
from feedback.offline.tables import Table

# More different values than this are no answers to choose from.
MOST_VALUES = 60
_FIRST = 1000  # cells that are looked at to tell whether a column holds times
_MOST_IDS = 2_000_000
_IDS = re.compile(
    r"(?:id\. )?(response|respondent|record|submission|answer|ticket|row|survey response)?[ _-]?"
    r"(id|uuid|guid|key|number|#)|#|respnum|identifiant|kennung|identificador|identificativo"
)


@dataclass(slots=True)
class Column:
    """One column. values: its different values and how often each stands there, blanks left out;
    when there are more than MOST_VALUES, those of the beginning. asked: the header's own words."""

    name: str
    asked: str
    place: int
    filled: int = 0
    values: Counter[str] = field(default_factory=Counter)
    is_many: bool = False
    is_unique: bool = True
    times: TimeGuess | None = None
    _seen: set[int] = field(default_factory=set)

    def add(self, cells: tuple[str, ...], now: datetime) -> None:
        """Take in the cells of some rows."""
        told = [text for cell in cells if (text := cell.strip())]
        self.filled += len(told)
        if not self.is_many:
            self.values.update(told)
            self.is_many = len(self.values) > MOST_VALUES
        if self.is_unique:
            self._look_for_repeats(told)
        if self.times is None and self.filled == len(told):
            self.times = guess_times(self.name, told[:_FIRST], now)
        if self.times is not None:
            self.times.take(told)

    def _look_for_repeats(self, told: list[str]) -> None:
        """Whether a text stands there twice; of many texts only where they may be ids."""
        if self.is_many and not is_id(known_names([self.name])[0]):
            self._seen.clear()
            return
        before = len(self._seen)
        self._seen.update(map(hash, told))
        if len(self._seen) < before + len(told) or len(self._seen) > _MOST_IDS:
            self.is_unique = False
            self._seen.clear()

    @property
    def words(self) -> bool:
        """Whether people wrote sentences here."""
        texts = list(self.values)[:200]
        spaced = sum(len(text.split()) > 2 for text in texts)
        return bool(texts) and spaced * 3 > len(texts) and max(map(len, texts)) > 12


def is_id(name: str) -> bool:
    """Whether a folded name is that of a column that tells a row from every other.

    >>> is_id("response id"), is_id("#"), is_id("idea")
    (True, True, False)
    """
    return _IDS.fullmatch(name) is not None


def read_columns(table: Table, now: datetime) -> tuple[list[Column], int, int]:
    """Every column with a name, how many rows there are, and how many that do not fit the header.

    The whole file is read. Raises FeedbackError where its quotes are broken.
    """
    columns = [
        Column(name, asked(table, place), place) for place, name in enumerate(table.columns) if name
    ]
    rows = ragged = 0

    def count(line: int, wrong: str) -> None:
        nonlocal ragged
        ragged += 1

    for lines, cells in table.strides(count):
        rows += len(lines)
        turned = list(zip(*cells, strict=True))
        for column in columns:
            column.add(turned[column.place], now)
    return columns, rows, ragged


def asked(table: Table, place: int) -> str:
    """The question of a column: its name, or the line under it that explains it (Qualtrics)."""
    lines = table.columns.lines
    said = " ".join(table.columns[place].split())
    if len(lines) == 3 and place < len(lines[1]):
        said = " ".join(lines[1][place].split()) or said
    return said
