"""How the times of a column are written: every format that reads all of them."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from feedback.imports.mapping import RowsPart
from feedback.imports.moments import EPOCH, Moments

_END = datetime(9000, 1, 1, tzinfo=UTC)
_HERE, _ELSEWHERE = ZoneInfo("UTC"), ZoneInfo("Pacific/Honolulu")
_NUMBERS = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{2,4})(?!\d)(.*)", re.S)
_DAY_NAME = re.compile(
    r"(\d{1,2})(\.? |-|/| de )([^\W\d_]{3,}\.?)(,? |-|/| de )(\d{2,4})(?!\d)(.*)", re.S
)
_NAME_DAY = re.compile(r"([^\W\d_]{3,}\.?) (\d{1,2})(,? )(\d{4})(?!\d)(.*)", re.S)
_CLOCK = re.compile(
    r"(,? (?:at |um |à |a las )?|T)(\d{1,2})([:.h])(\d{2})(?:([:.])(\d{2})(\.\d+)?)?"
    r"(\s?)([ap]\.?\s?m\.?)?( ?)(Z|[A-Z]{2,5}|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?)?",
    re.IGNORECASE,
)
_HAS_CLOCK = re.compile(r"\d[:h]\d\d|T\d\d")
_TIME_NAME = re.compile(
    r"date|time|stamp|when|_at\b|\bat\b|on\b|created|submit|answer|datum|zeit|fecha|hora|"
    r"heure|horo|data\b|quand|jour",
    re.IGNORECASE,
)
_PLAIN_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


class TimeGuess:
    """The formats that may be those of a column; None among them is "year first".

    is_day: whether none of the times has a clock. examples: the first of them.
    """

    def __init__(self, forms: Sequence[str | None], now: datetime) -> None:
        self._readings = [_Reading(form, now) for form in forms]
        self.is_day = True
        self.examples: list[str] = []

    def take(self, texts: Sequence[str]) -> None:
        """Read some more of the column."""
        self.examples = self.examples or list(dict.fromkeys(texts))[:3]
        for text in dict.fromkeys(texts):
            self.is_day = self.is_day and _HAS_CLOCK.search(text) is None
            for reading in self._readings:
                reading.take(text)

    @property
    def forms(self) -> list[str | None]:
        """Those that read every time, and each to other moments than the ones before it.

        Of two, one that reads answers of days to come is not it.
        """
        whole = [reading for reading in self._readings if not reading.missed]
        past = [reading for reading in whole if not reading.ahead] or whole
        return list({reading.told: reading.form for reading in reversed(past)}.values())[::-1]

    @property
    def nearly(self) -> str | None:
        """The format that reads most of them."""
        return min(self._readings, key=lambda reading: reading.missed).form

    @property
    def names_zone(self) -> bool:
        """Whether each time names its own zone."""
        return all(reading.names_zone for reading in self._readings if not reading.missed)


class _Reading:
    """One format: how many texts it does not read, how many of the others are of days to come, and
    a hash of all their moments."""

    def __init__(self, form: str | None, now: datetime) -> None:
        part = RowsPart(time="", time_format=form)
        self._here, self._elsewhere = (Moments(part, zone, _END) for zone in (_HERE, _ELSEWHERE))
        self._tomorrow = (now + timedelta(days=1) - EPOCH) // timedelta(microseconds=1)
        self.form, self.missed, self.ahead, self.told, self.names_zone = form, 0, 0, 0, True

    def reads(self, text: str) -> bool:
        return isinstance(self._here[text], int)

    def take(self, text: str) -> None:
        here = self._here[text]
        if isinstance(here, int):
            self.told = hash((self.told, here))
            self.ahead += here > self._tomorrow
            self.names_zone = self.names_zone and here == self._elsewhere[text]
        else:
            self.missed += 1


def guess_times(name: str, texts: Sequence[str], now: datetime) -> TimeGuess | None:
    """The formats that could read a column; None unless nearly all of it looks like times.

    Plain numbers are times, of a computer or a spreadsheet, only where its name says so.
    """
    if not texts:
        return None
    if not _TIME_NAME.search(name) and any(map(_PLAIN_NUMBER.fullmatch, texts[:5])):
        return None
    forms: list[str | None] = [None]
    for text in texts[:5]:
        forms += [form for form in _forms(text) if form not in forms]
    readings = [_Reading(form, now) for form in forms]
    read = [[reading.reads(text) for text in texts] for reading in readings]
    if sum(map(any, zip(*read, strict=True))) < 0.9 * len(texts):
        return None
    return TimeGuess([form for form, told in zip(forms, read, strict=True) if any(told)], now)


def _forms(text: str) -> Iterator[str]:
    """Formats in which this text may be written, day first and month first."""
    if found := _NUMBERS.match(text):
        first, mark, _, last, rest = found.groups()
        year = "%Y" if len(last) == 4 else "%y"
        if len(first) <= 2:
            for order in ("%d{0}%m{0}{1}", "%m{0}%d{0}{1}"):
                yield from (order.format(mark, year) + clock for clock in _clocks(rest))
    elif found := _DAY_NAME.match(text):
        _, before, name, after, last, rest = found.groups()
        year = "%Y" if len(last) == 4 else "%y"
        for month in _months(name):
            yield from (f"%d{before}{month}{after}{year}{clock}" for clock in _clocks(rest))
    elif found := _NAME_DAY.match(text):
        name, _, after, _, rest = found.groups()
        for month in _months(name):
            yield from (f"{month} %d{after}%Y{clock}" for clock in _clocks(rest))


def _months(name: str) -> tuple[str, ...]:
    dot = "." if name.endswith(".") else ""
    return (f"%B{dot}", f"%b{dot}")


def _clocks(rest: str) -> Iterator[str]:
    """The formats of what stands behind a day."""
    if not rest.strip():
        yield ""
        return
    found = _CLOCK.fullmatch(rest.rstrip())
    if found is None:
        return
    before, _, mark, _, then, second, fraction, space, half, gap, zone = found.groups()
    clock = ("%I" if half else "%H") + mark + "%M"
    if second is not None:
        clock += then + "%S" + (".%f" if fraction else "")
    if half:
        clock += space + "%p"
    if not zone:
        yield before + clock
        return
    numbered = re.fullmatch(r"(UTC|GMT)?[+-].*", zone)
    gap = gap or ("" if half else space)
    yield before + clock + gap + ("%z" if numbered and not numbered[1] else "%Z")
