"""Names that are one person's, and the hashes of earlier versions until somebody claims them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_30_contact_key"
down_revision = "2026_11_30_count_version"
branch_labels = None
depends_on = None

ID = sa.LargeBinary(16).with_variant(postgresql.UUID(), "postgresql")
INDEX = "ix_contact_key_workspace_id_person"


def upgrade() -> None:
    op.create_table(
        "contact_key",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("key", sa.LargeBinary(16), nullable=False),
        sa.Column("person", sa.LargeBinary(16), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_contact_key_workspace")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "key", name=op.f("pk_contact_key")),
        info={"placement": "distributed"},
        sqlite_with_rowid=False,
    )
    # In the order of the index on both sides: a scan of the one, and appending to the other.
    op.execute(
        "INSERT INTO contact_key (workspace_id, key, person) "
        "SELECT DISTINCT workspace_id, respondent_key, respondent_key FROM response "
        "WHERE respondent_key IS NOT NULL ORDER BY workspace_id, respondent_key"
    )
    op.create_index(op.f(INDEX), "contact_key", ["workspace_id", "person"])


def downgrade() -> None:
    op.drop_index(op.f(INDEX), "contact_key")
    op.drop_table("contact_key")
