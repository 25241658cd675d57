"""The Medicare member id has not the form of a Medicare beneficiary identifier.

## What it checks
Where the payer's policy says that ids are Medicare beneficiary identifiers: eleven characters, a digit from 1 to 9
first, letters and digits in their places, never S, L, O, I, B or Z, no hyphens. The id itself is never shown.

## Why it matters
An id in another form (the old number from a social security number, a plan's own id, a card read with hyphens) is
rejected at the front end.

## How to fix
Copy the id from the patient's current Medicare card or look it up in the contractor's portal; leave the hyphens out.
If the card is a Medicare Advantage plan's, the claim goes to the plan.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="CS017",
    name="invalid-member-id",
    severity=Severity.ERROR,
    grain=Grain.CLAIM,
    applies=col("claim_payer_member_id_form") == "mbi",
    fires=col("is_member_id_mbi").not_(),
    message=format(
        "The member id has not the form of a Medicare beneficiary identifier (policy {}).", "claim_policy_id"
    ),
    fix=Fix(
        "Copy the id anew from the Medicare card, eleven characters without hyphens; check that the payer is right."
    ),
    citations=(Citation("CEDI", "A member id that is not in the MBI form rejects (277CA A7:164:IL).", "B"),),
    prevents_carc=("31",),
    prevents_rarc=("N382",),
)
