"""Text gives a code a drug that is not its own.

## What it checks
A guide, table or charge master says that a code is a drug, or that a drug is billed under a code. The drug is
compared with the one that the code set gives the code, salt or ester and product included. A text that names the
substance and leaves the salt open is taken as right where one of its salts has the code.

## Why it matters
Whoever follows the text bills a drug that was not given. That is a false description of the service: it denies, or
it is paid and has to be returned.

## How to fix
Name the drug of the code, or the code of the drug, as the reference has them; look at salt, ester and product.
Example: J1320 is amitriptyline; methylprednisolone sodium succinate is J2919 since 2024-04-01.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="GU001",
    name="code-described-as-another-drug",
    severity=Severity.ERROR,
    grain=Grain.TEXT,
    applies=col("text_kind") == "identity",
    fires=col("is_text_drug_of_code").not_(),
    message=format("{}: {} {}", "text_place", "text_said", "text_fact"),
    fix=Fix("Correct the drug or the code. Claims that were billed after this text need a look."),
    citations=(
        Citation("HCPCS-APR24", "CMS HCPCS Level II file: each code's descriptor names its drug.", "A"),
    ),
    prevents_carc=("16", "181"),
    prevents_rarc=("N846", "M51"),
)
