"""Whole claims with one fault each, and the same claim put right, through `api.check`.

Each scenario is what a biller would call a textbook case. `fires` must fire on the claim; on its twin none
of them may fire or stay unevaluated, and `clear` may fire on neither.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scrubjay import api
from scrubjay.testing.x12 import BillingSpec, ClaimKind, ClaimSpec, LineSpec, PayerSpec, PersonSpec, make_837

if TYPE_CHECKING:
    from pathlib import Path

AUGUST = date(2024, 8, 20)
MEDICARE = PayerSpec()
HOSPITAL = PayerSpec("MEDICARE A", "MCARA", "MA")
MEDICAID = PayerSpec("STATE MEDICAID", "MCAID", "MC")
COMMERCIAL = PayerSpec("ACME INSURANCE", "ACME1", "CI")
SOLU_125, SOLU_40 = "00009004722", "00009003928"
DEPO_40, DEPO_80, DEPO_MULTI = "00009307301", "50090602400", "00009030602"

Line = dict[str, Any]


def line(hcpcs: str, units: str | int = 1, modifiers: str = "", **more: object) -> Line:
    return {"hcpcs": hcpcs, "units": str(units), "modifiers": tuple(modifiers.split()), **more}


def solu(
    units: str | int, modifiers: str = "JZ", ndc: str = SOLU_125, quantity: str | None = "1", **more: object
) -> Line:
    return line("J2919", units, modifiers, ndc=ndc, ndc_quantity=quantity, **more)


def depo(units: int, modifiers: str = "JZ", ndc: str = DEPO_40, quantity: str = "1", **more: object) -> Line:
    return line("J1010", units, modifiers, ndc=ndc, ndc_quantity=quantity, ndc_unit="ML", **more)


PUSH, INTRAMUSCULAR, KNEE = line("96374"), line("96372"), line("20610", 1, "RT")
FULL = solu(25)
SMALL = solu(8, ndc=SOLU_40)
JOINT = depo(80, ndc=DEPO_80)
IN_KNEE = {"diagnoses": ["M1711"]}


@dataclass(frozen=True)
class Scenario:
    """A claim with a fault, its twin without, and what differs from the ordinary office claim."""

    name: str
    fires: str
    lines: list[Line]
    twin: list[Line] | None = None
    clear: str = ""
    on: date = AUGUST
    as_of: date | None = None
    payer: PayerSpec = MEDICARE
    kind: ClaimKind = "professional"
    claim: dict[str, Any] = field(default_factory=dict)
    twin_claim: dict[str, Any] | None = None
    twin_on: date | None = None


def office(name: str, fires: str, lines: list[Line], twin: list[Line] | None = None, **more: Any) -> Scenario:
    return Scenario(name, fires, lines, twin, **more)


def hospital(
    name: str, fires: str, lines: list[Line], twin: list[Line] | None = None, **more: Any
) -> Scenario:
    more["claim"] = {"place": "13", **more.get("claim", {})}
    return Scenario(name, fires, lines, twin, payer=HOSPITAL, kind="institutional", **more)


PUSHED = line("96374", revenue_code="0260")
BAD_NPI = BillingSpec(npi="1345678911")

SCENARIOS = [
    # Claim structure
    office("line without date", "missing-service-date", [{**FULL, "service_from": None}, PUSH], [FULL, PUSH],
           clear="service-date-in-future administration-without-drug"),
    office("service after the day of the check", "service-date-in-future", [FULL, PUSH], [FULL, PUSH],
           as_of=date(2024, 8, 19), twin_on=date(2024, 8, 19)),
    office("total does not add up", "charge-total-mismatch", [FULL, PUSH], clear="invalid-npi",
           claim={"charge": "250"}, twin_claim={}),
    office("no diagnosis", "missing-diagnosis", [{**FULL, "pointers": ()}, {**PUSH, "pointers": ()}], [FULL, PUSH],
           claim={"diagnoses": []}, twin_claim={}),
    office("pointer to a third diagnosis of one", "diagnosis-pointer-out-of-range", [{**FULL, "pointers": ("3",)}, PUSH],
           [FULL, PUSH], clear="missing-diagnosis"),
    office("check digit of the NPI", "invalid-npi", [FULL, PUSH], claim={"billing": BAD_NPI}, twin_claim={}),
    office("place of service that is not assigned", "invalid-place-of-service", [FULL, PUSH],
           claim={"place": "80"}, twin_claim={"place": "49"}),
    office("replacement without the original's number", "replacement-without-original-reference", [SMALL, INTRAMUSCULAR],
           payer=COMMERCIAL, clear="frequency-code-not-accepted", claim={"frequency": "7"},
           twin_claim={"frequency": "7", "original_reference": "ICN1"}),
    office("replacement sent to Medicare Part B", "frequency-code-not-accepted", [FULL, PUSH],
           clear="replacement-without-original-reference", claim={"frequency": "7", "original_reference": "ICN1"},
           twin_claim={}),
    office("JZ twice", "duplicate-modifier", [solu(25, "JZ JZ"), PUSH], [FULL, PUSH],
           clear="missing-discarded-drug-modifier jw-and-jz-on-one-line"),
    office("no units", "units-not-positive-whole", [solu(0), PUSH], [FULL, PUSH],
           clear="units-disagree-with-ndc-quantity"),
    office("half a unit", "units-not-positive-whole", [solu("12.5", quantity="0.5"), PUSH], [FULL, PUSH]),
    office("over Medicare's dollar field", "charge-over-payer-limit", [{**FULL, "charge": "120000"}, PUSH],
           [{**FULL, "charge": "99899.99"}, PUSH], clear="charge-total-mismatch"),
    office("unlisted drug without a name", "unlisted-drug-without-description missing-ndc",
           [line("J3490", 1, "JZ"), INTRAMUSCULAR],
           [line("J3490", 1, "JZ", ndc="12345678901", ndc_quantity="1", description="PHENOL 5 MG"), INTRAMUSCULAR]),
    office("an old member id", "invalid-member-id", [FULL, PUSH], claim={"subscriber": PersonSpec(member_id="123456789A")},
           twin_claim={}),
    # Code identity
    office("a number that no edition lists", "code-not-in-code-set", [line("J2918", 25, "JZ"), PUSH], [FULL, PUSH],
           clear="code-expired code-not-yet-effective administration-without-drug"),
    office("letter I for a digit", "code-not-in-code-set", [line("J29I9", 25, "JZ"), PUSH], [FULL, PUSH],
           clear="discarded-modifier-on-service-line administration-without-drug"),
    office("J2919 in March, checked in March", "code-not-yet-effective", [FULL, PUSH], [FULL, PUSH],
           on=date(2024, 3, 15), twin_on=date(2024, 4, 1), clear="code-not-in-code-set code-expired"),
    office("J1030 in May", "code-expired", [line("J1030", 1, "JZ"), INTRAMUSCULAR],
           [line("J1010", 40, "JZ"), INTRAMUSCULAR], on=date(2024, 5, 1), clear="code-not-in-code-set"),
    office("acetate in the text, succinate in the code", "code-drug-mismatch",
           [line("J2919", 8, "JZ", description="DEPO-MEDROL 40 MG"), INTRAMUSCULAR],
           [line("J2919", 8, "JZ", description="METHYLPREDNISOLONE SOD SUCC 40 MG"), INTRAMUSCULAR]),
    office("J3490 for a drug that has a code", "unlisted-code-though-specific-exists",
           [line("J3490", 1, "JZ", ndc=SOLU_125, ndc_quantity="1", description="SOLU-MEDROL 125 MG"), PUSH], [FULL, PUSH],
           clear="unlisted-drug-without-description missing-ndc"),
    office("JZ before there was a JZ", "modifier-not-in-code-set", [line("J2930", 1, "JZ"), PUSH],
           [line("J2930", 1), PUSH], on=date(2022, 12, 1), clear="missing-discarded-drug-modifier"),
    # Billing units
    office("above the MUE", "units-exceed-mue", [line("J1745", 160, "JZ"), line("96413")],
           [line("J1745", 150, "JZ"), line("96413")], clear="code-not-payable"),
    office("above the MUE together with the discarded units", "units-exceed-mue",
           [line("J1745", 120), line("J1745", 40, "JW"), line("96413")],
           [line("J1745", 42), line("J1745", 8, "JW"), line("96413")], clear="duplicate-line"),
    office("20 units of 125 mg", "units-disagree-with-dose",
           [line("J2919", 20, "JZ", description="METHYLPREDNISOLONE SOD SUCC 125 MG"), PUSH],
           [line("J2919", 25, "JZ", description="METHYLPREDNISOLONE SOD SUCC 125 MG"), PUSH], clear="code-drug-mismatch"),
    office("units of one vial, two vials in the NDC quantity", "units-disagree-with-ndc-quantity",
           [solu(25, quantity="2"), PUSH], [FULL, PUSH], clear="ndc-not-for-code"),
    office("milligrams for units", "units-look-like-milligrams", [line("J2919", 125, "JZ"), PUSH],
           [line("J2919", 25, "JZ"), PUSH]),
    office("vials for units", "units-look-like-vials", [line("J2919", 1, "JZ"), PUSH], [line("J2919", 25, "JZ"), PUSH]),
    # Discarded drug
    office("JW and JZ on one line", "jw-and-jz-on-one-line", [solu(25, "JW JZ"), PUSH], [FULL, PUSH],
           clear="missing-discarded-drug-modifier discarded-line-without-administered-line waste-not-minimal"),
    office("JW line alone", "discarded-line-without-administered-line", [solu(12, "JW", quantity="0.5"), PUSH],
           [solu(13, "", quantity="0.5"), solu(12, "JW", quantity="0.5"), PUSH], clear="missing-discarded-drug-modifier"),
    office("JZ beside JW", "jz-beside-discarded-line",
           [solu(13, "JZ", quantity="0.5"), solu(12, "JW", quantity="0.5"), PUSH],
           [solu(13, "", quantity="0.5"), solu(12, "JW", quantity="0.5"), PUSH]),
    office("JZ on a multi-dose vial", "discarded-modifier-on-multi-dose",
           [depo(40, "JZ", DEPO_MULTI, "0.5"), INTRAMUSCULAR], [depo(40, "", DEPO_MULTI, "0.5"), INTRAMUSCULAR],
           clear="missing-discarded-drug-modifier units-disagree-with-ndc-quantity"),
    office("more than the vial held", "discarded-units-exceed-container",
           [solu(13, "", quantity="0.5"), solu(15, "JW", quantity="0.5"), PUSH],
           [solu(13, "", quantity="0.5"), solu(12, "JW", quantity="0.5"), PUSH]),
    office("JW of an up-to code that covers the vial", "discarded-amount-below-one-unit",
           [line("J2930", 1, ndc=SOLU_125, ndc_quantity="1"), line("J2930", 1, "JW", ndc=SOLU_125, ndc_quantity="1"), PUSH],
           [line("J2930", 1, "JZ", ndc=SOLU_125, ndc_quantity="1"), PUSH], on=date(2023, 12, 5),
           clear="discarded-line-without-administered-line"),
    office("neither JW nor JZ on the first day that JZ is due", "missing-discarded-drug-modifier",
           [line("J2930", 1, ndc=SOLU_125, ndc_quantity="1"), PUSH], [line("J2930", 1, "JZ", ndc=SOLU_125, ndc_quantity="1"), PUSH],
           on=date(2023, 7, 1)),
    office("JW on the injection", "discarded-modifier-on-service-line", [SMALL, line("96372", 1, "JW")],
           [SMALL, INTRAMUSCULAR], clear="discarded-line-without-administered-line"),
    # NDC
    office("Medicaid without NDC", "missing-ndc", [line("J1010", 40), INTRAMUSCULAR], [depo(40, ""), INTRAMUSCULAR],
           payer=MEDICAID),
    office("nine digits", "malformed-ndc", [solu(25, "", "009004722"), PUSH], [solu(25, "", "0009-0047-22"), PUSH],
           payer=MEDICAID, clear="ambiguous-ndc missing-ndc"),
    office("milligrams as NDC unit", "ndc-unit-not-accepted", [solu(25, "", quantity="125", ndc_unit="ME"), PUSH],
           [solu(25, ""), PUSH], payer=MEDICAID, clear="ndc-quantity-not-positive"),
    office("four decimals", "ndc-quantity-not-positive", [solu(25, "", quantity="1.0001"), PUSH], [solu(25, ""), PUSH],
           payer=MEDICAID, clear="ndc-unit-not-accepted"),
    office("NDC on the injection", "ndc-on-service-line", [SMALL, {**INTRAMUSCULAR, "ndc": SOLU_40, "ndc_quantity": "1"}],
           [SMALL, INTRAMUSCULAR]),
    office("NDC of the acetate", "ndc-not-for-code code-drug-mismatch",
           [line("J2919", 8, "JZ", ndc=DEPO_40, ndc_quantity="1", ndc_unit="ML"), INTRAMUSCULAR], [SMALL, INTRAMUSCULAR],
           clear="malformed-ndc"),
    # Modifiers
    office("59 on the drug", "distinct-service-modifier-without-pair", [solu(25, "59 JZ"), PUSH], [FULL, PUSH]),
    office("59 on an injection that nothing bundles", "distinct-service-modifier-without-pair",
           [SMALL, line("96372", 1, "59")], [SMALL, INTRAMUSCULAR]),
    office("59 and XS on one line", "distinct-service-modifiers-combined", [KNEE, JOINT, line("96372", 1, "59 XS"), SMALL],
           [KNEE, JOINT, line("96372", 1, "XS"), SMALL], clear="duplicate-modifier pair-needs-modifier", claim=IN_KNEE),
    office("visit with a knee injection and no 25", "visit-without-25", [line("99214"), KNEE, JOINT],
           [line("99214", 1, "25"), KNEE, JOINT], clear="pair-never-payable", claim=IN_KNEE),
    office("side on the drug", "laterality-on-systemic-drug", [KNEE, depo(80, "RT JZ", DEPO_80)], [KNEE, JOINT],
           clear="laterality-conflict", claim=IN_KNEE),
    office("JG after 2024", "340b-modifier-wrong-for-date", [solu(25, "JG JZ"), PUSH], [solu(25, "TB JZ"), PUSH],
           on=date(2025, 2, 1), clear="modifier-not-in-code-set"),
    office("GA with GZ", "liability-modifiers-conflict", [solu(25, "JZ GA GZ"), PUSH], [solu(25, "JZ GA"), PUSH]),
    # Administration and code pairs
    office("drug without administration", "drug-without-administration", [FULL], [FULL, PUSH]),
    office("acetate by push", "route-conflict", [depo(40), PUSH], [depo(40), INTRAMUSCULAR]),
    office("succinate into a knee", "route-conflict", [KNEE, SMALL], [KNEE, JOINT], claim=IN_KNEE),
    office("infusion and push, both initial", "several-initial-services pair-needs-modifier",
           [FULL, line("J1200", 1, "JZ"), line("96365"), PUSH], [FULL, line("J1200", 1, "JZ"), line("96365"), line("96375")],
           clear="pair-never-payable"),
    office("vaccine with a drug injection", "vaccine-administration-mismatch", [line("90686"), INTRAMUSCULAR],
           [line("90686"), line("90471")], on=date(2024, 10, 3), claim={"diagnoses": ["Z23"]}),
    office("drug with a vaccine administration", "vaccine-administration-mismatch", [SMALL, line("90471")],
           [SMALL, INTRAMUSCULAR]),
    office("repeated push in an office", "repeat-push-in-office", [FULL, PUSH, line("96376")], [FULL, PUSH]),
    office("nurse visit with 25", "pair-never-payable", [line("99211", 1, "25"), INTRAMUSCULAR, SMALL],
           [INTRAMUSCULAR, SMALL], clear="pair-bypassed visit-without-25"),
    office("knee and muscle", "pair-needs-modifier", [KNEE, JOINT, INTRAMUSCULAR, SMALL],
           [KNEE, JOINT, line("96372", 1, "59"), SMALL], claim=IN_KNEE,
           clear="pair-never-payable route-conflict distinct-service-modifier-without-pair"),
    office("further push without a first", "add-on-without-primary", [FULL, line("96375")], [FULL, PUSH]),
    office("further hour without a first", "add-on-without-primary", [line("J1745", 40, "JZ"), line("96415")],
           [line("J1745", 40, "JZ"), line("96413"), line("96415")]),
    # Diagnoses
    office("G35.A a month early", "diagnosis-not-valid-on-date", [FULL, PUSH], on=date(2025, 9, 1), twin_on=date(2025, 10, 1),
           claim={"diagnoses": ["G35A"]}, clear="diagnosis-not-specific"),
    office("G35 a day late", "diagnosis-not-specific", [FULL, PUSH], on=date(2025, 10, 1), twin_on=date(2025, 9, 30),
           claim={"diagnoses": ["G35"]}),
    office("M17 is a header", "diagnosis-not-specific", [KNEE, JOINT], claim={"diagnoses": ["M17"]}, twin_claim=IN_KNEE,
           clear="missing-diagnosis diagnosis-not-valid-on-date laterality-conflict"),
    office("other knee", "laterality-conflict", [line("20610", 1, "LT"), JOINT], [KNEE, JOINT], claim=IN_KNEE,
           clear="laterality-on-systemic-drug"),
    # Setting, duplicates, time
    office("professional claim for a hospital clinic", "professional-drug-in-facility", [FULL, PUSH],
           claim={"place": "22"}, twin_claim={}, clear="inpatient-drug"),
    office("inpatient", "inpatient-drug professional-drug-in-facility", [FULL, PUSH], claim={"place": "21"}, twin_claim={}),
    hospital("packaged in 2024, paid in 2025", "drug-packaged discarded-modifier-not-required", [FULL, PUSHED], [FULL, PUSHED],
             on=date(2024, 11, 5), twin_on=date(2025, 3, 5), clear="missing-discarded-drug-modifier"),
    hospital("no JZ in 2025", "missing-discarded-drug-modifier", [solu(25, ""), PUSHED], [FULL, PUSHED],
             on=date(2025, 3, 5), clear="drug-packaged"),
    hospital("no JZ in 2025, 2026 is packaged again", "missing-discarded-drug-modifier", [solu(25, ""), PUSHED],
             [solu(25, ""), PUSHED], on=date(2025, 3, 5), twin_on=date(2026, 3, 5)),
    hospital("paid drug under 0250", "drug-revenue-code-missing", [{**FULL, "revenue_code": "0250"}, PUSHED],
             [FULL, PUSHED], on=date(2025, 3, 5)),
    office("one line twice", "duplicate-line", [FULL, FULL, PUSH], [FULL, solu(25, "JZ 76"), PUSH]),
    office("a day too late", "timely-filing-passed", [FULL, PUSH], as_of=date(2025, 8, 21), twin_on=date(2024, 8, 21),
           clear=""),
    office("within the last month", "timely-filing-near", [FULL, PUSH], as_of=date(2025, 8, 20), twin_on=date(2024, 12, 20),
           clear="timely-filing-passed"),
]  # fmt: skip


def judged(scenario: Scenario, folder: Path, *, is_twin: bool) -> tuple[set[str], set[str]]:
    """Edits that fire, and edits that are not evaluated."""
    on = (is_twin and scenario.twin_on) or scenario.on
    lines = scenario.twin if is_twin and scenario.twin is not None else scenario.lines
    told = scenario.twin_claim if is_twin and scenario.twin_claim is not None else scenario.claim
    told = {"diagnoses": ["L500"], "statement_from": on, **told}
    if scenario.payer in (MEDICAID, COMMERCIAL):
        told.setdefault("subscriber", PersonSpec(member_id="W123456789"))
    claim = ClaimSpec(
        lines=[LineSpec(**{"service_from": on, **n}) for n in lines], payer=scenario.payer, **told
    )
    path = folder / "claims.837"
    path.write_text(make_837([claim], scenario.kind), encoding="utf-8")
    as_of = scenario.as_of or on + timedelta(days=10)
    report = api.check([path], as_of=as_of, started_at=datetime(2026, 1, 1, tzinfo=UTC))
    table = report.findings_table(with_not_evaluated=True)
    fired = set(table.filter(verdict="fires")["edit"])
    return fired, set(table.filter(verdict="not_evaluated")["edit"]) - fired


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_the_fault_fires(scenario: Scenario, tmp_path: Path) -> None:
    fired, _ = judged(scenario, tmp_path, is_twin=False)
    assert set(scenario.fires.split()) <= fired
    assert not set(scenario.clear.split()) & fired


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_the_twin_is_clear(scenario: Scenario, tmp_path: Path) -> None:
    fired, unknown = judged(scenario, tmp_path, is_twin=True)
    asked = set(scenario.fires.split())
    assert not asked & fired
    assert not asked & unknown
    assert not set(scenario.clear.split()) & fired


# An info is no fault, and a hint at smaller vials is no fault of the claim.
NO_FAULTS = {"pair-bypassed", "waste-not-minimal"}


@pytest.mark.parametrize(
    ("lines", "more"),
    [
        ([FULL, PUSH], {}),
        ([SMALL, INTRAMUSCULAR], {"payer": COMMERCIAL}),
        ([depo(40, ""), INTRAMUSCULAR], {"payer": MEDICAID}),
        ([KNEE, JOINT], {"claim": IN_KNEE}),
        ([line("20610", 1, "50"), depo(160, ndc=DEPO_80, quantity="2")], {"claim": {"diagnoses": ["M170"]}}),
        ([line("99213", 1, "25"), INTRAMUSCULAR, depo(40)], {}),
        ([line("J1745", 42), line("J1745", 8, "JW"), line("96413"), line("96415")], {"claim": {"diagnoses": ["K5000"]}}),
        ([line("J9271", 200, "JZ"), line("J1200", 1, "JZ"), line("J2405", 8), line("96413"), line("96375", 2)],
         {"claim": {"diagnoses": ["C3490"]}}),
        ([SMALL, line("J1885", 4, "JZ"), line("96372", 2)], {}),
        ([FULL, line("J7030", 1, "JZ"), PUSH, line("96361")], {}),
        ([line("90686"), line("90715"), line("90471"), line("90472")], {"claim": {"diagnoses": ["Z23"]}}),
        ([line("67028", 1, "RT"), line("J0178", 2, "JZ")], {"claim": {"diagnoses": ["H353211"]}}),
        ([FULL, PUSHED], {"payer": HOSPITAL, "kind": "institutional", "claim": {"place": "85"}}),
    ],
    ids=[
        "push", "commercial injection", "Medicaid injection", "knee", "both knees", "visit and injection", "infliximab",
        "chemotherapy with premedication", "two injections", "push with hydration", "vaccines", "eye", "critical access",
    ],
)  # fmt: skip
def test_an_ordinary_claim_has_no_finding(lines: list[Line], more: dict[str, Any], tmp_path: Path) -> None:
    fired, _ = judged(Scenario("ordinary", "", lines, **more), tmp_path, is_twin=False)
    assert fired <= NO_FAULTS
