"""What jobs know of tags, and what undoes an act on comments"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_30_tag_count"
down_revision = "2026_11_30_comments"
branch_labels = None
depends_on = None

ID = sa.LargeBinary(16).with_variant(postgresql.UUID(), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
INFO = {"placement": "distributed"}


def upgrade() -> None:
    op.create_table(
        "tag_count",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("tag_id", ID, nullable=False),
        sa.Column("counted_at", MOMENT, nullable=True),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("counts", JSON, nullable=True),
        sa.Column("reached", sa.BigInteger(), nullable=True),
        sa.Column("looked", sa.Integer(), nullable=False),
        sa.Column("looked_of", sa.Integer(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "tag_id"],
            ["tag.workspace_id", "tag.id"],
            name=op.f("fk_tag_count_tag"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "tag_id", name=op.f("pk_tag_count")),
        info=INFO,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "comment_undo",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_comment_undo_workspace")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_comment_undo")),
        info=INFO,
    )


def downgrade() -> None:
    op.drop_table("comment_undo")
    op.drop_table("tag_count")
