"""A drug line of an institutional claim is not under a drug revenue code.

## What it checks
A line with a drug code on an outpatient institutional claim is billed under revenue code 0636 (drugs that need
detailed coding) or another that is made for coded drugs. A packaged drug may also go under 025x. Inpatient claims
are not asked.

## Why it matters
A separately payable drug under the general pharmacy code can go unpaid, and its cost is lost to the hospital's cost
report, from which later rates are made.

## How to fix
Change the revenue code of the line to 0636. Example: J1745 under 0250 becomes 0636; a saline bag without a code
stays under 0258.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, has_any, listed  # noqa: A004

_REVENUE = col("revenue_code").str.zfill(4)
_IS_ACCEPTED = col("payer_drug_revenue_codes").list.contains(_REVENUE)
_MAY_BE_GENERAL = col("is_packaged") & col("payer_packaged_drug_revenue_codes").list.contains(_REVENUE)

EDIT = Edit(
    code="CS016",
    name="drug-revenue-code-missing",
    severity=Severity.WARNING,
    grain=Grain.LINE,
    # Under a drug revenue code there is no fault, whether or not the code is a drug.
    applies=(col("claim_kind") == "institutional")
    & (col("is_drug") | (col("is_drug").is_null() & _IS_ACCEPTED))
    & (col("setting") != "inpatient"),
    fires=_IS_ACCEPTED.not_() & _MAY_BE_GENERAL.not_(),
    message=format(
        "{} is billed under revenue code {}; drugs with a code go under {}.",
        "hcpcs",
        "revenue_code",
        listed(col("payer_drug_revenue_codes").list.head(1)),
    ),
    fix=Fix("Bill the line under revenue code 0636."),
    citations=(
        Citation(
            "HCPRO-11",
            "Separately payable drugs with a code under 0636; CMS asked for it on every coded drug.",
            "B",
        ),
        Citation("HCPRO-08", "Packaged drugs may be reported under 025x.", "B"),
    ),
    prevents_carc=("16",),
    unverified=has_any("payer_unverified", ["drug_revenue_codes", "packaged_drug_revenue_codes"]),
)
