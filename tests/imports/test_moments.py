"""Moments put together from pieces are those that the whole text says, in any zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.imports.mapping import RowsPart
from feedback.imports.moments import EPOCH, Moments
from feedback.imports.report import BadCellError
from tests.imports.reading import local

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


# In Paris; None: refused. 3:02 in the afternoon of the 5th of March, in what ways it is written.
TOLD: dict[str, str | None] = {
    "2024/03/05 3:02:43 PM GMT+1": "2024-03-05 15:02:43",
    "2024/03/05 11:02:43 p. m. GMT-3": "2024-03-06 03:02:43",
    "2024/03/05 12:02:43 a.m. UTC": "2024-03-05 01:02:43",
    "2024-03-05 12:02 PM": "2024-03-05 12:02:00",
    "2024-03-05 3:02\u202fPM": "2024-03-05 15:02:00",
    "2024-03-05 15:02 UTC+01:00": "2024-03-05 15:02:00",
    "2024-03-05T15:02:43.5+0530": "2024-03-05 10:32:43",
    "2024-03-05 15:02 \u22122": "2024-03-05 18:02:00",
    "2024-03-05 15:02:43 CET": "2024-03-05 15:02:43",
    "2024-07-05 15:02:43 MESZ": "2024-07-05 15:02:43",
    "2024-3-5 9:02": "2024-03-05 09:02:00",
    "2024.3.5": "2024-03-05 12:00:00",
    "2024. 3. 5. 15:02": "2024-03-05 15:02:00",
    "2024\u5e743\u67085\u65e5 15:02": "2024-03-05 15:02:00",
    "20240305": "2024-03-05 12:00:00",
    "20240305T150243Z": "2024-03-05 16:02:43",
    "1709647363": "2024-03-05 15:02:43",
    "1709647363000": "2024-03-05 15:02:43",
    "1709647363000000": "2024-03-05 15:02:43",
    "45356": "2024-03-05 12:00:00",
    "45356.6268865741": "2024-03-05 15:02:43",
    "45356,5": "2024-03-05 12:00:00",
    "March 5th, 2024 at 3:02 PM": "2024-03-05 15:02:00",
    "Tue Mar 05 2024 15:02:43 GMT+0100 (Central European Standard Time)": "2024-03-05 15:02:43",
    "Tue Mar  5 15:02:43 2024": "2024-03-05 15:02:43",
    "mar. 5 mars 2024 \u00e0 15 h 02": "2024-03-05 15:02:00",
    "5 aou\u0302t 2024": "2024-08-05 12:00:00",
    "Dienstag, 5. M\u00e4rz 2024 um 15:02 Uhr": "2024-03-05 15:02:00",
    "martes, 5 de marzo de 2024, 15:02": "2024-03-05 15:02:00",
    "5 marzo 2024 alle ore 15:02": "2024-03-05 15:02:00",
    "ter\u00e7a-feira, 5 de mar\u00e7o de 2024 \u00e0s 15:02": "2024-03-05 15:02:00",
    "5 mrt. 2024 om 15:02": "2024-03-05 15:02:00",
    "05/03/2024": None, "3/5/2024 3:02 PM": None, "13.03.2024": None, "5-Mar-24": None,
    "March 2024": None, "2024-03": None, "2024-03-05 15:02 PM": None, "2024-03-05 0:02 AM": None,
    "2024-03-05 15:02 EST": None, "2024-03-05 24:00": None, "2024-03-0515:02": None,
    "2024/03/05 15:02 +15:00": None, "5 mars avril 2024": None, "45": None, "123456": None,
    "1.70964736E+09": None, "99999": None,
}  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), TOLD.items(), ids=list(TOLD))
def test_it_reads_a_time_that_can_mean_one_moment(text: str, wanted: str | None) -> None:
    if wanted is None:
        with pytest.raises(BadCellError, match=r"is no date|names the zone"):
            moments("Europe/Paris").all([text])
        return
    (at,) = moments("Europe/Paris").all([text])
    assert local(at, ZoneInfo("Europe/Paris")) == wanted


@pytest.mark.parametrize(
    ("text", "form", "wanted"),
    [
        ("05/03/2024 10:26 p. m.", "%d/%m/%Y %I:%M %p", "2024-03-05 22:26:00"),
        ("05/03/2024 15:02 GMT-3", "%d/%m/%Y %H:%M GMT-3", "2024-03-05 19:02:00"),
        ("2024-03-05T15:02:43Z", "%Y-%m-%dT%H:%M:%SZ", "2024-03-05 16:02:43"),
        ("05/03/2024 15:02 UTC+2", "%d/%m/%Y %H:%M", "2024-03-05 14:02:00"),
        ("05/03/2024 15:02 GMT+2", "%d/%m/%Y %H:%M %Z", "2024-03-05 14:02:00"),
        ("05/03/2024 15:02 UTC", "%d/%m/%Y %H:%M %Z", "2024-03-05 16:02:00"),
        ("05/03/2024 15:02 GMT+2", "%d/%m/%Y %H:%M %z", "2024-03-05 14:02:00"),
        ("Tue Mar 05 15:02:43 CET 2024", "%a %b %d %H:%M:%S %Z %Y", "2024-03-05 15:02:43"),
        ("5 mars 2024 15:02", "%d %B %Y %H:%M", "2024-03-05 15:02:00"),
        ("05.Mai.2024", "%d.%b.%Y", "2024-05-05 12:00:00"),
        ("05/03/2024 15:02", "%d/%m/%Y %H:%M %Z", None),
        ("05/03/2024 15:02 EST", "%d/%m/%Y %H:%M %Z", None),
        ("2024-03-05", "%d/%m/%Y", None),
    ],
)
def test_a_format_keeps_the_zone_it_meets(text: str, form: str, wanted: str | None) -> None:
    found = moments("Europe/Paris", form)[text]
    told = local(found, ZoneInfo("Europe/Paris")) if isinstance(found, int) else None
    assert told == wanted


@pytest.mark.parametrize(
    ("day", "zone", "is_taken"),
    [
        ("2025-12-31", "America/Los_Angeles", True),
        ("2026-01-01", "America/Los_Angeles", False),
        ("2026-01-01", "Asia/Tokyo", True),
        ("2026-01-02", "Asia/Tokyo", False),
        ("2026-01-01 12:00", "Asia/Tokyo", False),
    ],
)
def test_a_day_that_has_begun_there_is_no_future(day: str, zone: str, is_taken: bool) -> None:
    found = moments(zone)[day]
    assert isinstance(found, int) if is_taken else found == "is in the future"
