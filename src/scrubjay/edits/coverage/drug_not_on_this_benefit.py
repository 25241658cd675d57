"""The payer does not cover the drug here: it belongs to a pharmacy, or is excluded.

## What it checks

Drug lines for which the payer's policy says which benefit covers the drug or who buys it, at the place of service and
on the date. The edit fires where the drug is covered under the pharmacy benefit only, is excluded, or has to come from
(and be billed by) a specialty pharmacy. A drug of which no policy of the payer speaks is *not evaluated*.

## Why it matters

A drug that the practice bought although a pharmacy has to supply it is not paid at all, and cannot be billed to the
patient in most contracts. The giving of the drug is still paid.

## How to fix

Bill the administration alone and let the pharmacy bill the drug. If the practice had to use its own stock, ask the
payer for an exception before sending; some want the code at a charge of nothing to see that the drug was given.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, lit, when  # noqa: A004

_why = (
    when(col("payer_benefit") == "excluded")
    .then(lit("is excluded"))
    .when(col("payer_benefit") == "pharmacy")
    .then(lit("is covered under the pharmacy benefit only"))
    .otherwise(lit("has to come from a specialty pharmacy, which bills it"))
)

EDIT = Edit(
    code="CV007",
    name="drug-not-on-this-benefit",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("is_drug") & col("is_channel_bound") & (col("claim_frequency_code") != "8"),
    fires=col("is_sent_to_pharmacy"),
    message=format("{} {} ({}).", "hcpcs", _why, "payer_channel_rule"),
    fix=Fix(
        "Bill the administration only; the pharmacy bills the drug. Ask the payer before using own stock."
    ),
    citations=(
        Citation(
            "X12-0826", "280, 292: pharmacy benefit; 256 with N773: not from the required vendor; 204.", "A"
        ),
        Citation(
            "PAY-UHC-SP", "One payer has named drugs bought from a specialty pharmacy by hospitals.", "B"
        ),
        Citation("BPM15", "A drug that is no expense of the biller is not paid; its administration is.", "A"),
    ),
    prevents_carc=("280", "292", "256", "204", "96"),
    prevents_rarc=("N426", "N773", "N130"),
    unverified=col("payer_channel_confidence").is_in(["C", "D"]),
)
