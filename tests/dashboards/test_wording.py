"""How a score is written."""

import pytest

from feedback import i18n
from feedback.scoring import METRICS, score
from feedback.wording import (
    metric_name,
    write_number,
    write_score,
    write_share,
    write_target,
)

NPS, CSAT, EFFORT = METRICS["nps"], METRICS["csat_5"], METRICS["ces_effort_5"]


@pytest.fixture(autouse=True)
def english() -> None:
    i18n.set_locale("en")


@pytest.mark.parametrize(
    "value, metric, written",
    [
        (41.7, NPS, "+42"),
        (-41.5, NPS, "−42"),
        (0.2, NPS, "0"),
        (-0.2, NPS, "0"),
        (82.5, CSAT, "83\N{NO-BREAK SPACE}%"),
        (2.25, EFFORT, "2.3"),
    ],
)
def test_a_number_is_rounded_away_from_zero(value: float, metric: object, written: str) -> None:
    assert write_number(value, metric) == written  # type: ignore[arg-type]


def test_a_score_stands_with_its_margin_and_answers() -> None:
    written = write_score(score({3: 20, 8: 30, 10: 50}, NPS), NPS)
    assert (written.number, written.note) == ("+30", "±\N{NO-BREAK SPACE}15 · 100 answers")
    assert written.exact == "30.0"


def test_below_five_answers_nothing_shows_but_their_number() -> None:
    written = write_score(score({10: 4}, NPS), NPS)
    assert (written.number, written.margin, written.range, written.exact) == ("–", "", "", "")
    assert written.answers == "4 answers, 1 more to show a score"
    assert written.bands.n == 0


@pytest.mark.parametrize(
    ("part", "whole", "written"),
    [(29, 200, "15"), (0.145, 1, "15"), (29 / 200, 1, "15"), (57, 1000, "6"), (1, 3, "33")],
)
def test_a_share_is_rounded_from_its_counts(part: float, whole: int, written: str) -> None:
    assert write_share(part, whole) == f"{written}\N{NO-BREAK SPACE}%"


def test_every_half_of_two_hundred_goes_away_from_zero() -> None:
    for part in range(1, 200, 2):
        percent = f"{(part + 1) // 2}\N{NO-BREAK SPACE}%"
        assert write_share(part, 200) == write_share(part / 200) == percent
        given = score({5: part, 1: 200 - part}, CSAT)
        assert write_score(given, CSAT).number == percent


@pytest.mark.parametrize(
    ("counts", "answers"),
    [
        ({4: 2}, "2 answers, 8 more to show a score"),
        ({1: 2, 3: 3, 5: 4}, "9 answers: 1, 1, 3, 3, 3, 5, 5, 5, 5"),
        ({2: 7}, "7 answers: 7 × 2"),
        ({5: 400}, "400 answers: 400 × 5"),
    ],
)
def test_a_mean_of_few_answers_or_of_one_rating_shows_its_counts(
    counts: dict[int, int], answers: str
) -> None:
    written = write_score(score(counts, EFFORT), EFFORT)
    assert (written.number, written.margin, written.range, written.exact) == ("–", "", "", "")
    assert written.answers == answers


def test_ten_answers_that_differ_have_a_mean_and_others_have_a_score_from_five() -> None:
    assert write_score(score({5: 9, 4: 1}, EFFORT), EFFORT).number == "4.9"
    assert write_score(score({10: 5}, NPS), NPS).number == "+100"


def test_few_answers_are_said_to_be_few() -> None:
    assert write_score(score({10: 12}, NPS), NPS).answers == "only 12 answers"


def test_no_answers_name_the_month() -> None:
    assert write_score(score({}, NPS), NPS, "March 2026").answers == "No answers in March 2026"


def test_a_margin_never_rounds_to_nothing() -> None:
    assert write_score(score({10: 90_000, 0: 90_000}, NPS), NPS).margin.endswith("0.5")


def test_a_range_is_clipped_to_the_scale() -> None:
    assert write_score(score({10: 5}, NPS), NPS).range.endswith("+100")


def test_bands_are_said_in_the_words_of_the_metric() -> None:
    label = write_score(score({1: 50, 5: 50}, EFFORT), EFFORT).bands.label
    assert label == "50\N{NO-BREAK SPACE}% difficult, 0\N{NO-BREAK SPACE}% neutral, " + (
        "50\N{NO-BREAK SPACE}% easy"
    )


def test_bands_fill_the_bar() -> None:
    parts = write_score(score({3: 1, 8: 1, 10: 4}, NPS), NPS).bands.parts
    assert [name for name, _, _ in parts] == ["negative", "neutral", "positive"]
    assert sum(share for _, _, share in parts) == pytest.approx(100, abs=0.02)


def test_the_direction_is_printed_where_low_is_good() -> None:
    assert metric_name(EFFORT) == "CES 1–5, low is good"
    assert write_target(2, EFFORT) == "2.0 or less"


def test_french_has_its_own_comma() -> None:
    i18n.set_locale("fr")
    assert write_number(2.25, EFFORT) == "2,3"


def test_a_margin_of_nearly_one_is_one() -> None:
    assert write_score(score({5: 4000, 2: 700}, CSAT), CSAT).margin == "±\N{NO-BREAK SPACE}1"


def test_french_keeps_the_sign_by_a_narrow_space() -> None:
    i18n.set_locale("fr")
    assert write_number(82, CSAT) == "82\N{NARROW NO-BREAK SPACE}%"
