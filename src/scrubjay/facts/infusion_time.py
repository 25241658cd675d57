"""Minutes that the claim itself states for an infusion or push, and the hours billed beyond the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.facts.registry import LINE, Fact, facts
from scrubjay.tables.columns import QUANTITY

if TYPE_CHECKING:
    from scrubjay.facts.context import FactContext

_DAY = ("claim_key", "service_date")
_TIMED = ["hydration", "infusion", "push", "sc_infusion", "complex_infusion", "complex_push"]
_HOUR = 60

# Digits are written 0-9: \d would take every script's, which no cast reads.
# Words that tie a number of minutes to the giving of the drug; others (observed, waited) are cut out first.
_GIVING = r"(?:INFUS\w*|PUSH\w*|DRIP\w*|DURATION|RAN|GIVEN|ADMIN\w*|HYDRAT\w*|OVER|IV)"
_OTHER_TIME = (
    r"\b(?:OBSERV|MONITOR|WAIT|WATCH|COUNSEL|SPENT|FACE)\w*[^0-9]{0,25}[0-9][0-9:.]*\s*(?:MIN|HR|HOUR|H)\w*"
)
_MINUTES = rf"\b{_GIVING}\b.{{0,40}}?\b([0-9]{{1,4}})\s*MIN"
_MINUTES_FIRST = r"\b([0-9]{1,4})\s*MIN(?:UTE)?S?\.?\s+(?:IV\s+)?(?:INFUS|PUSH|DRIP)"
_HOURS = rf"\b{_GIVING}\b.{{0,40}}?\b([0-9]{{1,2}})(?:\.([0-9]{{1,2}}))?\s*(?:HOURS?|HRS?|H)\b\.?(?:\s*(?:AND\s+)?([0-9]{{1,2}})\s*MIN)?"
_CLOCK = r"([0-9]{1,2}):?([0-9]{2})\s*([AP])?\.?M?\b"
_START_STOP = (
    rf"\bSTART\w*[^0-9]{{0,12}}{_CLOCK}[^0-9]{{0,25}}?\b(?:STOP|END|FINISH)\w*[^0-9]{{0,12}}{_CLOCK}"
)


def _clock(hour: str, minute: str, half: str) -> pl.Expr:
    """Minutes since midnight; null where it is no time of day."""
    h, m = pl.col(hour).cast(pl.Int32, strict=False), pl.col(minute).cast(pl.Int32, strict=False)
    twelve = pl.col(half).is_not_null()
    hour24 = pl.when(twelve).then(h % 12 + pl.when(pl.col(half) == "P").then(12).otherwise(0)).otherwise(h)
    return pl.when((m < _HOUR) & (hour24 < 24) & (twelve.not_() | ((h >= 1) & (h <= 12)))).then(
        hour24 * _HOUR + m
    )


def minutes_in_text(texts: pl.Series) -> pl.DataFrame:
    """Minutes of an infusion that free texts state.

    Args:
        texts: notes and descriptions, null where none.

    Returns:
        `minutes` (Int32, null where none or not one clear value) and `is_stated` (a statement was seen).
        A stop before the start is not read as the next day: twelve-hour clocks look the same.
    """
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String}).select(
        pl.col("text").str.to_uppercase().str.replace_all(_OTHER_TIME, " ")
    )
    text = pl.col("text")
    parts = frame.select(
        text,
        text.str.extract_groups(_START_STOP).alias("clock"),
        text.str.extract_groups(_HOURS).alias("hours"),
        text.str.extract_all(_MINUTES).alias("minutes"),
        text.str.extract(_MINUTES_FIRST).cast(pl.Int32).alias("first"),
    )
    clock = parts.select("clock").unnest("clock").rename({str(n): f"c{n}" for n in range(1, 7)})
    hours = parts.select("hours").unnest("hours").rename({str(n): f"h{n}" for n in range(1, 4)})
    fraction = pl.col("h2").str.pad_end(2, "0").cast(pl.Int32)
    of_hours = (
        pl.col("h1").cast(pl.Int32) * _HOUR
        + pl.when(pl.col("h2").is_null())
        .then(0)
        .when(fraction * _HOUR % 100 == 0)
        .then(fraction * _HOUR // 100)
        + pl.col("h3").cast(pl.Int32).fill_null(0)
    )
    start, stop = _clock("c1", "c2", "c3"), _clock("c4", "c5", "c6")
    same_clock = pl.col("c3").is_null() == pl.col("c6").is_null()
    found = pl.concat([parts, clock, hours], how="horizontal").select(
        pl.when(same_clock & (stop > start)).then(stop - start).alias("by_clock"),
        pl.col("c1").is_not_null().alias("has_clock"),
        of_hours.alias("by_hours"),
        pl.col("h1").is_not_null().alias("has_hours"),
        # Where hours were read, the minutes after them belong to them.
        pl.when(pl.col("h1").is_null())
        .then(
            pl.col("minutes")
            .list.eval(pl.element().str.extract(r"([0-9]{1,4})\s*MIN$").cast(pl.Int32))
            .list.unique()
        )
        .alias("by_minutes"),
        pl.when(pl.col("h1").is_null()).then(pl.col("first")).alias("by_first"),
    )
    many = pl.col("by_minutes").fill_null([])
    values = pl.concat_list("by_clock", "by_hours", "by_first", many).list.drop_nulls().list.unique()
    unread = (pl.col("has_clock") & pl.col("by_clock").is_null()) | (
        pl.col("has_hours") & pl.col("by_hours").is_null()
    )
    return found.select(
        pl.when((values.list.len() == 1) & unread.not_()).then(values.list.first()).alias("minutes"),
        ((values.list.len() > 0) | unread).alias("is_stated"),
    )


@facts(
    LINE,
    needs=(
        "claim_key",
        "line_key",
        "service_date",
        "line_note",
        "line_description",
        "claim_note",
        "administration_family",
        "administration_role",
    ),
    gives=(
        Fact(
            "has_minutes_stated",
            pl.Boolean(),
            "a note or description states minutes, or start and stop, of this timed administration",
        ),
        Fact(
            "minutes_stated",
            pl.Int32(),
            "those minutes: the line's own text, else the day's where the day has one timed administration",
            "the note states more than one duration, or times that cannot be read",
        ),
    ),
)
def minutes_stated(ctx: FactContext) -> pl.DataFrame:
    """Minutes in the line's own text, else in the other texts of its day, if they can only mean this line."""
    lines = ctx.lines.select(
        *_DAY,
        "line_key",
        "claim_note",
        pl.concat_str("line_note", "line_description", separator=" ; ", ignore_nulls=True).alias("_text"),
        (pl.col("administration_family").is_in(_TIMED) & (pl.col("administration_role") != "additional_hour"))
        .fill_null(value=False)
        .alias("_is_timed"),
    )
    worded = lines.filter(pl.col("_text").str.contains(r"[0-9]"))
    own = worded.select("line_key", *_DAY).hstack(minutes_in_text(worded["_text"])).filter("is_stated")
    timed_days = lines.filter("_is_timed").group_by(_DAY).agg(pl.len().alias("_timed"))
    noted = (
        lines.filter(pl.col("claim_note").str.contains(r"[0-9]"))
        .group_by("claim_key")
        .agg(
            pl.col("service_date").first(),
            pl.col("service_date").n_unique().alias("_dates"),
            pl.col("claim_note").first(),
        )
        .filter(pl.col("_dates") == 1)
    )
    of_claim = noted.select(*_DAY).hstack(minutes_in_text(noted["claim_note"])).filter("is_stated")
    # A statement on any line of the day, or on a claim of one day, can only mean its single timed line.
    of_day = (
        pl.concat([own.select(*_DAY, "minutes"), of_claim.select(*_DAY, "minutes")])
        .group_by(_DAY)
        .agg(
            pl.when(pl.col("minutes").is_not_null().all() & (pl.col("minutes").n_unique() == 1))
            .then(pl.col("minutes").first())
            .alias("_day_minutes"),
            pl.lit(value=True).alias("_day_stated"),
        )
    )
    return (
        lines.join(
            own.select("line_key", "minutes", "is_stated"), on="line_key", how="left", maintain_order="left"
        )
        .join(timed_days, on=_DAY, how="left", maintain_order="left")
        .join(of_day, on=_DAY, how="left", maintain_order="left")
        .with_columns(
            (pl.col("_is_timed") & (pl.col("_timed") == 1) & pl.col("_day_stated"))
            .fill_null(value=False)
            .alias("_by_day"),
            (pl.col("_is_timed") & pl.col("is_stated")).fill_null(value=False).alias("_by_own"),
        )
        .select(
            (pl.col("_by_own") | pl.col("_by_day")).alias("has_minutes_stated"),
            pl.when("_by_own").then("minutes").when("_by_day").then("_day_minutes").alias("minutes_stated"),
        )
    )


