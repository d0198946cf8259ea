"""Scores of a data frame of counts, as lines over the months."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from feedback.readings.seams import CURRENT
from feedback.scoring import METRICS, Score, score_groups

if TYPE_CHECKING:
    import pandas as pd


Line = Mapping[str, Score]  # by month, YYYY-MM; a month without answers is left out
Lines = Mapping[tuple[str, str], Line]  # by metric and id


def score_lines(frame: "pd.DataFrame", column: str, wording: str = CURRENT) -> Lines:
    """One line for each metric and each value of `column`; different metrics never meet.

    Nor do wordings: a line holds the answers to what was asked last in its month, or, with
    `wording` "replaced", those that an older wording still got.
    """
    lines: dict[tuple[str, str], dict[str, Score]] = {}
    for key, part in _by_metric(frame[frame["wording"] == wording]):
        for row in score_groups(part, [column, "month"], METRICS[key]):
            lines.setdefault((key, row.group[column]), {})[row.group["month"]] = row.score
    return lines


def score_totals(frame: "pd.DataFrame", column: str) -> Mapping[tuple[str, str], Score]:
    """One score over all months for each metric and each value of `column`, last wording only."""
    return {
        (key, row.group[column]): row.score
        for key, part in _by_metric(frame[frame["wording"] == CURRENT])
        for row in score_groups(part, [column], METRICS[key])
    }


def _by_metric(frame: "pd.DataFrame") -> Iterator[tuple[str, "pd.DataFrame"]]:
    for key in frame["metric"].unique():
        yield key, frame[frame["metric"] == key]
