"""The ledger: what was erased, as hashes, so that nothing brings it back."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from feedback.db import Id, UtcDateTime
from feedback.tenancy import DISTRIBUTED

PERSON, RESPONSE, MASKED = "person", "response", "masked"


class Erasure(SQLModel, table=True):
    """One thing that one act of erasing took away; the act's rows share its `id`.

    `key` of a PERSON is the keyed hash that their answers stood under, of a RESPONSE the hash that
    `ids.erased_id` makes of its id, of a MASKED one that of `masked`. `answers`, `comments` and
    `changes` (the team's notes) are how many of each the whole act took.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        {"info": DISTRIBUTED, "sqlite_with_rowid": False},
    )

    workspace_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    key: bytes = Field(primary_key=True, sa_type=sa.LargeBinary(16))
    id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    kind: str = Field(max_length=16)
    erased_at: datetime = Field(sa_type=UtcDateTime)
    answers: int = 0
    comments: int = 0
    changes: int = 0
