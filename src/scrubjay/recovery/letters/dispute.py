"""The letter about a batch of lines that were paid short: its records, its list of lines, its papers.

Each total is the sum of a column of the list, and each row of the list names the source of what was expected and of
what was allowed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from decimal import Decimal
from importlib import resources
from typing import TYPE_CHECKING, Any, cast

import polars as pl

from scrubjay.errors import UsageError
from scrubjay.quantity import plain
from scrubjay.recovery.deadlines import DISPUTE
from scrubjay.recovery.disputes import BEFORE, LATE, NOT_BELOW, NOT_EVALUATED
from scrubjay.recovery.letters.facts import Fact, Records, day, money
from scrubjay.recovery.letters.letter import write_letter
from scrubjay.recovery.letters.packet import Packet, chosen, heading, papers_of
from scrubjay.recovery.letters.template import Wanted
from scrubjay.recovery.underpayments import MEDICARE_RATE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from scrubjay.recovery.disputes import Dispute
    from scrubjay.recovery.letters.template import Template

LINES_CSV, LINES_XLSX, LINES_PDF, LEFT_CSV = "lines.csv", "lines.xlsx", "lines.pdf", "not-disputed.csv"

# A method of the contract table in a payer's words: with its rate, and where the rates differ by line.
_WORDS = {
    "per_unit": ("{} dollars a billing unit", "A rate for each billing unit, by code"),
    "percent_of_charge": ("{} percent of the charge", "A percent of the charge, by code"),
    "percent_of_limit": ("{} percent of CMS's payment limit", "A percent of CMS's payment limit, by code"),
    "percent_of_asp": (
        "{} percent of the average sales price",
        "A percent of the average sales price, by code",
    ),
    "case": ("{} dollars a case", "A rate for each case, by code"),
    MEDICARE_RATE: ("", "Medicare's published rate of the code on the day times the billing units"),
}
_UNVERIFIED = frozenset({"percent_of_asp"})
_SUMMED = ("expected_allowed_amount", "allowed_amount", "unpaid_amount", "explained_amount", "short_amount")
_PARTS = {"unpaid_amount": "Not paid of it", "explained_amount": "Other reasons"}
"""Columns of the list that the PDF shows only where a line has such an amount."""
_LEFT_WORDS = {
    NOT_EVALUATED: "Not disputed, because they could not be compared",
    NOT_BELOW: "Not disputed, because they differ but are not below what was expected",
    BEFORE: "Left out, because they were disputed before (--again REASON takes them in)",
    LATE: "Left out, because their last day has passed",
}


def total(rows: pl.DataFrame, column: str) -> Decimal:
    """The exact sum of a column of money."""
    return Decimal(rows[column].sum() or 0)


def line_list(dispute: Dispute, patients: pl.DataFrame | None = None) -> pl.DataFrame:
    """The list that goes with the letter, one row for each line, with the source of each amount.

    Args:
        dispute: the lines.
        patients: `claim_key`, `patient_name`, `member_id` of the claims as sent; null where none are at hand.
    """
    lines = dispute.lines
    if patients is not None:
        lines = lines.join(patients, on="claim_key", how="left", maintain_order="left")
    answer = pl.format(
        "remittance of {}, claim {}, line {}",
        pl.coalesce("production_date", "payment_date").cast(pl.String).fill_null("an unknown day"),
        pl.col("payer_claim_control_number").fill_null("without number"),
        pl.col("line_number"),
    )
    derived = pl.format(
        "{}: paid {} and the patient's share {} and sequestration {}", answer, "paid_amount", "patient_share_amount",
        "sequestration_amount",
    )  # fmt: skip
    return lines.select(
        "number",
        "payer_claim_control_number",
        "patient_control_number",
        *(c for c in ("patient_name", "member_id") if c in lines.columns),
        "line_number",
        "hcpcs",
        pl.col("modifiers").list.join(" ").alias("modifiers"),
        "service_date",
        "payment_date",
        "units_billed",
        "units_paid",
        "paid_hcpcs",
        "charge_amount",
        pl.col("expected_allowed_amount").alias("expected_amount"),
        _basis_words().alias("expected_basis"),
        "expected_source",
        "allowed_amount",
        pl.when("is_allowed_derived")
        .then(derived)
        .otherwise(pl.format("{}, AMT*B6", answer))
        .alias("allowed_source"),
        "unpaid_amount",
        "explained_amount",
        "short_amount",
        pl.col("kinds").list.join(" ").alias("what"),
        pl.col("hard_date").alias("last_day"),
    )


def _basis_words() -> pl.Expr:
    """The basis of a line in a payer's words, as in `0.31 dollars a billing unit`."""
    method, rate = pl.col("expected_method"), pl.col("expected_rate")
    words = pl.coalesce(
        pl.when(method == name).then(pl.format(one, rate) if one else pl.lit(many))
        for name, (one, many) in _WORDS.items()
    )
    return pl.coalesce(words, "expected_basis")


