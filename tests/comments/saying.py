"""Answers with comments, as the comments' job leaves them."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

from feedback.comments import fts
from feedback.comments.facets import Facet, pack
from feedback.comments.indexed import indexed
from feedback.comments.models import Comment
from feedback.db import Database, new_id
from feedback.responses.models import Response
from tests.cast import Shop

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


async def say(database: Database, shop: Shop, *texts: str, **values: Any) -> list[uuid.UUID]:
    """An answer for each text, in the order of time. values: other columns of the responses."""
    made = []
    async with database.write() as session:
        for text in texts:
            row = Response(
                workspace_id=shop.workspace.id,
                id=new_id(),
                comment=text,
                **{
                    "series_id": shop.nps_series.id,
                    "rating": 3,
                    "channel": "widget",
                    "locale": "en",
                    "answered_at": NOW,
                    "received_at": NOW,
                    "month": date(2026, 3, 1),
                    **values,
                },
            )
            session.add(row)
            await session.flush()
            known = Comment(
                workspace_id=row.workspace_id,
                number=row.id.int >> 80 << 15 | row.id.int & 0x7FFF,
                response_id=row.id,
                series_id=row.series_id,
                month=row.month,
                band=-1,
                rating=row.rating,
                channel=row.channel,
                language="en",
                state=row.state,
                words=len(text.split()),
                facet=pack(Facet(row.series_id, row.state, -1, row.channel, "en")),
                stems=indexed(text, "en"),
            )
            session.add(known)
            await session.flush()
            await fts.learn(await session.connection(), [known.model_dump()])
            made.append(row.id)
    return made
