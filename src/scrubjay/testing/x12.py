"""Synthetic 837 files for tests, examples and benchmarks.

    make_837([ClaimSpec("A1", lines=[LineSpec("J2919", charge="100", units="25", modifiers=("JZ",))])])

Every default is invented (names, ids, NPIs with a right check digit), so a file made here may be
printed. Fields that are `None` or empty are not sent. Amounts and quantities are strings or
`Decimal`s and are written exactly as given, so that a test can also write wrong ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from scrubjay.testing.claim_specs import (
    AdjustmentSpec,
    BillingSpec,
    ClaimSpec,
    LineAdjudicationSpec,
    LineSpec,
    OtherPayerSpec,
    PayerSpec,
    PersonSpec,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

__all__ = [
    "AdjustmentSpec",
    "BillingSpec",
    "ClaimKind",
    "ClaimSpec",
    "LineAdjudicationSpec",
    "LineSpec",
    "OtherPayerSpec",
    "PayerSpec",
    "PersonSpec",
    "Separators",
    "claim_segments",
    "envelope",
    "make_837",
    "transaction",
]

ClaimKind = Literal["professional", "institutional"]

IMPLEMENTATIONS: dict[ClaimKind, str] = {
    "professional": "005010X222A1",
    "institutional": "005010X223A2",
}


@dataclass(frozen=True, slots=True)
class Separators:
    """Characters (or strings) that separate elements, components, repetitions and segments."""

    element: str = "*"
    component: str = ":"
    repetition: str = "^"
    terminator: str = "~"
    newline: str = "\n"


def make_837(
    claims: Sequence[ClaimSpec],
    kind: ClaimKind = "professional",
    *,
    implementation: str | None = None,
    separators: Separators | None = None,
    control_number: int = 1,
) -> str:
    """One interchange with one transaction set that holds `claims`, valid by the standard.

    Args:
        claims: in file order; consecutive claims of one billing provider share its HL.
        kind: professional (837P) or institutional (837I).
        implementation: ST03 and GS08; the current one of the kind by default.
        separators: others than `*`, `:`, `^`, `~` and a newline.
        control_number: ISA13, GS06; ST02 is always `0001`.
    """
    implementation = implementation or IMPLEMENTATIONS[kind]
    return envelope(
        [transaction(claims, kind, implementation)],
        implementation=implementation,
        separators=separators,
        control_number=control_number,
    )


def envelope(
    transactions: Sequence[Sequence[str]],
    *,
    functional_id: str = "HC",
    implementation: str = "005010X222A1",
    separators: Separators | None = None,
    control_number: int = 1,
) -> str:
    """Put transaction sets (ST to SE, segments written with `*`, `:` and `^`) into one ISA and GS."""
    marks = separators or Separators()
    version = "00401" if implementation.startswith("004") else "00501"
    repetition = marks.repetition if version == "00501" else "U"
    isa = (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{'SUBMIT1':15}*ZZ*{'RECEIVE1':15}*240603*1200*"
        f"\0*{version}*{control_number:09}*0*T*\1"
    )
    body = [
        f"GS*{functional_id}*SUBMIT1*RECEIVE1*20240603*1200*{control_number}*X*{implementation}",
        *(s for t in transactions for s in t),
        f"GE*{len(transactions)}*{control_number}",
        f"IEA*1*{control_number:09}",
    ]
    end = marks.terminator + marks.newline
    header = isa.replace("*", marks.element).replace("\0", repetition).replace("\1", marks.component)
    swap = str.maketrans({"*": marks.element, ":": marks.component, "^": marks.repetition})
    return header + end + "".join(s.translate(swap) + end for s in body)


def transaction(
    claims: Sequence[ClaimSpec],
    kind: ClaimKind = "professional",
    implementation: str | None = None,
    control_number: str = "0001",
) -> list[str]:
    """The segments ST to SE of one 837, with a right SE01, without terminators."""
    out = [
        f"ST*837*{control_number}*{implementation or IMPLEMENTATIONS[kind]}",
        f"BHT*0019*00*{control_number}*20240603*1200*CH",
        "NM1*41*2*EXAMPLE CLINIC*****46*SUBMIT1",
        "PER*IC*BILLING*TE*5555550100",
        "NM1*40*2*RECEIVER*****46*RECEIVE1",
    ]
    levels = 0
    billing: BillingSpec | None = None
    billing_level = 0
    for claim in claims:
        if claim.billing != billing:
            levels += 1
            billing, billing_level = claim.billing, levels
            out += _billing(billing, levels)
        levels += 1
        subscriber_level = levels
        out += _subscriber(claim, subscriber_level, billing_level)
        if claim.dependent is not None:
            levels += 1
            out += _dependent(claim.dependent, levels, subscriber_level)
        out += claim_segments(claim, kind)
    out.append(f"SE*{len(out) + 1}*{control_number}")
    return out


def claim_segments(claim: ClaimSpec, kind: ClaimKind = "professional") -> list[str]:
    """The segments of the CLM loop alone, lines included."""
    is_professional = kind == "professional"
    charge = claim.charge if claim.charge is not None else _total(claim.lines)
    facility = f"{claim.place}:{'B' if is_professional else 'A'}:{claim.frequency}"
    out = [f"CLM*{claim.claim_id}*{charge}***{facility}*{'Y' if is_professional else ''}*A*Y*Y"]
    if not is_professional:
        if claim.statement_from is not None:
            ended = claim.statement_to or claim.statement_from
            out.append(f"DTP*434*RD8*{_day(claim.statement_from)}-{_day(ended)}")
        if claim.admission is not None:
            admitted = _day(claim.admission)
            out.append(f"DTP*435*{'DT' if len(admitted) == 12 else 'D8'}*{admitted}")
        out.append("CL1*3*1*01")
    out += [f"PWK*OZ*BM***AC*{number}" for number in claim.attachments]
    out += _ref("9F", claim.referral) + _ref("G1", claim.prior_authorization)
    out += _ref("F8", claim.original_reference)
    out += [f"NTE*ADD*{note}" for note in claim.notes]
    out += _diagnoses(claim, is_professional=is_professional)
    out += list(claim.extra)
    if is_professional:
        out += _provider("DN", claim.referring_npi) + _provider("82", claim.rendering_npi)
        out += _facility(claim.facility_npi)
    else:
        out += _provider("71", claim.attending_npi) + _provider("82", claim.rendering_npi)
        out += _facility(claim.facility_npi) + _provider("DN", claim.referring_npi)
    for other in claim.other_payers:
        out += _other_payer(other)
    for number, line in enumerate(claim.lines, 1):
        out += _line(line, number, is_professional=is_professional)
    return out


def _billing(billing: BillingSpec, level: int) -> list[str]:
    taxonomy = [f"PRV*BI*PXC*{billing.taxonomy}"] if billing.taxonomy else []
    npi = f"XX*{billing.npi}" if billing.npi else ""
    return [
        f"HL*{level}**20*1",
        *taxonomy,
        f"NM1*85*2*{billing.name}*****{npi}".rstrip("*"),
        "N3*1 MAIN ST",
        "N4*HARTFORD*CT*061031234",
        *_ref("EI", billing.tax_id),
    ]


def _subscriber(claim: ClaimSpec, level: int, parent: int) -> list[str]:
    person, payer = claim.subscriber, claim.payer
    has_dependent = claim.dependent is not None
    relationship = "" if has_dependent else "18"
    own = [] if has_dependent else ["N3*2 ELM ST", "N4*HARTFORD*CT*061031234", _demographics(person)]
    return [
        f"HL*{level}*{parent}*22*{int(has_dependent)}",
        f"SBR*{payer.responsibility}*{relationship}*******{payer.filing_code}",
        f"NM1*IL*1*{person.last_name}*{person.first_name}****MI*{person.member_id}",
        *own,
        f"NM1*PR*2*{payer.name}*****PI*{payer.payer_id}",
    ]


def _dependent(person: PersonSpec, level: int, parent: int) -> list[str]:
    return [
        f"HL*{level}*{parent}*23*0",
        "PAT*19",
        f"NM1*QC*1*{person.last_name}*{person.first_name}",
        "N3*2 ELM ST",
        "N4*HARTFORD*CT*061031234",
        _demographics(person),
    ]


def _demographics(person: PersonSpec) -> str:
    return f"DMG*D8*{_day(person.birth_date)}*{person.sex}"


def _diagnoses(claim: ClaimSpec, *, is_professional: bool) -> list[str]:
    if not claim.diagnoses:
        return []
    first, *others = claim.diagnoses
    if is_professional:
        codes = [f"ABK:{first}", *(f"ABF:{code}" for code in others)]
        out = ["*".join(("HI", *codes[i : i + 12])) for i in range(0, len(codes), 12)]
    else:
        codes = [f"ABF:{code}" for code in others]
        out = [f"HI*ABK:{first}", *("*".join(("HI", *codes[i : i + 12])) for i in range(0, len(codes), 12))]
    if claim.condition_codes:
        out.append("*".join(("HI", *(f"BG:{code}" for code in claim.condition_codes))))
    return out


def _other_payer(other: OtherPayerSpec) -> list[str]:
    person = other.subscriber
    sbr = f"SBR*{other.responsibility}*{other.patient_relationship}*******{other.filing_code}"
    paid = [] if other.paid is None else [f"AMT*D*{other.paid}"]
    liable = [] if other.remaining_liability is None else [f"AMT*EAF*{other.remaining_liability}"]
    return [
        sbr,
        *(_cas(a) for a in other.adjustments),
        *paid,
        *liable,
        "OI***Y***Y",
        f"NM1*IL*1*{person.last_name}*{person.first_name}****MI*{person.member_id}",
        f"NM1*PR*2*{other.name}*****PI*{other.payer_id}",
    ]


def _line(line: LineSpec, number: int, *, is_professional: bool) -> list[str]:
    out = [f"LX*{number}", _service(line, is_professional=is_professional)]
    if line.service_from is not None:
        if line.service_to is None:
            out.append(f"DTP*472*D8*{_day(line.service_from)}")
        else:
            out.append(f"DTP*472*RD8*{_day(line.service_from)}-{_day(line.service_to)}")
    out += _ref("G1", line.prior_authorization) + _ref("6R", line.control_number)
    out += list(line.extra)
    note = "ADD" if is_professional else "TPO"
    out += [f"NTE*{note}*{text}" for text in line.notes]
    if line.ndc is not None:
        out.append(f"LIN**{line.ndc_qualifier}*{line.ndc}")
        if line.ndc_quantity is not None:
            out.append(f"CTP****{line.ndc_quantity}*{line.ndc_unit}")
        out += _ref("XZ", line.prescription)
    out += _provider("82", line.rendering_npi)
    if is_professional:
        out += _facility(line.facility_npi)
        out += _provider("DK", line.ordering_npi)
    out += _provider("DN", line.referring_npi)
    for decided in line.adjudications:
        procedure = f"{line.qualifier}:{line.hcpcs}" if line.hcpcs else ""
        revenue = "" if is_professional else line.revenue_code
        out.append(f"SVD*{decided.payer_id}*{decided.paid}*{procedure}*{revenue}*{line.units}")
        out += [_cas(a) for a in decided.adjustments]
        out.append(f"DTP*573*D8*{_day(decided.adjudicated_on)}")
    return out


def _service(line: LineSpec, *, is_professional: bool) -> str:
    parts = [line.qualifier, line.hcpcs or "", *line.modifiers]
    if line.description is not None:
        parts += [""] * (6 - len(parts)) + [line.description]
    procedure = ":".join(parts) if line.hcpcs else ""
    if is_professional:
        pointers = ":".join(line.pointers)
        amount = f"{line.charge}*{line.unit_of_measure}*{line.units}"
        return f"SV1*{procedure}*{amount}*{line.place or ''}**{pointers}".rstrip("*")
    return f"SV2*{line.revenue_code}*{procedure}*{line.charge}*{line.unit_of_measure}*{line.units}"


def _cas(adjustment: AdjustmentSpec) -> str:
    triplets = (
        f"{reason}*{amount}*{'' if quantity is None else quantity}"
        for reason, amount, quantity in adjustment.triplets
    )
    return "*".join(("CAS", adjustment.group, *triplets)).rstrip("*")


def _provider(role: str, npi: str | None) -> list[str]:
    return [] if npi is None else [f"NM1*{role}*1*CLINICIAN*ADA****XX*{npi}"]


def _facility(npi: str | None) -> list[str]:
    if npi is None:
        return []
    return [f"NM1*77*2*EXAMPLE SITE*****XX*{npi}", "N3*3 OAK ST", "N4*HARTFORD*CT*061031234"]


def _ref(qualifier: str, value: str | None) -> list[str]:
    return [] if value is None else [f"REF*{qualifier}*{value}"]


def _day(value: date | str) -> str:
    return value if isinstance(value, str) else value.strftime("%Y%m%d")


def _total(lines: Sequence[LineSpec]) -> Decimal:
    return sum((Decimal(line.charge) for line in lines), Decimal(0))
