"""Which lines are disputed, which are left out, and what the letter about them says."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pypdf
import pytest
from hypothesis import given as given_values
from hypothesis import strategies as st

from scrubjay.errors import UsageError
from scrubjay.policies import PolicySet, load_policy_file
from scrubjay.recovery.contracts import load_contracts
from scrubjay.recovery.disputes import Dispute, dispute
from scrubjay.recovery.letters.dispute import (
    LINES_CSV,
    batch_records,
    left_words,
    line_list,
    lines_pdf,
    make_dispute,
)
from scrubjay.recovery.letters.facts import Fact
from scrubjay.recovery.letters.letter import refuse_unsourced
from scrubjay.recovery.letters.packet import write_packet
from scrubjay.recovery.underpayments import underpayments
from scrubjay.reference import Reference
from scrubjay.reports.recovery_dispute import list_files
from scrubjay.testing.answered import answered, reason

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = date(2026, 4, 1)
HEAD = "payer,hcpcs,method,rate,from,to,lesser_of_charge,source\n"
RATES = (
    '12345,J2919,per_unit,0.50,2026-01-01,,no,"Exhibit B, page 2"\n'
    '12345,J1745,percent_of_charge,62.5,2026-01-01,,no,"Exhibit B, page 3"\n'
    "12345,J0897,case,50,2026-01-01,,no,Exhibit C\n"
)
SENDER = [
    Fact("sender.name", "Example Center", "letterhead"),
    Fact("sender.address", "1 Main St; Hartford", "letterhead"),
    Fact("sender.phone", "555 555 0100", "letterhead"),
    Fact("sender.signer", "Ada", "letterhead"),
    Fact("sender.signer_title", "manager", "letterhead"),
]
PAID: dict[str, Any] = {
    "service_date": date(2026, 3, 2), "production_date": date(2026, 3, 20), "payment_date": date(2026, 3, 20),
    "charge_amount": "100.00", "paid_amount": "5.00", "adjustments": [reason("CO-45", "95.00")], "is_postable": True,
}  # fmt: skip
PLAN = """
id: our-plan
name: Our plan
reviewed_on: 2026-03-01
match: [{payer_ids: ["12345"]}]
appeals:
  - {level: 1, name: Dispute, days: 60, counted_from: notice, from: 2026-01-01, reason: Section 7.,
     citation: {source: OUR-CONTRACT, text: "Sixty days.", confidence: B}}
