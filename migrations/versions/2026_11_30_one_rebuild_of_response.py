"""Response gains what is known of an answer's life; a test is part of a submission's key"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_30_response"
down_revision = "2026_11_22_widget_settings"
branch_labels = None
depends_on = None

ID = sa.LargeBinary(16).with_variant(postgresql.UUID(), "postgresql")
# Batch mode reads the table back, but not that it is clustered by its key.
CLUSTERED = {"sqlite_with_rowid": False}
KEY = ["workspace_id", "survey_id", "submission_id"]


def upgrade() -> None:
    # PostgreSQL changes its catalogue only; SQLite copies the table, once for all of this.
    with op.batch_alter_table("response", table_kwargs=CLUSTERED) as batch:
        batch.drop_column("contact_id")
        batch.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("excluded_from", sa.String(16), nullable=True))
        batch.add_column(sa.Column("origin", sa.LargeBinary(8), nullable=True))
        batch.add_column(sa.Column("about_key", sa.LargeBinary(16), nullable=True))
        batch.add_column(sa.Column("late", sa.Boolean(), server_default=sa.false(), nullable=False))
    # Until now nothing but a counted answer could be taken out.
    op.execute("UPDATE response SET excluded_from = 'counted' WHERE state = 'excluded'")
    # Beside the rest of the key where the table is copied: SQLite 3.40's integrity_check takes the
    # columns between the parts of a clustered key for NULL.
    is_copied = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table(
        "submission", table_kwargs=CLUSTERED, recreate="always" if is_copied else "never"
    ) as batch:
        batch.add_column(
            sa.Column("test", sa.Boolean(), server_default=sa.false(), nullable=False),
            insert_after="submission_id" if is_copied else None,
        )
        batch.drop_constraint("pk_submission", type_="primary")
        batch.create_primary_key("pk_submission", [*KEY, "test"])
    op.execute(
        "UPDATE submission SET test = true WHERE (workspace_id, response_id) IN"
        " (SELECT workspace_id, id FROM response WHERE state = 'test')"
    )


def downgrade() -> None:
    # Where an answer and a test share an id, the answer keeps it.
    op.execute(
        "DELETE FROM submission WHERE test AND EXISTS (SELECT 1 FROM submission AS s"
        " WHERE s.workspace_id = submission.workspace_id AND s.survey_id = submission.survey_id"
        " AND s.submission_id = submission.submission_id AND NOT s.test)"
    )
    with op.batch_alter_table("submission", table_kwargs=CLUSTERED) as batch:
        batch.drop_constraint("pk_submission", type_="primary")
        batch.create_primary_key("pk_submission", KEY)
        batch.drop_column("test")
    with op.batch_alter_table("response", table_kwargs=CLUSTERED) as batch:
        for name in ("late", "about_key", "origin", "excluded_from", "changed_at"):
            batch.drop_column(name)
        batch.add_column(sa.Column("contact_id", ID, nullable=True))
