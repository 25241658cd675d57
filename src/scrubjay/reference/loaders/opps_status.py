"""Rows of hospital payment status, whatever layout of Addendum B they come from."""

from __future__ import annotations

import polars as pl

from scrubjay.reference.loaders.released_table import number, number_warnings, shown

TITLE = "CMS OPPS Addendum B"
CITATION = "CMS, OPPS Addendum B, Payment by HCPCS Code"
AMOUNTS = ("payment_rate", "minimum_copayment", "adjusted_copayment", "adjusted_percent")
_INDICATOR = r"^[A-Z][0-9A-Z]?$"


def status_rows(
    frame: pl.DataFrame, setting: str, *, by: tuple[str, ...] = ()
) -> tuple[pl.DataFrame, list[str]]:
    """Indicator, rate and copayments by code, exact; what is no indicator or number is null and named.

    Args:
        frame: `_row`, `hcpcs`, `status_indicator` and any of `AMOUNTS` and `status_note`, as strings.
        setting: `hopd` or `asc`.
        by: columns to keep beside them.
    """
    amounts = [c for c in AMOUNTS if c in frame.columns]
    said = number_warnings(frame, amounts)
    indicator = pl.col("status_indicator").str.to_uppercase()
    odd = frame.filter(~indicator.str.contains(_INDICATOR))
    if odd.height:
        said.append(f"The indicator is none in {shown(odd, 'status_indicator')}: left empty.")
    notes = [pl.col("status_note").str.replace_all(r"\s+", " ")] if "status_note" in frame.columns else []
    rows = frame.select(
        "_row",
        *by,
        "hcpcs",
        pl.lit(setting).alias("status_setting"),
        pl.when(indicator.str.contains(_INDICATOR)).then(indicator).alias("status_indicator"),
        *(number(c).alias(c) for c in amounts),
        *notes,
    )
    return rows, said
