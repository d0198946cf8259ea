"""Comments as search knows them, what the team says of them; which answers are to be looked at"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_30_comments"
down_revision = "2026_11_30_repeat_count"
branch_labels = None
depends_on = None

ID = sa.LargeBinary(16).with_variant(postgresql.UUID(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
INFO = {"placement": "distributed"}
CLUSTERED = {"info": INFO, "sqlite_with_rowid": False}
TABLES = (
    *("comment_due", "comment", "comment_tag", "comment_mark", "comment_note", "stage_note"),
    "tag",
)


def upgrade() -> None:
    op.create_table(
        "comment_due",
        *_ids("workspace_id", "response_id"),
        sa.PrimaryKeyConstraint("workspace_id", "response_id", name=op.f("pk_comment_due")),
        **CLUSTERED,
    )
    op.create_table(
        "comment",
        *_ids("workspace_id"),
        sa.Column("number", sa.BigInteger(), nullable=False),
        *_ids("response_id", "series_id"),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("band", sa.SmallInteger(), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("person", sa.LargeBinary(16), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("facet", sa.BigInteger(), nullable=False),
        sa.Column("stems", sa.Text(), nullable=False),
        _of_workspace("comment"),
        sa.PrimaryKeyConstraint("workspace_id", "number", name=op.f("pk_comment")),
        sa.UniqueConstraint(
            "workspace_id", "response_id", name=op.f("uq_comment_workspace_id_response_id")
        ),
        **CLUSTERED,
    )
    op.create_table(
        "tag",
        *_ids("workspace_id", "id"),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("folded", sa.String(240), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        *_ids("user_id"),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("archived_at", MOMENT, nullable=True),
        _of_workspace("tag"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_tag")),
        sa.UniqueConstraint("workspace_id", "folded", name=op.f("uq_tag_workspace_id_folded")),
        info=INFO,
    )
    op.create_table(
        "comment_tag",
        *_ids("workspace_id", "tag_id", "response_id"),
        sa.Column("by_words", sa.Boolean(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("tagged_at", MOMENT, nullable=False),
        _of("tag", "comment_tag"),
        _of("response", "comment_tag", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint(
            "workspace_id", "tag_id", "response_id", name=op.f("pk_comment_tag")
        ),
        **CLUSTERED,
    )
    op.create_table(
        "comment_mark",
        *_ids("workspace_id", "response_id"),
        *(
            column
            for what in ("starred", "done", "hidden")
            for column in (
                sa.Column(f"{what}_at", MOMENT, nullable=True),
                sa.Column(f"{what}_by", ID, nullable=True),
            )
        ),
        sa.Column("hidden_reason", sa.String(500), nullable=True),
        _of("response", "comment_mark", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", "response_id", name=op.f("pk_comment_mark")),
        **CLUSTERED,
    )
    op.create_table(
        "comment_note",
        *_ids("workspace_id", "id", "response_id", "user_id"),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=True),
        _of("response", "comment_note", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_comment_note")),
        info=INFO,
    )
    op.create_table(
        "stage_note",
        *_ids("workspace_id", "id", "stage_id"),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.String(280), nullable=False),
        *_ids("user_id"),
        sa.Column("written_at", MOMENT, nullable=False),
        _of("stage", "stage_note"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_stage_note")),
        info=INFO,
    )
    for columns in (("number", "facet", "month", "response_id"), ("facet", "month")):
        name = op.f(f"ix_comment_workspace_id_{'_'.join(columns)}")
        op.create_index(name, "comment", ["workspace_id", *columns])
    for table, column in (
        ("comment_tag", "response_id"),
        ("comment_note", "response_id"),
        ("stage_note", "stage_id"),
    ):
        op.create_index(op.f(f"ix_{table}_workspace_id_{column}"), table, ["workspace_id", column])
    if op.get_bind().dialect.name == "sqlite":
        # Without the text itself, which stands in `comment`; 'ascii', since stems are.
        op.execute(
            "CREATE VIRTUAL TABLE comment_search USING fts5(stems, content='', tokenize='ascii')"
        )
    else:
        op.execute(
            "CREATE INDEX comment_search ON comment USING gin (to_tsvector('simple', stems))"
        )
    # What is written already is found after the job has been at it.
    op.execute(
        "INSERT INTO comment_due (workspace_id, response_id)"
        " SELECT workspace_id, id FROM response WHERE comment <> ''"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE comment_search")
    for name in TABLES:
        op.drop_table(name)


def _ids(*names: str) -> list[sa.Column]:
    return [sa.Column(name, ID, nullable=False) for name in names]


def _of_workspace(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id"], ["workspace.id"], name=op.f(f"fk_{table}_workspace")
    )


def _of(other: str, table: str, *, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", f"{other}_id"],
        [f"{other}.workspace_id", f"{other}.id"],
        name=op.f(f"fk_{table}_{other}"),
        ondelete=ondelete,
    )
