"""Claim columns of a batch, and which claims are set aside and why."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from scrubjay.intake.x12.batches import CLAIM, OUTER, Batch
from scrubjay.intake.x12.frames import Details, attach
from scrubjay.intake.x12.headers import NM1, header_values, inherit, npi
from scrubjay.intake.x12.maps import CODE, COMPONENT, DAMAGE, ELEMENT
from scrubjay.intake.x12.values import Notes, components, day, nonempty, number, some_elements
from scrubjay.tables.columns import MONEY

SET_ASIDE_LIMIT = 20
_ENDS = [CODE["HL"], CODE["CLM"], CODE["SE"]]
_PRINCIPAL = ("ABK", "BK")
_OTHER = ("ABF", "BF")
_RESEND = "Fetch or export the file again."


@dataclass(frozen=True, slots=True)
class _Reason:
    kind: str
    message: str
    advice: str
    element: str | None = None


# In the order they are looked for: a claim is set aside for the first that holds.
_REASONS = (
    _Reason("not-text", "The claim holds control characters, so its text is damaged.", _RESEND),
    _Reason("claim-outside-transaction", "The claim stands outside any transaction set.", _RESEND),
    _Reason(
        "truncated-claim", "Nothing shows that the claim is whole: no claim, HL or SE follows it.", _RESEND
    ),
    _Reason(
        "hl-structure",
        "The claim is under no sound chain of HL levels (billing provider 20, subscriber 22, patient 23): "
        "a parent is missing, or is not the open level before it.",
        "Correct the HL02 numbers.",
        "HL02",
    ),
    _Reason(
        "bad-claim-charge", "The claim charge is missing or is no amount.", "Send dollars and cents.", "CLM02"
    ),
    _Reason("claim-without-lines", "The claim has no service line (SV1 or SV2).", "Send at least one line."),
)


def build_claims(batch: Batch, details: Details, services: pl.Series, notes: Notes) -> pl.DataFrame:
    """All claims of the batch, the unreadable too, with `claim` (running number) and `set_aside` (reason).

    Args:
        batch: the segments.
        details: the same by tag and owner.
        services: claim number of every service line.
        notes: takes the problems.
    """
    claims = _base(batch)
    claims = inherit(claims, header_values(batch, details, notes))
    claims = _set_aside(batch, claims, services)
    good = claims.filter(pl.col("set_aside").is_null() & pl.col("is_claim"))
    for position, reason in enumerate(_REASONS):
        rows = claims.filter((pl.col("set_aside") == position) & pl.col("is_claim"))
        if rows.height:
            notes.add(reason.kind, f"{reason.message} It was set aside.", reason.advice, rows,
                      element=reason.element, limit=SET_ASIDE_LIMIT)  # fmt: skip
    missing = good.filter(pl.col("patient_control_number").is_null())
    notes.add(
        "missing-claim-id", "A claim has no patient control number.", "Send CLM01.", missing, element="CLM01"
    )
    return claims


def claim_columns(claims: pl.DataFrame, details: Details, notes: Notes) -> pl.DataFrame:
    """Add the columns that come from segments under CLM to the claims that go on."""
    claims = _dates(claims, details, notes)
    claims = _references(claims, details)
    claims = _providers(claims, details)
    claims = _diagnoses(claims, details, notes)
    texts = joined_notes(details, CLAIM)
    claims = attach(claims, "claim", texts, {"text": "claim_note"})
    numbers = details.parts("PWK", CLAIM, (None, None, None, None, None, "number"))
    listed = numbers.drop_nulls("number").group_by("owner", maintain_order=True).agg("number")
    claims = attach(claims, "claim", listed, {"number": "attachment_numbers"})
    return claims.with_columns(pl.col("attachment_numbers").fill_null([]))


def joined_notes(details: Details, area: int) -> pl.DataFrame:
    """NTE02 of each owner, several joined by ` | `."""
    found = details.parts("NTE", area, (None, "text")).drop_nulls("text")
    return found.group_by("owner", maintain_order=True).agg(pl.col("text").str.join(" | "))


def _base(batch: Batch) -> pl.DataFrame:
    sections = batch.sections
    clm = sections.filter(pl.col("code") == CODE["CLM"])
    control_number, amount, place = some_elements(clm["raw"], 1, 2, 5)
    charge = number(amount, MONEY).alias("claim_charge_amount")
    facility, _, frequency = components(place, 3)
    sets = batch.transactions
    at = clm["set_number"]
    kind = pl.Series([t.what.claim_kind for t in sets], dtype=pl.String()).gather(at).alias("claim_kind")
    frame = clm.select("claim", "hl", "segment", "set_number", "is_in_set").with_columns(
        kind,
        pl.Series([t.version for t in sets], dtype=pl.String()).gather(at).alias("implementation"),
        pl.Series([t.control for t in sets], dtype=pl.String()).gather(at).alias("transaction"),
        (pl.Series([t.what.purpose == "claims" for t in sets]).gather(at) | ~clm["is_in_set"]).alias(
            "is_claim"
        ),
        (pl.Series([t.is_837 for t in sets]).gather(at) | ~clm["is_in_set"]).alias("is_837"),
        (pl.col("claim").cast(pl.Int64()) + batch.first_claim).alias("claim_number"),
        control_number.alias("patient_control_number"),
        charge,
        frequency.alias("claim_frequency_code"),
        facility.alias("facility"),
    )
    is_institutional = pl.col("claim_kind") == "institutional"
    return frame.with_columns(
        pl.when(~is_institutional).then("facility").alias("claim_place_of_service_code"),
        pl.when(is_institutional)
        .then(pl.col("facility") + pl.col("claim_frequency_code").fill_null(""))
        .alias("type_of_bill_code"),
    ).drop("facility")


def _set_aside(batch: Batch, claims: pl.DataFrame, services: pl.Series) -> pl.DataFrame:
    """Add `set_aside`: the number of the first reason in `_REASONS` that holds, else null."""
    outer = batch.sections.filter(pl.col("code").is_in(OUTER)).select("claim", "code")
    following = outer["code"].shift(-1)
    if len(following) and batch.next_code is not None:
        following = following.scatter(len(following) - 1, batch.next_code)
    ends = outer.with_columns(following.is_in(_ENDS).fill_null(value=False).alias("is_whole"))
    is_whole = ends.filter(pl.col("code") == CODE["CLM"])["is_whole"]
    number_ = pl.col("claim")
    reasons = {
        0: number_.is_in(_damaged(batch).implode()),
        1: ~pl.col("is_in_set"),
        2: ~is_whole,
        3: ~(pl.col("is_sound") & (pl.col("hl_set_number") == pl.col("set_number")) & (pl.col("level") != "20"))
        .fill_null(value=False),
        4: pl.col("claim_charge_amount").is_null(),
        5: ~number_.is_in(services.unique().implode()),
    }  # fmt: skip
    found = pl.coalesce(pl.when(test).then(pl.lit(n, dtype=pl.Int8())) for n, test in reasons.items())
    return claims.with_columns(found.alias("set_aside"))


def _damaged(batch: Batch) -> pl.Series:
    """Claims that hold a replaced control character."""
    claim = batch.sections["claim"]
    if not batch.has_damage:
        return claim.clear()
    rows = batch.rows.filter(pl.col("raw").str.contains(DAMAGE, literal=True) & (pl.col("section") > 0))
    owner = batch.sections.select("claim", "is_in_claim")[rows["section"] - 1]
    return owner.filter("is_in_claim")["claim"].unique()


def _dates(claims: pl.DataFrame, details: Details, notes: Notes) -> pl.DataFrame:
    found = details.parts("DTP", CLAIM, ("qualifier", "format", "value"))
    found = found.filter(pl.col("owner").is_in(claims["claim"].implode()))
    statement = date_range(found.filter(pl.col("qualifier") == "434"), "DTP03", claims, "claim", notes)
    claims = attach(claims, "claim", statement, {"from": "statement_from", "to": "statement_to"})
    admission = date_range(found.filter(pl.col("qualifier") == "435"), "DTP03", claims, "claim", notes)
    return attach(claims, "claim", admission, {"from": "admission_date"})


def date_range(
    found: pl.DataFrame, element: str, owners: pl.DataFrame, key: str, notes: Notes
) -> pl.DataFrame:
    """Add `from` and `to` to DTP details; a single day is both. Null, with a problem, where they are no days."""
    found = found.filter(pl.col("value").is_not_null())
    if not found.height:
        return found.select(
            "owner", pl.lit(None, dtype=pl.Date()).alias("from"), pl.lit(None, dtype=pl.Date()).alias("to")
        )
    is_range = found["format"] == "RD8"
    ends = found["value"].str.split_exact("-", 1)
    start = pl.select(
        pl.when(is_range).then(ends.struct.field("field_0")).otherwise(found["value"])
    ).to_series()
    stop = pl.select(
        pl.when(is_range).then(ends.struct.field("field_1")).otherwise(found["value"])
    ).to_series()
    first_day, last_day = day(start), day(stop)
    known = found["format"].is_in(["D8", "RD8", "DT"])
    bad = first_day.is_null() | last_day.is_null() | ~known.fill_null(value=False)
    if bad.any():
        rows = found.filter(bad).join(
            owners.select(pl.col(key).alias("owner"), "claim_number", "transaction"), on="owner", how="inner"
        )
        if rows.height:
            notes.add("bad-date", "A date is missing or is no date; it was left empty.",
                      "Send D8 with eight digits, or RD8 with two days.", rows, element=element)  # fmt: skip
    blank = pl.lit(None, dtype=pl.Date())
    return found.with_columns(
        pl.when(~bad).then(first_day).otherwise(blank).alias("from"),
        pl.when(~bad).then(last_day).otherwise(blank).alias("to"),
    )


def _references(claims: pl.DataFrame, details: Details) -> pl.DataFrame:
    found = details.parts("REF", CLAIM, ("qualifier", "value"))
    names = {
        "G1": "prior_authorization_number",
        "9F": "referral_number",
        "F8": "original_reference_number",
    }
    for qualifier, name in names.items():
        claims = attach(claims, "claim", found.filter(pl.col("qualifier") == qualifier), {"value": name})
    return claims


def _providers(claims: pl.DataFrame, details: Details) -> pl.DataFrame:
    found = details.parts("NM1", CLAIM, NM1).with_columns(npi().alias("npi"))
    names = {
        "82": "claim_rendering_npi",
        "DN": "claim_referring_npi",
        "77": "claim_facility_npi",
        "71": "attending_npi",
    }
    for role, name in names.items():
        claims = attach(claims, "claim", found.filter(pl.col("role") == role), {"npi": name})
    return claims


def _diagnoses(claims: pl.DataFrame, details: Details, notes: Notes) -> pl.DataFrame:
    found = details.of("HI", CLAIM)
    rest = found["raw"].str.strip_prefix(f"HI{ELEMENT}")
    pairs = found.select("owner", "segment", rest.str.split(ELEMENT).alias("pair")).explode("pair")
    pairs = pairs.filter(pl.col("pair").is_not_null() & (pl.col("pair") != ""))
    part = pairs["pair"].str.splitn(COMPONENT, 3)
    pairs = pairs.select(
        "owner", "segment",
        part.struct.field("field_0").alias("qualifier"), nonempty(part.struct.field("field_1")).alias("code"),
    )  # fmt: skip
    qualifier = pl.col("qualifier")
    bare = pairs.filter((qualifier == "") | pl.col("code").is_null())
    if bare.height:
        notes.add("bad-health-code", "A health code has no qualifier or no value; it was not read.",
                  "Send qualifier and code, e.g. ABK and the diagnosis.", bare, element="HI01")  # fmt: skip
    coded = pairs.drop_nulls("code")
    order = pl.when(qualifier.is_in(_PRINCIPAL)).then(0).when(qualifier.is_in(_OTHER)).then(1)
    diagnoses = coded.with_columns(order.cast(pl.Int8()).alias("order")).drop_nulls("order")
    previous = diagnoses["order"].shift(1)
    if ((diagnoses["order"] < previous) & (diagnoses["owner"] == diagnoses["owner"].shift(1))).any():
        diagnoses = diagnoses.sort("owner", "order", maintain_order=True)
    lists = diagnoses.group_by("owner", maintain_order=True).agg("code", "qualifier")
    claims = attach(claims, "claim", lists, {"code": "diagnosis_codes", "qualifier": "diagnosis_qualifiers"})
    conditions = coded.filter(qualifier == "BG").group_by("owner", maintain_order=True).agg("code")
    claims = attach(claims, "claim", conditions, {"code": "condition_codes"})
    empty = ("diagnosis_codes", "diagnosis_qualifiers", "condition_codes")
    return claims.with_columns(pl.col(*empty).fill_null([]))
