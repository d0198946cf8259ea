"""Actions and notes on a journey's calendar."""

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from feedback.db import Id, Json, Owned, UtcDateTime
from feedback.tenancy import belongs_to
from feedback.versions import SHAPED

KINDS = ("action", "note")


class Action(Owned, table=True):
    """What we did, where, by whom and on which day; a note is the same flag without an effect.

    `touchpoint_id` empty: it concerns the whole journey, or all of `stage_id` where that is set.
    `public_texts` maps a language to one sentence that customers read when they thank us with an
    answer at that touchpoint ("You said payment was slow. It now takes 4 seconds.").
    """

    __table_args__ = (
        belongs_to("journey"),
        belongs_to("stage"),
        belongs_to("touchpoint"),
        sa.Index(None, "workspace_id", "journey_id", "done_on"),
        {"info": SHAPED},
    )

    journey_id: uuid.UUID = Field(sa_type=Id)
    stage_id: uuid.UUID | None = Field(default=None, sa_type=Id)
    touchpoint_id: uuid.UUID | None = Field(default=None, sa_type=Id)
    kind: str = Field(default="action", max_length=16)
    title: str = Field(max_length=200)
    details: str = Field(default="", sa_type=sa.Text)
    done_on: date
    done_by: str = Field(default="", max_length=120)
    public_texts: dict[str, Any] | None = Field(default=None, sa_type=Json)
    author_id: uuid.UUID = Field(sa_type=Id)
    created_at: datetime = Field(sa_type=UtcDateTime)
    archived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
