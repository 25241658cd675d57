"""What is known of a waiver once a run is done: the frame that edits of the grain `run` judge."""

from __future__ import annotations

import polars as pl

from scrubjay.tables.columns import CODE, Column, Kind, Table

WAIVERS = Table(
    "waivers",
    (
        Column("waiver_id", CODE, Kind.CODE, "name of the waiver, as findings show it"),
        Column("waiver_place", pl.String(), Kind.TEXT, "file and line where it stands"),
        Column("waiver_edit", CODE, Kind.CODE, "the edit that it names, as written"),
        Column("waiver_expires", pl.Date(), Kind.DATE, "the first day on which it marks nothing any more"),
        Column("is_waiver_edit_known", pl.Boolean(), Kind.FLAG, "there is an edit of that name or code"),
        Column("is_waiver_edit_asked", pl.Boolean(), Kind.FLAG, "the run asked that edit"),
        Column("is_waiver_expired", pl.Boolean(), Kind.FLAG, "the run's day is its day of expiry or later"),
        Column(
            "waiver_limits",
            pl.List(pl.String()),
            Kind.CODE,
            "what narrows it beyond the edit: `claims`, `payers`, `codes`, `providers`; a pattern that fits "
            "everything narrows nothing, and dates alone do not",
        ),
        Column(
            "waiver_findings",
            pl.Int64(),
            Kind.COUNT,
            "findings of the run that it marks; unknown where none was marked and an input was not read whole",
        ),
    ),
)
"""One row for each waiver of a run."""

WAIVER_UNKNOWN = {
    "waiver_findings": "an input was not read whole, so findings that the waiver would mark may be missing",
}
"""What to tell a user where one of these columns is null."""
