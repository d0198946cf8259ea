"""Answers with comments, written as ingest and the job of comments would have."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from feedback.comments.facets import Facet, pack
from feedback.comments.indexed import indexed
from feedback.comments.models import Comment
from feedback.db import Database
from feedback.responses.ingest import id_at
from feedback.responses.models import CommentDue, Response
from feedback.responses.rollup import rebuild
from feedback.scoring import METRICS
from feedback.scoring.months import first_day
from feedback.surveys.models import Series

FAILED = (
    "La caisse était fermée",
    "Attente trop longue à la caisse",
    "12 minutes d’attente, personne",
)
LIKED = ("Très bon café", "Le café est frais", "Équipe aimable, café frais")


async def say(
    database: Database,
    series: Series,
    month: str,
    said: Sequence[tuple[int, str]],
    *,
    person: bytes | None = None,
    language: str = "fr",
    channel: str = "widget",
) -> list[uuid.UUID]:
    """(rating, comment) each; the ids of the answers, in the order of time."""
    metric, own = METRICS[series.metric], {"workspace_id": series.workspace_id}
    answers: list[dict[str, Any]] = []
    comments = []
    start = datetime.combine(first_day(month), datetime.min.time(), UTC) + timedelta(days=2)
    async with database.write() as session:
        connection = await session.connection()
        counted = sa.select(sa.func.count()).select_from(Response).where(*_own(series))
        first = (await connection.execute(counted)).scalar_one()
        for at, (rating, text) in enumerate(said, start=first):
            moment = start + timedelta(seconds=at)
            id = id_at(moment)
            band = (rating in metric.positive) - (rating in metric.negative)
            shared = {**own, "series_id": series.id, "month": first_day(month)}
            shared |= {"channel": channel, "state": "counted", "rating": rating}
            moments = {"answered_at": moment, "received_at": moment}
            answer = {"id": id, "comment": text, "locale": language, "respondent_key": person}
            answers.append(shared | moments | answer | {"seq": 1, "late": False})
            facet = pack(Facet(series.id, "counted", band, channel, language))
            known = {"response_id": id, "band": band, "language": language, "person": person}
            number = int(moment.timestamp() * 1000) << 15 | at
            made = {"words": len(text.split()), "facet": facet, "stems": indexed(text, language)}
            comments.append(shared | known | made | {"number": number})
        await connection.execute(sa.insert(Response), answers)
        await connection.execute(sa.insert(Comment), comments)
        looked_at = col(CommentDue.response_id).in_([row["id"] for row in answers])
        due = sa.delete(CommentDue).where(col(CommentDue.workspace_id) == series.workspace_id)
        await connection.execute(due.where(looked_at))
        if database.is_sqlite:
            fts = sa.text("INSERT INTO comment_search (rowid, stems) VALUES (:number, :stems)")
            await connection.execute(fts, comments)
        await rebuild(session, series.workspace_id)
    return [row["id"] for row in answers]


def _own(series: Series) -> tuple[sa.ColumnElement[bool], ...]:
    table: sa.Table = sa.inspect(Response).local_table  # type: ignore[assignment]
    return (table.c.workspace_id == series.workspace_id,)


def both_sides(n: int, unhappy: int = 1, happy: int = 5) -> list[tuple[int, str]]:
    """So many of each side, with what each side says."""
    return [
        (rating, texts[at % len(texts)])
        for at in range(n)
        for rating, texts in ((unhappy, FAILED), (happy, LIKED))
    ]
