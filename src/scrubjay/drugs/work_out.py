"""From one dose to the lines to bill, with every step shown; or a refusal that says what is missing."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from scrubjay.drugs import administration, ndc
from scrubjay.drugs.agree import check_drug, check_vials
from scrubjay.drugs.answers import (
    UNVERIFIED,
    AnswerLine,
    Refusal,
    RefusedError,
    UnitsAnswer,
    UnitsRequest,
    provenance,
)
from scrubjay.drugs.catalog import Catalog, squash
from scrubjay.drugs.drug_lines import Counted, check_room, count_units, with_waste
from scrubjay.drugs.job import Job, read
from scrubjay.drugs.look_up import beyond
from scrubjay.drugs.resolve import Product, resolve
from scrubjay.drugs.stated import (
    container_of,
    dose_in,
    labels_in,
    setting_of,
    stated_container,
    stated_dose,
    stated_ndc,
)
from scrubjay.errors import UsageError
from scrubjay.quantity import MG, Dimension, Quantity, plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from scrubjay.drugs.waste import DiscardRule, SettingRule
    from scrubjay.reference import Reference


_EACH_LINE = "1"
"""MUE adjudication indicator that compares each line, whatever the payer sums."""


def work_out_units(
    request: UnitsRequest, reference: Reference, as_of: date, discard_rule: DiscardRule
) -> UnitsAnswer:
    """Work out units, waste, NDC quantity and administration of one dose.

    Args:
        request: the dose and what is known around it.
        reference: codes, billing units, packages, limits, status.
        as_of: the day of the run; later-known facts are not used.
        discard_rule: what the payer asks of JW and JZ that day.

    Returns:
        Lines with steps and warnings; or no line and a refusal. Never raises for what a user typed.
    """
    job = Job(request, Catalog(reference, as_of), discard_rule)
    later = beyond(request.on, as_of)
    if later:
        job.warn("service-date-in-future", later)
    try:
        lines = _lines(job)
    except RefusedError as refused:
        return UnitsAnswer((), refused.refusal, tuple(job.steps), tuple(job.warnings))
    except UsageError as error:
        return UnitsAnswer((), Refusal(error.one_line()), tuple(job.steps), tuple(job.warnings))
    return UnitsAnswer(tuple(lines), None, tuple(job.steps), tuple(job.warnings))


def _lines(job: Job) -> list[AnswerLine]:
    request = job.request
    stated = stated_dose(job)
    setting = setting_of(job)
    is_single_dose = stated_container(job)
    route = read(administration.parse_route, request.route, "route") if request.route else None
    if request.minutes is not None and request.minutes <= 0:
        raise RefusedError("The minutes must be positive, greater than zero.", "minutes")
    ndc11, ndc_rows = stated_ndc(job)
    products = resolve(
        job.catalog, job.on, drug=request.drug, code=request.code, ndc_rows=ndc_rows, route=route
    )
    first = products[0]
    _say_name(job, first)
    # The crosswalk speaks for the lines only where it gives the NDC to one of these codes.
    codes = {p.code for p in products}
    own_row = next((r for r in ndc_rows if r["hcpcs"] in codes), None)
    if ndc_rows and own_row is None:
        check_drug(job, first, ndc_rows)
        ndc11 = None
    dose = dose_in(job, stated, first, own_row)
    labels = labels_in(job, first, own_row)
    own_product = next((p for p in products if own_row and p.code == own_row["hcpcs"]), first)
    check_vials(job, labels, own_product, own_row)
    choices = count_units(job, products, dose, labels)
    check_room(dose, labels, first)
    is_single_dose = container_of(job, is_single_dose, first, own_row)
    drug_lines = with_waste(job, Counted(choices, products, dose, labels), is_single_dose, setting)
    drug_lines = [_with_ndc(job, line, ndc11, own_row) for line in drug_lines]
    _check_mue(job, drug_lines, setting)
    if job.rule.ndc_required and not job.request.ndc:
        job.warn("missing-ndc", "This payer wants the NDC, its quantity and unit on drug lines.")
    given = administration.Given(
        first.drug,
        first.routes,
        first.administration_class,
        route,
        request.minutes,
        Quantity(dose, first.unit.unit).to(MG).amount
        if first.unit.unit.dimension is Dimension.MASS
        else None,
        first.use_confidence,
    )
    administered = administration.administer(given, job.catalog.rows("administration", job.on))
    job.steps.extend(administered.steps)
    job.warnings.extend(administered.warnings)
    return [*drug_lines, *administered.lines]


def _say_name(job: Job, product: Product) -> None:
    """Note how a brand, a short form or a listed misspelling was read."""
    text = (job.request.drug or "").strip()
    if not text or product.drug is None or squash(text) in (squash(product.drug), squash(product.code)):
        return
    row = job.catalog.listed_name(text)
    kind = ", a listed misspelling," if row and row["name_kind"] == "misspelling" else ""
    mark = f"starter set [{product.use_confidence}]" if product.use_confidence else None
    source = provenance(row).one_line() if row else mark
    job.say(f'"{text[:60]}"{kind} is read as {product.drug}.', value=product.drug, source=source)


def _with_ndc(job: Job, line: AnswerLine, ndc11: str | None, row: dict[str, Any] | None) -> AnswerLine:
    if ndc11 is None:
        return line
    if row is None or line.hcpcs != row["hcpcs"] or not row["units_per_item"] or not row["package_size"]:
        return replace(line, ndc=ndc11)
    size, per_item = Fraction(row["package_size"]), Fraction(row["units_per_item"])
    exact = ndc.ndc_quantity(int(line.units), size, per_item)
    quantity, is_exact = ndc.to_claim_decimals(exact)
    job.say(
        "NDC quantity: units x package size / units in one item"
        + ("." if is_exact else f", rounded to {ndc.MOST_DECIMALS} decimals."),
        f"{line.units} x {plain(size)} / {plain(per_item)} = {plain(exact)}",
        plain(quantity),
        provenance(row).one_line(),
    )
    if row["ndc_billing_unit"] and row["ndc_unit_confidence"] in UNVERIFIED:
        mark = f"[{row['ndc_unit_confidence']}, unverified]"
        job.say(f"Its unit is thought to be {row['ndc_billing_unit']}.", source=f"form of the product {mark}")
    return replace(line, ndc=ndc11, ndc_quantity=plain(quantity), ndc_unit=row["ndc_billing_unit"])


def _check_mue(job: Job, lines: Sequence[AnswerLine], setting: SettingRule) -> None:
    tables = job.rule.mue_tables
    if tables is None or setting.claim_kind is None:
        job.say("No MUE is compared: that this payer uses MUE in this setting is not known.")
        return
    table = tables.get(setting.claim_kind)
    for code in dict.fromkeys(line.hcpcs for line in lines):
        row = job.catalog.row("mue", job.on, hcpcs=code, mue_setting=table) if table else None
        if row is None or row["mue_value"] is None:
            job.say(f"No MUE of {code} for this payer on {job.on} is in the reference.")
            continue
        counts = [int(line.units) for line in lines if line.hcpcs == code]
        is_day = job.rule.mue_sums_day is not False and str(row["mue_mai"]) != _EACH_LINE
        total = sum(counts) if is_day else max(counts)
        most, source = int(row["mue_value"]), provenance(row).one_line()
        what = "the day's units" if is_day else "the units of a line"
        job.say(
            f"Medically unlikely edit of {code}: {what} against it.",
            f"{total} {'>' if total > most else '<='} {most}",
            source=source,
        )
        why = f" ({row['mue_rationale']})" if row["mue_rationale"] else ""
        if total > most:
            job.warn("units-exceed-mue", f"{total} units of {code} exceed its MUE of {most}{why}, {source}.")
        if most == 0:
            job.warn("code-not-payable", f"The MUE of {code} is 0{why}: no unit is payable.")
