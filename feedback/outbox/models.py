"""Jobs that wait to be done, and what jobs have made."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from feedback.db import Id, Json, UtcDateTime, new_id
from feedback.tenancy import LOCAL
from feedback.versions import SHAPED

# The index a worker looks for work in: only what is neither done nor given up.
_OPEN = sa.text("done_at IS NULL AND dead_at IS NULL")


class Job(SQLModel, table=True):
    """One piece of due work. `dedup_key` makes "the digest of November" one row, whoever asks.

    A worker that holds it writes `locked_by` and `locked_until`; past that moment it is free
    again. `attempts` counts at the claim, so a job that kills its worker is counted too. `dead_at`:
    tried too often, kept to be looked at and tried again by hand.
    """

    __table_args__ = (
        sa.Index("ix_job_open", "run_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        {"info": LOCAL},
    )

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True, sa_type=Id)
    kind: str = Field(max_length=32)
    payload: dict[str, Any] = Field(sa_type=Json)
    dedup_key: str | None = Field(default=None, max_length=200, unique=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    run_at: datetime = Field(sa_type=UtcDateTime)
    attempts: int = 0
    locked_by: str | None = Field(default=None, max_length=64)
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    dead_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_error: str | None = Field(default=None, sa_type=sa.Text)


class Computed(SQLModel, table=True):
    """What a job made of a workspace's answers: a picture, the drivers of a journey.

    `key` says of what, `version` of which state of the data; `body` is the thing itself, of
    `media_type`. Losing a row loses nothing: it is computed again.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        {"info": SHAPED},
    )

    workspace_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    kind: str = Field(primary_key=True, max_length=32)
    key: str = Field(primary_key=True, max_length=64)
    version: str = Field(max_length=64)
    media_type: str = Field(max_length=64)
    body: bytes = Field(sa_type=sa.LargeBinary)
    computed_at: datetime = Field(sa_type=UtcDateTime)
