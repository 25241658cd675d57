"""Authorizations and waivers with where each stood; cases, events, outcomes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
        "CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$",
        "CREATE TRIGGER events_no_change BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION events_append_only()",
        "CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION events_append_only()",
    ),
}


def _columns(kind: sa.types.TypeEngine[Any], names: str) -> list[sa.Column[Any]]:
    """Columns of one type that may be null."""
    return [sa.Column(name, kind) for name in names.split()]


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "cases",
        sa.Column("id", KEY, nullable=False),
        sa.Column("remit_claim_id", sa.BigInteger()),
        sa.Column("claim_id", sa.BigInteger()),
        sa.Column("status", sa.Text(), nullable=False),
        *_columns(sa.Text(), "owner"),
        *_columns(sa.Date(), "follow_up_date"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        *_columns(sa.DateTime(timezone=True), "closed_at"),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.ForeignKeyConstraint(["remit_claim_id"], ["remit_claims.id"], name="fk_cases_remit_claim_id"),
        sa.UniqueConstraint("remit_claim_id", name="uq_cases_remit_claim_id"),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_cases_claim_id"),
    )
    op.create_index("ix_cases_claim_id", "cases", ["claim_id"])
    op.create_table(
        "events",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_id", sa.BigInteger()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_events_case_id"),
    )
    op.create_index("ix_events_case_id", "events", ["case_id"])
    op.create_table(
        "authorizations",
        sa.Column("id", KEY, nullable=False, autoincrement=False),
        sa.Column("digest", sa.Text(), nullable=False),
        *_columns(sa.Text(), "authorization_number status payer_id payer_name member_id hcpcs ndc"),
        *_columns(sa.BigInteger(), "units"),
        *_columns(sa.Date(), "valid_from valid_to"),
        *_columns(sa.Text(), "places provider_npis"),
        sa.PrimaryKeyConstraint("id", name="pk_authorizations"),
        sa.UniqueConstraint("digest", name="uq_authorizations_digest"),
    )
    op.create_index("ix_authorizations_authorization_number", "authorizations", ["authorization_number"])
    op.create_table(
        "waivers",
        sa.Column("id", KEY, nullable=False, autoincrement=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("edit", sa.Text(), nullable=False),
        *_columns(sa.Text(), "payers codes claims providers"),
        *_columns(sa.Date(), "valid_from valid_to"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_waivers"),
        sa.UniqueConstraint("digest", name="uq_waivers_digest"),
    )
    op.create_index("ix_waivers_name", "waivers", ["name"])
    for name, target in (("authorization", "authorizations"), ("waiver", "waivers")):
        op.create_table(
            f"{name}_sightings",
            sa.Column("file_id", sa.BigInteger(), nullable=False),
            sa.Column("row", sa.BigInteger(), nullable=False),
            sa.Column(f"{name}_id", sa.BigInteger(), nullable=False),
            sa.PrimaryKeyConstraint("file_id", f"{name}_id", name=f"pk_{name}_sightings"),
            sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=f"fk_{name}_sightings_file_id"),
            sa.ForeignKeyConstraint([f"{name}_id"], [f"{target}.id"], name=f"fk_{name}_sightings_{name}_id"),
        )
        op.create_index(f"ix_{name}_sightings_{name}_id", f"{name}_sightings", [f"{name}_id"])
    op.create_table(
        "outcomes",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        *_columns(sa.Text(), "payer_id root_cause"),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        *_columns(sa.BigInteger(), "denied_amount recovered_amount work_minutes"),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outcomes"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_outcomes_case_id"),
    )
    op.create_index("ix_outcomes_case_id", "outcomes", ["case_id"])
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    """Refuse: what files said is not thrown away by a program."""
    raise NotImplementedError("the store goes forward only")
