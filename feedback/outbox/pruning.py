"""Rows that nobody asks for any more are dropped: done jobs, old results."""

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, select

from feedback.accounts.models import Workspace
from feedback.db import Database
from feedback.outbox import computed
from feedback.outbox.models import Job

KEPT_DONE = timedelta(days=7)
# The key of a done job of a schedule keeps its period from coming twice: longer than a year.
KEPT_SCHEDULED = timedelta(days=400)
KEPT_COMPUTED = timedelta(days=7)
ROWS_AT_ONCE = 1000


async def prune(database: Database, scheduled: Collection[str], now: datetime) -> None:
    """Drop done jobs and what jobs made, past their time. Dead jobs stay until somebody looks."""
    usual = sa.and_(col(Job.kind).not_in(scheduled), col(Job.done_at) < now - KEPT_DONE)
    await _drop_jobs(database, usual)
    await _drop_jobs(database, col(Job.done_at) < now - KEPT_SCHEDULED)
    async with database.read() as session:
        workspaces = list(await session.exec(select(Workspace.id)))
    for workspace_id in workspaces:
        async with database.write() as session:
            await computed.forget_older(session, workspace_id, now - KEPT_COMPUTED)


async def _drop_jobs(database: Database, old: sa.ColumnElement[bool]) -> None:
    """A few at a time: on SQLite everybody else waits for a transaction."""
    some = sa.select(col(Job.id)).where(old).limit(ROWS_AT_ONCE)
    dropped = ROWS_AT_ONCE
    while dropped == ROWS_AT_ONCE:
        async with database.write() as session:
            statement = sa.delete(Job).where(col(Job.id).in_(some)).returning(col(Job.id))
            found = await session.exec(statement.execution_options(synchronize_session=False))
            dropped = len(found.all())
