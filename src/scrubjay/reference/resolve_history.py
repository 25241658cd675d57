"""The code set over its editions: each tells the whole life of every code, and what it was at that time.

A code's days come from the latest edition that lists it. What it was on a day (descriptor, unit, kind) comes
from the edition that covers the day. Between two editions it holds if both say the same; else it is null and
the note says so, unless the later one tells when it changed (two rows that follow one another). Before the
first edition and after the last, that one's words hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.reference.overlaps import BOUNDS, EDITION, comparable, cut_by_later, own_columns
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.reference.overlaps import EditionNote

_LEVEL_TWO = r"^[A-V]\d{4}$"
HISTORIES = {
    "hcpcs": ("hcpcs", _LEVEL_TWO),
    "drugs": ("hcpcs", _LEVEL_TWO),
    "modifiers": ("modifier", r"^[A-Z][A-Z0-9]$"),
}
"""Sets whose editions tell whole lives, and which keys such an edition lists all of."""
_HAND_MADE = frozenset(
    (
        "families",
        "brands",
        "administration_class",
        "container_type",
        "usual_doses_mg",
        "group",
        "use_confidence",
    )
)
"""Columns that only our own hands fill: an edition without them contradicts nothing."""
TORN = "_torn"
"""Columns of a row on which editions contradict each other: null, and not to be filled from elsewhere."""
_SAID = "_said"
_GONE = "Not listed in edition {}, so it ended before."
_GONE_PATTERN = r"(Not listed in edition .*)$"
_NAMES = pl.List(pl.String)


def in_scope(set_name: str) -> pl.Expr:
    """Whether a complete edition would list the key of a row; of other sets it lists all."""
    if set_name not in HISTORIES:
        return pl.lit(value=True)
    column, pattern = HISTORIES[set_name]
    return pl.col(column).str.contains(pattern).fill_null(value=False)


def resolved_history(set_name: str, rows: pl.DataFrame, editions: Sequence[EditionNote]) -> pl.DataFrame:
    """One row per code and period in which it stayed the same.

    Args:
        set_name: a key of `HISTORIES`.
        rows: loaded rows known on the day of the run, with `_edition`, `_from`, `_to`.
        editions: the loaded editions known that day.

    Returns:
        The rows with `_from`, `_to`, `_torn` and `_ends`, the end of the latest edition that lists the code.
    """
    identity = list(SETS[set_name].identity)
    spoken = _one_voice(set_name, _with_period(rows, editions), identity)
    lives = _lives(set_name, spoken, editions, identity)
    is_simple = (pl.col(_SAID).n_unique().over(identity) == 1) & (
        pl.col("_period_rows").max().over(identity) == 1
    )
    simple = spoken.filter(is_simple)
    names = (
        simple.sort("_begins")
        .group_by(identity, maintain_order=True)
        .agg(pl.col("_name").first().alias("_first"), pl.col("_name").last().alias("_last"))
    )
    # An unchanged code has one life; its latest row says all there is.
    steady = (
        lives.join(names, on=identity, how="inner")
        .with_columns(_span("_first", "_last").alias("edition"))
        .drop("_first", "_last")
    )
    changed = spoken.filter(~is_simple)
    if changed.is_empty():
        return _out(set_name, steady)
    told = _told(set_name, lives.join(names, on=identity, how="anti"), changed, identity)
    return pl.concat([_out(set_name, steady), _out(set_name, told)])


def _with_period(rows: pl.DataFrame, editions: Sequence[EditionNote]) -> pl.DataFrame:
    periods = pl.DataFrame(
        [(e.number, e.name, e.begins, e.ends) for e in editions],
        schema={EDITION: pl.Int32, "_name": pl.String, "_begins": pl.Date, "_ends": pl.Date},
        orient="row",
    )
    return rows.join(periods, on=EDITION, how="inner", maintain_order="left")


def _one_voice(set_name: str, rows: pl.DataFrame, identity: list[str]) -> pl.DataFrame:
    """One row per code, period of days and period of editions; a later-known correction replaces the earlier.

    Two forms of one release (records and spreadsheet) are one voice: where they agree the one fills what the
    other lacks, where not the column is null and torn.
    """
    own = own_columns(set_name)
    period = [*identity, "_begins"]
    latest = rows.filter(pl.col("_known") == pl.col("_known").max().over(period))
    by = [*period, *BOUNDS]
    ordered = latest.sort("source", "edition")
    alone = ordered.filter(pl.len().over(by) == 1).with_columns(pl.lit([], _NAMES).alias(TORN))
    several = ordered.filter(pl.len().over(by) > 1)
    if several.height:
        rest = [c for c in ordered.columns if c not in by and c not in own]
        differs = [comparable(set_name, c).drop_nulls().n_unique() > 1 for c in own]
        merged = several.group_by(by, maintain_order=True).agg(
            *(pl.when(~d).then(pl.col(c).drop_nulls().first()).alias(c) for c, d in zip(own, differs, strict=True)),
            *(pl.col(c).first() for c in rest if c != "note"),
            pl.col("note").first().alias("_note"),
            pl.col("source").unique(maintain_order=True).str.join(" and ").alias("_sources"),
            pl.concat_list(
                pl.when(d).then(pl.lit(c)).otherwise(None) for c, d in zip(own, differs, strict=True)
            ).list.drop_nulls().alias(TORN),
        )  # fmt: skip
        words = pl.format(
            "{} contradict each other in {}: no value is taken.", "_sources", pl.col(TORN).list.join(", ")
        )
        merged = merged.with_columns(
            _noted("_note", pl.when(pl.col(TORN).list.len() > 0).then(words)).alias("note")
        )
        alone = pl.concat([alone, merged.select(alone.columns)])
    said = pl.struct(comparable(set_name, c).alias(c) for c in own)
    return alone.with_columns(
        pl.concat_str(
            [said.struct.field(c).cast(pl.String).fill_null("\x00") for c in own], separator="\x01"
        ).alias(_SAID),
        pl.len().over(period).alias("_period_rows"),
    )


def _lives(
    set_name: str, rows: pl.DataFrame, editions: Sequence[EditionNote], identity: list[str]
) -> pl.DataFrame:
    """Days on which each code is valid: by the latest edition that lists it, and ended lives from before."""
    latest = pl.col("_begins").max().over(identity)
    last = rows.filter(pl.col("_begins") == latest)
    first_day = last.group_by(identity).agg(pl.col("_from").min().alias("_first_day"))
    older = (
        rows.filter(pl.col("_begins") < latest)
        .join(first_day, on=identity)
        .filter(pl.col("_to") <= pl.col("_first_day"))
        .drop("_first_day")
    )
    if older.height:
        # Of ended lives the latest edition that still tells one is believed.
        kept = cut_by_later(older.with_columns(pl.col("_begins").alias("_known")), identity).drop("_row")
        last = pl.concat([last, kept.select(last.columns)])
    return _dropped(set_name, last, editions, identity)


def _dropped(
    set_name: str, lives: pl.DataFrame, editions: Sequence[EditionNote], identity: list[str]
) -> pl.DataFrame:
    """An open code that the next complete edition does not list ended before that edition."""
    whole = pl.DataFrame(
        sorted((e.begins, e.name) for e in editions if e.is_complete),
        schema={"_gone": pl.Date, "_by": pl.String},
        orient="row",
    ).unique("_gone", keep="last", maintain_order=True)
    if whole.is_empty():
        return lives
    lives = lives.with_columns(pl.col("_begins").max().over(identity).alias("_listed")).sort("_listed")
    after = lives.join_asof(
        whole.sort("_gone"),
        left_on="_listed",
        right_on="_gone",
        strategy="forward",
        allow_exact_matches=False,
    )
    is_gone = in_scope(set_name) & (pl.col("_gone") < pl.col("_to"))
    words = pl.format(_GONE, "_by")
    return (
        after.with_columns(
            pl.when(is_gone).then("_gone").otherwise("_to").alias("_to"),
            _noted("note", pl.when(is_gone).then(words)).alias("note"),
        )
        .filter(pl.col("_from") < pl.col("_to"))
        .drop("_listed", "_gone", "_by")
    )


def _told(set_name: str, lives: pl.DataFrame, rows: pl.DataFrame, identity: list[str]) -> pl.DataFrame:
    """The lives of codes that changed, cut into periods in which they stayed the same."""
    segments = _segments(lives, rows, identity)
    numbered = rows.with_row_index("_n").with_columns(
        pl.col("_from").is_in(pl.col("_to").implode()).over([*identity, "_begins"]).alias("_is_changed"),
        pl.col("_to").is_in(pl.col("_from").implode()).over([*identity, "_begins"]).alias("_is_before"),
    )
    near = segments.join(
        numbered.select(
            *identity, "_n", "_begins", "_ends", pl.col("_from").alias("_a"), pl.col("_to").alias("_b")
        ),
        on=identity,
    ).filter(pl.col("_a") <= pl.col("_p"), pl.col("_p") < pl.col("_b"))
    day, row = pl.col("_p"), pl.col("_n")
    found = (
        near.sort("_begins")
        .group_by("_s", maintain_order=True)
        .agg(
            row.filter((pl.col("_begins") <= day) & (day < pl.col("_ends"))).last().alias("_now"),
            row.filter(pl.col("_ends") <= day).last().alias("_past"),
            row.filter(pl.col("_begins") > day).first().alias("_next"),
        )
    )
    segments = segments.join(found, on="_s", how="left", maintain_order="left")
    marks = numbered.select("_n", "_is_changed", "_is_before", pl.col("_from").alias("_a"), "_begins")
    after = segments.join(marks, left_on="_next", right_on="_n", how="left", maintain_order="left")
    past_begins = segments.join(
        numbered.select("_n", pl.col("_begins").alias("_past_begins")), left_on="_past", right_on="_n", how="left", maintain_order="left"
    )["_past_begins"]  # fmt: skip
    after = after.with_columns(past_begins)
    # The next edition says that its words hold since a day after the past edition: they do.
    states = pl.col("_is_changed") & (pl.col("_a") > pl.col("_past_begins"))
    base = pl.coalesce("_now", pl.when(states).then("_next"), "_past", "_next")
    other = pl.when(
        pl.col("_now").is_null() & states.fill_null(value=False).not_() & pl.col("_past").is_not_null()
    ).then("_next")
    chosen = after.with_columns(base.alias("_base"), other.alias("_other"))
    return _merged_runs(set_name, _composed(set_name, chosen, numbered), identity)


def _segments(lives: pl.DataFrame, rows: pl.DataFrame, identity: list[str]) -> pl.DataFrame:
    """Each life cut wherever an edition begins or ends to speak, or one of its rows does."""
    whole = lives.with_row_index("_life").select(
        "_life", *identity, *BOUNDS, "_name", pl.col("note").str.extract(_GONE_PATTERN).alias("_gone_note"),
        pl.col("_to").alias("_life_to"),
        pl.col("effective_to").alias("_stated_end"), pl.col("_ends").alias("_reach"),
    )  # fmt: skip
    cuts = pl.concat(
        [rows.select(*identity, pl.col(c).alias("_p")) for c in ("_from", "_to", "_begins", "_ends")]
    ).unique()
    inner = (
        whole.select("_life", *identity, *BOUNDS)
        .join(cuts, on=identity)
        .filter(pl.col("_from") < pl.col("_p"), pl.col("_p") < pl.col("_to"))
        .select("_life", "_p")
    )
    points = pl.concat([inner, *(whole.select("_life", pl.col(c).alias("_p")) for c in BOUNDS)])
    return (
        points.unique()
        .sort("_life", "_p")
        .with_columns(pl.col("_p").shift(-1).over("_life").alias("_q"))
        .drop_nulls("_q")
        .join(whole.drop(BOUNDS), on="_life", how="left", maintain_order="left")
        .with_row_index("_s")
    )


def _composed(set_name: str, chosen: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Segments with the words of their edition, or of the two around them where these agree."""
    own = own_columns(set_name)
    rest = ["source", "edition", "known_from", "confidence", "citation", "note", "_name", TORN]
    base = rows.select(pl.col("_n").alias("_base"), *own, *rest)
    other = rows.select(
        pl.col("_n").alias("_other"),
        *(pl.col(c).alias(f"_o_{c}") for c in own),
        pl.col("_name").alias("_o_name"),
    )
    both = (
        chosen.rename({"_name": "_life_name"})
        .join(base, on="_base", how="left", maintain_order="left")
        .join(other, on="_other", how="left", maintain_order="left")
    )
    has_other = pl.col("_other").is_not_null()

    def differs(column: str) -> pl.Expr:
        # Before the change that the later edition dates, it says nothing of what was: the past holds.
        is_open = pl.col("_is_before").fill_null(value=False) & pl.col(f"_o_{column}").is_null()
        if column in _HAND_MADE:
            is_open |= pl.col(column).is_null() | pl.col(f"_o_{column}").is_null()
        one, two = comparable(set_name, column), comparable(set_name, column, f"_o_{column}")
        return has_other & ~is_open & one.ne_missing(two)

    torn = pl.concat_list(pl.when(differs(c)).then(pl.lit(c)).otherwise(None) for c in own).list.drop_nulls()
    words = pl.format(
        "Editions {} and {} differ in {}, and none covers these days.",
        "_name",
        "_o_name",
        torn.list.join(", "),
    )
    return both.with_columns(
        *(
            pl.when(~differs(c)).then(pl.coalesce(c, f"_o_{c}") if c in _HAND_MADE else pl.col(c)).alias(c)
            for c in own
        ),
        pl.concat_list(TORN, torn).list.unique(maintain_order=True).alias(TORN),
        _noted("note", pl.when(torn.list.len() > 0).then(words)).alias("note"),
    ).with_columns(
        pl.concat_str(
            [comparable(set_name, c).cast(pl.String).fill_null("\x00") for c in own]
            + [pl.col(TORN).list.join(",")],
            separator="\x01",
        ).alias(_SAID)
    )


