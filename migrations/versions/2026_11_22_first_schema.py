"""The first schema"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_first"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.LargeBinary(16).with_variant(postgresql.UUID(), "postgresql")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "session",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_agent", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
        info={"placement": "local"},
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "setup_link",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_setup_link")),
        info={"placement": "local"},
    )
    op.create_table(
        "submission",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("survey_id", ID, nullable=False),
        sa.Column("submission_id", ID, nullable=False),
        sa.Column("response_id", ID, nullable=False),
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint(
            "workspace_id", "survey_id", "submission_id", name=op.f("pk_submission")
        ),
        info={"placement": "distributed"},
        sqlite_with_rowid=False,
    )
    op.create_table(
        "user",
        sa.Column("id", ID, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
        info={"placement": "reference"},
    )
    op.create_table(
        "workspace",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspace")),
        sa.UniqueConstraint("key", name=op.f("uq_workspace_key")),
        info={"placement": "reference"},
    )
    op.create_table(
        "import_run",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stored", sa.Integer(), nullable=False),
        sa.Column("already_stored", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_import_run_workspace")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_import_run")),
        info={"placement": "distributed"},
    )
    op.create_table(
        "journey",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_journey_workspace")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_journey")),
        info={"placement": "distributed"},
    )
    op.create_table(
        "membership",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_membership_user")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_membership_workspace")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "user_id", name=op.f("pk_membership")),
        info={"placement": "reference"},
    )
    op.create_table(
        "public_key",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_public_key_workspace")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_public_key")),
        info={"placement": "reference"},
    )
    with op.batch_alter_table("public_key", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_public_key_workspace_id"), ["workspace_id"], unique=False
        )

    op.create_table(
        "question",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("metric", sa.String(length=32), nullable=False),
        sa.Column("texts", JSON, nullable=False),
        sa.Column("default_language", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspace.id"], name=op.f("fk_question_workspace")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_question")),
        info={"placement": "distributed"},
    )
    op.create_table(
        "stage",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("journey_id", ID, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("headline_metric", sa.String(length=32), nullable=True),
        sa.Column("target", sa.Float(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "journey_id"],
            ["journey.workspace_id", "journey.id"],
            name=op.f("fk_stage_journey"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_stage")),
        info={"placement": "distributed"},
    )
    with op.batch_alter_table("stage", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_stage_workspace_id_journey_id"),
            ["workspace_id", "journey_id"],
            unique=False,
        )

    op.create_table(
        "touchpoint",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("stage_id", ID, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("place", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("target", sa.Float(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "stage_id"],
            ["stage.workspace_id", "stage.id"],
            name=op.f("fk_touchpoint_stage"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_touchpoint")),
        info={"placement": "distributed"},
    )
    with op.batch_alter_table("touchpoint", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_touchpoint_workspace_id_stage_id"),
            ["workspace_id", "stage_id"],
            unique=False,
        )

    op.create_table(
        "survey",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("touchpoint_id", ID, nullable=False),
        sa.Column("question_id", ID, nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "question_id"],
            ["question.workspace_id", "question.id"],
            name=op.f("fk_survey_question"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "touchpoint_id"],
            ["touchpoint.workspace_id", "touchpoint.id"],
            name=op.f("fk_survey_touchpoint"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_survey")),
        info={"placement": "distributed"},
    )
    with op.batch_alter_table("survey", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_survey_workspace_id_question_id"),
            ["workspace_id", "question_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_survey_workspace_id_touchpoint_id"),
            ["workspace_id", "touchpoint_id"],
            unique=False,
        )

    op.create_table(
        "series",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("survey_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("metric", sa.String(length=32), nullable=False),
        sa.Column("texts", JSON, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "survey_id"],
            ["survey.workspace_id", "survey.id"],
            name=op.f("fk_series_survey"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_series")),
        info={"placement": "distributed"},
    )
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_series_workspace_id_survey_id"),
            ["workspace_id", "survey_id"],
            unique=False,
        )

    op.create_table(
        "display_count",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("series_id", ID, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "series_id"],
            ["series.workspace_id", "series.id"],
            name=op.f("fk_display_count_series"),
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "series_id", "channel", "month", "kind", name=op.f("pk_display_count")
        ),
        info={"placement": "distributed"},
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rating_count",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("series_id", ID, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "series_id"],
            ["series.workspace_id", "series.id"],
            name=op.f("fk_rating_count_series"),
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "series_id", "channel", "month", "rating", name=op.f("pk_rating_count")
        ),
        info={"placement": "distributed"},
        sqlite_with_rowid=False,
    )
    op.create_table(
        "response",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("series_id", ID, nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("answers", JSON, nullable=True),
        sa.Column("properties", JSON, nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=True),
        sa.Column("page", sa.String(length=500), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("import_id", ID, nullable=True),
        sa.Column("contact_id", ID, nullable=True),
        sa.Column("respondent_key", sa.LargeBinary(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "series_id"],
            ["series.workspace_id", "series.id"],
            name=op.f("fk_response_series"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_response")),
        info={"placement": "distributed"},
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_response_workspace_id_respondent_key_answered_at"),
            ["workspace_id", "respondent_key", "answered_at"],
            unique=False,
            sqlite_where=sa.text("respondent_key IS NOT NULL"),
            postgresql_where=sa.text("respondent_key IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_response_workspace_id_series_id_id"),
            ["workspace_id", "series_id", "id"],
            unique=False,
        )

    op.create_table(
        "response_change",
        sa.Column("workspace_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("response_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "response_id"],
            ["response.workspace_id", "response.id"],
            name=op.f("fk_response_change_response"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_response_change")),
        info={"placement": "distributed"},
    )
    with op.batch_alter_table("response_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_response_change_workspace_id_response_id"),
            ["workspace_id", "response_id"],
            unique=False,
        )
