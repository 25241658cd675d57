"""The payer's answer as columns: payments, claims, lines, adjustments, remarks, provider adjustments.

One payment row per 835 transaction set, one claim row per CLP, one line row per SVC, one adjustment row per
reason of a CAS (a CAS holds up to six), one provider adjustment row per reason of a PLB. The keys are running
numbers within a run and the only join keys. Null means unknown or not sent.

Balance: a positive adjustment lowers the payment. `off_by_amount` is what the equation gives less what was
sent; null where an amount of the equation is unknown. What does not balance, or cannot be shown to, is
quarantined: shown, but not to be posted.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from scrubjay.tables.columns import CODE, DATE, MONEY, QUANTITY, Column, Kind, Table

_STRINGS = pl.List(pl.String())
_INT = pl.Int64()


def _code(name: str, about: str) -> Column:
    return Column(name, CODE, Kind.CODE, about)


def _phi(name: str, about: str) -> Column:
    return Column(name, CODE, Kind.IDENTIFIER, about)


def _date(name: str, about: str) -> Column:
    return Column(name, DATE, Kind.DATE, about)


def _money(name: str, about: str) -> Column:
    return Column(name, MONEY, Kind.MONEY, about)


def _count(name: str, about: str) -> Column:
    return Column(name, _INT, Kind.COUNT, about)


def _flag(name: str, about: str) -> Column:
    return Column(name, pl.Boolean(), Kind.FLAG, about)


_PAYMENT = Column(
    "remit_key",
    _INT,
    Kind.KEY,
    "number of the payment (835 transaction set) in the run; sets of other kinds count too",
)
_CLAIM = Column("remit_claim_key", _INT, Kind.KEY, "running number of the answered claim in the run")
_LINE = Column("remit_line_key", _INT, Kind.KEY, "running number of the answered line in the run")
_LINE_OR_NULL = Column("remit_line_key", _INT, Kind.KEY, "the line, null at claim level")

REMIT_POSITION = (
    Column("file_number", pl.Int32(), Kind.KEY, "1-based number of the file in the run"),
    Column("transaction", CODE, Kind.CODE, "ST02 control number of the transaction set"),
    Column(
        "segment", _INT, Kind.COUNT, "1-based number, in the file, of the segment that the row comes from"
    ),
)

REMIT_TRANSACTIONS = Table(
    "remit_transactions",
    (
        _PAYMENT,
        *REMIT_POSITION,
        _code("implementation", "ST03 or GS08, e.g. 005010X221A1"),
        _code("handling_code", "BPR01: I, H, C, D ..."),
        _money("payment_amount", "BPR02"),
        _code("credit_debit_code", "BPR03: C or D"),
        _code("payment_method_code", "BPR04: ACH, CHK, NON ..."),
        _date("payment_date", "BPR16"),
        _code("trace_number", "TRN02: check or transfer number"),
        _code("payer_originator_id", "TRN03"),
        _date("production_date", "DTM*405"),
        Column("payer_name", pl.String(), Kind.TEXT, "N1*PR, N102"),
        _code("payer_id", "TRN03; N104 or REF*2U of N1*PR where it is not sent"),
        Column("payee_name", pl.String(), Kind.TEXT, "N1*PE, N102"),
        _code("payee_npi", "N104 of N1*PE with qualifier XX"),
        _code("payee_tax_id", "N104 of N1*PE with qualifier FI, or REF*TJ"),
        _code("group_control_number", "GS06"),
        _count("claim_count", "CLP of the set that were handed on"),
        _count("line_count", "SVC of those claims"),
        _money("charge_total_amount", "sum of CLP03"),
        _money("paid_total_amount", "sum of CLP04; null where one is unknown"),
        _money("patient_responsibility_total_amount", "sum of CLP05"),
        _money("adjustment_total_amount", "sum of all CAS amounts"),
        _money("provider_adjustment_total_amount", "sum of the PLB amounts; null where one is unknown"),
        _money("off_by_amount", "sum of CLP04 - sum of PLB - BPR02"),
        _flag("is_balanced", "the equation of the payment holds to the cent; null where it cannot be told"),
        _count("unbalanced_claim_count", "claims off balance or unknown, by their own equation"),
        _count("unbalanced_line_count", "lines off balance or unknown"),
        _flag("is_balanced_throughout", "payment, claims and lines all balance"),
        _flag("is_whole", "its SE came, and every claim of it could be handed on"),
        _code("interchange_key", "ISA06, ISA08 and ISA13 joined by `|`: the same interchange again"),
        _code(
            "payment_key", "payer id, TRN02, BPR02 and BPR16 joined by `|`: the same payment in another file"
        ),
        _code(
            "recognition_key",
            "one payment has one, however often it comes: payment_key; the content where no money moved or nothing "
            "else identifies it; ISA, GS and ST numbers where payment_key is unknown",
        ),
        _code("content_digest", "SHA-256 of what it says, control numbers and places left out"),
        Column(
            "seen_before_remit_key", _INT, Kind.KEY, "payment of the same recognition_key that counts instead"
        ),
        _flag("is_quarantined", "off balance, not whole, or seen before: nothing of it is to be posted"),
    ),
)

REMIT_CLAIMS = Table(
    "remit_claims",
    (
        _CLAIM,
        _code("remit_claim_id", "our id, stable for the same inputs: `f1r1`"),
        _PAYMENT,
        *REMIT_POSITION,
        _count("claim_number", "1-based position of the claim in its file"),
        _phi("patient_control_number", "CLP01"),
        _code(
            "claim_status_code",
            "CLP02: 1 2 3 paid, 4 denied, 19-21 forwarded, 22 reversal, 23 not ours, 25 ...",
        ),
        _money("charge_amount", "CLP03"),
        _money("paid_amount", "CLP04"),
        _money("patient_responsibility_amount", "CLP05"),
        _code("claim_filing_code", "CLP06"),
        _code("payer_claim_control_number", "CLP07"),
        _code("facility_type_code", "CLP08: place of service, or the first two digits of the type of bill"),
        _code("claim_frequency_code", "CLP09"),
        _code("drg_code", "CLP11"),
        Column("drg_weight", QUANTITY, Kind.QUANTITY, "CLP12"),
        _phi("patient_last_name", "NM1*QC, NM103"),
        _phi("patient_first_name", "NM1*QC, NM104"),
        _phi("member_id", "NM1*QC, NM109"),
        _phi("insured_last_name", "NM1*IL, NM103"),
        _phi("insured_first_name", "NM1*IL, NM104"),
        _phi("insured_id", "NM1*IL, NM109"),
        _phi("corrected_last_name", "NM1*74, NM103"),
        _phi("corrected_first_name", "NM1*74, NM104"),
        _phi("corrected_id", "NM1*74, NM109"),
        _code("claim_rendering_npi", "NM1*82 with qualifier XX"),
        Column("crossover_payer_name", pl.String(), Kind.TEXT, "NM1*TT, to whom the claim was forwarded"),
        _code("crossover_payer_id", "NM1*TT, NM109"),
        Column("priority_payer_name", pl.String(), Kind.TEXT, "NM1*PR, who should have been billed first"),
        _code("priority_payer_id", "NM1*PR, NM109"),
        _date("statement_from", "DTM*232"),
        _date("statement_to", "DTM*233"),
        _date("received_date", "DTM*050"),
        _date("coverage_end_date", "DTM*036"),
        _money("coverage_amount", "AMT*AU"),
        _money("patient_paid_amount", "AMT*F5"),
        _money("interest_amount", "AMT*I"),
        _money("prompt_pay_discount_amount", "AMT*D8"),
        _code("group_number", "REF*1L"),
        _code("contract_class", "REF*CE"),
        _code("original_reference_number", "REF*F8"),
        _code("prior_authorization_number", "REF*G1"),
        _phi("medical_record_number", "REF*EA"),
        Column(
            "inpatient_values",
            _STRINGS,
            Kind.CODE,
            "MIA01 to MIA24 as sent, `` where empty; null without MIA",
        ),
        Column(
            "outpatient_values",
            _STRINGS,
            Kind.CODE,
            "MOA01 to MOA09 as sent, `` where empty; null without MOA",
        ),
        _count("line_count", "SVC of the claim"),
        _money("claim_adjustment_amount", "sum of the CAS at claim level"),
        _money("adjustment_amount", "sum of the CAS at claim and line level; null where one is unknown"),
        _money("off_by_amount", "CLP03 - sum of all CAS - CLP04"),
        _flag("is_balanced", "its equation holds to the cent; null where it cannot be told"),
        _count("unbalanced_line_count", "its lines off balance or unknown"),
        _money(
            "lines_off_by_amount",
            "sum of SVC03 - CAS at claim level - CLP04; null without lines. For information",
        ),
        _flag("is_reversal", "CLP02 is 22"),
        Column(
            "reverses_remit_claim_key",
            _INT,
            Kind.KEY,
            "of a reversal: the earlier claim of the run that it takes back",
        ),
        Column(
            "corrected_by_remit_claim_key",
            _INT,
            Kind.KEY,
            "of a reversal: the claim of the same payment that replaces it",
        ),
        _phi("claim_answer_key", "CLP01 and CLP07 joined by `|`: the same claim answered again"),
        _flag("is_quarantined", "it or one of its lines is off balance, or cannot be shown to balance"),
        _flag("is_postable", "neither it nor its payment is quarantined; null until its payment is complete"),
    ),
)

REMIT_LINES = Table(
    "remit_lines",
    (
        _LINE,
        _CLAIM,
        *REMIT_POSITION,
        _count("line_number", "1-based position of the line in its claim"),
        _code("procedure_qualifier", "SVC01-1: HC, N4, NU ..."),
        _code("hcpcs", "SVC01-2: the code that was paid or denied, upper case"),
        Column("modifiers", _STRINGS, Kind.CODE, "SVC01-3..6 that are not empty, upper case; [] if none"),
        _money("charge_amount", "SVC02"),
        _money("paid_amount", "SVC03"),
        _code("revenue_code", "SVC04"),
        Column("units_paid", QUANTITY, Kind.QUANTITY, "SVC05"),
        _code("billed_hcpcs", "SVC06-2; where not sent as hcpcs"),
        Column("billed_modifiers", _STRINGS, Kind.CODE, "SVC06-3..6; where SVC06 is not sent as modifiers"),
        Column("units_billed", QUANTITY, Kind.QUANTITY, "SVC07; where not sent as units_paid"),
        _flag("is_code_changed", "the payer decided on another code than was billed"),
        _date("service_date_from", "DTM*472 or DTM*150"),
        _date("service_date_to", "DTM*472 or DTM*151"),
        _code("line_item_control_number", "REF*6R"),
        _code("line_rendering_npi", "REF*HPI"),
        Column(
            "policy_reference_numbers",
            _STRINGS,
            Kind.CODE,
            "REF*0K: policies the decision rests on; [] if none",
        ),
        _code("location_number", "REF*LU"),
        _money("allowed_amount", "AMT*B6"),
        _money("adjustment_amount", "sum of its CAS; null where one is unknown"),
        _money("off_by_amount", "SVC02 - sum of its CAS - SVC03"),
        _flag("is_balanced", "its equation holds to the cent; null where it cannot be told"),
    ),
)

REMIT_ADJUSTMENTS = Table(
    "remit_adjustments",
    (
        _CLAIM,
        _LINE_OR_NULL,
        *REMIT_POSITION,
        Column("adjustment_number", pl.Int8(), Kind.COUNT, "1 to 6: its place in the CAS"),
        _code("adjustment_group_code", "CAS01: CO, PR, OA, PI, CR"),
        _code("carc_code", "CAS02, 05, 08, 11, 14, 17"),
        _money("adjustment_amount", "CAS03, 06 ..."),
        Column("adjustment_quantity", QUANTITY, Kind.QUANTITY, "CAS04, 07 ..."),
    ),
)

REMIT_REMARKS = Table(
    "remit_remarks",
    (
        _CLAIM,
        _LINE_OR_NULL,
        *REMIT_POSITION,
        _code("remark_source", "`LQ`, `MIA` or `MOA`"),
        _code("remark_list", "LQ01: HE for RARC, RX for pharmacy reject codes; HE in MIA and MOA"),
        _code("rarc_code", "the code"),
    ),
)

PROVIDER_ADJUSTMENTS = Table(
    "provider_adjustments",
    (
        _PAYMENT,
        *REMIT_POSITION,
        Column("adjustment_number", pl.Int8(), Kind.COUNT, "1 to 6: its place in the PLB"),
        _code("provider_id", "PLB01"),
        _date("fiscal_period_date", "PLB02"),
        _code("provider_adjustment_code", "PLB03-1, 05-1 ...: WO, FB, L6, CS, 72 ..."),
        _phi("reference_number", "PLB03-2, 05-2 ...; it may hold a patient's number"),
        _money("adjustment_amount", "PLB04, 06 ...; positive lowers the payment"),
    ),
)

REMIT_FINDINGS = Table(
    "remit_findings",
    (
        _CLAIM,
        _LINE_OR_NULL,
        *REMIT_POSITION,
        _code("fault", "stable, hyphenated name, e.g. `group-not-allowed`"),
        _code("adjustment_group_code", "the group, or null"),
        _code("carc_code", "the reason, or null"),
        Column("message", pl.String(), Kind.TEXT, "what breaks which rule, without a patient's value"),
        Column("citation", pl.String(), Kind.TEXT, "where the rule stands"),
    ),
)


@dataclass(slots=True)
class RemitBundle:
    """Answered claims of one batch, and the payments and acknowledgements that ended in it."""

    transactions: pl.DataFrame = field(default_factory=REMIT_TRANSACTIONS.empty)
    claims: pl.DataFrame = field(default_factory=REMIT_CLAIMS.empty)
    lines: pl.DataFrame = field(default_factory=REMIT_LINES.empty)
    adjustments: pl.DataFrame = field(default_factory=REMIT_ADJUSTMENTS.empty)
    remarks: pl.DataFrame = field(default_factory=REMIT_REMARKS.empty)
    provider_adjustments: pl.DataFrame = field(default_factory=PROVIDER_ADJUSTMENTS.empty)
