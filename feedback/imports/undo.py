"""Take an import back: its responses, their submissions and their counts."""

import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback import clock
from feedback.accounts.opening import open_database, open_workspace
from feedback.changes.job import judge_workspace
from feedback.db import Database
from feedback.errors import FeedbackError
from feedback.responses.models import ImportRun, RatingCount, Response, Submission
from feedback.settings import Settings
from feedback.versions import note_counts

BATCH = 2000


async def undo_import(settings: Settings, workspace_key: str | None, run_id: str) -> int:
    """How many responses were removed; doing it again removes none.

    In short transactions; stopped in the middle, the same call goes on. What was erased on a
    person's request stays known as erased, so that importing the file again revives nobody.
    Raises FeedbackError when there is no such import.
    """
    async with open_database(settings) as database:
        workspace = await open_workspace(database, workspace_key)
        run = await _find_run(database, workspace.id, run_id)
        await judge_workspace(database, workspace.id, clock.now())
        removed = 0
        last = uuid.UUID(int=0)
        while ids := await _next_ids(database, run, last):
            async with database.write() as session:
                removed += await _remove(session, run, ids)
            last = ids[-1]
        async with database.write() as session:
            stored = await session.get_one(ImportRun, (run.workspace_id, run.id))
            stored.undone_at = stored.undone_at or clock.now()
            await _drop_empty_counts(session, run.workspace_id)
        await judge_workspace(database, workspace.id, clock.now())
    return removed


async def _find_run(database: Database, workspace_id: uuid.UUID, run_id: str) -> ImportRun:
    async with database.read() as session:
        runs = await session.exec(
            select(ImportRun)
            .where(ImportRun.workspace_id == workspace_id)
            .order_by(col(ImportRun.started_at).desc())
        )
        known = list(runs)
    for run in known:
        if str(run.id) == run_id.strip().lower():
            return run
    listed = "".join(
        f"\n  {run.id}  {run.started_at:%Y-%m-%d %H:%M} UTC  {run.file_name}" for run in known[:10]
    )
    raise FeedbackError(
        f"There is no import {run_id}. The imports are:{listed}"
        if known
        else f"There is no import {run_id}; nothing was imported here."
    )


async def _next_ids(database: Database, run: ImportRun, last: uuid.UUID) -> Sequence[uuid.UUID]:
    statement = (
        select(Response.id)
        .where(
            Response.workspace_id == run.workspace_id,
            Response.import_id == run.id,
            col(Response.id) > last,
        )
        .order_by(col(Response.id))
        .limit(BATCH)
    )
    async with database.read() as session:
        return (await session.exec(statement)).all()


async def _remove(session: AsyncSession, run: ImportRun, ids: Sequence[uuid.UUID]) -> int:
    # The rows as they are at the moment they go: somebody may have excluded one meanwhile.
    statement: Any = (
        sa.delete(Response)
        .where(
            col(Response.workspace_id) == run.workspace_id,
            col(Response.import_id) == run.id,
            col(Response.id).in_(ids),
        )
        .returning(
            col(Response.id),
            col(Response.series_id),
            col(Response.channel),
            col(Response.month),
            col(Response.rating),
            col(Response.state),
        )
    )
    gone = (await session.exec(statement)).all()
    counted = Counter(tuple(row[1:5]) for row in gone if row.state == "counted")
    for key, n in sorted(counted.items()):
        await session.exec(_take_off(run.workspace_id, key, n))
    await note_counts(session, run.workspace_id, [key[2] for key in counted])
    await session.exec(
        sa.delete(Submission).where(
            col(Submission.workspace_id) == run.workspace_id,
            col(Submission.submission_id).in_([row.id for row in gone]),
            col(Submission.response_id) == col(Submission.submission_id),
        )
    )
    return len(gone)


def _take_off(workspace_id: uuid.UUID, key: tuple[Any, ...], n: int) -> Any:
    series_id, channel, month, rating = key
    return (
        sa.update(RatingCount)
        .where(
            col(RatingCount.workspace_id) == workspace_id,
            col(RatingCount.series_id) == series_id,
            col(RatingCount.channel) == channel,
            col(RatingCount.month) == month,
            col(RatingCount.rating) == rating,
        )
        .values(n=col(RatingCount.n) - n)
    )


async def _drop_empty_counts(session: AsyncSession, workspace_id: uuid.UUID) -> None:
    await session.exec(
        sa.delete(RatingCount).where(
            col(RatingCount.workspace_id) == workspace_id, col(RatingCount.n) == 0
        )
    )
