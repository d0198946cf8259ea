"""The month of a time as a file writes it, or as it was in a zone."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from feedback.errors import FeedbackError
from feedback.offline.times import Written, read_formatted, read_time

_MONTH_ALONE = re.compile(r"[0-9]{4}[-/](?:0[1-9]|1[0-2])")
# Summer time moves a zone by an hour or two; what differs by more is two places.
_ONE_ZONE = timedelta(hours=2)
_REMEMBERED = 1 << 16


class Months:
    """Reads months by `time_format`, or whatever can mean one moment only, as an import does.

    Without a zone the month is the one that is written; else the one it was in `time_zone`.
    Raises FeedbackError for a zone there is not.

    >>> Months().of("2017-05-31 23:30:00 UTC"), Months().of("8 May 2017"), Months().of("8/5/2017")
    ('2017-05', '2017-05', None)
    >>> Months("%d/%m/%Y %H:%M").of("31/01/2024")
    '2024-01'
    >>> Months(time_zone="Europe/Paris").of("2024-01-31T23:30:00Z")
    '2024-02'
    """

    def __init__(self, time_format: str | None = None, time_zone: str | None = None) -> None:
        self._zone = None if time_zone is None else _zone(time_zone)
        # Programs leave midnight out: a time that is a day alone fits the day of the format.
        forms = [] if time_format is None else [time_format, _day_of(time_format)]
        self._forms: list[str | None] = [form for form in forms if form] or [None]
        self._known: dict[str, str | None] = {}
        self._offsets: set[timedelta] = set()
        self.expected = (
            f"--time-format is {time_format}"
            if time_format
            else "write it as 2017-05-08, or say --time-format"
        )

    def of(self, text: str) -> str | None:
        """The month, YYYY-MM, or None where the text is no time."""
        if text not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[text] = self._month(text.strip())
        return self._known[text]

    def _month(self, text: str) -> str | None:
        if _MONTH_ALONE.fullmatch(text) and self._forms == [None]:
            return text.replace("/", "-")
        written = self._written(text)
        if written is None:
            return None
        moment = written.moment
        if self._zone is not None and not written.is_day:
            moment = moment if moment.tzinfo else moment.replace(tzinfo=self._zone)
            if written.zone_name not in (None, moment.tzname()):
                return None
            moment = moment.astimezone(self._zone)
        elif (offset := moment.utcoffset()) is not None:
            self._offsets.add(offset)
        return f"{moment:%Y-%m}"

    def _written(self, text: str) -> Written | None:
        for form in self._forms:
            try:
                return read_time(text) if form is None else read_formatted(text, form)
            except (ValueError, OverflowError):
                continue
        return None

    @property
    def told(self) -> str | None:
        """One sentence where times name zones far from each other: their months are not alike."""
        if not self._offsets or max(self._offsets) - min(self._offsets) <= _ONE_ZONE:
            return None
        return (
            "The times name different zones, and each counts in the month of its own: "
            "say --time-zone, such as Europe/Paris, to count all in one."
        )


def _day_of(time_format: str) -> str:
    """The format without the clock at its end; empty where there is none."""
    found = re.fullmatch(r"(.*?)[ T,]*%[HI].*", time_format, re.S)
    return found[1] if found else ""


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise FeedbackError(
            f'--time-zone "{name}" is no time zone; write one such as America/Los_Angeles.'
        ) from error
