"""Rows that nobody asks for any more are dropped: done jobs, old results."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col, select

from feedback.accounts.models import Workspace
from feedback.db import Database
from feedback.outbox import computed
from feedback.outbox.models import Job
from feedback.versions import forget_versions

KEPT_DONE = KEPT_COMPUTED = timedelta(days=7)
ROWS_AT_ONCE = 1000


async def prune(database: Database, kept: Mapping[str, timedelta], now: datetime) -> None:
    """Drop done jobs and what jobs made, past their time. Dead jobs stay until somebody looks.

    kept: for how long the done jobs of some kinds stay, so that no period of a schedule comes
    twice; those of other kinds stay a week.
    """
    await _drop_jobs(database, col(Job.kind).not_in(kept), now - KEPT_DONE)
    for kind, long in kept.items():
        await _drop_jobs(database, col(Job.kind) == kind, now - long)
    async with database.read() as session:
        workspaces = list(await session.exec(select(Workspace.id)))
    for workspace_id in workspaces:
        async with database.write() as session:
            await computed.forget_older(session, workspace_id, now - KEPT_COMPUTED)
            await forget_versions(session, workspace_id)


async def _drop_jobs(database: Database, which: sa.ColumnElement[bool], before: datetime) -> None:
    """A few at a time: on SQLite everybody else waits for a transaction."""
    some = sa.select(col(Job.id)).where(which, col(Job.done_at) < before).limit(ROWS_AT_ONCE)
    dropped = ROWS_AT_ONCE
    while dropped == ROWS_AT_ONCE:
        async with database.write() as session:
            statement = sa.delete(Job).where(col(Job.id).in_(some)).returning(col(Job.id))
            found = await session.exec(statement.execution_options(synchronize_session=False))
            dropped = len(found.all())
