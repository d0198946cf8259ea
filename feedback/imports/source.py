"""Where rows come from: a CSV, XLSX or Parquet file, or whatever else has these two members."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from feedback.offline.tables import Stride, open_table

OnBad = Callable[[int, str], None]


class RowSource(Protocol):
    """Rows of text under named columns; `strides` starts anew each time it is called."""

    @property
    def columns(self) -> Sequence[str]: ...

    def strides(self, on_bad: OnBad | None = None) -> Iterator[Stride]: ...


def open_rows(path: Path) -> RowSource:
    """The rows of a file. Raises FeedbackError if it cannot be read as rows under columns."""
    return open_table(path)
