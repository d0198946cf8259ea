"""When a row was answered: its text, and the moment it says. Most of a text was met before."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from operator import itemgetter
from zoneinfo import ZoneInfo

from feedback.errors import FeedbackError
from feedback.imports.cells import REMEMBERED
from feedback.imports.mapping import RowsPart
from feedback.imports.report import BadCellError
from feedback.offline.headers import Columns, places, position
from feedback.offline.times import DayOrMonthError, Written, read_formatted, read_time


class _UnknownZoneError(ValueError):
    pass


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moments(dict[str, int | str]):
    """Written time -> microseconds since 1970, or what is wrong with it (a text).

    Without a format: whatever can mean one moment only, as `read_time` tells. A time without a
    zone is the mapping's; a day without a time is noon where it is counted (`days`: the
    workspace's zone, when that is another), so that it stays that day, and today is not yet in the
    future. is_sheet: dates are cells of a workbook, beside which one that is a text shows that its
    day and month may have been exchanged: that raises FeedbackError.
    """

    def __init__(
        self,
        part: RowsPart,
        zone: ZoneInfo,
        now: datetime,
        days: ZoneInfo | None = None,
        *,
        is_sheet: bool = False,
    ) -> None:
        super().__init__()
        self._is_sheet = is_sheet
        self._sample: dict[bool, str] = {}
        self._format = part.time_format
        self._zone = zone
        self._days = days or zone
        self._now = (now - EPOCH) // _MICROSECOND
        self._today = now.astimezone(self._days).date()
        self._pieces = (_Pieces(zone), _Pieces(None))
        self._named = part.time

    def all(self, texts: Sequence[str]) -> list[int]:
        """The moment of each. Raises BadCellError at the first that tells none."""
        found = self._sums(texts)
        if min(found) < 0 or max(found) > self._now:
            for place, at in enumerate(found):
                if not 0 <= at <= self._now:
                    found[place] = self._one(texts[place])
        return found

    def _sums(self, texts: Sequence[str]) -> list[int]:
        """Moments, put together from their pieces; those out of range are to be read one by one."""
        if self._format is not None or self._is_sheet:
            return [_UNTOLD] * len(texts)
        plain, aware = self._pieces
        pieces = plain if plain.know(texts[0]) else aware
        days, minutes, seconds = pieces.days, pieces.minutes, pieces.seconds
        found = [days[text[:10]] + minutes[text[10:16]] + seconds[text[16:]] for text in texts]
        if self._days != self._zone:
            found = [
                _UNTOLD if len(text) <= 10 else at for text, at in zip(texts, found, strict=True)
            ]
        return found

    def _one(self, text: str) -> int:
        at = self[text]
        if isinstance(at, str):
            raise BadCellError(self._named, text, at)
        return at

    def __missing__(self, text: str) -> int | str:
        found = self._read(text)
        if len(self) >= REMEMBERED:
            self.clear()
        self[text] = found
        return found

    def _read(self, text: str) -> int | str:
        if not text.strip():
            return "is no date: the cell is empty"
        try:
            written = self._written(text)
            at = (self._aware(written) - EPOCH) // _MICROSECOND
        except DayOrMonthError:
            if self._is_sheet:
                self._note_kind(text, is_date=False)
            return (
                "is no date: is its day first, or its month? "
                'Say time_format = "%d/%m/%Y", "%m/%d/%Y" or what else it is'
            )
        except _UnknownZoneError as error:
            return f"names the zone {error}, which is none of {self._zone}; write it as +02:00"
        except (ValueError, OverflowError):
            return f"is no date ({self._expected()})"
        if at > self._now and not (written.is_day and written.moment.date() <= self._today):
            return "is in the future"
        return at if at >= 0 else "is before 1970"

    def _written(self, text: str) -> Written:
        form = self._format
        if self._is_sheet and _OF_A_CELL.fullmatch(text) and not (form or "").startswith("%Y-%d"):
            # Where the month is in words, no program takes it for the day.
            if form is None or ("%d" in form and "%m" in form):
                self._note_kind(text, is_date=True)
            return read_time(text)
        if form is None:
            return read_time(text)
        written = read_formatted(text, form)
        if self._is_sheet:
            self._note_kind(text, is_date=False)
        return written

    def _note_kind(self, text: str, *, is_date: bool) -> None:
        self._sample.setdefault(is_date, text)
        if len(self._sample) == 2:
            raise FeedbackError(
                f'{self._named} is a date in some rows ("{self._sample[True]}") and a text in '
                f'others ("{self._sample[False]}"): a spreadsheet program made dates of those it '
                "could, and may have taken the day for the month. Export the answers anew, and "
                "import them before such a program has opened the file."
            )

    def _aware(self, written: Written) -> datetime:
        if written.zone_name is not None:
            return written.moment.replace(tzinfo=self._named_zone(written))
        if written.moment.tzinfo is not None:
            return written.moment
        return written.moment.replace(tzinfo=self._days if written.is_day else self._zone)

    def _named_zone(self, written: Written) -> tzinfo:
        """Whose is CST? A name is one that the mapping's zone has in that year, or none."""
        for month in range(1, 13):
            day = datetime(written.moment.year, month, 1, tzinfo=self._zone)
            offset = day.utcoffset()
            if day.tzname() == written.zone_name and offset is not None:
                return timezone(offset)
        raise _UnknownZoneError(written.zone_name)

    def _expected(self) -> str:
        if self._format is None:
            return "write it as 2017-05-08, or say time_format = ..."
        known = f"; %Z knows UTC, GMT, Z and the names of {self._zone}"
        return f"time_format is {self._format}{known if '%Z' in self._format else ''}"


