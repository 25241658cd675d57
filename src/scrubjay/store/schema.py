"""Tables of what files said. Their columns are those of `scrubjay.tables`, without what holds for one run only.

`id` replaces the keys of a run. A row is stored once, however many files hold it: `digest` is the SHA-256 of what
it says, and a table of sightings tells in which file it stood where.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from scrubjay.store.types import Instant, Json, Key, Money, Quantity, Texts
from scrubjay.tables import ADJUSTMENTS, AUTHORIZATIONS, CLAIMS, LINES, OTHER_PAYERS
from scrubjay.tables.acknowledgments import (
    ACKNOWLEDGMENT_ERRORS,
    ACKNOWLEDGMENTS,
    CLAIM_STATUSES,
    STATUS_CODES,
)
from scrubjay.tables.remits import (
    PROVIDER_ADJUSTMENTS,
    REMIT_ADJUSTMENTS,
    REMIT_CLAIMS,
    REMIT_LINES,
    REMIT_REMARKS,
    REMIT_TRANSACTIONS,
)

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine

    from scrubjay.tables import Table as Declared

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Places in a file are kept by the sightings; the rest is worked out on reading.
OF_A_RUN = frozenset({
    *("claim_key", "line_key", "claim_id", "claim_number", "file_number", "transaction", "segment"),
    *("remit_key", "remit_claim_key", "remit_line_key", "remit_claim_id", "acknowledgment_key", "claim_status_key"),
    *("group_control_number", "seen_before_remit_key", "reverses_remit_claim_key"),
    *("corrected_by_remit_claim_key", "content_digest"),
})  # fmt: skip
# What depends on other rows of the store, or says where a row stood.
_DERIVED = {
    "authorizations": frozenset({"file", "row"}),
    "payments": frozenset({"interchange_key", "is_quarantined"}),
    "remit_claims": frozenset({"is_postable"}),
}

_TYPES: dict[pl.DataType, type[TypeEngine[Any]] | TypeEngine[Any]] = {
    pl.Decimal(18, 2): Money,
    pl.Decimal(18, 6): Quantity,
    pl.String(): Text,
    pl.Date(): Date,
    pl.Boolean(): Boolean,
    pl.Int64(): BigInteger,
    pl.Int32(): BigInteger,
    pl.Int8(): BigInteger,
    pl.List(pl.String()): Texts,
}


def _id() -> Column[int]:
    return Column("id", Key, primary_key=True, autoincrement=False)


def _to(target: str, name: str, *, is_optional: bool = False) -> Column[Any]:
    return Column(name, BigInteger, ForeignKey(f"{target}.id"), nullable=is_optional, index=True)


def _digest() -> Column[str]:
    return Column("digest", Text, nullable=False, unique=True)


def _table(name: str, declared: Declared, *own: Column[Any], index: tuple[str, ...] = ()) -> Table:
    left_out = OF_A_RUN | _DERIVED.get(name, frozenset())
    columns = [
        Column(c.name, _TYPES[c.dtype], index=c.name in index) for c in declared if c.name not in left_out
    ]
    return Table(name, metadata, *own, *columns)


runs = Table(
    "runs",
    metadata,
    Column("id", Key, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("as_of", Date),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("summary", Json, nullable=False),
)
"""Commands that changed the store: which, by whom, with what version, when, and what they counted. One without an end
was stopped half-way; what it had taken in by then is safe."""

files = Table(
    "files",
    metadata,
    _id(),
    Column("sha256", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("kinds", Json, nullable=False),
    Column("interchanges", BigInteger, nullable=False),
    Column("segments", BigInteger, nullable=False),
    Column("claim_count", BigInteger, nullable=False),
    Column("claims_read", BigInteger, nullable=False),
    Column("problems", Json, nullable=False),
    Column("ingested_at", Instant, nullable=False),
    Column("run_id", BigInteger, ForeignKey("runs.id"), index=True),
)
"""Files that were taken in; `name` is the last part of the path, problems hold no patient's value."""

