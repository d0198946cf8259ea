"""The rows of anonymous surveys, put out of the order in which they came.

PostgreSQL adds rows to a table's file as they come, and a dump has them in that order: held against
a log of who sent something when, it would tell whose each answer is. So the rows of the days that
are over are written anew in the order of their ids, which is chance within a day. SQLite keeps the
table in that order by itself.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import SQLModel, select

from feedback.accounts.models import Workspace
from feedback.db import Database
from feedback.responses.ingest import OLDEST
from feedback.responses.models import Response
from feedback.responses.small_groups import anonymous_series
from feedback.responses.unlinked import day_of


async def mix(database: Database, now: datetime) -> int:
    """Every such row of the days before today that an answer can still have come to since the last
    time. How many; each day in a transaction of its own, so that it may stop anywhere."""
    if database.engine.dialect.name == "sqlite":
        return 0
    async with database.read() as session:
        workspaces = list(await session.exec(select(Workspace)))
    mixed = 0
    for workspace in workspaces:
        async with database.read() as session:
            series = await anonymous_series(session, workspace.id)
        zone = ZoneInfo(workspace.time_zone)
        for back in range(1, OLDEST.days + 3) if series else ():
            day = day_of(now - timedelta(days=back), zone)
            rows = RESPONSE.c.series_id.in_(series) & (RESPONSE.c.answered_at == day)
            async with database.write() as session:
                own = RESPONSE.c.workspace_id == workspace.id
                done = await (await session.connection()).execute(_anew(own & rows))
                mixed += done.rowcount
    return mixed


RESPONSE = SQLModel.metadata.tables[str(Response.__tablename__)]


def _anew(rows: Any) -> Any:
    """Delete and insert in one. What refers to a row would go with it: such a row stays."""
    free = [~sa.exists().where(*of) for table in _referring() for of in [_refers(table)]]
    gone = sa.delete(RESPONSE).where(rows, *free).returning(*RESPONSE.c).cte("gone")
    ordered = sa.select(*gone.c).order_by(gone.c.id)
    return sa.insert(RESPONSE).from_select([column.name for column in RESPONSE.c], ordered)


def _referring() -> list[sa.Table]:
    return [
        table
        for table in SQLModel.metadata.sorted_tables
        if any(key.referred_table is RESPONSE for key in table.foreign_key_constraints)
    ]


def _refers(table: sa.Table) -> list[Any]:
    return [
        element.parent == element.column
        for key in table.foreign_key_constraints
        if key.referred_table is RESPONSE
        for element in key.elements
    ]
