"""Files of answers as other programs write them: read as text, row by row, in flat memory.

CSV, XLSX and Parquet are told apart by their first bytes, whatever the file is called. A CSV file's
encoding is UTF-8 (with or without a byte order mark), else Windows-1252; its separator is the one
of , ; and tab that splits the header best. Whatever cannot be read is said in one sentence with its
line.
"""

import codecs
import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from feedback.errors import FeedbackError
from feedback.offline.spreadsheets import Sheet, open_spreadsheet

_CHUNK = 1 << 20
_STRIDE = 1024
_SEPARATORS = (",", ";", "\t")
_ENCODINGS = ("utf-8-sig", "cp1252")
_LINES_NAMED = 5
_LONGEST = 120  # a cell that is quoted may be a whole comment, over many lines


class Row(NamedTuple):
    """One record: the line it starts on (the header is line 1) and its cells, one a column."""

    line: int
    cells: list[str]


# The lines of some rows, and the cells of each.
Stride = tuple[list[int], list[list[str]]]


@dataclass(frozen=True, slots=True)
class Table:
    """A readable file: its columns are known, its rows are read when asked for, each time anew."""

    path: Path
    columns: tuple[str, ...]
    records: Callable[[], Iterator[Stride]]  # all rows under the header, of whatever length

    def position(self, column: str) -> int:
        return position(self.columns, column)

    def positions(self, columns: Sequence[str]) -> tuple[int, ...]:
        """Where each of `columns` stands, in the order asked for."""
        return tuple(self.position(column) for column in columns)

    def rows(self, on_bad: Callable[[int, str], None] | None = None) -> Iterator[Row]:
        """Each row in turn; blank lines are passed over.

        A row with more or fewer cells than the header goes to `on_bad` as (line, what is wrong)
        and is left out; without `on_bad`, and for broken quoting in any case, FeedbackError.
        """
        for lines, cells in self.strides(on_bad):
            yield from map(Row, lines, cells)

    def strides(self, on_bad: Callable[[int, str], None] | None = None) -> Iterator[Stride]:
        """The same rows, many at once: a call for each of millions costs more than reading it."""
        width = {len(self.columns)}
        for lines, cells in self.records():
            if set(map(len, cells)) == width:
                yield lines, cells
            else:
                yield from self._mended(lines, cells, on_bad)

    def _mended(
        self, lines: list[int], cells: list[list[str]], on_bad: Callable[[int, str], None] | None
    ) -> Iterator[Stride]:
        """What fits, up to each row that does not: what is wrong is told in the file's order."""
        width = len(self.columns)
        whole: Stride = [], []
        for line, row in zip(lines, cells, strict=True):
            if len(row) == width or (len(row) > width and not any(row[width:])):
                whole[0].append(line)
                whole[1].append(row[:width])
            elif row:
                if whole[0]:
                    yield whole
                whole = [], []
                self._refuse(Row(line, row), on_bad)
        if whole[0]:
            yield whole

    def _refuse(self, row: Row, on_bad: Callable[[int, str], None] | None) -> None:
        wrong = f"{len(row.cells)} cells where the header has {len(self.columns)}"
        if on_bad is None:
            raise FeedbackError(f"{self.path.name}, line {row.line}: {wrong}.")
        on_bad(row.line, wrong)


def position(columns: Sequence[str], column: str) -> int:
    """Where `column` stands in each row. Raises FeedbackError unless it is there once."""
    times = list(columns).count(column)
    if times == 1:
        return list(columns).index(column)
    if times:
        raise FeedbackError(f"The file has {times} columns called {column}.")
    listed = ", ".join(name for name in columns if name)
    raise FeedbackError(f"The file has no column {column}. Its columns are: {listed[:2000]}.")


class Problems:
    """Bad cells found on the way through a file, told all at once in one line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._named: list[str] = []

    def add(self, line: int, wrong: str) -> None:
        self.count += 1
        if self.count <= _LINES_NAMED:
            one_line = " ".join(wrong.split())
            self._named.append(f"line {line}: {one_line[:_LONGEST]}")

    def raise_if_any(self) -> None:
        """Raises FeedbackError naming the first lines and the number of the others."""
        if not self.count:
            return
        others = self.count - len(self._named)
        more = f"; and {others} more" if others else ""
        raise FeedbackError(f"{self.path.name}, {'; '.join(self._named)}{more}.")


def open_table(path: Path | str) -> Table:
    """Look at a file: what kind it is, and its columns. `book.xlsx#Sheet` names one of its sheets.

    Raises FeedbackError if it is missing, empty, broken, encrypted, or none of the three kinds, and
    for a workbook with several sheets of which none is named.
    """
    path = Path(path)
    try:
        sheet = open_spreadsheet(path)
        table = Table(path, sheet.columns, partial(_rows, sheet)) if sheet else _csv_table(path)
    except OSError as error:
        raise FeedbackError(f"Cannot read {path}: {error.strerror or error}.") from error
    if not any(table.columns):
        raise FeedbackError(f"{path.name} is empty: its first line must name the columns.")
    return table


def _rows(sheet: Sheet) -> Iterator[Stride]:
    rows = sheet.rows()
    while some := list(islice(rows, _STRIDE)):
        yield [line for line, _ in some], [cells for _, cells in some]


def _csv_table(path: Path) -> Table:
    encoding = _encoding(path)
    try:
        separator, columns = _header(path, encoding)
    except csv.Error as error:
        raise FeedbackError(f"{path.name}, line 1: {error}.") from error
    return Table(path, columns, partial(_records, path, encoding, separator))


def _encoding(path: Path) -> str:
    line: int | None = None
    for encoding in _ENCODINGS:
        line = _undecodable_line(path, encoding)
        if line is None:
            return encoding
    raise FeedbackError(
        f"{path.name}, line {line}: neither UTF-8 nor Windows-1252 text. Save it as CSV UTF-8."
    )


def _undecodable_line(path: Path, encoding: str) -> int | None:
    """The first line that is not in `encoding`, None if all of the file is."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                if b"\0" in chunk:
                    raise FeedbackError(f"{path.name} is not a text file. Save it as CSV UTF-8.")
                decoder.decode(chunk)
                line += chunk.count(b"\n")
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return line + error.object[: error.start].count(b"\n")
    return None


def _header(path: Path, encoding: str) -> tuple[str, tuple[str, ...]]:
    """The separator that finds most columns, the first one if in doubt, and those columns."""
    found = [(separator, _first_record(path, encoding, separator)) for separator in _SEPARATORS]
    return max(found, key=lambda option: len(option[1]))


def _first_record(path: Path, encoding: str, separator: str) -> tuple[str, ...]:
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=separator)
        return tuple(cell.strip() for cell in next(reader, []))


def _records(path: Path, encoding: str, separator: str) -> Iterator[Stride]:
    """Rows with the line they start on: a quoted cell may hold line breaks."""
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=separator, strict=True)
        found: Stride = [], []
        line = 1
        try:
            next(reader)
            line = reader.line_num + 1
            for cells in reader:
                found[0].append(line)
                found[1].append(cells)
                line = reader.line_num + 1
                if len(found[0]) == _STRIDE:
                    yield found
                    found = [], []
            yield found
        except csv.Error as error:
            yield found
            raise FeedbackError(f"{path.name}, line {line}: {error}.") from error
