"""Anonymous surveys, and the names of the properties that each of them keeps"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_30_anonymous_surveys"
down_revision = "2026_11_30_erasure"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "survey",
        sa.Column("is_anonymous", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column(
        "survey",
        sa.Column(
            "kept_properties",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=True,
        ),
    )


def downgrade() -> None:
    op.drop_column("survey", "kept_properties")
    op.drop_column("survey", "is_anonymous")
