"""Jumps of the server's clock, and what was done about the answers received by a wrong one."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from feedback.db import Id, Owned, UtcDateTime, new_id
from feedback.tenancy import DISTRIBUTED, LOCAL


class ClockJump(SQLModel, table=True):
    """The clock went from `before_at` to `after_at` while no time passed.

    `since_at`: from when on answers may be wrong if it was wrong before; by the clock of then.
    """

    __tablename__ = "clock_jump"
    __table_args__ = ({"info": LOCAL},)

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True, sa_type=Id)
    since_at: datetime = Field(sa_type=UtcDateTime)
    before_at: datetime = Field(sa_type=UtcDateTime)
    after_at: datetime = Field(sa_type=UtcDateTime)


class ClockSpan(Owned, table=True):
    """What was done with the answers received from `begins_at` to before `ends_at`.

    `seconds`: moved by so many; None: left out of the scores. The answers are those with a change
    (`response_change`) of exactly `done_at`. `n`: how many; None until all are done.
    """

    __tablename__ = "clock_span"
    __table_args__ = (
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        {"info": DISTRIBUTED},
    )

    begins_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    seconds: int | None = None
    reason: str = Field(max_length=500)
    user_id: uuid.UUID = Field(sa_type=Id)
    done_at: datetime = Field(sa_type=UtcDateTime)
    n: int | None = None
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
