"""What is handed out as a file, written in one way: rows as CSV or XLSX, documents as JSON."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from feedback.workbook import Workbook


class Table(NamedTuple):
    """What a file of rows holds; without a head it is empty."""

    head: Sequence[str]
    rows: Iterable[Iterable[object]]


class CsvStyle(NamedTuple):
    """How a CSV file is written: `mark` stands before everything and says that it is UTF-8."""

    separator: str = ","
    decimal: str = "."
    mark: str = ""


PLAIN = CsvStyle()
# What a spreadsheet program opens without being told how, by what its reader's country writes.
CSV_STYLES = {"bom": CsvStyle(mark="\ufeff"), "semicolon": CsvStyle(";", ",", "\ufeff")}


def csv_text(head: Sequence[str], rows: Iterable[Iterable[object]], style: CsvStyle = PLAIN) -> str:
    """One line a row under the names of `head`; None stays empty, every cell is harmless.

    >>> csv_text(["name", "score"], [["a;b", -0.5]], CSV_STYLES["semicolon"])
    '\ufeffname;score\n"a;b";-0,5\n'
    """
    return style.mark + csv_lines([head] if head else [], style) + csv_lines(rows, style)


def csv_lines(rows: Iterable[Iterable[object]], style: CsvStyle = PLAIN) -> str:
    """The lines alone, for a file that is written in pieces."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=style.separator, lineterminator="\n")
    for row in rows:
        writer.writerow([harmless(_localised(cell, style)) for cell in row])
    return out.getvalue()


def xlsx_bytes(table: Table) -> bytes:
    """A workbook of one sheet; its texts are texts, whatever they begin with."""
    book = Workbook(table.head)
    book.add(table.rows)
    return book.end()


def dicts_table(rows: Sequence[Mapping[str, object]]) -> Table:
    """Rows that all have the same names, in the same order."""
    return Table(list(rows[0]), (row.values() for row in rows)) if rows else Table((), ())


def json_text(document: object) -> str:
    """The document, its numbers unrounded; what JSON has no kind for is written as text."""
    return json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n"


def _localised(value: object, style: CsvStyle) -> object:
    if isinstance(value, float) and style.decimal != ".":
        return _Number(str(value).replace(".", style.decimal))
    return value


class _Number(str):
    """A number as it is written: no text that a spreadsheet could run."""


# What is blank to a reader or not to be seen at all; spreadsheets look behind it.
_BLANK = r"[\s\x00-\x1f\xad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
# Where a cell may begin: a program that expects ; or tabs cuts a comma's file there, quoted or not.
_LIVE = re.compile(
    rf"(?P<front>\A|[;\t\r\n]|\A'+)(?P<blank>{_BLANK}*)(?P<sign>[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b])"
)


def harmless(value: object) -> object:
    """A cell for a CSV file: a ' before each sign at which a spreadsheet would run a text.

    At its beginning, after blanks and what cannot be seen, after a line break, a tab or a
    semicolon, in full-width letters too. A number stays one.

    >>> harmless("=1+1"), harmless(" -5"), harmless("so;=1"), harmless(-5)
    ("'=1+1", " '-5", "so;'=1", -5)
    """
    if not isinstance(value, str) or isinstance(value, _Number):
        return value
    if value.startswith(("\t", "\r")):
        value = f"'{value}"
    return _LIVE.sub(r"\g<front>\g<blank>'\g<sign>", value)
