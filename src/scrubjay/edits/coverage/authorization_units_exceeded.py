"""The line draws more units than are left of the authorization.

## What it checks

Drug lines that name an authorization which was given with `--authorizations` and grants a number of units. The claims of
the run and the earlier ones (`--history`) draw from it in the order of their dates of service, whatever their order in
the files; administered and discarded units both count. Claims that were voided or replaced, voids, and the same claim
in two files draw nothing. The edit fires at the line with which more is drawn than is granted, and at those after
it. It is clear only where the earlier claims are complete from the first day of the authorization on; otherwise
what is left is not known, and the edit is *not evaluated*.

## Why it matters

The payer stops at the number that it granted. The excess denies, often the whole line, and an extension asked for
after the service is mostly refused.

## How to fix

Ask for more units before the claim is sent, or before the drug is given. `scrubjay authorizations` shows what is left
of each.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, number  # noqa: A004

EDIT = Edit(
    code="CV003",
    name="authorization-units-exceeded",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("is_drug")
    & col("authorization_number").is_not_null()
    & col("is_on_authorization")
    & (col("claim_frequency_code") != "8"),
    fires=col("is_authorization_overdrawn"),
    message=format(
        "Authorization {} grants {} units; with the {} of this line on {} {} are drawn, {} too many.",
        "authorization_number",
        number("authorization_granted"),
        number("units"),
        "service_date",
        number("authorization_drawn"),
        number("authorization_over"),
    ),
    fix=Fix("Have the authorization extended before the claim is sent; bill within what it grants."),
    citations=(
        Citation("X12-0826", "198: what was authorized is exceeded; N362: too many units.", "A"),
        Citation("PAS", "An answer grants a quantity for each item.", "A"),
    ),
    prevents_carc=("198",),
    prevents_rarc=("N54", "N362"),
)
