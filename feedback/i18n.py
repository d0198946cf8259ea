"""The reader's language: texts, months, dates, numbers. English is the source."""

import gettext as gettext_module
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, dates, negotiate_locale, numbers

from feedback.resources import resource_dir

LOCALES = {"en": "English", "fr": "Français"}
DEFAULT = "en"
# Calendars and numbers: day before month, as most of the world writes it.
BABEL_NAMES = {"en": "en_GB", "fr": "fr_FR"}

_current: ContextVar[str] = ContextVar("locale", default=DEFAULT)


def set_locale(code: str | None) -> str:
    """Use this language for the rest of the request; an unknown one means the default."""
    chosen = code if code in LOCALES else DEFAULT
    _current.set(chosen)
    return chosen


def current_locale() -> str:
    return _current.get()


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Within it texts are in this language: for what is read in several at once."""
    before = _current.set(code)
    try:
        yield
    finally:
        _current.reset(before)


def best_locale(accepted: str, offered: list[str], default: str) -> str:
    """The offered language that suits an Accept-Language header best.

    >>> best_locale("de;q=0.5, fr-CA, en;q=0.8", ["en", "fr"], "en")
    'fr'
    """
    wanted = []
    for part in accepted.split(","):
        code, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), code.replace("-", "_")))
        except ValueError:
            continue
    names = [code for _, code in sorted(wanted, key=lambda pair: pair[0]) if code]
    return negotiate_locale(names, offered, sep="_") or default


def gettext(message: str) -> str:
    return _catalogue(_current.get()).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    return _catalogue(_current.get()).ngettext(singular, plural, n)


def pgettext(context: str, message: str) -> str:
    return _catalogue(_current.get()).pgettext(context, message)


def npgettext(context: str, singular: str, plural: str, n: int) -> str:
    return _catalogue(_current.get()).npgettext(context, singular, plural, n)


def format_month(month: date | str, *, short: bool = False) -> str:
    """`March 2026`, `mars 2026`; short `Mar 26`, `mars 26`. Takes a date or `YYYY-MM`."""
    day = date.fromisoformat(f"{month}-01") if isinstance(month, str) else month
    return _formatted_month(day.replace(day=1), "yyMMM" if short else "yMMMM", _current.get())


@lru_cache(maxsize=2048)
def _formatted_month(day: date, skeleton: str, locale: str) -> str:
    return dates.format_skeleton(skeleton, day, locale=_babel_locale(locale))


def format_months(first: str, last: str) -> str:
    """`March 2026`, or `January 2026 to March 2026`; empty where there is none."""
    if first == last:
        return first and format_month(first)
    words = {"since": format_month(first), "until": format_month(last)}
    return gettext("%(since)s to %(until)s") % words


def format_date(moment: datetime, zone: str | ZoneInfo, *, with_time: bool = False) -> str:
    """A day, with its time if asked, on the workspace's clock: `22 Nov 2026, 14:05`."""
    local = moment.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)
    if with_time:
        return f"{_formatted_day(local.date(), 'd MMM y', _current.get())}, {local:%H:%M}"
    return _formatted_day(local.date(), "medium", _current.get())


@lru_cache(maxsize=4096)
def _formatted_day(day: date, format: str, locale: str) -> str:
    return dates.format_date(day, format, locale=_babel_locale(locale))


def format_number(value: float, digits: int = 0, *, sign: bool = False) -> str:
    """A number with the reader's separators: `1,234.5`, `1 234,5`; with `sign` also `+42`."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    if sign:
        pattern = f"+{pattern};-{pattern}"
    # Zero is one value, whatever its sign; and one entry.
    return _formatted(value or 0, pattern, _current.get())


# Babel takes longer for one number than a page for a row of them.
@lru_cache(maxsize=4096)
def _formatted(value: float, pattern: str, locale: str) -> str:
    return numbers.format_decimal(value, format=pattern, locale=_babel_locale(locale))


@cache
def _babel_locale(code: str) -> Locale:
    return Locale.parse(BABEL_NAMES[code])


@cache
def _catalogue(code: str) -> gettext_module.NullTranslations:
    if code == DEFAULT:
        return gettext_module.NullTranslations()
    folder = resource_dir("locales") / code / "LC_MESSAGES"
    compiled = folder / "feedback.mo"
    if compiled.is_file():
        with compiled.open("rb") as file:
            return gettext_module.GNUTranslations(file)
    return _compiled_in_memory(folder / "feedback.po")


def _compiled_in_memory(source: Path) -> gettext_module.NullTranslations:
    """A checkout has no compiled catalogue: nothing built is committed."""
    from io import BytesIO

    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return gettext_module.GNUTranslations(compiled)
