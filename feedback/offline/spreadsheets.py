"""XLSX and Parquet files as rows of text, read a piece at a time.

A cell comes as a CSV file would say it: 9.0 as 9, a day (and a moment at midnight) as 2017-05-08,
another moment as 2017-05-08T10:30:00, true as TRUE, a formula as its last result, a blank as
nothing.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile, ZipInfo

from feedback.errors import FeedbackError

if TYPE_CHECKING:
    from openpyxl import Workbook
    from pyarrow import Array

Cells = tuple[int, list[str]]

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_PARQUET, _SEALED = b"PAR1", b"PARE"
# openpyxl holds all texts of a workbook in memory; unpacked they can be a thousand times the file.
_MOST_TEXT = 256 << 20
# One cell is held in memory as a whole; spreadsheet programs write 32,767 letters at most.
_MOST_CELL = 8 << 20
# Of one column of one row group, which is read as a whole.
_MOST_COLUMN = 1 << 30
_LONG = 10**18  # whole numbers from here on are left as they are written
_ROWS_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows with their numbers, those of a spreadsheet program.

    kind: xlsx, parquet or json. columns: None when the first rows that hold anything name them.
    """

    kind: str
    columns: tuple[str, ...] | None
    rows: Callable[[], Iterator[Cells]]


def open_spreadsheet(path: Path) -> Sheet | None:
    """The sheet in a file, None if its first bytes are of no spreadsheet.

    `book.xlsx#Sheet` names one of several sheets. Raises FeedbackError for what is broken,
    encrypted or of another office program, and OSError if the file cannot be opened.
    """
    file, name = _named(path)
    with file.open("rb") as opened:
        start = opened.read(4)
    if start in _ZIP:
        return _open_workbook(file, name)
    if name is not None:
        raise FeedbackError(f"{file.name} is no XLSX file: it has no sheet {name}.")
    if start == _OLD_OFFICE:
        raise FeedbackError(
            f"{file.name} is an old or a password-protected Excel file. "
            "Save it as XLSX without a password."
        )
    return _open_parquet(file) if start in (_PARQUET, _SEALED) else None


def text_of(value: Any) -> str:
    """What a cell reads as in a CSV file.

    >>> text_of(9.0), text_of(0.1), text_of(None), text_of(True), text_of(datetime(2017, 5, 8))
    ('9', '0.1', '', 'TRUE', '2017-05-08')
    """
    if isinstance(value, str):
        return value
    if value is None or value != value:  # what is no number is not even equal to itself
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float | Decimal):
        return str(int(value)) if value % 1 == 0 and -_LONG < value < _LONG else str(value)
    if isinstance(value, datetime):
        at_midnight = value.tzinfo is None and value.time() == time()
        return value.date().isoformat() if at_midnight else value.isoformat()
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=text_of)
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _named(path: Path) -> tuple[Path, str | None]:
    """The file, and the sheet if one is named after a #."""
    before, mark, name = path.name.rpartition("#")
    if not mark or not before or path.exists():
        return path, None
    return path.with_name(before), name


@contextmanager
def _told(file: Path, kind: str) -> Iterator[None]:
    """Whatever a reader makes of a broken file is one sentence: they raise nearly everything."""
    try:
        yield
    except (FeedbackError, FileNotFoundError, PermissionError):
        raise
    except Exception as error:
        why = str(error).partition("\n")[0].rstrip(".")[:120] or type(error).__name__
        raise FeedbackError(f"{file.name} is a broken {kind} file: {why}.") from error


def _open_workbook(file: Path, name: str | None) -> Sheet:
    with _told(file, "XLSX"):
        _check_parts(file)
        with _workbook(file) as book:
            title = _choose(book, file, name)
    return Sheet("xlsx", None, partial(_workbook_rows, file, title))


def _check_parts(file: Path) -> None:
    """Raises FeedbackError for a ZIP file that holds something else, or too much."""
    with ZipFile(file) as parts:
        sizes = {part.filename: part.file_size for part in parts.infolist()}
        if "[Content_Types].xml" not in sizes or not any(name.startswith("xl/") for name in sizes):
            raise FeedbackError(f"{file.name} is no XLSX file. Save it as XLSX or as CSV UTF-8.")
        texts = [size for name, size in sizes.items() if not name.startswith("xl/worksheets/")]
        if sum(texts) > _MOST_TEXT:
            raise FeedbackError(f"{file.name} unpacks to too much text. Save it as CSV UTF-8.")
        for part in parts.infolist():
            if part.file_size > _MOST_CELL and _has_giant_text(parts, part):
                raise FeedbackError(
                    f"{file.name} holds a cell of more than {_MOST_CELL >> 20} MB. "
                    "Empty it, or save the file as CSV UTF-8."
                )


