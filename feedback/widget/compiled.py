"""What `look` and `rules` mean to the script: worked out here, so that it stays small.

A page loads the script's 6 kB always; what only some surveys need, such as the style of a side
tab or the faces of a scale, travels with the configuration of those.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from feedback.surveys.customer_texts import page_words
from feedback.surveys.widget_settings.color import BLACK, WHITE, contrast
from feedback.widget.paths import path_pattern

_LEFT = "right:auto;left:clamp(0px,50% - 180px,16px)"
_TOP = "top:0;bottom:auto;border-radius:0 0 var(--feedback-radius,6px) var(--feedback-radius,6px)"
CORNERS = {
    "bottom-left": f".over{{{_LEFT}}}",
    "top-right": f".over{{{_TOP}}}",
    "top-left": f".over{{{_TOP};{_LEFT}}}",
}
# On a phone from edge to edge; elsewhere it is a pop-up.
BAR = "@media(max-width:640px){.over{right:0;left:0;width:100%}}"
TAB = (
    "summary{list-style:none;cursor:pointer;position:fixed;z-index:2147483647;right:0;top:40%;"
    "padding:20px 12px;border:solid #888;border-width:1px 0 1px 1px;"
    "writing-mode:vertical-rl;font-size:15px;color-scheme:light dark;"
    "border-radius:var(--feedback-radius,6px) 0 0 var(--feedback-radius,6px)}"
    "summary::-webkit-details-marker{display:none}"
    "details{padding:0;border:0}"  # in the top layer a browser gives it both
)
# The page in the frame asks the question itself; here it is left to who hears it.
FRAME = (
    "iframe{display:block;width:calc(100% + 32px);height:60vh;margin:32px -16px 0;border:0}"
    "#question{position:absolute;clip-path:inset(50%)}"
)
PICTURES = (
    "svg{width:28px;max-width:100%;fill:none;stroke:currentColor;stroke-width:1.5;"
    "vertical-align:middle}"
)
STARS = ".lit svg{fill:currentColor}"
STAR = "M12 2l3 7 7 1-5 5 1 7-6-4-6 4 1-7-5-5 7-1z"


def compiled(
    where: Mapping[str, Any],
    language: str,
    steps: int,
    time_zone: str,
    is_theirs: bool = True,
) -> dict[str, dict[str, Any]]:
    """`look` and `rules` of one survey in one language, each only when set.

    steps: from the lowest rating to the highest. time_zone: the workspace's, whose days count.
    is_theirs: whether the rules have the page's first language, which the request tells.
    """
    found = {}
    if "look" in where:
        found["look"] = _look(where["look"], language, steps)
    if "rules" in where:
        found["rules"] = _rules(where["rules"], ZoneInfo(time_zone), is_theirs)
    return found


def rarity(told: Mapping[str, Any]) -> float:
    """Sorts the survey of the smallest sample first, or a common one would take its every turn."""
    sample: float = told.get("rules", {}).get("sample", 100)
    return sample


def _look(look: Mapping[str, Any], language: str, steps: int) -> dict[str, Any]:
    kept = {name: look[name] for name in ("place", "target", "logo") if look.get(name)}
    worked_out = {
        "css": _css(look),
        "pictures": _pictures(look.get("art"), steps),
        "tab": (look.get("tab") or {}).get(language) or _usual_tab(look, language),
    }
    return kept | {name: value for name, value in worked_out.items() if value}


def _usual_tab(look: Mapping[str, Any], language: str) -> str:
    return page_words(language)["tab"] if look.get("place") == "tab" else ""


def _css(look: Mapping[str, Any]) -> str:
    place, art, scheme = look.get("place"), look.get("art"), look.get("scheme")
    parts = (
        _tokens(look),
        CORNERS.get(look.get("corner", ""), ""),
        BAR if place == "bar" else "",
        TAB if place == "tab" else "",
        FRAME if place == "frame" else "",
        PICTURES if art in ("faces", "stars") else "",
        STARS if art == "stars" else "",
        f"section,summary{{color-scheme:{scheme}}}" if scheme in ("light", "dark") else "",
    )
    return "".join(parts)


def _tokens(look: Mapping[str, Any]) -> str:
    # A page's own --color or --ink reaches into the shadow; no page has our prefix.
    color, radius = look.get("color"), look.get("radius")
    found = []
    if color:
        found += [f"--feedback-color:{color}", f"--feedback-ink:{ink_on(color)}"]
    if radius is not None:
        found.append(f"--feedback-radius:{radius}px")
    return f":host{{{';'.join(found)}}}" if found else ""


def ink_on(color: str) -> str:
    """Black or white, whichever is read better on this colour (WCAG's contrast).

    >>> ink_on("#0b6b5d"), ink_on("#ffd54a")
    ('#fff', '#000')
    """
    return "#000" if contrast(color, BLACK) > contrast(color, WHITE) else "#fff"


def _pictures(art: Any, steps: int) -> list[str]:
    if art == "stars":
        return [STAR] * (steps + 1)
    return [_face(at / steps) for at in range(steps + 1)] if art == "faces" else []


def _face(smile: float) -> str:
    """An outline of a face that smiles more from 0 to 1."""
    mouth = f"M7 {17 - 3 * smile:.4g}q5 {10 * smile - 5:.4g} 10 0"
    return f"M12 2a10 10 0 1 0 .1 0M8 9v1M16 9v1{mouth}"


def _rules(rules: Mapping[str, Any], zone: ZoneInfo, is_theirs: bool) -> dict[str, Any]:
    names = ("delay", "event", "sample", "again_after", "rest_after_dismissal")
    found = {name: rules[name] for name in names if rules.get(name) is not None}
    if first := rules.get("from"):
        found["from"] = _begins(date.fromisoformat(first), zone)
    if last := rules.get("to"):
        found["to"] = _begins(date.fromisoformat(last) + timedelta(days=1), zone) - 1
    if path := path_pattern(rules.get("paths") or [], rules.get("not_paths") or []):
        found["path"] = path
    wanted = {"@device": rules.get("devices")} | (rules.get("properties") or {})
    is_one_of = {name: _texts(values) for name, values in wanted.items() if values}
    if not is_theirs:
        is_one_of["@language"] = []  # none will do
    if is_one_of:
        found["is"] = is_one_of
    return found


def _begins(day: date, zone: ZoneInfo) -> int:
    """When a day begins there, in milliseconds as JavaScript counts."""
    return int(datetime.combine(day, time(), zone).timestamp() * 1000)


def _texts(values: Sequence[Any]) -> list[str]:
    """As JavaScript writes them."""
    return [value if isinstance(value, str) else json.dumps(value) for value in values]