def left_list(dispute: Dispute) -> pl.DataFrame:
    """Lines that are not disputed, with the reason; for us, not for the payer."""
    return dispute.left_out.select(
        "why", "reason", "payer_claim_control_number", "patient_control_number", "line_number", "hcpcs",
        "service_date", "units_billed", "charge_amount", "expected_allowed_amount", "allowed_amount", "paid_amount",
    )  # fmt: skip


def batch_records(dispute: Dispute, given: Sequence[Fact], *, list_sha256: str, written_on: date) -> Records:
    """What a letter about the batch may say.

    Args:
        dispute: the lines, one at least.
        given: letterhead and other facts of the user's; each with its source.
        list_sha256: of the list, so that the totals cannot be taken for those of another.
        written_on: date of the letter.

    Raises:
        UsageError: a fact is given twice.
    """
    lines = dispute.lines
    of_list = f"{LINES_CSV} (SHA-256 {list_sha256[:16]})"
    facts = [
        Fact("letter.date", day(written_on), "the day of writing"),
        Fact("batch.list", list_sha256, of_list),
        Fact("batch.line_count", f"{lines.height:,}", f"rows of {of_list}"),
        *_payer(dispute, given),
    ]
    days = lines.select(pl.coalesce("payment_date", "production_date").alias("on"))["on"]
    for name, on in (("first", days.min()), ("last", days.max())):
        if on is not None:
            source = f"column payment_date of {of_list}; BPR16"
            facts.append(Fact(f"batch.{name}_payment_date", day(cast("date", on)), source))
    facts += _totals("batch", lines, f"of the rows of {of_list}")
    groups = _bases(lines)
    for number, (label, source, confidence, rows) in enumerate(groups, 1):
        prefix = f"basis.{number}"
        about = f"of the rows of {of_list} with that basis"
        facts += [
            Fact(f"{prefix}.rule", label, source, confidence),
            Fact(f"{prefix}.source", source, source),
            Fact(f"{prefix}.line_count", f"{rows.height:,}", f"number {about}"),
            *_totals(prefix, rows, about),
        ]
    methods = "; ".join(dict.fromkeys(label for label, _, _, _ in groups))
    sources = "; ".join(dict.fromkeys(source for _, source, _, _ in groups))
    is_rate = lines["expected_method"] == MEDICARE_RATE
    names = (["our contract"] if not is_rate.all() else []) + (["Medicare's rates"] if is_rate.any() else [])
    facts += [
        Fact("batch.basis", " or ".join(names), sources),
        Fact("batch.method", methods, sources),
        *_deadline(dispute, given),
    ]
    return Records(facts).with_facts(given)


def _payer(dispute: Dispute, given: Sequence[Fact]) -> list[Fact]:
    if not dispute.payer_name or any(f.name == "payer.name" for f in given):
        return []
    return [Fact("payer.name", dispute.payer_name, "the remittances, payer of the payment")]


def _totals(prefix: str, rows: pl.DataFrame, about: str) -> list[Fact]:
    facts: list[Fact] = []
    for column in _SUMMED:
        name = column.removesuffix("_amount").removesuffix("_allowed")
        listed = "expected_amount" if name == "expected" else column
        summed = total(rows, column)
        # Of nothing unpaid and nothing explained a letter says nothing.
        if summed or name not in {"unpaid", "explained"}:
            facts.append(Fact(f"{prefix}.{name}_total", money(summed), f"sum of {listed} {about}"))
    return facts


def _bases(lines: pl.DataFrame) -> list[tuple[str, str, str | None, pl.DataFrame]]:
    """The rows of each method and source: the rule in words, its source, confidence, the rows; largest first."""
    found: list[tuple[str, str, str | None, pl.DataFrame]] = []
    for (method, source), rows in lines.group_by("expected_method", "expected_source", maintain_order=True):
        one, many = _WORDS[str(method)]
        rates = rows["expected_rate"].unique().to_list()
        words = one.format(rates[0]) if len(rates) == 1 and rates[0] is not None else many
        found.append((words, str(source or "").strip(), "D" if method in _UNVERIFIED else None, rows))
    unsourced = next((words for words, source, _, _ in found if not source), None)
    if unsourced is not None:
        raise UsageError(
            f"the letter is refused: the rate ({unsourced}) has no source.",
            hint="Write the exhibit or page into the column source of the contract table.",
        )
    return sorted(found, key=lambda g: (-total(g[3], "short_amount"), g[0], g[1]))


def _deadline(dispute: Dispute, given: Sequence[Fact]) -> list[Fact]:
    """The earliest last day, where every line has one; what the user says goes before."""
    if any(f.name.startswith("deadline.") for f in given):
        return []
    dated = dispute.lines.sort("hard_date", nulls_last=False)
    first = dated.row(0, named=True)
    if first["hard_date"] is None:
        return []
    rule = _for_payer(first["deadline_rule"])
    return [Fact("deadline.hard_date", day(first["hard_date"]), rule), Fact("deadline.rule", rule, rule)]


