"""What is known of comments for search, and what the team says about them."""

import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from feedback.db import Id, Json, Owned, UtcDateTime
from feedback.tenancy import DISTRIBUTED, belongs_to
from feedback.versions import SHAPED

CLUSTERED = {"info": DISTRIBUTED, "sqlite_with_rowid": False}
OF_WORKSPACE = (["workspace_id"], ["workspace.id"])
NAME, NOTE, SHORT = 80, 2000, 280  # characters: of a tag, of a note, of what a stage's note says

# Of the migration alone, since neither is like the other: on SQLite the FTS5 table of the stems by
# `Comment.number`, on PostgreSQL the GIN index over them.
SEARCH = "comment_search"


class Comment(SQLModel, table=True):
    """An answer with text, as search and word counts know it. Only the job writes it.

    number: in the order of time (`index.number_of`); on SQLite the rowid in FTS5, so of one
    workspace alone. band: of the rating in its metric, -1, 0, 1. language: "fr", "en", "" where
    neither is known. person: the response's `respondent_key`. words: how many it has. facet: by
    what it is counted (`facets.pack`). stems: `indexed.indexed`, stems and letters.
    No foreign key to the response: FTS5 can forget a row only if it is told what stood in it, so
    a row that a cascade took would leave its words behind.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(*OF_WORKSPACE),
        sa.UniqueConstraint("workspace_id", "response_id"),
        sa.Index(None, "workspace_id", "number", "facet", "month", "response_id"),
        sa.Index(None, "workspace_id", "facet", "month"),
        CLUSTERED,
    )

    workspace_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    number: int = Field(primary_key=True, sa_type=sa.BigInteger)
    response_id: uuid.UUID = Field(sa_type=Id)
    series_id: uuid.UUID = Field(sa_type=Id)
    month: date
    band: int = Field(sa_type=sa.SmallInteger)
    rating: int = Field(sa_type=sa.SmallInteger)
    channel: str = Field(max_length=16)
    language: str = Field(max_length=8)
    person: bytes | None = Field(default=None, sa_type=sa.LargeBinary(16))
    state: str = Field(max_length=16)
    words: int
    facet: int = Field(sa_type=sa.BigInteger)
    stems: str = Field(sa_type=sa.Text)


class Tag(Owned, table=True):
    """A theme that comments have. `words`: a query; comments that it finds have the tag.

    folded: the name as names are compared, so that no workspace has two that look alike.
    """

    __table_args__ = (
        sa.ForeignKeyConstraint(*OF_WORKSPACE),
        sa.UniqueConstraint("workspace_id", "folded"),
        {"info": DISTRIBUTED},
    )

    name: str = Field(max_length=NAME)
    folded: str = Field(max_length=3 * NAME)
    words: str | None = Field(default=None, sa_type=sa.Text)
    user_id: uuid.UUID = Field(sa_type=Id)
    created_at: datetime = Field(sa_type=UtcDateTime)
    archived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CommentTag(SQLModel, table=True):
    """A comment's tag; `by_words`: the tag's words found it, and nobody typed it (`user_id` None).

    removed: taken off by hand, so that the tag's words do not put it on again.
    """

    __tablename__ = "comment_tag"
    __table_args__ = (
        belongs_to("tag"),
        belongs_to("response", ondelete="CASCADE"),
        sa.Index(None, "workspace_id", "response_id"),
        CLUSTERED,
    )

    workspace_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    tag_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    response_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    by_words: bool = False
    removed: bool = False
    user_id: uuid.UUID | None = Field(default=None, sa_type=Id)
    tagged_at: datetime = Field(sa_type=UtcDateTime)


class CommentMark(SQLModel, table=True):
    """Starred, done, hidden: by whom and when, None where it is not. Hidden stays counted."""

    __tablename__ = "comment_mark"
    __table_args__ = (
        belongs_to("response", ondelete="CASCADE"),
        {**CLUSTERED, "info": SHAPED},  # the board shows a comment, a starred one first
    )

    workspace_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    response_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    starred_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    starred_by: uuid.UUID | None = Field(default=None, sa_type=Id)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_by: uuid.UUID | None = Field(default=None, sa_type=Id)
    hidden_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    hidden_by: uuid.UUID | None = Field(default=None, sa_type=Id)
    hidden_reason: str | None = Field(default=None, max_length=500)


class CommentNote(Owned, table=True):
    """What somebody of the team wrote about a comment."""

    __tablename__ = "comment_note"
    __table_args__ = (
        belongs_to("response", ondelete="CASCADE"),
        sa.Index(None, "workspace_id", "response_id"),
        {"info": DISTRIBUTED},
    )

    response_id: uuid.UUID = Field(sa_type=Id)
    user_id: uuid.UUID = Field(sa_type=Id)
    text: str = Field(max_length=NOTE)
    written_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class StageNote(Owned, table=True):
    """What customers think or do at a stage, as the team sees it (empathy panel)."""

    __tablename__ = "stage_note"
    __table_args__ = (
        belongs_to("stage"),
        sa.Index(None, "workspace_id", "stage_id"),
        {"info": DISTRIBUTED},
    )

    stage_id: uuid.UUID = Field(sa_type=Id)
    kind: str = Field(max_length=16)  # thinks, does
    text: str = Field(max_length=SHORT)
    user_id: uuid.UUID = Field(sa_type=Id)
    written_at: datetime = Field(sa_type=UtcDateTime)


class TagCount(SQLModel, table=True):
    """What jobs know of a tag: `n` answers of state `counted` as of `counted_at`, more of it in
    `counts` (`tag_counts.Counts`).

    reached: the number of the last comment, newest first, that its words were looked for in, None
    before the first; looked: so many of about `looked_of`; `is_whole`: in all there were.
    """

    __tablename__ = "tag_count"
    __table_args__ = (belongs_to("tag", ondelete="CASCADE"), CLUSTERED)

    workspace_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    tag_id: uuid.UUID = Field(primary_key=True, sa_type=Id)
    counted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    n: int = 0
    counts: dict[str, Any] | None = Field(default=None, sa_type=Json)
    reached: int | None = Field(default=None, sa_type=sa.BigInteger)
    looked: int = 0
    looked_of: int = 0
    is_whole: bool = True


class CommentUndo(Owned, table=True):
    """What an act on comments or tags changed, for an hour (`changes`)."""

    __tablename__ = "comment_undo"
    __table_args__ = (
        sa.ForeignKeyConstraint(*OF_WORKSPACE),
        {"info": DISTRIBUTED},
    )

    user_id: uuid.UUID = Field(sa_type=Id)
    made_at: datetime = Field(sa_type=UtcDateTime)
    changes: str = Field(sa_type=sa.Text)
