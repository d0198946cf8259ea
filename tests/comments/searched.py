"""Answers with comments, written as ingest and the comments' job leave them."""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from feedback.comments.facets import Facet, pack
from feedback.comments.indexed import indexed
from feedback.comments.models import Comment
from feedback.db import Database
from feedback.responses.models import CHANNELS, RatingCount, Response
from feedback.scoring import METRICS
from feedback.surveys.models import Series

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


async def write_comments(
    database: Database,
    workspace_id: uuid.UUID,
    texts: Sequence[tuple[str, str]],
    series: Sequence[Series],
) -> list[uuid.UUID]:
    """(text, language) each, twelve hours apart; the ids of their answers."""
    said = [_said(workspace_id, at, *each, series) for at, each in enumerate(texts)]
    counts = Counter((r.series_id, r.channel, r.month, r.rating) for r, _ in said if _counts(r))
    names = ("series_id", "channel", "month", "rating")
    counted: list[dict[str, Any]] = [
        {"workspace_id": workspace_id, "n": n, **dict(zip(names, key, strict=True))}
        for key, n in counts.items()
    ]
    async with database.write() as session:
        session.add_all(response for response, _ in said)
        session.add_all(RatingCount(**each) for each in counted)
        await session.flush()
        rows = [row for _, row in said]
        connection = await session.connection()
        await connection.execute(sa.insert(Comment), rows)
        if database.is_sqlite:
            fts = "INSERT INTO comment_search (rowid, stems) VALUES (:number, :stems)"
            told = [{"number": row["number"], "stems": row["stems"]} for row in rows]
            await connection.execute(sa.text(fts), told)
    return [response.id for response, _ in said]


def _counts(response: Response) -> bool:
    return response.state == "counted"


def _said(
    workspace_id: uuid.UUID, at: int, text: str, language: str, series: Sequence[Series]
) -> tuple[Response, dict[str, Any]]:
    answered_at = FIRST + timedelta(hours=12 * at)
    ms = int(answered_at.timestamp() * 1000)
    asked, band = series[at % len(series)], at * at % 3 - 1
    metric = METRICS[asked.metric]
    ratings = (metric.negative, metric.neutral, metric.positive)[band + 1]
    response = Response(
        workspace_id=workspace_id,
        id=uuid.UUID(int=ms << 80 | 7 << 76 | 1 << 63 | at),
        series_id=asked.id,
        rating=min(ratings),
        comment=text,
        channel=CHANNELS[at * 7 // 5 % 4],
        locale={"fr": "fr-CA", "en": "en", "": None}[language],
        answered_at=answered_at,
        received_at=answered_at,
        month=date(answered_at.year, answered_at.month, 1),
        state="excluded" if at % 17 == 3 else "counted",
        excluded_from="counted" if at % 17 == 3 else None,
    )
    facet = Facet(asked.id, response.state, band, response.channel, language)
    return response, {
        "workspace_id": workspace_id,
        "number": ms << 15 | at,
        "response_id": response.id,
        "series_id": asked.id,
        "month": response.month,
        "band": band,
        "rating": response.rating,
        "channel": response.channel,
        "language": language,
        "person": None,
        "state": response.state,
        "words": len(text.split()),
        "facet": pack(facet),
        "stems": indexed(text, language),
    }
