"""Was it news? A file of another tool's answers in, and which of its months were more than noise.

The file is read in memory, and nothing of it is stored.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zipfile import BadZipFile, ZipFile

from feedback.comparisons.moves import Moves, judge_moves
from feedback.errors import FeedbackError
from feedback.i18n import format_number, ngettext
from feedback.i18n import gettext as _
from feedback.imports.guessing.guess import Guess, guess_file
from feedback.imports.guessing.ratings import RatingGuess
from feedback.offline.held import HeldFile
from feedback.offline.labels import Labels
from feedback.offline.months import Months
from feedback.offline.own_export import OwnExport
from feedback.offline.score import MONTH, score_file
from feedback.offline.tables import open_table
from feedback.scoring import METRICS, Metric, ScoreRow, ScoringError
from feedback.scoring.months import month_number, month_of
from feedback.wording import metric_name

MOST_BYTES = 5_000_000
MOST_UNPACKED = 40_000_000
MOST_MONTHS = 360
FIELD = "file"
ALIKE = "rating", "time"


class WrongFileError(ValueError):
    """Why a file is not answered, for the reader; `detail` is what the program that read it said,
    in English."""

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class FileAsked:
    """The form as it was filled in; blank columns are to be found."""

    metric: str = "nps"
    rating: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True)
class FilePage:
    """The form, and what was found in the file."""

    asked: FileAsked
    metrics: Sequence[tuple[str, str]]
    error: str = ""
    detail: str = ""
    moves: Moves | None = None
    read: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where ratings and times stand, and how they are to be read."""

    rating: str
    time: str
    labels: Labels
    months: Months


def file_page(
    asked: FileAsked | None = None, *, error: str = "", detail: str = "", **found: object
) -> FilePage:
    metrics = [(key, metric_name(metric)) for key, metric in METRICS.items()]
    return FilePage(asked or FileAsked(), metrics, error, detail, **found)  # type: ignore[arg-type]


def read_asked_file(fields: Mapping[str, str]) -> FileAsked:
    """Raises WrongFileError for a metric that there is not."""
    metric = fields.get("metric", "nps")
    if metric not in METRICS:
        raise WrongFileError(_("Choose a kind of score from the list."))
    rating, time = (fields.get(name, "").strip()[:200] for name in ALIKE)
    return FileAsked(metric, rating, time)


def answer_file(name: str, content: bytes, asked: FileAsked, now: datetime) -> FilePage:
    """What is to be said of the file. Raises WrongFileError."""
    _check_size(content)
    metric, file = METRICS[asked.metric], HeldFile.of(name, content)
    try:
        columns, left_out = _find_columns(file, metric, asked, now), Counter[str]()
        rows = score_file(
            file, metric=metric, rating=columns.rating, by=[MONTH], time=columns.time,
            labels=columns.labels, months=columns.months, left_out=left_out,
        )  # fmt: skip
        monthly = _monthly(rows)
        moves = judge_moves(monthly, metric, month_of(now.date()))
    except (FeedbackError, ScoringError) as error:
        raise _unreadable(str(error)) from error
    read = (_read_from(columns), _not_read(rows), _uncounted(left_out.total()))
    return file_page(asked, moves=moves, read=tuple(filter(None, read)))


class BusyError(Exception):
    """As many files as may be are being read."""


class Reading:
    """Reads files in threads, so many at a time: each takes seconds of a processor."""

    def __init__(self, most: int) -> None:
        self.most, self.n = most, 0

    async def answer(self, name: str, content: bytes, asked: FileAsked, now: datetime) -> FilePage:
        """What `answer_file` says. Raises BusyError, and WrongFileError."""
        if self.n >= self.most:
            raise BusyError
        self.n += 1
        try:
            return await asyncio.to_thread(answer_file, name, content, asked, now)
        finally:
            self.n -= 1


READING = Reading(most=2)


def _check_size(content: bytes) -> None:
    if not content:
        raise WrongFileError(_("The file is empty."))
    if len(content) > MOST_BYTES:
        raise too_large()
    if content.startswith(b"PAR1"):
        raise WrongFileError(_("Parquet files are not read here: save it as CSV or XLSX."))
    if content.startswith(b"PK"):
        try:
            with HeldFile.of("", content).open("rb") as opened, ZipFile(opened) as parts:
                unpacked = sum(part.file_size for part in parts.infolist())
        except (BadZipFile, ValueError, OverflowError, EOFError, NotImplementedError) as error:
            raise _unreadable(str(error)) from error
        if unpacked > MOST_UNPACKED:
            raise WrongFileError(_("This workbook unpacks to too much: save it as CSV."))


