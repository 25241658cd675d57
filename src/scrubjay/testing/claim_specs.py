"""What a synthetic claim holds: plain dataclasses with invented defaults; `x12.make_837` writes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Amount = str | int | Decimal
DEFAULT_DATE = date(2024, 6, 3)


@dataclass(frozen=True, slots=True)
class PersonSpec:
    """A subscriber or a patient."""

    last_name: str = "DOE"
    first_name: str = "JANE"
    member_id: str = "1EG4TE5MK73"
    birth_date: date | str = date(1958, 2, 14)
    sex: str = "F"


@dataclass(frozen=True, slots=True)
class PayerSpec:
    """The payer that the claim is sent to."""

    name: str = "MEDICARE B"
    payer_id: str = "MCARE"
    filing_code: str = "MB"
    responsibility: str = "P"


@dataclass(frozen=True, slots=True)
class BillingSpec:
    """The billing provider; claims with the same one share an HL."""

    name: str = "EXAMPLE CLINIC"
    npi: str | None = "1345678910"
    tax_id: str | None = "123456789"
    taxonomy: str | None = "207RR0500X"


@dataclass(frozen=True, slots=True)
class AdjustmentSpec:
    """One CAS segment: a group code and up to six (reason, amount, quantity) triplets."""

    group: str
    triplets: Sequence[tuple[str, Amount, Amount | None]]


@dataclass(frozen=True, slots=True)
class OtherPayerSpec:
    """One 2320/2330 loop: what another payer has already decided."""

    payer_id: str
    name: str = "OTHER PAYER"
    filing_code: str = "CI"
    responsibility: str = "P"
    paid: Amount | None = None
    remaining_liability: Amount | None = None
    adjustments: Sequence[AdjustmentSpec] = ()
    subscriber: PersonSpec = field(default_factory=lambda: PersonSpec("ROE", "OTHER", "OTHERMEMBER1"))
    patient_relationship: str = "18"


@dataclass(frozen=True, slots=True)
class LineAdjudicationSpec:
    """One 2430 loop: what another payer decided about this line."""

    payer_id: str
    paid: Amount = "0"
    adjustments: Sequence[AdjustmentSpec] = ()
    adjudicated_on: date | str = DEFAULT_DATE


@dataclass(frozen=True, slots=True)
class LineSpec:
    """One service line (LX loop)."""

    hcpcs: str | None = "J2919"
    charge: Amount = "100"
    units: Amount = "25"
    modifiers: Sequence[str] = ()
    description: str | None = None
    unit_of_measure: str = "UN"
    qualifier: str = "HC"
    revenue_code: str = "0636"
    place: str | None = None
    pointers: Sequence[str] = ("1",)
    service_from: date | str | None = DEFAULT_DATE
    service_to: date | str | None = None
    control_number: str | None = None
    prior_authorization: str | None = None
    ndc: str | None = None
    ndc_quantity: Amount | None = None
    ndc_unit: str = "UN"
    ndc_qualifier: str = "N4"
    prescription: str | None = None
    notes: Sequence[str] = ()
    rendering_npi: str | None = None
    ordering_npi: str | None = None
    referring_npi: str | None = None
    facility_npi: str | None = None
    adjudications: Sequence[LineAdjudicationSpec] = ()
    extra: Sequence[str] = ()
    """Raw segments (written with `*` and `:`) after SV1/SV2 and its dates."""


@dataclass(frozen=True, slots=True)
class ClaimSpec:
    """One claim (CLM loop) with its own subscriber loop, and a patient loop if there is a dependent."""

    claim_id: str = "C1"
    lines: Sequence[LineSpec] = (LineSpec(),)
    charge: Amount | None = None
    """Null: the sum of the lines."""
    place: str = "11"
    """Place of service; of an institutional claim the first two digits of the type of bill, e.g. `13`."""
    frequency: str = "1"
    diagnoses: Sequence[str] = ("L500",)
    condition_codes: Sequence[str] = ()
    billing: BillingSpec = BillingSpec()
    payer: PayerSpec = PayerSpec()
    subscriber: PersonSpec = PersonSpec()
    dependent: PersonSpec | None = None
    statement_from: date | str | None = DEFAULT_DATE
    statement_to: date | str | None = None
    admission: date | str | None = None
    """A day, or a string `YYYYMMDDHHMM`."""
    prior_authorization: str | None = None
    referral: str | None = None
    original_reference: str | None = None
    notes: Sequence[str] = ()
    attachments: Sequence[str] = ()
    rendering_npi: str | None = "1456789126"
    referring_npi: str | None = None
    facility_npi: str | None = None
    attending_npi: str | None = "1456789126"
    other_payers: Sequence[OtherPayerSpec] = ()
    extra: Sequence[str] = ()
    """Raw segments (written with `*` and `:`) after the diagnoses."""
