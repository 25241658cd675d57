"""What recovery works on: the payer's answer to each line beside the claim, and what was decided of it.

`recovery.match` makes `ANSWERED_LINES` from remittances and claims; `recovery.classify`, `remedies`,
`deadlines` and the rest read that table and add columns. One row per line of the answer; one row with a
null `remit_line_key` for a claim that was answered without lines. Null means unknown.
"""

from __future__ import annotations

import polars as pl

from scrubjay.tables.columns import CODE, DATE, MONEY, QUANTITY, Column, Kind, Table

_INT = pl.Int64()
_STRINGS = pl.List(pl.String())

ADJUSTMENT = pl.Struct(
    {"group": pl.String(), "carc": pl.String(), "amount": MONEY, "quantity": QUANTITY, "level": pl.String()}
)
"""One reason of a CAS: group code, CARC, amount, quantity; level is `line` or `claim`."""


def _code(name: str, about: str) -> Column:
    return Column(name, CODE, Kind.CODE, about)


def _money(name: str, about: str) -> Column:
    return Column(name, MONEY, Kind.MONEY, about)


def _date(name: str, about: str) -> Column:
    return Column(name, DATE, Kind.DATE, about)


ANSWERED_LINES = Table(
    "answered_lines",
    (
        Column("remit_claim_key", _INT, Kind.KEY, "the answered claim"),
        Column("remit_line_key", _INT, Kind.KEY, "the answered line; null where the claim has none"),
        Column("claim_key", _INT, Kind.KEY, "the claim that was sent; null where none was found"),
        Column("line_key", _INT, Kind.KEY, "the line that was sent; null where none was found"),
        _code(
            "match_kind", "how the two were matched, e.g. `line-control-number`; `unmatched`, `candidates`"
        ),
        Column("match_score", pl.Decimal(5, 4), Kind.QUANTITY, "1 where certain; less for a candidate"),
        Column("patient_control_number", CODE, Kind.IDENTIFIER, "CLP01"),
        _code("payer_claim_control_number", "CLP07, which a replacement names in REF*F8"),
        _code("claim_status_code", "CLP02"),
        _code("payer_id", "of the payment"),
        Column("payer_name", pl.String(), Kind.TEXT, "of the payment"),
        _code("policy_id", "policy that speaks for the payer; null where none does"),
        _code("claim_filing_code", "SBR09 of the claim, else CLP06"),
        _code("claim_kind", "`professional` or `institutional`; null where unknown"),
        _code("place_of_service_code", "of the line that was sent, else CLP08 of a professional claim"),
        _code("type_of_bill_code", "of the claim that was sent"),
        _code("claim_frequency_code", "of the claim that was sent, else CLP09"),
        _code("hcpcs", "code that was billed"),
        Column("modifiers", _STRINGS, Kind.CODE, "modifiers that were billed"),
        _code("paid_hcpcs", "code that the payer decided on"),
        Column("is_code_changed", pl.Boolean(), Kind.FLAG, "paid_hcpcs is another code than was billed"),
        Column("units_billed", QUANTITY, Kind.QUANTITY, "units that were billed"),
        Column("units_paid", QUANTITY, Kind.QUANTITY, "units that were paid"),
        _date("service_date", "first day of the service"),
        _date("service_date_to", "last day of the service"),
        _money("charge_amount", "of the line, or of the claim where it has no lines"),
        _money("allowed_amount", "AMT*B6"),
        _money("paid_amount", "of the line, or of the claim"),
        Column("adjustments", pl.List(ADJUSTMENT), Kind.CODE, "of the line, and those at claim level"),
        Column(
            "rarc_codes", _STRINGS, Kind.CODE, "remarks of the line and of the claim, in order, no repeats"
        ),
        _date("payment_date", "BPR16"),
        _date("production_date", "DTM*405, the day that the remittance was made; else payment_date"),
        _date("received_date", "day that the payer received the claim (DTM*050); null where not sent"),
        Column("is_reversal", pl.Boolean(), Kind.FLAG, "the answer takes an earlier one back"),
        Column("is_superseded", pl.Boolean(), Kind.FLAG, "a later answer of the run takes its place"),
        Column("is_postable", pl.Boolean(), Kind.FLAG, "it balances, and so does its payment"),
    ),
)

DECISIONS = Table(
    "decisions",
    (
        Column("remit_claim_key", _INT, Kind.KEY, "the answered claim"),
        Column("remit_line_key", _INT, Kind.KEY, "the answered line; null where the claim has none"),
        _code("outcome", "`paid`, `denied`, `reduced`, `pending`, `informational`, `rejected`, `forwarded`"),
        _code("root_cause", "stable, hyphenated name, e.g. `ndc-missing`; null where it cannot be told"),
        _code("hardness", "`soft`, `hard`, `depends`; null where nothing was denied"),
        _code("group_code", "group of the adjustment that decided"),
        _code("carc_code", "CARC that decided"),
        _code("rarc_code", "RARC that decided, if one did"),
        _code("rule_id", "row of the cause table that decided, e.g. `G10`"),
        _money("denied_amount", "amount of the adjustments that are open to recovery"),
        _code(
            "remedy",
            "NEW, REPL, CER, APP, RPA, COB, ROUTE, PT, SEND, WO, WAIT, NONE; null where it cannot be told",
        ),
        Column("appeal_level", pl.Int8(), Kind.COUNT, "level that an appeal would be of"),
        Column("guards", _STRINGS, Kind.CODE, "hard guards that shut other ways, by name"),
        Column("reasons", _STRINGS, Kind.TEXT, "why, in plain words, each with its source"),
        Column("missing", _STRINGS, Kind.TEXT, "what must be known before the remedy is certain"),
        _code("finding_edit", "edit that explains the denial on replay; null where none does"),
        _code(
            "replay_verdict", "`claim-was-wrong`, `payer-was-wrong`, `cannot-tell`; null where not replayed"
        ),
        _date("trigger_date", "day that the clock runs from"),
        _date("safe_date", "do it by then"),
        _date("hard_date", "last day; null where no rule is known"),
        Column("deadline_rule", pl.String(), Kind.TEXT, "the rule with its source, or what to enter"),
    ),
)
