"""Question, survey, series."""

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from feedback.db import Id, Json, Owned, UtcDateTime
from feedback.tenancy import DISTRIBUTED, belongs_to
from feedback.versions import SHAPED

STATES = ("draft", "live", "paused", "closed")


class Question(Owned, table=True):
    """The words of a survey and the metric they ask for.

    `texts` maps a language to `{"question", "low", "high", "comment", "thanks"}`. Several surveys
    may share one question; a survey that wants its own words is detached by a copy.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        {"info": SHAPED},
    )

    metric: str = Field(max_length=32)
    texts: dict[str, Any] = Field(sa_type=Json)
    default_language: str = Field(default="en", max_length=16)


class Survey(Owned, table=True):
    """What is asked at one touchpoint. `key` is its public name, in links and snippets.

    `is_overall`: it asks about the whole journey, and then what counted most in it.
    `follow_ups`: what is asked after the rating, a list; empty: the comment alone. `endings`: a
    thank-you of its own by band. `rules`: when and to whom the widget shows it. `look`: where and
    how.
    `needs_signature`: an answer that names its contact must be signed by the customer's server.
    `is_anonymous`: nothing stored leads to whoever answers, and of the properties only those named
    in `kept_properties` are; fixed from the first answer on.
    """

    __table_args__ = (
        belongs_to("touchpoint"),
        belongs_to("question"),
        sa.Index(None, "workspace_id", "touchpoint_id"),
        sa.Index(None, "workspace_id", "question_id"),
        {"info": SHAPED},
    )

    touchpoint_id: uuid.UUID = Field(sa_type=Id)
    question_id: uuid.UUID = Field(sa_type=Id)
    key: str = Field(max_length=32)
    name: str = Field(max_length=120)
    state: str = Field(default="draft", max_length=16)
    is_overall: bool = False
    follow_ups: list[Any] | None = Field(default=None, sa_type=Json)
    endings: dict[str, Any] | None = Field(default=None, sa_type=Json)
    rules: dict[str, Any] | None = Field(default=None, sa_type=Json)
    look: dict[str, Any] | None = Field(default=None, sa_type=Json)
    needs_signature: bool = False
    is_anonymous: bool = False
    kept_properties: list[str] | None = Field(default=None, sa_type=Json)
    created_at: datetime = Field(sa_type=UtcDateTime)
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    archived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Series(Owned, table=True):
    """One unbroken line of comparable answers; a changed wording or scale opens the next.

    `metric` and `texts` are what was asked while the series was open.
    """

    __table_args__ = (
        belongs_to("survey"),
        sa.Index(None, "workspace_id", "survey_id"),
        {"info": SHAPED},
    )

    survey_id: uuid.UUID = Field(sa_type=Id)
    number: int = 1
    metric: str = Field(max_length=32)
    texts: dict[str, Any] = Field(sa_type=Json)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Sighting(SQLModel, table=True):
    """Where the widget really showed a survey, and when last: the proof that it is installed.

    Or which parameter of its links came without being filled in (`widget.sightings.UNFILLED`).
    """

    __table_args__ = (
        belongs_to("survey"),
        {"info": DISTRIBUTED},
    )

    workspace_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    survey_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    origin: str = Field(primary_key=True, max_length=200)
    seen_at: datetime = Field(sa_type=UtcDateTime)
