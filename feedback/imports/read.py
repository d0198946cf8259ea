"""From rows to checked answers: the same reading validates a file and then stores it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

import msgspec

from feedback.errors import FeedbackError
from feedback.imports.cells import BAD, BLANK, REMEMBERED, Moments, TimeText, filled
from feedback.imports.mapping import MappingFile, RatingPart
from feedback.imports.report import Report
from feedback.imports.source import RowSource
from feedback.imports.which import SurveySpec, Which
from feedback.offline.tables import position
from feedback.responses.message import MAX_PROPERTIES

MAX_COMMENT = 10_000
MAX_NAME, MAX_VALUE = 64, 500


# What one row says: the moment in microseconds since 1970, what makes the row itself, who
# answered, properties as JSON, and (which of the reader's surveys, rating, comment) of each rating.
# A plain tuple, since millions of them are written down and read again.
Entry = tuple[int, str, str | None, str | None, list[tuple[int, int, str | None]]]


@dataclass(slots=True)
class Tally:
    """How far a reading is, and what it met."""

    rows: int = 0
    ratings: int = 0
    blank: int = 0


class _BadRowError(Exception):
    """This row cannot be used; it is reported."""


class Reader:
    """Reads a source by a mapping. Raises FeedbackError when a column it needs is not there.

    `surveys` are those the ratings met so far belong to: all of them after a whole reading.
    """

    def __init__(self, mapping: MappingFile, source: RowSource, now: datetime) -> None:
        rows = mapping.rows
        self._source = source
        self._which = Which(mapping, source)
        self._moments = Moments(rows, mapping.workspace.zone, now)
        self._time = TimeText(rows, [position(source.columns, name) for name in rows.time_columns])
        self._id = None if rows.id is None else position(source.columns, rows.id)
        self._who = None if rows.respondent is None else position(source.columns, rows.respondent)
        self._comment = None if rows.comment is None else position(source.columns, rows.comment)
        self._properties = _property_places(mapping, source)
        self._property_cells = itemgetter(*[place for place, _ in self._properties] or [0])
        self._property_texts: dict[object, str | None] = {}
        self.tally = Tally()

    @property
    def surveys(self) -> Sequence[SurveySpec]:
        return self._which.surveys

    def entries(self, report: Report) -> Iterator[Entry]:
        """Each row with at least one rating; what cannot be used goes to the report."""
        tally = self.tally = Tally()
        for row in self._source.rows(report.add):
            tally.rows += 1
            try:
                entry = self._entry(row.line, row.cells, report)
            except _BadRowError:
                continue
            if entry[-1]:
                tally.ratings += len(entry[-1])
                yield entry

    def _entry(self, line: int, cells: list[str], report: Report) -> Entry:
        at = self._at(line, cells, report)
        ratings = self._ratings(line, cells, report)
        respondent = None if self._who is None else cells[self._who].strip() or None
        identity = self._identity(line, cells, at, respondent, report)
        return at, identity, respondent, self._property_text(line, cells, report), ratings

    def _at(self, line: int, cells: list[str], report: Report) -> int:
        written = self._time(cells)
        at = self._moments[written]
        if isinstance(at, str):
            report.add_cell(line, self._time.name, written, at)
            raise _BadRowError
        return at

    def _identity(
        self, line: int, cells: list[str], at: int, respondent: str | None, report: Report
    ) -> str:
        """What makes this row itself when the file is imported again."""
        if self._id is not None:
            given = cells[self._id].strip()
            if not given:
                report.add_cell(line, self._source.columns[self._id], "", "is empty: no id")
                raise _BadRowError
            return f"id\0{given}"
        if respondent is not None:
            return f"who\0{respondent}\0{at}"
        return f"row\0{line}\0" + "\0".join(cells)

    def _text(self, line: int, cells: list[str], place: int, report: Report) -> str | None:
        text = cells[place].strip()
        if len(text) > MAX_COMMENT:
            wrong = f"has {len(text)} characters, a comment at most {MAX_COMMENT}"
            report.add_cell(line, self._source.columns[place], text, wrong)
            raise _BadRowError
        return text or None

    def _property_text(self, line: int, cells: list[str], report: Report) -> str | None:
        if not self._properties:
            return None
        said = self._property_cells(cells)  # few kinds of people, many rows
        if said not in self._property_texts:
            if len(self._property_texts) >= REMEMBERED:
                self._property_texts.clear()
            self._property_texts[said] = self._new_property_text(line, cells, report)
        return self._property_texts[said]

    def _new_property_text(self, line: int, cells: list[str], report: Report) -> str | None:
        properties = filled(cells, self._properties)
        for place, name in self._properties:
            if len(properties.get(name, "")) > MAX_VALUE:
                wrong = f"has {len(properties[name])} characters, a property at most {MAX_VALUE}"
                report.add_cell(line, self._source.columns[place], properties[name], wrong)
                raise _BadRowError
        return msgspec.json.encode(properties).decode() if properties else None

    def _ratings(
        self, line: int, cells: list[str], report: Report
    ) -> list[tuple[int, int, str | None]]:
        found: list[tuple[int, int, str | None]] = []
        comment = None if self._comment is None else self._text(line, cells, self._comment, report)
        for place, own_comment, survey, known in self._which.of(line, cells, report):
            rating = known[cells[place]]
            if rating == BLANK:
                self.tally.blank += 1
            elif rating == BAD:
                wrong = f"is no rating of {known.metric.key} ({known.scale})"
                report.add_cell(line, self._source.columns[place], cells[place], wrong)
            else:
                if own_comment is not None:
                    comment = self._text(line, cells, own_comment, report)
                found.append((survey, rating, comment))
                comment = None  # said once in the row, so kept once
        return found


def _property_places(mapping: MappingFile, source: RowSource) -> list[tuple[int, str]]:
    wanted = mapping.rows.properties
    if wanted == "*":
        used = _used_columns(mapping)
        wanted = tuple(name for name in source.columns if name and name not in used)
    names = wanted if isinstance(wanted, dict) else {name: name for name in wanted}
    if len(names) > MAX_PROPERTIES:
        raise FeedbackError(
            f"The mapping takes {len(names)} columns as properties, at most {MAX_PROPERTIES} are "
            "kept. List those that matter in rows.properties."
        )
    for name in names.values():
        if not 0 < len(name) <= MAX_NAME:
            raise FeedbackError(
                f'The property name "{name[:80]}" has {len(name)} characters; it may have 1 to '
                f"{MAX_NAME}. Rename it: [rows.properties] column = name."
            )
    return [(position(source.columns, column), name) for column, name in names.items()]


def _used_columns(mapping: MappingFile) -> set[str]:
    rows = mapping.rows
    used = {*rows.time_columns, rows.id or "", rows.respondent or "", rows.comment or ""}
    for part in mapping.ratings:
        used |= {part.column, part.comment or "", *part.when, *_named_by(part)}
    return used


def _named_by(part: RatingPart) -> set[str]:
    return {by.column for by in (part.touchpoint, part.metric) if not isinstance(by, str)}
