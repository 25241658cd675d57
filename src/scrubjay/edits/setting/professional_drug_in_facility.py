"""A practitioner bills drug or its administration in a hospital, where the hospital bills it.

## What it checks

Professional claims with place of service 19 or 22 (hospital outpatient), 21 (inpatient) or 23 (emergency
room): drugs, and codes that infuse, push or inject a drug. Procedures such as a joint injection are the
practitioner's own work and are left out, and so are vaccines' administrations.

## Why it matters

In a hospital the drug and the staff are the hospital's expense, so the hospital bills them. A practitioner's
line denies: the place does not fit the code, or the service is part of what the hospital is paid.

## How to fix

Remove the line and let the hospital bill it (J2919 and 96365 on its 837I, drug under revenue code 0636). If the
drug was given in the practice's own office, the place of service is 11. A drug that the practice bought does
not change this.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

_in_hospital = col("is_hospital_place")
_payer, _drug, _service = col("payer_facility_bills_drugs"), col("is_drug"), col("is_drug_administration")
_either = _drug | _service

EDIT = Edit(
    code="SE001",
    name="professional-drug-in-facility",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    # A code or payer that is not known matters only in such a place.
    applies=(col("claim_kind") == "professional")
    & _either
    & (_either.is_not_null() | _in_hospital)
    & _payer
    & (_payer.is_not_null() | _in_hospital),
    fires=_in_hospital,
    message=format(
        "{} on a professional claim with place of service {}: there the hospital bills drugs and their administration.",
        "hcpcs",
        "place_of_service_code",
    ),
    fix=Fix(
        "Remove the line, the facility bills it; or correct the place of service if the drug was given in the practice's "
        "own office (11)."
    ),
    citations=(
        Citation(
            "BPM15", "A drug incident to a physician's service is the billing practice's own expense.", "A"
        ),
        Citation(
            "X12-0826",
            "Denials of this kind: place inconsistent with the code, or included in the facility's pay.",
            "A",
        ),
    ),
    prevents_carc=("5", "58", "97"),
    prevents_rarc=("M97", "M77"),
)
