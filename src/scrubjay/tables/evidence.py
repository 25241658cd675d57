"""What a run may know beside its claims: earlier claims, authorizations, answers about eligibility."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.tables.columns import CODE, DATE, QUANTITY, Column, Kind, Table

if TYPE_CHECKING:
    from datetime import date

    from scrubjay.tables.claims import ClaimBundle

_STRINGS = pl.List(pl.String())
_PLACE = (
    Column("file", CODE, Kind.TEXT, "the file that it was read from"),
    Column("row", pl.Int64(), Kind.COUNT, "row of a table, segment of an X12 file, or number of the item"),
)

AUTHORIZATIONS = Table(
    "authorizations",
    (
        Column("authorization_number", CODE, Kind.CODE, "number that the claim carries in REF*G1"),
        Column(
            "status",
            CODE,
            Kind.CODE,
            "approved, denied, pended or cancelled; null if the source does not say",
        ),
        Column("payer_id", CODE, Kind.CODE, "the payer's id"),
        Column("payer_name", pl.String(), Kind.TEXT, "the payer's name"),
        Column("member_id", CODE, Kind.IDENTIFIER, "the member id"),
        Column(
            "hcpcs", CODE, Kind.CODE, "code that is authorized; null where an NDC is, or nothing is named"
        ),
        Column("ndc", CODE, Kind.CODE, "NDC that is authorized, eleven digits"),
        Column(
            "units",
            QUANTITY,
            Kind.QUANTITY,
            "billing units that are authorized; null if the source does not say",
        ),
        Column("valid_from", DATE, Kind.DATE, "first day"),
        Column("valid_to", DATE, Kind.DATE, "last day, inclusive"),
        Column("places", _STRINGS, Kind.CODE, "places of service it is limited to; null or empty means all"),
        Column("provider_npis", _STRINGS, Kind.CODE, "NPIs it is limited to; null or empty means all"),
        *_PLACE,
    ),
)
"""One row for each authorization and service; a number may have several."""

ELIGIBILITY = Table(
    "eligibility",
    (
        Column("member_id", CODE, Kind.IDENTIFIER, "the member id"),
        Column(
            "patient_birth_date", DATE, Kind.IDENTIFIER, "birth date, null if the answer does not give it"
        ),
        Column("payer_id", CODE, Kind.CODE, "the payer's id"),
        Column("payer_name", pl.String(), Kind.TEXT, "the payer's name"),
        Column("status", CODE, Kind.CODE, "active or inactive"),
        Column("valid_from", DATE, Kind.DATE, "first day that it says so of; null: open"),
        Column("valid_to", DATE, Kind.DATE, "last day, inclusive; null: open"),
        *_PLACE,
    ),
)
"""One row for each period that an answer calls active or inactive."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a run was given beside its claims.

    Attributes:
        history: earlier claims, with negative keys in the order in which they were read; null if none were given.
        history_from: first day of service from which on the earlier claims are all there; null if not known.
        authorizations: rows of `AUTHORIZATIONS`; null if none were given.
        eligibility: rows of `ELIGIBILITY`; null if none were given.
    """

    history: tuple[ClaimBundle, ...] | None = None
    history_from: date | None = None
    authorizations: pl.DataFrame | None = None
    eligibility: pl.DataFrame | None = None


NO_EVIDENCE = Evidence()
