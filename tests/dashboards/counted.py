"""Counts put where ingest would have put them: months of answers in one line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from feedback.db import Database
from feedback.responses.models import DisplayCount, RatingCount
from feedback.surveys.models import Series
from feedback.versions import note_counts
from tests.cast import Shop


@dataclass
class Counted:
    """Writes counts for the shop of one test."""

    database: Database
    shop: Shop

    async def answers(
        self, series: Series, month: str, counts: dict[int, int], channel: str = "widget"
    ) -> None:
        """So many counted answers of each rating, in a month written YYYY-MM."""
        await self.monthly(series, [month], counts, channel)

    async def monthly(
        self,
        series: Series,
        months: Iterable[str],
        counts: dict[int, int],
        channel: str = "widget",
    ) -> None:
        """The same in each of these months."""
        at: dict[str, Any] = {
            "workspace_id": series.workspace_id,
            "series_id": series.id,
            "channel": channel,
        }
        async with self.database.write() as session:
            session.add_all(
                RatingCount(**at, month=date.fromisoformat(f"{month}-01"), rating=rating, n=n)
                for month in months
                for rating, n in counts.items()
            )
            await session.flush()
            await note_counts(session, series.workspace_id)

    async def displays(
        self, series: Series, month: str, n: int, channel: str = "widget", kind: str = "shown"
    ) -> None:
        async with self.database.write() as session:
            session.add(
                DisplayCount(
                    workspace_id=series.workspace_id,
                    series_id=series.id,
                    channel=channel,
                    month=date.fromisoformat(f"{month}-01"),
                    kind=kind,
                    n=n,
                )
            )
            await session.flush()
            await note_counts(session, series.workspace_id)
