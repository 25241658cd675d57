"""Which of several "up to" codes a vial bills under, by the crosswalk's packages of its size.

Before a drug got one code with an exact unit, some had a code for each size of vial: a 40 mg vial of
methylprednisolone sodium succinate was J2920, one of 125 mg J2930, whatever was taken out of it. The crosswalk gives
each package to its code; what a package holds is told by a period in which it bills under an exact unit.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import polars as pl

from scrubjay.drugs.resolve import Choice, Product, quantity_text
from scrubjay.drugs.units import billing_units
from scrubjay.errors import UsageError
from scrubjay.quantity import Quantity, Unit, unit_named
from scrubjay.reference.descriptor import Qualifier

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scrubjay.drugs.job import Job

_EDIT = "units-disagree-with-ndc-quantity"


def choices_by_vial(
    job: Job, products: Sequence[Product], dose: Fraction, labels: Sequence[Fraction]
) -> list[Choice] | None:
    """The codes and units of a dose by the vials it came from; a warning where they do not settle it.

    Args:
        job: the request.
        products: the codes, in one unit of measure.
        dose: the dose in that unit.
        labels: content of each vial opened, in that unit; () if unknown.

    Returns:
        Null where there is one code only, where the codes are of exact amounts, where no vial was stated or the dose is
        more than the vials hold, or where the crosswalk gives the size of a vial to no code or to several; what is left open is warned of.
    """
    if len(products) == 1 or any(p.qualifier == Qualifier.EXACT for p in products):
        return None
    between = f"Which vial was opened decides between {', '.join(p.label for p in products)}"
    if not labels:
        job.warn(_EDIT, f"{between}, and none was stated. Give --vial or --ndc.")
        return None
    if dose > sum(labels):
        return None
    under = codes_by_content(job, products)
    found = {label: under.get(label, frozenset[str]()) for label in labels}
    by_code = {p.code: p for p in products}
    if any(len(codes) != 1 for codes in found.values()):
        unclear = next(label for label, codes in found.items() if len(codes) != 1)
        codes = ", ".join(sorted(found[unclear])) or "none of these codes"
        job.warn(
            _EDIT,
            f"{between}, and the crosswalk on "
            f"{job.on} gives one of {quantity_text(unclear, products[0])} to {codes}. Give the NDC.",
        )
        return None
    counts: dict[str, Fraction] = {}
    left = dose
    for label in sorted(labels, reverse=True):
        taken = min(left, label)
        left -= taken
        if taken:
            (code,) = found[label]
            counts[code] = counts.get(code, Fraction(0)) + taken
    sizes = "; ".join(
        f"{quantity_text(label, products[0])} under {next(iter(codes))}" for label, codes in found.items()
    )
    job.say(f"The vials decide between the codes: the crosswalk on {job.on} has {sizes}.")
    return [
        Choice(by_code[code], billing_units(amount, by_code[code].unit.amount))
        for code, amount in counts.items()
    ]


def codes_by_content(job: Job, products: Sequence[Product]) -> dict[Fraction, frozenset[str]]:
    """Codes of the day by what a package of them holds, in the unit of the products; unknown contents left out."""
    unit = products[0].unit.unit
    on_day = {
        str(row["ndc"]): product.code
        for product in products
        for row in job.catalog.rows("ndc", job.on, hcpcs=product.code)
    }
    ever = job.catalog.reference.table("ndc", as_of=job.catalog.as_of, where={"ndc": list(on_day)})
    rows = ever.filter(pl.col("ndc").is_in(list(on_day)) & pl.col("units_per_item").is_not_null()).to_dicts()
    exact = _exact_units(job, {str(r["hcpcs"]) for r in rows}, unit)
    found: dict[Fraction, set[str]] = {}
    for row in rows:
        amount = exact.get(str(row["hcpcs"]))
        if amount is not None:
            content = Fraction(row["units_per_item"]) * amount
            found.setdefault(content, set()).add(on_day[str(row["ndc"])])
    return {content: frozenset(codes) for content, codes in found.items()}


def _exact_units(job: Job, codes: set[str], unit: Unit) -> Mapping[str, Fraction]:
    found: dict[str, Fraction] = {}
    for code in codes:
        for row in job.catalog.history("drugs", hcpcs=code):
            amount = _exact_unit(row, unit)
            if amount is not None:
                found[code] = amount
    return found


def _exact_unit(row: Mapping[str, Any], unit: Unit) -> Fraction | None:
    named = unit_named(str(row["unit"] or ""))
    if named is None or row["unit_amount"] is None or row["qualifier"] != Qualifier.EXACT:
        return None
    try:
        return Quantity(Fraction(row["unit_amount"]), named).to(unit).amount
    except UsageError:  # the code counts another thing
        return None