"""


def rates(tmp_path: Path, text: str = RATES) -> pl.DataFrame:
    path = tmp_path / "rates.csv"
    path.write_text(HEAD + text, encoding="utf-8")
    return load_contracts(path)


def found(contracts: pl.DataFrame | None, *rows: dict[str, Any]) -> pl.DataFrame:
    numbered = [{"remit_claim_key": n, "remit_line_key": n} | PAID | row for n, row in enumerate(rows, 1)]
    compared = underpayments(
        answered(*numbered), reference=Reference.starter(), as_of=AS_OF, contracts=contracts
    )
    return compared.with_columns(pl.lit(1, pl.Int32).alias("line_number"))


def chosen(
    contracts: pl.DataFrame | None, *rows: dict[str, Any], payer: str | None = None, **more: Any
) -> Dispute:
    options = {"policies": PolicySet.base(), "as_of": AS_OF} | more
    return dispute(found(contracts, *rows), payer, **options)


def letter(made: Dispute, *more: Fact, lists: dict[str, bytes] | None = None):
    files = lists if lists is not None else {LINES_CSV: line_list(made).write_csv().encode()}
    return make_dispute(made, [*SENDER, *more], lists=files, written_on=AS_OF)


def test_bases_are_stated_one_by_one_and_add_up(tmp_path: Path) -> None:
    rows = (
        {"hcpcs": "J2919"},
        {"hcpcs": "J2919", "patient_control_number": "A2"},
        {"hcpcs": "J1745"},
        {"hcpcs": "J0897"},
    )
    made = chosen(rates(tmp_path), *rows)
    packet, records = letter(made)
    text = "\n".join(p.text for p in packet.letter.paragraphs)
    assert (
        "62.5 percent of the charge, by Exhibit B, page 3. Lines: 1. Expected: $62.50. Allowed: $5.00. Short by $57.50."
        in text
    )
    assert (
        "0.5 dollars a billing unit, by Exhibit B, page 2. Lines: 2. Expected: $25.00. Allowed: $10.00. Short by $15.00."
        in text
    )
    assert "50 dollars a case, by Exhibit C" in text
    assert records["batch.short_total"].text == "$117.50"
    assert records["batch.line_count"].text == "4"
    assert packet.letter.template == "underpayment-dispute"
    assert all(f.source.strip() for f in packet.letter.evidence)
    assert sum(line_list(made)["short_amount"].to_list()) == Decimal("117.50")


def test_medicare_goes_by_redetermination_and_its_time() -> None:
    row = {"claim_filing_code": "MB", "modifiers": ["JZ"], "paid_amount": "4.70", "allowed_amount": "6.00",
           "adjustments": [reason("CO-45", "94.00"), reason("PR-2", "1.20"), reason("CO-253", "0.10")]}  # fmt: skip
    made = chosen(None, row)
    packet, records = letter(made)
    assert packet.letter.template == "medicare-underpayment"
    # Five days after the notice and 120 more is Thursday, 2026-07-23.
    assert records["deadline.hard_date"].text == "July 23, 2026"
    assert records["batch.short_total"].text == "$0.60"
    assert "Medicare's rates" in records["batch.basis"].text
    assert "[" not in records["deadline.rule"].text


def test_the_time_of_the_contract_and_its_absence(tmp_path: Path) -> None:
    contracts = rates(tmp_path)
    packet, records = letter(chosen(contracts, {}))
    assert "deadline.hard_date" not in records
    assert any("`appeals` into a policy" in note for note in packet.notes)
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN, encoding="utf-8")
    policies = PolicySet.base([load_policy_file(plan)])
    own = {"policy_id": "our-plan"}
    packet, records = letter(chosen(contracts, own, policies=policies))
    assert records["deadline.hard_date"].text == "May 19, 2026"
    assert packet.notes == ()
    late = chosen(
        contracts,
        own,
        own | {"production_date": date(2026, 1, 20), "payment_date": date(2026, 1, 20)},
        policies=policies,
    )
    assert (late.lines.height, late.left_out["why"].to_list()) == (1, ["too-late"])
    assert "2026-03-21" in late.left_out["reason"][0]
    told = [
        Fact("deadline.hard_date", "June 1, 2026", "contract, section 7"),
        Fact("deadline.rule", "section seven", "contract"),
    ]
    packet, _ = letter(chosen(contracts, {}), *told)
    assert any("June 1, 2026" in p.text for p in packet.letter.paragraphs)


def test_what_is_not_known_is_counted_and_named_never_disputed(tmp_path: Path) -> None:
    as_a_whole = {"adjustments": [reason("CO-45", "95.00"), reason("PR-1", "40.00", level="claim")]}
    made = chosen(rates(tmp_path), {}, {"hcpcs": "J9999", "paid_hcpcs": "J9999"}, as_a_whole)
    assert made.lines["remit_claim_key"].to_list() == [1]
    assert made.left_out["why"].to_list() == ["not-evaluated"] * 2
    words = " ".join(left_words(made))
    assert "no contract rate speaks of the line: the table has none for this payer, code and day" in words
    assert "AMT*B6" in words
    assert "could not be compared: 2" in words


def test_what_another_reason_takes_off_is_not_disputed(tmp_path: Path) -> None:
    """12.50 expected; a prior payer's 7.50 explains all of the difference, 3.00 of it a part."""
    whole = {"adjustments": [reason("CO-45", "87.50"), reason("OA-23", "7.50")]}
    part = {"adjustments": [reason("CO-45", "92.00"), reason("OA-23", "3.00")]}
    made = chosen(rates(tmp_path), whole, part)
    assert made.lines["remit_claim_key"].to_list() == [2]
    packet, records = letter(made)
    assert records["batch.short_total"].text == "$4.50"
    assert any("$3.00 for other reasons" in p.text for p in packet.letter.paragraphs)
    pages = pypdf.PdfReader(io.BytesIO(lines_pdf(line_list(made), "Lines"))).pages
    assert "Other reasons" in " ".join(" ".join(p.extract_text() for p in pages).split())


