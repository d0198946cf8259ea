"""Response, its idempotency record, and the counts that dashboards read."""

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from feedback.db import Id, Json, Owned, UtcDateTime
from feedback.responses import due  # noqa: F401 (it listens)
from feedback.tenancy import DISTRIBUTED, belongs_to
from feedback.versions import SHAPED_BY_TEXT

CHANNELS = ("widget", "page", "email", "qr", "kiosk", "api", "import")

# A change's `state` where words of the comment were masked, the answer itself stands as it did.
MASKED = "masked"

# Clustered by its key: one tree to grow instead of a table and an index (SQLite only).
CLUSTERED = {"info": DISTRIBUTED, "sqlite_with_rowid": False}


class Response(SQLModel, table=True):
    """One person's answer. `id` is a UUIDv7 of `answered_at`, so the key's order is time's.

    `month` is the first day of the answer's month in the workspace's time zone.
    `respondent_key` is a keyed hash of the external id, e-mail or import row, never the id itself;
    `about_key` one of what was rated. `origin` is the random id of a burst, never an address's.
    `state` and `excluded_from` follow `states`. `changed_at` is None until a later message or a
    person changes the row: it is then as old as `received_at`.
    """

    __table_args__ = (
        belongs_to("series"),
        sa.Index(None, "workspace_id", "series_id", "id"),
        sa.Index(
            None,
            "workspace_id",
            "respondent_key",
            "answered_at",
            sqlite_where=sa.text("respondent_key IS NOT NULL"),
            postgresql_where=sa.text("respondent_key IS NOT NULL"),
        ),
        sa.Index(
            "ix_response_workspace_id_series_id_origin",
            "workspace_id",
            "series_id",
            "origin",
            sqlite_where=sa.text("origin IS NOT NULL"),
            postgresql_where=sa.text("origin IS NOT NULL"),
        ),
        {**CLUSTERED, "info": SHAPED_BY_TEXT},
    )

    workspace_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    series_id: uuid.UUID = Field(sa_type=Id)
    rating: int = Field(sa_type=sa.SmallInteger)
    comment: str | None = Field(default=None, sa_type=sa.Text)
    answers: dict[str, Any] | None = Field(default=None, sa_type=Json)
    properties: dict[str, Any] | None = Field(default=None, sa_type=Json)
    channel: str = Field(max_length=16)
    locale: str | None = Field(default=None, max_length=16)
    page: str | None = Field(default=None, max_length=500)
    answered_at: datetime = Field(sa_type=UtcDateTime)
    received_at: datetime = Field(sa_type=UtcDateTime)
    month: date
    state: str = Field(default="counted", max_length=16)
    seq: int = 1
    import_id: uuid.UUID | None = Field(default=None, sa_type=Id)
    respondent_key: bytes | None = Field(default=None, sa_type=sa.LargeBinary(16))
    changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    excluded_from: str | None = Field(default=None, max_length=16)
    origin: bytes | None = Field(default=None, sa_type=sa.LargeBinary(8))
    about_key: bytes | None = Field(default=None, sa_type=sa.LargeBinary(16))
    late: bool = False


class Submission(SQLModel, table=True):
    """Which response a `submission_id` became; kept when the response is erased.

    `seq` and `digest` are of the message that won; `first_seq` of the one that created it. `test`
    is part of the key: a test and an answer never share a row, whatever id they share.
    """

    __table_args__ = (CLUSTERED,)

    workspace_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    survey_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    submission_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    test: bool = Field(default=False, primary_key=True)
    response_id: uuid.UUID = Field(sa_type=Id)
    first_seq: int = 1
    seq: int = 1
    digest: bytes = Field(sa_type=sa.LargeBinary(16))


class CommentDue(SQLModel, table=True):
    """An answer whose comment is to be looked at, or looked at again, by the job of `comments`: it
    was written, changed, masked, moved, erased. The transaction of an answer does no more for
    search; whoever else changes answers finds it done: `due`."""

    __tablename__ = "comment_due"
    __table_args__ = (CLUSTERED,)

    workspace_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    response_id: uuid.UUID = Field(primary_key=True, sa_type=Id)


class ContactKey(SQLModel, table=True):
    """A name that is another person's too; `people` has the rules. Both are keyed hashes."""

    __tablename__ = "contact_key"
    __table_args__ = (
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.Index(None, "workspace_id", "person"),
        CLUSTERED,
    )

    workspace_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    key: bytes = Field(primary_key=True, sa_type=sa.LargeBinary(16))
    person: bytes = Field(sa_type=sa.LargeBinary(16))


class Count(SQLModel):
    """Of what, where and when a count is, before it is told what is counted."""

    workspace_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    series_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    channel: str = Field(primary_key=True, max_length=16)
    month: date = Field(primary_key=True)


class RatingCount(Count, table=True):
    """How many counted responses gave a rating: the rollup behind every score."""

    __tablename__ = "rating_count"
    __table_args__ = (belongs_to("series"), CLUSTERED)

    rating: int = Field(primary_key=True, sa_type=sa.SmallInteger)
    n: int = Field(sa_type=sa.BigInteger)


class DisplayCount(Count, table=True):
    """How often a survey was shown, dismissed or sent: the base of response rates."""

    __tablename__ = "display_count"
    __table_args__ = (belongs_to("series"), CLUSTERED)

    kind: str = Field(primary_key=True, max_length=16)
    n: int = Field(sa_type=sa.BigInteger)


class ResponseChange(Owned, table=True):
    """Something a person of the team did to a response, alone or with its burst, and why.

    Where words were masked `state` is MASKED and `reason` in how many places, "" for all of them.
    """

    __tablename__ = "response_change"
    __table_args__ = (
        belongs_to("response", ondelete="CASCADE"),
        sa.Index(None, "workspace_id", "response_id"),
        {"info": DISTRIBUTED},
    )

    response_id: uuid.UUID = Field(sa_type=Id)
    user_id: uuid.UUID = Field(sa_type=Id)
    state: str = Field(max_length=16)
    reason: str = Field(max_length=500)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    with_burst: bool = False


class RetentionRun(Owned, table=True):
    """One time that the texts of old answers were erased, and how far it has come.

    `before` is the first day of the oldest month whose texts stay: the months before it are sealed.
    `reached_id` is the last answer that was looked at; a run that was killed goes on after it.
    """

    __tablename__ = "retention_run"
    __table_args__ = (
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        {"info": DISTRIBUTED},
    )

    before: date
    began_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reached_id: uuid.UUID = Field(sa_type=Id)
    answers: int = 0


class ImportRun(Owned, table=True):
    """One run of `feedback import`, so that it can be named, resumed and taken back.

    content: a hash of the file and its mapping, whatever they are called.
    """

    __tablename__ = "import_run"
    __table_args__ = (
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        {"info": DISTRIBUTED},
    )

    file_name: str = Field(max_length=255)
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    stored: int = 0
    already_stored: int = 0
    skipped: int = 0
    content: bytes | None = Field(default=None, sa_type=sa.LargeBinary(16))
