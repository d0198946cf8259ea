"""What single cells say: a rating, a moment, a set of properties. Each text is read once."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from feedback.imports.mapping import RatingPart, RowsPart
from feedback.scoring import Metric, parse_ratings

# Beside the ratings 0 to 10 of any scale.
BLANK = -1
BAD = -2

# A file may hold millions of different texts; what is remembered of them must not grow with it.
REMEMBERED = 1 << 16


class Ratings(dict[str, int]):
    """Cell text -> its rating, BLANK or BAD, under one metric, missing codes and labels."""

    def __init__(self, part: RatingPart, metric: Metric) -> None:
        super().__init__()
        self.metric = metric
        self._missing = part.missing
        self._labels = {_folded(label): rating for label, rating in part.labels.items()}

    def __missing__(self, cell: str) -> int:
        rating = self._labels.get(_folded(cell))
        if rating is None:
            found = parse_ratings([cell], self.metric, self._missing)
            rating = next((rating for rating, n in found.counts.items() if n), None)
            if rating is None:
                rating = BLANK if found.missing else BAD
        if len(self) < REMEMBERED:
            self[cell] = rating
        return rating

    @property
    def scale(self) -> str:
        return f"{self.metric.minimum} to {self.metric.maximum}"


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moments(dict[str, int | str]):
    """Written time -> microseconds since 1970, or what is wrong with it (a text).

    Without a format: year first, as 2017-05-08, 2017/5/8 10:30 or 2017-05-08T10:30:00Z. A time
    without a zone is the mapping's; a day without a time is noon, so that it stays that day.
    """

    def __init__(self, part: RowsPart, zone: ZoneInfo, now: datetime) -> None:
        super().__init__()
        self._format = part.time_format
        self._zone = zone
        self._now = (now - EPOCH) // _MICROSECOND

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
            return _iso(text)
        moment = datetime.strptime(text, self._format)
        has_clock = re.search(r"%[HIXcTRsf]", self._format)
        return moment if has_clock else moment.replace(hour=12)

    def _expected(self) -> str:
        if self._format is None:
            return "write it as 2017-05-08, or say time_format = ..."
        return f"time_format is {self._format}"


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


def filled(cells: Sequence[str], places: Sequence[tuple[int, str]]) -> dict[str, Any]:
    """The properties of a row: name -> text, blank ones left out."""
    return {name: text for position, name in places if (text := cells[position].strip())}
