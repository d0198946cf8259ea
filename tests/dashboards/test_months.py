"""Months as text."""

from datetime import UTC, datetime

import pytest

from feedback.scoring.months import is_month, month_at, months_between, shift


@pytest.mark.parametrize("text", ["2026-3", "2026-00", "2026-13", "26-03", "2026-03-01", "", "x"])
def test_it_rejects_what_is_no_month(text: str) -> None:
    assert not is_month(text)


def test_a_shift_passes_the_years() -> None:
    assert [shift("2026-01", by) for by in (-13, -1, 0, 11, 12)] == [
        "2024-12",
        "2025-12",
        "2026-01",
        "2026-12",
        "2027-01",
    ]


def test_a_range_of_months_holds_both_ends() -> None:
    assert months_between("2025-12", "2026-02") == ["2025-12", "2026-01", "2026-02"]


def test_a_range_the_wrong_way_round_is_empty() -> None:
    assert months_between("2026-02", "2025-12") == []


def test_the_time_zone_decides_the_month() -> None:
    moment = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
    assert month_at(moment, "Europe/Paris") == "2026-04"
    assert month_at(moment, "America/Los_Angeles") == "2026-03"