claims = _table("claims", CLAIMS, _id(), _digest(), index=("patient_control_number",))
claim_lines = _table("claim_lines", LINES, _id(), _to("claims", "claim_id"))
other_payers = _table("other_payers", OTHER_PAYERS, _id(), _to("claims", "claim_id"))
prior_adjustments = _table(
    "prior_adjustments",
    ADJUSTMENTS,
    _id(),
    _to("claims", "claim_id"),
    _to("claim_lines", "line_id", is_optional=True),
)

payments = _table("payments", REMIT_TRANSACTIONS, _id(), _digest(), index=("recognition_key",))
remit_claims = _table(
    "remit_claims", REMIT_CLAIMS, _id(), _to("payments", "payment_id"), index=("patient_control_number",)
)
remit_lines = _table("remit_lines", REMIT_LINES, _id(), _to("remit_claims", "remit_claim_id"))
_OF_REMIT = (
    lambda: _to("remit_claims", "remit_claim_id"),
    lambda: _to("remit_lines", "remit_line_id", is_optional=True),
)
remit_adjustments = _table("remit_adjustments", REMIT_ADJUSTMENTS, _id(), *(make() for make in _OF_REMIT))
remit_remarks = _table("remit_remarks", REMIT_REMARKS, _id(), *(make() for make in _OF_REMIT))
provider_adjustments = _table(
    "provider_adjustments", PROVIDER_ADJUSTMENTS, _id(), _to("payments", "payment_id")
)

acknowledgments = _table("acknowledgments", ACKNOWLEDGMENTS, _id(), _digest())
acknowledgment_errors = _table(
    "acknowledgment_errors", ACKNOWLEDGMENT_ERRORS, _id(), _to("acknowledgments", "acknowledgment_id")
)
claim_statuses = _table("claim_statuses", CLAIM_STATUSES, _id(), _digest(), index=("patient_control_number",))
status_codes = _table("status_codes", STATUS_CODES, _id(), _to("claim_statuses", "claim_status_id"))


def _sightings(name: str, target: str, column: str, *more: Column[Any]) -> Table:
    return Table(
        name,
        metadata,
        Column("file_id", BigInteger, ForeignKey("files.id"), nullable=False),
        Column("segment", BigInteger, nullable=False),
        Column("transaction", Text),
        _to(target, column),
        *more,
        PrimaryKeyConstraint("file_id", "segment"),
    )


claim_sightings = _sightings(
    "claim_sightings",
    "claims",
    "claim_id",
    Column("group_control_number", Text),
    Column("interchange_key", Text),
    Column("interchange_date", Date),
)
payment_sightings = _sightings(
    "payment_sightings",
    "payments",
    "payment_id",
    Column("interchange_key", Text),
    Column("group_control_number", Text),
)
acknowledgment_sightings = _sightings("acknowledgment_sightings", "acknowledgments", "acknowledgment_id")
status_sightings = _sightings("status_sightings", "claim_statuses", "claim_status_id")
"""In which file, at which segment, a row stood: one row for each time."""


authorizations = _table("authorizations", AUTHORIZATIONS, _id(), _digest(), index=("authorization_number",))
"""What payers granted. Of rows that speak of one number and service the file taken in last counts, worked out on reading."""

waivers = Table(
    "waivers",
    metadata,
    _id(),
    _digest(),
    Column("name", Text, nullable=False, index=True),
    Column("edit", Text, nullable=False),
    Column("payers", Texts),
    Column("codes", Texts),
    Column("claims", Texts),
    Column("providers", Texts),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("reason", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("expires_on", Date, nullable=False),
)
"""As in a waiver file; a list that is null limits nothing. Of one name the file taken in last counts."""


def _rows_of_files(name: str, target: str, column: str) -> Table:
    return Table(
        name,
        metadata,
        Column("file_id", BigInteger, ForeignKey("files.id"), nullable=False),
        Column("row", BigInteger, nullable=False),
        _to(target, column),
        PrimaryKeyConstraint("file_id", column),
    )


authorization_sightings = _rows_of_files("authorization_sightings", "authorizations", "authorization_id")
waiver_sightings = _rows_of_files("waiver_sightings", "waivers", "waiver_id")
"""In which file, at which row or line, an authorization or a waiver stood."""
