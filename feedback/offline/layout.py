"""How a table of text is laid out: its separator, the lines above its header, the header's lines.

Judged by the first hundred records together, for a header alone can hold more commas than columns.
"""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from feedback.errors import FeedbackError
from feedback.offline.encodings import find_encoding
from feedback.offline.headers import Columns, columns_of
from feedback.offline.words import folded

SEPARATORS = (",", ";", "\t", "|")
LOOKED_AT = 100
QUALTRICS_ROWS = 3
# Lines of a title, an author, a period and blanks between them.
_MOST_ABOVE = 20
_SEP = re.compile(r'"?sep=(.)"?[,;\t|]*\s*', flags=re.IGNORECASE)
# What SurveyMonkey writes under a question that has no parts.
_UNDER = {"response", "open-ended response", "réponse", "réponse ouverte", "respuesta"}
_UNDER |= {"antwort", "offene antwort", "risposta", "resposta", "other (please specify)"}
_VALUE = re.compile(r"[-+]?[0-9][0-9 .,:/TZ+-]*%?|true|false|yes|no", flags=re.IGNORECASE)

# A record's number (of its line in a text, of its row in a sheet) and its cells.
Numbered = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a mapping says of the layout; None is found out."""

    separator: str | None = None
    encoding: str | None = None
    skip_lines: int | None = None
    header_rows: int | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """A file as it is read: `skip_lines` lines stand above the header's `header_rows` records.

    kind: csv, xlsx, parquet or json. encoding, separator: None where there is none.
    """

    kind: str
    columns: Columns
    encoding: str | None = None
    separator: str | None = None
    skip_lines: int = 0
    header_rows: int = 1


def text_layout(path: Path, asked: Asked) -> Layout:
    """The layout of a file of separated text.

    Raises FeedbackError for what is no text, and for what no separator reads.
    """
    encoding = find_encoding(path, asked.encoding)
    above, stated = _stated_separator(path, encoding)
    skipped = max(above, asked.skip_lines or 0)
    separator = asked.separator or stated or _separator(path, encoding, skipped)
    records = _sample(path, encoding, separator, skipped)
    skip_lines, rows = find_header(records, asked, above)
    return Layout("csv", _columns(records, skip_lines, rows), encoding, separator, skip_lines, rows)


def sheet_layout(records: Sequence[Numbered], asked: Asked) -> Layout:
    """The layout of a sheet, by its first rows."""
    skip_lines, rows = find_header(records, asked, 0)
    return Layout("xlsx", _columns(records, skip_lines, rows), None, None, skip_lines, rows)


def find_header(records: Sequence[Numbered], asked: Asked, above: int) -> tuple[int, int]:
    """How many lines stand above the header, `above` at least, and how many records it has.

    >>> rows = [(1, ["NPS 2024"]), (2, []), (3, ["id", "score"]), (4, ["1", "9"])]
    >>> find_header(rows, Asked(), 0)
    (2, 1)
    """
    if asked.skip_lines is not None:
        skipped = max(above, asked.skip_lines)
    else:
        skipped = max(above, _lines_above(records))
    below = [cells for line, cells in records if line > skipped and any(cells)]
    return skipped, asked.header_rows or _header_rows(below)


def _columns(records: Sequence[Numbered], skip_lines: int, rows: int) -> Columns:
    below = [cells for line, cells in records if line > skip_lines and any(cells)]
    named_by_first = rows == QUALTRICS_ROWS and is_qualtrics(below)
    return columns_of(below[:rows], named_by_first=named_by_first)


def is_qualtrics(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the third line of a header is Qualtrics' own, of ids in braces."""
    return len(rows) > 2 and all('{"ImportId"' in cell.replace(" ", "") for cell in rows[2][:2])


def _stated_separator(path: Path, encoding: str) -> tuple[int, str | None]:
    """`sep=;`, the line that tells Excel the separator, is no row."""
    with path.open(encoding=encoding, newline="") as file:
        found = _SEP.fullmatch(file.readline(40))
    return (1, found[1]) if found else (0, None)


