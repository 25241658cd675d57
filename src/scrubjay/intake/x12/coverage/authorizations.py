"""278 responses: what a payer authorized, item by item.

A patient event (HL EV) carries the decision (HCR), its number, period and provider; each service (HL SS) below
it may carry its own, and the code and units. An event without services is an item itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import Problem
from scrubjay.intake.x12.coverage.levels import Leveled, first_of, joined, read_levels
from scrubjay.intake.x12.values import components, day, number
from scrubjay.tables.columns import QUANTITY

if TYPE_CHECKING:
    from scrubjay.intake.reports import FileReport, ProblemLog

STATUS = {
    "A1": "approved", "A2": "approved", "A6": "approved", "A3": "denied", "A4": "pended", "CT": "pended",
    "C": "cancelled",
}  # fmt: skip
"""What a decision means for a claim: certified (wholly, in part, changed), refused, open, taken back."""

_KINDS = ("20", "21", "22", "23", "EV", "SS")
_PERIODS = ("472", "007", "AAH")
"""Periods, the best first: the service, what is in force, the event."""
_PROVIDERS = ("SJ", "1P", "FA", "72")


def read_278(data: bytes, report: FileReport, log: ProblemLog) -> pl.DataFrame:
    """Rows of `scrubjay.tables.AUTHORIZATIONS` but `file`; items without a number are left out with a problem."""
    found = read_levels(data, "278", _KINDS, report, log)
    items = _items(found)
    items = _with_parties(items, found)
    items = _with_decision(items, found)
    items = _with_period(items, found)
    items = _with_service(items, found, log)
    report.claims += items.height
    without = items.filter(pl.col("authorization_number").is_null())
    if without.height:
        rejected = found.rows.filter(pl.col("tag") == "AAA").height
        log.add(
            Problem(
                "no-authorization-number",
                "An item carries no number of an authorization"
                + (" (the request was rejected)" if rejected else "")
                + "; it was left out.",
                "Ask the payer for its decision.",
                segment=int(without["item"][0]),
            ),
            occurrences=without.height,
            limit=1,
        )
    good = items.filter(pl.col("authorization_number").is_not_null())
    report.claims_read += good.height
    return good.select(
        "authorization_number", "status", "payer_id", "payer_name", "member_id", "hcpcs", "ndc", "units", "valid_from",
        "valid_to", "places", "provider_npis", pl.col("item").alias("row"),
    )  # fmt: skip


def _items(found: Leveled) -> pl.DataFrame:
    """One row for each service, and for each event without one: `item` (its segment) and the levels."""
    levels = found.rows.filter(pl.col("tag") == "HL")
    is_service = pl.col("level_SS") == pl.col("segment")
    is_event = pl.col("level_EV") == pl.col("segment")
    services = levels.filter(is_service)
    bare = levels.filter(is_event).join(services.select("level_EV"), on="level_EV", how="anti")
    return (
        pl.concat([services, bare])
        .sort("segment")
        .drop("raw", "tag")
        .rename({"segment": "item"})
        .with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("_n"))
    )


def _with_parties(items: pl.DataFrame, found: Leveled) -> pl.DataFrame:
    names = found.of("NM1", ("entity", None, "last", None, None, None, None, "qualifier", "id"))
    payer = first_of(
        names.filter(pl.col("level_21").is_null()), "level_20", {"id": "payer_id", "last": "payer_name"}
    )
    member = first_of(
        names.filter(pl.col("entity") == "IL", pl.col("level_EV").is_null()), "level_22", {"id": "member_id"}
    )
    is_npi = pl.col("qualifier") == "XX"
    below = names.filter(is_npi, pl.col("entity").is_in(_PROVIDERS), pl.col("level_EV").is_not_null())
    of_service = (
        below.filter(pl.col("level_SS").is_not_null()).group_by("level_SS").agg(pl.col("id").alias("_own"))
    )
    of_event = (
        below.filter(pl.col("level_SS").is_null()).group_by("level_EV").agg(pl.col("id").alias("_of_event"))
    )
    items = joined(joined(items, "level_20", payer), "level_22", member)
    items = joined(joined(items, "level_SS", of_service), "level_EV", of_event)
    return items.with_columns(pl.coalesce("_own", "_of_event").alias("provider_npis")).drop(
        "_own", "_of_event"
    )


def _split(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Segments of services, and of events themselves."""
    below = frame.filter(pl.col("level_EV").is_not_null())
    return below.filter(pl.col("level_SS").is_not_null()), below.filter(pl.col("level_SS").is_null())


