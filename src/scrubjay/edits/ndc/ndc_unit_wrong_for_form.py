"""The NDC quantity is counted in a unit that does not go with the form of the drug.

## What it checks

Drug lines whose NDC quantity is in ML or UN, against the form of the package: a liquid is counted in millilitres, a
powder that is made up before use in pieces. The form comes from the unit that the starter set holds for the NDC, else
from the dosage form in the FDA's directory, if it is loaded. Other units are asked about by ndc-unit-not-accepted.

## Why it matters

Payers convert the quantity into units of the code. A powder in ML counts the diluent, a 10 mL vial as one UN loses
nine tenths of the drug: the line denies for its quantity, or is paid for another amount than was given.

## How to fix

Powder: UN with the number of vials (a part of a vial as a decimal). Liquid: ML with the volume used. Example:
Solu-Medrol 125 mg, a powder, is UN 1 and not ML 2; 1 mL of Depo-Medrol is ML 1.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, number  # noqa: A004

EDIT = Edit(
    code="ND009",
    name="ndc-unit-wrong-for-form",
    severity=Severity.WARNING,
    grain=Grain.LINE,
    applies=col("ndc").is_not_null() & col("is_drug_or_vaccine") & col("ndc_unit").is_in(["ML", "UN"]),
    fires=col("ndc_unit") != col("ndc_unit_of_form"),
    message=format(
        "NDC {} is {}, counted in {}, and the line says {} {}.",
        "ndc",
        "ndc_form_words",
        "ndc_unit_of_form",
        "ndc_unit",
        number("ndc_quantity"),
    ),
    fix=Fix(format("Count the quantity of this NDC in {}, and work it out anew.", "ndc_unit_of_form")),
    citations=(
        Citation(
            "BUS", "Billing units: millilitres for liquids, each for powder vials, grams for ointments.", "C"
        ),
        Citation("X12-0826", "N816: the unit of measure of the NDC; N815: its quantity.", "A"),
    ),
    prevents_carc=("16",),
    prevents_rarc=("N816", "N815"),
    unverified=col("ndc_unit_of_form").is_not_null(),
)
