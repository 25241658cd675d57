"""What a run says: findings that fired, verdicts not evaluated, and coverage per claim."""

from __future__ import annotations

import polars as pl

from scrubjay.tables.columns import CODE, MONEY, NAME, Column, Kind, Table

_INT = pl.Int64()

FINDINGS = Table(
    "findings",
    (
        Column("claim_key", _INT, Kind.KEY, "the claim"),
        Column("line_key", _INT, Kind.KEY, "the line, null for a finding about the whole claim"),
        Column("edit", CODE, Kind.CODE, "readable name of the edit"),
        Column("code", CODE, Kind.CODE, "its code, e.g. DD001"),
        Column("severity", CODE, Kind.CODE, "error, warning or info"),
        Column("message", pl.String(), Kind.TEXT, "what is wrong, with the values and the arithmetic"),
        Column("fix", pl.String(), Kind.TEXT, "what to do, in plain words"),
        Column(
            "is_unverified", pl.Boolean(), Kind.FLAG, "a fact that the verdict rests on is tagged [C] or [D]"
        ),
        Column("at_stake_amount", MONEY, Kind.MONEY, "charge of the line, or of the claim"),
        Column("waiver", CODE, Kind.CODE, "id of the waiver that marks it, or null"),
        Column(
            "change_before", CODE, Kind.CODE, "the value that the fix would change, null where it is not sent"
        ),
        Column(
            "change_after",
            CODE,
            Kind.CODE,
            "what the fix would write: codes of a list joined by commas; null where nobody can say",
        ),
    ),
)

NOT_EVALUATED = Table(
    "not_evaluated",
    (
        Column("claim_key", _INT, Kind.KEY, "the claim"),
        Column("line_key", _INT, Kind.KEY, "the line, or null"),
        Column("edit", NAME, Kind.CODE, "readable name of the edit"),
        Column("missing", NAME, Kind.CODE, "names of the columns that were null, joined by `+`"),
    ),
)

COVERAGE = Table(
    "coverage",
    (
        Column("claim_key", _INT, Kind.KEY, "the claim"),
        Column("applicable", pl.Int32(), Kind.COUNT, "verdicts asked for: fires + clear + not evaluated"),
        Column("evaluated", pl.Int32(), Kind.COUNT, "verdicts given: fires + clear"),
        Column("not_evaluated", pl.Int32(), Kind.COUNT, "the rest"),
    ),
)
