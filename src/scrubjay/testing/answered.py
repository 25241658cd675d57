"""Answered lines made by hand, for tests and examples of recovery."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from scrubjay.recovery.conditions import ANSWERS_SCHEMA, FACTS
from scrubjay.tables.recovery import ANSWERED_LINES

if TYPE_CHECKING:
    from collections.abc import Sequence


def reason(
    code: str, amount: str | None = "100.00", *, level: str = "line", quantity: str | None = None
) -> dict[str, Any]:
    """One adjustment, as in `reason("CO-16", "100.00")`.

    Args:
        code: group and reason joined by a hyphen.
        amount: dollars, or null where not known.
        level: `line` or `claim`.
        quantity: units taken off.
    """
    group, carc = code.split("-")
    return {
        "group": group,
        "carc": carc,
        "amount": None if amount is None else Decimal(amount),
        "quantity": None if quantity is None else Decimal(quantity),
        "level": level,
    }


_DEFAULTS: dict[str, Any] = {
    "match_kind": "line-control-number",
    "match_score": Decimal(1),
    "patient_control_number": "A1",
    "payer_claim_control_number": "ICN1",
    "claim_status_code": "1",
    "payer_id": "12345",
    "payer_name": "EXAMPLE PAYER",
    "claim_filing_code": "CI",
    "claim_kind": "professional",
    "place_of_service_code": "11",
    "claim_frequency_code": "1",
    "hcpcs": "J2919",
    "paid_hcpcs": "J2919",
    "is_code_changed": False,
    "modifiers": [],
    "units_billed": Decimal(25),
    "units_paid": Decimal(25),
    "service_date": date(2026, 1, 5),
    "service_date_to": date(2026, 1, 5),
    "charge_amount": Decimal("100.00"),
    "paid_amount": Decimal("0.00"),
    "rarc_codes": [],
    "payment_date": date(2026, 2, 2),
    "production_date": date(2026, 2, 2),
    "is_reversal": False,
    "is_superseded": False,
    "is_postable": True,
}


def answered(*rows: dict[str, Any]) -> pl.DataFrame:
    """Answered lines, one per mapping; what it leaves out is ordinary; amounts may be texts.

    A row that names neither key becomes a claim of its own. Further columns (facts of
    `recovery.conditions`) may stand in the mappings.
    """
    known = ANSWERED_LINES.schema
    made: list[dict[str, Any]] = []
    for number, row in enumerate(rows, 1):
        keys = {"remit_claim_key": number, "remit_line_key": number, "claim_key": number, "line_key": number}
        made.append({**keys, **_DEFAULTS, "adjustments": [], **row})
    more = {name for row in made for name in row if name not in known}
    exact = {name for name, dtype in {**known, **FACTS}.items() if dtype.base_type() is pl.Decimal}
    for row in made:
        row.update({k: Decimal(v) for k, v in row.items() if k in exact and isinstance(v, str)})
    lines = pl.DataFrame([{k: row.get(k) for k in known} for row in made], schema=known, orient="row")
    return lines.with_columns(
        pl.Series(name, [row.get(name) for row in made], dtype=FACTS.get(name, pl.String))
        for name in sorted(more)
    )


def denied(code: str, *rarcs: str, amount: str = "100.00", **more: Any) -> dict[str, Any]:
    """A line that was denied whole, as in `denied("CO-16", "N822", "MA130")`."""
    return {"adjustments": [reason(code, amount)], "rarc_codes": list(rarcs), **more}


def answers(*given: tuple[str, bool], claim: int = 1) -> pl.DataFrame:
    """What a person answered about a claim of `answered`."""
    rows: Sequence[Any] = [
        {"remit_claim_key": claim, "remit_line_key": None, "question": q, "answer": a} for q, a in given
    ]
    return pl.DataFrame(rows, schema=ANSWERS_SCHEMA, orient="row")
