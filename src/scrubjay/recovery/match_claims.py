"""Which claim an answer is about: by control number, by line control numbers, else candidates for a person.

A control number alone proves nothing: providers use one account number for many claims, and payers cut or pad it. So
each way asks that something else agrees, and where two different claims agree equally well, a person decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.tables.matching import CANDIDATES, SCORE

if TYPE_CHECKING:
    from scrubjay.tables import ClaimBundle
    from scrubjay.tables.remits import RemitBundle

SHOWN_CANDIDATES = 3
CHOSEN, NONE_CHOSEN = "chosen", "none-chosen"
"""Kinds of match that a person made: this claim; none of those that are held."""

LEAST_CANDIDATE = 3500
"""Points, of 10,000, from which on a claim is shown as a candidate."""

# What agreement is worth. Only the order of claims for one answer follows from it, and what a person is shown first.
_POINTS = {
    "control-number": 4000, "control-number-altered": 2500, "charge": 2500, "lines": 2000, "line-control-number": 500,
    "member": 1000, "name": 400, "date": 300, "payer-order": 300, "payer": 200, "frequency": 100,
}  # fmt: skip
_ORDER = {"1": "P", "19": "P", "2": "S", "20": "S", "3": "T", "21": "T"}
_KEYS = ("remit_claim_key", "claim_key")


def payer_order(status: pl.Expr) -> pl.Expr:
    """P, S or T: as which payer the claim was decided (CLP02); null where the status does not say."""
    return status.replace_strict(_ORDER, default=None, return_dtype=pl.String)


def match_claims(
    remits: RemitBundle, claims: ClaimBundle, chosen: pl.DataFrame | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Find the claim of each answer.

    Args:
        remits: the answers.
        claims: the claims that were sent.
        chosen: what people chose, which wins: remit_claim_key, claim_key (null: none of those that are held).

    Returns:
        One row for each answered claim: remit_claim_key, claim_key (null where none is certain), match_kind,
        match_score; and candidates in the shape of `CANDIDATES`.
    """
    answers, sent = _answers(remits), _sent(claims)
    codes = (_codes_of_answers(remits), _codes_of_claims(claims))
    found: list[pl.DataFrame] = []
    left = answers
    if chosen is not None:
        found.append(_chosen(chosen, answers, sent))
        left = left.join(found[0], on="remit_claim_key", how="anti")
    for kind in ("control-number", "line-control-number", "control-number-altered"):
        if kind == "line-control-number":
            pairs = _by_line_numbers(left, remits, claims)
        else:
            pairs = _joined(left, sent, "number" if kind == "control-number" else "bare_number")
        scored = _scored(pairs, answers, sent, codes)
        certain = _certain(scored, kind)
        found.append(certain)
        left = left.join(certain, on="remit_claim_key", how="anti")
    candidates = _candidates(left, answers, sent, codes)
    matched = pl.concat(found)
    best = candidates.filter(pl.col("rank") == 1).select(
        "remit_claim_key", pl.col("match_score").alias("_best")
    )
    rows = answers.select("remit_claim_key").join(
        matched, on="remit_claim_key", how="left", maintain_order="left"
    )
    rows = rows.join(best, on="remit_claim_key", how="left", maintain_order="left")
    kind = pl.when(pl.col("_best").is_not_null()).then(pl.lit("candidates")).otherwise(pl.lit("unmatched"))
    rows = rows.with_columns(
        pl.coalesce("match_kind", kind).alias("match_kind"),
        pl.when(pl.col("claim_key").is_not_null())
        .then(pl.col("match_score"))
        .otherwise("_best")
        .alias("match_score"),
    )
    return rows.drop("_best"), candidates


def _chosen(chosen: pl.DataFrame, answers: pl.DataFrame, sent: pl.DataFrame) -> pl.DataFrame:
    """What people chose, of answers and claims that are there."""
    rows = chosen.join(answers.select("remit_claim_key"), on="remit_claim_key", how="semi")
    is_none = pl.col("claim_key").is_null()
    rows = rows.filter(is_none | pl.col("claim_key").is_in(sent["claim_key"].implode()))
    kind = pl.when(is_none).then(pl.lit(NONE_CHOSEN)).otherwise(pl.lit(CHOSEN))
    return rows.select(
        *_KEYS, kind.alias("match_kind"), pl.when(~is_none).then(pl.lit(1).cast(SCORE)).alias("match_score")
    )


def _bare(number: pl.Expr) -> pl.Expr:
    """A control number as payers mangle it: upper case, letters and digits only, no leading zeros."""
    bare = number.str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "").str.strip_chars_start("0")
    return pl.when(bare.str.len_chars() >= 4).then(bare)  # shorter ones meet by chance


