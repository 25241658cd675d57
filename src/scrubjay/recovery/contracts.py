"""A contract's rates as a table of the user's own (CSV): what a payer owes for a code.

    payer,hcpcs,method,rate,from,to,lesser_of_charge,source
    our-plan,J2919,per_unit,0.31,2026-01-01,,no,Exhibit B
    our-plan,*,percent_of_charge,62.5,2026-01-01,,no,Exhibit B

`payer` is the id of a policy or the payer id of the remittance; `hcpcs` a code or `*` for every other.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import UnreadableInputError, UsageError, reading_reason
from scrubjay.tables.columns import QUANTITY

if TYPE_CHECKING:
    from pathlib import Path

METHODS = ("per_unit", "percent_of_charge", "percent_of_limit", "percent_of_asp", "case")
_COLUMNS = ("payer", "hcpcs", "method", "rate", "from", "to", "lesser_of_charge", "source")
_FOREVER = date(9999, 12, 31)

CONTRACTS_SCHEMA = {
    "payer": pl.String,
    "hcpcs": pl.String,
    "method": pl.String,
    "rate": QUANTITY,
    "from": pl.Date,
    "to": pl.Date,
    "lesser_of_charge": pl.Boolean,
    "source": pl.String,
}


def no_contracts() -> pl.DataFrame:
    """A table without rates."""
    return pl.DataFrame(schema=CONTRACTS_SCHEMA)


def load_contracts(path: Path) -> pl.DataFrame:
    """Rates of a CSV file.

    Args:
        path: the file, UTF-8 with a header.

    Returns:
        `CONTRACTS_SCHEMA`; `to` is the first day that is no longer covered.

    Raises:
        UnreadableInputError: the file cannot be read.
        UsageError: a column, method, rate or day is wrong, or two rows speak of one code on one day; `where` is
            file and line.
    """
    try:
        raw = pl.read_csv(path, infer_schema=False, encoding="utf8")
    except OSError as error:
        raise UnreadableInputError(f"cannot be read: {reading_reason(error)}.", where=str(path)) from None
    except pl.exceptions.PolarsError:
        raise UnreadableInputError(
            "is no CSV table.", where=str(path), hint="Save it as CSV with a header in UTF-8."
        ) from None
    absent = [c for c in _COLUMNS if c not in raw.columns]
    if absent:
        raise UsageError(
            f"lacks the column {absent[0]}.", where=str(path), hint=f"The columns are {','.join(_COLUMNS)}."
        )
    rows = [_row(dict(zip(_COLUMNS, values, strict=True)), f"{path}:{number}") for number, values in
            enumerate(raw.select(_COLUMNS).iter_rows(), 2)]  # fmt: skip
    frame = pl.DataFrame(rows, schema=CONTRACTS_SCHEMA, orient="row")
    _refuse_overlap(frame, path)
    return frame


def _row(raw: dict[str, str | None], where: str) -> tuple[object, ...]:
    text = {k: (v or "").strip() for k, v in raw.items()}
    if not text["payer"] or not text["hcpcs"]:
        raise UsageError("needs a payer and a code (or *).", where=where)
    if text["method"] not in METHODS:
        raise UsageError(
            f"{text['method'][:20]!r} is no method.", where=where, hint=f"Use {', '.join(METHODS)}."
        )
    if text["lesser_of_charge"] not in {"yes", "no", ""}:
        raise UsageError("lesser_of_charge is yes or no.", where=where)
    begins, ends = _day(text["from"], where), _day(text["to"], where)
    if begins is not None and ends is not None and ends <= begins:
        raise UsageError("`to` is not after `from`.", where=where)
    return (
        text["payer"],
        text["hcpcs"].upper(),
        text["method"],
        _rate(text["rate"], where),
        begins,
        ends,
        text["lesser_of_charge"] == "yes",
        text["source"] or None,
    )


def _rate(text: str, where: str) -> Decimal:
    try:
        rate = Decimal(text)
    except InvalidOperation:
        rate = Decimal(-1)
    if not rate.is_finite() or rate < 0 or rate != round(rate, 6) or rate >= 10**12:
        raise UsageError(
            f"{text[:20]!r} is no rate.", where=where, hint="Write dollars or percent, as in 0.31."
        )
    return rate


def _day(text: str, where: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text[:20]!r} is no date.", where=where, hint="Write it as YYYY-MM-DD.") from None


def _refuse_overlap(frame: pl.DataFrame, path: Path) -> None:
    spans = frame.with_row_index("line", offset=2).sort("payer", "hcpcs", pl.col("from").fill_null(date.min))
    before = pl.col("to").fill_null(_FOREVER).shift(1).over("payer", "hcpcs")
    clash = spans.filter(pl.col("from").fill_null(date.min) < before)
    if clash.height:
        raise UsageError(
            "another row speaks of the same code on the same days.",
            where=f"{path}:{clash['line'][0]}",
            hint="Give each row its own days.",
        )


def contracted(lines: pl.DataFrame, contracts: pl.DataFrame, limits: pl.Series) -> pl.DataFrame:
    """What the contract allows for each line.

    Args:
        lines: in the shape of `ANSWERED_LINES`.
        contracts: in `CONTRACTS_SCHEMA`. A code of its own goes before `*`, the payer id before the policy.
        limits: CMS's payment limit per unit on the day of service, null where there is none.

    Returns:
        Row by row: `contract_amount`, `contract_basis`, `contract_reason` (why a contract that speaks of the
        line gives no amount), and of the row of the table `contract_method`, `contract_rate` (digits) and
        `contract_source`; all null where none speaks of it.
    """
    asked = lines.with_row_index("_row").select(
        "_row", "payer_id", "policy_id", "hcpcs", "service_date", "units_billed", "charge_amount",
        limits.alias("_limit"),
    )  # fmt: skip
    pairs = [(payer, code) for payer in ("payer_id", "policy_id") for code in ("hcpcs", "*")]
    ranked = contracts.with_columns(pl.col("from").fill_null(date.min), pl.col("to").fill_null(_FOREVER))
    found = [
        asked.with_columns(pl.lit("*").alias("_any"))
        .join(
            ranked.filter((pl.col("hcpcs") == "*") == (code == "*")).rename({"hcpcs": "_code"}),
            left_on=[payer, "_any" if code == "*" else "hcpcs"],
            right_on=["payer", "_code"],
            how="inner",
        )
        .filter(pl.col("from") <= pl.col("service_date"), pl.col("service_date") < pl.col("to"))
        .with_columns(pl.lit(rank).alias("_rank"))
        for rank, (payer, code) in enumerate(sorted(pairs, key=lambda p: (p[1] == "*", p[0] == "policy_id")))
    ]
    keep = (
        "_row",
        "_rank",
        "_limit",
        "units_billed",
        "charge_amount",
        "method",
        "rate",
        "lesser_of_charge",
        "source",
    )
    best = (
        pl.concat([f.select(keep) for f in found]).sort("_row", "_rank").unique("_row", keep="first")
    )  # fmt: skip
    return (
        asked.select("_row")
        .join(_worked_out(best), on="_row", how="left", maintain_order="left")
        .drop("_row")
    )


def _worked_out(best: pl.DataFrame) -> pl.DataFrame:
    exact = pl.Decimal(38, 12)
    units, charge, limit, rate = (
        pl.col(c).cast(exact) for c in ("units_billed", "charge_amount", "_limit", "rate")
    )
    percent = pl.lit(Decimal("0.01"), exact)
    method = pl.col("method")
    # The payment limit of most drugs is the average sales price and six percent.
    price = (limit / pl.lit(Decimal("1.06"), exact)).cast(exact)
    amount = (
        pl.when(method == "per_unit")
        .then((rate * units).cast(exact))
        .when(method == "percent_of_charge")
        .then((charge * rate).cast(exact) * percent)
        .when(method == "percent_of_limit")
        .then(((limit * units).cast(exact) * rate).cast(exact) * percent)
        .when(method == "percent_of_asp")
        .then(((price * units).cast(exact) * rate).cast(exact) * percent)
        .when(method == "case")
        .then(rate)
    )
    capped = pl.when(pl.col("lesser_of_charge")).then(pl.min_horizontal(amount, charge)).otherwise(amount)
    unverified = pl.when(method == "percent_of_asp").then(
        pl.lit("; price taken as the payment limit less six percent [D, unverified]")
    )
    return best.select(
        "_row",
        capped.round(2, mode="half_away_from_zero").cast(pl.Decimal(18, 2)).alias("contract_amount"),
        pl.format(
            "contract: {} {}{}{}",
            method,
            pl.col("rate").cast(pl.String).str.strip_chars_end("0").str.strip_chars_end("."),
            pl.when(pl.col("source").is_not_null()).then(pl.format(", {}", "source")).otherwise(pl.lit("")),
            unverified.fill_null(""),
        ).alias("contract_basis"),
        pl.when(method.is_in(["percent_of_limit", "percent_of_asp"]) & pl.col("_limit").is_null())
        .then(pl.lit("the contract goes by CMS's payment limit, and that of the code on the day is not held"))
        .when((method != "case") & (method != "percent_of_charge") & pl.col("units_billed").is_null())
        .then(pl.lit("the line has no units"))
        .when((method == "percent_of_charge") & pl.col("charge_amount").is_null())
        .then(pl.lit("the line has no charge"))
        .alias("contract_reason"),
        method.alias("contract_method"),
        pl.col("rate")
        .cast(pl.String)
        .str.strip_chars_end("0")
        .str.strip_chars_end(".")
        .alias("contract_rate"),
        pl.col("source").alias("contract_source"),
    )
