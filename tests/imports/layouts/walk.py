"""Each layout through --guess, the ? filled in as its owner would, and the reading of an import.

    python -m tests.imports.layouts.walk

prints the table: what becomes of each file in four encodings and three separators.
"""

import csv
import io
import re
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from feedback.errors import FeedbackError
from feedback.imports.guessing.guess import guess_file
from feedback.imports.guessing.write import write_mapping
from feedback.imports.make import moment
from feedback.imports.mapping_file import read_mapping
from feedback.imports.read import Reader
from feedback.imports.report import Report
from feedback.imports.source import open_rows

FOLDER = Path(__file__).parent
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")
SEPARATORS = (",", ";", "\t")
LAYOUTS: dict[str, dict[str, Any]] = tomllib.loads((FOLDER / "layouts.toml").read_text())

Rows = list[tuple[datetime, dict[str, int]]]


@dataclass(frozen=True)
class Walked:
    """What was read: rows, or why it was refused; and the mapping that was guessed."""

    mapping: str
    rows: Rows | None = None
    refused: str = ""

    def outcome(self, layout: dict[str, Any]) -> str:
        """`right`, `refused`, or what else it is, which must not be."""
        if self.rows is None:
            return "refused"
        return "right" if self.rows == expected(layout) else f"OTHER: {self.rows}"


def expected(layout: dict[str, Any]) -> Rows | None:
    """The rows that a reader sees in the file; None for one that is not to be taken."""
    if "rows" not in layout:
        return None
    return [
        (
            datetime.fromisoformat(at),
            {name: n for name, n in zip(layout["columns"], ratings, strict=True) if n != ""},
        )
        for at, *ratings in layout["rows"]
    ]


def file_of(name: str) -> Path:
    """The file of a layout."""
    (path,) = FOLDER.glob(f"{name}.*")
    return path


def written(name: str, encoding: str, separator: str) -> bytes | None:
    """The file in another encoding and with another separator; None if it cannot be."""
    layout = LAYOUTS[name]
    path = file_of(name)
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".csv":
        return text.encode() if (encoding, separator) == (ENCODINGS[0], SEPARATORS[0]) else None
    own = layout.get("separator", ",")
    if separator != own:
        if layout.get("as_it_is"):
            return None
        out = io.StringIO()
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=own)
        csv.writer(out, delimiter=separator, lineterminator="\n").writerows(rows)
        text = out.getvalue()
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return None


def walk(name: str, content: bytes, folder: Path) -> Walked:
    """Guess, fill in, read."""
    layout = LAYOUTS[name]
    file, mapping_file = folder / file_of(name).name, folder / "map.toml"
    file.write_bytes(content)
    guessed = ""
    try:
        guessed = write_mapping(guess_file(file, NOW))
        mapping_file.write_text(filled(guessed, layout["fill"]), encoding="utf-8")
        mapping = read_mapping(mapping_file)
        reader = Reader(mapping, open_rows(file, mapping.rows), NOW)
        report = Report(file.name)
        entries = [entry for some in reader.entries(report) for entry in some]
        report.raise_if_any()
    except FeedbackError as error:
        return Walked(guessed, refused=error.message)
    asked = {str(part.touchpoint): part.column for part in mapping.ratings}
    columns = [asked[survey.touchpoint] for survey in reader.surveys]
    return Walked(
        guessed,
        rows=[
            (moment(at), {columns[survey]: rating for survey, rating, _ in rated})
            for at, *_, rated in entries
        ],
    )


def filled(guessed: str, fill: dict[str, Any]) -> str:
    """The mapping with its ? answered, as far as somebody knew."""
    lines = []
    column = ""
    for line in guessed.splitlines():
        if named := re.match(r'column = "(.*)"$', line):
            column = named[1]
        open_key = re.match(r'(\w+) = "\?"', line)
        answer = fill.get(open_key[1]) if open_key else None
        if open_key and open_key[1] == "metric":
            answer = fill.get(column, answer)
        if open_key and answer is not None:
            line = f"{open_key[1]} = {answer if answer.startswith('[') else repr(answer)}"
        for word, number in fill.items():
            line = line.replace(f'"{word}" = "?"', f'"{word}" = {number}')
        lines.append(line)
    return "\n".join(lines)


def table(folder: Path) -> Iterator[str]:
    """A line for each layout: what becomes of it in each encoding and separator, and its source."""
    for name, layout in LAYOUTS.items():
        outcomes = [
            walk(name, content, folder).outcome(layout)
            for encoding in ENCODINGS
            for separator in SEPARATORS
            if (content := written(name, encoding, separator)) is not None
        ]
        told = ", ".join(f"{outcomes.count(one)} {one}" for one in dict.fromkeys(outcomes))
        yield f"{name:24} {layout['export'] or '-':14} {told:24} {layout['source']}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for line in table(Path(folder)):
            print(line)
