"""The faults that are seeded: one table, a recipe per row, at least one for each error that an 837 can show.

The first mark is the edit that the recipe is about. A further mark needs a reason: what the change also says.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from scrubjay.testing.claim_specs import BillingSpec
from scrubjay.testing.corpus.beside import ELIGIBILITY, ENDED_NDC, LATER_NDC
from scrubjay.testing.corpus.model import (
    SPRING_2025,
    Mark,
    Recipe,
    added,
    both,
    in_place_of,
    line,
    on_claim,
    on_line,
)
from scrubjay.testing.corpus.visits import (
    DEPO_40,
    DEPO_80,
    DEPO_MULTI,
    INJECTION,
    SMALL,
    SOLU_125,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrubjay.testing.claim_specs import ClaimSpec


def _fault(
    name: str,
    visit: str,
    change: Callable[[ClaimSpec], ClaimSpec],
    edit: str,
    *lines: int | None,
    also: tuple[Mark, ...] = (),
    days: tuple[date, date] | None = None,
    copies: int = 0,
    is_claim_wide: bool = False,
    again: Callable[[ClaimSpec], ClaimSpec] | None = None,
    beside: Callable[[ClaimSpec], tuple[str, str]] | None = None,
) -> Recipe:
    """A row of the table; without lines the edit judges the claim as a whole."""
    marks = (Mark(edit, lines or (None,)), *also)
    return Recipe(name, visit, change, marks, days, copies, is_claim_wide, again, beside)


def _lapsed(claim: ClaimSpec) -> tuple[str, str]:
    """An answer that coverage is not active from the day of the claim on."""
    who = claim.subscriber
    return ELIGIBILITY, f"{who.member_id},inactive,{claim.lines[0].service_from},,{who.birth_date}"


def _old_member_id(claim: ClaimSpec) -> ClaimSpec:
    # Of its own for each patient, so that no two patients become one.
    return replace(claim, subscriber=replace(claim.subscriber, member_id=f"1{claim.claim_id[1:]:0>8}A"))


def _one_dollar_over(claim: ClaimSpec) -> ClaimSpec:
    total = sum((Decimal(one.charge) for one in claim.lines), Decimal(1))
    return replace(claim, charge=total)


_STRUCTURE = (
    _fault("a line without date", "push", on_line(1, service_from=None), "missing-service-date", 1),
    _fault("a line dated next year", "push", both(on_line(1, service_from=date(2025, 8, 1)), on_line(2, service_from=date(2025, 8, 1))),
           "service-date-in-future", 1, 2),
    _fault("total one dollar over", "push", _one_dollar_over,
           "charge-total-mismatch", is_claim_wide=True),
    _fault("no diagnosis", "push", both(on_claim(diagnoses=()), on_line(1, pointers=()), on_line(2, pointers=())), "missing-diagnosis"),
    _fault("pointer to a third diagnosis of one", "push", on_line(1, pointers=("3",)), "diagnosis-pointer-out-of-range", 1),
    _fault("a line that points nowhere", "injection", on_line(2, pointers=()), "diagnosis-pointer-out-of-range", 2),
    _fault("check digit of the billing NPI", "push", on_claim(billing=BillingSpec(npi="1345678911")), "invalid-npi", is_claim_wide=True),
    _fault("check digit of the rendering NPI", "injection", on_claim(rendering_npi="1456789127"), "invalid-npi", is_claim_wide=True),
    _fault("nine digits for an NPI", "knee", on_line(1, ordering_npi="145678912"), "invalid-npi"),
    _fault("place of service that is not assigned", "push", on_claim(place="80"), "invalid-place-of-service", 1, 2),
    _fault("place of one line that is not assigned", "injection", on_line(1, place="87"), "invalid-place-of-service", 1),
    _fault("replacement without the original's number", "commercial injection", on_claim(frequency="7"),
           "replacement-without-original-reference"),
    _fault("replacement sent to Medicare Part B", "push", on_claim(frequency="7", original_reference="ICN1"),
           "frequency-code-not-accepted", is_claim_wide=True),
    _fault("void sent to Medicare Part B", "injection", on_claim(frequency="8", original_reference="ICN1"), "frequency-code-not-accepted"),
    _fault("JZ twice", "push", on_line(1, modifiers="JZ JZ"), "duplicate-modifier", 1),
    _fault("25 twice", "visit and injection", on_line(1, modifiers="25 25"), "duplicate-modifier", 1),
    _fault("no units", "push", on_line(1, units="0"), "units-not-positive-whole", 1),
    _fault("half a unit", "push", on_line(1, units="12.5", ndc_quantity="0.5"), "units-not-positive-whole", 1),
    _fault("over Medicare's dollar field", "push", on_line(1, charge="120000.00"), "charge-over-payer-limit"),
    _fault("unlisted drug without a name", "injection", in_place_of((1,), line("J3490", 1, "JZ", ndc="12345678901", ndc_quantity="1")),
           "unlisted-drug-without-description", 1),
    _fault("an old member id", "push", _old_member_id, "invalid-member-id", is_claim_wide=True),
)  # fmt: skip

_CODES = (
    _fault("a number that no edition lists", "push", on_line(1, hcpcs="J2918", ndc=None), "code-not-in-code-set", 1),
    _fault("a letter for a digit", "injection", on_line(1, hcpcs="J29I9", ndc=None), "code-not-in-code-set", 1),
    _fault("J2919 before its first day", "push", lambda c: c, "code-not-yet-effective", 1, days=(date(2024, 3, 21), date(2024, 3, 31))),
    _fault("J1030 after its last day", "injection", on_line(1, hcpcs="J1030", units="1", ndc=None), "code-expired", 1),
    _fault("J2930 after its last day", "push", on_line(1, hcpcs="J2930", units="1", ndc=None), "code-expired", 1),
    _fault("acetate in the text, succinate in the code", "injection", on_line(1, description="DEPO-MEDROL 40 MG", ndc=None),
           "code-drug-mismatch", 1),
    _fault("unlisted code for a drug that has a code", "push",
           on_line(1, hcpcs="J3490", units="1", description="SOLU-MEDROL 125 MG"), "unlisted-code-though-specific-exists", 1),
    _fault("amitriptyline code for methylprednisolone", "injection",
           on_line(1, hcpcs="J1320", units="1", description="METHYLPREDNISOLONE SODIUM SUCC 40 MG"), "code-drug-mismatch", 1,
           also=(
               Mark("ndc-not-for-code", (1,), "the NDC stays that of methylprednisolone, which bills under J2919"),
               Mark("code-not-payable", (1,), "the MUE of J1320 is 0: the drug is discontinued"),
           )),
    _fault("a code that Medicare does not pay", "injection", on_line(1, hcpcs="J1320", units="1", modifiers="", ndc=None),
           "code-not-payable", 1),
    _fault("a modifier that does not exist", "push", on_line(1, modifiers="JZ Z9"), "modifier-not-in-code-set", 1),
)  # fmt: skip

_UNITS = (
    _fault("above the MUE on one line", "infliximab", on_line(1, units="160", ndc_quantity="16"), "units-exceed-mue", 1),
    _fault("above the MUE together with the discarded units", "infliximab with waste",
           both(on_line(1, units="147", ndc_quantity="14.7"), on_line(2, units="13", ndc_quantity="1.3")), "units-exceed-mue", 1, 2),
    _fault("one day on two claims, above the MUE together", "infliximab", on_line(1, units="100", ndc_quantity="10"),
           "day-units-exceed-mue", 1, again=both(in_place_of((2,)), on_line(1, units="60", ndc_quantity="6"))),
    _fault("20 units of 125 mg", "push", on_line(1, units="20", ndc=None, description="METHYLPREDNISOLONE SOD SUCC 125 MG"),
           "units-disagree-with-dose", 1),
    _fault("two vials in the NDC quantity, units of one", "push", on_line(1, ndc_quantity="2"), "units-disagree-with-ndc-quantity", 1),
    _fault("units of two vials, one in the NDC quantity", "injection", on_line(1, units="16"), "units-disagree-with-ndc-quantity", 1),
)  # fmt: skip

_DISCARDED = (
    _fault("neither JW nor JZ", "push", on_line(1, modifiers=""), "missing-discarded-drug-modifier", 1),
    _fault("no JZ on infliximab", "infliximab", on_line(1, modifiers=""), "missing-discarded-drug-modifier", 1),
    _fault("no JZ in the hospital", "hospital push", on_line(1, modifiers=""), "missing-discarded-drug-modifier", 1),
    _fault("JW and JZ on one line", "push", on_line(1, modifiers="JW JZ"), "jw-and-jz-on-one-line", 1),
    _fault("a JW line alone", "push", on_line(1, units="12", modifiers="JW", ndc_quantity="0.48"),
           "discarded-line-without-administered-line", 1),
    _fault("JZ beside JW", "push with waste", on_line(1, modifiers="JZ"), "jz-beside-discarded-line", 1),
    _fault("JZ on a multi-dose vial", "injection",
           in_place_of((1,), line("J1010", 40, "JZ", ndc=DEPO_MULTI, ndc_quantity="0.5", ndc_unit="ML")),
           "discarded-modifier-on-multi-dose", 1),
    _fault("more than the vial held", "push with waste", on_line(2, units="15", ndc_quantity="0.48"),
           "discarded-units-exceed-container", 2,
           also=(Mark("units-disagree-with-ndc-quantity", (2,), "0.48 of the vial are 12 units, 15 are billed"),)),
    _fault("JW of an up-to code that covers the vial", "push",
           in_place_of((1,), line("J2930", 1, ndc=SOLU_125, ndc_quantity="1"), line("J2930", 1, "JW", ndc=SOLU_125, ndc_quantity="1")),
           "discarded-amount-below-one-unit", 2, days=(date(2024, 3, 21), date(2024, 3, 31))),
    _fault("JW on the injection", "injection", on_line(2, modifiers="JW"), "discarded-modifier-on-service-line", 2),
    _fault("JZ on the push", "push", on_line(2, modifiers="JZ"), "discarded-modifier-on-service-line", 2),
)  # fmt: skip

_NDC = (
    _fault("Medicaid without NDC", "Medicaid injection", on_line(1, ndc=None), "missing-ndc", 1),
    _fault("unlisted drug without NDC", "injection", in_place_of((1,), line("J3490", 1, "JZ", description="PHENOL 5 MG")), "missing-ndc", 1),
    _fault("nine digits", "Medicaid push", on_line(1, ndc="009004722"), "malformed-ndc", 1),
    _fault("a letter in the NDC", "Medicaid injection", on_line(1, ndc="0000930730A"), "malformed-ndc", 1),
    _fault("ten digits without hyphens", "Medicaid push", on_line(1, ndc="1234567890"), "ambiguous-ndc", 1),
    _fault("NDC of the acetate under the succinate", "injection", on_line(1, ndc=DEPO_40, ndc_unit="ML"), "ndc-not-for-code", 1,
           also=(Mark("code-drug-mismatch", (1,), "the NDC names another salt than the code"),)),
    _fault("milligrams as NDC unit", "Medicaid push", on_line(1, ndc_quantity="125", ndc_unit="ME"), "ndc-unit-not-accepted", 1),
    _fault("an NDC after its last day on the market", "push", on_line(1, ndc=ENDED_NDC), "ndc-not-marketed", 1),
    _fault("an NDC before its first day on the market", "Medicaid push", on_line(1, ndc=LATER_NDC), "ndc-not-marketed", 1),
    _fault("NDC without quantity", "Medicaid push", on_line(1, ndc_quantity=None), "ndc-quantity-not-positive", 1),
    _fault("four decimals in the NDC quantity", "Medicaid injection", on_line(1, ndc_quantity="1.0001"), "ndc-quantity-not-positive", 1),
)  # fmt: skip

_MODIFIERS = (
    _fault("25 on the drug", "visit and injection", on_line(3, modifiers="25 JZ"), "visit-modifier-on-drug-line", 3),
    _fault("visit with a knee injection and no 25", "visit and knee", on_line(1, modifiers=""), "visit-without-25", 1),
    _fault("visit with an injection and no 25", "visit and injection", on_line(1, modifiers=""), "visit-without-25", 1),
    _fault("a side on the drug", "knee", on_line(2, modifiers="RT JZ"), "laterality-on-systemic-drug", 2),
    _fault("59 and XS on one line", "knee", added(line("96372", 1, "59 XS"), SMALL), "distinct-service-modifiers-combined", 3),
    _fault("JA with a subcutaneous injection", "injection", in_place_of((1,), line("J3262", 162, "JA JZ")), "route-modifier-conflict", 1,
           also=(Mark("route-conflict", (1,), "JA says intravenous, and the only administration of the day is an injection"),)),
    _fault("JG after 2024", "push", on_line(1, modifiers="JG JZ"), "340b-modifier-wrong-for-date", 1, days=SPRING_2025),
    _fault("GA with GZ", "push", on_line(1, modifiers="JZ GA GZ"), "liability-modifiers-conflict", 1),
    _fault("GX without GY", "injection", on_line(1, modifiers="JZ GX"), "liability-modifiers-conflict", 1),
)  # fmt: skip

_ADMINISTRATION = (
    _fault("acetate by push", "push", in_place_of((1,), line("J1010", 80, "JZ", ndc=DEPO_80, ndc_quantity="1", ndc_unit="ML")),
           "route-conflict", 1),
    _fault("succinate into a knee", "knee", in_place_of((2,), SMALL), "route-conflict", 2),
    _fault("infusion and push, both initial", "push", added(line("J1200", 1, "JZ"), line("96365")), "several-initial-services", 4,
           also=(Mark("pair-needs-modifier", (2,), "96374 is column 2 of 96365, indicator 1"),)),
    _fault("two hours in the text, one in the codes", "infliximab", on_line(1, notes=("INFUSED 150 MIN",)), "infusion-time-disagrees", 2),
    _fault("vaccine with a drug injection", "injection", in_place_of((1,), line("90686")), "vaccine-administration-mismatch", 1),
    _fault("drug with a vaccine administration", "injection", in_place_of((2,), line("90471")), "vaccine-administration-mismatch", 1),
    _fault("repeated push in an office", "push", added(line("96376")), "repeat-push-in-office", 3,
           also=(Mark("code-not-payable", (3,), "the MUE of 96376 is 0 for practitioners"),)),
)  # fmt: skip

_PAIRS = (
    _fault("nurse visit with 25", "visit and injection", on_line(1, hcpcs="99211"), "pair-never-payable", 1),
    _fault("knee and muscle", "knee", added(INJECTION, SMALL), "pair-needs-modifier", 3),
    _fault("further push without a first", "push", on_line(2, hcpcs="96375"), "add-on-without-primary", 2),
    _fault("further hour without a first", "infliximab", on_line(2, hcpcs="96415"), "add-on-without-primary", 2),
)  # fmt: skip

_DIAGNOSES = (
    _fault("a diagnosis of the next year", "push", on_claim(diagnoses=("L500", "G35A")), "diagnosis-not-valid-on-date"),
    _fault("a header of three characters", "knee", on_claim(diagnoses=("M17",)), "diagnosis-not-specific"),
    _fault("a header of four characters", "push", on_claim(diagnoses=("L500", "M171")), "diagnosis-not-specific"),
    _fault("the other knee", "knee", on_line(1, modifiers="LT"), "laterality-conflict", 1),
)  # fmt: skip

_OTHER = (
    _fault("professional drug in a hospital clinic", "push", on_claim(place="22"), "professional-drug-in-facility", 1, 2),
    _fault("professional drug of an inpatient", "push", on_claim(place="21"), "inpatient-drug", 1,
           also=(Mark("professional-drug-in-facility", (1, 2), "place 21 is a facility, where the hospital bills both"),)),
    _fault("one line twice", "push", added(line("J2919", 25, "JZ", ndc=SOLU_125, ndc_quantity="1")), "duplicate-line", 3),
    _fault("one claim twice", "visit and injection", lambda c: c, "duplicate-claim", 1, 2, 3, copies=1),
    _fault("two administered lines at Blue Cross NC", "Blue Cross NC injection",
           added(line("J2919", 25, ndc=SOLU_125, ndc_quantity="1")), "several-administered-lines", 1),
    _fault("a year and a day late", "visit only", lambda c: c, "timely-filing-passed", days=(date(2024, 1, 8), date(2024, 3, 15))),
)  # fmt: skip

_COVERAGE = (
    _fault("no authorization where the payer asks for one", "toxin with authorization", on_line(1, prior_authorization=None),
           "authorization-missing", 1),
    _fault("an authorization that had ended", "toxin with authorization", on_line(1, prior_authorization="PA-PAST"),
           "authorization-not-valid", 1),
    _fault("an authorization of another drug", "toxin with authorization", on_line(1, prior_authorization="PA-OTHER"),
           "authorization-not-valid", 1),
    _fault("one unit more than was authorized", "toxin with authorization", on_line(1, prior_authorization="PA-FEW"),
           "authorization-units-exceeded", 1),
    _fault("coverage that had lapsed", "commercial injection", lambda c: c, "coverage-not-active", beside=_lapsed),
    _fault("coverage of Medicare that had lapsed", "visit only", lambda c: c, "coverage-not-active", beside=_lapsed),
    _fault("a diagnosis that the plan does not list", "infliximab at a plan with diagnoses", on_claim(diagnoses=("L500",)),
           "diagnosis-not-covered", 1),
    _fault("bought drug in a hospital that must get it from a pharmacy", "palm injection with authorization", on_claim(place="22"),
           "drug-not-on-this-benefit", 1),
    _fault("neither JA nor JB at Blue Cross NC", "Blue Cross NC filgrastim", on_line(1, modifiers="JZ"), "route-modifier-missing", 1),
    _fault("darbepoetin without the cause of the anemia", "darbepoetin", on_line(1, modifiers="JZ"), "esa-anemia-modifier", 1),
    _fault("darbepoetin with two causes", "darbepoetin", on_line(1, modifiers="EA EC JZ"), "esa-anemia-modifier", 1),
)  # fmt: skip

RECIPES: tuple[Recipe, ...] = (
    *_STRUCTURE,
    *_CODES,
    *_UNITS,
    *_DISCARDED,
    *_NDC,
    *_MODIFIERS,
    *_ADMINISTRATION,
    *_PAIRS,
    *_DIAGNOSES,
    *_OTHER,
    *_COVERAGE,
)


NOT_SEEDED: dict[str, str] = {}
"""Errors without a recipe, and why."""
