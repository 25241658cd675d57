"""Drug and discarded lines: the units, what is left in the vials, and which modifier that asks for."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from scrubjay.drugs.answers import AnswerLine, RefusedError, provenance
from scrubjay.drugs.by_vial import choices_by_vial
from scrubjay.drugs.resolve import Choice, Product, choose, quantity_text, wider_unit_note
from scrubjay.drugs.units import billing_units, discarded_units
from scrubjay.drugs.vials import least_waste_plan, unneeded_vials
from scrubjay.drugs.waste import Demand, SettingRule, decide, is_excluded_class
from scrubjay.quantity import plain
from scrubjay.reference.descriptor import Qualifier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.drugs.job import Job

_MODIFIER_MISSING = "missing-discarded-drug-modifier"


class Counted(NamedTuple):
    """The dose in units: codes chosen, codes there were, the dose, and the vials' labels."""

    choices: Sequence[Choice]
    products: Sequence[Product]
    dose: Fraction
    labels: Sequence[Fraction]


def count_units(
    job: Job, products: Sequence[Product], dose: Fraction, labels: Sequence[Fraction]
) -> list[Choice]:
    """The codes to bill and their units, with the arithmetic shown."""
    of_vials = choices_by_vial(job, products, dose, labels)
    by_vials = of_vials is not None
    choices = choose(products, dose, labels) if of_vials is None else of_vials
    for choice in choices:
        product, amount = choice.product, choice.product.unit.amount
        job.say(
            f"In force on {job.on}: {product.label}{f', {product.drug}' if product.drug else ''}.",
            value=product.code,
            source=product.source.one_line(),
        )
        if len(choices) == 1:
            job.say(
                "Dose divided by the unit, rounded up once.",
                f"ceil({plain(dose)} / {plain(amount)}) = {choice.units}",
                str(choice.units),
            )
    if len(choices) > 1:
        parts = " + ".join(f"{c.units} x {plain(c.product.unit.amount)}" for c in choices)
        text = (
            "Units of each code for the vials under it."
            if by_vials
            else "The sizes of code that state the least above the dose."
        )
        job.say(text, f"{plain(dose)} <= {parts}")
    note = None if by_vials else wider_unit_note(products, choices)
    if note:
        job.say(note)
    return choices


def check_room(dose: Fraction, labels: Sequence[Fraction], product: Product) -> None:
    """Refuse a dose that the vials cannot have held.

    Raises:
        RefusedError: the dose is more than the labels add up to.
    """
    label = sum(labels, start=Fraction(0))
    if labels and dose > label:
        raise RefusedError(
            f"The dose ({quantity_text(dose, product)}) is more than the vials hold "
            f"({quantity_text(label, product)}): the dose exceeds the label. List every vial that was opened; overfill above the label is "
            "never billable.",
            "vial",
        )


def with_waste(
    job: Job, counted: Counted, is_single_dose: bool | None, setting: SettingRule
) -> list[AnswerLine]:
    """The drug lines with JZ, or with a JW line beside them, or with neither and a warning why."""
    choices, products, dose, labels = counted
    product = choices[0].product
    plain_lines = [AnswerLine(c.product.code, str(c.units), (), "drug") for c in choices]
    pays = _pays_separately(job, product.code, setting)
    decision = decide(
        job.rule,
        is_separately_payable=pays,
        is_single_dose=is_single_dose,
        is_excluded=is_excluded_class(product.administration_class),
    )
    job.say(f"Discarded-drug modifiers: {decision.reason}", source=job.rule.one_line())
    if decision.bills_discarded is False and decision.marks_none is False:
        return plain_lines
    if not labels:
        _warn_modifier(job, labels, is_single_dose=is_single_dose, pays=pays, asked=None)
        _suggest(job, product, dose)
        return plain_lines
    waste = sum(labels, start=Fraction(0)) - dose
    discarded = _discarded(choices, products, labels)
    _show_discarded(job, choices, discarded, labels, waste)
    if is_single_dose:
        _check_minimal(job, product, choices, dose, labels)
    if discarded and decision.bills_discarded and _is_below_a_unit(job, choices, dose):
        return plain_lines
    if discarded and decision.bills_discarded:
        extra = [AnswerLine(c.product.code, str(c.units), ("JW",), "discarded") for c in discarded]
        return [*plain_lines, *extra]
    if not discarded and decision.marks_none:
        return [replace(line, modifiers=("JZ",)) for line in plain_lines]
    if (decision.bills_discarded if discarded else decision.marks_none) is None:
        asked = job.rule.jw if discarded else job.rule.jz
        _warn_modifier(job, labels, is_single_dose=is_single_dose, pays=pays, asked=asked)
    return plain_lines


def _is_below_a_unit(job: Job, choices: Sequence[Choice], dose: Fraction) -> bool:
    """Whether the payer takes no JW since less than one unit was given; said and warned of."""
    product = choices[0].product
    if not job.rule.jw_needs_dose_of_one_unit or dose >= product.unit.amount:
        return False
    text = (
        f"The dose ({quantity_text(dose, product)}) is below one unit of {product.code} "
        f"({quantity_text(product.unit.amount, product)}), and this payer takes no JW then."
    )
    job.say(text, source=job.rule.jw_dose_source)
    job.warn("discarded-modifier-not-required", text)
    return True


