"""An import is known by what it reads, not by the name of the file"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_import_content"
down_revision = "2026_11_30_bursts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_run", sa.Column("content", sa.LargeBinary(16), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("import_run") as batch:
        batch.drop_column("content")
