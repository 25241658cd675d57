"""Which line of a claim an answered line is about.

In order, each line being used once unless it was split: the line control number; code, modifiers, day and charge; the
same without the modifiers, which payers drop; lines that were split (their charges add up to one that was sent) or
bundled (the charge is the sum of several); then what agrees less.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.tables.matching import LINE_LINKS, SCORE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.tables import ClaimBundle
    from scrubjay.tables.remits import RemitBundle

_WIDE = pl.Decimal(38, 2)


@dataclass(frozen=True, slots=True)
class _Way:
    kind: str
    score: str
    keys: tuple[str, ...]


_EXACT = (
    _Way("code-modifiers-date", "1", ("code", "modifiers", "day", "charge", "units")),
    _Way("code-modifiers-date", "1", ("code", "modifiers", "day", "charge")),
    _Way("code-date", "0.98", ("code", "day", "charge")),
)
_WEAKER = (
    _Way("code-modifiers-date", "0.95", ("code", "modifiers", "day")),
    _Way("code-date", "0.9", ("code", "day")),
    _Way("ndc-date", "0.9", ("ndc", "day")),
    _Way("code-charge", "0.8", ("code", "charge")),
    _Way("changed-code", "0.75", ("day", "charge")),
    _Way("code", "0.7", ("code",)),
)


def match_lines(matched: pl.DataFrame, remits: RemitBundle, claims: ClaimBundle) -> pl.DataFrame:
    """Link the lines of answers whose claim was found, in the shape of `LINE_LINKS`.

    Args:
        matched: remit_claim_key and claim_key, null where no claim was found.
        remits: the answers.
        claims: the claims that were sent.
    """
    pairs = matched.select("remit_claim_key", "claim_key").drop_nulls()
    answered = _answered(remits).join(pairs, on="remit_claim_key", how="inner", maintain_order="left")
    # Each answer has the lines of its claim to itself: a claim is answered more than once.
    sent = _sent(claims).join(pairs, on="claim_key", how="inner", maintain_order="left")
    state = _State(answered, sent)
    state.by_control_number()
    for way in _EXACT:
        state.one_to_one(way)
    state.split()
    state.bundled()
    for way in _WEAKER:
        state.one_to_one(way)
    return LINE_LINKS.conform(
        pl.concat([LINE_LINKS.empty(), *state.found]).sort("remit_line_key", "line_key")
    )


def _modifiers(name: str) -> pl.Expr:
    return pl.col(name).list.sort().list.join(":").alias("modifiers")


def _answered(remits: RemitBundle) -> pl.DataFrame:
    is_ndc = pl.col("procedure_qualifier") == "N4"
    return remits.lines.select(
        "remit_line_key", "remit_claim_key", "line_number",
        pl.coalesce("billed_hcpcs", "hcpcs", "revenue_code").alias("code"),
        pl.when(is_ndc).then("hcpcs").alias("ndc"),
        _modifiers("billed_modifiers"),
        pl.col("service_date_from").alias("day"),
        pl.col("charge_amount").abs().alias("charge"),
        pl.col("units_billed").abs().alias("units"),
        pl.col("line_item_control_number").alias("control"),
    )  # fmt: skip


def _sent(claims: ClaimBundle) -> pl.DataFrame:
    return claims.lines.select(
        "line_key", "claim_key", pl.col("line_number").cast(pl.Int64),
        pl.coalesce("hcpcs", "revenue_code").alias("code"),
        pl.col("ndc_as_sent").alias("ndc"),
        _modifiers("modifiers"),
        pl.col("service_date_from").alias("day"),
        pl.col("charge_amount").abs().alias("charge"),
        pl.col("units").abs().alias("units"),
        pl.col("line_item_control_number").alias("control"),
    )  # fmt: skip


class _State:
    """Lines that are not linked yet, and the links."""

    def __init__(self, answered: pl.DataFrame, sent: pl.DataFrame) -> None:
        self._answered = answered
        self._sent = sent
        self.found: list[pl.DataFrame] = []

    def _take(self, links: pl.DataFrame, kind: str, score: str) -> None:
        """Keep links (remit_claim_key, remit_line_key, line_key) and take their lines out."""
        if not links.height:
            return
        self._answered = self._answered.join(links, on="remit_line_key", how="anti", maintain_order="left")
        self._sent = self._sent.join(
            links, on=["remit_claim_key", "line_key"], how="anti", maintain_order="left"
        )
        self.found.append(LINE_LINKS.conform(links.select(
            "remit_line_key", "line_key", pl.lit(kind).alias("match_kind"), pl.lit(score).cast(SCORE).alias("match_score")
        )))  # fmt: skip

    def by_control_number(self) -> None:
        """By REF*6R where the claim has it once; several answers to one line are a split."""
        by = ["remit_claim_key", "control"]
        own = self._sent.drop_nulls("control").filter(pl.len().over(by) == 1)
        both = self._answered.drop_nulls("control").join(
            own, on=by, how="inner", suffix="_c", maintain_order="left"
        )
        same = {
            c: (pl.col(c) == pl.col(f"{c}_c")).fill_null(value=False)
            for c in ("code", "day", "charge", "ndc")
        }
        # A payer that numbers lines in its own way would otherwise cross them.
        agrees = same["code"] | same["ndc"] | (same["day"] & same["charge"])
        self._take(both.filter(agrees), "line-control-number", "1")

    def one_to_one(self, way: _Way) -> None:
        """Lines that agree in all keys; of several that do, the first with the first."""
        by = ["remit_claim_key", *way.keys]
        left, right = (_numbered(f.drop_nulls(by), by) for f in (self._answered, self._sent))
        self._take(left.join(right, on=[*by, "_n"], how="inner", suffix="_c"), way.kind, way.score)

    def split(self) -> None:
        """Answered lines of one code and day whose charges add up to the charge of one line."""
        by = ["remit_claim_key", "code", "day"]
        parts = self._answered.drop_nulls([*by, "charge"]).with_columns(
            pl.col("charge").cast(_WIDE).sum().over(by).alias("_total"), pl.len().over(by).alias("_count")
        ).filter(pl.col("_count") > 1)  # fmt: skip
        whole = self._sent.drop_nulls([*by, "charge"]).filter(pl.len().over(by) == 1)
        links = parts.join(whole, on=by, how="inner", suffix="_c", maintain_order="left")
        self._take(links.filter(pl.col("_total") == pl.col("charge_c").cast(_WIDE)), "split", "0.9")

    def bundled(self) -> None:
        """One answered line of a day whose charge is the sum of all lines that are left of that day."""
        by = ["remit_claim_key", "day"]
        whole = self._answered.drop_nulls([*by, "charge"]).filter(pl.len().over(by) == 1)
        parts = self._sent.drop_nulls([*by, "charge"]).with_columns(
            pl.col("charge").cast(_WIDE).sum().over(by).alias("_total"), pl.len().over(by).alias("_count")
        ).filter(pl.col("_count") > 1)  # fmt: skip
        links = whole.join(parts, on=by, how="inner", suffix="_c", maintain_order="left")
        self._take(links.filter(pl.col("_total") == pl.col("charge").cast(_WIDE)), "bundle", "0.8")


def _numbered(frame: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    ordered = frame.sort("line_number", maintain_order=True)
    return ordered.with_columns(pl.int_range(pl.len()).over(by).alias("_n"))
