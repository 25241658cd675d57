"""Runs, files, claims that were sent, and where each stood."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _columns(kind: sa.types.TypeEngine[Any], names: str) -> list[sa.Column[Any]]:
    """Columns of one type that may be null."""
    return [sa.Column(name, kind) for name in names.split()]


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "runs",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        *_columns(sa.Date(), "as_of"),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        *_columns(sa.DateTime(timezone=True), "finished_at"),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_table(
        "files",
        sa.Column("id", KEY, nullable=False, autoincrement=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("interchanges", sa.BigInteger(), nullable=False),
        sa.Column("segments", sa.BigInteger(), nullable=False),
        sa.Column("claim_count", sa.BigInteger(), nullable=False),
        sa.Column("claims_read", sa.BigInteger(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("ingested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
        sa.UniqueConstraint("sha256", name="uq_files_sha256"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_files_run_id"),
    )
    op.create_index("ix_files_run_id", "files", ["run_id"])
    op.create_table(
        "claims",
        sa.Column("id", KEY, nullable=False, autoincrement=False),
        sa.Column("digest", sa.Text(), nullable=False),
        *_columns(sa.Text(), "claim_kind implementation patient_control_number"),
        *_columns(sa.BigInteger(), "claim_charge_amount"),
        *_columns(sa.Text(), "claim_place_of_service_code type_of_bill_code claim_frequency_code"),
        *_columns(sa.Date(), "statement_from statement_to admission_date"),
        *_columns(
            sa.Text(),
            "diagnosis_codes diagnosis_qualifiers condition_codes claim_filing_code payer_responsibility_code payer_id payer_name member_id subscriber_last_name subscriber_first_name patient_last_name patient_first_name",
        ),
        *_columns(sa.Date(), "patient_birth_date"),
        *_columns(
            sa.Text(),
            "patient_sex billing_npi billing_tax_id billing_taxonomy_code claim_rendering_npi claim_referring_npi claim_facility_npi attending_npi prior_authorization_number referral_number original_reference_number claim_note attachment_numbers",
        ),
        *_columns(sa.BigInteger(), "line_count"),
        *_columns(sa.Text(), "payer_claim_control_number"),
        *_columns(sa.BigInteger(), "patient_weight_kg"),
        sa.PrimaryKeyConstraint("id", name="pk_claims"),
        sa.UniqueConstraint("digest", name="uq_claims_digest"),
    )
    op.create_index("ix_claims_patient_control_number", "claims", ["patient_control_number"])
    op.create_table(
        "claim_lines",
        sa.Column("id", KEY, nullable=False, autoincrement=False),
        sa.Column("claim_id", sa.BigInteger(), nullable=False),
        *_columns(sa.BigInteger(), "line_number"),
        *_columns(sa.Text(), "revenue_code procedure_qualifier hcpcs modifiers line_description"),
        *_columns(sa.BigInteger(), "charge_amount"),
        *_columns(sa.Text(), "unit_of_measure"),
        *_columns(sa.BigInteger(), "units"),
        *_columns(sa.Text(), "line_place_of_service_code diagnosis_pointers"),
        *_columns(sa.Date(), "service_date_from service_date_to"),
        *_columns(
            sa.Text(),
            "line_item_control_number line_prior_authorization_number line_rendering_npi ordering_npi line_referring_npi line_facility_npi line_note ndc_qualifier ndc_as_sent",
        ),
        *_columns(sa.BigInteger(), "ndc_quantity"),
        *_columns(sa.Text(), "ndc_unit prescription_number"),
        *_columns(sa.BigInteger(), "ndc_count"),
        sa.PrimaryKeyConstraint("id", name="pk_claim_lines"),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_claim_lines_claim_id"),
    )
    op.create_index("ix_claim_lines_claim_id", "claim_lines", ["claim_id"])
    op.create_table(
        "other_payers",
        sa.Column("id", KEY, nullable=False, autoincrement=False),
        sa.Column("claim_id", sa.BigInteger(), nullable=False),
        *_columns(sa.BigInteger(), "other_payer_number"),
        *_columns(sa.Text(), "payer_responsibility_code claim_filing_code payer_id"),
        *_columns(sa.BigInteger(), "paid_amount remaining_patient_liability_amount"),
        sa.PrimaryKeyConstraint("id", name="pk_other_payers"),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_other_payers_claim_id"),
    )
    op.create_index("ix_other_payers_claim_id", "other_payers", ["claim_id"])
    op.create_table(
        "prior_adjustments",
        sa.Column("id", KEY, nullable=False, autoincrement=False),
        sa.Column("claim_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger()),
        *_columns(sa.Text(), "payer_id adjustment_group_code carc_code"),
        *_columns(sa.BigInteger(), "adjustment_amount adjustment_quantity"),
        sa.PrimaryKeyConstraint("id", name="pk_prior_adjustments"),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_prior_adjustments_claim_id"),
        sa.ForeignKeyConstraint(["line_id"], ["claim_lines.id"], name="fk_prior_adjustments_line_id"),
    )
    op.create_index("ix_prior_adjustments_claim_id", "prior_adjustments", ["claim_id"])
    op.create_index("ix_prior_adjustments_line_id", "prior_adjustments", ["line_id"])
    op.create_table(
        "claim_sightings",
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("segment", sa.BigInteger(), nullable=False),
        *_columns(sa.Text(), "transaction"),
        sa.Column("claim_id", sa.BigInteger(), nullable=False),
        *_columns(sa.Text(), "group_control_number interchange_key"),
        *_columns(sa.Date(), "interchange_date"),
        sa.PrimaryKeyConstraint("file_id", "segment", name="pk_claim_sightings"),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_claim_sightings_file_id"),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_claim_sightings_claim_id"),
    )
    op.create_index("ix_claim_sightings_claim_id", "claim_sightings", ["claim_id"])


def downgrade() -> None:
    """Refuse: what files said is not thrown away by a program."""
    raise NotImplementedError("the store goes forward only")
