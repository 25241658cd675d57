"""Authorizations and waivers: taken in from files, each once, and read as a run of `check` takes them.

A file that was taken in later speaks last: of authorizations with one number, member, payer and service those of the
last file that names them count, all of them (a number may stand on several rows, one for each period); of waivers with
one id that of the last file.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import insert, select

from scrubjay.engine.waiver_file import Days, Waiver
from scrubjay.store import schema
from scrubjay.store.answers import read_claims
from scrubjay.store.bulk import ids_by, insert_frame, next_id, read_frame
from scrubjay.store.intake import Taken
from scrubjay.tables import AUTHORIZATIONS, ClaimBundle, Evidence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Connection, Table

_SERVICE = ("authorization_number", "payer_id", "payer_name", "member_id", "hcpcs", "ndc")
"""What one word of a payer is about; a later file's takes its place."""


def add_authorizations(connection: Connection, file_id: int, granted: pl.DataFrame) -> Taken:
    """Add authorizations of a file.

    Args:
        connection: of a writer.
        file_id: the file.
        granted: in the shape of `AUTHORIZATIONS`.
    """
    content = [c for c in AUTHORIZATIONS.columns if c not in {"file", "row"}]
    digests = [_digest(row) for row in granted.select(content).iter_rows(named=True)]
    rows = granted.with_columns(pl.Series("digest", digests, dtype=pl.String))
    rows, taken = _numbered(connection, schema.authorizations, rows)
    insert_frame(connection, schema.authorizations, rows.filter("is_new"))
    seen = rows.unique("id", keep="first", maintain_order=True).select(
        pl.lit(file_id, dtype=pl.Int64).alias("file_id"),
        pl.col("row").fill_null(0),
        pl.col("id").alias("authorization_id"),
    )
    insert_frame(connection, schema.authorization_sightings, seen)
    return taken


def read_authorizations(connection: Connection) -> pl.DataFrame:
    """The authorizations that count, in the shape of `AUTHORIZATIONS`; `file` is the name of the last that told it."""
    table, seen = schema.authorizations, schema.authorization_sightings
    rows = read_frame(connection, [c for c in table.columns if c.name != "digest"])
    places = read_frame(connection, [seen.c.authorization_id, seen.c.file_id, seen.c["row"]])
    names = read_frame(connection, [schema.files.c.id, schema.files.c.name]).rename(
        {"id": "file_id", "name": "file"}
    )
    told = places.join(rows, left_on="authorization_id", right_on="id", how="inner").join(
        names, on="file_id", how="left"
    )
    told = told.filter(pl.col("file_id") == pl.col("file_id").max().over(_SERVICE))
    shown = told.sort("file_id", "row", "authorization_id").select(*AUTHORIZATIONS.columns)
    return AUTHORIZATIONS.conform(shown)


def read_evidence(connection: Connection, *, but_of: Sequence[str] = ()) -> Evidence:
    """What the store knows beside the claims of a run: claims that were sent before, and authorizations.

    Args:
        connection: for reading.
        but_of: SHA-256 of files whose claims are judged now; claims that stand in no other file are left out.
    """
    bundle = read_claims(connection)
    if but_of:
        seen = schema.claim_sightings
        hashes = read_frame(connection, [schema.files.c.id, schema.files.c.sha256])
        others = hashes.filter(~pl.col("sha256").is_in(list(but_of)))["id"]
        places = read_frame(connection, [seen.c.claim_id, seen.c.file_id])
        before = places.filter(pl.col("file_id").is_in(others.implode()))["claim_id"].unique()
        keep = pl.col("claim_key").is_in(before.implode())
        bundle = ClaimBundle(
            bundle.claims.filter(keep), bundle.lines.filter(keep), bundle.other_payers, bundle.adjustments
        )
    named = bundle.claims.with_columns(pl.format("hs{}", "claim_key").alias("claim_id"))
    bundle = ClaimBundle(named, bundle.lines, bundle.other_payers, bundle.adjustments)
    granted = read_authorizations(connection)
    return Evidence(
        history=(bundle,) if bundle.claims.height else None,
        authorizations=granted if granted.height else None,
    )


