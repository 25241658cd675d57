"""The parameters of one policy as a table of periods, in each of which nothing changes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from scrubjay.facts.parameters import PARAMETERS, Parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from scrubjay.policies.model import DatedValue

NO_DATE = date(1, 1, 1)
"""Stands for a date of service that is not known: only what holds on all days holds on it."""

FIRST_DAY = NO_DATE + timedelta(days=1)

SCHEMA: dict[str, pl.DataType] = {
    "policy_id": pl.String(),
    "_from": pl.Date(),
    "payer_class": pl.String(),
    "payer_unverified": pl.List(pl.String()),
    **{f"payer_{p.name}": p.dtype for p in PARAMETERS.values()},
}


def timeline(
    policy_id: str, payer_class: str | None, values: Mapping[str, Sequence[DatedValue]]
) -> pl.DataFrame:
    """Rows of `SCHEMA` in the order of `_from`, each valid until the next.

    Args:
        policy_id: of the policy.
        payer_class: of the policy.
        values: by parameter the dated values, inherited ones included.
    """
    days = {
        day for dated in values.values() for one in dated for day in (one.from_, one.to) if day is not None
    }
    starts = sorted({FIRST_DAY, *(day for day in days if day > FIRST_DAY)})
    rows = [_row(policy_id, payer_class, NO_DATE, values, lambda one: one.from_ is None and one.to is None)]
    rows += [_row(policy_id, payer_class, day, values, lambda one, on=day: one.covers(on)) for day in starts]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _row(
    policy_id: str,
    payer_class: str | None,
    start: date,
    values: Mapping[str, Sequence[DatedValue]],
    holds: Callable[[DatedValue], bool],
) -> dict[str, Any]:
    now = {name: next((one for one in dated if holds(one)), None) for name, dated in values.items()}
    doubtful = [n for n, one in now.items() if one is not None and one.citation.confidence in ("C", "D")]
    return {
        "policy_id": policy_id,
        "_from": start,
        "payer_class": payer_class,
        "payer_unverified": doubtful,
        **{
            f"payer_{p.name}": _typed(p, one.value) if (one := now.get(p.name)) is not None else None
            for p in PARAMETERS.values()
        },
    }


def _typed(parameter: Parameter, value: Any) -> Any:
    return Decimal(str(value)) if parameter.dtype.is_decimal() and value is not None else value


def on_days(timelines: Iterable[pl.DataFrame], asked: pl.DataFrame) -> pl.DataFrame:
    """The columns of `SCHEMA` but `_from` for each row of `asked`, same height and order.

    Args:
        timelines: of every policy that is asked for.
        asked: `policy_id` and `service_date`.
    """
    known = pl.concat([pl.DataFrame(schema=SCHEMA), *timelines]).sort("_from")
    no_payer = pl.lit(pl.Series([[]], dtype=pl.List(pl.String))).first()
    return (
        asked.select(
            "policy_id",
            pl.col("service_date").fill_null(NO_DATE).alias("_from"),
            pl.int_range(pl.len(), dtype=pl.UInt32).alias("_row"),
        )
        .sort("_from")
        .join_asof(known, on="_from", by="policy_id", strategy="backward", check_sortedness=False)
        .sort("_row")
        .drop("_row", "_from")
        .with_columns(pl.coalesce("payer_unverified", no_payer).alias("payer_unverified"))
    )
