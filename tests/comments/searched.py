"""Comments written for search as the job writes them, without the answers they belong to."""

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from feedback.comments.facets import Facet, pack
from feedback.comments.indexed import indexed
from feedback.comments.models import Comment
from feedback.db import Database
from feedback.responses.models import CHANNELS

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


async def write_comments(
    database: Database,
    workspace_id: uuid.UUID,
    texts: Sequence[tuple[str, str]],
    series: Sequence[uuid.UUID],
) -> list[uuid.UUID]:
    """(text, language) each, twelve hours apart; the ids of their answers."""
    rows = [_row(workspace_id, at, text, code, series) for at, (text, code) in enumerate(texts)]
    async with database.write() as session:
        connection = await session.connection()
        await connection.execute(sa.insert(Comment), rows)
        if database.is_sqlite:
            fts = "INSERT INTO comment_search (rowid, stems) VALUES (:number, :stems)"
            told = [{"number": row["number"], "stems": row["stems"]} for row in rows]
            await connection.execute(sa.text(fts), told)
    return [row["response_id"] for row in rows]


def _row(
    workspace_id: uuid.UUID, at: int, text: str, language: str, series: Sequence[uuid.UUID]
) -> dict[str, Any]:
    answered_at = FIRST + timedelta(hours=12 * at)
    ms = int(answered_at.timestamp() * 1000)
    facet = Facet(
        series[at % len(series)], "counted", at % 3 - 1, CHANNELS[at % len(CHANNELS)], language
    )
    return {
        "workspace_id": workspace_id,
        "number": ms << 15 | at,
        "response_id": uuid.UUID(int=ms << 80 | 7 << 76 | 1 << 63 | at),
        "series_id": facet.series_id,
        "month": date(answered_at.year, answered_at.month, 1),
        "band": facet.band,
        "rating": 5,
        "channel": facet.channel,
        "language": language,
        "person": None,
        "state": facet.state,
        "words": len(text.split()),
        "facet": pack(facet),
        "stems": indexed(text, language),
    }
