"""Priorities as files: the same rows as the page, every number unrounded."""

from typing import Any

import msgspec

from feedback.priorities.claims import LEAST_FOLLOW_UPS, Item
from feedback.priorities.leads import lead_sentence, look_again
from feedback.priorities.read import Known
from feedback.rows import Table, json_text

CAUTION = "linked with, not caused by"


def priorities_json(known: Known) -> str:
    """{"journey", "overall", "since", "until", "computed_at", "caution", "lead", "months", "list",
    "said", "shown", "unhappy"}; said and shown are null as long as too few have answered."""
    findings = known.findings
    document = {
        "journey": known.journey.name,
        "overall": known.overall.name if known.overall else None,
        "since": findings.since if findings else None,
        "until": findings.until if findings else None,
        "computed_at": known.found_at.isoformat() if known.found_at else None,
        "caution": CAUTION,
        "lead": {
            "text": lead_sentence(known),
            "reason": known.lead.reason or None,
            "is_sure": known.lead.is_sure,
            "touchpoints": [known.names[each] for each in known.lead.touchpoints],
            "more_people": known.lead.more,
            "look_again": look_again(known),
        },
        "months": list(known.unhappy_months),
        "list": [_row(place, item, known) for place, item in enumerate(known.items, start=1)],
        "said": _said(known),
        "shown": _shown(known),
        "unhappy": [
            {"touchpoint": known.names[touchpoint], "a_month": known.a_month(touchpoint)}
            for touchpoint in known.unhappy
        ],
    }
    return json_text(document)


def _row(place: int, item: Item, known: Known) -> dict[str, Any]:
    return {
        "place": place,
        "touchpoint": known.names[item.touchpoint],
        "verdict": item.verdict,
        "unhappy": item.unhappy,
        "unhappy_a_month": known.a_month(item.touchpoint),
        "goes_with": [known.names[each] for each in item.goes_with],
    }


def _said(known: Known) -> dict[str, Any] | None:
    findings = known.findings
    if findings is None or findings.mentions.answered < LEAST_FOLLOW_UPS:
        return None
    mentions = msgspec.to_builtins(findings.mentions)
    counts = {name: mentions[name] for name in ("answered", "negative", "positive")}
    more = {name: mentions[name] for name in ("none_of_these", "is_newest")}
    return counts | more | {"rows": [_said_row(item, known) for item in known.items if item.said]}


def _said_row(item: Item, known: Known) -> dict[str, Any]:
    kept: dict[str, Any] = msgspec.to_builtins(item.said)
    named = kept.pop("named")
    return {
        "touchpoint": known.names[item.touchpoint],
        "verdict": kept.pop("verdict"),
        "named": named["all"],
        "named_negative": named["negative"],
        "named_positive": named["positive"],
        **kept,
        "unhappy_a_month": known.a_month(item.touchpoint),
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


def _shown_row(item: Item, known: Known) -> dict[str, Any]:
    """`quadrant`: where the point lies; `verdict`: what is claimed, "unclear" unless sure."""
    kept: dict[str, Any] = msgspec.to_builtins(item.driver)
    kept["touchpoint"] = known.names[item.touchpoint]
    claimed = {"verdict": item.shown, "is_sure": item.shown != "unclear"}
    return kept | claimed | {"unhappy_a_month": known.a_month(item.touchpoint)}


def priorities_table(known: Known) -> Table:
    """One line a touchpoint, in the order of the page; what is not known of it stays empty."""
    rows = []
    for place, item in enumerate(known.items, start=1):
        row = _row(place, item, known)
        if item.said:
            found = _said_row(item, known)
            row = {"said_verdict": found["verdict"], **found, **row}
        if item.driver:
            found = _shown_row(item, known)
            row = {"shown_verdict": found["verdict"], **found, **row}
        rows.append(row | {"goes_with": "; ".join(row["goes_with"])})
    names = list(dict.fromkeys([*_HEAD, *(name for row in rows for name in row)]))
    return Table(names, ([row.get(name) for name in names] for row in rows))


_HEAD = ("place", "touchpoint", "verdict", "unhappy", "unhappy_a_month", "goes_with")
