"""Journey, stage, touchpoint: archived, never deleted once somebody answered there."""

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from feedback.db import Id, Owned, UtcDateTime, new_id
from feedback.tenancy import belongs_to
from feedback.versions import SHAPED

PLACES = ("site", "app", "shop", "phone", "email", "other")


class Journey(SQLModel, table=True):
    """A path customers take, told in stages."""

    __table_args__ = ({"info": SHAPED},)

    workspace_id: uuid.UUID = Field(foreign_key="workspace.id", primary_key=True, sa_type=Id)
    id: uuid.UUID = Field(default_factory=new_id, primary_key=True, sa_type=Id)
    name: str = Field(max_length=120)
    position: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)
    archived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Stage(Owned, table=True):
    """A part of a journey, read by one headline metric."""

    __table_args__ = (
        belongs_to("journey"),
        sa.Index(None, "workspace_id", "journey_id"),
        {"info": SHAPED},
    )

    journey_id: uuid.UUID = Field(sa_type=Id)
    name: str = Field(max_length=120)
    position: int = 0
    headline_metric: str | None = Field(default=None, max_length=32)
    target: float | None = None
    archived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Touchpoint(Owned, table=True):
    """One precise moment where feedback is asked; `place` is where it happens."""

    __table_args__ = (
        belongs_to("stage"),
        sa.Index(None, "workspace_id", "stage_id"),
        {"info": SHAPED},
    )

    stage_id: uuid.UUID = Field(sa_type=Id)
    name: str = Field(max_length=120)
    place: str = Field(default="site", max_length=32)
    position: int = 0
    owner: str = Field(default="", max_length=120)
    target: float | None = None
    archived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
