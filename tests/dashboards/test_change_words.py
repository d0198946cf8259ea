"""The sentence above board and trends, and the note of a tile."""

from dataclasses import replace
from typing import Any

import pytest

from feedback import i18n
from feedback.changes.find import JourneyChanges, NamedChange, Told
from feedback.changes.lines import Scores, WatchedLine
from feedback.changes.notes import note_change
from feedback.changes.words import say_changes
from feedback.readings.journey import StageInfo, TouchpointInfo
from feedback.scoring import METRICS, Score, score
from feedback.scoring.months import months_between, shift
from tests.dashboards.journeys import stage, touchpoint

LOOKED_AT = "2026-10"
YEAR = tuple(months_between("2025-08", "2026-07"))


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
    line = WatchedLine(
        home, None if twin else place, twin, METRICS[metric], "2024-11", Scores(metric, ())
    )
    before = level(metric, 50)
    change = NamedChange(
        signalled="2026-10", began=began, is_up=difference > 0, difference=difference,
        low=difference - 4, high=difference + 4, known_from="", before=before, held=YEAR,
        now=replace(before, score=(before.score or 0) + difference),
        after=("2026-10",), is_month=True, usual=4.0,
    )  # fmt: skip
    return Told(line, change if difference else None, named_from, named_from > LOOKED_AT)


def level(metric: str, best: int) -> Score:
    """The score where so many of 100 gave the highest rating, and the others the lowest."""
    asked = METRICS[metric]
    return score({asked.minimum: 100 - best, asked.maximum: best}, asked)


def unsized(line: Told, **changed: Any) -> Told:
    """The same change while its lasting size is not known."""
    assert line.change is not None
    unknown = {"difference": None, "low": None, "high": None, "known_from": "2026-12"}
    return replace(line, change=replace(line.change, **unknown | changed))


def says(*lines: Told, moves: int = 31, real: int = 0, channel: bool = False) -> str:
    found = JourneyChanges(LOOKED_AT, lines, moves, real)
    said = say_changes(found, is_newest=True, has_channel=channel)
    return " ".join(sentence.text for sentence in said.sentences)


def test_one_change() -> None:
    assert says(told("Payment", -12.2), told("Cart")) == (
        "Payment fell by 12 points in August (±\N{NO-BREAK SPACE}4): \u221212 in October, 0 "
        "over the year before. Nothing else clearly moved."
    )


def test_the_fact_first_then_what_it_is_worth_then_when_to_look_again() -> None:
    line = told("Payment", -10, metric="csat_5", began="2026-09")
    assert says(unsized(line)).startswith(
        "Payment fell in September, beyond its usual ups and downs (±\N{NO-BREAK SPACE}4 points): "
        "40\N{NO-BREAK SPACE}% in October, 50\N{NO-BREAK SPACE}% over the year before. "
        "Its lasting size is known in December."
    )


def test_a_rise_of_a_mean_within_the_usual_month_is_told_since_it_began() -> None:
    line = told("Payment", 0.5, metric="csat_10")
    text = says(unsized(line, is_month=False, usual=0.24, held=YEAR[6:]))
    assert text.startswith(
        "Payment rose in August, beyond its usual ups and downs (±\N{NO-BREAK SPACE}0.2): "
        "6.0 since August, 5.5 over the 6 months before."
    )


def test_months_that_do_not_lie_right_before_are_named() -> None:
    line = told("Payment", -10, metric="csat_5", began="2026-09")
    earlier = tuple(shift(each, -9) for each in YEAR)
    assert "over the year before (Nov 2024 – Oct 2025). Its" in says(unsized(line, held=earlier))


def test_a_page_of_one_metric_names_another() -> None:
    found = JourneyChanges("2026-10", (told("Payment", -10, metric="csat_5"),), 0, 1)
    for shown, place in (("csat_5", "Payment fell"), ("nps", "Payment (CSAT 1–5) fell")):
        said = say_changes(found, is_newest=True, has_channel=False, shown=shown)
        assert said.sentences[0].text.startswith(place)


def test_french_says_the_same() -> None:
    i18n.set_locale("fr")
    line = told("Paiement", -10, metric="csat_5", began="2026-09")
    thin, fixed = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
    assert says(unsized(line)).startswith(
        f"Paiement a baissé en septembre, au-delà de ses variations habituelles (±{fixed}4 points)"
        f"{thin}: 40{thin}% en octobre, 50{thin}% sur l’année précédente. "
        "Ampleur durable connue en décembre."
    )
    assert says(line).startswith("Paiement a baissé de 10 points de pourcentage en septembre")


@pytest.mark.parametrize(
    "metric, difference, amount",
    [
        ("nps", 12.4, "rose by 12 points in"),
        ("nps", -1.2, "fell by 1 point in"),
        ("csat_5", -9.0, "fell by 9 percentage points in"),
        ("csat_5", 0.4, "rose by 0.4 percentage points in"),
        ("csat_10", -0.42, "fell by 0.4 on the scale 1–10 in"),
        ("ces_effort_5", 0.5, "rose by 0.5 on the scale 1–5 in"),
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
    assert text.count("in October") == 3


def test_no_change() -> None:
    assert says(told()) == "Nothing clearly changed in the last 12 months."


def test_too_little_history() -> None:
    lines = told(named_from="2027-05"), told("Cart", named_from="2027-03")
    assert says(*lines) == "Changes can be named from March 2027."


def test_no_line_yet() -> None:
    assert says().startswith("Changes can be named after 6 months with 30 answers")


def test_where_some_lines_are_young_it_is_said() -> None:
    text = says(told(), told("Cart", named_from="2027-03"))
    assert text == (
        "Nothing clearly changed in the last 12 months. "
        "For 1 of the 2 scores it is too early to say."
    )


def test_a_change_of_last_year_names_its_year() -> None:
    assert "in October 2025 (" in says(told("Payment", -12, began="2025-10"))
    assert "in November (" in says(told("Payment", -12, began="2025-11"))


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
    assert "this is said wrongly in at most 8\N{NO-BREAK SPACE}% of years" in said.explained[-1]


def test_a_tile_has_an_arrow_only_with_enough_answers() -> None:
    changed = told("Payment", 6.2, began="2026-03")
    sure = note_change(changed, LOOKED_AT, has_enough=True)
    assert (sure.arrow, sure.text) == ("up", "6 since March")
    few = note_change(changed, LOOKED_AT, has_enough=False)
    assert (few.arrow, few.text) == ("", "+6 since March")


def test_a_tile_has_no_number_before_the_size_is_known() -> None:
    changed = unsized(told("Payment", -6.2, began="2026-09"))
    sure = note_change(changed, LOOKED_AT, has_enough=True)
    assert (sure.arrow, sure.text) == ("down", "since September")
    assert sure.title == "Its lasting size is known in December"
    assert note_change(changed, LOOKED_AT, has_enough=False).text == "down since September"


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
