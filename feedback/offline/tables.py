"""Files of answers as other programs write them: read as text, row by row, in flat memory.

CSV, XLSX, Parquet and JSON are told apart by their first bytes, whatever the file is called. How a
CSV file is laid out, its encoding, separator and header, is told by `layout`. Whatever cannot be
read is said in one sentence with its line.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import dropwhile, islice
from pathlib import Path
from typing import NamedTuple

from feedback.errors import FeedbackError
from feedback.offline.headers import Columns, position
from feedback.offline.json_rows import open_json
from feedback.offline.layout import LOOKED_AT, Asked, Layout, sheet_layout, text_layout
from feedback.offline.spreadsheets import Sheet, open_spreadsheet

_UNASKED = Asked()
_STRIDE = 1024
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
    layout: Layout
    records: Callable[[], Iterator[Stride]]  # all rows under the header, of whatever length

    @property
    def columns(self) -> Columns:
        return self.layout.columns

    def position(self, column: str) -> int:
        return position(self.columns, column)

    def positions(self, columns: Sequence[str]) -> tuple[int, ...]:
        """Where each of `columns` stands, in the order asked for."""
        return tuple(self.position(column) for column in columns)

    def rows(self, on_bad: Callable[[int, str], None] | None = None) -> Iterator[Row]:
        """Each row in turn; blank lines and rows of blank cells are passed over.

        A row with more or fewer cells than the header goes to `on_bad` as (line, what is wrong)
        and is left out; without `on_bad`, and for broken quoting in any case, FeedbackError.
        """
        for lines, cells in self.strides(on_bad):
            yield from map(Row, lines, cells)

    def strides(self, on_bad: Callable[[int, str], None] | None = None) -> Iterator[Stride]:
        """The same rows, many at once: a call for each of millions costs more than reading it."""
        width = {len(self.columns)}
        for lines, cells in self.records():
            if set(map(len, cells)) == width and all(map(any, cells)):
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
            if not any(row):
                continue
            if len(row) == width or (len(row) > width and not any(row[width:])):
                whole[0].append(line)
                whole[1].append(row[:width])
            else:
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


def open_table(path: Path | str, asked: Asked = _UNASKED) -> Table:
    """Look at a file: what kind it is, and its columns. `book.xlsx#Sheet` names one of its sheets.

    asked: what is known of its layout already. Raises FeedbackError if it is missing, empty,
    broken, encrypted, or none of the kinds, and for a workbook with several sheets of which none
    is named.
    """
    path = Path(path)
    try:
        sheet = open_spreadsheet(path) or open_json(path)
        table = _sheet_table(path, sheet, asked) if sheet else _text_table(path, asked)
    except OSError as error:
        raise FeedbackError(f"Cannot read {path}: {error.strerror or error}.") from error
    if not any(table.columns):
        raise FeedbackError(f"{path.name} is empty: its first line must name the columns.")
    return table


def _sheet_table(path: Path, sheet: Sheet, asked: Asked) -> Table:
    if sheet.columns is not None:
        layout = Layout(sheet.kind, Columns(sheet.columns), header_rows=0)
        return Table(path, layout, partial(_rows, sheet, layout))
    layout = sheet_layout(list(islice(sheet.rows(), LOOKED_AT)), asked)
    return Table(path, layout, partial(_rows, sheet, layout))


def _rows(sheet: Sheet, layout: Layout) -> Iterator[Stride]:
    width = len(layout.columns)
    below = dropwhile(lambda row: row[0] <= layout.skip_lines, sheet.rows())
    rows = islice(below, layout.header_rows, None)
    while some := list(islice(rows, _STRIDE)):
        yield (
            [line for line, _ in some],
            [
                cells if len(cells) >= width else cells + [""] * (width - len(cells))
                for _, cells in some
            ],
        )


def _text_table(path: Path, asked: Asked) -> Table:
    layout = text_layout(path, asked)
    return Table(path, layout, partial(_records, path, layout))


def _records(path: Path, layout: Layout) -> Iterator[Stride]:
    """Rows with the line they start on: a quoted cell may hold line breaks."""
    above = layout.skip_lines
    with path.open(encoding=layout.encoding, newline="") as file:
        for _ in range(above):
            file.readline()
        reader = csv.reader(file, delimiter=layout.separator or ",", strict=True)
        found: Stride = [], []
        line = above + 1
        try:
            for _ in range(layout.header_rows):
                while not any(map(str.strip, next(reader))):
                    pass
            line = above + reader.line_num + 1
            for cells in reader:
                found[0].append(line)
                found[1].append(cells)
                line = above + reader.line_num + 1
                if len(found[0]) == _STRIDE:
                    yield found
                    found = [], []
            yield found
        except csv.Error as error:
            yield found
            raise FeedbackError(f"{path.name}, line {line}: {error}.") from error