def _answers(remits: RemitBundle) -> pl.DataFrame:
    days = remits.lines.group_by("remit_claim_key").agg(
        pl.col("service_date_from").min().alias("_first"), pl.col("service_date_to").max().alias("_last")
    )
    payers = remits.transactions.select("remit_key", "payer_id", "payer_name")
    rows = remits.claims.join(days, on="remit_claim_key", how="left", maintain_order="left")
    rows = rows.join(payers, on="remit_key", how="left", maintain_order="left")
    return rows.select(
        "remit_claim_key",
        pl.col("patient_control_number").alias("number"),
        _bare(pl.col("patient_control_number")).alias("bare_number"),
        pl.col("charge_amount").abs().alias("charge"),
        pl.coalesce("_first", "statement_from").alias("first"),
        pl.coalesce("_last", "_first", "statement_to", "statement_from").alias("last"),
        pl.coalesce("insured_id", "member_id").str.to_uppercase().alias("member"),
        pl.col("patient_last_name").str.to_uppercase().alias("name"),
        payer_order(pl.col("claim_status_code")).alias("order"),
        "payer_id",
        pl.col("payer_name").str.to_uppercase().alias("payer_name"),
        pl.col("claim_frequency_code").alias("frequency"),
    )  # fmt: skip


def _sent(claims: ClaimBundle) -> pl.DataFrame:
    days = claims.lines.group_by("claim_key").agg(
        pl.col("service_date_from").min().alias("_first"), pl.col("service_date_to").max().alias("_last")
    )
    rows = claims.claims.join(days, on="claim_key", how="left", maintain_order="left")
    return rows.select(
        "claim_key",
        pl.col("patient_control_number").alias("number"),
        _bare(pl.col("patient_control_number")).alias("bare_number"),
        pl.col("claim_charge_amount").abs().alias("charge"),
        pl.coalesce("_first", "statement_from").alias("first"),
        pl.coalesce("_last", "_first", "statement_to", "statement_from").alias("last"),
        pl.col("member_id").str.to_uppercase().alias("member"),
        pl.col("patient_last_name").str.to_uppercase().alias("name"),
        pl.col("payer_responsibility_code").alias("order"),
        "payer_id",
        pl.col("payer_name").str.to_uppercase().alias("payer_name"),
        pl.col("claim_frequency_code").alias("frequency"),
    )  # fmt: skip


def _codes_of_answers(remits: RemitBundle) -> pl.DataFrame:
    code = pl.coalesce("billed_hcpcs", "hcpcs", "revenue_code").alias("code")
    return remits.lines.select(
        "remit_claim_key", code, pl.col("service_date_from").alias("day"),
        pl.col("line_item_control_number").alias("line_number"),
    ).unique()  # fmt: skip


def _codes_of_claims(claims: ClaimBundle) -> pl.DataFrame:
    return claims.lines.select(
        "claim_key", pl.coalesce("hcpcs", "revenue_code").alias("code"), pl.col("service_date_from").alias("day"),
        pl.col("line_item_control_number").alias("line_number"),
    ).unique()  # fmt: skip


def _joined(answers: pl.DataFrame, sent: pl.DataFrame, key: str) -> pl.DataFrame:
    return answers.select("remit_claim_key", key).drop_nulls().join(
        sent.select("claim_key", key).drop_nulls(), on=key, how="inner"
    ).select(_KEYS)  # fmt: skip


def _by_line_numbers(answers: pl.DataFrame, remits: RemitBundle, claims: ClaimBundle) -> pl.DataFrame:
    """Pairs that share a line control number which only one claim has."""
    number = "line_item_control_number"
    own = claims.lines.select("claim_key", number).drop_nulls().unique()
    alone = own.filter(pl.len().over(number) == 1)
    lines = remits.lines.join(answers.select("remit_claim_key"), on="remit_claim_key", how="semi")
    return (
        lines.select("remit_claim_key", number)
        .drop_nulls()
        .join(alone, on=number, how="inner")
        .select(_KEYS)
        .unique()
    )


