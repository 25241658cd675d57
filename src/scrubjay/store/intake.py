"""Takes a file that was read into the store: what is new is added, what was seen before is sighted again.

Each function works within the transaction of a writer. Nothing here decides which payment counts; see `answers`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

import polars as pl
from sqlalchemy import Table, insert, select

from scrubjay.intake.content import digests
from scrubjay.intake.x12.sent_sets import with_sets
from scrubjay.store import schema
from scrubjay.store.bulk import ids_by, insert_frame, next_id

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Column, Connection

    from scrubjay.intake import FileReport
    from scrubjay.tables import ClaimBundle
    from scrubjay.tables.acknowledgments import AcknowledgmentBundle
    from scrubjay.tables.remits import RemitBundle

_NAME_LENGTH = 200
# A claim is the same whatever file, set or place it stands in.
_NOT_CONTENT = (
    *("claim_key", "line_key", "claim_id", "claim_number", "file_number", "transaction", "segment"),
    *("acknowledgment_key", "claim_status_key"),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """How many of one kind a file held.

    Attributes:
        new: added now.
        again: held before, by this file or another one.
    """

    new: int = 0
    again: int = 0


def file_named(connection: Connection, sha256: str) -> str | None:
    """Name of the file with these bytes that was taken in before; null where there is none."""
    return connection.execute(select(schema.files.c.name).where(schema.files.c.sha256 == sha256)).scalar()


def add_file(
    connection: Connection, reports: Sequence[FileReport], at: datetime, run_id: int | None = None
) -> int:
    """Record a file and return its id.

    Args:
        connection: of a writer.
        reports: of each reader that read it; the first names its kind.
        at: the moment.
        run_id: the run that takes it in.
    """
    main = reports[0]
    file_id = next_id(connection, schema.files)
    problems = [
        {
            "kind": p.kind,
            "message": p.message,
            "transaction": p.transaction,
            "segment": p.segment,
            "element": p.element,
        }
        for report in reports
        for p in report.problems
    ]
    connection.execute(
        insert(schema.files).values(
            id=file_id,
            sha256=main.sha256,
            name=PurePath(main.path).name[:_NAME_LENGTH],
            kind=main.kind,
            kinds=main.kinds,
            interchanges=main.interchanges,
            segments=main.segments,
            claim_count=sum(r.claims for r in reports),
            claims_read=sum(r.claims_read for r in reports),
            problems=problems,
            ingested_at=at,
            run_id=run_id,
        )
    )
    return file_id


def add_claims(
    connection: Connection, file_id: int, bundle: ClaimBundle, sets: pl.DataFrame | None = None
) -> Taken:
    """Add claims that were sent, with lines, other payers and their adjustments.

    Args:
        connection: of a writer.
        file_id: the file.
        bundle: its claims.
        sets: of the file (`sent_sets`), so that a claim is found again by the numbers that a 999 or TA1 names.
    """
    frames = [bundle.claims, *(
        f.sort("claim_key", maintain_order=True) for f in (bundle.lines, bundle.other_payers, bundle.adjustments)
    )]  # fmt: skip
    # To which line of its claim an adjustment belongs is part of what it says.
    first = bundle.lines.group_by("claim_key").agg(pl.col("line_key").min().alias("_first"))
    frames[3] = frames[3].join(first, on="claim_key", how="left", maintain_order="left").select(
        pl.all().exclude("_first"), (pl.col("line_key") - pl.col("_first")).alias("_line")
    )  # fmt: skip
    found = digests(frames, "claim_key", _NOT_CONTENT)
    claims, taken = _new(connection, schema.claims, bundle.claims, "claim_key", found)
    new = claims.filter("is_new")
    insert_frame(connection, schema.claims, new.drop("claim_key"))
    to_claim = new.select("claim_key", pl.col("id").alias("claim_id"))
    lines = _owned(connection, schema.claim_lines, bundle.lines, to_claim, "claim_key")
    insert_frame(connection, schema.claim_lines, lines)
    to_line = lines.select("line_key", pl.col("id").alias("line_id"))
    others = _owned(connection, schema.other_payers, bundle.other_payers, to_claim, "claim_key")
    insert_frame(connection, schema.other_payers, others)
    adjustments = _owned(connection, schema.prior_adjustments, bundle.adjustments, to_claim, "claim_key")
    insert_frame(connection, schema.prior_adjustments, adjustments.join(to_line, on="line_key", how="left"))
    seen = claims.drop("claim_id", strict=False)
    _sight(
        connection,
        schema.claim_sightings,
        "claim_id",
        file_id,
        seen if sets is None else with_sets(seen, sets),
    )
    return taken


def add_payments(connection: Connection, file_id: int, remits: RemitBundle) -> tuple[Taken, dict[int, int]]:
    """Add payments with all that stands under them.

    Args:
        connection: of a writer.
        file_id: the file.
        remits: of that file alone, identified (`intake.remits.identified`).

    Returns:
        What was taken, and the id of each `remit_key`.
    """
    found = remits.transactions.select("remit_key", "content_digest")
    payments, taken = _new(connection, schema.payments, remits.transactions, "remit_key", found)
    new = payments.filter("is_new")
    insert_frame(connection, schema.payments, new.drop("remit_key"))
    to_payment = new.select("remit_key", pl.col("id").alias("payment_id"))
    claims = _owned(connection, schema.remit_claims, remits.claims, to_payment, "remit_key")
    insert_frame(connection, schema.remit_claims, claims)
    to_claim = claims.select("remit_claim_key", pl.col("id").alias("remit_claim_id"))
    lines = _owned(connection, schema.remit_lines, remits.lines, to_claim, "remit_claim_key")
    insert_frame(connection, schema.remit_lines, lines)
    to_line = lines.select("remit_line_key", pl.col("id").alias("remit_line_id"))
    for table, frame in (
        (schema.remit_adjustments, remits.adjustments),
        (schema.remit_remarks, remits.remarks),
    ):
        rows = _owned(connection, table, frame, to_claim, "remit_claim_key")
        insert_frame(
            connection, table, rows.join(to_line, on="remit_line_key", how="left", maintain_order="left")
        )
    provider = _owned(
        connection, schema.provider_adjustments, remits.provider_adjustments, to_payment, "remit_key"
    )
    insert_frame(connection, schema.provider_adjustments, provider)
    _sight(connection, schema.payment_sightings, "payment_id", file_id, payments)
    return taken, dict(payments.select("remit_key", "id").iter_rows())


def add_acknowledgments(connection: Connection, file_id: int, bundle: AcknowledgmentBundle) -> Taken:
    """Add acknowledgements and claim statuses with their codes."""
    rows, errors = bundle.acknowledgments, bundle.errors
    found = digests([rows, errors], "acknowledgment_key", _NOT_CONTENT)
    answers, taken = _new(connection, schema.acknowledgments, rows, "acknowledgment_key", found)
    new = answers.filter("is_new")
    insert_frame(connection, schema.acknowledgments, new.drop("acknowledgment_key"))
    owner = new.select("acknowledgment_key", pl.col("id").alias("acknowledgment_id"))
    insert_frame(
        connection,
        schema.acknowledgment_errors,
        _owned(connection, schema.acknowledgment_errors, errors, owner, "acknowledgment_key"),
    )
    _sight(connection, schema.acknowledgment_sightings, "acknowledgment_id", file_id, answers)
    found = digests([bundle.claim_statuses, bundle.status_codes], "claim_status_key", _NOT_CONTENT)
    statuses, more = _new(connection, schema.claim_statuses, bundle.claim_statuses, "claim_status_key", found)
    new = statuses.filter("is_new")
    insert_frame(connection, schema.claim_statuses, new.drop("claim_status_key"))
    owner = new.select("claim_status_key", pl.col("id").alias("claim_status_id"))
    insert_frame(
        connection,
        schema.status_codes,
        _owned(connection, schema.status_codes, bundle.status_codes, owner, "claim_status_key"),
    )
    _sight(connection, schema.status_sightings, "claim_status_id", file_id, statuses)
    return Taken(taken.new + more.new, taken.again + more.again)


def _new(
    connection: Connection, table: Table, frame: pl.DataFrame, key: str, found: pl.DataFrame
) -> tuple[pl.DataFrame, Taken]:
    """The rows with `digest`, `id` and `is_new`; of rows that say the same one is new at most."""
    digest: Column[str] = table.c.digest
    rows = frame.drop("content_digest", strict=False).join(
        found.select(key, pl.col("content_digest").alias("digest")), on=key, how="left", maintain_order="left"
    )
    known = ids_by(connection, digest, rows["digest"].unique().to_list())
    held = pl.DataFrame(
        {"digest": list(known), "id": list(known.values())}, schema={"digest": pl.String(), "id": pl.Int64()}
    )
    is_first = pl.int_range(pl.len()).over("digest") == 0
    rows = rows.join(held, on="digest", how="left", maintain_order="left").with_columns(
        (pl.col("id").is_null() & is_first).alias("is_new")
    )
    start = next_id(connection, table)
    number = pl.when("is_new").then(pl.col("is_new").cum_sum().cast(pl.Int64) - 1 + start)
    rows = rows.with_columns(pl.coalesce("id", number).alias("id"))
    rows = rows.with_columns(pl.col("id").max().over("digest"))
    new = int(rows["is_new"].sum())
    return rows, Taken(new, rows.height - new)


def _owned(
    connection: Connection, table: Table, frame: pl.DataFrame, owner: pl.DataFrame, key: str
) -> pl.DataFrame:
    """Rows of owners that are new, with `id` and the owner's."""
    rows = frame.drop("claim_id", strict=False).join(owner, on=key, how="inner", maintain_order="left")
    return rows.with_columns(
        (pl.int_range(pl.len(), dtype=pl.Int64) + next_id(connection, table)).alias("id")
    )


def _sight(connection: Connection, table: Table, column: str, file_id: int, rows: pl.DataFrame) -> None:
    places = rows.with_columns(pl.lit(file_id, dtype=pl.Int64).alias("file_id"), pl.col("id").alias(column))
    insert_frame(connection, table, places)
