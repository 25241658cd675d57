"""The running balance of authorizations: what each line draws, in the order of the dates of service.

Administered and discarded units are both drawn. Claims that were taken back, voids, and the same claim once
more draw nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.authorization import is_for_code, is_of_payer, numbered_authorizations
from scrubjay.facts.registry import LINE, Fact, facts
from scrubjay.tables.columns import QUANTITY

if TYPE_CHECKING:
    from datetime import date

    from scrubjay.facts.context import FactContext

DRAW_NEEDS = (
    "claim_key",
    "line_key",
    "authorization_number",
    "member_hash",
    "payer_id_hash",
    "payer_name_hash",
    "hcpcs",
    "ndc",
    "service_date",
    "units",
    "is_counted",
)
_NO_BALANCE = (
    "the balance of this authorization is not known: it is not among those of this payer given with --authorizations, or "
    "what was drawn from it before is not: give earlier claims with --history, complete from its first day on (--history-from)"
)


def draws(lines: pl.DataFrame, authorizations: pl.DataFrame) -> pl.DataFrame:
    """What each line draws from the authorization that it names, and the balance after it.

    Args:
        lines: columns of `DRAW_NEEDS`; lines of all claims that may draw.
        authorizations: rows of `scrubjay.tables.AUTHORIZATIONS`.

    Returns:
        One row per line that names an authorization of the list which is for its code, in the order in which
        they draw: `claim_key`, `line_key`, `_pot` (row of `authorizations`), `service_date`, `is_counted`, `drawn`
        (units; zero for a claim that does not count, null if not known), `granted`, `drawn_so_far` (known draws, this
        one included), `balance` (granted less drawn so far; null if nothing is granted by number), `is_open` (some
        draw up to here is not known).
    """
    pots = numbered_authorizations(authorizations).select(
        "_pot", "authorization_number", "_member", "_payer_id", "_payer_name", "valid_from", "valid_to",
        pl.col("hcpcs").alias("_hcpcs"), pl.col("ndc").alias("_ndc"), pl.col("units").alias("granted"),
    )  # fmt: skip
    is_member = (pl.col("_member") == pl.col("member_hash")).fill_null(value=True)
    day = pl.col("service_date")
    in_time = day.is_between(pl.col("valid_from"), pl.col("valid_to")).fill_null(value=False)
    found = (
        lines.select(*DRAW_NEEDS)
        .join(pots, on="authorization_number")
        .filter(is_for_code().fill_null(value=False), is_member, is_of_payer())
        .sort("line_key", in_time.not_(), "_pot")
        .unique("line_key", keep="first", maintain_order=True)
    )
    drawn = (
        pl.when(pl.col("is_counted").not_()).then(pl.lit(0, dtype=QUANTITY)).when("is_counted").then("units")
    )
    ordered = found.with_columns(drawn.alias("drawn")).sort(
        "_pot", day, "claim_key", "line_key", nulls_last=True, maintain_order=True
    )
    so_far = pl.col("drawn").fill_null(0).cum_sum().over("_pot").cast(QUANTITY)
    # A draw without a date may lie anywhere.
    unsettled = pl.col("drawn").is_null() | day.is_null()
    is_open = (unsettled.cast(pl.Int32).cum_sum().over("_pot") > 0) | (day.is_null().any().over("_pot"))
    return ordered.select(
        "claim_key",
        "line_key",
        "_pot",
        "service_date",
        "is_counted",
        "drawn",
        "granted",
        so_far.alias("drawn_so_far"),
        (pl.col("granted") - so_far).cast(QUANTITY).alias("balance"),
        is_open.alias("is_open"),
        "valid_from",
    )


def known_from(history_from: date | None, *, has_history: bool) -> pl.Expr:
    """Are the claims complete from the first day of the authorization on?"""
    if not has_history or history_from is None:
        return pl.lit(value=False)
    return (pl.col("valid_from") >= history_from).fill_null(value=False)


@facts(
    LINE,
    needs=DRAW_NEEDS,
    gives=(
        Fact(
            "is_on_authorization",
            pl.Boolean(),
            "the line draws units from an authorization that was given, which grants a number of them",
            _NO_BALANCE,
        ),
        Fact("authorization_granted", QUANTITY, "units that the authorization grants"),
        Fact(
            "authorization_drawn",
            QUANTITY,
            "units drawn from it up to this line, in the order of the dates of service, this line included",
        ),
        Fact("authorization_over", QUANTITY, "units drawn above what it grants; null where it suffices"),
        Fact(
            "is_authorization_overdrawn",
            pl.Boolean(),
            "the line draws more than is left of the authorization",
            _NO_BALANCE,
        ),
    ),
    is_deferred=True,
    evidence="authorizations",
)
def balance_of_authorization(ctx: FactContext) -> pl.DataFrame:
    """Over the claims of the run and the earlier ones."""
    gives = {
        "is_on_authorization": pl.Boolean(), "authorization_granted": QUANTITY, "authorization_drawn": QUANTITY,
        "authorization_over": QUANTITY, "is_authorization_overdrawn": pl.Boolean(),
    }  # fmt: skip
    listed = ctx.evidence.authorizations
    if listed is None or not ctx.lines["authorization_number"].is_not_null().any():
        return pl.select(pl.repeat(None, ctx.lines.height, dtype=t).alias(n) for n, t in gives.items())
    rows = draws(ctx.lines, listed)
    is_over = pl.col("balance") < 0
    is_whole = known_from(ctx.evidence.history_from, has_history=ctx.evidence.history is not None)
    judged = rows.select(
        "line_key",
        pl.when(pl.col("granted").is_not_null()).then(statement=True).alias("is_on_authorization"),
        pl.col("granted").alias("authorization_granted"),
        pl.col("drawn_so_far").alias("authorization_drawn"),
        pl.when(is_over).then(-pl.col("balance")).alias("authorization_over"),
        pl.when(pl.col("is_counted").not_())
        .then(statement=False)
        .when(is_over & pl.col("is_counted"))
        .then(statement=True)
        .when(is_over.not_() & is_whole & pl.col("is_open").not_())
        .then(statement=False)
        .alias("is_authorization_overdrawn"),
    )
    named = (
        ctx.lines.select("line_key", "authorization_number", "payer_id_hash", "payer_name_hash")
        .join(
            numbered_authorizations(listed).select(
                "authorization_number", "_payer_id", "_payer_name",
                pl.any_horizontal(pl.col("hcpcs", "ndc").is_not_null()).alias("_is_named"),
            ),
            on="authorization_number",
        )
        .filter(is_of_payer())
        .group_by("line_key")
        # A number all of whose rows name a code leaves lines of other codes alone.
        .agg(pl.col("_is_named").all().alias("_all_named"))
    )  # fmt: skip
    joined = (
        ctx.lines.select("line_key", "authorization_number")
        .join(named, on="line_key", how="left", maintain_order="left")
        .join(
            judged.with_columns(pl.lit(value=True).alias("_found")),
            on="line_key",
            how="left",
            maintain_order="left",
        )
    )
    is_elsewhere = pl.col("_all_named") & pl.col("_found").is_null()
    return joined.select(
        pl.when(is_elsewhere)
        .then(statement=False)
        .otherwise("is_on_authorization")
        .alias("is_on_authorization"),
        "authorization_granted",
        "authorization_drawn",
        pl.col("authorization_over").cast(QUANTITY),
        "is_authorization_overdrawn",
    )
