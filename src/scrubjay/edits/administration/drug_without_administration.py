"""A drug is billed and no code of that day gives it.

## What it checks
A drug line that is not discarded drug (JW) needs, on the same claim and day, an administration or
injection code that gives by one of the drug's routes: an infusion, push or injection code, or the
procedure that places the drug, such as a joint injection. Vaccines, drugs that patients take
themselves, drugs for a pump or dispensed without being given (KD, RD), packaged drugs of a hospital
and settings without separate administration codes (inpatient, ESRD, RHC, FQHC, nursing facility,
home) are not asked. A code of that day whose work we do not know leaves the question open.

## Why it matters
The fee for giving the drug is lost, and some payers deny the drug itself as lacking the service it
belongs to. Example: J2919 x 25 alone, although the record shows an intravenous push of five minutes.

## How to fix
Bill what the record shows: 96372 for an injection under the skin or into a muscle, 96374 for a push,
96365 or 96413 for an infusion, or the procedure. Leave the claim as it is where somebody else gave the
drug (another provider, a home nurse), where it was dispensed with a pump, or where the facility bills
the administration.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, has_any, listed, number  # noqa: A004

_SETTINGS = ["office", "hopd", "asc", "cah", "other"]

EDIT = Edit(
    code="AD001",
    name="drug-without-administration",
    severity=Severity.WARNING,
    grain=Grain.LINE,
    applies=col("is_given_by_staff")
    & ~has_any("modifiers", ["JW", "KD", "RD"])
    & col("setting").is_in(_SETTINGS)
    & ~(col("payer_uses_hospital_status") & col("is_packaged")),
    fires=col("administration_fit").is_in(["none", "other_drug"]),
    message=format(
        "{} x {} is billed, and no code of the claim that day gives it (administration codes of the day: {}).",
        "hcpcs",
        number("units"),
        listed("administrations_of_day"),
    ),
    fix=Fix(
        "Add the administration that the record shows (96372 injection, 96374 push, 96365 or 96413 infusion, or the "
        "procedure), or leave it where another provider gave the drug, a pump did, or the facility bills it."
    ),
    citations=(
        Citation(
            "BPM15",
            "A drug is covered incident to a service that gives it; drug and administration are billed "
            "by the one who bears the expense.",
            "A",
        ),
        Citation(
            "X12-0826",
            "RARC N349 asks for the way of giving and the drug together; CARC B15 for a service that "
            "must come with another.",
            "A",
        ),
        Citation(
            "SCRUBJAY",
            "Practice knowledge: legitimate reasons are a pump, another giver, a packaged facility.",
            "D",
        ),
    ),
    prevents_carc=("B15", "107"),
    prevents_rarc=("N349",),
    unverified=col("are_routes_unverified") & (col("administration_fit") == "other_drug"),
)
