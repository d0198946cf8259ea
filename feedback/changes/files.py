"""What changed, as `.json` files tell it."""

from typing import Any

from feedback.changes.find import JourneyChanges, Told, Unsaid
from feedback.changes.lines import WatchedLine


def change_facts(told: Told) -> dict[str, Any]:
    """The JSON object of a line, all numbers unrounded and in headline units."""
    change = told.change
    return _place(told.line) | {
        "state": told.state,
        "signalled": change and change.signalled,
        "began": change and change.began,
        "difference": change and change.difference,
        "low": change and change.low,
        "high": change and change.high,
        "named_from": told.named_from,
        "direction": change and ("up" if change.is_up else "down"),
        "known_from": change and (change.known_from or None),
        "before": change and change.before.score,
        "now": change and change.now.score,
    }


def _place(line: WatchedLine) -> dict[str, Any]:
    return {
        "stage": line.stage.name,
        "touchpoint": line.touchpoint.name if line.touchpoint else None,
        "metric": line.metric.key,
    }


def _unsaid_facts(each: Unsaid) -> dict[str, Any]:
    said = each.said
    return _place(each.line) | {
        "signalled": said.signalled,
        "began": said.began,
        "direction": "up" if said.is_up else "down",
        "taken_back": said.month,
        "cause": said.cause,
        "answers_of": said.changed,
    }


def changes_document(found: JourneyChanges) -> dict[str, Any]:
    """What stands beside the rows of a `.json` page."""
    return {
        "changes": [change_facts(told) for told in found.lines],
        "joined": [change_facts(told) | {"from": told.joined} for told in found.joined],
        "taken_back": [_unsaid_facts(each) for each in found.taken_back],
        "looked_at": found.looked_at,
        "series": found.series,
        "false_alarms_a_year": found.rate,
        "moves": found.moves,
        "real": found.real,
    }