def add_waivers(connection: Connection, file_id: int, found: Sequence[Waiver]) -> Taken:
    """Add waivers of a file.

    Args:
        connection: of a writer.
        file_id: the file.
        found: its waivers.
    """
    known = ids_by(connection, schema.waivers.c.digest, [_digest(_row(w)) for w in found])
    new = 0
    for waiver in found:
        row = _row(waiver)
        digest = _digest(row)
        waiver_id = known.get(digest)
        if waiver_id is None:
            waiver_id = known[digest] = next_id(connection, schema.waivers)
            connection.execute(insert(schema.waivers).values(id=waiver_id, digest=digest, **row))
            new += 1
        line = waiver.place.rpartition(":")[2]
        values = {"file_id": file_id, "row": int(line) if line.isdigit() else 0, "waiver_id": waiver_id}
        connection.execute(insert(schema.waiver_sightings).values(**values))
    return Taken(new, len(found) - new)


def read_waivers(connection: Connection) -> list[Waiver]:
    """The waivers that count, in the order in which they were taken in; `place` is file and line."""
    seen, table = schema.waiver_sightings, schema.waivers
    asked = (
        select(table, seen.c.file_id, seen.c["row"], schema.files.c.name.label("file"))
        .join(seen, seen.c.waiver_id == table.c.id)
        .join(schema.files, schema.files.c.id == seen.c.file_id)
        .order_by(seen.c.file_id, seen.c["row"])
    )
    last: dict[str, Waiver] = {}
    for row in connection.execute(asked):
        last.pop(row.name, None)
        has_days = row.valid_from is not None or row.valid_to is not None
        days = Days.model_validate({"from": row.valid_from, "to": row.valid_to}) if has_days else None
        last[row.name] = Waiver(
            id=row.name, edit=row.edit, claims=row.claims, payers=row.payers, codes=row.codes, providers=row.providers,
            dates=days, reason=row.reason, who=row.who, expires=row.expires_on, place=f"{row.file}:{row.row}",
        )  # fmt: skip
    return list(last.values())


def _row(waiver: Waiver) -> dict[str, Any]:
    days = waiver.dates
    return {
        "name": waiver.id, "edit": waiver.edit, "payers": waiver.payers, "codes": waiver.codes, "claims": waiver.claims,
        "providers": waiver.providers, "valid_from": days.from_ if days else None, "valid_to": days.to if days else None,
        "reason": waiver.reason, "who": waiver.who, "expires_on": waiver.expires,
    }  # fmt: skip


def _digest(row: dict[str, Any]) -> str:
    def plain(value: date | object) -> str:
        return str(value)

    return hashlib.sha256(json.dumps(row, sort_keys=True, default=plain).encode()).hexdigest()


def _numbered(connection: Connection, table: Table, rows: pl.DataFrame) -> tuple[pl.DataFrame, Taken]:
    """The rows with `id` and `is_new`; of rows that say the same one is new at most."""
    known = ids_by(connection, table.c.digest, rows["digest"].unique().to_list())
    held = pl.col("digest").replace_strict(known, default=None, return_dtype=pl.Int64)
    is_first = pl.int_range(pl.len()).over("digest") == 0
    rows = rows.with_columns(held.alias("id")).with_columns(
        (pl.col("id").is_null() & is_first).alias("is_new")
    )
    number = pl.when("is_new").then(
        pl.col("is_new").cum_sum().cast(pl.Int64) - 1 + next_id(connection, table)
    )
    rows = rows.with_columns(pl.coalesce("id", number).alias("id"))
    rows = rows.with_columns(pl.col("id").max().over("digest"))
    new = int(rows["is_new"].sum())
    return rows, Taken(new, rows.height - new)
