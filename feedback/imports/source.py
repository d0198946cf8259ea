"""Where rows come from: a CSV, XLSX or Parquet file, or whatever else has these three members."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from feedback.imports.mapping import RowsPart
from feedback.offline.headers import Columns
from feedback.offline.layout import Asked, Layout
from feedback.offline.tables import Stride, open_table

OnBad = Callable[[int, str], None]


class RowSource(Protocol):
    """Rows of text under named columns; `strides` starts anew each time it is called."""

    @property
    def layout(self) -> Layout: ...

    @property
    def columns(self) -> Columns: ...

    def strides(self, on_bad: OnBad | None = None) -> Iterator[Stride]: ...


def open_rows(path: Path, part: RowsPart) -> RowSource:
    """The rows of a file, laid out as the mapping says; what it leaves out is found.

    Raises FeedbackError if it cannot be read as rows under columns.
    """
    asked = Asked(part.separator, part.encoding, part.skip_lines, part.header_rows)
    return open_table(path, asked)
