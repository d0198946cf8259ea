"""A comparison as its files tell it."""

from typing import Any

from feedback.comparisons.compare import Group, Periods, Split
from feedback.rows import Table, dicts_table
from feedback.scoring import Metric, metric_dict, pair_level, row_dict


def found_dict(metric: Metric, found: Periods | Split) -> dict[str, Any]:
    """The JSON object of a comparison."""
    return periods_dict(metric, found) if isinstance(found, Periods) else split_dict(metric, found)


def periods_dict(metric: Metric, found: Periods) -> dict[str, Any]:
    """The JSON object of a comparison of periods: a is after, b before."""
    return {
        "metric": metric_dict(metric),
        "kind": "periods",
        "after": [found.after.since, found.after.until],
        "before": [found.before.since, found.before.until],
        "is_reworded": found.is_reworded,
        **found.found.as_dict(),
        "q_value": found.q_value,
        "level": found.found.level,
        "is_clear": found.found.is_clear,
        "is_over": found.is_over,
        "picked_from": found.picked_from,
        "times_wider": found.times,
    }


def split_dict(metric: Metric, found: Split) -> dict[str, Any]:
    """The JSON object of a comparison of groups: each against the base, the best first."""
    return {
        "metric": metric_dict(metric),
        "kind": "groups",
        "property": found.name,
        "months": [found.period.since, found.period.until],
        "answers": sum(group.score.n for group in found.groups),
        "base": found.base,
        "others": found.others,
        "without": found.without,
        "is_newest": False,  # of older versions, which read the newest answers only
        "difference_to_find": found.difference or None,
        "answers_needed": found.needed or None,
        "answers_planned": found.planned or None,
        "judged": found.judged,
        "together": found.together,
        "looks": found.looks,
        "level": pair_level(found.together, found.looks) if found.judged else None,
        "common": found.common,
        "spread": found.spread,
        "lead": _lead_dict(found),
        "rows": [_group_dict(group) for group in found.groups],
    }


def _lead_dict(found: Split) -> dict[str, Any] | None:
    if found.lead is None:
        return None
    better, worse, pair = found.lead
    numbers = {"observed": pair.observed, "low": pair.low, "high": pair.high}
    return {"group": better, "against": worse, **numbers, "is_clear": pair.is_clear}


def _group_dict(group: Group) -> dict[str, Any]:
    names = ("observed", "difference", "low", "high", "statistic", "p_value")
    found = group.found
    against = {f"against_{name}": getattr(found, name) if found else None for name in names}
    method = {"against_method": found.method if found else None}
    row = {"group": group.name, **row_dict(group.score), "shrunk": group.shrunk}
    is_clear = found.is_clear if found else None
    return row | against | {"q_value": group.q_value, "is_clear": is_clear} | method


def found_table(document: dict[str, Any]) -> Table:
    """One line a side or group; the difference stands on the line that it is said of."""
    rows = _sides(document) if document["kind"] == "periods" else _groups(document)
    flat = [
        {name: value for name, value in row.items() if name != "counts"}
        | {f"count_{rating}": n for rating, n in row["counts"].items()}
        for row in rows
    ]
    return dicts_table(flat)


def _groups(document: dict[str, Any]) -> list[dict[str, Any]]:
    """What was counted stands on every line: a line is read alone."""
    of_all = {name: document[name] for name in ("property", "base", "level")}
    of_all["months"] = "/".join(document["months"])
    return [row | of_all for row in document["rows"]]


def _sides(document: dict[str, Any]) -> list[dict[str, Any]]:
    names = ["observed", "difference", "low", "high", "statistic", "p_value", "method"]
    names += ["q_value", "level", "is_clear"]
    against = {f"against_{name}": document[name] for name in names}
    after = {"side": "after", "months": "/".join(document["after"]), **document["a"], **against}
    before = {"side": "before", "months": "/".join(document["before"]), **document["b"]}
    return [after, before | dict.fromkeys(against)]
