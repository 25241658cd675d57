"""Other payers of a claim (2320, 2330) and what they adjusted (CAS there and in 2430)."""

from __future__ import annotations

import polars as pl

from scrubjay.intake.x12.batches import ADJUDICATION, OTHER_PAYER, Batch
from scrubjay.intake.x12.frames import Details, attach
from scrubjay.intake.x12.headers import NM1
from scrubjay.intake.x12.values import Notes, elements, number
from scrubjay.tables.columns import MONEY, QUANTITY

_TRIPLETS = 6


def build_other_payers(batch: Batch, claims: pl.DataFrame, details: Details, notes: Notes) -> pl.DataFrame:
    """One row per 2320 loop of the claims that go on, with `other` (running number) and `claim`."""
    found = batch.sections.filter(pl.col("area") == OTHER_PAYER).select("other", "claim", "segment", "raw")
    fields = elements(found["raw"], 9)
    payers = found.select(
        "other", "claim",
        fields[1].alias("payer_responsibility_code"), fields[9].alias("claim_filing_code"),
        (pl.col("other").cast(pl.Int32()) - pl.col("other").cast(pl.Int32()).min().over("claim") + 1)
        .alias("other_payer_number"),
    )  # fmt: skip
    payers = payers.join(_places(claims), on="claim", how="inner", maintain_order="left")
    names = details.parts("NM1", OTHER_PAYER, NM1).filter(pl.col("role") == "PR")
    payers = attach(payers, "other", names, {"id": "payer_id"})
    amounts = details.parts("AMT", OTHER_PAYER, ("qualifier", "text"))
    for qualifier, name in (("D", "paid_amount"), ("EAF", "remaining_patient_liability_amount")):
        some = amounts.filter(pl.col("qualifier") == qualifier)
        some = _numbers(some, ("text", "amount"), MONEY, "AMT02", owners=payers, key="other", notes=notes)
        payers = attach(payers, "other", some, {"amount": name})
    return payers


def build_adjustments(
    batch: Batch, claims: pl.DataFrame, payers: pl.DataFrame, details: Details, notes: Notes
) -> pl.DataFrame:
    """One row per CAS triplet: `claim`, `line` (null for a claim-level one), payer, group, reason, amount, quantity."""
    whole = payers.select(pl.col("other").alias("owner"), "claim", "payer_id", "transaction", "claim_number")
    whole = whole.with_columns(pl.lit(None, dtype=pl.UInt32()).alias("line"))
    decided = batch.sections.filter(pl.col("area") == ADJUDICATION).select("decision", "claim", "line", "raw")
    single = decided.select(
        pl.col("decision").alias("owner"), "claim", "line", elements(decided["raw"], 1)[1].alias("payer_id")
    ).join(_places(claims), on="claim", how="inner", maintain_order="left")
    parts = [
        _triplets(details.of("CAS", OTHER_PAYER), whole, notes),
        _triplets(details.of("CAS", ADJUDICATION), single, notes),
    ]
    return pl.concat(parts, how="vertical").sort("segment", "number", maintain_order=True)


def _places(claims: pl.DataFrame) -> pl.DataFrame:
    return claims.select("claim", "transaction", "claim_number")


def _triplets(found: pl.DataFrame, owners: pl.DataFrame, notes: Notes) -> pl.DataFrame:
    fields = elements(found["raw"], 1 + 3 * _TRIPLETS)
    rows = pl.concat(
        [
            found.select(
                "owner", "segment",
                pl.lit(number_, dtype=pl.Int8()).alias("number"),
                fields[1].alias("adjustment_group_code"),
                fields[2 + 3 * number_].alias("carc_code"),
                fields[3 + 3 * number_].alias("amount_text"),
                fields[4 + 3 * number_].alias("quantity_text"),
            )
            for number_ in range(_TRIPLETS)
        ]
    ).filter(pl.col("carc_code").is_not_null() | pl.col("amount_text").is_not_null())  # fmt: skip
    columns = ["owner", "claim", "line", "payer_id"]
    rows = rows.join(owners.select(columns), on="owner", how="inner", maintain_order="left")
    rows = _numbers(
        rows, ("amount_text", "adjustment_amount"), MONEY, "CAS03", owners=owners, key="owner", notes=notes
    )
    rows = _numbers(
        rows,
        ("quantity_text", "adjustment_quantity"),
        QUANTITY,
        "CAS04",
        owners=owners,
        key="owner",
        notes=notes,
    )
    return rows.drop("amount_text", "quantity_text", "owner")


def _numbers(
    rows: pl.DataFrame, names: tuple[str, str], dtype: pl.DataType, element: str,
    *, owners: pl.DataFrame, key: str, notes: Notes,
) -> pl.DataFrame:  # fmt: skip
    text, name = names
    values = number(rows[text], dtype)
    bad = values.is_null() & rows[text].is_not_null()
    if bad.any():
        places = owners.select(pl.col(key).alias("owner"), "transaction", "claim_number")
        notes.add("bad-number", "An amount or quantity cannot be read exactly; it was left empty.",
                  "Send plain digits with a decimal point, dollars with two decimals.",
                  rows.filter(bad).join(places, on="owner", how="inner"), element=element)  # fmt: skip
    return rows.with_columns(values.alias(name))
