"""Reads what the store holds, as frames in the shapes of `scrubjay.tables`; the `id`s stand for the keys of a run.

Which payment counts and what may be posted is worked out here from all that is held, so the order in which files
came cannot matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import func, select

from scrubjay.intake.remits import recognised, settled
from scrubjay.store import schema
from scrubjay.store.bulk import read_frame
from scrubjay.tables import ADJUSTMENTS, CLAIMS, LINES, OTHER_PAYERS, ClaimBundle
from scrubjay.tables.acknowledgments import (
    ACKNOWLEDGMENT_ERRORS,
    ACKNOWLEDGMENTS,
    CLAIM_STATUSES,
    STATUS_CODES,
    AcknowledgmentBundle,
)
from scrubjay.tables.remits import (
    PROVIDER_ADJUSTMENTS,
    REMIT_ADJUSTMENTS,
    REMIT_CLAIMS,
    REMIT_LINES,
    REMIT_REMARKS,
    REMIT_TRANSACTIONS,
    RemitBundle,
)

if TYPE_CHECKING:
    from sqlalchemy import Column, Connection, Table

    from scrubjay.tables import Table as Declared


def _shaped(connection: Connection, table: Table, declared: Declared, keys: dict[str, str]) -> pl.DataFrame:
    """All rows in a declared shape; `keys` gives the declared name of a stored one."""
    stored: list[Column[Any]] = [c for c in table.columns if c.name in declared.columns or c.name in keys]
    frame = read_frame(connection, stored).rename(keys)
    return declared.conform(frame.select(n for n in declared.columns if n in frame.columns))


def read_payments(connection: Connection) -> pl.DataFrame:
    """All payments, with what counts and what is held (`intake.remits.recognised`)."""
    keys = {"id": "remit_key", "digest": "content_digest"}
    payments = _shaped(connection, schema.payments, REMIT_TRANSACTIONS, keys)
    # Of a payment in several files, the place in the first one is shown.
    at = read_frame(
        connection,
        [schema.payment_sightings.c[n] for n in ("payment_id", "file_id", "segment", "transaction")],
    ).unique("payment_id", keep="first", maintain_order=True)
    places = at.select(
        pl.col("payment_id").alias("remit_key"), pl.col("file_id").alias("file_number").cast(pl.Int32),
        "segment", "transaction",
    )  # fmt: skip
    payments = payments.drop("file_number", "segment", "transaction").join(places, on="remit_key", how="left")
    return recognised(REMIT_TRANSACTIONS.conform(payments).sort("remit_key"))


def read_remits(connection: Connection) -> RemitBundle:
    """All answers, settled: each with whether it may be posted, reversals with what they take back."""
    payments = read_payments(connection)
    claim = {"id": "remit_claim_key", "payment_id": "remit_key"}
    claims = _shaped(connection, schema.remit_claims, REMIT_CLAIMS, claim)
    place = payments.select("remit_key", "file_number", "transaction")
    claims = claims.drop("file_number", "transaction").join(
        place, on="remit_key", how="left", maintain_order="left"
    )
    claims = claims.with_columns(pl.format("r{}", "remit_claim_key").alias("remit_claim_id"))
    line = {"id": "remit_line_key", "remit_claim_id": "remit_claim_key"}
    of_line = {"remit_claim_id": "remit_claim_key", "remit_line_id": "remit_line_key"}
    return RemitBundle(
        transactions=payments,
        claims=settled(REMIT_CLAIMS.conform(claims), payments),
        lines=_shaped(connection, schema.remit_lines, REMIT_LINES, line),
        adjustments=_shaped(connection, schema.remit_adjustments, REMIT_ADJUSTMENTS, of_line),
        remarks=_shaped(connection, schema.remit_remarks, REMIT_REMARKS, of_line),
        provider_adjustments=_shaped(
            connection, schema.provider_adjustments, PROVIDER_ADJUSTMENTS, {"payment_id": "remit_key"}
        ),
    )


def read_claims(connection: Connection) -> ClaimBundle:
    """All claims that were sent."""
    claims = _shaped(connection, schema.claims, CLAIMS, {"id": "claim_key"})
    claims = claims.with_columns(pl.format("c{}", "claim_key").alias("claim_id"))
    of_claim = {"claim_id": "claim_key"}
    return ClaimBundle(
        CLAIMS.conform(claims),
        _shaped(connection, schema.claim_lines, LINES, {"id": "line_key", **of_claim}),
        _shaped(connection, schema.other_payers, OTHER_PAYERS, of_claim),
        _shaped(connection, schema.prior_adjustments, ADJUSTMENTS, {"line_id": "line_key", **of_claim}),
    )


def read_places(connection: Connection) -> pl.DataFrame:
    """Where each claim was sent, one row for each time: the columns of `recovery.rejected_sets.PLACES`."""
    table = schema.claim_sightings
    names = (
        "claim_id", "file_id", "transaction", "group_control_number", "interchange_key", "interchange_date",
    )  # fmt: skip
    return read_frame(connection, [table.c[n] for n in names]).rename(
        {"claim_id": "claim_key", "file_id": "file_number"}
    )


def read_acknowledgments(connection: Connection) -> AcknowledgmentBundle:
    """All acknowledgements and claim statuses."""
    key, status = {"id": "acknowledgment_key"}, {"id": "claim_status_key"}
    return AcknowledgmentBundle(
        _shaped(connection, schema.acknowledgments, ACKNOWLEDGMENTS, key),
        _shaped(
            connection,
            schema.acknowledgment_errors,
            ACKNOWLEDGMENT_ERRORS,
            {"acknowledgment_id": "acknowledgment_key"},
        ),
        _shaped(connection, schema.claim_statuses, CLAIM_STATUSES, status),
        _shaped(connection, schema.status_codes, STATUS_CODES, {"claim_status_id": "claim_status_key"}),
    )


def counts(connection: Connection) -> dict[str, int]:
    """Rows of each table of what files said."""
    return {
        table.name: int(connection.execute(select(func.count()).select_from(table)).scalar() or 0)
        for table in schema.metadata.sorted_tables
    }


def has_row(connection: Connection, table: Table, row_id: int) -> bool:
    """A table holds a row of this id."""
    return connection.execute(select(table.c.id).where(table.c.id == row_id)).scalar() is not None