def _sample(path: Path, encoding: str, separator: str, skipped: int) -> list[Numbered]:
    """The first records with the line they start on, before any that cannot be read."""
    found: list[Numbered] = []
    line = skipped + 1
    with path.open(encoding=encoding, newline="") as file:
        for _ in range(skipped):
            file.readline()
        reader = csv.reader(file, delimiter=separator)
        try:
            for cells in islice(reader, LOOKED_AT):
                found.append((line, [cell.strip() for cell in cells]))
                line = skipped + reader.line_num + 1
        except csv.Error as error:
            if not found:
                raise FeedbackError(f"{path.name}, line {line}: {error}.") from error
    return found


def _separator(path: Path, encoding: str, skipped: int) -> str:
    """The one under which most records have as many cells, and of such ones the plainest."""
    judged = {}
    for separator in SEPARATORS:
        rows = [cells for _, cells in _sample(path, encoding, separator, skipped) if any(cells)]
        judged[separator] = _judge(rows)
    return max(SEPARATORS, key=lambda separator: judged[separator])


def _judge(rows: Sequence[Sequence[str]]) -> tuple[bool, float, float, int]:
    """Whether it parts anything; the share of rows as long as most; of cells that are values."""
    widths = Counter(map(len, rows))
    width, times = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    if width < 2:
        return max(widths, default=0) > 1, 0.0, 0.0, max(widths, default=0)
    cells = [cell for row in rows[1:] if len(row) == width for cell in row if cell]
    values = sum(_VALUE.fullmatch(cell) is not None for cell in cells)
    return True, times / len(rows), values / len(cells) if cells else 0.0, width


def _lines_above(records: Sequence[Numbered]) -> int:
    """Titles over wider rows: lines with a first cell alone, or a few lines and a blank one."""
    width = _width(records)
    if width < 2:
        return 0
    above = 0
    for place, (line, cells) in enumerate(records[:_MOST_ABOVE]):
        filled = sum(map(bool, cells))
        if filled == 0 or (filled == 1 and cells[0]):
            continue
        if not _ends_a_block(records, place, filled, width):
            above = line - 1
            break
    return above


def _ends_a_block(records: Sequence[Numbered], place: int, filled: int, width: int) -> bool:
    """Whether this line is one of a few, followed by a blank one, that are all narrower."""
    for _, cells in records[place : place + _MOST_ABOVE]:
        if not any(cells):
            return True
        if sum(map(bool, cells)) >= min(width, filled + 1) and len(cells) >= width:
            return False
    return False


def _width(records: Sequence[Numbered]) -> int:
    """How many cells most rows fill, to the last that holds anything."""
    widths = Counter(
        max(place for place, cell in enumerate(cells, start=1) if cell)
        for _, cells in records
        if any(cells)
    )
    return max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))[0]


def _header_rows(rows: Sequence[Sequence[str]]) -> int:
    if is_qualtrics(rows):
        return QUALTRICS_ROWS
    return 2 if len(rows) > 1 and _explains(rows[0], rows[1], rows[2:]) else 1


def _explains(first: Sequence[str], second: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether the second line tells the parts of the first one's questions, and is no answer."""
    filled = [place for place, cell in enumerate(second) if cell]
    if not first[0] or second[0] or any(not row[0] for row in body[:5]):
        return False
    if any(_VALUE.fullmatch(second[place]) for place in filled):
        return False
    parts = [place for place in filled if folded(second[place]) not in _UNDER]
    if any(_is_answer(second[place], place, body) for place in parts):
        return False
    return not parts or any(place >= len(first) or not first[place] for place in parts)


def _is_answer(cell: str, place: int, body: Sequence[Sequence[str]]) -> bool:
    """Whether others answer so too; a column for a choice holds nothing but that choice's name."""
    answers = {row[place] for row in body if place < len(row)} - {""}
    return cell in answers and len(answers) > 1
