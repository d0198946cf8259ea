"""Everything that is wrong with a mapping and a file, at once; nothing is stored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from feedback.errors import FeedbackError
from feedback.imports.check import find_wrongs
from feedback.imports.findings import Findings
from feedback.imports.mapping import JourneyPart, MappingFile, RatingPart, RowsPart, WorkspacePart
from feedback.imports.mapping_file import in_words, read_toml
from feedback.imports.moments import TimeText
from feedback.imports.properties import columns_of, used_columns
from feedback.imports.read import Reader, Tally
from feedback.imports.source import open_rows
from feedback.imports.unanswered import open_lines, without_open
from feedback.offline.headers import Columns, position
from feedback.scoring import METRICS

_PARTS = {"workspace": WorkspacePart, "journey": JourneyPart, "rows": RowsPart}


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found, to be printed, and whether it is nothing."""

    text: str
    is_clean: bool


def check_file(file: Path, mapping_path: Path, now: datetime) -> Checked:
    """All problems of the mapping, then those of the cells, as far as the mapping can be read.

    Ratings whose mapping is wrong are not looked at until it is mended.

    Raises FeedbackError for a mapping that is no TOML, and for a file that cannot be read.
    """
    text, data = read_toml(mapping_path)
    wrongs = open_lines(text, data)
    mapping = _mapping(data, wrongs)
    findings, tally = Findings(file.name), Tally()
    whole: list[str] = []
    if mapping is not None:
        source = open_rows(file, mapping.rows)
        mapping = _usable(mapping, source.columns, wrongs)
        if mapping is not None:
            reader = Reader(mapping, source, now)
            whole = _read(reader, findings)
            tally = reader.tally
    told = [*_listed(mapping_path.name, wrongs), *_listed(file.name, [*findings.told, *whole])]
    if mapping is None:
        told.append(f"{file.name}: its cells were not looked at; mend the mapping first.")
    elif not told:
        told = [
            f"{file.name}: {tally.rows} rows, {tally.ratings} ratings, {tally.blank} blank; "
            "nothing is wrong with them."
        ]
    is_clean = not wrongs and not findings.count and not whole
    return Checked("\n".join([*told, "Nothing was stored."]), is_clean)


def _listed(name: str, wrongs: Sequence[str]) -> Iterator[str]:
    if wrongs:
        yield f"{name}: {'1 problem' if len(wrongs) == 1 else f'{len(wrongs)} problems'}"
        yield from (f"  {wrong}" for wrong in wrongs)


def _read(reader: Reader, findings: Findings) -> list[str]:
    """Read all rows; what is wrong with the file as a whole, and ended the reading."""
    try:
        for _ in reader.entries(findings):
            pass
    except FeedbackError as error:
        return [error.message.rstrip(".")]
    return []


def _mapping(given: dict[str, Any], wrongs: list[str]) -> MappingFile | None:
    """The mapping without the ratings that cannot be read; None if more than these cannot."""
    data = without_open(given)
    parts: dict[str, Any] = {}
    for key, kind in _PARTS.items():
        try:
            parts[key] = msgspec.convert(data.get(key, {}), kind)
        except msgspec.ValidationError as error:
            if data.get(key) == given.get(key):  # else it is its ? that is missing, and told
                wrongs.append(in_words(str(error), data, key))
    ratings = []
    listed = data.get("ratings", [])
    for number, rating in enumerate(listed if isinstance(listed, list) else []):
        try:
            ratings.append(msgspec.convert(rating, RatingPart))
        except msgspec.ValidationError as error:
            wrongs.append(in_words(str(error), data, f"ratings[{number}]"))
    wrongs += [f"there is no part called {key}" for key in data.keys() - {*_PARTS, "ratings"}]
    if len(parts) < len(_PARTS):
        return None
    mapping = MappingFile(**parts, ratings=tuple(ratings))
    told = list(find_wrongs(mapping))
    wrongs += told
    # Of the workspace and the layout there is nothing to go on without.
    return None if any(wrong.startswith(("workspace.", "rows.")) for wrong in told) else mapping


def _usable(mapping: MappingFile, columns: Columns, wrongs: list[str]) -> MappingFile | None:
    """The mapping without what names no column or no metric; None if no time or rating is left."""
    missing = _missing(mapping, columns, wrongs)
    rows = mapping.rows
    try:
        TimeText(rows, columns)
    except FeedbackError as error:
        wrongs.append(error.message.rstrip("."))
        return None
    left = {key: None for key in ("id", "respondent", "email", "comment")
            if getattr(rows, key) in missing}  # fmt: skip
    ratings = tuple(
        rating
        for rating in mapping.ratings
        if not missing.intersection(columns_of(rating)) and _is_known(rating)
    )
    if not ratings:
        return None
    told = rows.previews if isinstance(rows.previews, dict) else {}
    previews = False if missing & told.keys() else rows.previews
    properties = _kept(rows, missing)
    kept = msgspec.structs.replace(rows, properties=properties, previews=previews, **left)
    return msgspec.structs.replace(mapping, rows=kept, ratings=ratings)


def _missing(mapping: MappingFile, columns: Columns, wrongs: list[str]) -> set[str]:
    """The names that are no column of the file; each is told, the file's own ones once."""
    rows = mapping.rows
    listed = [] if rows.properties == "*" else list(rows.properties)
    missing, known = set(), ""
    told = rows.previews if isinstance(rows.previews, dict) else {}
    for name in sorted({*used_columns(mapping), *listed, *told} - {"", *rows.time_columns}):
        try:
            position(columns, name)
        except FeedbackError as error:
            missing.add(name)
            said, _, known = error.message.partition(" Its columns are: ")
            wrongs.append(said.rstrip("."))
    if known:
        wrongs.append(f"its columns are: {known.rstrip('.')}")
    return missing


def _kept(rows: RowsPart, missing: set[str]) -> Any:
    if rows.properties == "*":
        return "*"
    if isinstance(rows.properties, dict):
        return {key: name for key, name in rows.properties.items() if key not in missing}
    return tuple(name for name in rows.properties if name not in missing)


def _is_known(rating: RatingPart) -> bool:
    keys = [rating.metric] if isinstance(rating.metric, str) else rating.metric.values.values()
    return all(key in METRICS for key in keys)
