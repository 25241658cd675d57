"""Acknowledgements as columns: what of a file that was sent was accepted or refused (TA1, 999, 997, 277CA)."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from scrubjay.tables.columns import CODE, DATE, MONEY, QUANTITY, Column, Kind, Table
from scrubjay.tables.remits import REMIT_POSITION

_STRINGS = pl.List(pl.String())
_INT = pl.Int64()


def _code(name: str, about: str) -> Column:
    return Column(name, CODE, Kind.CODE, about)


def _flag(name: str, about: str) -> Column:
    return Column(name, pl.Boolean(), Kind.FLAG, about)


_KEY = Column("acknowledgment_key", _INT, Kind.KEY, "running number of the acknowledgement in the run")
_STATUS_KEY = Column("claim_status_key", _INT, Kind.KEY, "running number of the 277CA level in the run")

ACKNOWLEDGMENTS = Table(
    "acknowledgments",
    (
        _KEY,
        *REMIT_POSITION,
        _code(
            "interchange_key", "ISA06, ISA08 and ISA13 joined by `|` of the file it came in; null for a TA1"
        ),
        _code("level", "`interchange` (TA1), `group` (AK1 with AK9) or `transaction` (AK2 with IK5 or AK5)"),
        _code("answered_set", "AK201 (837 ...), AK101 of a group (HC ...), null for an interchange"),
        _code("answered_control_number", "TA101, AK102 or AK202: the number of what was sent"),
        _code("answered_implementation", "AK103 or AK203"),
        _code("answered_group_control_number", "AK102 of the group that a transaction stands in"),
        Column("answered_date", DATE, Kind.DATE, "TA102"),
        _code("status_code", "TA104, AK901 or IK501: A, E, M, P, R, W, X"),
        Column("error_codes", _STRINGS, Kind.CODE, "TA105, AK905.. or IK502..; [] if none"),
        Column("sent_count", _INT, Kind.COUNT, "AK902, null but for a group"),
        Column("accepted_count", _INT, Kind.COUNT, "AK904, null but for a group"),
        _flag(
            "is_accepted", "A or E; P is accepted in part and counts as not; null where no status is known"
        ),
    ),
)

ACKNOWLEDGMENT_ERRORS = Table(
    "acknowledgment_errors",
    (
        _KEY,
        *REMIT_POSITION,
        _code("faulty_segment", "IK301: tag of the segment that was sent"),
        Column(
            "faulty_segment_number",
            _INT,
            Kind.COUNT,
            "IK302: its position in the set that was sent, ST being 1",
        ),
        _code("loop", "IK303"),
        _code("segment_error_code", "IK304"),
        _code("faulty_element", "IK401: position of element, component and repetition, as sent"),
        _code("element_reference", "IK402"),
        _code("element_error_code", "IK403"),
        Column("faulty_value", CODE, Kind.IDENTIFIER, "IK404: copy of what was sent"),
        _code("business_unit", "CTX01-1, e.g. CLM01"),
        Column("business_unit_value", CODE, Kind.IDENTIFIER, "CTX01-2, e.g. the patient control number"),
    ),
)

CLAIM_STATUSES = Table(
    "claim_statuses",
    (
        _STATUS_KEY,
        *REMIT_POSITION,
        _code("interchange_key", "ISA06, ISA08 and ISA13 joined by `|` of the file it came in"),
        _code("level", "`source`, `receiver`, `provider` or `claim`"),
        Column("patient_control_number", CODE, Kind.IDENTIFIER, "TRN02 of a claim"),
        _code("batch_trace_number", "TRN02 of the levels above the claim"),
        _code("payer_claim_control_number", "REF*1K"),
        _code("clearinghouse_trace_number", "REF*D9"),
        _code("type_of_bill_code", "REF*BLT"),
        Column("service_date_from", DATE, Kind.DATE, "DTP*472"),
        Column("service_date_to", DATE, Kind.DATE, "DTP*472"),
        Column("status_date", DATE, Kind.DATE, "STC02 of the first STC"),
        _code("action_code", "STC03 of the first STC: WQ accepted, U rejected"),
        Column("charge_amount", MONEY, Kind.MONEY, "STC04 of the first STC"),
        Column("accepted_count", QUANTITY, Kind.QUANTITY, "QTY*90 or QTY*QA of a level above the claim"),
        Column("rejected_count", QUANTITY, Kind.QUANTITY, "QTY*AA or QTY*QC of a level above the claim"),
        _flag("is_accepted", "WQ true, U false; null where no action is known"),
    ),
)

STATUS_CODES = Table(
    "status_codes",
    (
        _STATUS_KEY,
        *REMIT_POSITION,
        Column(
            "line_item_control_number", CODE, Kind.CODE, "REF*FJ of the line, null for a status of the claim"
        ),
        _code("hcpcs", "SVC01-2 of the line, null for a status of the claim"),
        Column("is_line", pl.Boolean(), Kind.FLAG, "the status is that of a line"),
        _code("status_category_code", "STC01-1, STC10-1, STC11-1: A1 to A8 ..."),
        _code("status_code", "STC01-2, STC10-2, STC11-2"),
        _code("entity_code", "STC01-3, STC10-3, STC11-3"),
        _code("action_code", "STC03"),
    ),
)


@dataclass(slots=True)
class AcknowledgmentBundle:
    """Acknowledgements of one batch."""

    acknowledgments: pl.DataFrame = field(default_factory=ACKNOWLEDGMENTS.empty)
    errors: pl.DataFrame = field(default_factory=ACKNOWLEDGMENT_ERRORS.empty)
    claim_statuses: pl.DataFrame = field(default_factory=CLAIM_STATUSES.empty)
    status_codes: pl.DataFrame = field(default_factory=STATUS_CODES.empty)
