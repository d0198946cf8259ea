"""Bursts are found without reading all answers; what was done to a whole one is known"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_bursts"
down_revision = "2026_11_30_sign_in_try"
branch_labels = None
depends_on = None

MARKED = sa.text("origin IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        op.f("ix_response_workspace_id_series_id_origin"),
        "response",
        ["workspace_id", "series_id", "origin"],
        sqlite_where=MARKED,
        postgresql_where=MARKED,
    )
    op.add_column(
        "response_change",
        sa.Column("with_burst", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    with op.batch_alter_table("response_change") as batch:
        batch.drop_column("with_burst")
    op.drop_index(op.f("ix_response_workspace_id_series_id_origin"), table_name="response")
