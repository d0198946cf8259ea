"""The rows of the trends are those that a data frame of the same counts gives, by any names."""

from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.readings.queries import RATINGS, CountRow
from feedback.readings.scores import NAMES, GroupedCounts
from feedback.scoring import METRICS, ScoreRow, score, score_groups
from feedback.scoring.months import month_of
from feedback.surveys.seams import CURRENT, REPLACED
from tests.dashboards.journeys import journey, stage, touchpoint

NPS = METRICS["nps"]
REWORDED = datetime(2026, 2, 10, tzinfo=UTC)
# Two stages have a touchpoint of the same name; both names come before the other's in the alphabet.
SHOP = journey(
    stage("Pay", touchpoint("Till", "nps", reworded=REWORDED), touchpoint("App", "nps")),
    stage("Find", touchpoint("Till", "nps")),
)
PLACED = {series.id: (where.name, at.name, series) for where, at, series in SHOP.placed_series}
MONTHS = [date(2026, month, 1) for month in (1, 2, 3)]

counts = st.tuples(*[st.integers(0, 3) for _ in RATINGS])
rows = st.lists(
    st.builds(
        CountRow,
        st.sampled_from(list(PLACED)),
        st.sampled_from(MONTHS),
        st.sampled_from(["widget", "email", "kiosk"]),
        counts,
    ),
    max_size=12,
)
orders = st.lists(st.sampled_from(NAMES), unique=True, max_size=len(NAMES))


def frame(given: list[CountRow]) -> "pd.DataFrame":
    """The same as a data frame, a row for each rating that was given."""
    facts: list[dict[str, Any]] = []
    first = next(iter(PLACED.values()))[2]
    for row in given:
        where, at, series = PLACED[row.series]
        # What the first series asked was replaced in February.
        wording = REPLACED if series is first and row.month >= MONTHS[1] else CURRENT
        values = (month_of(row.month), where, at, row.channel, wording)
        named = dict(zip(NAMES, values, strict=True))
        facts += [
            {**named, "rating": rating, "n": n}
            for rating, n in zip(RATINGS, row.counts, strict=True)
            if n and rating in NPS.scale
        ]
    found = pd.DataFrame(facts, columns=[*NAMES, "rating", "n"])
    stated = {
        "stage": ["Pay", "Find"],
        "touchpoint": ["Till", "App"],
        "channel": list(dict.fromkeys(row.channel for row in given)),
        "wording": [REPLACED, CURRENT],
    }
    for name, order in stated.items():
        found[name] = pd.Categorical(found[name], categories=order)
    return found.astype({"rating": int, "n": int})


@given(rows, orders)
@settings(max_examples=50)
def test_it_gives_the_rows_of_a_frame(given: list[CountRow], by: list[str]) -> None:
    found = GroupedCounts(SHOP, given, "UTC").score_rows(by, NPS)
    assert found == score_groups(frame(given), by, NPS)


@pytest.mark.parametrize("empty", [(), (CountRow(next(iter(PLACED)), MONTHS[0], "", (0,) * 11),)])
def test_without_answers_there_is_one_row_over_all_and_none_by_name(empty: Any) -> None:
    none = GroupedCounts(SHOP, empty, "UTC")
    assert none.score_rows([], NPS) == [ScoreRow({}, score({}, NPS))]
    assert none.score_rows(["month"], NPS) == none.pooled_rows(["month"], NPS) == []
