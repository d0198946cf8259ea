"""A time as form tools, spreadsheets and people write it, where it can mean one moment only.

=======================================  =====================================================
2024-1-5, 2024/01/05 9:05:00 PM GMT+2     the year first; am and pm as a. m. too; a zone as UTC,
                                          GMT, Z, +02:00, GMT+2, UTC+02:00 or a name (CET)
5 mai 2024, May 5th, 2024 at 10:30        the month in words of seven languages
1706742000, 1706742000123                 seconds or milliseconds since 1970
45322.979                                 days of a spreadsheet program
=======================================  =====================================================

05/01/2024 is none of these: it is January or May.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from feedback.offline.month_words import day_in_words


class Written(NamedTuple):
    """What a text says: a moment, aware if it names an offset; a day alone is its noon.

    zone_name: a name such as CET, whose offset depends on where it is read.
    """

    moment: datetime
    is_day: bool = False
    zone_name: str | None = None


class DayOrMonthError(ValueError):
    """A date whose first number may be the day or the month."""


def read_time(text: str) -> Written:
    """What the text says. Raises ValueError if it says no time, or could say two.

    >>> read_time("2026/08/06 11:05:40 p. m. GMT-3").moment.isoformat()
    '2026-08-06T23:05:40-03:00'
    >>> read_time("mar. 5 mars 2024 à 9h05").moment.isoformat()
    '2024-03-05T09:05:00'
    >>> read_time("45322.5").moment.isoformat(), read_time("45322").is_day
    ('2024-01-31T12:00:00', True)
    """
    plain = _plain(text)
    if _NUMBER.fullmatch(plain):
        return _counted(plain)
    if _ISO.fullmatch(plain):
        try:
            return Written(datetime.fromisoformat(plain))
        except ValueError:
            pass
    return _in_parts(plain)


def read_formatted(text: str, form: str) -> Written:
    """What the text says by a format of strptime. Raises ValueError if it does not fit.

    Beyond strptime: p. m. is PM, and a zone is kept: as %Z; as %z in whatever form; as it stands
    in the format (`%H:%M GMT-3`, `%SZ`); and after the clock, though the format has none.

    >>> read_formatted("31/01/2024 23:30 UTC", "%d/%m/%Y %H:%M %Z").moment.isoformat()
    '2024-01-31T23:30:00+00:00'
    >>> read_formatted("13/02/2022 10:26 p. m.", "%d/%m/%Y %I:%M %p").moment.isoformat()
    '2022-02-13T22:26:00'
    """
    asked = _asked(form)
    zone, name = asked.zone, asked.zone_name
    moment = None if asked.names_zone else _fitting(text, form)
    if moment is None:
        plain = _CLOCK.sub(_with_am_or_pm, _plain(text))
        moment = None if asked.names_zone else _fitting(plain, asked.plain)
    if moment is None and asked.is_in_words:
        return _in_parts(plain)  # in whatever language
    if moment is None:
        clock = _CLOCK.search(plain)
        zone, name, rest = _zone(plain[clock.end() :]) if clock else (None, None, "")
        if clock is None or (zone is None and name is None):
            raise ValueError(text)
        moment = datetime.strptime(f"{plain[: clock.end()]} {rest}".strip(), asked.without_zone)
    moment = moment if asked.has_clock else moment.replace(hour=12)
    return Written(moment.replace(tzinfo=moment.tzinfo or zone), not asked.has_clock, name)


class _Asked(NamedTuple):
    """What a format says of a zone and a clock; `plain`, `without_zone`: it, spaced evenly."""

    plain: str
    without_zone: str
    zone: tzinfo | None
    zone_name: str | None
    names_zone: bool
    is_in_words: bool
    has_clock: bool


@cache
def _asked(form: str) -> _Asked:
    # The zone of `%H:%M GMT-3`, which strptime would look for and throw away.
    last = form.rfind("%")
    zone, name, rest = _zone(form[last + 2 :]) if last >= 0 else (None, None, "")
    return _Asked(
        " ".join(form.split()),
        " ".join(_ZONE_ASKED.sub("", form).split()),
        None if rest.strip() else zone,
        None if rest.strip() else name,
        names_zone="%Z" in form,
        is_in_words="%b" in form or "%B" in form,
        has_clock=_HAS_CLOCK.search(form) is not None,
    )


_NUMBER = re.compile(r"[0-9]{5}(?:[.,][0-9]+)?|[0-9]{10}(?:[.,][0-9]{1,9})?|[0-9]{13}|[0-9]{16}")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ].+|[0-9]{8}T.+")
_CLOCK = re.compile(
    r"(?<![0-9:])([0-9]{1,2})(?::| ?h ?)([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?(?![0-9:])"
    r"(?: ?([ap])\.? ?m\b\.?)?",
    flags=re.IGNORECASE,
)
_ZONE = re.compile(
    r" ?(?:(?i:UTC|GMT|UT|Z)(?![A-Za-z])(?: ?([+-]) ?([0-9]{1,2})(?::?([0-9]{2}))?)?"
    r"|([+-])([0-9]{1,2})(?::?([0-9]{2}))?(?![0-9/.-])"
    r"|([A-Z]{3,5})(?![A-Za-z]))(?: ?\([^()]*\))?"
)
_ZONE_ASKED = re.compile(r" ?%[zZ]")
_HAS_CLOCK = re.compile(r"%[HIXcTRsf]")
_YEAR_FIRST = re.compile(
    r"([0-9]{4})(?:([-/]|\. ?)([0-9]{1,2})\2([0-9]{1,2})\.?|([0-9]{2})([0-9]{2})"
    r"|年 ?([0-9]{1,2})月 ?([0-9]{1,2})日)T?"
)
_EITHER_FIRST = re.compile(r"[0-9]{1,2}([-/. ])[0-9]{1,2}\1(?:[0-9]{4}|[0-9]{2})\.?")
# The letters of German clocks; others of Europe write these names in English.
_NAMES = {"MEZ": "CET", "MESZ": "CEST", "OEZ": "EET", "OESZ": "EEST"}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_SERIAL_DAY = datetime(1899, 12, 30)  # with the 29 February 1900 that Excel believes in
_SERIAL_DAYS = range(25569, 73050)  # 1970 to 2099
_NOON = time(12)


def _plain(text: str) -> str:
    if not text.isascii():  # narrow spaces before PM, wide digits, a true minus
        text = unicodedata.normalize("NFKC", text).replace("\u2212", "-")
        text = text.replace("\u200e", "").replace("\u200f", "")
    return " ".join(text.split())


def _counted(plain: str) -> Written:
    whole, _, fraction = plain.replace(",", ".").partition(".")
    number = Decimal(f"{whole}.{fraction or 0}")
    if len(whole) > 5:
        microseconds = int(number * 10 ** (16 - len(whole)))
        return Written(_EPOCH + timedelta(microseconds=microseconds))
    if int(whole) not in _SERIAL_DAYS:
        raise ValueError(plain)
    milliseconds = round((number - int(whole)) * 86_400_000)
    day = _FIRST_SERIAL_DAY + timedelta(days=int(whole))
    if not milliseconds:
        return Written(day.replace(hour=12), is_day=True)
    return Written(day + timedelta(milliseconds=milliseconds))


def _in_parts(plain: str) -> Written:
    clock = _CLOCK.search(plain)
    if clock is None:
        return Written(datetime.combine(_date(plain), _NOON), is_day=True)
    zone, name, rest = _zone(plain[clock.end() :])
    day = _date(f"{plain[: clock.start()]} {rest}")
    return Written(datetime.combine(day, _time(clock), zone), zone_name=name)


def _time(clock: re.Match[str]) -> time:
    hour, minute, second, fraction, half = clock.groups()
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError(clock[0])
        hours = hours % 12 + (12 if half in "pP" else 0)
    return time(hours, int(minute), int(second or 0), int((fraction or "0")[:6].ljust(6, "0")))


def _with_am_or_pm(clock: re.Match[str]) -> str:
    if clock[5] is None:
        return clock[0]
    return f"{clock[0][: clock.start(5) - clock.start()].strip()} {clock[5].upper()}M"


def _zone(tail: str) -> tuple[tzinfo | None, str | None, str]:
    """The zone that the text after a clock begins with, or its name; and what comes after it."""
    found = _ZONE.match(tail)
    if found is None:
        return None, None, tail
    rest = tail[found.end() :]
    if found[7]:
        return None, _NAMES.get(found[7], found[7]), rest
    sign, hours, minutes = (found[n] or found[n + 3] for n in (1, 2, 3))
    if sign is None:
        return UTC, None, rest
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if offset > timedelta(hours=14) or int(minutes or 0) > 59:
        raise ValueError(tail)
    return timezone(offset if sign == "+" else -offset), None, rest


def _fitting(plain: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(plain, form)
    except ValueError:
        return None


def _date(text: str) -> date:
    bare = text.strip(" ,")
    if found := _YEAR_FIRST.fullmatch(bare):
        month, day = found[3] or found[5] or found[7], found[4] or found[6] or found[8]
        return date(int(found[1]), int(month), int(day))
    if _EITHER_FIRST.fullmatch(bare):
        raise DayOrMonthError(text)
    return day_in_words(bare)
