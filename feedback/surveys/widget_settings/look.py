"""Where the widget shows a survey, and in which colours: the form and the column `Survey.look`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from feedback.i18n import gettext as _
from feedback.surveys.widget_settings.color import is_color
from feedback.surveys.widget_settings.origins import read_origins
from feedback.web.forms import FormReader

PLACES = ("popup", "tab", "bar", "inline", "frame")
CORNERS = ("bottom-right", "bottom-left", "top-right", "top-left")
SCHEMES = ("auto", "light", "dark")
ARTS = ("numbers", "faces", "stars")
# What a survey looks like that nobody has touched: the first of each list.
USUAL = {"place": PLACES[0], "corner": CORNERS[0], "scheme": SCHEMES[0], "art": ARTS[0]}
USUAL_RADIUS, MOST_RADIUS = 6, 24
MOST_LOGO, MOST_TAB, MOST_TARGET = 40, 30, 200


def has_art(metric: str) -> bool:
    """Whether faces and stars may stand for its ratings: they do for satisfaction alone."""
    return metric.startswith("csat")


def tab_field(language: str) -> str:
    return f"tab_{language}"


def read_look(reader: FormReader, metric: str, languages: Sequence[str]) -> dict[str, Any] | None:
    """The look as chosen; None when nothing differs from the usual one."""
    place = reader.choice("place", PLACES, PLACES[0])
    look: dict[str, Any] = {
        "place": place,
        "corner": reader.choice("corner", CORNERS, CORNERS[0]),
        "scheme": reader.choice("scheme", SCHEMES, SCHEMES[0]),
        "art": _art(reader, metric),
    }
    more = {
        "target": _target(reader, place),
        "color": _color(reader),
        "radius": _radius(reader),
        "logo": reader.line("logo", most=MOST_LOGO),
        "tab": _tab(reader, place, languages),
        "origins": read_origins(reader),
    }
    look |= {name: value for name, value in more.items() if value not in ("", None, {}, [])}
    return None if look == USUAL else look


def look_values(look: Mapping[str, Any] | None) -> dict[str, str]:
    """What the form shows of a stored look."""
    stored = USUAL | dict(look or {})
    labels, origins = stored.pop("tab", {}), stored.pop("origins", [])
    values = {name: str(value) for name, value in stored.items()}
    values["origins"] = "\n".join(origins)
    return values | {tab_field(code): label for code, label in labels.items()}


def shown_look(look: Mapping[str, Any], metric: str, languages: Iterable[str]) -> dict[str, Any]:
    """The look as the widget reads it in these languages; faces follow the metric of today.

    Which sites may frame the hosted page is told by that page alone.
    """
    found = {name: value for name, value in look.items() if name != "origins"}
    if not has_art(metric):
        found["art"] = ARTS[0]
    labels = found.pop("tab", {})
    told = {code: labels[code] for code in languages if code in labels}
    return found | ({"tab": told} if told else {})


def _art(reader: FormReader, metric: str) -> str:
    art = reader.choice("art", ARTS, ARTS[0])
    if art in ARTS[1:] and not has_art(metric):
        reader.fail(
            "art",
            _("Faces and stars are for satisfaction only. This survey is asked in numbers."),
        )
    return art


def _target(reader: FormReader, place: str) -> str:
    target = reader.line("target", most=MOST_TARGET)
    if place != "inline":
        return ""
    if not target:
        reader.fail("target", _("Name the element it stands in, such as #after-order."))
    return target


def _color(reader: FormReader) -> str:
    color = reader.line("color", most=20).lower()
    if color and not is_color(color):
        reader.fail("color", _("Write the colour as # and six digits, such as #0b6b5d."))
    return color


def _radius(reader: FormReader) -> int | None:
    radius = reader.number("radius")
    if radius is None or "radius" in reader.errors:
        return None
    if radius != int(radius) or not 0 <= radius <= MOST_RADIUS:
        problem = _("Write a whole number from 0 to %(most)s.") % {"most": MOST_RADIUS}
        reader.fail("radius", problem)
        return None
    return None if radius == USUAL_RADIUS else int(radius)


def _tab(reader: FormReader, place: str, languages: Sequence[str]) -> dict[str, str]:
    labels = {code: reader.line(tab_field(code), most=MOST_TAB) for code in languages}
    return {code: label for code, label in labels.items() if label} if place == "tab" else {}
