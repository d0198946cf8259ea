"""Answers of long ago, with texts, and a program that erases them and may be killed."""

import asyncio
import os
import secrets
import sys
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import col, select

from feedback.db import Database
from feedback.outbox.worker import Work
from feedback.privacy import retention
from feedback.responses.models import RatingCount, Response
from feedback.responses.rollup import rebuild
from feedback.scoring.months import first_day, month_at
from feedback.settings import Settings, load_settings
from tests.cast import Shop

SPLIT = 10


def made(shop: Shop, at: datetime, rating: int, **more: Any) -> dict[str, Any]:
    milliseconds = int(at.timestamp() * 1000)
    id = uuid.UUID(int=(milliseconds << 80) | (7 << 76) | (2 << 62) | secrets.randbits(60))
    month = first_day(month_at(at.astimezone(UTC), shop.workspace.time_zone))
    texts = {"comment": "a-canary", "page": "/a-canary", "properties": {"plan": "a-canary"}}
    return {
        "workspace_id": shop.workspace.id, "id": id, "series_id": shop.nps_series.id,
        "rating": rating, "channel": "api", "answered_at": at, "received_at": at, "month": month,
        "state": "counted", "seq": 1, "late": False, "answers": {"why": "price"},
    } | texts | more  # fmt: skip


async def put(database: Database, shop: Shop, rows: Iterable[dict[str, Any]]) -> None:
    async with database.write() as session:
        await session.exec(sa.insert(Response), params=list(rows))
        await rebuild(session, shop.workspace.id)


def local(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=ZoneInfo("Europe/Paris"))  # type: ignore[misc, arg-type]


async def with_texts(database: Database, shop: Shop) -> list[datetime]:
    """When those were answered that still hold any text, oldest first."""
    own: Any = Response.workspace_id == shop.workspace.id
    held = (col(getattr(Response, name)).is_not(None) for name in retention.TEXTS)
    wanted = select(Response.answered_at).where(own, sa.or_(*held)).order_by(col(Response.id))
    async with database.read() as session:
        return list((await session.exec(wanted)).all())


async def counts(database: Database, shop: Shop) -> list[Any]:
    async with database.read() as session:
        own = RatingCount.workspace_id == shop.workspace.id
        found = await session.exec(select(RatingCount).where(own))
        return sorted((str(each.month), each.rating, each.n) for each in found)


def night(
    database: Database, settings: Settings, shop: Shop, now: datetime, **payload: Any
) -> Work:
    return Work(database, settings, now, {"workspace": str(shop.workspace.id), **payload})


async def erase(workspace: str, now: str) -> None:
    retention.ROWS_AT_ONCE = SPLIT
    settings = load_settings()
    database = Database(settings.url)
    work = Work(database, settings, datetime.fromisoformat(now), {"workspace": workspace})
    await retention.erase_old_texts(work)
    await database.close()


if __name__ == "__main__":
    os.environ.setdefault("FEEDBACK_BASE_URL", "http://127.0.0.1")
    import feedback.models  # noqa: F401

    asyncio.run(erase(*sys.argv[1:]))