def _merged_runs(set_name: str, pieces: pl.DataFrame, identity: list[str]) -> pl.DataFrame:
    """Neighbouring pieces that say the same as one row, which names its first and last edition."""
    ordered = pieces.sort("_life", "_p")
    is_new = (
        (pl.col("_life") != pl.col("_life").shift(1)) | (pl.col(_SAID) != pl.col(_SAID).shift(1))
    ).fill_null(value=True)
    keep = [c for c in SETS[set_name].columns if c not in identity and c not in {"note", "edition"}]
    runs = (
        ordered.with_columns(is_new.cum_sum().alias("_run"))
        .group_by("_run", maintain_order=True)
        .agg(
            *(pl.col(c).first() for c in identity),
            *(pl.col(c).last() for c in keep if c not in BOUNDS and c in ordered.columns),
            pl.col("_p").first().alias("_from"),
            pl.col("_q").last().alias("_to"),
            pl.col("_name").min().alias("_first"),
            pl.col("_name").max().alias("_last"),
            pl.col("note").first(),
            pl.col("_life_name").last(),
            pl.col("_gone_note").last(),
            (pl.col("_q").last() == pl.col("_life_to").last()).alias("_is_last"),
            pl.col("_reach").last().alias("_ends"),
            pl.col(TORN).first(),
            (pl.col("_q").last() == pl.col("_stated_end").last()).fill_null(value=False).alias("_is_ended"),
        )
    )
    by_later = pl.col("_is_ended") & (pl.col("_life_name") != pl.col("_last"))
    words = pl.format("Its last day is by edition {}.", "_life_name")
    end_note = pl.when("_is_last").then(pl.coalesce("_gone_note", pl.when(by_later).then(words)))
    return runs.with_columns(
        _span("_first", "_last").alias("edition"), _noted("note", end_note).alias("note")
    )


def _span(first: str, last: str) -> pl.Expr:
    return pl.when(pl.col(first) == pl.col(last)).then(first).otherwise(pl.format("{}..{}", first, last))


def _noted(note: str, words: pl.Expr) -> pl.Expr:
    said = pl.concat_str(note, words, separator=" ", ignore_nulls=True)
    return pl.when(said != "").then(said)


def _out(set_name: str, rows: pl.DataFrame) -> pl.DataFrame:
    columns = SETS[set_name].columns
    return rows.with_columns(
        pl.lit(None, columns[c].dtype).alias(c) for c in columns if c not in rows.columns
    ).select(*columns, *BOUNDS, TORN, "_ends")
