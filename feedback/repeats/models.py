"""What repeated answers add to the sums of a line, by window."""

import uuid
from datetime import date

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from feedback.db import Id
from feedback.tenancy import DISTRIBUTED

STALE = -1  # answers: so many that never were, so that the window is counted anew


class RepeatCount(SQLModel, table=True):
    """Of one line and the `months` up to `month`: what people who answered several times add to the
    sums of its answers (`scoring.Repeats`). Sums over people: no row is anybody's.

    place_id: a stage or a touchpoint; with the metric it names the line. of_erased: what people add
    who were erased since, which no recount finds. answers, first, second: of the line's counts when
    they were counted (n, and the sums of ratings and of their squares): other counts, another sum.
    """

    __tablename__ = "repeat_count"
    __table_args__ = (
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        {"info": DISTRIBUTED, "sqlite_with_rowid": False},
    )

    workspace_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    place_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    metric: str = Field(primary_key=True, max_length=32)
    months: int = Field(primary_key=True, sa_type=sa.SmallInteger)
    month: date = Field(primary_key=True)
    of_erased: bool = Field(default=False, primary_key=True)
    answers: int = Field(default=0, sa_type=sa.BigInteger)
    first: int = Field(default=0, sa_type=sa.BigInteger)
    second: int = Field(default=0, sa_type=sa.BigInteger)
    fewer: int = Field(default=0, sa_type=sa.BigInteger)
    squares: int = Field(default=0, sa_type=sa.BigInteger)
    products: int = Field(default=0, sa_type=sa.BigInteger)
    sizes: int = Field(default=0, sa_type=sa.BigInteger)
