"""Which lines a journey watches, and what is told of each: by the CUSUM, and by it alone."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from feedback.changes.files import change_facts, changes_document
from feedback.changes.find import find_changes
from feedback.changes.lines import watched_lines
from feedback.scoring.months import shift
from tests.dashboards.journeys import (
    FALLEN,
    USUAL,
    Rows,
    journey,
    months,
    stage,
    touchpoint,
)

FIRST, UNTIL = "2025-01", "2026-04"
FALL = months((12, USUAL), (4, FALLEN))
QUIET = months((16, USUAL))


def test_it_names_a_fall() -> None:
    payment = touchpoint("Payment", "nps")
    shop = journey(stage("Checkout", payment))
    found = find_changes(shop, Rows().add(payment, FIRST, *FALL).rows, UNTIL, "UTC")
    [told] = found.changed
    assert told.change is not None
    assert (told.change.began, told.change.difference) == ("2026-01", -30.0)
    assert "2026-01" <= told.change.signalled <= "2026-03"
    assert told.change.low is not None and told.change.high is not None
    assert told.change.low < -30 < told.change.high
    assert (told.change.before.score, told.change.months, told.change.now.score) == (30, 12, 0)
    assert (told.change.after, told.change.known_from) == (("2026-03", "2026-04"), "")
    assert not told.change.is_better(told.line.metric)
    assert (found.series, found.real, found.rate) == (1, 1, 0.08)


def test_the_size_of_a_new_change_is_not_known_yet() -> None:
    payment = touchpoint("Payment", "nps")
    shop = journey(stage("Checkout", payment))
    rows = Rows().add(payment, FIRST, *FALL).rows
    [told] = find_changes(shop, rows, "2026-02", "UTC").changed
    assert told.change is not None
    assert (told.change.signalled, told.change.is_up) == ("2026-02", False)
    assert (told.change.difference, told.change.low, told.change.high) == (None, None, None)
    assert told.change.known_from == "2026-04"
    facts = change_facts(told)
    assert (facts["direction"], facts["known_from"]) == ("down", "2026-04")


def test_a_change_may_be_named_from_the_seventh_month_on() -> None:
    payment = touchpoint("Payment", "nps")
    shop = journey(stage("Checkout", payment))
    rows = Rows().add(payment, "2025-10", *months((6, USUAL), (1, {0: 100}))).rows
    [told] = find_changes(shop, rows, UNTIL, "UTC").changed
    assert told.change is not None
    assert (told.change.began, told.change.months) == ("2026-04", 6)


def test_a_quiet_line_has_no_clear_change() -> None:
    payment = touchpoint("Payment", "nps")
    rows = Rows().add(payment, FIRST, *QUIET).rows
    [told] = find_changes(journey(stage("Checkout", payment)), rows, UNTIL, "UTC").lines
    assert (told.state, told.change) == ("no clear change", None)


def test_too_little_history_says_from_when() -> None:
    payment = touchpoint("Payment", "nps")
    rows = Rows().add(payment, "2026-06", *months((5, USUAL))).rows
    [told] = find_changes(journey(stage("Checkout", payment)), rows, "2026-10", "UTC").lines
    assert (told.state, told.named_from) == ("too early", "2026-12")


def test_a_touchpoint_that_is_all_of_its_stage_is_one_line() -> None:
    payment, cart, delivery = (touchpoint(name, "nps") for name in ("Payment", "Cart", "Delivery"))
    rows = Rows()
    for place in (payment, cart, delivery):
        rows.add(place, FIRST, *QUIET)
    shop = journey(stage("Checkout", payment, cart), stage("Care", delivery))
    found = find_changes(shop, rows.rows, UNTIL, "UTC")
    names = [(t.line.stage.name, t.line.touchpoint and t.line.touchpoint.name) for t in found.lines]
    assert names == [
        ("Checkout", None), ("Checkout", "Payment"), ("Checkout", "Cart"), ("Care", None),
    ]  # fmt: skip
    twin = found.by_key[str(shop.stages[1].id), str(delivery.id), "nps"]
    assert twin is found.by_key[str(shop.stages[1].id), None, "nps"]


def test_a_stage_pools_the_touchpoints_of_its_metric() -> None:
    payment, cart = touchpoint("Payment", "nps"), touchpoint("Cart", "nps")
    rows = Rows().add(payment, FIRST, *QUIET).add(cart, FIRST, *QUIET).rows
    lines = watched_lines(journey(stage("Checkout", payment, cart)), rows, UNTIL, "UTC")
    assert +Counter(lines[0].scores[0].counts) == {3: 40, 7: 60, 10: 100}


def test_only_lines_with_thirty_answers_in_a_month_are_watched() -> None:
    payment, cart = touchpoint("Payment", "nps"), touchpoint("Cart", "csat_5")
    rows = Rows().add(payment, FIRST, *QUIET).add(cart, FIRST, *months((16, {5: 29}))).rows
    found = find_changes(journey(stage("Checkout", payment, cart)), rows, UNTIL, "UTC")
    assert [told.line.metric.key for told in found.lines] == ["nps"]


def test_a_metric_asked_formerly_is_not_watched() -> None:
    payment = touchpoint("Payment", "nps", "csat_5")
    rows = Rows().add(payment, FIRST, *QUIET, series=0).rows
    assert find_changes(journey(stage("Checkout", payment)), rows, UNTIL, "UTC").series == 0


def test_an_archived_touchpoint_counts_in_its_stage_and_has_no_line() -> None:
    payment = touchpoint("Payment", "nps")
    old = touchpoint("Fax", "nps", is_archived=True)
    rows = Rows().add(payment, FIRST, *QUIET).add(old, FIRST, *QUIET).rows
    lines = watched_lines(journey(stage("Checkout", payment, old)), rows, UNTIL, "UTC")
    assert [line.touchpoint and line.touchpoint.name for line in lines] == [None, "Payment"]
    assert lines[0].scores[0].n == 200


def test_a_line_begins_anew_at_its_newest_seam() -> None:
    payment = touchpoint("Payment", "nps", reworded=datetime(2025, 9, 12, tzinfo=UTC))
    rows = Rows().add(payment, FIRST, *months((9, USUAL)), series=0)
    rows.add(payment, "2025-09", *months((8, FALLEN)))
    shop = journey(stage("Checkout", payment))
    [line] = watched_lines(shop, rows.rows, UNTIL, "UTC")
    assert (line.since, +Counter(line.scores[0].counts)) == ("2025-09", FALLEN)
    [told] = find_changes(shop, rows.rows, UNTIL, "UTC").lines
    assert (told.state, told.named_from) == ("no clear change", "2026-03")


def test_march_never_knows_april() -> None:
    payment = touchpoint("Payment", "nps")
    shop = journey(stage("Checkout", payment))
    rows = Rows().add(payment, FIRST, *FALL).rows
    for until in ("2025-12", "2026-01", "2026-03"):
        known = [row for row in rows if row.month.isoformat()[:7] <= until]
        with_april = changes_document(find_changes(shop, rows, until, "UTC"))
        assert with_april == changes_document(find_changes(shop, known, until, "UTC"))


def test_a_change_is_told_for_a_year() -> None:
    payment = touchpoint("Payment", "nps")
    shop = journey(stage("Checkout", payment))
    rows = Rows().add(payment, FIRST, *months((12, USUAL), (24, FALLEN))).rows
    [told] = find_changes(shop, rows, UNTIL, "UTC").changed
    assert told.change is not None
    last = shift(told.change.signalled, 11)
    assert find_changes(shop, rows, last, "UTC").real == 1
    after = find_changes(shop, rows, shift(last, 1), "UTC")
    assert (after.changed, after.real, after.lines[0].state) == ((), 0, "no clear change")


def test_where_low_is_good_a_rise_is_worse() -> None:
    effort = touchpoint("Returns", "ces_effort_5")
    parts = months((12, {1: 50, 2: 30, 4: 20}), (4, {1: 20, 2: 30, 5: 50}))
    rows = Rows().add(effort, FIRST, *parts).rows
    [told] = find_changes(journey(stage("Care", effort)), rows, UNTIL, "UTC").changed
    assert told.change is not None and told.change.is_up
    assert not told.change.is_better(told.line.metric)


@pytest.mark.parametrize(
    "monthly, moves",
    [
        (QUIET, 0),
        (months((15, USUAL), (1, FALLEN)), 1),
        (months((15, USUAL), (1, {10: 29})), 0),
        (months((14, USUAL), (1, {}), (1, FALLEN)), 0),
        ([{10: 50, 0: 50 + at % 2} for at in range(16)], 12),
        (months((15, {10: 500, 0: 500}), (1, {10: 501, 0: 500})), 0),
    ],
    ids=["quiet", "one", "few answers", "a gap", "each month of the year", "rounds alike"],
)
def test_moves_are_counted(monthly: list[dict[int, int]], moves: int) -> None:
    payment = touchpoint("Payment", "nps")
    rows = Rows().add(payment, FIRST, *monthly).rows
    found = find_changes(journey(stage("Checkout", payment)), rows, UNTIL, "UTC")
    assert found.moves == moves


def test_the_facts_are_unrounded() -> None:
    payment = touchpoint("Payment", "nps")
    rows = Rows().add(payment, FIRST, *FALL).rows
    [told] = find_changes(journey(stage("Checkout", payment)), rows, UNTIL, "UTC").lines
    facts = change_facts(told)
    assert (facts["stage"], facts["touchpoint"], facts["metric"]) == ("Checkout", None, "nps")
    assert told.change is not None and facts["low"] == told.change.low
