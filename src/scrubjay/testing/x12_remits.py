"""Synthetic 835, 999, 277CA and TA1 files for tests, examples and benchmarks.

    make_835([PaymentSpec([RemitClaimSpec("A1", [RemitLineSpec("J2919", charge="100", adjustments=[
        AdjustmentSpec("CO", (("45", "93.30", None),))])])])])

What is paid follows from what is charged and adjusted, so a file balances to the cent unless a test writes an
amount itself. Every default is invented. Amounts are strings or `Decimal`s and are written exactly as given.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from scrubjay.testing.claim_specs import AdjustmentSpec, PersonSpec
from scrubjay.testing.x12 import Separators, envelope

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "AcknowledgedSetSpec",
    "PaymentSpec",
    "RemitClaimSpec",
    "RemitLineSpec",
    "StatusSpec",
    "make_277ca",
    "make_835",
    "make_999",
    "payment_segments",
    "reversal_of",
]

IMPLEMENTATION = "005010X221A1"


@dataclass(frozen=True)
class RemitLineSpec:
    """One SVC. `paid` is charge less adjustments unless given."""

    hcpcs: str | None = "J2919"
    charge: str | Decimal = "100.00"
    paid: str | Decimal | None = None
    modifiers: Sequence[str] = ()
    qualifier: str = "HC"
    revenue_code: str = ""
    units_paid: str | Decimal = "1"
    billed_hcpcs: str | None = None
    billed_modifiers: Sequence[str] = ()
    units_billed: str | Decimal | None = None
    service_from: date | str | None = date(2024, 6, 3)
    service_to: date | str | None = None
    adjustments: Sequence[AdjustmentSpec] = ()
    control_number: str | None = None
    policies: Sequence[str] = ()
    allowed: str | Decimal | None = None
    remarks: Sequence[str] = ()
    extra: Sequence[str] = ()


@dataclass(frozen=True)
class RemitClaimSpec:
    """One CLP. Charge, payment and patient responsibility follow from lines and adjustments unless given."""

    claim_id: str = "A1"
    lines: Sequence[RemitLineSpec] = (RemitLineSpec(),)
    adjustments: Sequence[AdjustmentSpec] = ()
    status: str = "1"
    charge: str | Decimal | None = None
    paid: str | Decimal | None = None
    patient_responsibility: str | Decimal | None = None
    filing_code: str = "MB"
    payer_claim_number: str = "ICN1"
    place: str = "11"
    frequency: str = "1"
    patient: PersonSpec = field(default_factory=PersonSpec)
    remarks: Sequence[str] = ()
    extra: Sequence[str] = ()


@dataclass(frozen=True)
class PaymentSpec:
    """One ST to SE. The amount follows from claims and provider adjustments unless given.

    Attributes:
        provider_adjustments: reason, reference (or empty) and amount; six to a PLB.
    """

    claims: Sequence[RemitClaimSpec] = (RemitClaimSpec(),)
    provider_adjustments: Sequence[tuple[str, str, str | Decimal]] = ()
    amount: str | Decimal | None = None
    trace: str = "CHECK1"
    payer_name: str = "EXAMPLE PAYER"
    payer_originator: str = "1999999999"
    payee_name: str = "EXAMPLE CLINIC"
    payee_npi: str = "1993999998"
    method: str = "ACH"
    paid_on: date | str = date(2024, 6, 20)


@dataclass(frozen=True)
class AcknowledgedSetSpec:
    """One AK2 with its IK5; `errors` are segments (IK3, CTX, IK4) written as given."""

    control_number: str = "0001"
    status: str = "A"
    error_codes: Sequence[str] = ()
    errors: Sequence[str] = ()


@dataclass(frozen=True)
class StatusSpec:
    """One claim level of a 277CA. `lines` are control number, code and status composite."""

    claim_id: str = "A1"
    statuses: Sequence[str] = ("A2:20:PR",)
    action: str = "WQ"
    charge: str = "100"
    payer_claim_number: str | None = None
    lines: Sequence[tuple[str, str, str]] = ()
    patient: PersonSpec = field(default_factory=PersonSpec)


def make_835(
    payments: Sequence[PaymentSpec],
    *,
    implementation: str = IMPLEMENTATION,
    separators: Separators | None = None,
    control_number: int = 1,
) -> str:
    """One interchange with one transaction set per payment."""
    return envelope(
        [payment_segments(p, f"{n:04}") for n, p in enumerate(payments, 1)],
        functional_id="HP",
        implementation=implementation,
        separators=separators,
        control_number=control_number,
    )


def make_999(
    sets: Sequence[AcknowledgedSetSpec],
    *,
    group: str = "17",
    status: str | None = None,
    control_number: int = 1,
) -> str:
    """A 999 that answers a group of 837s; the group's status follows from its sets unless given."""
    accepted = sum(s.status in ("A", "E") for s in sets)
    said = status or ("A" if accepted == len(sets) else "P" if accepted else "R")
    body = ["ST*999*0001*005010X231A1", f"AK1*HC*{group}*005010X222A1"]
    for one in sets:
        body += [f"AK2*837*{one.control_number}*005010X222A1", *one.errors,
                 "*".join(("IK5", one.status, *one.error_codes))]  # fmt: skip
    body.append(f"AK9*{said}*{len(sets)}*{len(sets)}*{accepted}")
    body.append(f"SE*{len(body) + 1}*0001")
    return envelope([body], functional_id="FA", implementation="005010X231A1", control_number=control_number)


