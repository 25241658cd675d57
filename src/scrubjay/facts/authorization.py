"""Does the authorization that a line names cover it: number, status, date, code, place, provider, member."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.patient import hashed
from scrubjay.facts.registry import CLAIM, LINE, Fact, facts

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_STRINGS = pl.List(pl.String())
_NOT_LISTED = (
    "this authorization is not among those of this payer that were given, or what was given leaves out its dates, codes "
    "or decision; "
    "give the payer's answers with --authorizations (CSV, FHIR ClaimResponse or X12 278)"
)
FAULTS = ("status", "member", "code", "date", "place", "provider")
"""What may be wrong, the gravest first."""


def plain_number(column: str) -> pl.Expr:
    """A number of an authorization without blanks, upper case; null if empty."""
    plain = pl.col(column).str.replace_all(r"\s", "").str.to_uppercase()
    return pl.when(plain != "").then(plain)


def member_hash(column: str) -> pl.Expr:
    """A member id as a number, to be compared within a run."""
    return hashed(pl.col(column).str.strip_chars().str.to_uppercase(), 61)


@facts(
    CLAIM,
    needs=("member_id",),
    gives=(
        Fact("member_hash", pl.UInt64(), "one number for the member id; no identifier, and it leaves no run"),
    ),
)
def member_of_claim(ctx: FactContext) -> list[pl.Expr]:
    """Authorizations name the member, mostly without the birth date."""
    del ctx
    return [member_hash("member_id").alias("member_hash")]


def payer_hash(column: str) -> pl.Expr:
    """A payer's id or name as a number: a list may carry either in one column."""
    return hashed(pl.col(column).str.strip_chars().str.to_uppercase(), 67)


@facts(
    CLAIM,
    needs=("payer_id", "payer_name"),
    gives=(
        Fact("payer_id_hash", pl.UInt64(), "one number for the payer's id, to compare with lists of a run"),
        Fact(
            "payer_name_hash", pl.UInt64(), "one number for the payer's name, to compare with lists of a run"
        ),
    ),
)
def payer_of_authorization(ctx: FactContext) -> list[pl.Expr]:
    """Two payers may use one number."""
    if ctx.evidence.authorizations is None:
        nothing = pl.repeat(None, pl.len(), dtype=pl.UInt64())
        return [nothing.alias(n) for n in ("payer_id_hash", "payer_name_hash")]
    return [payer_hash("payer_id").alias("payer_id_hash"), payer_hash("payer_name").alias("payer_name_hash")]


def is_of_payer() -> pl.Expr:
    """Is the row (`_payer_id`, `_payer_name`) of the claim's payer? True where one of the two names none."""
    listed, own = ("_payer_id", "_payer_name"), ("payer_id_hash", "payer_name_hash")
    same = pl.any_horizontal((pl.col(a) == pl.col(b)).fill_null(value=False) for a in listed for b in own)
    nameless = [pl.all_horizontal(pl.col(n).is_null() for n in names) for names in (listed, own)]
    return same | nameless[0] | nameless[1]


def numbered_authorizations(authorizations: pl.DataFrame) -> pl.DataFrame:
    """Rows of `AUTHORIZATIONS` with `_pot` (their number), and number, member and payer in the form of the facts."""
    return authorizations.with_row_index("_pot").with_columns(
        plain_number("authorization_number").alias("authorization_number"),
        member_hash("member_id").alias("_member"),
        payer_hash("payer_id").alias("_payer_id"),
        payer_hash("payer_name").alias("_payer_name"),
    )


def is_for_code() -> pl.Expr:
    """Is the row (`_hcpcs`, `_ndc`) for the line's code or NDC? Null where the row names neither."""
    by_code = pl.col("_hcpcs") == pl.col("hcpcs")
    by_ndc = pl.col("_ndc") == pl.col("ndc")
    return (
        pl.when(pl.col("_hcpcs").is_not_null())
        .then(by_code.fill_null(value=False))
        .when(pl.col("_ndc").is_not_null())
        .then(by_ndc.fill_null(value=False))
    )


@facts(
    LINE,
    needs=(
        "claim_key",
        "authorization_number",
        "line_prior_authorization_number",
        "hcpcs",
        "ndc",
        "is_drug",
        "service_date",
        "service_date_last",
        "possible_places",
        "member_hash",
        "payer_id_hash",
        "payer_name_hash",
        "billing_npi",
        "claim_rendering_npi",
        "line_rendering_npi",
    ),
    gives=(
        Fact(
            "authorization_fault",
            pl.String(),
            "what keeps the authorization from covering the line: status, member, code, date, place or provider; `none` "
            "where it covers it; `other_line` where it stands on the claim for another of its lines",
            _NOT_LISTED,
        ),
        Fact("authorization_status", pl.String(), "approved, denied, pended or cancelled"),
        Fact("authorization_valid_from", pl.Date(), "first day of the authorization"),
        Fact("authorization_valid_to", pl.Date(), "last day of the authorization, inclusive"),
        Fact("authorized_codes", _STRINGS, "codes and NDCs that the authorization names"),
        Fact("authorized_places", _STRINGS, "places of service that it is limited to"),
    ),
)
def authorization_of_line(ctx: FactContext) -> pl.DataFrame:
    """Of several rows of one number the one with the fewest faults counts."""
    gives = {
        "authorization_fault": pl.String(), "authorization_status": pl.String(), "authorization_valid_from": pl.Date(),
        "authorization_valid_to": pl.Date(), "authorized_codes": _STRINGS, "authorized_places": _STRINGS,
    }  # fmt: skip
    lines = ctx.lines.with_row_index("_i")
    if ctx.evidence.authorizations is None or not lines["authorization_number"].is_not_null().any():
        return lines.with_columns(pl.lit(None, dtype=t).alias(n) for n, t in gives.items()).select(*gives)
    best = _best(lines, numbered_authorizations(ctx.evidence.authorizations))
    return lines.select("_i").join(best, on="_i", how="left", maintain_order="left").select(*gives)