@facts(
    LINE,
    needs=(
        "claim_key",
        "service_date",
        "units",
        "administration_family",
        "administration_role",
        "administration_minutes_to",
        "minutes_stated",
    ),
    gives=(
        Fact(
            "further_hours_expected",
            QUANTITY,
            "hours beyond the initial code that the stated minutes give: each begun "
            "with more than half an hour beyond the last",
            "up to which minute the initial code reaches is not known",
        ),
        Fact(
            "further_hours_billed",
            QUANTITY,
            "units of the additional-hour code of the same family on the day",
            "the additional hours of the day may belong to another infusion of it",
        ),
    ),
)
def further_hours(ctx: FactContext) -> pl.DataFrame:
    """Expected and billed hours after an initial infusion; null where several infusions share the hour code."""
    lines = ctx.lines.select(
        *_DAY,
        "units",
        "administration_family",
        "administration_role",
        "administration_minutes_to",
        "minutes_stated",
    )
    role = pl.col("administration_role")
    sums = (
        lines.filter(pl.col("administration_family").is_in(_TIMED))
        .group_by(*_DAY, "administration_family")
        .agg(
            pl.col("units").filter(role == "additional_hour").sum().alias("_hours"),
            pl.col("units").filter(role == "additional_hour").null_count().alias("_unknown"),
            role.is_in(["initial", "sequential"]).sum().alias("_infusions"),
        )
    )
    last, minutes = pl.col("administration_minutes_to"), pl.col("minutes_stated")
    # The last minute of the initial code is already half an hour past its hour.
    expected = pl.when(minutes <= last).then(0).otherwise((minutes - last + _HOUR - 1) // _HOUR)
    return lines.join(sums, on=[*_DAY, "administration_family"], how="left", maintain_order="left").select(
        pl.when(role == "initial").then(expected).cast(QUANTITY).alias("further_hours_expected"),
        pl.when((pl.col("_infusions") == 1) & (pl.col("_unknown") == 0))
        .then(pl.col("_hours"))
        .alias("further_hours_billed"),
    )
