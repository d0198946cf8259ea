"""Key drivers straight from a file, one row a respondent, without a database."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite, nan
from pathlib import Path
from typing import Any

from feedback.errors import FeedbackError
from feedback.offline.labels import Labels, number_in
from feedback.offline.lists import columns_in
from feedback.offline.tables import open_table
from feedback.offline.words import plain_number
from feedback.scoring import Drivers, ScoringError, drivers
from feedback.scoring.ratings import normalise


@dataclass(frozen=True, slots=True)
class Cells:
    """What a column had besides numbers: blanks and codes, and cells that are no number."""

    missing: int
    invalid: int


@dataclass(frozen=True, slots=True)
class FileDrivers:
    """The drivers of `outcome`, and what was left out of each column."""

    outcome: str
    found: Drivers
    cells: Mapping[str, Cells]

    def as_dict(self) -> dict[str, Any]:
        """The JSON object: the one of Drivers, with the outcome and the cells left out."""
        left_out = {
            column: {"missing": cells.missing, "invalid": cells.invalid}
            for column, cells in self.cells.items()
        }
        return {**self.found.as_dict(), "outcome": self.outcome, "left_out": left_out}


@dataclass(slots=True)
class _Column:
    """The numbers of one column; each different text is looked at once."""

    name: str
    codes: frozenset[object]
    labels: Labels
    numbers: "array[float]" = field(default_factory=lambda: array("d"))
    missing: int = 0
    invalid: int = 0
    known: dict[str, float | None] = field(default_factory=dict)
    by_number: set[str] = field(default_factory=set)

    def add(self, cell: str) -> None:
        if cell not in self.known:
            self.known[cell] = self._number(cell)
        number = self.known[cell]
        if cell in self.by_number and number is not None:
            self.labels.count(self.name, cell, int(number))
        self.numbers.append(nan if number is None else number)
        if number is None:
            self.invalid += 1
        elif number != number:
            self.missing += 1

    def _number(self, cell: str) -> float | None:
        """NaN for a blank or a code, None for what is no number."""
        label = self.labels.said(cell)
        said = normalise(plain_number(cell.strip())) if label is None else label
        if said is None or said in self.codes:
            return nan
        try:
            number = float(said)
        except ValueError:
            found = number_in(cell)
            self.by_number |= {cell} if found is not None and found not in self.codes else set()
            return None if found is None else nan if found in self.codes else found
        return number if isfinite(number) else None


def file_drivers(
    path: Path | str,
    *,
    outcome: str,
    drivers_named: Sequence[str] | str,
    missing: Sequence[str] = (),
    pairwise: bool = False,
    labels: Labels | None = None,
) -> FileDrivers:
    """What `outcome` is linked with in a file, one row a respondent.

    missing: codes that stand for no answer, in every column; COLUMN=V is a code of that column,
    for which the others then do not count. drivers_named: columns, or a text that lists them.
    labels: as score_file's. Cells that are no number are counted as invalid, never
    raised. Raises FeedbackError for a file that cannot be read, a column that is not there, and
    whatever drivers() refuses.
    """
    import pandas as pd

    table = open_table(path)
    if isinstance(drivers_named, str):
        drivers_named = columns_in(drivers_named, table.columns)
    names = list(dict.fromkeys([outcome, *drivers_named]))
    places = table.positions(names)
    labels = labels or Labels()
    columns = [
        _Column(name, codes, labels)
        for name, codes in zip(names, _codes(names, missing), strict=True)
    ]
    for row in table.rows():
        for column, place in zip(columns, places, strict=True):
            column.add(row.cells[place])
    read = dict(zip(names, columns, strict=True))
    frame = pd.DataFrame({name: column.numbers for name, column in read.items()}, dtype=float)
    try:
        found = drivers(
            frame, outcome, drivers_named, missing="pairwise" if pairwise else "complete"
        )
    except ScoringError as error:
        raise FeedbackError(f"{table.path.name}: {error}") from error
    cells = {name: Cells(column.missing, column.invalid) for name, column in read.items()}
    return FileDrivers(outcome, found, cells)


def _codes(names: Sequence[str], missing: Sequence[str]) -> list[frozenset[object]]:
    """The codes of each column: its own if it has any, else those of all."""
    general: set[object] = set()
    own: dict[str, set[object]] = {}
    for code in missing:
        column, mark, value = code.rpartition("=")
        if not mark:
            general.add(normalise(code))
        elif column in names:
            own.setdefault(column, set()).add(normalise(value))
        else:
            raise FeedbackError(f"--missing {code}: {column} is neither the outcome nor a driver.")
    return [frozenset(own.get(name, general)) for name in names]
