"""From what the user named (drug, code, NDC) to the code in force that day and its billing unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any

from scrubjay.codes import looks_like_hcpcs
from scrubjay.drugs.administration import normal_route
from scrubjay.drugs.answers import AnswerWarning, Provenance, RefusedError, provenance
from scrubjay.drugs.catalog import squash
from scrubjay.drugs.successors import ended_text
from scrubjay.drugs.units import billing_units
from scrubjay.drugs.vials import least_waste_plan
from scrubjay.quantity import Quantity, plain, unit_named
from scrubjay.reference.descriptor import Qualifier, descriptor_stem, parse_descriptor, unit_label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from scrubjay.drugs.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Product:
    """A code with what one unit of it stands for.

    Attributes:
        code: the HCPCS code.
        drug: normal name, or null where the reference has only the descriptor.
        unit: amount and unit of one billing unit.
        qualifier: exact, up_to or each.
        routes: normal names of its routes; () if unknown.
        administration_class: as in the `drugs` set, or null.
        use_confidence: how far routes and administration class are checked, A to D, or null.
        source: where the billing unit is from.
        components: the strengths of a combination of which `unit` is the sum, or ().
    """

    code: str
    drug: str | None
    unit: Quantity
    qualifier: str
    routes: tuple[str, ...]
    administration_class: str | None
    use_confidence: str | None
    source: Provenance
    components: tuple[Quantity, ...] = ()

    @property
    def label(self) -> str:
        """Code and unit in words, e.g. `J2930 (up to 125 mg)`."""
        if self.components:
            return f"{self.code} ({' + '.join(map(str, self.components))} = {self.unit})"
        return f"{self.code} ({unit_label(self.unit.amount, self.unit.unit.symbol, self.qualifier)})"


@dataclass(frozen=True, slots=True)
class Choice:
    """A code and how many units of it."""

    product: Product
    units: int


def resolve(
    catalog: Catalog,
    on: date,
    *,
    drug: str | None,
    code: str | None,
    ndc_rows: Sequence[dict[str, Any]],
    route: str | None = None,
) -> list[Product]:
    """The codes that a dose of the named drug may be billed under on a day.

    Several come back only where they differ in nothing but the amount of the unit.

    Args:
        catalog: the reference.
        on: date of service.
        drug: a name or brand; a code is taken as `code`.
        code: a HCPCS code.
        ndc_rows: the crosswalk rows of the NDC on the day; [] if there are none.
        route: normal name of the route, which decides between codes whose descriptors name one.

    Raises:
        RefusedError: nothing was named, the name is unknown or ambiguous, or no code is in force.
    """
    if drug and not code and looks_like_hcpcs(drug):
        drug, code = None, drug
    if code:
        product = _of_code(catalog, on, code.strip().upper())
        if drug:
            _check_agreement(catalog, on, drug, product)
        return [product]
    if drug:
        return _of_drug(catalog, on, drug, ndc_rows, route)
    if len(ndc_rows) == 1:
        return [_of_code(catalog, on, str(ndc_rows[0]["hcpcs"]))]
    if ndc_rows:
        raise RefusedError(
            f"This NDC bills under {' or '.join(sorted(str(r['hcpcs']) for r in ndc_rows))}: name the code.",
            "code",
        )
    raise RefusedError(
        "Neither a drug nor a code was named, and the NDC, if any, is not in the loaded crosswalk on this day.",
        "drug",
    )


def choose(products: Sequence[Product], dose: Fraction, labels: Sequence[Fraction] = ()) -> list[Choice]:
    """Which of several sizes of code to bill, and how many units.

    Amounts that are "up to" take the fewest units; of equal counts those that leave the fewest whole units
    of the vials over, then those that state the least. Exact amounts take the combination that states the
    least above the dose, then the fewest units.

    Args:
        products: codes in one unit of measure.
        dose: the dose in that unit.
        labels: content of the vials opened, in that unit; () if unknown.
    """
    if len(products) == 1:
        return [Choice(products[0], billing_units(dose, products[0].unit.amount))]
    sizes = sorted((p.unit.amount for p in products), reverse=True)
    if any(p.qualifier != Qualifier.EXACT for p in products):
        return _choices(products, _tightest(dose, sizes, sum(labels, start=Fraction(0))))
    plan = least_waste_plan(dose, sizes)
    if plan is None:
        raise RefusedError(
            f"The dose is too large to divide among {', '.join(p.label for p in products)}.", "code"
        )
    return _choices(products, plan.sizes)


def _choices(products: Sequence[Product], amounts: Sequence[Fraction]) -> list[Choice]:
    by_amount = {p.unit.amount: p for p in products}
    return [Choice(by_amount[a], amounts.count(a)) for a in sorted(set(amounts), reverse=True)]


def _tightest(dose: Fraction, sizes: Sequence[Fraction], label: Fraction) -> list[Fraction]:
    """Amounts of the fewest units that cover a dose; `sizes` largest first, `label` 0 if unknown."""
    largest, smallest = sizes[0], sizes[-1]
    count = billing_units(dose, largest)
    # Fewer than one largest unit is to spare, so only the last few units can be of a smaller size.
    spare = count * largest - dose
    last = min(count, int(spare // (largest - sizes[1])))
    found = [[largest] * (count - last) + list(tail) for tail in combinations_with_replacement(sizes, last)]
    covering = [amounts for amounts in found if sum(amounts) >= dose]
    return min(covering, key=lambda amounts: (max(0, (label - sum(amounts)) // smallest), sum(amounts)))


def _of_code(catalog: Catalog, on: date, code: str) -> Product:
    if not looks_like_hcpcs(code):
        raise RefusedError(f'"{code[:20]}" is not a HCPCS code: five characters such as J2919.', "code")
    in_force = catalog.is_in_force(code, on)
    if in_force is False:
        _, text = ended_text(code, on, catalog)
        raise RefusedError(text, "code in force")
    row = catalog.row("drugs", on, hcpcs=code)
    if in_force is None and row is None:
        raise RefusedError(
            f"The code {code} is unknown to the loaded reference; `scrubjay reference load` adds the official file.",
            "code",
        )
    return _product(catalog, on, code, row)


def _product(catalog: Catalog, on: date, code: str, row: dict[str, Any] | None) -> Product:
    if row and row["is_unlisted"]:
        raise RefusedError(
            f"{code} is an unlisted code: it has no billing unit, and the payer says how to count it. The line needs "
            "the drug's name, dose and NDC in words.",
            "billing unit",
        )
    if row and row["unit_amount"] is not None and row["unit"]:
        unit = unit_named(row["unit"])
        if unit is None:
            raise RefusedError(
                f"The billing unit of {code} ({row['unit']}) is not one that can be counted.", "billing unit"
            )
        return Product(
            code,
            row["drug"],
            Quantity(Fraction(row["unit_amount"]), unit),
            row["qualifier"] or Qualifier.EXACT,
            tuple(normal_route(r) for r in row["routes"] or ()),
            row["administration_class"],
            row["use_confidence"],
            provenance(row),
        )
    code_row = catalog.row("hcpcs", on, hcpcs=code)
    if code_row is None or code_row["kind"] not in ("drug", "vaccine"):
        raise RefusedError(f"{code} is not a drug code, so there are no drug units to count.", "drug code")
    parsed = parse_descriptor(code_row["descriptor"] or "")
    if parsed is None:
        raise RefusedError(
            f"What one unit of {code} stands for is not known from its descriptor.", "billing unit"
        )
    parts = parsed.components
    is_sum = bool(parts) and len({p.unit.dimension for p in parts}) == 1
    total = sum((p.to(parts[0].unit).amount for p in parts), start=Fraction(0)) if is_sum else None
    return Product(
        code,
        row["drug"] if row else None,
        parsed.quantity if total is None else Quantity(total, parts[0].unit),
        parsed.qualifier if total is None else Qualifier.EXACT,
        tuple(normal_route(r) for r in row["routes"] or ()) if row else (),
        row["administration_class"] if row else "vaccine" if code_row["kind"] == "vaccine" else None,
        row["use_confidence"] if row else None,
        provenance(code_row),
        parts if is_sum else (),
    )


def _of_drug(
    catalog: Catalog, on: date, text: str, ndc_rows: Sequence[dict[str, Any]], route: str | None
) -> list[Product]:
    match = catalog.resolve(text)
    if not match.drugs:
        near = f" Near names: {', '.join(match.near)}." if match.near else " No near name is known either."
        raise RefusedError(
            f'"{text.strip()[:60]}" is an unknown drug: not in the loaded reference.{near}', "drug"
        )
    if len(match.drugs) > 1:
        drugs = {str(r["drug"]) for r in ndc_rows} & set(match.drugs)
        if len(drugs) == 1:
            return _of_drug(catalog, on, drugs.pop(), ndc_rows, route)
        raise RefusedError(
            f'"{text.strip()[:60]}"{_as_written(catalog, text)} is ambiguous: the salt or ester is not said, and it decides the code. It may be '
            f"{', '.join(_with_codes(catalog, on, d) for d in match.drugs)}.",
            "salt or ester",
        )
    drug = next(iter(match.drugs))
    rows = catalog.codes_of(drug, on)
    if not rows:
        raise RefusedError(_no_code(catalog, on, drug), "code in force")
    of_ndc = {r["hcpcs"] for r in ndc_rows}
    rows = [r for r in rows if r["hcpcs"] in of_ndc] or rows
    # A brand or a route of which only some of the codes speak decides between them.
    rows = [r for r in rows if squash(text) in map(squash, r["brands"] or ())] or rows
    rows = [r for r in rows if route and route in _routes_said(catalog, on, str(r["hcpcs"]))] or rows
    products = [_product(catalog, on, str(r["hcpcs"]), r) for r in rows]
    if len(products) > 1 and not _differ_in_amount_only(catalog, on, products):
        raise RefusedError(
            f"Several codes for {drug} are in force on {on}, and the product decides: "
            f"{'; '.join(_described(catalog, on, p) for p in products)}. Name the code or the NDC.",
            "code",
        )
    return products


def _as_written(catalog: Catalog, text: str) -> str:
    """For a listed misspelling: that the name is not known as written, and what it is read as."""
    row = catalog.listed_name(text)
    if row is None or row["name_kind"] != "misspelling":
        return ""
    return f" is not known as written (near name: {row['drug']}, of which it is a listed misspelling) and"


def _routes_said(catalog: Catalog, on: date, code: str) -> set[str]:
    """Routes that the descriptor of a code names."""
    row = catalog.row("hcpcs", on, hcpcs=code)
    words = re.findall(r"[a-z]+", str(row["descriptor"]).lower()) if row and row["descriptor"] else []
    return {normal_route(w) for w in words if w.startswith(("intra", "subcutan"))}


def _with_codes(catalog: Catalog, on: date, drug: str) -> str:
    codes = sorted(str(r["hcpcs"]) for r in catalog.codes_of(drug, on))
    return f"{drug} ({', '.join(codes)})" if codes else drug


def _described(catalog: Catalog, on: date, product: Product) -> str:
    row = catalog.row("hcpcs", on, hcpcs=product.code)
    return f"{product.code} {row['descriptor']}" if row and row["descriptor"] else product.label


def _differ_in_amount_only(catalog: Catalog, on: date, products: Sequence[Product]) -> bool:
    if len({p.unit.unit for p in products}) > 1 or len({p.qualifier for p in products}) > 1:
        return False
    if len({p.unit.amount for p in products}) != len(products):
        return False
    stems: set[str] = set()
    for product in products:
        row = catalog.row("hcpcs", on, hcpcs=product.code)
        stems.add(descriptor_stem(str(row["descriptor"])) if row else "")
    return len(stems) == 1 and "" not in stems


def _no_code(catalog: Catalog, on: date, drug: str) -> str:
    parts: list[str] = []
    for code in sorted({str(r["hcpcs"]) for r in catalog.history("drugs", drug=drug)}):
        if catalog.is_in_force(code, on) is False:
            parts.append(ended_text(code, on, catalog)[1])
    return f"No code of its own for {drug} is known to be in force on {on}. {' '.join(parts)}".strip()


def _check_agreement(catalog: Catalog, on: date, drug: str, product: Product) -> None:
    match = catalog.resolve(drug)
    if product.drug is None or product.drug in match.drugs:
        return
    if not match.drugs:
        raise RefusedError(f'"{drug.strip()[:60]}" is an unknown drug: not in the loaded reference.', "drug")
    raise RefusedError(
        f"{product.code} is {product.drug} ({unit_label(product.unit.amount, product.unit.unit.symbol, product.qualifier)}), "
        f"not {' or '.join(_with_codes(catalog, on, d) for d in match.drugs)}.",
        "code that agrees with the drug",
    )


def wider_unit_note(products: Sequence[Product], chosen: Sequence[Choice]) -> str | None:
    """Says which other sizes of code there were, where a choice was made."""
    taken = {c.product.code for c in chosen}
    others = [p.label for p in products if p.code not in taken]
    return f"{', '.join(others)} would need more units or state more than was given." if others else None


def mismatch_warning(product: Product, ndc_rows: Sequence[dict[str, Any]]) -> AnswerWarning:
    """The crosswalk gives the NDC to another code."""
    codes = " and ".join(sorted(str(r["hcpcs"]) for r in ndc_rows))
    return AnswerWarning(
        "ndc-not-for-code", f"The crosswalk gives this NDC to {codes}, not to {product.code}, on this day."
    )


def quantity_text(amount: Fraction, product: Product) -> str:
    """An amount in the unit of a product."""
    return f"{plain(amount)} {product.unit.unit.symbol}"
