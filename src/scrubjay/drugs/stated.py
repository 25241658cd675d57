"""What the request states: setting, container, NDC, dose and vials, read and put into the code's unit."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from scrubjay.drugs import ndc
from scrubjay.drugs.agree import check_container
from scrubjay.drugs.answers import UNVERIFIED, RefusedError, provenance
from scrubjay.drugs.job import read
from scrubjay.drugs.resolve import Product, quantity_text
from scrubjay.drugs.waste import SettingRule, known_settings, setting_rule
from scrubjay.errors import UsageError
from scrubjay.quantity import (
    EACH,
    Dimension,
    Dose,
    NotPositiveError,
    Quantity,
    Strength,
    container_strength,
    parse_container,
    parse_dose,
    parse_weight_kg,
    plain,
)

if TYPE_CHECKING:
    from scrubjay.drugs.job import Job

_CONTAINERS = {
    "single-dose": True, "single dose": True, "single-use": True, "sdv": True,
    "multi-dose": False, "multi dose": False, "multiple-dose": False, "mdv": False,
}  # fmt: skip


def setting_of(job: Job) -> SettingRule:
    """The rule of the stated setting.

    Raises:
        RefusedError: an unknown setting, or one that has no Part B line.
    """
    name = job.request.setting.strip().lower()
    rule = setting_rule(name)
    if rule is None:
        raise RefusedError(f"The setting is not known; use one of {', '.join(known_settings())}.", "setting")
    if rule.is_part_a:
        text = (
            f"The setting is {name}: an inpatient drug is part of the inpatient (Part A, DRG) payment, so there is "
            "no Part B line for it or for giving it."
        )
        job.warn("inpatient-drug", text)
        job.say(text, source=rule.source)
        raise RefusedError(text)
    return rule


def stated_dose(job: Job) -> Dose:
    """The dose as stated.

    Raises:
        RefusedError: it cannot be read, which the dose unit would mend, or is no positive amount.
    """
    try:
        return parse_dose(job.request.dose)
    except NotPositiveError as error:
        raise RefusedError(error.one_line(), "dose") from error
    except UsageError as error:
        raise RefusedError(error.one_line(), "dose unit") from error


def stated_container(job: Job) -> bool | None:
    """Whether the stated container is single-dose; null if none was stated.

    Raises:
        RefusedError: neither single-dose nor multi-dose.
    """
    text = job.request.container
    if text is None:
        return None
    known = _CONTAINERS.get(text.strip().lower())
    if known is None:
        raise RefusedError("The container is neither single-dose nor multi-dose.", "container")
    return known


def stated_ndc(job: Job) -> tuple[str | None, list[dict[str, Any]]]:
    """The NDC in eleven digits and its crosswalk rows on the day: several where it bills under several codes.

    Raises:
        RefusedError: a malformed or ambiguous NDC.
    """
    if not job.request.ndc:
        return None, []
    parsed = read(lambda t: ndc.parse_ndc(t, job.catalog.is_known_ndc), job.request.ndc, "ndc")
    job.say(f"The NDC, sent as {parsed.form}, is {ndc.hyphened(parsed.ndc11)}.", value=parsed.ndc11)
    rows = job.catalog.rows("ndc", job.on, ndc=parsed.ndc11)
    if not rows:
        job.warn(
            "ndc-not-in-directory",
            "This NDC is not in the loaded crosswalk on this day, so its quantity and unit are not worked out.",
        )
    return parsed.ndc11, rows


def dose_in(job: Job, stated: Dose, product: Product, ndc_row: dict[str, Any] | None) -> Fraction:
    """The dose in the unit of the code, times the weight and the strength where it is so stated.

    Raises:
        RefusedError: weight or strength is missing, or the dose measures another thing than the code.
    """
    quantity = stated.quantity
    if stated.strength is not None:
        job.say(f"The stated volume of {stated.strength} holds {quantity}.", value=str(quantity))
    if stated.is_per_kg:
        if not job.request.weight:
            raise RefusedError("The dose is per kg of body weight and the weight was not given.", "weight")
        weight = read(parse_weight_kg, job.request.weight, "weight")
        total = Quantity(quantity.amount * weight, quantity.unit)
        job.say(
            "Dose per kg times body weight.",
            f"{quantity}/kg x {plain(weight)} kg = {total}",
            str(total),
        )
        quantity = total
    unit = product.unit.unit
    if quantity.unit.dimension is Dimension.VOLUME and unit.dimension is not Dimension.VOLUME:
        quantity = _from_volume(job, quantity, product, ndc_row)
    if unit is EACH and quantity.unit is not EACH:
        raise RefusedError(
            f"One unit of {product.code} is a counted thing or a combination, so {quantity} does not say how many: "
            'give the number, as "1 each".',
            "dose unit",
        )
    if product.components:
        parts = " + ".join(map(str, product.components))
        job.say(f"One unit counts the combination {parts}; a dose of it is read as the sum of its parts.")
        if quantity.unit is EACH:
            quantity = Quantity(quantity.amount * product.unit.amount, unit)
    if quantity.unit is EACH and unit is not EACH:
        raise RefusedError(
            f"The dose counts containers or doses ({plain(quantity.amount)}) and does not say how much was given: "
            f"give the amount in {unit.symbol}, or in another unit of {unit.dimension}.",
            "dose unit",
        )
    converted = read(lambda _: quantity.to(unit), "", "dose unit")
    if converted.unit != quantity.unit:
        job.say("The dose in the unit of the code.", f"{quantity} = {converted}", str(converted))
    return converted.amount


def _from_volume(job: Job, volume: Quantity, product: Product, ndc_row: dict[str, Any] | None) -> Quantity:
    strengths = {s for s in map(container_strength, job.request.vials) if s is not None}
    source = "the vial as stated"
    if not strengths and ndc_row and _is_measured_liquid(ndc_row):
        per_ml = Fraction(ndc_row["units_per_item"]) * product.unit.amount / Fraction(ndc_row["package_size"])
        strengths = {Strength(Quantity(per_ml, product.unit.unit))}
        source = provenance(ndc_row).one_line()
    if len(strengths) != 1:
        raise RefusedError(
            f"The dose is a volume ({volume}) and the strength is not known: a volume becomes an amount only with "
            'its strength. Write "2 mL of 40 mg/mL", or give the NDC.',
            "strength",
        )
    strength = strengths.pop()
    amount = strength.of(volume)
    job.say("The volume times its strength.", f"{volume} x {strength} = {amount}", str(amount), source)
    return amount


def _is_measured_liquid(row: dict[str, Any]) -> bool:
    return row["ndc_billing_unit"] == "ML" and bool(row["package_size"]) and bool(row["units_per_item"])


def labels_in(job: Job, product: Product, ndc_row: dict[str, Any] | None) -> list[Fraction]:
    """The labelled content of each vial in the unit of the code; [] if none was stated.

    Raises:
        RefusedError: a vial cannot be read, or measures another thing than the code.
    """
    labels: list[Fraction] = []
    for text in job.request.vials:
        for content in read(parse_container, text, "vial"):
            is_volume = content.unit.dimension is Dimension.VOLUME
            if is_volume and product.unit.unit.dimension is not Dimension.VOLUME:
                labels.append(_from_volume(job, content, product, ndc_row).to(product.unit.unit).amount)
            else:
                labels.append(read(lambda _, c=content: c.to(product.unit.unit), "", "vial").amount)
    if labels:
        total = sum(labels, start=Fraction(0))
        job.say(
            "Labelled content of the vials opened.",
            f"{' + '.join(map(plain, labels))} = {plain(total)}" if len(labels) > 1 else None,
            quantity_text(total, product),
            "as stated",
        )
    return labels


def container_of(
    job: Job, stated: bool | None, product: Product, ndc_row: dict[str, Any] | None
) -> bool | None:
    """Whether the container is single-dose: as stated, else as a verified source says, else null.

    Raises:
        RefusedError: a verified source contradicts what was stated.
    """
    if stated is not None:
        check_container(job, stated, product, ndc_row)
        job.say(f"The container is {'single' if stated else 'multi'}-dose.", source="as stated")
        return stated
    row = job.catalog.row("containers", job.on, hcpcs=product.code)
    witnesses = (
        ("this NDC", ndc_row, ndc_row["container_confidence"] if ndc_row else None),
        (f"{product.code}, all marketed forms,", row, row["confidence"] if row else None),
    )
    for what, witness, confidence in witnesses:
        if witness is None or not witness["container_type"]:
            continue
        kind, source = witness["container_type"], f"{provenance(witness).citation} [{confidence}]"
        if confidence in UNVERIFIED:
            # An unverified container is no ground for a statement such as JZ.
            job.say(
                f"The container of {what} is thought to be {kind}, unverified: confirm it.", source=source
            )
            continue
        job.say(f"The container of {what} is {kind}.", source=source)
        return kind == "single-dose"
    job.say("Whether the container is single-dose or multi-dose is not known.")
    return None
