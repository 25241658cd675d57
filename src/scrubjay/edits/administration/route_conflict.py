"""The only administration of the day gives by a route that the drug is not given by.

## What it checks
A drug line, its routes by label and use, and the administration and injection codes of the same claim
and day. It fires where no code of the day gives by a route of the drug, and one of them gives none of
the other drugs either, so that it must have been meant for this one. If one of several administrations
fits, the line is clear. Epidurals, nerve blocks and trigger points prove no conflict: drugs are used
there beyond their label.

## Why it matters
Either the code of the administration or the code of the drug is wrong. Methylprednisolone acetate
(J1010) with an intravenous push cannot be: acetate is not for a vein, so the drug was probably the
sodium succinate (J2919). J2919 with a joint injection (20610) is the same mistake the other way round.

## How to fix
Read in the record which product was given and how. Correct the drug code with its units, or the
administration code. Do not change the record to fit the claim.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, has_any, listed  # noqa: A004

EDIT = Edit(
    code="AD003",
    name="route-conflict",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("is_given_by_staff") & ~has_any("modifiers", ["JW", "KD", "RD"]),
    fires=col("administration_fit") == "conflict",
    message=format(
        "{} ({}) is given {}; the administration codes of the day ({}) give by another route.",
        "hcpcs",
        "drug",
        col("drug_routes").list.join(" or "),
        listed("administrations_of_day"),
    ),
    fix=Fix(
        format(
            "Look up in the record which product was given and how: correct the drug code with its units if it was "
            "another drug than {}, or the administration code if the route billed is wrong.",
            "drug",
        )
    ),
    citations=(
        Citation(
            "LBL-DM",
            "Methylprednisolone acetate is for the muscle, joints, soft tissue and lesions, not for a vein.",
            "C",
        ),
        Citation(
            "LBL-SM", "Methylprednisolone sodium succinate is given intravenously or into a muscle.", "C"
        ),
        Citation("X12-0826", "RARC N349 asks for the way of giving and the drug together.", "A"),
    ),
    prevents_carc=("B15",),
    prevents_rarc=("N349",),
    unverified=col("are_routes_unverified"),
)
