"""Tokens."""

import sqlalchemy as sa
from alembic import op

from geoml.store.tables import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of tokens."""
    op.create_table(
        "token",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("scopes", sa.String(80), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("created", Moment(), nullable=False),
        sa.Column("expires", Moment(), nullable=False),
        sa.Column("revoked", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_token"),
    )


def downgrade() -> None:
    """Drop the table of tokens."""
    op.drop_table("token")
