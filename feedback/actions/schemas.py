"""What the form of an action sends, checked field by field."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from feedback.calendar.models import KINDS, Action
from feedback.i18n import gettext as _
from feedback.web.forms import Form, FormReader

TITLE_LENGTH = 200
BY_LENGTH = 120
DETAILS_LENGTH = 4000
PUBLIC_LENGTH = 200
OLDEST = date(2000, 1, 1)
YEARS_AHEAD = 5


@dataclass(frozen=True, slots=True)
class PlaceIn:
    """One of: a touchpoint, a stage, or else the whole journey."""

    journey_id: uuid.UUID
    stage_id: uuid.UUID | None = None
    touchpoint_id: uuid.UUID | None = None

    @property
    def key(self) -> str:
        """How the form names it: `touchpoint:<id>`."""
        if self.touchpoint_id is not None:
            return f"touchpoint:{self.touchpoint_id}"
        if self.stage_id is not None:
            return f"stage:{self.stage_id}"
        return f"journey:{self.journey_id}"


@dataclass(frozen=True, slots=True)
class ActionIn:
    kind: str
    title: str
    place: PlaceIn
    done_on: date
    done_by: str
    details: str
    public_texts: Mapping[str, str]


def read_action(
    data: Any, *, places: Mapping[str, PlaceIn], languages: Collection[str], today: date
) -> Form[ActionIn]:
    """`places` by their keys may be chosen; a public sentence is read in each of `languages`."""
    reader = FormReader(data)
    kind = reader.choice("kind", KINDS, "action")
    title = reader.line("title", most=TITLE_LENGTH, missing=_("Say what was done, in a few words."))
    chosen = reader.choice("place", places)
    day = _day(reader, today)
    done_by = reader.line("done_by", most=BY_LENGTH)
    details = reader.paragraphs("details", most=DETAILS_LENGTH)
    texts = _public_texts(reader, kind, chosen, languages)
    if chosen not in places or day is None:
        return Form(reader.values, reader.errors)
    return reader.result(ActionIn(kind, title, places[chosen], day, done_by, details, texts))


def blank_form(
    *, kind: str, place: str, today: date, languages: Collection[str], problem: str = ""
) -> Form[ActionIn]:
    """A new form as it opens; `problem`: what is wrong with the place of its address."""
    values = {
        "kind": kind,
        "title": "",
        "place": place,
        "done_on": today.isoformat(),
        "done_by": "",
        "details": "",
        **{f"public_{code}": "" for code in languages},
    }
    errors = {"place": problem} if problem else {}
    if kind not in KINDS:
        errors["kind"] = _("Choose one from the list.")
    return Form(values, errors)


def filled_form(action: Action, languages: Sequence[str]) -> Form[ActionIn]:
    texts = action.public_texts or {}
    place = PlaceIn(action.journey_id, action.stage_id, action.touchpoint_id)
    values = {
        "kind": action.kind,
        "title": action.title,
        "place": place.key,
        "done_on": action.done_on.isoformat(),
        "done_by": action.done_by,
        "details": action.details,
        **{f"public_{code}": str(texts.get(code, "")) for code in languages},
    }
    return Form(values, {})


def _day(reader: FormReader, today: date) -> date | None:
    typed = reader.raw("done_on").strip()
    reader.values["done_on"] = typed
    latest = date(today.year + YEARS_AHEAD, 12, 31)
    try:
        day = date.fromisoformat(typed) if len(typed) == len("2026-03-15") else None
    except ValueError:
        day = None
    if day is None:
        reader.fail("done_on", _("A day is written YYYY-MM-DD, as in 2026-03-15."))
    elif not OLDEST <= day <= latest:
        problem = _("Choose a day from %(first)s to %(last)s.")
        reader.fail("done_on", problem % {"first": OLDEST.year, "last": latest.year})
    return day


def _public_texts(
    reader: FormReader, kind: str, place: str, languages: Collection[str]
) -> dict[str, str]:
    """What customers will read. Only the thank-you of one touchpoint can show it."""
    texts = {}
    for code in languages:
        name = f"public_{code}"
        if text := reader.line(name, most=PUBLIC_LENGTH):
            texts[code] = text
            if kind == "note":
                reader.fail(name, _("A note stays in the team. Make it an action, or clear this."))
            elif not place.startswith("touchpoint:"):
                reader.fail(
                    name,
                    _("It is shown in the thank-you of one touchpoint: choose one, or clear this."),
                )
    return texts
