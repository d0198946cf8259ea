"""The sentence above board and trends, and the note of a tile."""

import pytest

from feedback import i18n
from feedback.changes.find import JourneyChanges, NamedChange, Told, WatchedLine
from feedback.changes.words import note_change, say_changes
from feedback.readings.journey import StageInfo, TouchpointInfo
from feedback.scoring import METRICS
from tests.dashboards.journeys import stage, touchpoint

LOOKED_AT = "2026-10"


@pytest.fixture(autouse=True)
def english() -> None:
    i18n.set_locale("en")


def told(
    name: str = "Payment",
    difference: float = 0.0,
    *,
    metric: str = "nps",
    began: str = "2026-08",
    named_from: str = "2025-06",
    home: StageInfo | None = None,
    twin: TouchpointInfo | None = None,
) -> Told:
    """One line; no difference is no change."""
    place = touchpoint(name, metric)
    home = home or stage("Checkout", place)
    line = WatchedLine(home, None if twin else place, twin, METRICS[metric], "2024-11", ())
    change = NamedChange("2026-10", began, difference, difference - 4, difference + 4)
    return Told(line, change if difference else None, named_from, named_from > LOOKED_AT)


def says(*lines: Told, moves: int = 31, real: int = 0, channel: bool = False) -> str:
    found = JourneyChanges(LOOKED_AT, lines, moves, real)
    said = say_changes(found, is_newest=True, has_channel=channel)
    return " ".join(sentence.text for sentence in said.sentences)


def test_one_change() -> None:
    assert says(told("Payment", -12.2), told("Cart")) == (
        "In October, Payment fell by 12 points since August, more than chance explains. "
        "Nothing else clearly moved."
    )


def test_a_change_that_began_in_the_month_looked_at_is_not_since_it() -> None:
    assert says(told("Payment", -12.2, began=LOOKED_AT)).startswith(
        "In October, Payment fell by 12 points, more than chance explains."
    )


@pytest.mark.parametrize(
    "metric, difference, amount",
    [
        ("nps", 12.4, "rose by 12 points since"),
        ("nps", -1.2, "fell by 1 point since"),
        ("csat_5", -9.0, "fell by 9 percentage points since"),
        ("csat_5", 0.4, "rose by 0.4 percentage points since"),
        ("csat_10", -0.42, "fell by 0.4 on the scale 1–10 since"),
        ("ces_effort_5", 0.5, "rose by 0.5 on the scale 1–5 since"),
    ],
)
def test_units_are_words(metric: str, difference: float, amount: str) -> None:
    assert amount in says(told("Payment", difference, metric=metric))


@pytest.mark.parametrize(
    "metric, difference, word",
    [
        ("nps", 12, "Better"), ("nps", -12, "Worse"),
        ("ces_effort_5", 0.5, "Worse"), ("ces_effort_5", -0.5, "Better"),
    ],
)  # fmt: skip
def test_good_or_bad_is_a_word(metric: str, difference: float, word: str) -> None:
    found = JourneyChanges(LOOKED_AT, (told("Payment", difference, metric=metric),), 0, 1)
    sentence, _ = say_changes(found, is_newest=True, has_channel=False).sentences
    assert sentence.verdict is not None and sentence.verdict.word == word


def test_several_changes_are_told_and_the_rest_counted() -> None:
    lines = [told(name, -12) for name in ("Payment", "Cart", "Delivery", "Returns", "Advice")]
    text = says(*lines)
    assert text.count("fell by") == 3
    assert text.endswith("And 2 more.")
    assert text.count("In October") == 1


def test_no_change() -> None:
    assert says(told()) == "Nothing clearly changed in the last 12 months."


def test_too_little_history() -> None:
    lines = told(named_from="2027-05"), told("Cart", named_from="2027-03")
    assert says(*lines) == "Changes can be named from March 2027."


def test_no_line_yet() -> None:
    assert says().startswith("Changes can be named after 12 months with 30 answers")


def test_where_some_lines_are_young_it_is_said() -> None:
    text = says(told(), told("Cart", named_from="2027-03"))
    assert text == (
        "Nothing clearly changed in the last 12 months. "
        "For 1 of the 2 scores it is too early to say."
    )


def test_a_change_of_last_year_names_its_year() -> None:
    assert "since October 2025," in says(told("Payment", -12, began="2025-10"))
    assert "since November," in says(told("Payment", -12, began="2025-11"))


def test_two_places_of_one_name_are_told_apart() -> None:
    text = says(told("Chat", -12, home=stage("Advice")), told("Chat", home=stage("Care")))
    assert "Advice (Chat) fell" in text


def test_a_touchpoint_that_is_all_of_its_stage_is_named() -> None:
    assert "Checkout (Payment) fell" in says(
        told(difference=-12, twin=touchpoint("Payment", "nps"))
    )


def test_with_a_channel_it_says_that_all_are_watched() -> None:
    assert says(told(), channel=True).endswith("Changes are watched over all channels.")


@pytest.mark.parametrize(
    "moves, real, text",
    [
        (31, 1, "31 moves this year, 1 real"), (31, 0, "31 moves this year, none real"),
        (1, 1, "1 move this year, 1 real"), (31, 2, "31 moves this year, 2 real"),
    ],
)  # fmt: skip
def test_moves(moves: int, real: int, text: str) -> None:
    found = JourneyChanges(LOOKED_AT, (told(),), moves, real)
    said = say_changes(found, is_newest=True, has_channel=False)
    assert said.moves == text
    assert "this is said wrongly in 5\N{NO-BREAK SPACE}% of years" in said.explained[-1]


def test_a_tile_has_an_arrow_only_with_enough_answers() -> None:
    changed = told("Payment", 6.2, began="2026-03")
    sure = note_change(changed, LOOKED_AT, has_enough=True)
    assert (sure.arrow, sure.text) == ("up", "6 since March")
    few = note_change(changed, LOOKED_AT, has_enough=False)
    assert (few.arrow, few.text) == ("", "+6 since March")


@pytest.mark.parametrize(
    "line, text",
    [
        (told(), "no clear change"),
        (told(named_from="2027-03"), "changes can be named from March 2027"),
        (None, "no month with 30 answers yet"),
    ],
)
def test_a_tile_without_a_change(line: Told | None, text: str) -> None:
    note = note_change(line, LOOKED_AT, has_enough=True)
    assert (note.text, note.arrow, note.verdict) == (text, "", None)
