"""The chart holds no signed and dated order for the drug.

## What it checks
That the chart has an order that names the drug, the dose and the route, with a date, signed by somebody who may
order, credentials included. A note that says "per order" is no order. Where who ordered also gave the drug and signed
the note, the note is the order.

## Why it matters
A drug without a signed order is not covered, whatever else the record says; incomplete orders lead the lists of
audit failures.

## How to fix
Find the order and put it into the record. If it was given and not signed, the ordering clinician may attest to it;
nobody may write it afterwards. Example: "Solu-Medrol 80 mg IV x1. A. Kerr, MD, 06/03/2024 10:05".
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="DO001",
    name="order-missing-or-unsigned",
    severity=Severity.ERROR,
    grain=Grain.CHART,
    applies=col("has_chart") & col("is_chart_drug"),
    fires=col("order_state") != "present",
    message=format("The chart of {} on {} has no complete order: {}.", "hcpcs", "service_date", "order_gap"),
    fix=Fix(
        "Ask who ordered it for the signed order, or for a signature attestation if the law of the payer takes one."
    ),
    citations=(
        Citation("DOC-LISTS", "The order shows drug, dose, route, frequency, date and signature.", "B"),
        Citation("DOC-NGS", "Incomplete orders are among the named audit failures.", "B"),
    ),
    prevents_carc=("226", "252"),
    prevents_rarc=("N456", "N706"),
)