def _discarded(
    choices: Sequence[Choice], products: Sequence[Product], labels: Sequence[Fraction]
) -> list[Choice]:
    """Discarded units: of the one code, or of the sizes that fit into what is left."""
    label = sum(labels, start=Fraction(0))
    if len(choices) == 1 and choices[0].product.qualifier != Qualifier.EXACT:
        one = choices[0]
        count = discarded_units(label, one.units, one.product.unit.amount)
        return [Choice(one.product, count)] if count else []
    left = label - sum((c.units * c.product.unit.amount for c in choices), start=Fraction(0))
    found: list[Choice] = []
    for product in sorted(products, key=lambda p: p.unit.amount, reverse=True):
        count = max(0, left // product.unit.amount)
        if count:
            found.append(Choice(product, int(count)))
            left -= count * product.unit.amount
    return found


def _show_discarded(
    job: Job,
    choices: Sequence[Choice],
    discarded: Sequence[Choice],
    labels: Sequence[Fraction],
    waste: Fraction,
) -> None:
    label = sum(labels, start=Fraction(0))
    unit = choices[0].product.unit
    billed = " - ".join(f"{c.units} x {plain(c.product.unit.amount)}" for c in choices)
    count = " + ".join(f"{c.units} {c.product.code}" for c in discarded) or "0"
    smallest = plain((discarded[-1].product if discarded else choices[-1].product).unit.amount)
    job.say(
        "What is left in the vials beyond the billed units, rounded down to whole units"
        + ("." if discarded or waste == 0 else ": less than one unit, so nothing is billed as discarded."),
        f"floor(({plain(label)} - {billed}) / {smallest}) = {count}",
        count,
    )
    job.say(
        "Left over in all.",
        f"{plain(label)} - {plain(label - waste)} = {plain(waste)}",
        f"{plain(waste)} {unit.unit.symbol}",
    )


def _warn_modifier(
    job: Job,
    labels: Sequence[Fraction],
    *,
    is_single_dose: bool | None,
    pays: bool | None,
    asked: Demand | None,
) -> None:
    """Warn that no modifier was put, with everything that was missing; `asked` null where JW and JZ are open."""
    is_payer_unknown = Demand.UNKNOWN in ((job.rule.jw, job.rule.jz) if asked is None else (asked,))
    options = [
        name for name, is_open in (("--vial", not labels), ("--container", is_single_dose is None)) if is_open
    ]
    why = [
        reason
        for reason, holds in (
            ("the vials opened were not stated", not labels),
            ("the container type is not known", is_single_dose is None),
            ("the drug's payment status in this setting is not known", pays is None),
            (f"what this payer asks is not known ({job.rule.one_line()})", is_payer_unknown),
        )
        if holds
    ]
    hints: list[str] = []
    if options:
        hints.append(
            " What was thrown away is a statement about the record and is not guessed: give "
            f"{' and '.join(options)} as on the label."
        )
    if is_payer_unknown:
        hints.append(" A policy of your own (--policy) can say what the payer asks.")
    job.warn(
        _MODIFIER_MISSING,
        f"Neither JW nor JZ was put on the drug line, because {', and '.join(why)}.{''.join(hints)}",
    )


def _pays_separately(job: Job, code: str, setting: SettingRule) -> bool | None:
    if setting.drug_pays == "always":
        job.say(f"Setting {setting.setting}: the drug is paid apart from the service.", source=setting.source)
        return True
    if setting.drug_pays == "never":
        job.say(f"Setting {setting.setting}: the drug is not paid apart.", source=setting.source)
        return False
    if not job.rule.follows_medicare_status or setting.status_setting is None:
        return None
    row = job.catalog.row("status", job.on, hcpcs=code, status_setting=setting.status_setting)
    indicator = row["status_indicator"] if row else None
    if row is None or indicator is None:
        job.say(f"The {setting.setting} payment status of {code} on {job.on} is not in the reference.")
        return None
    job.say(
        f"Payment status of {code} in {setting.setting} on {job.on}: {indicator}.",
        value=str(indicator),
        source=provenance(row).one_line(),
    )
    if indicator in setting.packaged:
        job.warn(
            "drug-packaged",
            f"{code} has status {indicator} in {setting.setting} on {job.on}: no separate payment for the drug.",
        )
        return False
    if indicator in setting.not_payable:
        job.warn("code-not-payable", f"{code} has status {indicator} in {setting.setting}: it is not paid.")
        return False
    return True if indicator in setting.payable else None


def _sizes(job: Job, product: Product) -> list[Fraction]:
    rows = job.catalog.rows("ndc", job.on, hcpcs=product.code)
    return [
        Fraction(r["units_per_item"]) * product.unit.amount
        for r in rows
        if r["units_per_item"]
        and r["container_type"] != "multi-dose"
        and product.qualifier == Qualifier.EXACT
    ]


def _suggest(job: Job, product: Product, dose: Fraction) -> None:
    plan = least_waste_plan(dose, _sizes(job, product))
    if plan:
        job.say(
            "Of the sizes in the crosswalk, these would waste least; what was really opened decides.",
            " + ".join(map(plain, plan.sizes)),
            f"waste {quantity_text(plan.waste, product)}",
        )


def _check_minimal(
    job: Job, product: Product, choices: Sequence[Choice], dose: Fraction, labels: Sequence[Fraction]
) -> None:
    spare = unneeded_vials(dose, labels)
    if spare:
        job.warn("waste-not-minimal", f"{spare} of the vials opened could have stayed closed for this dose.")
        return
    plan = least_waste_plan(dose, [*_sizes(job, product), *labels])
    if plan is None or len(choices) > 1:
        return
    units, amount = billing_units(dose, product.unit.amount), product.unit.amount
    if discarded_units(plan.total, units, amount) < discarded_units(
        sum(labels, start=Fraction(0)), units, amount
    ):
        job.warn(
            "waste-not-minimal",
            f"Vials of {' + '.join(map(plain, plan.sizes))} {product.unit.unit.symbol} would have wasted "
            f"{quantity_text(plan.waste, product)} only.",
        )