_OF_A_CELL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].*)?")

# More than any moment: added to the other pieces of a text, it says that they do not tell it.
_UNTOLD = 1 << 80
_HALF_HOURS = [timedelta(minutes=30 * n) for n in range(49)]
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MINUTE = re.compile(r"[T ][0-9]{2}:[0-9]{2}")
_SECOND = re.compile(r"(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?")


class _Pieces:
    """The microseconds that day, minute and rest of a text like 2017-05-08T10:30:00 add up to.

    zone: that of texts without one. None reads texts that name theirs. What is not written so, and
    a day on which the clocks are changed, is UNTOLD.
    """

    def __init__(self, zone: ZoneInfo | None) -> None:
        self._zone = zone
        self.days = _Told(self._day)
        self.minutes = _Told(self._minute)
        self.seconds = _Told(self._second)

    def know(self, text: str) -> bool:
        return self.seconds[text[16:]] < _UNTOLD

    def _day(self, text: str) -> int:
        if not _DAY.fullmatch(text):
            return _UNTOLD
        begin = datetime.fromisoformat(text)
        if self._zone is None:
            return _microseconds(begin)
        offsets = {(begin + part).replace(tzinfo=self._zone).utcoffset() for part in _HALF_HOURS}
        offset = offsets.pop()
        return _UNTOLD if offsets or offset is None else _microseconds(begin - offset)

    def _minute(self, text: str) -> int:
        if not text and self._zone is not None:
            return 12 * 3600 * 10**6
        if not _MINUTE.fullmatch(text):
            return _UNTOLD
        return _microseconds(datetime.fromisoformat(f"1970-01-01{text}"))

    def _second(self, text: str) -> int:
        if not _SECOND.fullmatch(text):
            return _UNTOLD
        moment = datetime.fromisoformat(f"1970-01-01T12:00{text}")
        if (moment.tzinfo is None) != (self._zone is not None):
            return _UNTOLD
        return _microseconds(moment) - 12 * 3600 * 10**6


class _Told(dict[str, int]):
    def __init__(self, read: Callable[[str], int]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> int:
        if len(self) >= REMEMBERED:
            self.clear()
        try:
            self[text] = found = self._read(text)
        except (ValueError, OverflowError):
            self[text] = found = _UNTOLD
        return found


def _microseconds(moment: datetime) -> int:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - EPOCH) // _MICROSECOND


class TimeText:
    """Puts a row's time together: a column as it is, a template filled from columns, or one date
    that the mapping states for a file without any.

    Raises FeedbackError when a column is not there.
    """

    def __init__(self, part: RowsPart, columns: Columns) -> None:
        pieces = re.split(r"\{[^{}]+\}", part.time)
        is_stated = len(pieces) == 1 and not places(columns, part.time) and _is_date(part.time)
        self._literals = pieces
        self._is_template = is_stated or len(pieces) > 1
        try:
            names = () if is_stated else part.time_columns
            self.places = tuple(position(columns, name) for name in names)
        except FeedbackError as error:
            hint = 'If the file holds no date, state one under [rows]: time = "2024-05-08".'
            raise FeedbackError(f"{error.message} {hint}") from error

    def __call__(self, cells: Sequence[str]) -> str:
        if not self._is_template:
            return cells[self.places[0]]
        text = self._literals[0]
        for place, literal in zip(self.places, self._literals[1:], strict=True):
            text += cells[place].strip() + literal
        return text

    def all(self, rows: Sequence[Sequence[str]]) -> list[str]:
        """The texts of many rows."""
        return list(map(self if self._is_template else itemgetter(self.places[0]), rows))


def _is_date(text: str) -> bool:
    try:
        read_time(text)
    except ValueError:
        return False
    return True