def _has_giant_text(parts: ZipFile, part: ZipInfo) -> bool:
    """Whether a text of more than a cell's worth stands in this part, told without holding it."""
    since = 0
    with parts.open(part) as opened:
        while piece := opened.read(1 << 20):
            last = piece.rfind(b"<")
            since = since + len(piece) if last < 0 else len(piece) - last
            if since > _MOST_CELL:
                return True
    return False


@contextmanager
def _workbook(file: Path) -> "Iterator[Workbook]":
    import warnings

    from openpyxl import load_workbook

    with file.open("rb") as opened:  # given a path it would go by the name's ending
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions it does not know
            book = load_workbook(opened, read_only=True, data_only=True, keep_links=False)
        yield book


def _choose(book: "Workbook", file: Path, name: str | None) -> str:
    """The sheet named, else the only one that holds anything; the hidden ones do not count."""
    titles: list[str] = [sheet.title for sheet in book.worksheets]
    if not titles:
        raise FeedbackError(f"{file.name} has no sheet of cells.")
    if name is not None and name not in titles:
        raise FeedbackError(f"{file.name} has no sheet {name}. Its sheets are: {_few(titles)}.")
    if name is not None:
        return name
    visible = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    filled = [title for title in visible if next(_filled_rows(book, title), None)]
    if len(filled) > 1:
        raise FeedbackError(
            f"{file.name} has {len(filled)} sheets: {_few(filled)}. "
            f'Name the one to read: "{file.name}#{filled[0]}".'
        )
    return (filled or titles)[0]


def _few(names: list[str]) -> str:
    return ", ".join(names[:20])


def _filled_rows(book: "Workbook", title: str) -> Iterator[Cells]:
    """Rows that hold anything, with their numbers."""
    sheet = book[title]
    sheet.reset_dimensions()  # what a file says of its own size is often wrong
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = [text_of(_shown(value)) for value in row]
        if any(cells):
            yield number, cells


def _shown(value: Any) -> Any:
    """Excel computes with 17 digits and shows 15: 0.1 + 0.2 is 0.3 there."""
    return float(f"{value:.15g}") if isinstance(value, float) else value


def _workbook_rows(file: Path, title: str) -> Iterator[Cells]:
    with _told(file, "XLSX"), _workbook(file) as book:
        yield from _filled_rows(book, title)


def _open_parquet(file: Path) -> Sheet:
    with file.open("rb") as opened:
        opened.seek(-4, 2)
        sealed = opened.read() == _SEALED
    if sealed:
        raise FeedbackError(f"{file.name} is an encrypted Parquet file. Save it without a key.")
    parquet = _arrow(file)
    with _told(file, "Parquet"), parquet.ParquetFile(file) as opened:
        _check_columns(file, opened.metadata)
        columns = tuple(name.strip() for name in opened.schema_arrow.names)
    return Sheet("parquet", columns, partial(_parquet_rows, file))


def _check_columns(file: Path, metadata: Any) -> None:
    """Raises FeedbackError for a column that would take more memory than there may be."""
    for group in (metadata.row_group(n) for n in range(metadata.num_row_groups)):
        sizes = [group.column(n).total_uncompressed_size for n in range(group.num_columns)]
        if max(sizes, default=0) > _MOST_COLUMN:
            raise FeedbackError(
                f"{file.name} unpacks to too much text in one column. "
                "Write it in smaller row groups, or save it as CSV UTF-8."
            )


def _arrow(file: Path) -> Any:
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise FeedbackError(
            f"{file.name} is a Parquet file, which takes an extra: "
            "pip install 'feedback[parquet]', or save it as CSV UTF-8.",
            exit_code=1,
        ) from error
    return parquet


def _parquet_rows(file: Path) -> Iterator[Cells]:
    from pyarrow import parquet

    number = 1
    # Without a buffer a whole row group would be held, which is often the whole file.
    with (
        _told(file, "Parquet"),
        parquet.ParquetFile(file, buffer_size=1 << 16, page_checksum_verification=True) as opened,
    ):
        for batch in opened.iter_batches(batch_size=_ROWS_AT_ONCE):
            for cells in zip(*map(_texts, batch.columns), strict=True):
                number += 1
                yield number, list(cells)


def _texts(column: "Array") -> list[str]:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        return _texts(column.dictionary_decode())
    if pa.types.is_integer(kind):
        column = column.cast(pa.string())
    if pa.types.is_float32(kind):  # through its own text, or 0.1 becomes 0.10000000149011612
        column = column.cast(pa.string()).cast(pa.float64())
    if pa.types.is_timestamp(kind):  # Python knows no nanoseconds
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    return [text_of(value) for value in column.to_pylist()]
