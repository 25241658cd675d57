"""From one dose to the lines to bill, with every step shown; or a refusal that says what is missing."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from scrubjay.drugs import administration, ndc
from scrubjay.drugs.answers import (
    UNVERIFIED,
    AnswerLine,
    AnswerWarning,
    Refusal,
    RefusedError,
    Step,
    UnitsAnswer,
    UnitsRequest,
    provenance,
)
from scrubjay.drugs.catalog import Catalog
from scrubjay.drugs.quantity import (
    MG,
    Dimension,
    Dose,
    Quantity,
    Strength,
    container_strength,
    parse_container,
    parse_dose,
    parse_weight_kg,
    plain,
)
from scrubjay.drugs.resolve import (
    Choice,
    Product,
    choose,
    mismatch_warning,
    quantity_text,
    resolve,
    wider_unit_note,
)
from scrubjay.drugs.units import billing_units, discarded_units
from scrubjay.drugs.vials import least_waste_plan, unneeded_vials
from scrubjay.drugs.waste import (
    DiscardRule,
    SettingRule,
    decide,
    default_discard_rule,
    is_excluded_class,
    known_settings,
    setting_rule,
)
from scrubjay.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from scrubjay.reference import Reference

_T = TypeVar("_T")
_CONTAINERS = {
    "single-dose": True, "single dose": True, "single-use": True, "sdv": True,
    "multi-dose": False, "multi dose": False, "multiple-dose": False, "mdv": False,
}  # fmt: skip
_MODIFIER_MISSING = "missing-discarded-drug-modifier"


def work_out_units(
    request: UnitsRequest, reference: Reference, as_of: date, discard_rule: DiscardRule | None = None
) -> UnitsAnswer:
    """Work out units, waste, NDC quantity and administration of one dose.

    Args:
        request: the dose and what is known around it.
        reference: codes, billing units, packages, limits, status.
        as_of: the day of the run; later-known facts are not used.
        discard_rule: what the payer asks of JW and JZ that day; the shipped rule if null.

    Returns:
        Lines with steps and warnings; or no line and a refusal. Never raises for what a user typed.
    """
    rule = discard_rule or default_discard_rule(request.payer, request.on)
    work = _Work(request, Catalog(reference, as_of), rule)
    try:
        lines = work.lines()
    except RefusedError as refused:
        return UnitsAnswer((), refused.refusal, tuple(work.steps), tuple(work.warnings))
    except UsageError as error:
        return UnitsAnswer((), Refusal(error.one_line()), tuple(work.steps), tuple(work.warnings))
    return UnitsAnswer(tuple(lines), None, tuple(work.steps), tuple(work.warnings))


def _read(parse: Callable[[str], _T], text: str, missing: str) -> _T:
    try:
        return parse(text)
    except UsageError as error:
        raise RefusedError(error.one_line(), missing) from error


class _Counted(NamedTuple):
    """The dose in units: codes chosen, codes there were, the dose, and the vials' labels."""

    choices: Sequence[Choice]
    products: Sequence[Product]
    dose: Fraction
    labels: Sequence[Fraction]


