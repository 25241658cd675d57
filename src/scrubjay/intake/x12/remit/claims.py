"""Claim columns of a batch of remittances (CLP), and which claims are set aside and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.intake.x12.frames import Details, attach
from scrubjay.intake.x12.headers import NM1, npi
from scrubjay.intake.x12.maps import DAMAGE, ELEMENT
from scrubjay.intake.x12.remit.maps import CLAIM, CODE, VOCABULARY
from scrubjay.intake.x12.values import Notes, day, elements, number
from scrubjay.tables.columns import MONEY, QUANTITY

if TYPE_CHECKING:
    from scrubjay.intake.x12.remit.batches import AnswerBatch

SET_ASIDE_LIMIT = 20
_ENDS = [CODE[tag] for tag in ("CLP", "LX", "PLB", "SE")]
_REVERSAL = "22"
_RESEND = "Fetch the file again."
_IN_CENTS = "Ask for plain digits with a decimal point, dollars with two decimals."


@dataclass(frozen=True, slots=True)
class _Reason:
    kind: str
    message: str


# In the order they are looked for: a claim is set aside for the first that holds.
_REASONS = (
    _Reason("not-text", "An answered claim holds control characters, so its text is damaged."),
    _Reason("claim-outside-transaction", "An answered claim stands outside any transaction set."),
    _Reason(
        "truncated-claim", "Nothing shows that an answered claim is whole: no CLP, LX, PLB or SE follows it."
    ),
)
_PEOPLE = {
    "QC": ("patient_last_name", "patient_first_name", "member_id"),
    "IL": ("insured_last_name", "insured_first_name", "insured_id"),
    "74": ("corrected_last_name", "corrected_first_name", "corrected_id"),
}
_PAYERS = {
    "TT": ("crossover_payer_name", "crossover_payer_id"),
    "PR": ("priority_payer_name", "priority_payer_id"),
}
_DATES = {"232": "statement_from", "233": "statement_to", "050": "received_date", "036": "coverage_end_date"}
_AMOUNTS = {
    "AU": "coverage_amount",
    "F5": "patient_paid_amount",
    "I": "interest_amount",
    "D8": "prompt_pay_discount_amount",
}
_REFERENCES = {
    "1L": "group_number",
    "CE": "contract_class",
    "F8": "original_reference_number",
    "G1": "prior_authorization_number",
    "EA": "medical_record_number",
}


def build_claims(batch: AnswerBatch, notes: Notes) -> pl.DataFrame:
    """All answered claims of the batch's 835s, with `claim` (running number), `set_number` and `set_aside`.

    Args:
        batch: the segments.
        notes: takes the problems.
    """
    clp = batch.sections.filter(pl.col("area") == CLAIM)
    fields = elements(clp["raw"], 14)
    sets, at = batch.transactions, clp["set_number"]
    claims = clp.select("claim", "segment", "set_number", "is_in_set").with_columns(
        batch.of_sets([t.control for t in sets], pl.String(), at).alias("transaction"),
        batch.of_sets([t.what.kind == "835" for t in sets], pl.Boolean(), at).alias("is_835"),
        (pl.col("claim").cast(pl.Int64()) + batch.first_claim).alias("claim_number"),
        fields[1].alias("patient_control_number"),
        fields[2].alias("claim_status_code"),
        fields[6].alias("claim_filing_code"),
        fields[7].alias("payer_claim_control_number"),
        fields[8].alias("facility_type_code"),
        fields[9].alias("claim_frequency_code"),
        fields[11].alias("drg_code"),
        *(fields[i].alias(f"text_{i}") for i in (3, 4, 5, 12)),
        (fields[2] == _REVERSAL).fill_null(value=False).alias("is_reversal"),
    )
    claims = claims.filter(pl.col("is_835") | ~pl.col("is_in_set")).drop("is_835")
    claims = claims.with_columns(_set_aside(batch, claims))
    for position, reason in enumerate(_REASONS):
        rows = claims.filter(pl.col("set_aside") == position)
        if rows.height:
            notes.add(
                reason.kind, f"{reason.message} It was set aside.", _RESEND, rows, limit=SET_ASIDE_LIMIT
            )
    good = pl.col("set_aside").is_null()
    for element, name, dtype in (
        ("CLP03", "charge_amount", MONEY), ("CLP04", "paid_amount", MONEY),
        ("CLP05", "patient_responsibility_amount", MONEY), ("CLP12", "drg_weight", QUANTITY),
    ):  # fmt: skip
        text = f"text_{int(element[3:])}"
        claims = claims.with_columns(number(claims[text], dtype).alias(name))
        unread = pl.col(name).is_null() & pl.col(text).is_not_null()
        bad_number(claims.filter(good & unread), element, notes)
        if dtype == MONEY and name != "patient_responsibility_amount":
            notes.add("missing-amount", "The charge or payment of an answered claim is missing, so it cannot be balanced.",
                      "Ask the payer for a corrected remittance.", claims.filter(good & pl.col(text).is_null()),
                      element=element)  # fmt: skip
    missing = claims.filter(good & pl.col("patient_control_number").is_null())
    notes.add("missing-claim-id", "An answered claim has no patient control number.",
              "Find it by the payer's number (CLP07).", missing, element="CLP01")  # fmt: skip
    return claims.drop(c for c in claims.columns if c.startswith("text_"))


def claim_columns(claims: pl.DataFrame, details: Details, notes: Notes) -> pl.DataFrame:
    """Add the columns that come from segments under CLP to the claims that go on."""
    names = details.parts("NM1", CLAIM, NM1).with_columns(npi().alias("npi"))
    role = pl.col("role")
    for code, (last, first, identifier) in _PEOPLE.items():
        found = names.filter(role == code)
        claims = attach(claims, "claim", found, {"last_name": last, "first_name": first, "id": identifier})
    for code, (name, identifier) in _PAYERS.items():
        claims = attach(claims, "claim", names.filter(role == code), {"last_name": name, "id": identifier})
    claims = attach(claims, "claim", names.filter(role == "82"), {"npi": "claim_rendering_npi"})
    claims = with_days(claims, "claim", details.parts("DTM", CLAIM, ("qualifier", "value")), _DATES, notes)
    claims = with_amounts(
        claims, "claim", details.parts("AMT", CLAIM, ("qualifier", "value")), _AMOUNTS, notes
    )
    references = details.parts("REF", CLAIM, ("qualifier", "value"))
    claims = with_values(claims, "claim", references, _REFERENCES)
    for tag, name in (("MIA", "inpatient_values"), ("MOA", "outpatient_values")):
        found = details.of(tag, CLAIM)
        values = found["raw"].str.strip_prefix(f"{tag}{ELEMENT}").str.split(ELEMENT).alias("values")
        claims = attach(claims, "claim", found.select("owner").with_columns(values), {"values": name})
    return claims


def with_values(base: pl.DataFrame, key: str, found: pl.DataFrame, names: dict[str, str]) -> pl.DataFrame:
    """Add a column of texts for each qualifier in `names`; `found` has owner, qualifier and value."""
    for qualifier, name in names.items():
        base = attach(base, key, found.filter(pl.col("qualifier") == qualifier), {"value": name})
    return base


def with_amounts(
    base: pl.DataFrame, key: str, found: pl.DataFrame, names: dict[str, str], notes: Notes
) -> pl.DataFrame:
    """Add a column of money for each qualifier in `names`, with a problem where one cannot be read."""
    found = found.filter(pl.col("qualifier").is_in(list(names)))
    found = found.with_columns(number(found["value"], MONEY).alias("amount"))
    bad_number(placed(found.filter(pl.col("amount").is_null() & pl.col("value").is_not_null()), base, key),
               "AMT02", notes)  # fmt: skip
    for qualifier, name in names.items():
        base = attach(base, key, found.filter(pl.col("qualifier") == qualifier), {"amount": name})
    return base


def with_days(
    base: pl.DataFrame,
    key: str,
    found: pl.DataFrame,
    names: dict[str, str],
    notes: Notes,
) -> pl.DataFrame:
    """Add a column of dates for each qualifier in `names`, with a problem where one is no date."""
    found = found.filter(pl.col("qualifier").is_in(list(names)))
    found = found.with_columns(day(found["value"]).alias("day"))
    bad = placed(found.filter(pl.col("day").is_null()), base, key)
    notes.add("bad-date", "A date is missing or is no date; it was left empty.",
              "Ask the sender for eight digits.", bad, element="DTM02")  # fmt: skip
    for qualifier, name in names.items():
        base = attach(base, key, found.filter(pl.col("qualifier") == qualifier), {"day": name})
    return base


def placed(found: pl.DataFrame, base: pl.DataFrame, key: str) -> pl.DataFrame:
    """Details with the transaction and claim number of their owner; those of nobody in `base` are left out."""
    if not found.height:
        return found
    place = [c for c in ("transaction", "claim_number") if c in base.columns]
    return found.join(base.select(pl.col(key).alias("owner"), *place), on="owner", how="inner",
                      maintain_order="left")  # fmt: skip


def bad_number(rows: pl.DataFrame, element: str, notes: Notes) -> None:
    """The problem of a number that cannot be read exactly."""
    notes.add(
        "bad-number", "A number cannot be read exactly; it was left empty.", _IN_CENTS, rows, element=element
    )


def _set_aside(batch: AnswerBatch, claims: pl.DataFrame) -> pl.Expr:
    """The number of the first reason in `_REASONS` that holds, else null."""
    outer = batch.sections.filter(pl.col("code").is_in(VOCABULARY.outer_codes)).select("claim", "code")
    following = outer["code"].shift(-1)
    if len(following) and batch.next_code is not None:
        following = following.scatter(len(following) - 1, batch.next_code)
    is_whole = following.is_in(_ENDS).fill_null(value=False)
    whole = outer.filter(is_whole & (outer["code"] == CODE["CLP"]))["claim"]
    reasons = (
        claims["claim"].is_in(_damaged(batch).implode()),
        ~claims["is_in_set"],
        ~claims["claim"].is_in(whole.implode()),
    )
    return pl.coalesce(
        pl.when(test).then(pl.lit(n, dtype=pl.Int8())) for n, test in enumerate(reasons)
    ).alias("set_aside")


def _damaged(batch: AnswerBatch) -> pl.Series:
    """Claims that hold a replaced control character."""
    claim = batch.sections["claim"]
    if not batch.has_damage:
        return claim.clear()
    rows = batch.rows.filter(pl.col("raw").str.contains(DAMAGE, literal=True) & (pl.col("section") > 0))
    owner = batch.sections.select("claim", "outer")[rows["section"] - 1]
    return owner.filter(pl.col("outer") == CODE["CLP"])["claim"].unique()
