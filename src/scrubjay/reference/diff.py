"""What changed from one edition of a source to another: codes, words, units, limits, status.

Two frames of one set are laid side by side by the columns that identify a row. A set whose editions hold
several periods of one key is compared period by period, the oldest with the oldest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.reference.sets import PROVENANCE, SETS

if TYPE_CHECKING:
    from collections.abc import Mapping

ADDED = "added"
ENDED = "ended"
GONE = "no longer listed"
REOPENED = "open again"
REDESCRIBED = "re-described"
UNITS_CHANGED = "units changed"
LIMIT_MOVED = "limit moved"
STATUS_CHANGED = "status changed"
CODE_CHANGED = "bills under another code"
PERIOD_CHANGED = "period changed"
CHANGED = "changed"

ORDER = (
    ADDED, ENDED, GONE, REOPENED, UNITS_CHANGED, LIMIT_MOVED, STATUS_CHANGED, CODE_CHANGED, REDESCRIBED,
    PERIOD_CHANGED, CHANGED,
)  # fmt: skip
"""Kinds of change in the order in which they are shown: what alters a bill first."""

CHANGES: dict[str, pl.DataType] = {
    "set_name": pl.String(),
    "source": pl.String(),
    "key": pl.String(),
    "change": pl.String(),
    "column": pl.String(),
    "before": pl.String(),
    "after": pl.String(),
    "percent": pl.Decimal(18, 2),
    "label": pl.String(),
}
"""Shape of a list of changes; `key` joins the key's parts by a blank, `percent` is null but for amounts."""

_KINDS: Mapping[str, str] = {
    "descriptor": REDESCRIBED,
    "meaning": REDESCRIBED,
    "unit_amount": UNITS_CHANGED,
    "unit": UNITS_CHANGED,
    "qualifier": UNITS_CHANGED,
    "dosage": UNITS_CHANGED,
    "package_size": UNITS_CHANGED,
    "package_quantity": UNITS_CHANGED,
    "units_per_item": UNITS_CHANGED,
    "unit_ratio": UNITS_CHANGED,
    "ndc_billing_unit": UNITS_CHANGED,
    "mue_value": LIMIT_MOVED,
    "payment_limit": LIMIT_MOVED,
    "payment_rate": LIMIT_MOVED,
    "vaccine_limit": LIMIT_MOVED,
    "blood_limit": LIMIT_MOVED,
    "minimum_copayment": LIMIT_MOVED,
    "adjusted_copayment": LIMIT_MOVED,
    "status_indicator": STATUS_CHANGED,
    "modifier_indicator": STATUS_CHANGED,
    "is_billable": STATUS_CHANGED,
    "is_active": STATUS_CHANGED,
    "hcpcs": CODE_CHANGED,
}
_AMOUNTS = tuple(c for c, kind in _KINDS.items() if kind == LIMIT_MOVED)
_LABELS = ("descriptor", "meaning", "drug", "product", "generic_name", "paraphrase")
# They say what a reader sees elsewhere in the same list: the amount and unit of `dosage`, the action of a code.
_LEFT_OUT = frozenset({"dosage_amount", "dosage_unit", "use_confidence", "added_on", "action_year"})
_WORDS = frozenset({"descriptor", "meaning", "dosage"})
_PROVENANCE = frozenset(c.name for c in PROVENANCE)
# One NDC usually bills under one code; where it moves to another, that is one change and no end and beginning.
_KEYS: Mapping[str, tuple[str, ...]] = {"ndc": ("ndc",)}
_NTH = "_nth"


