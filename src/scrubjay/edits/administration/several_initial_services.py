"""More than one initial infusion, push or hydration on one day.

## What it checks
Initial codes are the first hour of an infusion (96365, 96413), the first push (96374, 96409) and the
first block of hydration (96360). A claim has one of them a day; another one needs 59, XE, XS, XP or XU.
Injections under the skin or into a muscle (96372) stand outside and may be beside any of them.

## Why it matters
One initial service is paid for each encounter and vein. A second one is taken for unbundling: it denies,
and in an audit it is taken back. Example: 96365 for an antibiotic and 96374 for a steroid through the
same line is 96365 with 96375.

## How to fix
Keep one initial code: in an office the main reason of the visit, in a hospital by the order infusion
before push before hydration, complex drugs first. Turn the other into its add-on (96367 next infusion,
96375 next push, 96361 hydration hour). Only where the record shows a second vein that was medically
needed, or a second encounter that day, keep both and add 59, XS or XE to the second.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="AD004",
    name="several-initial-services",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("is_initial_service"),
    fires=col("service_date").is_not_null() & col("earlier_initial_service").is_not_null(),
    message=format(
        "{} and {} are both initial services of one day, and neither has 59 or an X modifier.",
        "earlier_initial_service",
        "hcpcs",
    ),
    fix=Fix(
        format(
            "Keep one of {} and {} as the initial code and bill the other as its add-on (96367 next infusion, 96375 next "
            "push, 96361 hydration hour); add 59, XE or XS only for a separate vein or encounter that the record shows.",
            "earlier_initial_service",
            "hcpcs",
        )
    ),
    citations=(
        Citation(
            "RAC-0071",
            "One initial code for each encounter and vascular access; a second needs a separate site or "
            "encounter and 59, XE or XS.",
            "A",
        ),
        Citation("JUCM", "In the office the initial code is the main reason for the visit.", "C"),
        Citation(
            "NAMAS", "In a facility infusion goes before push before hydration, complex drugs first.", "C"
        ),
    ),
    prevents_carc=("97", "236"),
    prevents_rarc=("M80", "N20"),
)