def _scored(
    pairs: pl.DataFrame, answers: pl.DataFrame, sent: pl.DataFrame, codes: tuple[pl.DataFrame, pl.DataFrame]
) -> pl.DataFrame:
    """Pairs with what agrees, points, and a mark of what the claim says (equal marks: the same claim sent again)."""
    of_answer, of_claim = codes
    both = pairs.join(of_answer, on="remit_claim_key", how="inner").join(
        of_claim, on="claim_key", how="inner", suffix="_c"
    )
    same_line = (pl.col("code") == pl.col("code_c")) & (pl.col("day") == pl.col("day_c"))
    shared = both.group_by(_KEYS).agg(
        same_line.fill_null(value=False).sum().alias("shared"),
        (pl.col("line_number") == pl.col("line_number_c")).fill_null(value=False).any().alias("has_number"),
    )
    count = of_answer.group_by("remit_claim_key").agg(pl.struct("code", "day").n_unique().alias("count"))
    rows = pairs.join(answers, on="remit_claim_key", how="left").join(
        sent, on="claim_key", how="left", suffix="_c"
    )
    rows = rows.join(shared, on=_KEYS, how="left").join(count, on="remit_claim_key", how="left")

    def same(name: str) -> pl.Expr:
        return (pl.col(name) == pl.col(f"{name}_c")).fill_null(value=False)

    overlap = (pl.col("first") <= pl.col("last_c")) & (pl.col("first_c") <= pl.col("last"))
    signs = {
        "control-number": same("number"),
        "control-number-altered": same("bare_number") & ~same("number"),
        "charge": same("charge"),
        "lines": pl.col("shared").fill_null(0) > 0,
        "line-control-number": pl.col("has_number").fill_null(value=False),
        "member": same("member"), "name": same("name"), "date": overlap.fill_null(value=False),
        "payer-order": same("order"), "payer": same("payer_id") | same("payer_name"), "frequency": same("frequency"),
    }  # fmt: skip
    rows = rows.with_columns(sign.alias(f"is_{name}") for name, sign in signs.items())
    all_lines = pl.col("shared") >= pl.col("count")
    points = pl.sum_horizontal(
        pl.col(f"is_{name}").cast(pl.Int64) * worth for name, worth in _POINTS.items() if name != "lines"
    ) + (pl.col("shared").fill_null(0) * _POINTS["lines"] // pl.col("count").fill_null(1)).clip(
        0, _POINTS["lines"]
    )
    agrees = pl.concat_list(pl.when(f"is_{name}").then(pl.lit(name)) for name in _POINTS).list.drop_nulls()
    return rows.with_columns(
        points.cast(pl.Int64).alias("points"),
        agrees.alias("agrees"),
        pl.col("count").is_null().alias("no_lines"),
        all_lines.fill_null(value=False).alias("all_lines"),
        pl.concat_str(*(pl.col(f"{c}_c").cast(pl.String).fill_null("") for c in ("charge", "first", "last", "payer_id",
                      "order", "frequency")), separator="|").alias("mark"),
    )  # fmt: skip


def _certain(scored: pl.DataFrame, kind: str) -> pl.DataFrame:
    """remit_claim_key, claim_key, match_kind, match_score of answers that one claim agrees with best."""
    on_day = pl.col("is_date") & pl.col("no_lines")
    needs = {
        "control-number": pl.col("is_charge")
        | pl.col("is_lines")
        | pl.col("is_line-control-number")
        | on_day,
        "line-control-number": pl.col("is_lines")
        & (pl.col("is_charge") | pl.col("is_member") | pl.col("is_name")),
        "control-number-altered": pl.col("is_charge") & (pl.col("all_lines") | on_day),
    }
    scores = {"control-number": "1", "line-control-number": "0.98", "control-number-altered": "0.95"}
    rows = scored.filter(needs[kind])
    top = rows.filter(pl.col("points") == pl.col("points").max().over("remit_claim_key"))
    # The same claim sent again says the same; of claims that differ none is certain.
    single = top.filter(pl.col("mark").n_unique().over("remit_claim_key") == 1)
    first = single.sort(_KEYS).unique("remit_claim_key", keep="first", maintain_order=True)
    return first.select(
        *_KEYS, pl.lit(kind).alias("match_kind"), pl.lit(scores[kind]).cast(SCORE).alias("match_score")
    )


def _candidates(
    left: pl.DataFrame, answers: pl.DataFrame, sent: pl.DataFrame, codes: tuple[pl.DataFrame, pl.DataFrame]
) -> pl.DataFrame:
    """The best few claims for each answer that has none for certain."""
    ways = (["number"], ["bare_number"], ["member", "first"], ["name", "first", "charge"])
    pairs = [left.drop_nulls(by).join(sent.drop_nulls(by), on=by, how="inner").select(_KEYS) for by in ways]
    scored = _scored(pl.concat(pairs).unique(), answers, sent, codes).filter(
        pl.col("points") >= LEAST_CANDIDATE
    )
    ranked = scored.sort("remit_claim_key", "points", "claim_key", descending=[False, True, False])
    rank = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("remit_claim_key")
    ranked = ranked.with_columns(rank.alias("rank")).filter(pl.col("rank") <= SHOWN_CANDIDATES)
    # Never 1: what is certain is no candidate.
    score = (pl.col("points").clip(0, 9_999).cast(pl.Decimal(18, 4)) / 10_000).cast(SCORE)
    return CANDIDATES.conform(ranked.select(*_KEYS, "rank", score.alias("match_score"), "agrees"))