def too_large() -> WrongFileError:
    return WrongFileError(_("A file may have 5 MB at most: leave out the columns of long texts."))


def _unreadable(detail: str) -> WrongFileError:
    return WrongFileError(
        _("This file cannot be read. Save it as CSV (UTF-8), or as XLSX with a single sheet."),
        detail,
    )


def _find_columns(file: HeldFile, metric: Metric, asked: FileAsked, now: datetime) -> _Columns:
    table = open_table(file)
    if OwnExport.of(table, metric.key, MONTH, [MONTH]) and not (asked.rating or asked.time):
        return _Columns("rating", MONTH, Labels(), Months())
    guess = guess_file(file, now)
    rating = asked.rating or _rating(guess, metric)
    time = asked.time or _time(guess)
    labels = next((each.labels for each in guess.ratings if each.column.name == rating), {})
    known = {word: number for word, number in labels.items() if number is not None}
    return _Columns(rating, time, Labels(known), _months(guess, time))


def _rating(guess: Guess, metric: Metric) -> str:
    fitting = [each for each in guess.ratings if each.metric == metric.key]
    fitting = fitting or [each for each in guess.ratings if _could_be(each, metric)]
    if len(fitting) == 1:
        return fitting[0].column.name
    if fitting:
        raise WrongFileError(
            _("Several columns may hold the ratings: %(names)s. Name one.")
            % {"names": _listed([each.column.name for each in fitting])}
        )
    raise WrongFileError(
        _("No column looks like ratings of this kind. Name it; the columns are: %(names)s.")
        % {"names": _listed(list(guess.table.columns))}
    )


def _could_be(rating: RatingGuess, metric: Metric) -> bool:
    return rating.metric is None or METRICS[rating.metric].scale == metric.scale


def _time(guess: Guess) -> str:
    if len(guess.times) == 1:
        return guess.times[0].name
    if guess.times:
        raise WrongFileError(
            _("Several columns may hold the date: %(names)s. Name one.")
            % {"names": _listed([each.name for each in guess.times])}
        )
    raise WrongFileError(
        _("No column looks like dates. Name it; the columns are: %(names)s.")
        % {"names": _listed(list(guess.table.columns))}
    )


def _months(guess: Guess, time: str) -> Months:
    column = next((each for each in guess.columns if each.name == time), None)
    forms = column.times.forms if column is not None and column.times is not None else [None]
    if len(forms) > 1:
        raise WrongFileError(
            _("The dates can be read in more than one way: write them as 2026-03-31.")
        )
    return Months(forms[0] if forms else None)


def _listed(names: Sequence[str]) -> str:
    shown = [_("“%(name)s”") % {"name": name[:60]} for name in names if name][:12]
    return ", ".join([*shown, "…"] if len(names) > len(shown) else shown)


def _monthly(rows: Sequence[ScoreRow]) -> dict[str, Mapping[int, int]]:
    monthly: dict[str, Mapping[int, int]] = {
        str(row.group[MONTH]): row.score.counts
        for row in rows
        if row.group[MONTH] and row.score.n and row.group.get("wording") != "replaced"
    }
    if not monthly:
        raise WrongFileError(_("No row has both a date and a rating of this kind."))
    span = month_number(max(monthly)) - month_number(min(monthly)) + 1
    if span > MOST_MONTHS:
        raise WrongFileError(
            _("The dates span %(n)s months: look at the first and the last of them.")
            % {"n": format_number(span)}
        )
    return monthly


def _read_from(columns: _Columns) -> str:
    words = {"rating": columns.rating, "time": columns.time}
    return _("Ratings are those of “%(rating)s”, months those of “%(time)s”.") % words


def _uncounted(n: int) -> str:
    if not n:
        return ""
    text = ngettext(
        "%(n)s row that our own board does not count is left out.",
        "%(n)s rows that our own board does not count are left out.",
        n,
    )
    return text % {"n": format_number(n)}


def _not_read(rows: Sequence[ScoreRow]) -> str:
    n = sum(row.score.missing + row.score.invalid for row in rows)
    n += sum(row.score.n for row in rows if row.group[MONTH] is None)
    if not n:
        return ""
    text = ngettext(
        "%(n)s row without a date or a rating of this kind is left out.",
        "%(n)s rows without a date or a rating of this kind are left out.",
        n,
    )
    return text % {"n": format_number(n)}
