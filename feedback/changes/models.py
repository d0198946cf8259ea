"""What was said of the lines of a journey: each month judged once, at its close."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from feedback.db import Id, Json, UtcDateTime
from feedback.tenancy import belongs_to
from feedback.versions import SHAPED


class JudgedJourney(SQLModel, table=True):
    """Up to which month (YYYY-MM) a journey's lines were judged. revision: one more each time, so
    that of two who judge at once one begins anew."""

    __tablename__ = "judged_journey"
    __table_args__ = (belongs_to("journey", ondelete="CASCADE"), {"info": SHAPED})

    workspace_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    journey_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    until: str = Field(max_length=7)
    revision: int
    judged_at: datetime = Field(sa_type=UtcDateTime)


class JudgedLine(SQLModel, table=True):
    """A line as it was judged, month by month from `since` on; `ledger.Judged` says what each
    column means.

    place_id: the touchpoint, or the stage whose headline it is. seam: the month from which it was
    asked in these words, blank where it always was.
    """

    __tablename__ = "judged_line"
    __table_args__ = (
        belongs_to("journey", ondelete="CASCADE"),
        {"info": SHAPED},
    )

    workspace_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    journey_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    place_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    metric: str = Field(primary_key=True, max_length=16)
    seam: str = Field(primary_key=True, max_length=7)
    since: str = Field(max_length=7)
    joined: str = Field(max_length=7)
    whole_until: str = Field(max_length=7)
    digests: str = Field(sa_type=sa.Text)
    held: list[Any] = Field(sa_type=Json)
    answers: list[Any] = Field(sa_type=Json)
    signals: list[Any] = Field(sa_type=Json)
    taken_back: list[Any] = Field(sa_type=Json)
