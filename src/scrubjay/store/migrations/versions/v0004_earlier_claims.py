"""Claims: the payer's own number and the body weight, which tables of earlier claims give."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("claims", sa.Column("payer_claim_control_number", sa.Text()))
    op.add_column("claims", sa.Column("patient_weight_kg", sa.BigInteger()))


def downgrade() -> None:
    """Refuse: what files said is not thrown away by a program."""
    raise NotImplementedError("the store goes forward only")
