"""What is handed out as a file, written in one way: rows as CSV, documents as JSON."""

import csv
import io
import json
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


def harmless(value: object) -> object:
    """A cell for a CSV file: a text that a spreadsheet would run gets a ' in front.

    >>> harmless("=1+1"), harmless("-5"), harmless(-5)
    ("'=1+1", "'-5", -5)
    """
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value