def make_277ca(claims: Sequence[StatusSpec], *, control_number: int = 1) -> str:
    """A 277CA of one payer to one provider."""
    body = [
        "ST*277*0001*005010X214",
        "BHT*0085*08*277X2140001*20240604*1200*TH",
        "HL*1**20*1", "NM1*PR*2*EXAMPLE PAYER*****PI*PAYER1", "TRN*1*FILE1", "DTP*050*D8*20240604",
        "DTP*009*D8*20240604",
        "HL*2*1*21*1", "NM1*41*2*EXAMPLE CLINIC*****46*SUBMIT1", "TRN*2*BATCH1", "STC*A1:19:PR*20240604*WQ*100",
        f"QTY*90*{sum(c.action == 'WQ' for c in claims)}", f"QTY*AA*{sum(c.action == 'U' for c in claims)}",
        "HL*3*2*19*1", "NM1*85*2*EXAMPLE CLINIC*****XX*1993999998", "TRN*2*0",
    ]  # fmt: skip
    for number, claim in enumerate(claims, 4):
        first, *others = claim.statuses
        more = "".join(f"*{s}" for s in others)
        gap = "*" * 5 if others else ""
        person = claim.patient
        body += [
            f"HL*{number}*3*PT",
            f"NM1*QC*1*{person.last_name}*{person.first_name}****MI*{person.member_id}",
            f"TRN*2*{claim.claim_id}",
            f"STC*{first}*20240604*{claim.action}*{claim.charge}{gap}{more}",
            *([] if claim.payer_claim_number is None else [f"REF*1K*{claim.payer_claim_number}"]),
            "DTP*472*D8*20240603",
        ]
        for control, code, status in claim.lines:
            body += [
                f"SVC*HC:{code}*{claim.charge}*****1",
                f"STC*{status}**{claim.action}",
                f"REF*FJ*{control}",
            ]
    body.append(f"SE*{len(body) + 1}*0001")
    return envelope([body], functional_id="HN", implementation="005010X214", control_number=control_number)


def reversal_of(claim: RemitClaimSpec) -> RemitClaimSpec:
    """The reversal of a claim: status 22, every amount and quantity of units negated."""
    lines = [
        replace(
            line,
            charge=-Decimal(line.charge),
            paid=-line_paid(line),
            units_paid=-Decimal(line.units_paid),
            units_billed=None if line.units_billed is None else -Decimal(line.units_billed),
            adjustments=[_negated(a) for a in line.adjustments],
        )
        for line in claim.lines
    ]
    return replace(
        claim,
        status="22",
        lines=lines,
        adjustments=[_negated(a) for a in claim.adjustments],
        charge=-claim_charge(claim),
        paid=-claim_paid(claim),
        patient_responsibility=None,
    )


def line_paid(line: RemitLineSpec) -> Decimal:
    """SVC03 of a line."""
    return Decimal(line.charge) - _sum(line.adjustments) if line.paid is None else Decimal(line.paid)


def claim_charge(claim: RemitClaimSpec) -> Decimal:
    """CLP03 of a claim."""
    if claim.charge is not None:
        return Decimal(claim.charge)
    return sum((Decimal(line.charge) for line in claim.lines), Decimal(0))


def claim_paid(claim: RemitClaimSpec) -> Decimal:
    """CLP04 of a claim."""
    if claim.paid is not None:
        return Decimal(claim.paid)
    of_lines = sum((_sum(line.adjustments) for line in claim.lines), Decimal(0))
    return claim_charge(claim) - _sum(claim.adjustments) - of_lines


