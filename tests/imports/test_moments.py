"""Moments put together from pieces are those that the whole text says, in any zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.imports.mapping import RowsPart
from feedback.imports.moments import EPOCH, Moments
from feedback.imports.report import BadCellError

NOW = datetime(2026, 1, 1, tzinfo=UTC)
# Changes in the night, at midnight, by half an hour, by a whole day; and none.
ZONES = ("Europe/Paris", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "UTC")
FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d  %H:%M")
ENDS = ("", "", "Z", "+05:30", "-03:00")


def moments(zone: str, form: str | None = None) -> Moments:
    return Moments(RowsPart(time="when", time_format=form), ZoneInfo(zone), NOW)


@given(
    zone=st.sampled_from(ZONES),
    written=st.lists(
        st.tuples(
            st.datetimes(datetime(1995, 1, 1), datetime(2025, 12, 30)),
            st.sampled_from(FORMS),
            st.sampled_from(ENDS),
        ),
        min_size=1,
        max_size=8,
    ),
)
def test_pieces_say_what_the_whole_says(
    zone: str, written: list[tuple[datetime, str, str]]
) -> None:
    texts = [at.strftime(form).replace("  ", " ") + end for at, form, end in written]
    read = [datetime.fromisoformat(text) for text in texts]
    aware = [at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone)) for at in read]
    expected = [(at - EPOCH) // (EPOCH.resolution) for at in aware]
    assert moments(zone).all(texts) == expected


@pytest.mark.parametrize("zone", ZONES)
def test_each_half_hour_of_the_days_of_change(zone: str) -> None:
    days = ("2009-10-18", "2011-12-29", "2024-03-31", "2024-04-07", "2024-10-06", "2024-10-27")
    clocks = [f"{hour:02}:{minute}" for hour in range(24) for minute in ("00", "30", "59")]
    for day in days:
        texts = [f"{day} {clock}:07" for clock in clocks]
        whole = [datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)) for text in texts]
        assert moments(zone).all(texts) == [(at - EPOCH) // EPOCH.resolution for at in whole]


def test_a_day_alone_is_its_noon_beside_times() -> None:
    found = moments("Europe/Paris").all(["2024-04-02", "2024-04-02 12:00", "2024-4-2"])
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("2024-02-30", "is no date"),
        ("2024-02-03 25:00", "is no date"),
        ("2024-02-03 10:00:00+25:00", "is no date"),
        ("", "the cell is empty"),
        ("2026-01-02", "is in the future"),
        ("1969-12-31 23:59:59", "is before 1970"),
    ],
)
def test_it_refuses_what_is_no_moment(text: str, wrong: str) -> None:
    with pytest.raises(BadCellError) as refusal:
        moments("UTC").all(["2024-02-03 10:00", text])
    column, cell, said = refusal.value.args
    assert (column, cell) == ("when", text) and wrong in said


def test_a_format_of_its_own_is_read_by_it() -> None:
    found = moments("UTC", "%d/%m/%Y").all(["02/04/2024"])
    assert found == [(datetime(2024, 4, 2, 12, tzinfo=UTC) - EPOCH) // EPOCH.resolution]
