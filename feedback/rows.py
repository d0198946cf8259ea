"""What is handed out as a file, written in one way: rows as CSV, documents as JSON."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence


def csv_text(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """One line a row under the names of `head`; None stays empty, every cell is harmless."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([harmless(name) for name in head])
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
    return out.getvalue()


def dicts_csv(rows: Sequence[Mapping[str, object]]) -> str:
    """Rows that all have the same names, in the same order; without a row the file is empty."""
    return csv_text(rows[0], (row.values() for row in rows)) if rows else ""


def json_text(document: object) -> str:
    """The document, its numbers unrounded; what JSON has no kind for is written as text."""
    return json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n"


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
    if not isinstance(value, str):
        return value
    if value.startswith(("\t", "\r")):
        value = f"'{value}"
    return _LIVE.sub(r"\g<front>\g<blank>'\g<sign>", value)