def test_paid_below_allowed_counts_only_down_to_the_contract(tmp_path: Path) -> None:
    """12.50 expected: 14.00 allowed and 13.00 paid is enough; 12.50 allowed and 10.00 paid is not."""
    rows = (
        {"allowed_amount": "14.00", "paid_amount": "13.00"},
        {"allowed_amount": "12.50", "paid_amount": "10.00", "hcpcs": "J2919", "patient_control_number": "A2"},
    )
    made = chosen(rates(tmp_path), *(r | {"adjustments": [reason("CO-45", "86.00")]} for r in rows))
    assert made.lines["short_amount"].to_list() == [Decimal("2.50")]
    assert made.left_out["why"].to_list() == ["not-below-expected"]
    packet, _ = letter(made)
    assert any("$2.50 was neither paid nor explained" in p.text for p in packet.letter.paragraphs)


def test_what_was_disputed_before_is_left_out_in_any_batch(tmp_path: Path) -> None:
    contracts = rates(tmp_path)
    first = chosen(contracts, {}, {})
    assert first.lines["key"].n_unique() == 2  # two lines that say the same are two
    before = dict.fromkeys(first.lines["key"].to_list(), "on 2026-03-25 as d1")
    second = chosen(contracts, {}, {}, {"patient_control_number": "B1"}, before=before)
    assert second.lines["patient_control_number"].to_list() == ["B1"]
    assert "2026-03-25 as d1" in left_words(second)[0]
    with pytest.raises(UsageError, match="no line is left"):
        letter(chosen(contracts, {}, {}, before=before))


def test_which_payer(tmp_path: Path) -> None:
    contracts = rates(tmp_path, RATES + "9,J2919,per_unit,0.50,,,no,Exhibit Z\n")
    other = {"payer_id": "9", "payer_name": "Other Plan"}
    with pytest.raises(UsageError, match="several payers") as caught:
        chosen(contracts, {}, other)
    assert "Other Plan (9)" in str(caught.value.hint)
    assert chosen(contracts, {}, other, payer=" other  PLAN ").payer_id == "9"
    assert chosen(contracts, {}, other, payer="12345").payer_name == "EXAMPLE PAYER"
    no_id = [{"payer_id": None, "payer_name": n, "policy_id": "commercial"} for n in ("Plan A", "Plan B")]
    by_policy = rates(tmp_path, "commercial,J2919,per_unit,0.50,,,no,Exhibit Z\n")
    with pytest.raises(UsageError, match="several payers"):
        chosen(by_policy, *no_id)
    assert chosen(by_policy, *no_id, payer="plan b").payer_name == "Plan B"
    with pytest.raises(UsageError, match="no payer of that name"):
        chosen(contracts, {}, other, payer="nobody")
    with pytest.raises(UsageError, match="Nothing is expected of 1 lines: no contract"):
        chosen(None, {})
    with pytest.raises(UsageError, match="none of 0 paid lines"):
        chosen(None, {"paid_amount": "0.00"})


def test_refuses_what_has_no_source_or_no_sender(tmp_path: Path) -> None:
    unsourced = rates(tmp_path, "12345,*,per_unit,0.50,,,no,\n")
    with pytest.raises(UsageError, match="has no source"):
        letter(chosen(unsourced, {}))
    made = chosen(rates(tmp_path), {})
    with pytest.raises(UsageError, match=r"sender\.signer"):
        make_dispute(made, [], lists={LINES_CSV: b""}, written_on=AS_OF)
    packet, records = letter(made)
    for fact in packet.letter.evidence:
        with pytest.raises(UsageError, match=fact.name):
            refuse_unsourced(packet.letter, records.without(fact.name))
    with pytest.raises(UsageError, match="given twice"):
        batch_records(made, [Fact("batch.short_total", "$9", "me")], list_sha256="0", written_on=AS_OF)


def test_an_unverified_basis_is_named_in_the_checklist(tmp_path: Path) -> None:
    asp = rates(tmp_path, "12345,J2919,percent_of_asp,250,,,no,Exhibit B\n")
    packet, _ = letter(chosen(asp, {}))
    assert [f.confidence for f in packet.letter.evidence if f.name == "basis.1.rule"] == ["D"]


