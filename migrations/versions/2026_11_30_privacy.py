"""What a workspace tells the people who answer it"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_30_privacy"
down_revision = "2026_11_30_import_content"
branch_labels = None
depends_on = None

ID = sa.LargeBinary(16).with_variant(postgresql.UUID(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "privacy",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("responsible", sa.String(300), nullable=False),
        sa.Column("contact", sa.String(300), nullable=False),
        sa.Column("officer", sa.String(300), nullable=False),
        sa.Column("basis", sa.String(16), nullable=False),
        sa.Column(
            "texts",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
        ),
        sa.Column("keep_texts_months", sa.Integer(), nullable=True),
        sa.Column("storage", sa.String(16), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_privacy_workspace")
        ),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_privacy")),
        info={"placement": "distributed"},
    )


def downgrade() -> None:
    op.drop_table("privacy")
