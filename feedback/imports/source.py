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


def header_found(layout: Layout, part: RowsPart) -> str | None:
    """A sentence on a header that is more, or stands further down, than the mapping says.

    >>> header_found(Layout("csv", Columns(["id"]), header_rows=2), RowsPart(time="when"))
    'the header is 2 rows; if it is not, say header_rows under [rows].'
    """
    found = []
    if layout.skip_lines and part.skip_lines is None:
        found.append((f"under line {layout.skip_lines}", "skip_lines"))
    if layout.header_rows > 1 and part.header_rows is None:
        found.append((f"{layout.header_rows} rows", "header_rows"))
    if not found:
        return None
    where, keys = (" and ".join(words) for words in zip(*found, strict=True))
    return f"the header is {where}; if it is not, say {keys} under [rows]."
