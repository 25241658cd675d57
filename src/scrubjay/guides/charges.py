"""Checks a charge master: code, description, price; every judgement over whole columns.

What a description says is read once for each distinct pair of code and description, everything else is a
join or an expression. The same edits judge it that judge a guide: wrong drug, wrong unit, ended code.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import polars as pl

from scrubjay.edits.registry import all_edits
from scrubjay.edits.spec import Grain, Verdict
from scrubjay.engine import judge
from scrubjay.guides.charge_table import read_charges
from scrubjay.guides.knowledge import Knowledge
from scrubjay.guides.lexicon import pattern
from scrubjay.guides.mentions import amounts_in, drugs_in, names_of
from scrubjay.quantity import plain, unit_named
from scrubjay.tables import MONEY, QUANTITY, STATEMENTS

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from scrubjay.guides.knowledge import KnownCode
    from scrubjay.guides.mentions import Mention
    from scrubjay.reference import Reference

_VERDICTS = {"GU001": "false", "GU002": "false", "GU003": "outdated"}
FINDINGS = {
    "row": pl.Int64(),
    "code": pl.String(),
    "description": pl.String(),
    "price": MONEY,
    "kind": pl.String(),
    "verdict": pl.String(),
    "severity": pl.String(),
    "edit": pl.String(),
    "message": pl.String(),
    "source": pl.String(),
}
"""Columns of the findings of a charge master."""


@dataclass(frozen=True, slots=True)
class ChargeCheck:
    """What was found in a charge master.

    Attributes:
        name: path as given.
        on: the day on which codes were looked up.
        as_of: the day on which things were known.
        rows: rows read.
        drugs: rows whose code is a drug of the reference.
        unknown: rows whose code the reference does not hold.
        findings: rows of `FINDINGS`, by row and severity.
        notes: what could not be read or compared.
    """

    name: str
    on: date
    as_of: date
    rows: int
    drugs: int
    unknown: int
    findings: pl.DataFrame
    notes: tuple[str, ...]

    def severities(self) -> set[str]:
        """Severities of the findings."""
        return set(self.findings["severity"].to_list())

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready values; prices are decimals written as strings."""
        found = self.findings.with_columns(pl.col("price").cast(pl.String)).to_dicts()
        return {
            "file": self.name,
            "kind": "charges",
            "on": self.on.isoformat(),
            "as_of": self.as_of.isoformat(),
            "rows": self.rows,
            "drug_rows": self.drugs,
            "unknown_rows": self.unknown,
            "counts": dict(self.findings.group_by("kind").len().sort("kind").iter_rows()),
            "findings": found,
            "notes": list(self.notes),
        }


def check_charges(path: Path, reference: Reference, *, on: date, as_of: date) -> ChargeCheck:
    """Judge the rows of a charge master.

    Args:
        path: csv, tsv or xlsx with columns for code, description and price, in any order.
        reference: where codes, drugs and limits stand.
        on: the day on which codes and limits are looked up.
        as_of: the day on which things are known.

    Raises:
        UnreadableInputError: it cannot be read, or no column holds codes.
    """
    table, notes = read_charges(path)
    knowledge = Knowledge(reference, on, as_of)
    known = _known(table, knowledge)
    rows = table.join(known, on="code", how="left", maintain_order="left")
    said = _said(rows, knowledge)
    rows = rows.join(said, on=["code", "description"], how="left", maintain_order="left", nulls_equal=True)
    rows = _with_limits(rows, reference, on, as_of)
    drugs = rows.filter(pl.col("is_drug").fill_null(value=False))
    findings = pl.concat([_by_edits(drugs), _plain(drugs)]).sort("row", "severity", maintain_order=True)
    unreadable = rows.filter(pl.col("price_text").is_not_null(), pl.col("price").is_null()).height
    if unreadable:
        notes.append(f"{unreadable:,} rows have a price that is no amount; they were judged without it.")
    is_known = pl.col("is_drug").is_not_null()
    return ChargeCheck(
        str(path), on, as_of, rows.height, drugs.height, rows.filter(~is_known).height, findings, tuple(notes)
    )


def _known(table: pl.DataFrame, knowledge: Knowledge) -> pl.DataFrame:
    """What the reference says of each distinct code of the table."""
    codes = table["code"].drop_nulls().unique().sort()
    held = pl.Series(
        "code",
        knowledge.catalog.reference.table("hcpcs", as_of=knowledge.catalog.as_of)["hcpcs"].unique(),
        dtype=pl.String,
    )
    asked = codes.filter(codes.is_in(held.implode()))
    found = [k for c in asked if (k := knowledge.code(str(c))) is not None]
    return pl.DataFrame(
        [
            {
                "code": k.code,
                "is_drug": k.is_drug,
                "in_force": k.in_force,
                "fact": k.says(),
                "after": "" if k.in_force else knowledge.after_words(k),
                "source": k.source.one_line(),
                "unit_amount": Decimal(k.unit.amount.numerator) / Decimal(k.unit.amount.denominator)
                if k.unit
                else None,
            }
            for k in found
        ],
        schema={
            "code": pl.String(),
            "is_drug": pl.Boolean(),
            "in_force": pl.Boolean(),
            "fact": pl.String(),
            "after": pl.String(),
            "source": pl.String(),
            "unit_amount": QUANTITY,
        },
    )


