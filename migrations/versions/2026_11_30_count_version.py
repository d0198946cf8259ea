"""A number for the counts of each month, raised by whoever changes one"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_30_count_version"
down_revision = "2026_11_30_response"
branch_labels = None
depends_on = None

ID = sa.LargeBinary(16).with_variant(postgresql.UUID(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "count_version",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("process", sa.LargeBinary(8), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_count_version_workspace")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "process", "month", name=op.f("pk_count_version")),
        info={"placement": "distributed"},
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("count_version")
