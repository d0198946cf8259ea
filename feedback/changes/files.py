"""What changed, as `.json` files tell it."""

from typing import Any

from feedback.changes.find import JourneyChanges, Told


def change_facts(told: Told) -> dict[str, Any]:
    """The JSON object of a line, all numbers unrounded and in headline units."""
    line, change = told.line, told.change
    return {
        "stage": line.stage.name,
        "touchpoint": line.touchpoint.name if line.touchpoint else None,
        "metric": line.metric.key,
        "state": told.state,
        "signalled": change and change.signalled,
        "began": change and change.began,
        "difference": change and change.difference,
        "low": change and change.low,
        "high": change and change.high,
        "named_from": told.named_from,
        "direction": change and ("up" if change.is_up else "down"),
        "known_from": change and (change.known_from or None),
    }


def changes_document(found: JourneyChanges) -> dict[str, Any]:
    """What stands beside the rows of a `.json` page."""
    return {
        "changes": [change_facts(told) for told in found.lines],
        "looked_at": found.looked_at,
        "series": found.series,
        "false_alarms_a_year": found.rate,
        "moves": found.moves,
        "real": found.real,
    }