def _inherited(items: pl.DataFrame, frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """The first values of the service, else of its event."""
    own, event = _split(frame)
    items = joined(items, "level_SS", first_of(own, "level_SS", {c: f"_s_{c}" for c in columns}))
    items = joined(items, "level_EV", first_of(event, "level_EV", {c: f"_e_{c}" for c in columns}))
    return items.with_columns(pl.coalesce(f"_s_{c}", f"_e_{c}").alias(c) for c in columns).drop(
        f"_{level}_{c}" for c in columns for level in ("s", "e")
    )


def _with_decision(items: pl.DataFrame, found: Leveled) -> pl.DataFrame:
    decisions = found.of("HCR", ("action", "authorization_number"))
    items = _inherited(items, decisions, ("action", "authorization_number"))
    status = pl.col("action").replace_strict(STATUS, default=None, return_dtype=pl.String())
    requests = found.of("UM", (None, None, None, "facility"))
    place, qualifier = components(requests["facility"], 2)
    requests = requests.with_columns(pl.when(qualifier == "B").then(place).alias("place"))
    items = _inherited(items, requests.filter(pl.col("place").is_not_null()), ("place",))
    return items.with_columns(
        status.alias("status"),
        pl.when(pl.col("place").is_not_null()).then(pl.concat_list("place")).alias("places"),
    )


def _with_period(items: pl.DataFrame, found: Leveled) -> pl.DataFrame:
    dates = found.of("DTP", ("qualifier", "format", "value"))
    ends = dates["value"].str.splitn("-", 2).struct
    first, last = day(ends.field("field_0")), day(ends.field("field_1").fill_null(ends.field("field_0")))
    dates = dates.with_columns(first.alias("valid_from"), last.alias("valid_to"))
    rank = pl.col("qualifier").replace_strict({q: n for n, q in enumerate(_PERIODS)}, default=None)
    periods = dates.with_columns(rank.alias("_rank")).filter(
        pl.col("_rank").is_not_null(), pl.col("valid_from").is_not_null()
    )
    items = _inherited(items, periods.sort("_rank", "segment"), ("valid_from", "valid_to"))
    expires = dates.filter(pl.col("qualifier") == "036").select(
        pl.exclude("valid_from", "valid_to"), pl.col("valid_from").alias("_expires")
    )
    items = _inherited(items, expires, ("_expires",))
    return items.with_columns(
        # A single day of an event that expires later holds until then.
        pl.when(pl.col("_expires") > pl.col("valid_to"))
        .then("_expires")
        .otherwise("valid_to")
        .alias("valid_to")
    )


def _with_service(items: pl.DataFrame, found: Leveled, log: ProblemLog) -> pl.DataFrame:
    professional = found.of("SV1", ("product", None, "_unit", "_units"))
    institutional = found.of("SV2", (None, "product", None, "_unit", "_units"))
    services = pl.concat([professional, institutional], how="diagonal").sort("segment")
    qualifier, code = components(services["product"], 2)
    units = number(services["_units"], QUANTITY)
    bad = services.filter(units.is_null() & services["_units"].is_not_null())
    if bad.height:
        log.add(
            Problem(
                "bad-number", "A number of units cannot be read; it was left empty.", "Ask the payer.",
                segment=int(bad["segment"][0]), element="SV104",
            ),
            occurrences=bad.height,
            limit=1,
        )  # fmt: skip
    digits = code.str.replace_all(r"\D", "")
    services = services.with_columns(
        pl.when(qualifier == "HC").then(code.str.to_uppercase()).alias("hcpcs"),
        pl.when((qualifier == "N4") & (digits.str.len_bytes() == 11)).then(digits).alias("ndc"),
        pl.when(services["_unit"].fill_null("UN") == "UN").then(units).alias("units"),
    )
    return _inherited(items, services, ("hcpcs", "ndc", "units"))