def changes(set_name: str, source: str, before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """What `after` says otherwise than `before`.

    Args:
        set_name: a key of `SETS`.
        source: the official source of both, written into the rows.
        before: rows of the one edition, in the shape of the set.
        after: rows of the other.

    Returns:
        A frame of `CHANGES`, by kind in the order of `ORDER`, then by key: one row for an added, ended or
        missing key, one for each column that differs in a key of both.

    Raises:
        KeyError: no such set.
    """
    keys = _KEYS.get(set_name, SETS[set_name].identity)
    if set_name in _KEYS and not (_is_single(before, keys) and _is_single(after, keys)):
        keys = SETS[set_name].identity
    label = _label_of(set_name)
    old, new = _numbered(before, keys), _numbered(after, keys)
    by = [*keys, _NTH]
    parts = [
        _one_sided(new.join(old, on=by, how="anti", nulls_equal=True), keys, label, ADDED),
        _one_sided(old.join(new, on=by, how="anti", nulls_equal=True), keys, label, GONE),
    ]
    both = old.join(new, on=by, how="inner", nulls_equal=True, suffix="_after")
    parts += [_ends(both, keys, label)]
    parts += [
        _differing(both, column, keys, label)
        for column in SETS[set_name].columns
        if column not in _PROVENANCE and column not in keys and column not in _LEFT_OUT
    ]
    rank = pl.col("change").replace_strict({k: n for n, k in enumerate(ORDER)}, return_dtype=pl.Int8)
    return (
        pl.concat([p for p in parts if p.height] or [_empty()])
        .with_columns(pl.lit(set_name).alias("set_name"), pl.lit(source).alias("source"))
        .select(*CHANGES)
        .sort(rank, "key", "column", maintain_order=True)
    )


def summary(found: pl.DataFrame) -> list[tuple[str, str, int]]:
    """How many keys changed in which way, as `(set, change, keys)`, sets by name, changes in the order of `ORDER`."""
    counted = found.group_by("set_name", "change").agg(pl.col("key").n_unique().alias("keys"))
    return sorted(counted.iter_rows(), key=lambda row: (row[0], ORDER.index(row[1])))


def _empty() -> pl.DataFrame:
    return pl.DataFrame(schema=CHANGES)


def _is_single(frame: pl.DataFrame, keys: tuple[str, ...]) -> bool:
    return frame.select(keys).n_unique() == frame.height


def _label_of(set_name: str) -> str | None:
    return next((c for c in _LABELS if c in SETS[set_name].columns), None)


def _numbered(frame: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    """The rows with the number of their period among those of one key, oldest first."""
    ordered = frame.sort("effective_from", nulls_last=False, maintain_order=True)
    return ordered.with_columns(pl.int_range(pl.len(), dtype=pl.Int32).over(keys).alias(_NTH))


def _key(keys: tuple[str, ...]) -> pl.Expr:
    return pl.concat_str([pl.col(k) for k in keys], separator=" ", ignore_nulls=True).alias("key")


def _text(column: str, dtype: pl.DataType) -> pl.Expr:
    """A value as a reader writes it: no zeros after the last decimal that counts, lists joined."""
    value = pl.col(column)
    if isinstance(dtype, pl.List):
        return value.list.join(" ")
    text = value.cast(pl.String)
    if isinstance(dtype, pl.Decimal):
        return pl.when(text.str.contains(r"\.")).then(text.str.replace(r"\.?0+$", "")).otherwise(text)
    return text


def _rows(
    frame: pl.DataFrame,
    keys: tuple[str, ...],
    change: pl.Expr,
    *,
    column: str | None = None,
    before: pl.Expr | None = None,
    after: pl.Expr | None = None,
    percent: pl.Expr | None = None,
    label: str | None = None,
) -> pl.DataFrame:
    nothing = pl.lit(None, pl.String)
    return frame.select(
        nothing.alias("set_name"),
        nothing.alias("source"),
        _key(keys),
        change.alias("change"),
        pl.lit(column, pl.String).alias("column"),
        (nothing if before is None else before.cast(pl.String)).alias("before"),
        (nothing if after is None else after.cast(pl.String)).alias("after"),
        (pl.lit(None) if percent is None else percent).cast(CHANGES["percent"]).alias("percent"),
        (nothing if label is None else pl.col(label)).alias("label"),
    )


def _one_sided(frame: pl.DataFrame, keys: tuple[str, ...], label: str | None, change: str) -> pl.DataFrame:
    day = pl.col("effective_from") if change == ADDED else _last_day("effective_to")
    is_new = change == ADDED
    return _rows(
        frame,
        keys,
        pl.lit(change),
        label=label,
        before=None if is_new else day,
        after=day if is_new else None,
    )


def _last_day(column: str) -> pl.Expr:
    return pl.col(column) - pl.duration(days=1)


def _ends(both: pl.DataFrame, keys: tuple[str, ...], label: str | None) -> pl.DataFrame:
    """First and last days that moved. Periods without a common day are those of two releases, not a change."""
    first, first_after = pl.col("effective_from"), pl.col("effective_from_after")
    end, end_after = pl.col("effective_to"), pl.col("effective_to_after")
    overlap = (first_after < end).fill_null(value=True) & (first < end_after).fill_null(value=True)
    moved_end = both.filter(overlap & end.ne_missing(end_after))
    moved_start = both.filter(overlap & first.ne_missing(first_after))
    change = (
        pl.when(end.is_null())
        .then(pl.lit(ENDED))
        .when(end_after.is_null())
        .then(pl.lit(REOPENED))
        .otherwise(pl.lit(PERIOD_CHANGED))
    )
    return pl.concat(
        [
            _rows(
                moved_end, keys, change, column="last day", label=label,
                before=_last_day("effective_to"), after=_last_day("effective_to_after"),
            ),
            _rows(
                moved_start, keys, pl.lit(PERIOD_CHANGED), column="first day", label=label,
                before=first, after=first_after,
            ),
        ]
    )  # fmt: skip


def _differing(both: pl.DataFrame, column: str, keys: tuple[str, ...], label: str | None) -> pl.DataFrame:
    """One row for each key whose value in a column differs."""
    dtype = both.schema[column]
    before, after = _text(column, dtype), _text(f"{column}_after", dtype)
    is_moved = before.ne_missing(after)
    if column in _WORDS:
        # Capitals, and marks that a copy lost, are no new description.
        is_moved &= _bare(before).ne_missing(_bare(after))
    percent = _percent(column) if column in _AMOUNTS else None
    return _rows(
        both.filter(is_moved), keys, pl.lit(_KINDS.get(column, CHANGED)), column=column, label=label,
        before=before, after=after, percent=percent,
    )  # fmt: skip


def _bare(text: pl.Expr) -> pl.Expr:
    return text.str.to_lowercase().str.replace_all(r"[^a-z0-9.%/]+", " ").str.strip_chars(" .")


def _percent(column: str) -> pl.Expr:
    wide = pl.Decimal(38, 6)
    old, new = pl.col(column).cast(wide), pl.col(f"{column}_after").cast(wide)
    # A limit that was nothing moved by no percentage.
    return pl.when(old != 0).then((new - old) * pl.lit(100).cast(pl.Decimal(5, 0)) / old)
