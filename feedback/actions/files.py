"""Actions as files: the numbers of the pages, unrounded, a row for each line that is read."""

from collections.abc import Sequence
from typing import Any

from feedback.actions.effect import LineEffect, Side
from feedback.actions.read import Reading
from feedback.actions.words import phrase, summary
from feedback.rows import Table, dicts_table, json_text
from feedback.scoring import FEW_BELOW


def actions_json(readings: Sequence[Reading]) -> str:
    """{"rows": [...]}; a note, or an action where nothing is asked, has no numbers."""
    return json_text({"rows": action_rows(readings)})


def actions_table(readings: Sequence[Reading]) -> Table:
    """The same rows, one line each."""
    return dicts_table(action_rows(readings))


_COMPARED = ("difference", "low", "high", "compared", "after_bad_spell")
_SCORED = ("n", "score", "low", "high", "display")


def action_rows(readings: Sequence[Reading]) -> list[dict[str, Any]]:
    return [
        _action(reading) | _line(reading, effect)
        for reading in readings
        for effect in (reading.effects or (None,))
    ]


def _action(reading: Reading) -> dict[str, Any]:
    action, place = reading.action, reading.place
    return {
        "id": str(action.id),
        "kind": action.kind,
        "title": action.title,
        "journey": place.journey.name,
        "stage": place.stage.name if place.stage else None,
        "touchpoint": place.touchpoint.name if place.touchpoint else None,
        "done_on": action.done_on.isoformat(),
        "done_by": action.done_by or None,
    }


def _line(reading: Reading, effect: LineEffect | None) -> dict[str, Any]:
    is_note = reading.action.kind == "note"
    if effect is None:
        text = None if is_note else summary(reading.effects, reading.calendar)
        verdict = None if is_note else "unasked"
    else:
        text, verdict = phrase(effect), effect.verdict
    found = effect.found if effect else None
    return {
        "line": effect.asked.name if effect else None,
        "metric": effect.metric.key if effect else None,
        "verdict": verdict,
        "effect": text,
        **_side("before", effect.before if effect else None),
        **_side("after", effect.after if effect else None),
        "own_month_n": effect.own if effect else None,
        "left_out_n": effect.left_out if effect else None,
        **{name: getattr(found, name) if found else None for name in _COMPARED},
        "level": effect.level if effect and effect.has_verdict else None,
        "months": len(effect.pairs) if effect else None,
        "known_from": (effect.known_from or None) if effect else None,
        "also_here": "; ".join(_named(other) for other in reading.beside) or None,
        "least": FEW_BELOW,
    }


def _named(reading: Reading) -> str:
    return f"{reading.action.done_on.isoformat()} {reading.action.title}"


def _side(name: str, side: Side | None) -> dict[str, Any]:
    return {
        f"{name}_first": (side.first or None) if side else None,
        f"{name}_last": (side.last or None) if side else None,
        **{f"{name}_{key}": getattr(side.score, key) if side else None for key in _SCORED},
    }
