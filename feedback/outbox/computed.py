"""What jobs made, by workspace: the newest of each kind and key."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback.outbox.models import Computed


@dataclass(frozen=True, slots=True)
class JobResult:
    """The thing itself, of `media_type`, and the `version` of the data that it was made from."""

    version: str
    media_type: str
    body: bytes


async def load(
    session: AsyncSession, workspace_id: uuid.UUID, kind: str, key: str
) -> Computed | None:
    """What was computed last, however old: compare its `version`."""
    found = await session.exec(
        select(Computed).where(
            col(Computed.workspace_id) == workspace_id,
            col(Computed.kind) == kind,
            col(Computed.key) == key,
        )
    )
    return found.first()


async def load_all(
    session: AsyncSession, workspace_id: uuid.UUID, kind: str, keys: Sequence[str]
) -> Sequence[Computed]:
    """The same of several keys, of those that there are."""
    found = await session.exec(
        select(Computed).where(
            col(Computed.workspace_id) == workspace_id,
            col(Computed.kind) == kind,
            col(Computed.key).in_(keys),
        )
    )
    return found.all()


async def store(
    session: AsyncSession,
    workspace_id: uuid.UUID,
    kind: str,
    key: str,
    made: JobResult,
    *,
    now: datetime,
) -> None:
    """Keep it in place of the one before. `now` is the moment its data was read, and shown as
    the time of computation; what was read later is not replaced by what was read before."""
    row: dict[str, Any] = {
        "workspace_id": workspace_id,
        "kind": kind,
        "key": key,
        "version": made.version,
        "media_type": made.media_type,
        "body": made.body,
        "computed_at": now,
    }
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement: Any = (sqlite.insert if is_sqlite else postgresql.insert)(Computed).values(**row)
    names = ("version", "media_type", "body", "computed_at")
    await session.exec(
        statement.on_conflict_do_update(
            index_elements=["workspace_id", "kind", "key"],
            set_={name: statement.excluded[name] for name in names},
            where=col(Computed.computed_at) <= statement.excluded.computed_at,
        )
    )


async def forget_older(session: AsyncSession, workspace_id: uuid.UUID, before: datetime) -> None:
    """Drop what was computed before that moment: it is computed again when somebody asks."""
    await session.exec(
        sa.delete(Computed).where(
            col(Computed.workspace_id) == workspace_id, col(Computed.computed_at) < before
        )
    )
