"""The practice asks for consent, and the chart has none.

## What it checks
Where a checklist of the practice asks for it: that the chart states consent, spoken or written, and does not say that
it is missing.

## Why it matters
It is the practice's own rule; no payer of the shipped policies asks.

## How to fix
Look for the signed form. Example: "verbal consent obtained".
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="DO015",
    name="consent-not-recorded",
    severity=Severity.INFO,
    grain=Grain.CHART,
    applies=col("has_chart") & col("is_chart_drug") & col("asks_consent"),
    fires=col("consent_state") != "present",
    message=format("The chart of {} on {}: {}.", "hcpcs", "service_date", "consent_gap"),
    fix=Fix("Ask for the consent form, if one was signed."),
    citations=(Citation("SCRUBJAY", "Consent is asked where the practice's own policy asks.", "D"),),
)
