"""The geometry of a trend, on plain numbers."""

import re
from datetime import date
from typing import Any

import pytest

from feedback.charts.geometry import PANEL, SPARK, ChartData, draw
from feedback.charts.lines import Axis, Beside, FlagDay, Point, Seam, common_axis
from feedback.scoring.months import months_between, shift

AXIS = Axis(0, 100, (0, 50, 100))


def point(month: str, value: float | None, **more: Any) -> Point:
    if value is None:
        return Point(month, None, None, None, "")
    return Point(month, value, value - 5, value + 5, f"{month}: {value}", **more)


def year(*values: float | None) -> list[Point]:
    months = months_between("2025-01", shift("2025-01", len(values) - 1))
    return [point(month, value) for month, value in zip(months, values, strict=True)]


def chart(points: list[Point], **more: object) -> ChartData:
    return draw(points, title="Payment", axis=AXIS, **more)  # type: ignore[arg-type]


def corners(path: str) -> list[tuple[float, float]]:
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", path)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def test_a_full_line_is_one_line() -> None:
    [line] = chart(year(50, 60, 70)).lines
    assert len(corners(line)) == 3


def test_time_runs_right_and_scores_run_up() -> None:
    [line] = chart(year(50, 60, 70)).lines
    (x1, y1), (x2, y2), (x3, y3) = corners(line)
    assert x1 < x2 < x3
    assert y1 > y2 > y3


def test_an_empty_month_is_a_gap() -> None:
    drawn = chart(year(50, 60, None, 70, 80))
    assert [len(corners(line)) for line in drawn.lines] == [2, 2]
    assert len(drawn.dots) == 4


def test_a_lone_month_is_a_dot_and_no_line() -> None:
    drawn = chart(year(None, 60, None))
    assert drawn.lines == ()
    assert [dot.is_alone for dot in drawn.dots] == [True]


def test_a_seam_cuts_the_line() -> None:
    drawn = chart(year(50, 60, 70, 80), beside=Beside(seams=[Seam("2025-03", "asked anew")]))
    assert [len(corners(line)) for line in drawn.lines] == [2, 2]


def test_a_seam_stands_between_two_months() -> None:
    drawn = chart(year(50, 60, 70, 80), beside=Beside(seams=[Seam("2025-03", "asked anew")]))
    [seam] = drawn.seams
    assert drawn.dots[1].x < seam.at < drawn.dots[2].x
    assert seam.label == "asked anew"


def test_a_seam_outside_of_the_window_is_not_drawn() -> None:
    assert chart(year(50, 60), beside=Beside(seams=[Seam("2024-03", "asked anew")])).seams == ()


def test_the_running_month_hangs_on_by_a_dash() -> None:
    points = [*year(50, 60), point("2025-03", 70, is_running=True)]
    drawn = chart(points)
    assert [len(corners(line)) for line in drawn.lines] == [2]
    assert len(drawn.running) == 1
    assert drawn.dots[-1].kind == "running"


def test_the_running_month_does_not_reach_over_a_gap() -> None:
    points = [*year(50, None), point("2025-03", 70, is_running=True)]
    assert chart(points).running == ()


def test_the_ribbon_holds_low_and_high() -> None:
    [ribbon] = chart(year(50, 60, 70)).ribbons
    assert len(corners(ribbon)) == 6


def test_what_passes_the_axis_is_clipped_to_the_plot() -> None:
    [line] = chart([Point("2025-01", 150, 140, 160, ""), Point("2025-02", -50, -60, -40, "")]).lines
    (_, top), (_, bottom) = corners(line)
    assert top == PANEL.top
    assert bottom == PANEL.height - PANEL.bottom


def test_few_answers_are_told_apart() -> None:
    assert chart([point("2025-01", 50, is_few=True)]).dots[0].kind == "few"


def test_a_small_line_shows_only_the_dots_that_matter() -> None:
    points = [*year(50, 60), point("2025-03", 70, is_chosen=True)]
    drawn = draw(points, title="", axis=AXIS, box=SPARK)
    assert [dot.is_chosen for dot in drawn.dots] == [True]


@pytest.mark.parametrize(
    "count, named",
    [(3, 3), (12, 4), (24, 4), (60, 5)],
    ids=["a quarter", "a year", "two years", "five years"],
)
def test_an_axis_names_a_few_months(count: int, named: int) -> None:
    assert len(chart(year(*[50.0] * count)).months) == named


def test_panels_share_an_axis_that_fits_them_all() -> None:
    axis = common_axis(
        [year(20, 30), year(60, 70)], minimum=-100, maximum=100, least_span=40, targets=[90]
    )
    assert axis.low <= 15
    assert axis.high >= 90
    assert all(axis.low <= tick <= axis.high for tick in axis.ticks)


def test_an_axis_never_leaves_the_scale() -> None:
    axis = common_axis([year(99, 98)], minimum=0, maximum=100, least_span=20)
    assert (axis.low, axis.high) == (80, 100)


def test_small_noise_is_not_blown_up() -> None:
    axis = common_axis([year(50, 50.5)], minimum=-100, maximum=100, least_span=40)
    assert axis.high - axis.low >= 40


def test_an_axis_of_nothing_is_the_scale() -> None:
    axis = common_axis([year(None, None)], minimum=1, maximum=5, least_span=1)
    assert (axis.low, axis.high) == (1, 5)


def test_one_month_is_no_course() -> None:
    assert not chart(year(None, 60, None)).has_course
    assert chart(year(50, None, 60)).has_course


def test_a_flag_stands_on_its_day() -> None:
    flags = [FlagDay(date(2025, 2, day), "Sale", "/actions/1") for day in (1, 28)]
    drawn = chart(year(50, 60, 70), beside=Beside(flags=flags))
    first, last = (flag.at for flag in drawn.flags)
    assert drawn.dots[0].x < first < drawn.dots[1].x < last < drawn.dots[2].x


def test_a_flag_outside_of_the_window_is_not_drawn() -> None:
    beside = Beside(flags=[FlagDay(date(2024, 2, 1), "Sale", "/actions/1")])
    assert chart(year(50, 60), beside=beside).flags == ()


def test_the_pooled_line_is_cut_by_gaps_and_seams() -> None:
    beside = Beside(pooled=[50, 55, 60, None, 65, 70], seams=[Seam("2025-03", "asked anew")])
    drawn = chart(year(50, 60, 70, None, 60, 80), beside=beside)
    assert [len(corners(line)) for line in drawn.pooled] == [2, 2]


def test_answers_to_a_replaced_wording_share_the_months_column() -> None:
    beside = Beside(apart=[point("2025-02", 40)], seams=[Seam("2025-02", "asked anew")])
    drawn = chart(year(50, 60), beside=beside)
    assert [dot.kind for dot in drawn.dots] == ["full", "apart", "full"]
    _, apart, new = drawn.dots
    assert apart.x < new.x and apart.column_x + apart.column_width <= new.column_x + 0.1
