"""Adjustments (CAS), remarks (LQ, MIA, MOA) and provider adjustments (PLB) of a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.intake.x12.maps import COMPONENT, ELEMENT
from scrubjay.intake.x12.remit.claims import bad_number
from scrubjay.intake.x12.remit.maps import CLAIM, CODE, LINE
from scrubjay.intake.x12.values import Notes, components, day, elements, nonempty, number
from scrubjay.tables.columns import MONEY, QUANTITY

if TYPE_CHECKING:
    from scrubjay.intake.x12.frames import Details
    from scrubjay.intake.x12.remit.batches import AnswerBatch

_TRIPLETS = 6
_REMARKS = {"MIA": (5, 20, 21, 22, 23), "MOA": (3, 4, 5, 6, 7)}
_PAIRS = 6


def owners_of(claims: pl.DataFrame, lines: pl.DataFrame) -> dict[int, pl.DataFrame]:
    """By area, the claims or lines that go on: `owner`, `claim`, `line` (null for a claim) and their place."""
    place = ("transaction", "claim_number")
    whole = claims.select(pl.col("claim").alias("owner"), "claim",
                          pl.lit(None, dtype=pl.UInt32()).alias("line"), *place)  # fmt: skip
    single = lines.select(pl.col("line").alias("owner"), "claim", "line", *place)
    return {CLAIM: whole, LINE: single}


def build_adjustments(details: Details, owners: dict[int, pl.DataFrame], notes: Notes) -> pl.DataFrame:
    """One row per reason of a CAS, in file order.

    Returns:
        Columns claim, line, segment, transaction, claim_number, adjustment_number, adjustment_group_code,
        carc_code, adjustment_amount, adjustment_quantity.
    """
    found = pl.concat(
        [
            details.of("CAS", a).join(o, on="owner", how="inner", maintain_order="left")
            for a, o in owners.items()
        ]
    )
    # Nearly every CAS has one reason: the other five are split off only where they are.
    part = found["raw"].str.splitn(ELEMENT, 6).struct
    place = found.select("claim", "line", "segment", "transaction", "claim_number")
    group = nonempty(part.field("field_1")).alias("adjustment_group_code")
    rows = [_reason(place, group, 1, [nonempty(part.field(f"field_{i}")) for i in (2, 3, 4)])]
    more = part.field("field_5")
    has_more = more.is_not_null() & (more.str.strip_chars(ELEMENT) != "")
    if has_more.any():
        rest, place, group = more.filter(has_more), place.filter(has_more), group.filter(has_more)
        fields = elements(ELEMENT + rest, 3 * (_TRIPLETS - 1) + 1)[1:]
        rows += [_reason(place, group, k + 2, fields[3 * k : 3 * k + 3]) for k in range(_TRIPLETS - 1)]
        notes.add("too-many-adjustments", "A CAS holds more than six reasons; those after the sixth are not counted.",
                  "Ask the payer for a corrected remittance.", place.filter(fields[-1].is_not_null()),
                  element="CAS")  # fmt: skip
        # The unread rest makes the sums unknown, so the claim cannot pass for balanced.
        over = place.filter(fields[-1].is_not_null())
        blank = pl.Series([None] * over.height, dtype=pl.String())
        rows.append(_reason(over, blank, _TRIPLETS + 1, [blank, blank, blank]).with_columns(
            pl.lit(value=True).alias("is_kept")))  # fmt: skip
    adjustments = pl.concat(rows, how="diagonal").filter(
        pl.col("is_kept").fill_null(value=False)
        | pl.any_horizontal(pl.col("carc_code", "amount", "quantity").is_not_null())
    )
    for text, name, element, dtype in (
        ("amount", "adjustment_amount", "CAS03", MONEY),
        ("quantity", "adjustment_quantity", "CAS04", QUANTITY),
    ):
        adjustments = adjustments.with_columns(number(adjustments[text], dtype).alias(name))
        bad_number(adjustments.filter(pl.col(name).is_null() & pl.col(text).is_not_null()), element, notes)
    notes.add("adjustment-without-amount", "An adjustment has a reason but no amount, so its claim cannot be balanced.",
              "Ask the payer for a corrected remittance.",
              adjustments.filter(pl.col("amount").is_null() & pl.col("carc_code").is_not_null()), element="CAS03")  # fmt: skip
    adjustments = adjustments.drop("amount", "quantity", "is_kept")
    return adjustments.sort("segment", "adjustment_number")


def _reason(place: pl.DataFrame, group: pl.Series, order: int, parts: list[pl.Series]) -> pl.DataFrame:
    names = ("carc_code", "amount", "quantity")
    return place.with_columns(
        pl.lit(order, dtype=pl.Int8()).alias("adjustment_number"),
        group.alias("adjustment_group_code"),
        *(p.alias(n) for n, p in zip(names, parts, strict=True)),
        pl.lit(None, dtype=pl.Boolean()).alias("is_kept"),
    )


def build_remarks(details: Details, owners: dict[int, pl.DataFrame]) -> pl.DataFrame:
    """One row per remark code: claim, line, segment, transaction, remark_source, remark_list, rarc_code."""
    rows: list[pl.DataFrame] = []
    for area, owner in owners.items():
        found = details.parts("LQ", area, ("remark_list", "rarc_code"))
        rows.append(_remarks(found, owner, "LQ"))
    for tag, places in _REMARKS.items():
        found = details.of(tag, CLAIM)
        if not found.height:
            continue
        fields = elements(found["raw"], max(places))
        for at in places:
            codes = found.select(
                "owner", "segment", pl.lit("HE").alias("remark_list"), fields[at].alias("rarc_code")
            )
            rows.append(_remarks(codes, owners[CLAIM], tag))
    return pl.concat(rows).sort("segment", maintain_order=True)


def _remarks(found: pl.DataFrame, owners: pl.DataFrame, source: str) -> pl.DataFrame:
    return (
        found.drop_nulls("rarc_code")
        .join(owners, on="owner", how="inner", maintain_order="left")
        .select("claim", "line", "segment", "transaction", pl.lit(source).alias("remark_source"),
                "remark_list", pl.col("rarc_code").str.to_uppercase())
    )  # fmt: skip


def build_provider_adjustments(batch: AnswerBatch, notes: Notes) -> pl.DataFrame:
    """One row per reason of a PLB of the batch's 835s, with `set_number`."""
    sets = batch.transactions
    found = batch.sections.filter((pl.col("code") == CODE["PLB"]) & pl.col("is_in_set"))
    at = found["set_number"]
    found = found.filter(batch.of_sets([t.what.kind == "835" for t in sets], pl.Boolean(), at))
    at = found["set_number"]
    fields = elements(found["raw"], 2 + 2 * _PAIRS + 1)
    place = found.select("set_number", "segment").with_columns(
        batch.of_sets([t.control for t in sets], pl.String(), at).alias("transaction"),
        fields[1].alias("provider_id"), day(fields[2]).alias("fiscal_period_date"),
    )  # fmt: skip
    notes.add("too-many-adjustments", "A PLB holds more than six adjustments; those after the sixth are not counted.",
              "Ask the payer for a corrected remittance.", place.filter(fields[-1].is_not_null()), element="PLB")  # fmt: skip
    rows: list[pl.DataFrame] = []
    for order in range(1, _PAIRS + 1):
        composite, amount = fields[1 + 2 * order], fields[2 + 2 * order]
        code, _ = components(composite, 2)
        reference = nonempty(composite.str.splitn(COMPONENT, 2).struct.field("field_1"))
        rows.append(place.with_columns(
            pl.lit(order, dtype=pl.Int8()).alias("adjustment_number"), code.alias("provider_adjustment_code"),
            reference.alias("reference_number"), amount.alias("text"), number(amount, MONEY).alias("adjustment_amount"),
            (fields[-1].is_not_null() if order == _PAIRS else pl.lit(value=False)).alias("is_cut"),
        ).filter(composite.is_not_null() | amount.is_not_null() | pl.col("is_cut")))  # fmt: skip
    adjustments = pl.concat(rows).sort("segment", "adjustment_number")
    unread = pl.col("adjustment_amount").is_null() & pl.col("text").is_not_null()
    bad_number(adjustments.filter(unread), "PLB04", notes)
    return adjustments.drop("text")
