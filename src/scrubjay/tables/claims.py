"""The claim as columns: claims, service lines, other payers and their adjustments.

One claim row per CLM segment, one line row per LX loop. `claim_key` and `line_key` are running
numbers within a run and the only join keys. Null means unknown or not sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.tables.columns import CODE, DATE, MONEY, QUANTITY, Column, Kind, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_STRINGS = pl.List(pl.String())
_INT = pl.Int64()


def _code(name: str, about: str) -> Column:
    return Column(name, CODE, Kind.CODE, about)


def _phi(name: str, about: str, dtype: pl.DataType = CODE) -> Column:
    return Column(name, dtype, Kind.IDENTIFIER, about)


def _date(name: str, about: str) -> Column:
    return Column(name, DATE, Kind.DATE, about)


POSITION = (
    Column("file_number", pl.Int32(), Kind.KEY, "1-based number of the file in the run"),
    Column("transaction", CODE, Kind.CODE, "ST02 control number of the transaction set"),
    Column("segment", _INT, Kind.COUNT, "1-based number, in the file, of the CLM or LX segment"),
)

CLAIMS = Table(
    "claims",
    (
        Column("claim_key", _INT, Kind.KEY, "running number of the claim in the run"),
        Column("claim_id", CODE, Kind.CODE, "our id, stable for the same inputs: `f1c1`"),
        *POSITION,
        Column("claim_number", _INT, Kind.COUNT, "1-based position of the claim in its file"),
        _code("claim_kind", "`professional` (837P) or `institutional` (837I)"),
        _code("implementation", "ST03 or GS08, e.g. 005010X222A1"),
        _phi("patient_control_number", "CLM01"),
        Column("claim_charge_amount", MONEY, Kind.MONEY, "CLM02"),
        _code("claim_place_of_service_code", "CLM05-1 of a professional claim"),
        _code("type_of_bill_code", "CLM05-1 and CLM05-3 of an institutional claim, e.g. `131`"),
        _code("claim_frequency_code", "CLM05-3"),
        _date("statement_from", "DTP*434 first date (institutional)"),
        _date("statement_to", "DTP*434 last date (institutional)"),
        _date("admission_date", "DTP*435"),
        Column("diagnosis_codes", _STRINGS, Kind.CODE, "HI ABK then ABF (or BK, BF), as sent, in order"),
        Column("diagnosis_qualifiers", _STRINGS, Kind.CODE, "the HI qualifier of each diagnosis"),
        Column("condition_codes", _STRINGS, Kind.CODE, "HI*BG"),
        _code("claim_filing_code", "SBR09 of the payer this claim is sent to"),
        _code("payer_responsibility_code", "SBR01: P, S, T ..."),
        _code("payer_id", "2010BB NM109"),
        Column("payer_name", pl.String(), Kind.TEXT, "2010BB NM103"),
        _phi("member_id", "2010BA NM109"),
        _phi("subscriber_last_name", "2010BA NM103"),
        _phi("subscriber_first_name", "2010BA NM104"),
        _phi("patient_last_name", "2010CA NM103, or the subscriber's where the patient is the subscriber"),
        _phi("patient_first_name", "2010CA NM104, or the subscriber's"),
        _phi("patient_birth_date", "DMG02 of the patient", DATE),
        _code("patient_sex", "DMG03 of the patient"),
        _code("billing_npi", "2010AA NM109 with qualifier XX"),
        _code("billing_tax_id", "2010AA REF*EI or REF*SY"),
        _code("billing_taxonomy_code", "2000A PRV03"),
        _code("claim_rendering_npi", "2310B NM1*82 (professional), 2310D (institutional)"),
        _code("claim_referring_npi", "2310A NM1*DN"),
        _code("claim_facility_npi", "2310C NM1*77"),
        _code("attending_npi", "2310A NM1*71 (institutional)"),
        _code("prior_authorization_number", "2300 REF*G1"),
        _code("referral_number", "2300 REF*9F"),
        _code("original_reference_number", "2300 REF*F8, the payer's number of the original claim"),
        _code(
            "payer_claim_control_number",
            "the payer's number of this claim, where an earlier claim is read from a table; an 837 has none",
        ),
        Column(
            "patient_weight_kg",
            QUANTITY,
            Kind.QUANTITY,
            "body weight, where an earlier claim is read from a table that gives it",
        ),
        Column("claim_note", pl.String(), Kind.TEXT, "2300 NTE02, several joined by ` | `"),
        Column("attachment_numbers", _STRINGS, Kind.CODE, "2300 PWK06"),
        Column("line_count", _INT, Kind.COUNT, "service lines of the claim"),
    ),
)

LINES = Table(
    "service_lines",
    (
        Column("line_key", _INT, Kind.KEY, "running number of the line in the run"),
        Column("claim_key", _INT, Kind.KEY, "the claim"),
        *POSITION,
        Column(
            "line_number", pl.Int32(), Kind.COUNT, "LX01; its position in the claim where LX01 is no number"
        ),
        _code("revenue_code", "SV201 (institutional)"),
        _code("procedure_qualifier", "SV101-1 or SV202-1: HC, HP, IV ..."),
        _code("hcpcs", "SV101-2 or SV202-2, upper case"),
        Column(
            "modifiers",
            _STRINGS,
            Kind.CODE,
            "SV101-3..6 that are not empty, upper case, in order; [] if none",
        ),
        Column("line_description", pl.String(), Kind.TEXT, "SV101-7 or SV202-7"),
        Column("charge_amount", MONEY, Kind.MONEY, "SV102 or SV203"),
        _code("unit_of_measure", "SV103 or SV204: UN, MJ, F2, DA"),
        Column("units", QUANTITY, Kind.QUANTITY, "SV104 or SV205"),
        _code("line_place_of_service_code", "SV105, only where sent"),
        Column("diagnosis_pointers", _STRINGS, Kind.CODE, "SV107-1..4, as sent; [] if none"),
        _date("service_date_from", "DTP*472, the day or the first of a range"),
        _date("service_date_to", "DTP*472, the last of a range; else as from"),
        _code("line_item_control_number", "REF*6R"),
        _code("line_prior_authorization_number", "2400 REF*G1"),
        _code("line_rendering_npi", "2420A NM1*82"),
        _code("ordering_npi", "2420E NM1*DK"),
        _code("line_referring_npi", "2420F NM1*DN"),
        _code("line_facility_npi", "2420C NM1*77"),
        Column("line_note", pl.String(), Kind.TEXT, "2400 NTE02, several joined by ` | `"),
        _code("ndc_qualifier", "LIN02, N4 for an NDC"),
        _code("ndc_as_sent", "LIN03, untouched"),
        Column("ndc_quantity", QUANTITY, Kind.QUANTITY, "CTP04"),
        _code("ndc_unit", "the unit of the NDC quantity (CTP05-1: UN, ML, GR, F2, ME)"),
        _code("prescription_number", "2410 REF*XZ"),
        Column("ndc_count", pl.Int32(), Kind.COUNT, "LIN segments in the line loop; one is legal"),
    ),
)

OTHER_PAYERS = Table(
    "other_payers",
    (
        Column("claim_key", _INT, Kind.KEY, "the claim"),
        Column("other_payer_number", pl.Int32(), Kind.COUNT, "1-based order of the 2320 loop"),
        _code("payer_responsibility_code", "2320 SBR01"),
        _code("claim_filing_code", "2320 SBR09"),
        _code("payer_id", "2330B NM109"),
        Column("paid_amount", MONEY, Kind.MONEY, "2320 AMT*D"),
        Column("remaining_patient_liability_amount", MONEY, Kind.MONEY, "2320 AMT*EAF"),
    ),
)

ADJUSTMENTS = Table(
    "adjustments",
    (
        Column("claim_key", _INT, Kind.KEY, "the claim"),
        Column("line_key", _INT, Kind.KEY, "the line for a 2430 adjustment, null for a 2320 one"),
        _code("payer_id", "2430 SVD01, or the 2330B payer"),
        _code("adjustment_group_code", "CAS01"),
        _code("carc_code", "CAS02, 05, 08, 11, 14, 17"),
        Column("adjustment_amount", MONEY, Kind.MONEY, "CAS03, 06 ..."),
        Column("adjustment_quantity", QUANTITY, Kind.QUANTITY, "CAS04, 07 ..."),
    ),
)


@dataclass(slots=True)
class ClaimBundle:
    """Whole claims of one batch: four frames in the shapes above."""

    claims: pl.DataFrame = field(default_factory=CLAIMS.empty)
    lines: pl.DataFrame = field(default_factory=LINES.empty)
    other_payers: pl.DataFrame = field(default_factory=OTHER_PAYERS.empty)
    adjustments: pl.DataFrame = field(default_factory=ADJUSTMENTS.empty)

    @classmethod
    def joined(cls, bundles: Sequence[ClaimBundle]) -> ClaimBundle:
        """Several bundles as one, rows in their order; empty where there are none.

        Columns come in one piece each: that is quicker to work on, and polars 2.1 panics over some pieces.
        """
        if not bundles:
            return cls()
        return cls(
            pl.concat([b.claims for b in bundles], rechunk=True),
            pl.concat([b.lines for b in bundles], rechunk=True),
            pl.concat([b.other_payers for b in bundles], rechunk=True),
            pl.concat([b.adjustments for b in bundles], rechunk=True),
        )

    @property
    def heights(self) -> tuple[int, ...]:
        """Rows of each frame."""
        return tuple(f.height for f in (self.claims, self.lines, self.other_payers, self.adjustments))

    def split(self, heights: Iterable[tuple[int, ...]]) -> Iterator[ClaimBundle]:
        """The bundles that were joined to this one, told by their heights; nothing is copied."""
        starts = (0, 0, 0, 0)
        for sizes in heights:
            frames = (self.claims, self.lines, self.other_payers, self.adjustments)
            yield ClaimBundle(*(f.slice(at, n) for f, at, n in zip(frames, starts, sizes, strict=True)))
            starts = tuple(at + n for at, n in zip(starts, sizes, strict=True))