def _best(lines: pl.DataFrame, authorizations: pl.DataFrame) -> pl.DataFrame:
    rows = authorizations.select(
        "_pot", "authorization_number", "status", "_member", "_payer_id", "_payer_name", "valid_from", "valid_to",
        "places", "provider_npis",
        pl.col("hcpcs").alias("_hcpcs"), pl.col("ndc").alias("_ndc"),
    )  # fmt: skip
    codes = rows.group_by("authorization_number").agg(
        pl.concat([pl.col("_hcpcs"), pl.col("_ndc")]).drop_nulls().unique().sort().alias("authorized_codes")
    )
    npis = pl.concat_list("billing_npi", "claim_rendering_npi", "line_rendering_npi").list.drop_nulls()
    found = (
        lines.filter(pl.col("authorization_number").is_not_null())
        .with_columns(npis.alias("_npis"))
        .join(rows, on="authorization_number")
        .filter(is_of_payer())
        .join(codes, on="authorization_number")
    )
    first, last = pl.col("service_date"), pl.coalesce("service_date_last", "service_date")
    in_time = (pl.col("valid_from") <= first) & (last <= pl.col("valid_to"))
    both = pl.col("possible_places").list.set_intersection(pl.col("places")).list.len()
    at_place = (
        pl.when(pl.col("places").is_null() | (pl.col("places").list.len() == 0))
        .then(statement=True)
        .when(both == 0)
        .then(statement=False)
        .when(both == pl.col("possible_places").list.len())
        .then(statement=True)
    )
    by_provider = (
        pl.when(pl.col("provider_npis").is_null() | (pl.col("provider_npis").list.len() == 0))
        .then(statement=True)
        .when(pl.col("_npis").list.len() > 0)
        .then(pl.col("provider_npis").list.set_intersection(pl.col("_npis")).list.len() > 0)
    )
    fits = {
        "status": pl.col("status") == "approved",
        "member": pl.when(pl.col("_member").is_null() | pl.col("member_hash").is_null())
        .then(statement=True)
        .otherwise(pl.col("_member") == pl.col("member_hash")),
        "code": is_for_code(),
        "date": in_time,
        "place": at_place,
        "provider": by_provider,
    }
    found = found.with_columns(fits[name].alias(f"_fits_{name}") for name in FAULTS)
    wrong = [pl.col(f"_fits_{name}").not_().fill_null(value=False) for name in FAULTS]
    is_open = pl.any_horizontal(pl.col(f"_fits_{name}").is_null() for name in FAULTS)
    fault = pl.coalesce(pl.when(w).then(pl.lit(n)) for n, w in zip(FAULTS, wrong, strict=True))
    # A row of another code says least about the line, then the fewest other faults.
    order = pl.sum_horizontal(w.cast(pl.Int32) for w in wrong) + 10 * pl.col("_fits_code").not_().fill_null(
        value=False
    ).cast(pl.Int32)
    found = found.with_columns(
        pl.when(fault.is_not_null())
        .then(fault)
        .when(is_open.not_())
        .then(pl.lit("none"))
        .alias("authorization_fault"),
        order.alias("_order"),
    )
    best = found.sort("_i", "_order", pl.col("authorization_fault").is_null(), "_pot").unique(
        "_i", keep="first", maintain_order=True
    )
    # On the claim a number may stand for one line only: where it fits another line, this one is not under it.
    is_on_claim = pl.col("line_prior_authorization_number").is_null()
    fits_other = (pl.col("_fits_code").fill_null(value=False)).any().over("claim_key", "authorization_number")
    is_other = is_on_claim & (pl.col("authorization_fault") == "code") & fits_other
    return best.select(
        "_i",
        pl.when(is_other)
        .then(pl.lit("other_line"))
        .otherwise("authorization_fault")
        .alias("authorization_fault"),
        pl.col("status").alias("authorization_status"),
        pl.col("valid_from").alias("authorization_valid_from"),
        pl.col("valid_to").alias("authorization_valid_to"),
        "authorized_codes",
        pl.col("places").alias("authorized_places"),
    )
