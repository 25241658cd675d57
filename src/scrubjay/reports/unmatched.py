"""Answers without a claim, as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from rich.padding import Padding
from rich.text import Text

from scrubjay import phi
from scrubjay.recovery.remit import unmatched_lines
from scrubjay.reports.model import money, plural
from scrubjay.reports.remit import jsonable

if TYPE_CHECKING:
    from rich.console import Console

    from scrubjay.recovery.match import Matched
    from scrubjay.tables import ClaimBundle

_CLAIM = (
    *("remit_claim_key", "patient_control_number", "payer_claim_control_number", "payer_id", "payer_name"),
    *("claim_status_code", "payment_date"),
)


def unmatched_rows(matched: Matched, claims: ClaimBundle) -> list[dict[str, Any]]:
    """One object for each answered claim with an unmatched line, the largest charge first, with its candidates."""
    lines = unmatched_lines(matched.answered)
    if not lines.height:
        return []
    line = pl.struct("hcpcs", "modifiers", "service_date", "charge_amount", "paid_amount", "match_kind")
    grouped = lines.group_by("remit_claim_key", maintain_order=True).agg(
        *(pl.col(c).first() for c in _CLAIM[1:]),
        pl.col("charge_amount").abs().sum().alias("charge"),
        pl.col("match_kind").first(),
        line.alias("lines"),
    ).sort("charge", descending=True, nulls_last=True, maintain_order=True)  # fmt: skip
    numbers = claims.claims.select(
        "claim_key", pl.col("patient_control_number").alias("number"), "claim_charge_amount", "payer_name"
    )
    found = matched.candidates.join(numbers, on="claim_key", how="left", maintain_order="left")
    by_claim: dict[int, list[dict[str, Any]]] = {}
    for row in found.to_dicts():
        by_claim.setdefault(row["remit_claim_key"], []).append({
            "claim_key": row["claim_key"], "patient_control_number": row["number"], "charge_amount": jsonable(row["claim_charge_amount"]),
            "payer_name": row["payer_name"], "score": str(row["match_score"]), "agrees": row["agrees"],
        })  # fmt: skip
    return [
        {**{c: jsonable(row[c]) for c in _CLAIM}, "match_kind": row["match_kind"], "lines": jsonable(row["lines"]),
         "candidates": by_claim.get(row["remit_claim_key"], [])}
        for row in grouped.to_dicts()
    ]  # fmt: skip


def print_unmatched(
    rows: list[dict[str, Any]], answered: int, console: Console, *, limit: int | None
) -> None:
    """Print the worklist of what matches nothing.

    Args:
        rows: of `unmatched_rows`.
        answered: answered claims of the store.
        console: where to.
        limit: most claims; null prints all.
    """
    if not rows:
        console.print(
            Text(f"All that stands of {plural(answered, 'answered claim')} was matched.", style="green")
        )
        return
    console.print(
        Text(f"{len(rows)} of {plural(answered, 'answered claim')} not matched for certain", style="bold")
    )
    for row in rows[:limit]:
        number = phi.control_number(row["patient_control_number"])
        payer = phi.clean(row["payer_name"]) or phi.clean(row["payer_id"]) or "payer not named"
        console.print(
            Text.assemble(
                f"\nAnswer {row['remit_claim_key']}  claim ",
                (number, "bold"),
                f"  {payer}  paid on {row['payment_date'] or 'unknown day'}",
            )
        )
        for line in row["lines"]:
            code = "-".join([line["hcpcs"] or "whole claim", *(line["modifiers"] or [])])
            words = (
                "its claim was found, this line was not"
                if line["match_kind"] == "claim-only"
                else "no claim for certain"
            )
            shown = f"{phi.clean(code)}  on {line['service_date'] or 'unknown day'}  ${line['charge_amount']}: {words}"
            console.print(Padding(Text(shown), (0, 0, 0, 2)))
        for candidate in row["candidates"]:
            other = phi.control_number(candidate["patient_control_number"])
            charge = f"${candidate['charge_amount']}" if candidate["charge_amount"] else money(None)
            agrees = ", ".join(candidate["agrees"])
            console.print(
                Padding(
                    Text(f"might be {candidate['claim_key']}, claim {other}, {charge}: {agrees} agree"),
                    (0, 0, 0, 4),
                )
            )
    console.print(
        Text("\nTo say which it is: scrubjay recover match ANSWER CLAIM --by NAME (or `none` for CLAIM).")
    )
    if limit is not None and len(rows) > limit:
        console.print(Text(f"\n{plural(len(rows) - limit, 'more claim')}; --all prints them."))
