"""What people who answered several times add to the sums of a line, by window"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_30_repeat_count"
down_revision = "2026_11_30_judged"
branch_labels = None
depends_on = None

ID = sa.LargeBinary(16).with_variant(postgresql.UUID(), "postgresql")


def upgrade() -> None:
    sums = ("answers", "first", "second", "fewer", "squares", "products", "sizes")
    op.create_table(
        "repeat_count",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("place_id", ID, nullable=False),
        sa.Column("metric", sa.String(32), nullable=False),
        sa.Column("months", sa.SmallInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("of_erased", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in sums),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_repeat_count_workspace")
        ),
        sa.PrimaryKeyConstraint(
            *("workspace_id", "place_id", "metric", "months", "month", "of_erased"),
            name=op.f("pk_repeat_count"),
        ),
        info={"placement": "distributed"},
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("repeat_count")
