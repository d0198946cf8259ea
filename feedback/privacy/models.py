"""What a workspace tells the people who answer it."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from feedback.db import Id, Json, UtcDateTime
from feedback.tenancy import DISTRIBUTED

# What the widget may keep on a device before an act; docs/embed.md has the legal note.
STORAGES = ("after-act", "visit")


class Privacy(SQLModel, table=True):
    """One row a workspace: what its privacy page says, and what follows from it.

    `texts` maps a language to `{"purpose", "how_long", "recipients"}`. `keep_texts_months` is what
    the nightly retention reads; None: texts stay until somebody erases them. `storage` is None
    until the site has chosen. The defaults make an empty row, as good as none.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        {"info": DISTRIBUTED},
    )

    workspace_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    responsible: str = Field(default="", max_length=300)
    contact: str = Field(default="", max_length=300)
    officer: str = Field(default="", max_length=300)
    basis: str = Field(default="", max_length=16)
    texts: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    keep_texts_months: int | None = None
    storage: str | None = Field(default=None, max_length=16)
    updated_at: datetime = Field(sa_type=UtcDateTime)