def _for_payer(rule: str) -> str:
    """A rule without our tag of confidence."""
    return rule.replace(" [A]", "").replace(" [B]", "").replace(" [C]", "").replace(" [D]", "")


def make_dispute(
    dispute: Dispute,
    given: Sequence[Fact],
    *,
    lists: Mapping[str, bytes],
    papers: Mapping[str, Path] | None = None,
    own_templates: Sequence[Template] = (),
    written_on: date,
) -> tuple[Packet, Records]:
    """Write the letter about a batch and say which papers belong to it.

    Args:
        dispute: the lines.
        given: letterhead and facts.
        lists: the list of lines as files by name, `LINES_CSV` among them; they go into the packet.
        papers: further files by the name of the evidence.
        own_templates: asked before those that ship.
        written_on: date of the letter.

    Returns:
        The packet, and the records that it rests on.

    Raises:
        UsageError: no line is left to dispute, a record is missing or has no source, or a paper is not there.
    """
    if not dispute.lines.height:
        raise UsageError("no line is left to dispute.", hint=" ".join(left_words(dispute)) or None)
    digest = hashlib.sha256(lists[LINES_CSV]).hexdigest()
    records = batch_records(dispute, given, list_sha256=digest, written_on=written_on)
    template = chosen(Wanted(DISPUTE, dispute.payer_class), own_templates)
    letter = write_letter(template, records)
    asked = papers_of(template, records, None, papers or {})
    shown = LINES_PDF if LINES_PDF in lists else LINES_CSV
    own = hashlib.sha256(lists[shown]).hexdigest()
    asked = tuple(replace(p, file=shown, sha256=own) if p.name == "line-list" else p for p in asked)
    notes = (*left_words(dispute), *_deadline_words(dispute, records))
    return Packet(letter, heading(records), asked, lists=lists, notes=notes), records


def left_words(dispute: Dispute) -> list[str]:
    """What is not disputed, counted, with the reasons and how often each."""
    out: list[str] = []
    for why, words in _LEFT_WORDS.items():
        rows = dispute.left_out.filter(pl.col("why") == why)
        if rows.height:
            counted = rows["reason"].value_counts(sort=True).head(5)
            told = "; ".join(f"{n} of them: {reason}" for reason, n in counted.iter_rows())
            out.append(f"{words}: {rows.height:,} ({told}).")
    return out


def _deadline_words(dispute: Dispute, records: Records) -> list[str]:
    unknown = dispute.lines.filter(pl.col("hard_date").is_null())
    if not unknown.height or "deadline.hard_date" in records:
        return []
    return [
        f"The last day is not known for {unknown.height:,} lines, so the letter names none. {unknown['deadline_rule'][0]}"
    ]


def lines_pdf(shown: pl.DataFrame, title: str) -> bytes:
    """The list as PDF, landscape; the texts go in as data.

    Args:
        shown: from `line_list`.
        title: over the table.
    """
    import typst  # noqa: PLC0415 - only where a letter is written

    columns: dict[str, tuple[str, Callable[[Any], str]]] = {
        "number": ("No.", str),
        "payer_claim_control_number": ("Your claim number", _text),
        "patient_control_number": ("Our account", _text),
        **({"patient_name": ("Patient", _text), "member_id": ("Member id", _text)} if "member_id" in shown.columns else {}),
        "hcpcs": ("Code", _text),
        "modifiers": ("Mod.", _text),
        "service_date": ("Day", _text),
        "payment_date": ("Paid on", _text),
        "units_billed": ("Units", _units),
        "expected_amount": ("Expected", money),
        "expected_basis": ("Basis", _text),
        "expected_source": ("Source", _text),
        "allowed_amount": ("Allowed", money),
        "allowed_source": ("Where", _text),
        **{n: (label, money) for n, label in _PARTS.items() if total(shown, n)},
        "short_amount": ("Short by", money),
    }  # fmt: skip
    rows = [[show(row[name]) for name, (_, show) in columns.items()] for row in shown.iter_rows(named=True)]
    sums = [
        "Sum" if n == "number" else money(total(shown, n)) if n.endswith("_amount") else "" for n in columns
    ]
    wide = {"patient_name", "expected_basis", "expected_source", "allowed_source"}
    data: dict[str, Any] = {
        "title": title,
        "columns": [label for label, _ in columns.values()],
        "widths": [("2fr" if n == "allowed_source" else "1.4fr") if n in wide else "auto" for n in columns],
        "rows": [*rows, sums],
    }
    source = (resources.files("scrubjay.recovery.letters") / "lines.typ").read_bytes()
    compiled: Any = typst.compile(source, format="pdf", sys_inputs={"lines": json.dumps(data)})
    return bytes(compiled)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _units(value: Decimal | None) -> str:
    return "" if value is None else plain(value)