def _said(rows: pl.DataFrame, knowledge: Knowledge) -> pl.DataFrame:
    """What each distinct description says of its code: drug, unit, package."""
    pairs = (
        rows.filter(pl.col("is_drug").fill_null(value=False))
        .select("code", "description")
        .unique(maintain_order=True)
    )
    read: list[dict[str, Any]] = []
    for code, description in pairs.iter_rows():
        known = knowledge.code(str(code))
        if known is not None:
            read.append(
                {
                    "code": code,
                    "description": description,
                    **_description(str(description or ""), known, knowledge),
                }
            )
    return pl.DataFrame(
        read,
        schema={
            "code": pl.String(),
            "description": pl.String(),
            "drug_fits": pl.Boolean(),
            "drug_said": pl.String(),
            "drug_codes": pl.String(),
            "is_open": pl.String(),
            "unit_fits": pl.Boolean(),
            "unit_said": pl.String(),
            "units": QUANTITY,
        },
    )


def _description(text: str, known: KnownCode, knowledge: Knowledge) -> dict[str, Any]:
    drugs = drugs_in(text, knowledge)
    fits = [knowledge.fits(known, d.value, names_of(d), text) for d in drugs]
    # One name that is the code's own settles it; a second name in the row is its brand or its mixture.
    right = True if True in fits else False if False in fits else None
    wrong = next((d for d, f in zip(drugs, fits, strict=True) if f is False), None)
    said = wrong if right is False and wrong else drugs[0] if drugs else None
    own = knowledge.codes_of(said.value) if said and right is False else []
    unit = _unit_said(text, known, knowledge)
    return {
        "drug_fits": right,
        "drug_said": names_of(said) if said else None,
        "drug_codes": ", ".join(own[:4]) or None,
        "is_open": _left_open(drugs, known) if right else None,
        **unit,
    }


def _left_open(drugs: list[Mention], known: KnownCode) -> str | None:
    """Other drugs that the name also fits, where no mention settles it: a bare substance with several salts."""
    if known.is_unlisted or not drugs or any(len(d.value) == 1 for d in drugs):
        return None
    others = sorted({str(v) for d in drugs for v in d.value} - set(known.drugs))
    return ", ".join(others[:4]) or None


def _unit_said(text: str, known: KnownCode, knowledge: Knowledge) -> dict[str, Any]:
    nothing: dict[str, Any] = {"unit_fits": None, "unit_said": None, "units": None}
    own = unit_named(known.unit.symbol) if known.unit else None
    amounts = [a for a in amounts_in(text) if not a.rate]
    same = [a for a in amounts if own and a.value.unit.dimension is own.dimension]
    if known.unit is None or own is None or not same:
        return nothing
    amount = next((a for a in same if a.lead), same[0])
    qualifier = "up_to" if amount.lead == "up_to" else "exact"
    fits = knowledge.unit_fits(known, amount.value, qualifier)
    units = Fraction(amount.value.to(own).amount) / known.unit.amount
    said = (
        f"{'up to ' if qualifier == 'up_to' else ''}{plain(amount.value.amount)} {amount.value.unit.symbol}"
    )
    if fits is False and known.unit.qualifier == "up_to" and not amount.lead and units == 1:
        # "40 mg" beside a code for up to 40 mg: charge masters cut the words short.
        return {"unit_fits": True, "unit_said": said, "units": None}
    is_package = pattern("package").search(text) is not None and not amount.lead and units > 1
    count = Decimal(units.numerator) / Decimal(units.denominator) if is_package else None
    return {"unit_fits": None if is_package else fits, "unit_said": said, "units": count}


def _with_limits(rows: pl.DataFrame, reference: Reference, on: date, as_of: date) -> pl.DataFrame:
    keys = rows.select(pl.col("code").alias("hcpcs"), pl.lit(on).alias("_on"))
    limits = reference.lookup("payment_limits", keys, on="_on", as_of=as_of)
    return rows.with_columns(
        limits["payment_limit"].alias("limit"),
        pl.concat_str(
            limits["source"], pl.lit(" "), limits["edition"], pl.lit(" ["), limits["confidence"], pl.lit("]")
        ).alias("limit_source"),
    )


