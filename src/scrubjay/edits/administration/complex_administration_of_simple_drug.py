"""A code for chemotherapy and complex drugs, and the only drug of the day is neither.

## What it checks

Days on which the codes for chemotherapy and complex biologics (96401 to 96417 and their like) are the only ones that give
a drug, and no drug of the day on the claim is of that kind. The edit names each drug of that day whose administration is
known not to be complex from a contractor's or payer's page. Where another drug of the day may be complex, or what the
drug counts as rests on practice knowledge only, it does not answer.

## Why it matters

These codes pay more than the therapeutic ones, and contractors and payers list the drugs that they are for. With another
drug they are denied or recovered later as billed too high.

## How to fix

Bill the therapeutic code of the same way and time, as the record gives them: methylprednisolone J2919 infused for 30
minutes is 96365, not 96413; pushed it is 96374, into a muscle 96372. If the complex drug was supplied by the patient or a
pharmacy, keep the code, say so on the claim, and bill the other drug's own administration.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed, lit  # noqa: A004

_IS_SIMPLE = col("is_simple_drug")

EDIT = Edit(
    code="AD008",
    name="complex-administration-of-simple-drug",
    severity=Severity.WARNING,
    grain=Grain.LINE,
    applies=(col("complex_codes_of_day").list.len() > 0)
    & col("is_drug")
    & col("has_jw").not_()
    & _IS_SIMPLE.ne_missing(lit(value=False)),
    fires=col("has_complex_drug_of_day").not_() & _IS_SIMPLE,
    message=format(
        "{} ({}) is no chemotherapy and no complex drug, and neither is another drug of the day; {} is for those only.",
        "hcpcs",
        "drug",
        listed("complex_codes_of_day"),
    ),
    fix=Fix(
        "Bill the therapeutic code of the recorded way and time (96365 infusion, 96374 push, 96372 injection). If a complex "
        "drug that others supplied was given as well, say so on the claim and bill this drug's own administration."
    ),
    citations=(
        Citation("A53778", "Medicare's article on the administration of drugs, complex ones set apart.", "B"),
        Citation(
            "SCRUBJAY",
            "Only drugs that the contractor or payer lists are complex; methylprednisolone is not.",
            "B",
        ),
    ),
)
