"""When and to whom the widget shows a survey: the form and the column `Survey.rules`."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from feedback.i18n import gettext as _
from feedback.web.forms import FormReader, one_line

DEVICES = ("phone", "tablet", "desktop")
LISTS = {"devices": "device", "languages": "language"}
LEAST_DELAY, MOST_DELAY = 10, 3600
USUAL_AGAIN, USUAL_REST, MOST_DAYS = 90, 30, 730
# A path, what stands after # where an application keeps its routes there, or both.
_PATH = re.compile(r"[/*][^\s?#]*(#[^\s?]+)?|#[^\s?]+")
MOST_LINES, MOST_PATH, MOST_NAME, MOST_VALUE = 50, 200, 64, 500


def list_field(name: str, value: str) -> str:
    """The name of one box of a list: `device_phone`."""
    return f"{LISTS[name]}_{value}"


def roots(languages: Sequence[str]) -> list[str]:
    """The languages as the widget compares a visitor's: without their country.

    >>> roots(["pt-BR", "pt", "fr"])
    ['pt', 'fr']
    """
    return list(dict.fromkeys(code.split("-")[0] for code in languages))


def read_rules(reader: FormReader, place: str, languages: Sequence[str]) -> dict[str, Any] | None:
    """The rules that differ from the usual ones; None when there is none."""
    first, last = _day(reader, "from"), _day(reader, "to")
    if first and last and first > last:
        reader.fail("to", _("The last day comes before the first one."))
    rules: dict[str, Any] = {
        "paths": _paths(reader, "paths"),
        "not_paths": _paths(reader, "not_paths"),
        "delay": _delay(reader, place),
        "event": reader.line("event", most=MOST_NAME),
        "devices": _ticked(reader, "devices", DEVICES),
        "languages": _ticked(reader, "languages", languages),
        "properties": _properties(reader),
        "sample": _sample(reader),
        "from": first,
        "to": last,
        "again_after": _days(reader, "again_after", USUAL_AGAIN),
        "rest_after_dismissal": _days(reader, "rest_after_dismissal", USUAL_REST),
    }
    found = {name: value for name, value in rules.items() if value not in ("", None, [], {})}
    return found or None


def rules_values(rules: Mapping[str, Any] | None) -> dict[str, str]:
    """What the form shows of stored rules."""
    stored = dict(rules or {})
    values: dict[str, str] = {}
    for name in ("paths", "not_paths"):
        values[name] = "\n".join(stored.pop(name, []))
    for name in LISTS:
        values |= {list_field(name, value): "1" for value in stored.pop(name, [])}
    properties = stored.pop("properties", {})
    values["properties"] = "\n".join(f"{k} = {', '.join(v)}" for k, v in properties.items())
    return values | {name: str(value) for name, value in stored.items()}


def _lines(reader: FormReader, name: str) -> list[str]:
    """The lines of a text, blank ones left out."""
    typed = reader.typed(name)
    lines = [line for line in map(one_line, typed.splitlines()) if line]
    if len(lines) > MOST_LINES:
        reader.fail(name, _("Use at most %(n)s lines.") % {"n": MOST_LINES})
    if "\x00" in typed:
        reader.fail(name, _("Leave out characters that cannot be seen."))
    return lines[:MOST_LINES]


def _paths(reader: FormReader, name: str) -> list[str]:
    paths = _lines(reader, name)
    for path in paths:
        if not _PATH.fullmatch(path) or len(path) > MOST_PATH:
            problem = _(
                "“%(path)s” is not a path. Write one as /cart, /help/* or #/cart, without the site."
            )
            reader.fail(name, problem % {"path": path[:60]})
    return list(dict.fromkeys(paths))


def _delay(reader: FormReader, place: str) -> int | None:
    least = 0 if place == "inline" else LEAST_DELAY
    delay = _whole(reader, "delay", least, MOST_DELAY)
    # A side tab interrupts nobody: unless told to wait it is there at once.
    return None if delay == least and place != "tab" else delay


def _ticked(reader: FormReader, name: str, offered: Sequence[str]) -> list[str]:
    """The boxes ticked; none and all of them mean the same, and are stored as nothing."""
    ticked = [value for value in offered if reader.flag(list_field(name, value))]
    return [] if len(ticked) == len(offered) else ticked


def _properties(reader: FormReader) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in _lines(reader, "properties"):
        name, _sign, listed = (part.strip() for part in line.partition("="))
        values = [value.strip() for value in listed.split(",") if value.strip()]
        if not name or not values or name in found:
            problem = _("“%(line)s” cannot be read. Write each name once: plan = pro, team")
            reader.fail("properties", problem % {"line": line[:60]})
        elif len(name) > MOST_NAME or max(map(len, values)) > MOST_VALUE:
            reader.fail(
                "properties",
                _("A name has at most %(name)s characters, a value %(value)s.")
                % {"name": MOST_NAME, "value": MOST_VALUE},
            )
        found[name] = list(dict.fromkeys(values))
    return found


def _sample(reader: FormReader) -> float | None:
    sample = reader.number("sample")
    if sample is None or "sample" in reader.errors:
        return None
    if not 0 <= sample <= 100:
        reader.fail("sample", _("Write a number from 0 to 100."))
    tidy = round(sample, 2)
    return None if tidy == 100 else int(tidy) if tidy == int(tidy) else tidy


def _day(reader: FormReader, name: str) -> str:
    typed = reader.typed(name, strip=True)
    if not typed:
        return ""
    try:
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        reader.fail(name, _("Write the day as year-month-day, such as 2026-09-30."))
        return ""


def _days(reader: FormReader, name: str, usual: int) -> int | None:
    days = _whole(reader, name, 1, MOST_DAYS)
    return None if days == usual else days


def _whole(reader: FormReader, name: str, least: int, most: int) -> int | None:
    number = reader.number(name)
    if number is None or name in reader.errors:
        return None
    if number != int(number) or not least <= number <= most:
        limits = {"least": least, "most": most}
        reader.fail(name, _("Write a whole number from %(least)s to %(most)s.") % limits)
        return None
    return int(number)