def payment_amount(payment: PaymentSpec) -> Decimal:
    """BPR02 of a payment."""
    if payment.amount is not None:
        return Decimal(payment.amount)
    taken = sum((Decimal(a) for _, _, a in payment.provider_adjustments), Decimal(0))
    return sum((claim_paid(c) for c in payment.claims), Decimal(0)) - taken


def payment_segments(payment: PaymentSpec, control_number: str = "0001") -> list[str]:
    """The segments ST to SE of one 835, with a right SE01, without terminators."""
    paid_on = _day(payment.paid_on)
    amount = payment.amount if payment.amount is not None else payment_amount(payment)
    out = [
        f"ST*835*{control_number}",
        f"BPR*I*{amount}*C*{payment.method}************{paid_on}",
        f"TRN*1*{payment.trace}*{payment.payer_originator}",
        f"DTM*405*{paid_on}",
        f"N1*PR*{payment.payer_name}",
        "N3*1 PAYER WAY",
        "N4*HARTFORD*CT*06103",
        f"N1*PE*{payment.payee_name}*XX*{payment.payee_npi}",
        "REF*TJ*990000000",
        "LX*1",
    ]
    for claim in payment.claims:
        out += _claim(claim)
    adjustments = [
        f"{code}{f':{ref}' if ref else ''}*{amount_}" for code, ref, amount_ in payment.provider_adjustments
    ]
    for at in range(0, len(adjustments), 6):
        out.append("*".join((f"PLB*{payment.payee_npi}*20241231", *adjustments[at : at + 6])))
    out.append(f"SE*{len(out) + 1}*{control_number}")
    return out


def _claim(claim: RemitClaimSpec) -> list[str]:
    person = claim.patient
    charge = claim.charge if claim.charge is not None else claim_charge(claim)
    paid = claim.paid if claim.paid is not None else claim_paid(claim)
    owed = claim.patient_responsibility
    if owed is None:
        every = (*claim.adjustments, *(a for line in claim.lines for a in line.adjustments))
        owed = _sum([a for a in every if a.group == "PR"])
    out = [
        (
            f"CLP*{claim.claim_id}*{claim.status}*{charge}*{paid}*{owed}*{claim.filing_code}"
            f"*{claim.payer_claim_number}*{claim.place}*{claim.frequency}"
        ),
        *(_cas(a) for a in claim.adjustments),
        f"NM1*QC*1*{person.last_name}*{person.first_name}****MI*{person.member_id}",
    ]
    if claim.remarks:
        out.append("*".join(("MOA", "", "", *claim.remarks)))
    out += list(claim.extra)
    for line in claim.lines:
        out += _line(line)
    return out


def _line(line: RemitLineSpec) -> list[str]:
    code = ":".join((line.qualifier, line.hcpcs or "", *line.modifiers))
    billed = ""
    if line.billed_hcpcs is not None:
        billed = ":".join((line.qualifier, line.billed_hcpcs, *line.billed_modifiers))
    paid = line.paid if line.paid is not None else line_paid(line)
    units = "" if line.units_billed is None else line.units_billed
    out = [
        f"SVC*{code}*{line.charge}*{paid}*{line.revenue_code}*{line.units_paid}*{billed}*{units}".rstrip("*")
    ]
    if line.service_from is not None:
        if line.service_to is None:
            out.append(f"DTM*472*{_day(line.service_from)}")
        else:
            out += [f"DTM*150*{_day(line.service_from)}", f"DTM*151*{_day(line.service_to)}"]
    out += [_cas(a) for a in line.adjustments]
    if line.control_number is not None:
        out.append(f"REF*6R*{line.control_number}")
    out += [f"REF*0K*{policy}" for policy in line.policies]
    if line.allowed is not None:
        out.append(f"AMT*B6*{line.allowed}")
    out += [f"LQ*HE*{remark}" for remark in line.remarks]
    return out + list(line.extra)


def _cas(adjustment: AdjustmentSpec) -> str:
    triplets = (f"{r}*{a}*{'' if q is None else q}" for r, a, q in adjustment.triplets)
    return "*".join(("CAS", adjustment.group, *triplets)).rstrip("*")


def _negated(adjustment: AdjustmentSpec) -> AdjustmentSpec:
    return AdjustmentSpec(
        adjustment.group, tuple((r, str(-Decimal(a)), None) for r, a, _ in adjustment.triplets)
    )


def _sum(adjustments: Sequence[AdjustmentSpec]) -> Decimal:
    return sum((Decimal(a) for one in adjustments for _, a, _ in one.triplets), Decimal(0))


def _day(value: date | str) -> str:
    return value if isinstance(value, str) else value.strftime("%Y%m%d")
