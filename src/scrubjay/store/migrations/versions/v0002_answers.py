"""Payments, answered claims, acknowledgements, and where each stood."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _columns(kind: sa.types.TypeEngine[Any], names: str) -> list[sa.Column[Any]]:
    """Columns of one type that may be null."""
    return [sa.Column(name, kind) for name in names.split()]


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "payments",
        sa.Column("id", KEY, nullable=False, autoincrement=False),
        sa.Column("digest", sa.Text(), nullable=False),
        *_columns(sa.Text(), "implementation handling_code"),
        *_columns(sa.BigInteger(), "payment_amount"),
        *_columns(sa.Text(), "credit_debit_code payment_method_code"),
        *_columns(sa.Date(), "payment_date"),
        *_columns(sa.Text(), "trace_number payer_originator_id"),
        *_columns(sa.Date(), "production_date"),
        *_columns(sa.Text(), "payer_name payer_id payee_name payee_npi payee_tax_id"),
        *_columns(
            sa.BigInteger(),
            "claim_count line_count charge_total_amount paid_total_amount patient_responsibility_total_amount adjustment_total_amount provider_adjustment_total_amount off_by_amount",
        ),
        *_columns(sa.Boolean(), "is_balanced"),
        *_columns(sa.BigInteger(), "unbalanced_claim_count unbalanced_line_count"),
        *_columns(sa.Boolean(), "is_balanced_throughout is_whole"),
        *_columns(sa.Text(), "payment_key recognition_key"),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
        sa.UniqueConstraint("digest", name="uq_payments_digest"),
    )
    op.create_index("ix_payments_recognition_key", "payments", ["recognition_key"])
    op.create_table(
        "remit_claims",
        sa.Column("id", KEY, nullable=False, autoincrement=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        *_columns(sa.Text(), "patient_control_number claim_status_code"),
        *_columns(sa.BigInteger(), "charge_amount paid_amount patient_responsibility_amount"),
        *_columns(
            sa.Text(),
            "claim_filing_code payer_claim_control_number facility_type_code claim_frequency_code drg_code",
        ),
        *_columns(sa.BigInteger(), "drg_weight"),
        *_columns(
            sa.Text(),
            "patient_last_name patient_first_name member_id insured_last_name insured_first_name insured_id corrected_last_name corrected_first_name corrected_id claim_rendering_npi crossover_payer_name crossover_payer_id priority_payer_name priority_payer_id",
        ),
        *_columns(sa.Date(), "statement_from statement_to received_date coverage_end_date"),
        *_columns(
            sa.BigInteger(), "coverage_amount patient_paid_amount interest_amount prompt_pay_discount_amount"
        ),
        *_columns(
            sa.Text(),
            "group_number contract_class original_reference_number prior_authorization_number medical_record_number inpatient_values outpatient_values",
        ),
        *_columns(sa.BigInteger(), "line_count claim_adjustment_amount adjustment_amount off_by_amount"),
        *_columns(sa.Boolean(), "is_balanced"),
        *_columns(sa.BigInteger(), "unbalanced_line_count lines_off_by_amount"),
        *_columns(sa.Boolean(), "is_reversal"),
        *_columns(sa.Text(), "claim_answer_key"),
        *_columns(sa.Boolean(), "is_quarantined"),
        sa.PrimaryKeyConstraint("id", name="pk_remit_claims"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_remit_claims_payment_id"),
    )
    op.create_index("ix_remit_claims_patient_control_number", "remit_claims", ["patient_control_number"])
    op.create_index("ix_remit_claims_payment_id", "remit_claims", ["payment_id"])
    op.create_table(
        "remit_lines",
        sa.Column("id", KEY, nullable=False, autoincrement=False),
        sa.Column("remit_claim_id", sa.BigInteger(), nullable=False),
        *_columns(sa.BigInteger(), "line_number"),
        *_columns(sa.Text(), "procedure_qualifier hcpcs modifiers"),
        *_columns(sa.BigInteger(), "charge_amount paid_amount"),
        *_columns(sa.Text(), "revenue_code"),
        *_columns(sa.BigInteger(), "units_paid"),
        *_columns(sa.Text(), "billed_hcpcs billed_modifiers"),
        *_columns(sa.BigInteger(), "units_billed"),
        *_columns(sa.Boolean(), "is_code_changed"),
        *_columns(sa.Date(), "service_date_from service_date_to"),
        *_columns(
            sa.Text(), "line_item_control_number line_rendering_npi policy_reference_numbers location_number"
        ),
        *_columns(sa.BigInteger(), "allowed_amount adjustment_amount off_by_amount"),
        *_columns(sa.Boolean(), "is_balanced"),
        sa.PrimaryKeyConstraint("id", name="pk_remit_lines"),
        sa.ForeignKeyConstraint(
            ["remit_claim_id"], ["remit_claims.id"], name="fk_remit_lines_remit_claim_id"
        ),
    )
    op.create_index("ix_remit_lines_remit_claim_id", "remit_lines", ["remit_claim_id"])
    op.create_table(
        "remit_adjustments",
        sa.Column("id", KEY, nullable=False, autoincrement=False),
        sa.Column("remit_claim_id", sa.BigInteger(), nullable=False),
        sa.Column("remit_line_id", sa.BigInteger()),
        *_columns(sa.BigInteger(), "adjustment_number"),
        *_columns(sa.Text(), "adjustment_group_code carc_code"),
        *_columns(sa.BigInteger(), "adjustment_amount adjustment_quantity"),
        sa.PrimaryKeyConstraint("id", name="pk_remit_adjustments"),
        sa.ForeignKeyConstraint(
            ["remit_claim_id"], ["remit_claims.id"], name="fk_remit_adjustments_remit_claim_id"
        ),
        sa.ForeignKeyConstraint(
            ["remit_line_id"], ["remit_lines.id"], name="fk_remit_adjustments_remit_line_id"
        ),
    )
    op.create_index("ix_remit_adjustments_remit_claim_id", "remit_adjustments", ["remit_claim_id"])
    op.create_index("ix_remit_adjustments_remit_line_id", "remit_adjustments", ["remit_line_id"])
    op.create_table(
        "remit_remarks",
        sa.Column("id", KEY, nullable=False, autoincrement=False),
        sa.Column("remit_claim_id", sa.BigInteger(), nullable=False),
        sa.Column("remit_line_id", sa.BigInteger()),
        *_columns(sa.Text(), "remark_source remark_list rarc_code"),
        sa.PrimaryKeyConstraint("id", name="pk_remit_remarks"),
        sa.ForeignKeyConstraint(
            ["remit_claim_id"], ["remit_claims.id"], name="fk_remit_remarks_remit_claim_id"
        ),
        sa.ForeignKeyConstraint(["remit_line_id"], ["remit_lines.id"], name="fk_remit_remarks_remit_line_id"),
    )
    op.create_index("ix_remit_remarks_remit_claim_id", "remit_remarks", ["remit_claim_id"])
    op.create_index("ix_remit_remarks_remit_line_id", "remit_remarks", ["remit_line_id"])
    op.create_table(
        "provider_adjustments",
        sa.Column("id", KEY, nullable=False, autoincrement=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        *_columns(sa.BigInteger(), "adjustment_number"),
        *_columns(sa.Text(), "provider_id"),
        *_columns(sa.Date(), "fiscal_period_date"),
        *_columns(sa.Text(), "provider_adjustment_code reference_number"),
        *_columns(sa.BigInteger(), "adjustment_amount"),
        sa.PrimaryKeyConstraint("id", name="pk_provider_adjustments"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_provider_adjustments_payment_id"),
    )
    op.create_index("ix_provider_adjustments_payment_id", "provider_adjustments", ["payment_id"])
    op.create_table(
        "acknowledgments",
        sa.Column("id", KEY, nullable=False, autoincrement=False),
        sa.Column("digest", sa.Text(), nullable=False),
        *_columns(
            sa.Text(),
            "interchange_key level answered_set answered_control_number answered_implementation answered_group_control_number",
        ),
        *_columns(sa.Date(), "answered_date"),
        *_columns(sa.Text(), "status_code error_codes"),
        *_columns(sa.BigInteger(), "sent_count accepted_count"),
        *_columns(sa.Boolean(), "is_accepted"),
        sa.PrimaryKeyConstraint("id", name="pk_acknowledgments"),
        sa.UniqueConstraint("digest", name="uq_acknowledgments_digest"),
    )
    op.create_table(
        "acknowledgment_errors",
        sa.Column("id", KEY, nullable=False, autoincrement=False),
        sa.Column("acknowledgment_id", sa.BigInteger(), nullable=False),
        *_columns(sa.Text(), "faulty_segment"),
        *_columns(sa.BigInteger(), "faulty_segment_number"),
        *_columns(
            sa.Text(),
            "loop segment_error_code faulty_element element_reference element_error_code faulty_value business_unit business_unit_value",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_acknowledgment_errors"),
        sa.ForeignKeyConstraint(
            ["acknowledgment_id"], ["acknowledgments.id"], name="fk_acknowledgment_errors_acknowledgment_id"
        ),
    )
    op.create_index(
        "ix_acknowledgment_errors_acknowledgment_id", "acknowledgment_errors", ["acknowledgment_id"]
    )
    op.create_table(
        "claim_statuses",
        sa.Column("id", KEY, nullable=False, autoincrement=False),
        sa.Column("digest", sa.Text(), nullable=False),
        *_columns(
            sa.Text(),
            "interchange_key level patient_control_number batch_trace_number payer_claim_control_number clearinghouse_trace_number type_of_bill_code",
        ),
        *_columns(sa.Date(), "service_date_from service_date_to status_date"),
        *_columns(sa.Text(), "action_code"),
        *_columns(sa.BigInteger(), "charge_amount accepted_count rejected_count"),
        *_columns(sa.Boolean(), "is_accepted"),
        sa.PrimaryKeyConstraint("id", name="pk_claim_statuses"),
        sa.UniqueConstraint("digest", name="uq_claim_statuses_digest"),
    )
    op.create_index("ix_claim_statuses_patient_control_number", "claim_statuses", ["patient_control_number"])
    op.create_table(
        "status_codes",
        sa.Column("id", KEY, nullable=False, autoincrement=False),
        sa.Column("claim_status_id", sa.BigInteger(), nullable=False),
        *_columns(sa.Text(), "line_item_control_number hcpcs"),
        *_columns(sa.Boolean(), "is_line"),
        *_columns(sa.Text(), "status_category_code status_code entity_code action_code"),
        sa.PrimaryKeyConstraint("id", name="pk_status_codes"),
        sa.ForeignKeyConstraint(
            ["claim_status_id"], ["claim_statuses.id"], name="fk_status_codes_claim_status_id"
        ),
    )
    op.create_index("ix_status_codes_claim_status_id", "status_codes", ["claim_status_id"])
    op.create_table(
        "payment_sightings",
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("segment", sa.BigInteger(), nullable=False),
        *_columns(sa.Text(), "transaction"),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        *_columns(sa.Text(), "interchange_key group_control_number"),
        sa.PrimaryKeyConstraint("file_id", "segment", name="pk_payment_sightings"),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_payment_sightings_file_id"),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name="fk_payment_sightings_payment_id"),
    )
    op.create_index("ix_payment_sightings_payment_id", "payment_sightings", ["payment_id"])
    op.create_table(
        "acknowledgment_sightings",
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("segment", sa.BigInteger(), nullable=False),
        *_columns(sa.Text(), "transaction"),
        sa.Column("acknowledgment_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("file_id", "segment", name="pk_acknowledgment_sightings"),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_acknowledgment_sightings_file_id"),
        sa.ForeignKeyConstraint(
            ["acknowledgment_id"],
            ["acknowledgments.id"],
            name="fk_acknowledgment_sightings_acknowledgment_id",
        ),
    )
    op.create_index(
        "ix_acknowledgment_sightings_acknowledgment_id", "acknowledgment_sightings", ["acknowledgment_id"]
    )
    op.create_table(
        "status_sightings",
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("segment", sa.BigInteger(), nullable=False),
        *_columns(sa.Text(), "transaction"),
        sa.Column("claim_status_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("file_id", "segment", name="pk_status_sightings"),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_status_sightings_file_id"),
        sa.ForeignKeyConstraint(
            ["claim_status_id"], ["claim_statuses.id"], name="fk_status_sightings_claim_status_id"
        ),
    )
    op.create_index("ix_status_sightings_claim_status_id", "status_sightings", ["claim_status_id"])


def downgrade() -> None:
    """Refuse: what files said is not thrown away by a program."""
    raise NotImplementedError("the store goes forward only")
