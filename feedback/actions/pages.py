"""The list of actions and the page of one, as their templates take them: nothing to compute."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from feedback.actions.effect import LEVEL, Effect
from feedback.actions.lines import Around
from feedback.actions.read import Reading
from feedback.actions.words import (
    full_sentence,
    kind_name,
    left_out_notes,
    phrase,
    summary,
    tone,
    verdict_name,
    write_day,
    write_difference,
    write_months,
    write_watch,
)
from feedback.calendar.models import Action
from feedback.i18n import current_locale, format_number, ngettext
from feedback.i18n import gettext as _
from feedback.surveys.texts import language_name
from feedback.wording import PERCENT, WrittenScore, headline_meaning, metric_name, write_score

BAR_WIDTH = 320
BAR_EDGE = 12
LEAST_SPAN = {"net": 20.0, "top": 10.0, "mean": 0.5}


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One line of the list."""

    id: uuid.UUID
    kind: str
    kind_name: str
    title: str
    place: str
    stage: str
    day: str
    by: str
    effect: str
    tone: str


@dataclass(frozen=True, slots=True)
class JourneyActions:
    id: uuid.UUID
    name: str
    rows: tuple[ActionRow, ...]


@dataclass(frozen=True, slots=True)
class ListPage:
    journeys: tuple[JourneyActions, ...]
    archived: tuple[ActionRow, ...]
    undo: ActionRow | None


def list_page(readings: Sequence[Reading], just_archived: str = "") -> ListPage:
    """`just_archived`: the id of what was put away a moment ago, to offer it back."""
    used = [each for each in readings if not each.is_archived]
    journeys = {each.place.journey.id: each.place.journey for each in used}
    archived = tuple(action_row(each) for each in readings if each.is_archived)
    return ListPage(
        journeys=tuple(
            JourneyActions(
                id, journey.name, tuple(action_row(r) for r in used if r.place.journey.id == id)
            )
            for id, journey in journeys.items()
        ),
        archived=archived,
        undo=next((row for row in archived if str(row.id) == just_archived), None),
    )


def action_row(reading: Reading) -> ActionRow:
    action, place = reading.action, reading.place
    is_note = action.kind == "note"
    return ActionRow(
        id=action.id,
        kind=action.kind,
        kind_name=kind_name(action.kind),
        title=action.title,
        place=place.name,
        stage=place.stage.name if place.stage and place.touchpoint else "",
        day=write_day(action.done_on),
        by=action.done_by,
        effect="" if is_note else summary(reading.effects, reading.calendar),
        tone=tone(reading.effects),
    )


@dataclass(frozen=True, slots=True)
class Bar:
    """A difference and its interval on a line with zero in its middle, in SVG units."""

    zero: float
    low: float
    high: float
    at: float
    label: str


@dataclass(frozen=True, slots=True)
class EffectView:
    """Before and after on one line, in words."""

    name: str
    metric: str
    meaning: str
    verdict: str
    tone: str
    number: str
    range: str
    phrase: str
    sentence: str
    before: WrittenScore
    before_months: str
    after: WrittenScore
    after_months: str
    watched: str
    notes: tuple[str, ...]
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class ActionPage:
    """Everything on the page of one action or note."""

    action: Action
    row: ActionRow
    journey: str
    is_planned: bool
    effects: tuple[EffectView, ...]
    summary: str
    family: str
    beside: tuple[ActionRow, ...]
    sentences: tuple[tuple[str, str, str], ...]
    around: Around

    @property
    def exports(self) -> tuple[tuple[str, str], ...]:
        return tuple((k.upper(), f"/actions/{self.action.id}.{k}") for k in ("csv", "json"))


def action_page(reading: Reading, beside: Sequence[Reading], around: Around) -> ActionPage:
    action = reading.action
    return ActionPage(
        action=action,
        row=action_row(reading),
        journey=reading.place.journey.name,
        is_planned=reading.calendar.is_planned,
        effects=tuple(_effect_view(effect, reading, around) for effect in reading.effects),
        summary="" if action.kind == "note" else summary(reading.effects, reading.calendar),
        family=_family(reading.effects),
        beside=tuple(action_row(other) for other in beside),
        sentences=tuple(
            (code, language_name(code), text) for code, text in (action.public_texts or {}).items()
        ),
        around=around,
    )


def _effect_view(effect: Effect, reading: Reading, around: Around) -> EffectView:
    written = write_difference(effect)
    told = around.told.get(effect.asked.id)
    watched = write_watch(told, reading.calendar) if told and effect.comparison else ""
    return EffectView(
        name=effect.asked.name,
        metric=metric_name(effect.metric),
        meaning=headline_meaning(effect.metric),
        verdict=verdict_name(effect.verdict),
        tone=tone([effect]),
        number=written.number if written else "",
        range=written.range if written else "",
        phrase=phrase(effect, reading.calendar),
        sentence=full_sentence(effect),
        before=write_score(effect.before.score, effect.metric),
        before_months=write_months(effect.before),
        after=write_score(effect.after.score, effect.metric),
        after_months=write_months(effect.after),
        watched=watched,
        notes=tuple(left_out_notes(effect, reading.calendar)),
        bar=_bar(effect),
    )


def _bar(effect: Effect) -> Bar | None:
    found, written = effect.comparison, write_difference(effect)
    if found is None or written is None:
        return None
    low, high, at = found.low or 0.0, found.high or 0.0, found.observed or 0.0
    span = max(abs(low), abs(high), abs(at), LEAST_SPAN[effect.metric.headline])
    half = BAR_WIDTH / 2

    def place(value: float) -> float:
        return round(half + (half - BAR_EDGE) * value / span, 1)

    label = _("Difference: %(difference)s, %(range)s") % {
        "difference": written.number,
        "range": written.range,
    }
    return Bar(zero=half, low=place(low), high=place(high), at=place(at), label=label)


def _family(effects: Sequence[Effect]) -> str:
    """Why intervals are wider where several lines are looked at together."""
    levels = [effect.comparison.level for effect in effects if effect.comparison is not None]
    if len(levels) < 2:
        return ""
    return ngettext(
        "%(n)s line is looked at together, so its difference has a %(level)s interval.",
        "%(n)s lines are looked at together, so each difference has a wider interval, of "
        "%(level)s: chance gets no more than one try in twenty for all of them.",
        len(levels),
    ) % {"n": len(levels), "level": _percent(levels[0])}


def _percent(level: float) -> str:
    digits = 0 if level == LEVEL else 1
    return format_number(100 * level, digits) + PERCENT[current_locale()]
