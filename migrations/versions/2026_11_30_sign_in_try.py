"""Tries at signing in, counted; and no text of an error stays with a job"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_30_sign_in_try"
down_revision = "2026_11_30_contact_key"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_try",
        sa.Column("key", sa.LargeBinary(16), nullable=False),
        sa.Column(
            "tries",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            nullable=False,
        ),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_try")),
        info={"placement": "local"},
    )
    op.create_index("ix_sign_in_try_ends_at", "sign_in_try", ["ends_at"])
    # Until now it was the error's own text, which may quote what somebody wrote.
    op.execute(
        "UPDATE job SET last_error = 'an error of an older version' WHERE last_error IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table("sign_in_try")
