"""What a survey asks after the rating, how and when the widget shows it, and where it was seen"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_widget_settings"
down_revision = "2026_11_22_outbox_and_actions"
branch_labels = None
depends_on = None

ID = sa.LargeBinary(16).with_variant(postgresql.UUID(), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SETTINGS = ("follow_ups", "endings", "rules", "look")


def upgrade() -> None:
    # Added in place: empty columns and a constant default rebuild no table.
    for name in SETTINGS:
        op.add_column("survey", sa.Column(name, JSON, nullable=True))
    op.add_column(
        "survey",
        sa.Column("needs_signature", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_table(
        "sighting",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("survey_id", ID, nullable=False),
        sa.Column("origin", sa.String(length=200), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "survey_id"],
            ["survey.workspace_id", "survey.id"],
            name=op.f("fk_sighting_survey"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "survey_id", "origin", name=op.f("pk_sighting")),
        info={"placement": "distributed"},
    )


def downgrade() -> None:
    op.drop_table("sighting")
    op.drop_column("survey", "needs_signature")
    for name in reversed(SETTINGS):
        op.drop_column("survey", name)
