"""What a new edition changes, as text, JSON and CSV: the parts that need no engine."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from rich.console import Console

from scrubjay.engine.impact import World
from scrubjay.reference import Reference
from scrubjay.reports.impact import Tally, impact_dict, print_impact, write_impact_csv

ROW: dict[str, Any] = {
    "claim_id": "f1c1", "patient_control_number": "A1", "payer_name": "ACME", "line_number": 1, "hcpcs": "J2919",
    "service_date": date(2025, 7, 10), "units": Decimal(25), "change": "new", "edit": "units-exceed-mue",
    "code": "BU001", "severity_before": None, "severity_after": "error", "message_before": None,
    "message_after": "25 units, the table has 10.", "charge_amount": Decimal("60.00"),
    "payment_before": Decimal("19.60"), "payment_after": None, "payment_difference": None,
    "payment_source_before": "ASP 2025-07", "payment_source_after": None, "file": "open.837", "transaction": "0001",
    "segment": 21,
}  # fmt: skip
TEXTS = ("severity_before", "message_before", "payment_source_after")
SCHEMA = {
    **dict.fromkeys(TEXTS, pl.String),
    "payment_after": pl.Decimal(18, 2),
    "payment_difference": pl.Decimal(18, 2),
}


class Stub:
    """An impact report of given rows."""

    def __init__(self, *rows: dict[str, Any], **numbers: Any) -> None:
        reference = Reference.starter()
        self.before = World("as known on 2025-07-15", date(2025, 7, 15), reference)
        self.after = World("as known on 2025-07-30", date(2025, 7, 30), reference)
        self.files = [object()]
        self._rows = [{**ROW, **r} for r in rows]
        counts = dict.fromkeys(("new", "changed", "gone", "now answered", "no longer answered"), 0)
        self.tally = Tally(**{
            "claims": 3, "claims_changed": len({r["claim_id"] for r in self._rows}), "findings": counts,
            "newly_at_stake": Decimal(0), "no_longer_at_stake": Decimal(0), "lines_paid_otherwise": 0,
            "payment_before": Decimal(0), "payment_after": Decimal(0), "payment_newly_known": 0,
            "payment_no_longer_known": 0, **numbers,
        })  # fmt: skip

    def table(self) -> pl.DataFrame:
        return pl.DataFrame(self._rows, schema_overrides=SCHEMA, infer_schema_length=None)


def printed(report: Stub, limit: int | None = None) -> str:
    out = io.StringIO()
    print_impact(report, Console(file=out, width=200), limit=limit)  # type: ignore[arg-type]
    return out.getvalue()


def test_what_is_new_and_what_was_known_before() -> None:
    text = printed(Stub({}))
    assert "Line 1 J2919  units-exceed-mue (error)" in text
    assert "25 units, the table has 10." in text
    assert "$19.60 before" in text
    assert "None" not in text


def test_a_message_that_changed_shows_both() -> None:
    text = printed(Stub({"change": "changed", "message_before": "25 units, the table has 20."}))
    assert "was: 25 units, the table has 20." in text
    assert "25 units, the table has 10." in text


def test_a_claim_as_a_whole_has_no_line() -> None:
    assert "Line" not in printed(Stub({"line_number": None, "hcpcs": None}))


def test_more_claims_than_are_shown() -> None:
    report = Stub({}, {"claim_id": "f1c2"}, {"claim_id": "f1c3"})
    assert "2 more claims changed; --all prints them" in printed(report, limit=1)
    assert "more claim" not in printed(report)


def test_the_numbers() -> None:
    text = printed(
        Stub({}, newly_at_stake=Decimal("60.00"), lines_paid_otherwise=2, payment_before=Decimal("50.00"),
             payment_after=Decimal("20.00"), payment_newly_known=1, payment_no_longer_known=2)
    )  # fmt: skip
    assert "1 claim of 3 changed" in text
    assert "Newly at stake $60.00 of charges; no longer at stake $0.00." in text
    assert "Expected Medicare payment of 2 lines: $50.00 before, $20.00 now (-$30.00)." in text
    assert "of 1 line is known now and was not; of 2 lines it was known and is no longer." in text


@pytest.mark.parametrize("hostile", ["\x1b[31mred", "=1+1"])
def test_a_name_of_the_file_does_no_harm(hostile) -> None:
    report = Stub({"payer_name": hostile})
    assert "\x1b" not in printed(report)
    out = io.BytesIO()
    write_impact_csv(report, out)  # type: ignore[arg-type]
    assert b",=1+1" not in out.getvalue()


def test_the_form_for_programs() -> None:
    body = impact_dict(Stub({}))  # type: ignore[arg-type]
    assert body["after"] == {"name": "as known on 2025-07-30", "as_of": "2025-07-30"}
    assert body["changes"][0]["payment_before"] == "19.6"
    assert body["changes"][0]["service_date"] == "2025-07-10"
    assert body["summary"]["newly_at_stake"] == "0"
