"""Answered service lines of a batch (SVC)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.intake.x12.frames import attach
from scrubjay.intake.x12.lines import procedure_columns
from scrubjay.intake.x12.remit.claims import bad_number, with_amounts, with_days, with_values
from scrubjay.intake.x12.remit.maps import LINE
from scrubjay.intake.x12.values import Notes, elements, number
from scrubjay.tables.columns import MONEY, QUANTITY

if TYPE_CHECKING:
    from scrubjay.intake.x12.frames import Details
    from scrubjay.intake.x12.remit.batches import AnswerBatch

_DATES = {"472": "service_day", "150": "service_date_from", "151": "service_date_to"}
_REFERENCES = {"6R": "line_item_control_number", "HPI": "line_rendering_npi", "LU": "location_number"}
_NUMBERS = (
    ("SVC02", "charge_amount", MONEY),
    ("SVC03", "paid_amount", MONEY),
    ("SVC05", "units_paid", QUANTITY),
    ("SVC07", "units_billed", QUANTITY),
)


def build_lines(batch: AnswerBatch, claims: pl.DataFrame, details: Details, notes: Notes) -> pl.DataFrame:
    """The lines of the claims that go on, with `line` and `claim` (running numbers) and `has_no_amounts`.

    Args:
        batch: the segments.
        claims: claims that go on.
        details: segments by tag and owner.
        notes: takes the problems.
    """
    place = claims.select("claim", "transaction", "claim_number", "set_number")
    found = batch.sections.filter(pl.col("area") == LINE).select("line", "claim", "segment", "raw")
    lines = found.join(place, on="claim", how="inner", maintain_order="left")
    fields = elements(lines.drop_in_place("raw"), 7)
    first = pl.col("line").min().over("claim")
    lines = lines.with_columns(
        (pl.col("line").cast(pl.Int64()) - first + 1).alias("line_number"), fields[4].alias("revenue_code")
    )
    for element, name, dtype in _NUMBERS:
        text = fields[int(element[3:])]
        lines = lines.with_columns(number(text, dtype).alias(name))
        bad_number(lines.filter(lines[name].is_null() & text.is_not_null()), element, notes)
    nothing = fields[2].is_null() & fields[3].is_null()
    lines = lines.with_columns(nothing.alias("has_no_amounts"))
    notes.add("line-without-amounts", "An answered line has neither charge nor payment; both were left empty.",
              "Ask the payer what was decided on it.", lines.filter("has_no_amounts"), element="SVC02")  # fmt: skip
    lines = _procedures(lines, fields[1], fields[6])
    lines = lines.with_columns(pl.coalesce("units_billed", pl.when(fields[7].is_null()).then("units_paid"))
                               .alias("units_billed"))  # fmt: skip
    lines = with_days(lines, "line", details.parts("DTM", LINE, ("qualifier", "value")), _DATES, notes)
    lines = lines.with_columns(
        pl.coalesce("service_date_from", "service_day").alias("service_date_from"),
        pl.coalesce("service_date_to", "service_day").alias("service_date_to"),
    )
    references = details.parts("REF", LINE, ("qualifier", "value"))
    lines = with_values(lines, "line", references, _REFERENCES)
    policies = references.filter(pl.col("qualifier") == "0K").drop_nulls("value")
    listed = policies.group_by("owner", maintain_order=True).agg("value")
    lines = attach(lines, "line", listed, {"value": "policy_reference_numbers"})
    lines = lines.with_columns(pl.col("policy_reference_numbers").fill_null([]))
    amounts = details.parts("AMT", LINE, ("qualifier", "value"))
    return with_amounts(lines, "line", amounts, {"B6": "allowed_amount"}, notes)


def _procedures(lines: pl.DataFrame, decided: pl.Series, submitted: pl.Series) -> pl.DataFrame:
    """SVC01 and SVC06: what was decided on and, where it is another code, what was billed."""
    names = ("procedure_qualifier", "hcpcs", "modifiers")
    paid = procedure_columns(decided.alias("procedure").to_frame()).select(names)
    lines = lines.hstack(paid)
    if submitted.null_count() == lines.height:
        # Most remittances change no code: nothing more to read.
        return lines.with_columns(
            pl.col("hcpcs").alias("billed_hcpcs"), pl.col("modifiers").alias("billed_modifiers"),
            pl.lit(value=False).alias("is_code_changed"),
        )  # fmt: skip
    sent = procedure_columns(submitted.alias("procedure").to_frame()).select(names)
    has_other = sent["hcpcs"].is_not_null()
    return lines.with_columns(
        pl.when(has_other).then(sent["hcpcs"]).otherwise("hcpcs").alias("billed_hcpcs"),
        pl.when(has_other).then(sent["modifiers"]).otherwise("modifiers").alias("billed_modifiers"),
        (has_other & (sent["hcpcs"] != pl.col("hcpcs")).fill_null(value=True)).alias("is_code_changed"),
    )
