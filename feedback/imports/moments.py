"""When a row was answered: its text, and the moment it says. Most of a text was met before."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from operator import itemgetter
from zoneinfo import ZoneInfo

from feedback.imports.cells import REMEMBERED
from feedback.imports.mapping import RowsPart
from feedback.imports.report import BadCellError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moments(dict[str, int | str]):
    """Written time -> microseconds since 1970, or what is wrong with it (a text).

    Without a format: year first, as 2017-05-08, 2017/5/8 10:30 or 2017-05-08T10:30:00Z. A time
    without a zone is the mapping's; a day without a time is noon where it is counted (`days`: the
    workspace's zone, when that is another), so that it stays that day.
    """

    def __init__(
        self, part: RowsPart, zone: ZoneInfo, now: datetime, days: ZoneInfo | None = None
    ) -> None:
        super().__init__()
        self._format = part.time_format
        self._zone = zone
        self._days = days or zone
        self._now = (now - EPOCH) // _MICROSECOND
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
        if self._format is not None:
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
            moment = self._written(text.strip())
            aware = moment if moment.tzinfo else moment.replace(tzinfo=self._zone)
            at = (aware - EPOCH) // _MICROSECOND
        except (ValueError, OverflowError):
            return f"is no date ({self._expected()})"
        if at > self._now:
            return "is in the future"
        return at if at >= 0 else "is before 1970"

    def _written(self, text: str) -> datetime:
        if self._format is None:
            moment, is_day = _iso(text), len(text) <= 10
        else:
            moment = self._formatted(text, self._format)
            is_day = not re.search(r"%[HIXcTRsf]", self._format)
        return moment.replace(hour=12, tzinfo=moment.tzinfo or self._days) if is_day else moment

    def _formatted(self, text: str, form: str) -> datetime:
        """%Z, which strptime reads and throws away, is UTC, GMT, Z, or a name that the mapping's
        zone has in that year. Raises ValueError for any other: whose is CST?"""
        if "%Z" not in form:
            return datetime.strptime(text, form)
        form = form.replace("%Z", "%z")
        for word in _ZONE_WORD.finditer(text):
            with suppress(ValueError):
                bare = f"{text[: word.start()]}+0000{text[word.end() :]}"
                moment = datetime.strptime(bare, form)
                return moment.replace(tzinfo=self._named_zone(word[0].upper(), moment.year))
        raise ValueError

    def _named_zone(self, word: str, year: int) -> tzinfo:
        if word in ("UTC", "GMT", "UT", "Z"):
            return UTC
        for day in (datetime(year, month, 1, tzinfo=self._zone) for month in range(1, 13)):
            offset = day.utcoffset()
            if day.tzname() == word and offset is not None:
                return timezone(offset)
        raise ValueError

    def _expected(self) -> str:
        if self._format is None:
            return "write it as 2017-05-08, or say time_format = ..."
        known = f"; %Z knows UTC, GMT, Z and the names of {self._zone}"
        return f"time_format is {self._format}{known if '%Z' in self._format else ''}"


_ZONE_WORD = re.compile(r"(?<![^\W\d_])(?:[A-Za-z]{1,5}|[+-]\d{2}(?:\d{2})?)(?![^\W_])")
_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ]+(.+))?")
_ZONE_WORDS = re.compile(r" ?(?:UTC|GMT|Z)$")


def _iso(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        if len(text) > 10:
            return moment
    except ValueError:
        pass
    found = _ISO.fullmatch(text)
    if found is None:
        raise ValueError
    year, month, day, clock = found.groups()
    date = datetime(int(year), int(month), int(day), 12)
    if clock is None:
        return date
    clock = _ZONE_WORDS.sub("+00:00", clock.strip()).replace(" +", "+").replace(" -", "-")
    return datetime.combine(date, time.fromisoformat(clock.zfill(5) if ":" in clock[:2] else clock))


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
    """Puts a row's time together: a column as it is, or a template filled from columns."""

    def __init__(self, part: RowsPart, positions: Sequence[int]) -> None:
        pieces = re.split(r"\{[^{}]+\}", part.time)
        self._literals = pieces
        self._is_template = len(pieces) > 1
        self._positions = tuple(positions)
        self.name = part.time

    def __call__(self, cells: Sequence[str]) -> str:
        if not self._is_template:
            return cells[self._positions[0]]
        text = self._literals[0]
        for position, literal in zip(self._positions, self._literals[1:], strict=True):
            text += cells[position].strip() + literal
        return text

    def all(self, rows: Sequence[Sequence[str]]) -> list[str]:
        """The texts of many rows."""
        return list(map(self if self._is_template else itemgetter(self._positions[0]), rows))
