"""Jumps of the clock, and what was done about the answers received meanwhile"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_30_clocks"
down_revision = "2026_11_30_retention"
branch_labels = None
depends_on = None

ID = sa.LargeBinary(16).with_variant(postgresql.UUID(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "clock_jump",
        sa.Column("id", ID, nullable=False),
        sa.Column("since_at", MOMENT, nullable=False),
        sa.Column("before_at", MOMENT, nullable=False),
        sa.Column("after_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_jump")),
        info={"placement": "local"},
    )
    op.create_table(
        "clock_span",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("begins_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("done_at", MOMENT, nullable=False),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_clock_span_workspace")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_clock_span")),
        info={"placement": "distributed"},
    )


def downgrade() -> None:
    op.drop_table("clock_span")
    op.drop_table("clock_jump")