class _Work:
    """One request on its way: collects steps and warnings in the order in which they arise."""

    def __init__(self, request: UnitsRequest, catalog: Catalog, rule: DiscardRule) -> None:
        self.request = request
        self.catalog = catalog
        self.rule = rule
        self.on = request.on
        self.steps: list[Step] = []
        self.warnings: list[AnswerWarning] = []

    def say(
        self, text: str, formula: str | None = None, value: str | None = None, source: str | None = None
    ) -> None:
        self.steps.append(Step(text, formula, value, source))

    def warn(self, edit: str, message: str) -> None:
        self.warnings.append(AnswerWarning(edit, message))

    def lines(self) -> list[AnswerLine]:
        request = self.request
        stated = _read(parse_dose, request.dose, "dose unit")
        setting = self._setting()
        is_single_dose = self._container_stated()
        route = _read(administration.parse_route, request.route, "route") if request.route else None
        if request.minutes is not None and request.minutes <= 0:
            raise RefusedError("The minutes must be positive, greater than zero.", "minutes")
        ndc11, ndc_row = self._ndc()
        products = resolve(self.catalog, self.on, drug=request.drug, code=request.code, ndc_row=ndc_row)
        first = products[0]
        # The crosswalk speaks for the lines only where it gives the NDC to one of these codes.
        own_row = ndc_row if ndc_row and any(p.code == ndc_row["hcpcs"] for p in products) else None
        if ndc_row and own_row is None:
            self.warnings.append(mismatch_warning(first, ndc_row))
        dose = self._dose(stated, first, own_row)
        labels = self._labels(first, own_row)
        choices = self._count(products, dose)
        self._check_room(dose, labels, first)
        is_single_dose = self._container(is_single_dose, first, own_row)
        drug_lines = self._with_waste(_Counted(choices, products, dose, labels), is_single_dose, setting)
        drug_lines = [self._with_ndc(line, ndc11, own_row) for line in drug_lines]
        self._check_mue(drug_lines, setting)
        if self.rule.ndc_required and not ndc11:
            self.warn("missing-ndc", "This payer wants the NDC, its quantity and unit on drug lines.")
        given = administration.Given(
            first.drug,
            first.routes,
            first.administration_class,
            route,
            request.minutes,
            Quantity(dose, first.unit.unit).to(MG).amount
            if first.unit.unit.dimension is Dimension.MASS
            else None,
        )
        administered = administration.administer(given, self.catalog.rows("administration", self.on))
        self.steps.extend(administered.steps)
        self.warnings.extend(administered.warnings)
        return [*drug_lines, *administered.lines]

    # What was stated -------------------------------------------------------------------------

    def _setting(self) -> SettingRule:
        name = self.request.setting.strip().lower()
        rule = setting_rule(name)
        if rule is None:
            raise RefusedError(
                f"The setting is not known; use one of {', '.join(known_settings())}.", "setting"
            )
        if rule.is_part_a:
            text = (
                f"The setting is {name}: an inpatient drug is part of the inpatient (Part A, DRG) payment, so there is "
                "no Part B line for it or for giving it."
            )
            self.warn("inpatient-drug", text)
            self.say(text, source=rule.source)
            raise RefusedError(text)
        return rule

    def _container_stated(self) -> bool | None:
        text = self.request.container
        if text is None:
            return None
        known = _CONTAINERS.get(text.strip().lower())
        if known is None:
            raise RefusedError("The container is neither single-dose nor multi-dose.", "container")
        return known

    def _ndc(self) -> tuple[str | None, dict[str, Any] | None]:
        if not self.request.ndc:
            return None, None
        parsed = _read(lambda t: ndc.parse_ndc(t, self.catalog.is_known_ndc), self.request.ndc, "ndc")
        self.say(f"The NDC, sent as {parsed.form}, is {ndc.hyphened(parsed.ndc11)}.", value=parsed.ndc11)
        row = self.catalog.row("ndc", self.on, ndc=parsed.ndc11)
        if row is None:
            self.warn(
                "ndc-not-in-directory",
                "This NDC is not in the loaded crosswalk on this day, so its quantity and unit are not worked out.",
            )
        return parsed.ndc11, row

    def _dose(self, stated: Dose, product: Product, ndc_row: dict[str, Any] | None) -> Fraction:
        quantity = stated.quantity
        if stated.strength is not None:
            self.say(f"The stated volume of {stated.strength} holds {quantity}.", value=str(quantity))
        if stated.is_per_kg:
            if not self.request.weight:
                raise RefusedError(
                    "The dose is per kg of body weight and the weight was not given.", "weight"
                )
            weight = _read(parse_weight_kg, self.request.weight, "weight")
            total = Quantity(quantity.amount * weight, quantity.unit)
            self.say(
                "Dose per kg times body weight.",
                f"{quantity}/kg x {plain(weight)} kg = {total}",
                str(total),
            )
            quantity = total
        unit = product.unit.unit
        if quantity.unit.dimension is Dimension.VOLUME and unit.dimension is not Dimension.VOLUME:
            quantity = self._from_volume(quantity, product, ndc_row)
        converted = _read(lambda _: quantity.to(unit), "", "dose unit")
        if converted.unit != quantity.unit:
            self.say("The dose in the unit of the code.", f"{quantity} = {converted}", str(converted))
        return converted.amount

    def _from_volume(self, volume: Quantity, product: Product, ndc_row: dict[str, Any] | None) -> Quantity:
        strengths = {s for s in map(container_strength, self.request.vials) if s is not None}
        source = "the vial as stated"
        if not strengths and ndc_row and ndc_row["ndc_billing_unit"] == "ML" and ndc_row["package_size"]:
            per_ml = (
                Fraction(ndc_row["units_per_item"]) * product.unit.amount / Fraction(ndc_row["package_size"])
            )
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
        self.say("The volume times its strength.", f"{volume} x {strength} = {amount}", str(amount), source)
        return amount

    def _labels(self, product: Product, ndc_row: dict[str, Any] | None) -> list[Fraction]:
        labels: list[Fraction] = []
        for text in self.request.vials:
            for content in _read(parse_container, text, "vial"):
                is_volume = content.unit.dimension is Dimension.VOLUME
                if is_volume and product.unit.unit.dimension is not Dimension.VOLUME:
                    labels.append(self._from_volume(content, product, ndc_row).to(product.unit.unit).amount)
                else:
                    labels.append(content.to(product.unit.unit).amount)
        if labels:
            total = sum(labels, start=Fraction(0))
            self.say(
                "Labelled content of the vials opened.",
                f"{' + '.join(map(plain, labels))} = {plain(total)}",
                quantity_text(total, product),
                "as stated",
            )
        return labels

    def _container(
        self, stated: bool | None, product: Product, ndc_row: dict[str, Any] | None
    ) -> bool | None:
        if stated is not None:
            self.say(f"The container is {'single' if stated else 'multi'}-dose.", source="as stated")
            return stated
        row = self.catalog.row("containers", self.on, hcpcs=product.code)
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
                self.say(
                    f"The container of {what} is thought to be {kind}, unverified: confirm it.", source=source
                )
                continue
            self.say(f"The container of {what} is {kind}.", source=source)
            return kind == "single-dose"
        self.say("Whether the container is single-dose or multi-dose is not known.")
        return None

    # Units and waste -------------------------------------------------------------------------

    def _count(self, products: Sequence[Product], dose: Fraction) -> list[Choice]:
        choices = choose(products, dose)
        for choice in choices:
            product, amount = choice.product, choice.product.unit.amount
            self.say(
                f"In force on {self.on}: {product.label}{f', {product.drug}' if product.drug else ''}.",
                value=product.code,
                source=product.source.one_line(),
            )
            if len(choices) == 1:
                self.say(
                    "Dose divided by the unit, rounded up once.",
                    f"ceil({plain(dose)} / {plain(amount)}) = {choice.units}",
                    str(choice.units),
                )
        if len(choices) > 1:
            parts = " + ".join(f"{c.units} x {plain(c.product.unit.amount)}" for c in choices)
            self.say("The sizes of code that state the least above the dose.", f"{plain(dose)} <= {parts}")
        note = wider_unit_note(products, choices)
        if note:
            self.say(note)
        return choices

    def _check_room(self, dose: Fraction, labels: Sequence[Fraction], product: Product) -> None:
        label = sum(labels, start=Fraction(0))
        if labels and dose > label:
            raise RefusedError(
                f"The dose ({quantity_text(dose, product)}) is more than the vials hold "
                f"({quantity_text(label, product)}): list every vial that was opened; overfill above the label is "
                "never billable.",
                "vial",
            )

    def _with_waste(
        self, counted: _Counted, is_single_dose: bool | None, setting: SettingRule
    ) -> list[AnswerLine]:
        choices, products, dose, labels = counted
        product = choices[0].product
        plain_lines = [AnswerLine(c.product.code, str(c.units), (), "drug") for c in choices]
        pays = self._pays_separately(product.code, setting)
        decision = decide(
            self.rule,
            is_separately_payable=pays,
            is_single_dose=is_single_dose,
            is_excluded=is_excluded_class(product.administration_class),
        )
        self.say(f"Discarded-drug modifiers: {decision.reason}", source=self.rule.one_line())
        if decision.bills_discarded is False and decision.marks_none is False:
            return plain_lines
        if not labels:
            why = "the vials opened were not stated"
            self._warn_modifier(
                f"{why}, and the container type is not known" if is_single_dose is None else why
            )
            self._suggest(product, dose)
            return plain_lines
        waste = sum(labels, start=Fraction(0)) - dose
        discarded = self._discarded(choices, products, labels)
        self._show_discarded(choices, discarded, labels, waste)
        if is_single_dose:
            self._check_minimal(product, choices, dose, labels)
        if discarded and decision.bills_discarded:
            extra = [AnswerLine(c.product.code, str(c.units), ("JW",), "discarded") for c in discarded]
            return [*plain_lines, *extra]
        if not discarded and decision.marks_none:
            return [replace(line, modifiers=("JZ",)) for line in plain_lines]
        if (decision.bills_discarded if discarded else decision.marks_none) is None:
            self._warn_modifier(
                "the container type is not known"
                if is_single_dose is None
                else "the drug's payment status in this setting is not known"
                if pays is None
                else f"what this payer asks is not known ({self.rule.one_line()})"
            )
        return plain_lines

    def _discarded(
        self, choices: Sequence[Choice], products: Sequence[Product], labels: Sequence[Fraction]
    ) -> list[Choice]:
        """Discarded units: of the one code, or of the sizes that fit into what is left."""
        label = sum(labels, start=Fraction(0))
        if len(choices) == 1 and choices[0].product.qualifier != "exact":
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
        self,
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
        self.say(
            "What is left in the vials beyond the billed units, rounded down to whole units"
            + (
                "." if discarded or waste == 0 else ": less than one unit, so nothing is billed as discarded."
            ),
            f"floor(({plain(label)} - {billed}) / {smallest}) = {count}",
            count,
        )
        self.say(
            "Left over in all.",
            f"{plain(label)} - dose = {plain(waste)}",
            f"{plain(waste)} {unit.unit.symbol}",
        )

    def _warn_modifier(self, why: str) -> None:
        self.warn(
            _MODIFIER_MISSING,
            f"Neither JW nor JZ was put on the drug line, because {why}. What was thrown away is a statement about "
            "the record and is not guessed: give --vial and --container as on the label.",
        )

    def _pays_separately(self, code: str, setting: SettingRule) -> bool | None:
        if setting.drug_pays == "always":
            self.say(
                f"Setting {setting.setting}: the drug is paid apart from the service.", source=setting.source
            )
            return True
        if setting.drug_pays == "never":
            self.say(f"Setting {setting.setting}: the drug is not paid apart.", source=setting.source)
            return False
        if not self.rule.follows_medicare_status or setting.status_setting is None:
            return None
        row = self.catalog.row("status", self.on, hcpcs=code, status_setting=setting.status_setting)
        indicator = row["status_indicator"] if row else None
        if row is None or indicator is None:
            self.say(f"The {setting.setting} payment status of {code} on {self.on} is not in the reference.")
            return None
        self.say(
            f"Payment status of {code} in {setting.setting} on {self.on}: {indicator}.",
            value=str(indicator),
            source=provenance(row).one_line(),
        )
        if indicator in setting.packaged:
            self.warn(
                "drug-packaged",
                f"{code} has status {indicator} in {setting.setting} on {self.on}: no separate payment for the drug.",
            )
            return False
        if indicator in setting.not_payable:
            self.warn(
                "code-not-payable", f"{code} has status {indicator} in {setting.setting}: it is not paid."
            )
            return False
        return True if indicator in setting.payable else None

    def _sizes(self, product: Product) -> list[Fraction]:
        rows = self.catalog.rows("ndc", self.on, hcpcs=product.code)
        return [
            Fraction(r["units_per_item"]) * product.unit.amount
            for r in rows
            if r["units_per_item"] and r["container_type"] != "multi-dose" and product.qualifier == "exact"
        ]

    def _suggest(self, product: Product, dose: Fraction) -> None:
        plan = least_waste_plan(dose, self._sizes(product))
        if plan:
            self.say(
                "Of the sizes in the crosswalk, these would waste least; what was really opened decides.",
                " + ".join(map(plain, plan.sizes)),
                f"waste {quantity_text(plan.waste, product)}",
            )

    def _check_minimal(
        self, product: Product, choices: Sequence[Choice], dose: Fraction, labels: Sequence[Fraction]
    ) -> None:
        spare = unneeded_vials(dose, labels)
        if spare:
            self.warn(
                "waste-not-minimal", f"{spare} of the vials opened could have stayed closed for this dose."
            )
            return
        plan = least_waste_plan(dose, [*self._sizes(product), *labels])
        if plan is None or len(choices) > 1:
            return
        units, amount = billing_units(dose, product.unit.amount), product.unit.amount
        if discarded_units(plan.total, units, amount) < discarded_units(
            sum(labels, start=Fraction(0)), units, amount
        ):
            self.warn(
                "waste-not-minimal",
                f"Vials of {' + '.join(map(plain, plan.sizes))} {product.unit.unit.symbol} would have wasted "
                f"{quantity_text(plan.waste, product)} only.",
            )

    # NDC and limits --------------------------------------------------------------------------

    def _with_ndc(self, line: AnswerLine, ndc11: str | None, row: dict[str, Any] | None) -> AnswerLine:
        if ndc11 is None or (row is None and self.catalog.row("ndc", self.on, ndc=ndc11) is not None):
            return line
        if row is None or line.hcpcs != row["hcpcs"] or not row["units_per_item"] or not row["package_size"]:
            return replace(line, ndc=ndc11)
        size, per_item = Fraction(row["package_size"]), Fraction(row["units_per_item"])
        exact = ndc.ndc_quantity(int(line.units), size, per_item)
        quantity, is_exact = ndc.to_claim_decimals(exact)
        self.say(
            "NDC quantity: units x package size / units in one item"
            + ("." if is_exact else f", rounded to {ndc.MOST_DECIMALS} decimals."),
            f"{line.units} x {plain(size)} / {plain(per_item)} = {plain(exact)}",
            plain(quantity),
            provenance(row).one_line(),
        )
        if row["ndc_billing_unit"] and row["ndc_unit_confidence"] in UNVERIFIED:
            mark = f"[{row['ndc_unit_confidence']}, unverified]"
            self.say(
                f"Its unit is thought to be {row['ndc_billing_unit']}.", source=f"form of the product {mark}"
            )
        return replace(line, ndc=ndc11, ndc_quantity=plain(quantity), ndc_unit=row["ndc_billing_unit"])

    def _check_mue(self, lines: Sequence[AnswerLine], setting: SettingRule) -> None:
        if setting.mue_setting is None or not self.rule.follows_medicare_status:
            return
        for code in dict.fromkeys(line.hcpcs for line in lines):
            row = self.catalog.row("mue", self.on, hcpcs=code, mue_setting=setting.mue_setting)
            if row is None or row["mue_value"] is None:
                self.say(f"No MUE of {code} for {self.on} is in the reference.")
                continue
            total = sum(int(line.units) for line in lines if line.hcpcs == code)
            most, source = int(row["mue_value"]), provenance(row).one_line()
            self.say(f"Medically unlikely edit of {code}.", f"{total} against {most}", str(most), source)
            why = f" ({row['mue_rationale']})" if row["mue_rationale"] else ""
            if total > most:
                self.warn(
                    "units-exceed-mue", f"{total} units of {code} exceed its MUE of {most}{why}, {source}."
                )
            if most == 0:
                self.warn("code-not-payable", f"The MUE of {code} is 0{why}: no unit is payable.")
