"""Priorities as files: the same rows as the page, every number unrounded."""

from typing import Any

import msgspec

from feedback.priorities.rank import Said, Shown
from feedback.priorities.read import Known
from feedback.rows import Table, json_text

CAUTION = "linked with, not caused by"


def priorities_json(known: Known) -> str:
    """{"journey", "overall", "since", "until", "computed_at", "said": {...}, "shown": {...},
    "unhappy": [...]}; said and shown are null as long as too few have answered."""
    findings = known.findings
    document = {
        "journey": known.journey.name,
        "overall": known.overall.name if known.overall else None,
        "since": findings.since if findings else None,
        "until": findings.until if findings else None,
        "computed_at": known.found_at.isoformat() if known.found_at else None,
        "caution": CAUTION,
        "said": _said(known),
        "shown": _shown(known),
        "unhappy": [
            {"touchpoint": known.names[touchpoint], "a_month": n}
            for touchpoint, n in known.unhappy.items()
            if touchpoint in known.names
        ],
    }
    return json_text(document)


def _said(known: Known) -> dict[str, Any] | None:
    findings = known.findings
    if findings is None or not known.is_said:
        return None
    mentions = msgspec.to_builtins(findings.mentions)
    counts = {name: mentions[name] for name in ("answered", "negative", "positive")}
    more = {name: mentions[name] for name in ("none_of_these", "is_newest")}
    return counts | more | {"rows": [_said_row(item, known) for item in known.said]}


def _said_row(item: Said, known: Known) -> dict[str, Any]:
    return {
        "touchpoint": known.names[item.touchpoint],
        "verdict": item.verdict,
        "named": item.named.all,
        "named_negative": item.named.negative,
        "named_positive": item.named.positive,
        "share_negative": item.share_negative,
        "share_positive": item.share_positive,
        "difference": item.difference,
        "low": item.low,
        "high": item.high,
        "unhappy_a_month": item.unhappy,
    }


def _shown(known: Known) -> dict[str, Any] | None:
    findings = known.findings
    if findings is None:
        return None
    facts: dict[str, Any] = {
        "needed": findings.needed,
        "complete": findings.complete,
        "is_sample": findings.is_sample,
        "refused": findings.refused or None,
    }
    matrix = findings.matrix
    if matrix is None:
        return facts | {"rows": []}
    kept = msgspec.to_builtins(matrix)
    names = ("n", "r_squared", "method", "missing", "resamples", "seed", "notes")
    means = {"share_mean": matrix.share_mean, "performance_mean": matrix.performance_mean}
    rows = [_shown_row(item, known) for item in known.shown]
    return facts | {name: kept[name] for name in names} | means | {"rows": rows}


def _shown_row(item: Shown, known: Known) -> dict[str, Any]:
    kept: dict[str, Any] = msgspec.to_builtins(item.driver)
    kept["touchpoint"] = known.names.get(item.driver.touchpoint, "")
    return kept | {"is_sure": item.is_sure, "unhappy_a_month": item.unhappy}


def priorities_table(known: Known) -> Table:
    """One line a touchpoint and way ("said" or "shown"); what a way does not know stays empty."""
    said, shown = _said(known), _shown(known)
    rows = [{"way": "said"} | row for row in (said["rows"] if said else [])]
    rows += [{"way": "shown"} | row for row in (shown["rows"] if shown else [])]
    names = list(dict.fromkeys([*_HEAD, *(name for row in rows for name in row)]))
    return Table(names, ([row.get(name) for name in names] for row in rows))


_HEAD = ("way", "touchpoint", "verdict")
