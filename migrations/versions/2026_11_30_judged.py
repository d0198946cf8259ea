"""What was said of each line, month by month; history is judged once, by the first job after it"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_30_judged"
down_revision = "2026_11_30_clocks"
branch_labels = None
depends_on = None

ID = sa.LargeBinary(16).with_variant(postgresql.UUID(), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _of_journey(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["workspace_id", "journey_id"],
        ["journey.workspace_id", "journey.id"],
        name=op.f(f"fk_{table}_journey"),
        ondelete="CASCADE",
    )


def upgrade() -> None:
    op.create_table(
        "judged_journey",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("journey_id", ID, nullable=False),
        sa.Column("until", sa.String(7), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        _of_journey("judged_journey"),
        sa.PrimaryKeyConstraint("workspace_id", "journey_id", name=op.f("pk_judged_journey")),
        info={"placement": "distributed"},
    )
    op.create_table(
        "judged_line",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("journey_id", ID, nullable=False),
        sa.Column("place_id", ID, nullable=False),
        sa.Column("metric", sa.String(16), nullable=False),
        sa.Column("seam", sa.String(7), nullable=False),
        sa.Column("since", sa.String(7), nullable=False),
        sa.Column("joined", sa.String(7), nullable=False),
        sa.Column("whole_until", sa.String(7), nullable=False),
        sa.Column("digests", sa.Text(), nullable=False),
        sa.Column("held", JSON, nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("signals", JSON, nullable=False),
        sa.Column("taken_back", JSON, nullable=False),
        _of_journey("judged_line"),
        sa.PrimaryKeyConstraint(
            "workspace_id", "journey_id", "place_id", "metric", "seam", name=op.f("pk_judged_line")
        ),
        info={"placement": "distributed"},
    )


def downgrade() -> None:
    op.drop_table("judged_line")
    op.drop_table("judged_journey")