def _by_edits(rows: pl.DataFrame) -> pl.DataFrame:
    """Findings of the edits of guide texts, over all rows at once."""
    place = pl.format("row {}", "row")
    codes = (
        pl.when(pl.col("drug_codes").is_not_null())
        .then(pl.format(" {} is billed under {}.", "drug_said", "drug_codes"))
        .otherwise(pl.lit(""))
    )
    spoken: list[tuple[str, pl.Expr, pl.Expr, pl.Expr, pl.Expr]] = [
        (
            "identity",
            pl.col("drug_said").is_not_null(),
            pl.format("{} is described as {}.", "code", "drug_said"),
            pl.col("fact") + codes,
            pl.col("drug_fits").alias("is_text_drug_of_code"),
        ),
        (
            "unit",
            pl.col("unit_fits").is_not_null(),
            pl.format("{} is described with the unit {}.", "code", "unit_said"),
            pl.col("fact"),
            pl.col("unit_fits").alias("is_text_unit_of_code"),
        ),
        (
            "use",
            pl.lit(value=True),
            pl.format("{} is offered.", "code"),
            pl.col("after"),
            pl.col("in_force").alias("is_text_code_in_force"),
        ),
    ]
    edits = [e for e in all_edits() if e.grain is Grain.TEXT and e.code in _VERDICTS]
    found: list[pl.DataFrame] = [pl.DataFrame(schema=FINDINGS)]
    for kind, applies, said, fact, flag in spoken:
        part = rows.filter(applies)
        if part.is_empty():
            continue
        frame = STATEMENTS.conform(
            part.select(
                place.alias("text_place"),
                pl.lit(kind).alias("text_kind"),
                pl.col("code").alias("text_code"),
                said.alias("text_said"),
                fact.alias("text_fact"),
                flag,
                *(
                    (pl.lit(value=False).alias(c) for c in ("is_text_of_the_past", "is_text_advised_against"))
                    if kind == "use"
                    else ()
                ),
            )
        ).with_columns(
            pl.lit(None, dtype=pl.Int64).alias("claim_key"),
            pl.lit(None, dtype=MONEY).alias("claim_charge_amount"),
        )
        verdicts = judge(frame, edits).verdicts
        for edit in edits:
            fires = verdicts[edit.name] == Verdict.FIRES
            hits = part.with_columns(frame["text_said"], frame["text_fact"]).filter(fires)
            found.append(
                _findings(
                    hits,
                    kind=kind,
                    verdict=_VERDICTS[edit.code],
                    severity=str(edit.severity),
                    edit=edit.code,
                    message=pl.concat_str("text_said", pl.lit(" "), "text_fact"),
                )
            )
    return pl.concat(found)


def _findings(
    rows: pl.DataFrame,
    *,
    kind: str,
    verdict: str,
    severity: str,
    message: pl.Expr,
    edit: str | None = None,
    source: str = "source",
) -> pl.DataFrame:
    return rows.select(
        pl.col("row").cast(pl.Int64),
        "code",
        "description",
        "price",
        pl.lit(kind).alias("kind"),
        pl.lit(verdict).alias("verdict"),
        pl.lit(severity).alias("severity"),
        pl.lit(edit, dtype=pl.String).alias("edit"),
        message.alias("message"),
        pl.col(source).alias("source"),
    )


def _plain(rows: pl.DataFrame) -> pl.DataFrame:
    """Findings that no edit judges: price under the limit, package prices, names left open, two prices."""
    times = pl.col("units").fill_null(Decimal(1))
    under = rows.with_columns((pl.col("limit") * times).alias("least")).filter(
        pl.col("price") < pl.col("least")
    )
    is_open = rows.filter(pl.col("is_open").is_not_null())
    package = rows.filter(pl.col("units").is_not_null())
    prices = pl.col("price").n_unique().over("code", "description")
    two = rows.filter(pl.col("price").is_not_null()).filter(prices > 1)
    units = pl.col("units").cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")
    return pl.concat(
        [
            _findings(
                under,
                kind="price-under-payment-limit",
                verdict="misleading",
                severity="warning",
                message=pl.format(
                    "${} is less than Medicare's limit of ${} for it: the payer pays the lesser of the two.",
                    "price",
                    pl.col("least")
                    .round(3)
                    .cast(pl.String)
                    .str.strip_chars_end("0")
                    .str.strip_chars_end("."),
                ),
                source="limit_source",
            ),
            _findings(
                package,
                kind="priced-by-package",
                verdict="misleading",
                severity="warning",
                message=pl.format(
                    "The row is for {} in a package, which is {} units: charge by the unit, or bill {} units with this price. {}",
                    "unit_said",
                    units,
                    units,
                    "fact",
                ),
            ),
            _findings(
                is_open,
                kind="confusable",
                verdict="misleading",
                severity="info",
                message=pl.format(
                    "{} also means {}: which one is on the label? {}", "drug_said", "is_open", "fact"
                ),
            ),
            _findings(
                two,
                kind="two-prices",
                verdict="misleading",
                severity="warning",
                message=pl.format("{} has several prices under one description.", "code"),
            ),
        ]
    )
