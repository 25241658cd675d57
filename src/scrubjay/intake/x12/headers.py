"""Header values of each HL: billing provider, subscriber, payer, patient."""

from __future__ import annotations

import polars as pl

from scrubjay.intake.x12.batches import HEADER, Batch
from scrubjay.intake.x12.frames import Details, attach
from scrubjay.intake.x12.maps import ELEMENT
from scrubjay.intake.x12.values import Notes, day, nonempty

NM1 = ("role", None, "last_name", "first_name", None, None, None, "id_qualifier", "id")

_FROM_BILLING = ("billing_npi", "billing_tax_id", "billing_taxonomy_code")
_FROM_SUBSCRIBER = (
    *("payer_responsibility_code", "claim_filing_code", "payer_id", "payer_name", "member_id"),
    *("subscriber_last_name", "subscriber_first_name"),
)


def npi() -> pl.Expr:
    """NM109 where NM108 says that it is an NPI."""
    return pl.when(pl.col("id_qualifier") == "XX").then(pl.col("id"))


def header_values(batch: Batch, details: Details, notes: Notes) -> pl.DataFrame:
    """One row per HL of the batch with what was sent in that HL itself, nulls elsewhere."""
    levels = batch.levels
    names = details.parts("NM1", HEADER, NM1)
    role = pl.col("role")
    billing = names.filter(role == "85").with_columns(npi().alias("id"))
    levels = attach(levels, "hl", billing, {"id": "billing_npi"})
    levels = attach(levels, "hl", _tax_ids(details, names), {"value": "billing_tax_id"})
    taxonomy = details.parts("PRV", HEADER, ("role", None, "code")).filter(role == "BI")
    levels = attach(levels, "hl", taxonomy, {"code": "billing_taxonomy_code"})
    subscriber = {
        "id": "member_id",
        "last_name": "subscriber_last_name",
        "first_name": "subscriber_first_name",
    }
    levels = attach(levels, "hl", names.filter(role == "IL"), subscriber)
    levels = attach(levels, "hl", names.filter(role == "PR"), {"id": "payer_id", "last_name": "payer_name"})
    patient = {"last_name": "patient_last_name", "first_name": "patient_first_name"}
    levels = attach(levels, "hl", names.filter(role.is_in(["QC", "IL"])), patient)
    levels = attach(
        levels,
        "hl",
        _payer_order(batch),
        {"order": "payer_responsibility_code", "filing": "claim_filing_code"},
    )
    people = details.parts("DMG", HEADER, ("format", "birth_date", "sex"))
    levels = attach(levels, "hl", people, {"birth_date": "patient_birth_date", "sex": "patient_sex"})
    born = levels["patient_birth_date"]
    dates = day(born)
    bad = levels.filter(dates.is_null() & born.is_not_null() & (levels["segment"] >= batch.first_segment))
    notes.add("bad-date", "A birth date is no date.", "Send it as eight digits.", bad, element="DMG02")
    return levels.with_columns(dates.alias("patient_birth_date"))


def inherit(claims: pl.DataFrame, levels: pl.DataFrame) -> pl.DataFrame:
    """Give each claim the values of the HLs that it stands under, through `levels` (row 1 is HL 1)."""
    own = claims["hl"].cast(pl.Int64()) - 1
    own = own.set(own < 0, None)
    above = levels.select("billing", "subscriber", "is_sound", "level", "set_number")
    place = above.select(pl.all().gather(own)).rename({"set_number": "hl_set_number"})
    billing = place["billing"].cast(pl.Int64()) - 1
    subscriber = place["subscriber"].cast(pl.Int64()) - 1
    patient = [c for c in levels.columns if c.startswith("patient_")]
    return claims.hstack(
        [
            *place.select("is_sound", "level", "hl_set_number"),
            *levels.select(pl.col(*_FROM_BILLING).gather(billing)),
            *levels.select(pl.col(*_FROM_SUBSCRIBER).gather(subscriber)),
            *levels.select(pl.col(*patient).gather(own)),
        ]
    )


def _tax_ids(details: Details, names: pl.DataFrame) -> pl.DataFrame:
    """REF*EI and REF*SY that follow NM1*85 with no other name between (a pay-to plan has one too)."""
    numbers = details.parts("REF", HEADER, ("qualifier", "value")).filter(
        pl.col("qualifier").is_in(["EI", "SY"])
    )
    named = names.select("segment", "role", pl.col("owner").alias("name_owner")).set_sorted("segment")
    joined = numbers.set_sorted("segment").join_asof(named, on="segment", strategy="backward")
    return joined.filter((pl.col("role") == "85") & (pl.col("name_owner") == pl.col("owner")))


def _payer_order(batch: Batch) -> pl.DataFrame:
    found = batch.sections.filter((pl.col("area") == HEADER) & pl.col("raw").str.starts_with(f"SBR{ELEMENT}"))
    part = found["raw"].str.splitn(ELEMENT, 11)
    return found.select(
        pl.col("hl").alias("owner"),
        "segment",
        nonempty(part.struct.field("field_1")).alias("order"),
        nonempty(part.struct.field("field_9")).alias("filing"),
    )
