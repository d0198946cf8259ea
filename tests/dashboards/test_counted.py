"""Counts are read once, and a month of them again when that month changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import sqlalchemy as sa

from feedback.db import Database
from feedback.readings.counted import read_counts
from feedback.readings.queries import CountQuery, CountRow
from feedback.responses.models import RatingCount
from feedback.versions import note_counts
from tests.cast import Shop
from tests.dashboards.counted import Counted


@contextmanager
def _reads(database: Database) -> Iterator[list[str]]:
    """The statements that read counts meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "FROM rating_count" in statement:
            seen.append("some months" if "BETWEEN" in statement else "all")

    sa.event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def _read(database: Database, shop: Shop, *months: str) -> list[CountRow]:
    async with database.read() as session:
        query = CountQuery((shop.nps_series.id, shop.csat_series.id), *months)
        return list(await read_counts(session, shop.workspace.id, query))


async def test_a_month_never_looked_at_costs_no_statement(
    database: Database, shop: Shop, years: Counted
) -> None:
    everything = await _read(database, shop)
    assert len(everything) == 29  # 15 months, one without answers to the one survey
    with _reads(database) as seen:
        found = await _read(database, shop, "2025-05", "2025-06")
        assert seen == []
    assert found == [row for row in everything if row.month in (date(2025, 5, 1), date(2025, 6, 1))]


async def test_only_the_months_that_changed_are_read_again(
    database: Database, shop: Shop, years: Counted
) -> None:
    before = await _read(database, shop)
    for month in (date(2025, 6, 1), date(2026, 3, 1)):
        async with database.write() as session:
            at: Any = {"workspace_id": shop.workspace.id, "series_id": shop.csat_series.id}
            session.add(RatingCount(**at, channel="kiosk", month=month, rating=1, n=7))
            await session.flush()
            await note_counts(session, shop.workspace.id, [month])
        with _reads(database) as seen:
            now = await _read(database, shop)
            assert seen == ["some months"]
        assert {row.month for row in now if row not in before} == {month}
        before = now