def test_packet_on_disk(tmp_path: Path) -> None:
    made = chosen(rates(tmp_path), {"patient_control_number": "=A1"}, {"hcpcs": "J9999"})
    sent = pl.DataFrame(
        {"claim_key": [1], "patient_first_name": ["ANN"], "patient_last_name": ["DOE"], "member_id": ["M1"]}
    )
    files = list_files(
        replace(made, lines=made.lines.with_columns(pl.lit(1, pl.Int64).alias("claim_key"))), sent, "Lines"
    )
    packet, records = letter(made, lists=files)
    entered: list[str] = []
    written = write_packet(packet, records, tmp_path / "d1", before_release=lambda: entered.append("once"))
    assert {f.name for f in written} == {
        "letter.docx", "letter.pdf", "evidence.json", "attachments.csv", "checklist.txt", "lines.csv", "lines.xlsx",
        "lines.pdf", "not-disputed.csv",
    }  # fmt: skip
    assert entered == ["once"]
    (row,) = csv.DictReader(io.StringIO((tmp_path / "d1" / "lines.csv").read_text()))
    assert (row["patient_control_number"], row["short_amount"], row["patient_name"]) == (
        "'=A1",
        "7.50",
        "ANN DOE",
    )
    assert "remittance of 2026-03-20, claim ICN1, line 1: paid 5.00" in row["allowed_source"]
    (left,) = csv.DictReader(io.StringIO((tmp_path / "d1" / "not-disputed.csv").read_text()))
    assert (left["hcpcs"], left["why"]) == ("J9999", "not-evaluated")
    pdf = " ".join(p.extract_text() for p in pypdf.PdfReader(tmp_path / "d1" / "lines.pdf").pages)
    assert "$7.50" in pdf
    text = " ".join(p.extract_text() for p in pypdf.PdfReader(tmp_path / "d1" / "letter.pdf").pages)
    assert "Short by $7.50" in " ".join(text.split())
    facts = json.loads((tmp_path / "d1" / "evidence.json").read_text())["facts"]
    assert all(f["source"] for f in facts)
    assert [p.file for p in packet.papers if p.name == "line-list"] == ["lines.pdf"]

    def refused() -> None:
        raise UsageError("written before.")

    with pytest.raises(UsageError, match="written before"):
        write_packet(packet, records, tmp_path / "d2", before_release=refused)
    assert not list(tmp_path.glob("*d2*"))


def test_a_long_list_has_all_its_pages(tmp_path: Path) -> None:
    made = chosen(rates(tmp_path), *({"patient_control_number": f"A{n}"} for n in range(120)))
    pages = pypdf.PdfReader(io.BytesIO(lines_pdf(line_list(made), "Lines"))).pages
    text = " ".join(p.extract_text() for p in pages)
    assert len(pages) > 2
    assert "A119" in text
    assert "$900.00" in text  # 120 times 7.50


@given_values(
    st.lists(st.tuples(*(st.integers(0, 3000) for _ in range(4)), st.booleans()), min_size=1, max_size=6)
)
def test_totals_of_a_batch_are_exact(cents: list[tuple[int, int, int, int, bool]]) -> None:
    """Expected less allowed, and unpaid, less explained is short, for every line and for the sums."""
    contracts = pl.DataFrame(
        [("12345", "*", "per_unit", Decimal("0.50"), None, None, False, "B")],
        schema={"payer": pl.String, "hcpcs": pl.String, "method": pl.String, "rate": pl.Decimal(18, 6), "from": pl.Date,
                "to": pl.Date, "lesser_of_charge": pl.Boolean, "source": pl.String}, orient="row",
    )  # fmt: skip
    rows = []
    for paid, share, other, allowed, stated in cents:
        money = [str(Decimal(n) / 100) for n in (paid + 1, share, other, allowed)]
        row: dict[str, Any] = {"paid_amount": money[0],
                               "adjustments": [reason("PR-2", money[1]), reason("OA-23", money[2])]}  # fmt: skip
        rows.append(row | ({"allowed_amount": money[3]} if stated else {}))
    made = chosen(contracts, *rows) if found(contracts, *rows)["shortfall_amount"].max() else None
    if made is None:
        return
    for line in made.lines.iter_rows(named=True):
        gap = line["expected_allowed_amount"] - line["allowed_amount"] + line["unpaid_amount"]
        assert gap - line["explained_amount"] == line["short_amount"] > 0
        assert line["explained_amount"] >= 0
        assert line["short_amount"] <= line["expected_allowed_amount"]
