"""What matching gives beside `ANSWERED_LINES`: claims that might be meant, and which lines belong together."""

from __future__ import annotations

import polars as pl

from scrubjay.tables.columns import CODE, Column, Kind, Table

_INT = pl.Int64()
SCORE = pl.Decimal(5, 4)

CANDIDATES = Table(
    "candidates",
    (
        Column("remit_claim_key", _INT, Kind.KEY, "the answered claim, for which none was found for certain"),
        Column("claim_key", _INT, Kind.KEY, "a claim that was sent and might be meant"),
        Column("rank", _INT, Kind.COUNT, "1 for the best"),
        Column("match_score", SCORE, Kind.QUANTITY, "how much agrees, up to 1"),
        Column(
            "agrees", pl.List(pl.String()), Kind.CODE, "what agrees: control-number, charge, lines, date ..."
        ),
    ),
)

LINE_LINKS = Table(
    "line_links",
    (
        Column("remit_line_key", _INT, Kind.KEY, "the answered line"),
        Column("line_key", _INT, Kind.KEY, "a line that was sent; several where lines were bundled"),
        Column("match_kind", CODE, Kind.CODE, "how they were matched"),
        Column("match_score", SCORE, Kind.QUANTITY, "1 where certain"),
    ),
)
