"""What differences are made of, as `/trends.json` tells it."""

from collections.abc import Mapping
from typing import Any

from feedback.dashboards.mix.lines import (
    MixLine,
    Period,
    Split,
    group_names,
    is_hidden,
    mix_lines,
)
from feedback.dashboards.read import Counts
from feedback.scoring import MixGroup, Score

_NOT_OF_FEW = ("score_before", "score_after", "within", "mix")


def mix_document(counts: Counts) -> list[dict[str, Any]]:
    """What stands as "mix" beside the rows of `/trends.json`, one object a line in view.

    Scores, `change`, `within` and `mix` in headline units, unrounded; within + mix = change.
    Shares are of the period's answers, 0 to 1. `splits`: one by channel, one by touchpoint, each
    only where there are several; groups of under 5 answers are one group `others`, and null
    stands for what is not shown of so few, or is not there.
    """
    return [_line_facts(line) for line in mix_lines(counts)]


def _line_facts(line: MixLine) -> dict[str, Any]:
    return {
        "stage": line.stage.name,
        "touchpoint": line.touchpoint.name if line.touchpoint else None,
        "state": line.state,
        "is_since_change": line.is_since,
        "before": _period_facts(line.before, line.score_before),
        "after": _period_facts(line.after, line.score_after),
        "splits": [_split_facts(split, line) for split in line.splits],
    }


def _period_facts(period: Period, found: Score) -> dict[str, Any]:
    shown = found.score if found.display != "hidden" else None
    return {"from": period.first, "to": period.last, "n": found.n, "score": shown}


def _split_facts(split: Split, line: MixLine) -> dict[str, Any]:
    names = group_names(line)
    return {
        "by": split.by,
        "change": split.mix.change,
        "within": split.mix.within,
        "mix": split.mix.mix,
        "groups": [_group_facts(group, names) for group in split.mix.groups],
    }


def _group_facts(group: MixGroup, names: Mapping[str, str]) -> dict[str, Any]:
    shown = not is_hidden(group)
    return {
        "group": names.get(group.name, group.name),
        "n_before": group.n_before,
        "n_after": group.n_after,
        "share_before": group.share_before,
        "share_after": group.share_after,
        **{name: getattr(group, name) if shown else None for name in _NOT_OF_FEW},
    }
