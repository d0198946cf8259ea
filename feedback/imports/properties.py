"""The properties of a row: few kinds of people, many rows, so each kind is written once."""

from collections.abc import Sequence
from operator import itemgetter

import msgspec

from feedback.errors import FeedbackError
from feedback.imports.cells import REMEMBERED
from feedback.imports.mapping import MappingFile, RatingPart
from feedback.imports.report import Report
from feedback.imports.source import RowSource
from feedback.offline.headers import places, position
from feedback.responses.message import MAX_PROPERTIES, MOST_NAME, MOST_VALUE


class Properties(dict[tuple[str, ...], str | None]):
    """The cells of a row that are properties -> their JSON text; None when all are blank.

    One that is too long is left out, and told of each row it stands in.
    """

    def __init__(self, mapping: MappingFile, source: RowSource) -> None:
        super().__init__()
        self._kept = _property_places(mapping, source)
        self._columns = [source.columns[place] for place, _ in self._kept]
        # Twice the first: of one place alone an itemgetter makes no tuple.
        places = [place for place, _ in self._kept]
        self._cells = itemgetter(*places, places[0]) if places else None
        self._too_long: dict[tuple[str, ...], list[tuple[str, str, str]]] = {}

    def all(
        self, lines: Sequence[int], rows: Sequence[Sequence[str]], report: Report
    ) -> list[str | None]:
        """Those of many rows."""
        if self._cells is None:
            return [None] * len(rows)
        found = [self[said] for said in map(self._cells, rows)]
        if self._too_long:
            for line, said in zip(lines, map(self._cells, rows), strict=True):
                for column, text, wrong in self._too_long.get(said, ()):
                    report.add_cell(line, column, text, wrong)
            self._too_long = {}
        return found

    def __missing__(self, said: tuple[str, ...]) -> str | None:
        if len(self) >= REMEMBERED:
            self.clear()
        properties = {}
        wrongs = []
        for (_, name), column, cell in zip(self._kept, self._columns, said, strict=False):
            text = cell.strip()
            if len(text) > MOST_VALUE:
                wrong = f"has {len(text)} characters, a property at most {MOST_VALUE}"
                wrongs.append((column, text, wrong))
            elif text:
                properties[name] = text
        written = msgspec.json.encode(properties).decode() if properties else None
        if wrongs:
            self._too_long[said] = wrongs  # and read anew in the next rows, to be told of them too
        else:
            self[said] = written
        return written


def _property_places(mapping: MappingFile, source: RowSource) -> list[tuple[int, str]]:
    wanted = mapping.rows.properties
    if wanted == "*":
        used = {place for name in used_columns(mapping) for place in places(source.columns, name)}
        wanted = tuple(
            name for place, name in enumerate(source.columns) if name and place not in used
        )
    names = wanted if isinstance(wanted, dict) else {name: name for name in wanted}
    if len(names) > MAX_PROPERTIES:
        raise FeedbackError(
            f"The mapping takes {len(names)} columns as properties, at most {MAX_PROPERTIES} are "
            "kept. List those that matter in rows.properties."
        )
    for name in names.values():
        if not 0 < len(name) <= MOST_NAME:
            raise FeedbackError(
                f'The property name "{name[:80]}" has {len(name)} characters; it may have 1 to '
                f"{MOST_NAME}. Rename it: [rows.properties] column = name."
            )
    return [(position(source.columns, column), name) for column, name in names.items()]


def named_columns(mapping: MappingFile) -> set[str]:
    """All columns that a mapping names, for whatever."""
    listed = mapping.rows.properties
    return used_columns(mapping) | (set() if listed == "*" else set(listed))


def used_columns(mapping: MappingFile) -> set[str]:
    """Those that it names as something else than a property."""
    rows = mapping.rows
    used = {
        *rows.time_columns,
        rows.id or rows.submission or "",
        rows.respondent or "",
        rows.email or "",
        rows.comment or "",
    }
    for part in mapping.ratings:
        used |= columns_of(part)
    return used


def columns_of(part: RatingPart) -> set[str]:
    """The columns that a rating names; "" among them where it has no comment of its own."""
    return {part.column, part.comment or "", *part.when, *_named_by(part)}


def _named_by(part: RatingPart) -> set[str]:
    return {by.column for by in (part.touchpoint, part.metric) if not isinstance(by, str)}
