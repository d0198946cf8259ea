"""From rows to checked answers: the same reading validates a file and then stores it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from feedback.identity import email_of
from feedback.imports.cells import BAD, BLANK
from feedback.imports.ids import Ids
from feedback.imports.json_cells import with_json_cells
from feedback.imports.mapping import MappingFile
from feedback.imports.moments import Moments, TimeText
from feedback.imports.previews import Previews
from feedback.imports.properties import Properties, named_columns
from feedback.imports.report import BadCellError, Report
from feedback.imports.source import RowSource, header_found
from feedback.imports.submissions import LastMessages
from feedback.imports.which import SurveySpec, Which
from feedback.imports.zones import zone_in_header
from feedback.offline.headers import position
from feedback.responses.message import MOST_COMMENT

# Between an id and an address, where a row has both.
AND = "\0"

# What a row is known by: its id; who answered, and when; all that it says.
ID, WHO, ROW = "id\0", "who\0", "row\0"

# What one row says: the moment in microseconds since 1970, what makes the row itself, who
# answered, properties as JSON, and (which of the reader's surveys, rating, comment) of each rating.
# A plain tuple, since millions of them are written down and read again.
Rated = tuple[int, int, str | None]
Entry = tuple[int, str, str | None, str | None, list[Rated]]


@dataclass(slots=True)
class Tally:
    """How far a reading is, and what it met."""

    rows: int = 0
    ratings: int = 0
    blank: int = 0


class Reader:
    """Reads a source by a mapping. Raises FeedbackError when a column it needs is not there.

    days: the zone of days without a time, when it is not the mapping's.
    `surveys` are those the ratings met so far belong to: all of them after a whole reading.
    """

    def __init__(
        self,
        mapping: MappingFile,
        source: RowSource,
        now: datetime,
        days: ZoneInfo | None = None,
    ) -> None:
        rows = mapping.rows
        width = len(source.columns)
        self._source = source = with_json_cells(source, sorted(named_columns(mapping)))
        self._header = header_found(source.layout, rows)
        self._which = Which(mapping, source)
        known_by = rows.known_by
        self._id = None if known_by is None else position(source.columns, known_by)
        self._ids = Ids(known_by or "")
        is_sheet = source.layout.kind == "xlsx"
        zone = zone_in_header(rows, source.columns) or mapping.workspace.zone
        days = days or mapping.workspace.zone
        self._moments = Moments(rows, zone, now, days, is_sheet=is_sheet)
        self._time = TimeText(rows, source.columns)
        # All of the file but the time, which is read, in an order that no spreadsheet changes.
        self._said = sorted(
            set(range(width)) - {*self._time.places},
            key=lambda place: (source.columns[place], place),
        )
        self._previews = Previews(rows, source.columns)
        self._rated = sorted({position(source.columns, part.column) for part in mapping.ratings})
        if rows.submission is not None and self._id is not None:
            self._source = LastMessages(source, self._id, self._rated, self._time, self._moments)
        self._who = None if rows.respondent is None else position(source.columns, rows.respondent)
        self._email = None if rows.email is None else position(source.columns, rows.email)
        self._comment = None if rows.comment is None else position(source.columns, rows.comment)
        self._properties = Properties(mapping, source)
        self.tally = Tally()

    @property
    def told(self) -> list[str]:
        """What the file was taken for, in sentences, where it is not what it seems."""
        return [said for said in (self._header, self._previews.told) if said]

    @property
    def surveys(self) -> Sequence[SurveySpec]:
        return self._which.surveys

    def entries(self, report: Report) -> Iterator[list[Entry]]:
        """The rows with at least one rating, many at once; what cannot be used is reported."""
        tally = self.tally = Tally()
        self._previews.left_out = 0
        for stride in self._source.strides(report.add):
            tally.rows += len(stride[0])
            lines, cells = self._previews.without(*stride)
            try:
                found = self._at_once(lines, cells, report)
            except BadCellError:
                found = self._one_by_one(*self._answered(lines, cells), report)
            if kept := [entry for entry in found if entry[-1]]:
                tally.ratings += sum(len(entry[-1]) for entry in kept)
                yield kept
        self._ids.raise_if_rounded()

    def _answered(
        self, lines: Sequence[int], cells: Sequence[list[str]]
    ) -> tuple[Sequence[int], Sequence[list[str]]]:
        """Without the rows that rate nothing: what else they lack is no loss."""
        kept = [n for n, row in enumerate(cells) if any(row[at].strip() for at in self._rated)]
        self.tally.blank += (len(lines) - len(kept)) * max(1, len(self._which.everywhere))
        return [lines[n] for n in kept], [cells[n] for n in kept]

    def _one_by_one(
        self, lines: Sequence[int], cells: Sequence[list[str]], report: Report
    ) -> list[Entry]:
        if len(lines) > 1:  # most often nothing is wrong but what was left out before
            try:
                return self._at_once(lines, cells, report)
            except BadCellError:
                pass
        found = []
        for line, row in zip(lines, cells, strict=True):
            try:
                found += self._at_once([line], [row], report)
            except BadCellError as bad:
                if report.is_thorough:
                    self._report_each(line, row, report)
                else:
                    report.add_cell(line, *bad.args)
        return found

    def _report_each(self, line: int, row: list[str], report: Report) -> None:
        """All that is wrong with a row, for whoever mends the file."""
        looks: list[Callable[[], object]] = [
            lambda: self._moments.all(self._time.all([row])),
            lambda: self._identities([row], [0], [None]),
        ]
        for look in looks:
            try:
                look()
            except BadCellError as bad:
                report.add_cell(line, *bad.args)
        self._properties.all([line], [row], report)
        self._ratings(line, row, report)

    def _at_once(
        self, lines: Sequence[int], cells: Sequence[list[str]], report: Report
    ) -> list[Entry]:
        """Entries of rows, column by column, some without ratings. Raises BadCellError, with
        nothing reported, if one of them cannot be used."""
        if not lines:
            return []
        columns = list(zip(*cells, strict=True))
        ats = self._moments.all(self._time.all(cells))
        whos: Sequence[str | None] = [None] * len(lines)
        if self._who is not None:
            whos = [cell.strip() or None for cell in columns[self._who]]
        identities = self._identities(cells, ats, whos)
        properties = self._properties.all(lines, cells, report)
        if self._email is not None:
            whos = [
                f"{who or ''}{AND}{email.strip()}" if email.strip() else who
                for who, email in zip(whos, columns[self._email], strict=True)
            ]
        ratings = self._plain_ratings(columns) or [
            self._ratings(*row, report) for row in zip(lines, cells, strict=True)
        ]
        return list(zip(ats, identities, whos, properties, ratings, strict=True))

    def _identities(
        self, cells: Sequence[list[str]], ats: Sequence[int], whos: Sequence[str | None]
    ) -> list[str]:
        """What makes each row itself when the file is imported again; `repeats` tells apart rows
        that share it."""
        if self._id is not None:
            return [ID + own for own in self._ids.all([row[self._id] for row in cells])]
        return [
            ROW + "\0".join([row[place] for place in self._said])
            if who is None
            else f"{WHO}{email_of(who) or who}\0{at}"
            for row, at, who in zip(cells, ats, self._named(cells, whos), strict=True)
        ]

    def _named(
        self, cells: Sequence[list[str]], whos: Sequence[str | None]
    ) -> Sequence[str | None]:
        """Who answered, as far as it tells one row from another: an address only without an id,
        so that a file is the same when its addresses are taken in too."""
        if self._email is None:
            return whos
        emails = [row[self._email].strip() for row in cells]
        return [
            who or (f"{AND}{email_of(email) or email}" if email else None)
            for who, email in zip(whos, emails, strict=True)
        ]

    def _plain_ratings(self, columns: Sequence[Sequence[str]]) -> list[list[Rated]] | None:
        """Those of each row, where all are rated alike, in numbers alone, and none is wrong."""
        places = self._which.everywhere
        if self._comment is not None or any(comment is not None for _, comment, _, _ in places):
            return None
        rated, blank = [], 0
        for place, _, survey, known in places:
            ratings = [known[cell] for cell in columns[place]]
            if BAD in ratings:
                return None
            blank += ratings.count(BLANK)
            told = {rating: (survey, rating, None) for rating in set(ratings) - {BLANK}}
            rated.append([told.get(rating) for rating in ratings])
        self.tally.blank += blank
        return [[one for one in row if one] for row in zip(*rated, strict=True)]

    def _ratings(self, line: int, cells: list[str], report: Report) -> list[Rated]:
        """Those of one row. The row's own comment goes to the first without one of its own."""
        rated = list(self._each_rating(line, cells, report))
        if self._comment is None or not rated:
            return rated
        row_said = self._text(line, cells, self._comment, report)
        if row_said is None:
            return rated
        place = next((n for n, (_, _, said) in enumerate(rated) if said is None), 0)
        survey, rating, said = rated[place]
        if said is not None and said != row_said:
            row_said = f"{said}\n\n{row_said}"[:MOST_COMMENT]
        rated[place] = survey, rating, row_said
        return rated

    def _text(self, line: int, cells: list[str], place: int, report: Report) -> str | None:
        """A comment; of one that is too long what can be kept: it must not cost the rating."""
        text = cells[place].strip()
        if len(text) > MOST_COMMENT:
            wrong = f"has {len(text)} characters, a comment at most {MOST_COMMENT}"
            report.add_cell(line, self._source.columns[place], text, wrong)
        return text[:MOST_COMMENT] or None

    def _each_rating(self, line: int, cells: list[str], report: Report) -> Iterator[Rated]:
        for place, own_comment, survey, known in self._which.of(line, cells, report):
            rating = known[cells[place]]
            if rating == BLANK:
                self.tally.blank += 1
            elif rating == BAD:
                wrong = f"is no rating of {known.metric.key} ({known.scale})"
                report.add_cell(line, self._source.columns[place], cells[place], wrong)
            elif own_comment is None:
                yield survey, rating, None
            else:
                yield survey, rating, self._text(line, cells, own_comment, report)
