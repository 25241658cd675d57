"""Who a claim is for and which claim it is, as numbers that leave no run; and which claims were taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.registry import CLAIM, LINE, Fact, facts

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

NO_PATIENT = "who the patient is cannot be told from the claim: the member id or the birth date is missing"
_NOT_LINKED = (
    "which earlier claim a replacement or void takes back is not known: several may be meant; give the payer's number "
    "of each earlier claim in the table of earlier claims (payer_claim_control_number)"
)


def _plain(name: str) -> pl.Expr:
    return pl.col(name).str.strip_chars().str.to_uppercase()


def hashed(value: pl.Expr, seed: int) -> pl.Expr:
    """A value as one number, to be compared within a run; null where it is null, which `hash` alone is not."""
    return pl.when(value.is_not_null()).then(value.hash(seed=seed))


@facts(
    CLAIM,
    needs=(
        "member_id",
        "patient_birth_date",
        "patient_first_name",
        "patient_control_number",
        "original_reference_number",
        "payer_claim_control_number",
        "billing_npi",
    ),
    gives=(
        Fact(
            "patient_hash",
            pl.UInt64(),
            "one number for member id and birth date, to compare claims with; no identifier, and it leaves no run",
            NO_PATIENT,
        ),
        Fact("patient_name_hash", pl.UInt64(), "one number for the first word of the patient's first name"),
        Fact(
            "control_hash", pl.UInt64(), "one number for patient control number (CLM01) and billing provider"
        ),
        Fact(
            "reference_hash", pl.UInt64(), "one number for the original reference number, as a payer's number"
        ),
        Fact("payer_number_hash", pl.UInt64(), "one number for the payer's number of the claim"),
        Fact(
            "own_reference_hash",
            pl.UInt64(),
            "one number for the original reference number, taken for a patient control number of the provider",
        ),
    ),
)
def numbers_of_claim(ctx: FactContext) -> list[pl.Expr]:
    """Hashes instead of identifiers, so that nothing kept to the end of a run holds one."""
    del ctx
    first_word = _plain("patient_first_name").str.split(" ").list.first()
    npi = pl.col("billing_npi").fill_null("").hash(seed=54)
    control, reference = _plain("patient_control_number"), _plain("original_reference_number")
    return [
        (hashed(_plain("member_id"), 51) ^ hashed(pl.col("patient_birth_date"), 52)).alias("patient_hash"),
        hashed(first_word, 53).alias("patient_name_hash"),
        (hashed(control, 55) ^ npi).alias("control_hash"),
        hashed(reference, 56).alias("reference_hash"),
        hashed(_plain("payer_claim_control_number"), 56).alias("payer_number_hash"),
        (hashed(reference, 55) ^ npi).alias("own_reference_hash"),
    ]


TAKEN_BACK_NEEDS = (
    "claim_key",
    "claim_frequency_code",
    "patient_hash",
    "control_hash",
    "reference_hash",
    "payer_number_hash",
    "own_reference_hash",
    "service_date",
    "hcpcs",
    "units",
)
_CORRECTIONS = ["7", "8"]


@facts(
    LINE,
    needs=TAKEN_BACK_NEEDS,
    gives=(
        Fact(
            "is_taken_back",
            pl.Boolean(),
            "another claim of the run or of the earlier ones replaces or voids this one",
            _NOT_LINKED,
        ),
        Fact(
            "is_counted",
            pl.Boolean(),
            "the claim counts: it is no void, is not taken back, and is not the same claim once more",
            _NOT_LINKED,
        ),
    ),
    is_deferred=True,
)
def claims_that_count(ctx: FactContext) -> pl.DataFrame:
    """Frequency 7 and 8 take a claim back.

    In this order: the claim whose payer number it names; claims of its own control number and day that come before it (an
    original before a replacement before a void, else in the order read); the claim whose control number it
    names; the only other claim of its control number; the only other claim of patient and day. Of two claims
    that fit equally well none is picked: then it is not known.
    """
    keys = ctx.lines["claim_key"]
    in_doubt = keys.is_in(_in_doubt(ctx.lines).implode())
    if not in_doubt.any():
        return pl.select(
            pl.repeat(value=False, n=len(keys)).alias("is_taken_back"),
            pl.repeat(value=True, n=len(keys)).alias("is_counted"),
        )
    lines = ctx.lines.select(*TAKEN_BACK_NEEDS).filter(in_doubt)
    content = pl.struct("hcpcs", "service_date", "units").hash(seed=57)
    claims = lines.group_by("claim_key", maintain_order=True).agg(
        pl.col(
            "claim_frequency_code", "patient_hash", "control_hash", "reference_hash", "payer_number_hash",
            "own_reference_hash",
        ).first(),
        pl.col("service_date").min().alias("day"),
        content.sort().hash(seed=58).sum().alias("content"),
    ).with_columns(
        pl.col("claim_frequency_code").is_in(_CORRECTIONS).fill_null(value=False).alias("is_correction"),
        pl.when(pl.col("claim_frequency_code") == "8").then(2)
        .when(pl.col("claim_frequency_code") == "7").then(1).otherwise(0).alias("rank"),
    )  # fmt: skip
    same = ["patient_hash", "control_hash", "day"]
    # The same claim once more (an original that is in two files): the last one read stands.
    repeats = claims.filter(
        pl.col("is_correction").not_(), pl.all_horizontal(pl.col(*same).is_not_null())
    ).filter(pl.col("claim_key") != pl.col("claim_key").max().over(*same, "content"))
    dead, open_claims = _taken_back(claims.join(repeats, on="claim_key", how="anti"))
    is_dead = pl.col("claim_key").is_in(dead.implode())
    is_open = pl.col("claim_key").is_in(open_claims.implode())
    is_repeat = pl.col("claim_key").is_in(repeats["claim_key"].implode())
    taken = pl.when(is_dead).then(statement=True).when(is_open.not_()).then(statement=False)
    judged = claims.select(
        "claim_key",
        taken.alias("is_taken_back"),
        pl.when(is_dead | is_repeat | (pl.col("rank") == 2))
        .then(statement=False)
        .when(is_open.not_())
        .then(statement=True)
        .alias("is_counted"),
    )
    return (
        keys.to_frame()
        .join(judged, on="claim_key", how="left", maintain_order="left")
        .select(
            pl.when(in_doubt).then("is_taken_back").otherwise(statement=False).alias("is_taken_back"),
            pl.when(in_doubt).then("is_counted").otherwise(statement=True).alias("is_counted"),
        )
    )


def _in_doubt(lines: pl.DataFrame) -> pl.Series:
    """Keys of the claims that are looked at: the others neither correct nor repeat one, nor can one correct them.

    These are replacements and voids, the claims of their patients, those whose payer number they name, and
    those of a control number that stands on two.
    """
    # Lines stand by claim: one of each is enough to look at.
    claims = lines.select(
        "claim_key",
        "claim_frequency_code",
        "patient_hash",
        "control_hash",
        "reference_hash",
        "payer_number_hash",
    ).filter(lines["claim_key"].ne_missing(lines["claim_key"].shift(1)))
    is_correction = claims["claim_frequency_code"].is_in(_CORRECTIONS).fill_null(value=False)
    corrections = claims.filter(is_correction)
    control = pl.col("control_hash")
    return claims.filter(
        is_correction
        | pl.col("patient_hash").is_in(corrections["patient_hash"].implode()).fill_null(value=False)
        | pl.col("payer_number_hash").is_in(corrections["reference_hash"].implode()).fill_null(value=False)
        | (control.is_not_null() & control.is_duplicated())
    )["claim_key"].unique()


def _taken_back(claims: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Keys of claims that are taken back, and of those of which that is not known."""
    corrections = claims.filter("is_correction")
    if not corrections.height:
        nothing = pl.Series("claim_key", [], dtype=pl.Int64())
        return nothing, nothing
    others = claims.select(
        "claim_key", "patient_hash", "control_hash", "payer_number_hash", "day", "content", "rank"
    ).rename({"claim_key": "_other", "day": "_day", "rank": "_rank", "content": "_content"})
    comes_before = (pl.col("_rank") < pl.col("rank")) | (
        (pl.col("_rank") == pl.col("rank")) & (pl.col("_other") < pl.col("claim_key"))
    )
    is_other = pl.col("_other") != pl.col("claim_key")
    is_original = pl.col("_rank") == 0
    same_day = pl.col("_day") == pl.col("day")
    by_number = others.filter(pl.col("payer_number_hash").is_not_null())
    ways = (
        (["reference_hash"], ["payer_number_hash"], by_number, is_other),
        (["patient_hash", "control_hash"], None, others, is_other & same_day & comes_before),
        (
            ["patient_hash", "own_reference_hash"],
            ["patient_hash", "control_hash"],
            others,
            is_other & comes_before,
        ),
        (["patient_hash", "control_hash"], None, others, is_other & is_original),
        (["patient_hash"], None, others, is_other & is_original & same_day),
    )
    dead: list[pl.Series] = []
    unknown: list[pl.Series] = []
    rest = corrections
    for own, theirs, among, fits in ways:
        if not rest.height:
            break
        columns = [c for c in among.columns if c.startswith("_") or c in (theirs or own)]
        found = rest.join(among.select(columns), left_on=own, right_on=theirs or own).filter(fits)
        # Claims of one day and control number that differ in content are several originals.
        contents = pl.col("_content").filter(is_original).n_unique().over("claim_key")
        clear = found.filter(contents <= 1) if own != ["reference_hash"] else found
        doubtful = found.filter(contents > 1) if own != ["reference_hash"] else found.clear()
        dead.append(clear["_other"])
        unknown.extend((doubtful["_other"], doubtful["claim_key"]))
        rest = rest.join(found.select(pl.col("claim_key").unique()), on="claim_key", how="anti")
    taken = pl.concat(dead).unique()
    open_claims = pl.concat(unknown).unique()
    return taken, open_claims.filter(~open_claims.is_in(taken.implode()))
