from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from scrubjay.errors import UnreadableInputError, UsageError
from scrubjay.policies import PolicySet
from scrubjay.recovery.classify import classify
from scrubjay.recovery.context import with_known_facts, with_policy_ids
from scrubjay.recovery.contracts import load_contracts
from scrubjay.recovery.remedies import decide_remedies
from scrubjay.recovery.underpayments import by_payer, expected_allowed, underpayments
from scrubjay.reference import Reference
from scrubjay.testing.answered import answered, denied, reason

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

AS_OF = date(2026, 6, 1)
HEAD = "payer,hcpcs,method,rate,from,to,lesser_of_charge,source\n"


def compare(*rows: dict[str, Any], contracts: pl.DataFrame | None = None) -> pl.DataFrame:
    return underpayments(answered(*rows), reference=Reference.starter(), as_of=AS_OF, contracts=contracts)


def table(tmp_path: Path, text: str) -> pl.DataFrame:
    path = tmp_path / "rates.csv"
    path.write_text(HEAD + text, encoding="utf-8")
    return load_contracts(path)


# 25 units in the office in 2026-03 at the limit of 0.264: 6.60, of it 1.32 the patient's, 0.11 sequestration.
WORKED = {
    "claim_filing_code": "MB",
    "service_date": date(2026, 3, 2),
    "charge_amount": "100.00",
    "paid_amount": "5.17",
    "modifiers": ["JZ"],
    "adjustments": [reason("CO-45", "93.40"), reason("PR-2", "1.32"), reason("CO-253", "0.11")],
}


def test_the_worked_remittance_is_paid_in_full() -> None:
    got = compare(WORKED).row(0, named=True)
    assert got["allowed_amount"] == got["expected_allowed_amount"] == Decimal("6.60")
    assert (got["patient_share_amount"], got["sequestration_amount"]) == (Decimal("1.32"), Decimal("0.11"))
    assert (got["shortfall_amount"], got["kinds"], got["is_allowed_derived"]) == (Decimal(0), [], True)
    assert got["expected_basis"]


def test_allowed_below_the_limit() -> None:
    row = {**WORKED, "paid_amount": "4.70", "allowed_amount": "6.00",
           "adjustments": [reason("CO-45", "94.00"), reason("PR-2", "1.20"), reason("CO-253", "0.10")]}  # fmt: skip
    got = compare(row).row(0, named=True)
    assert (got["shortfall_amount"], got["kinds"]) == (Decimal("0.60"), ["allowed-below-expected"])


def test_paid_below_allowed_with_no_reason() -> None:
    got = compare({**WORKED, "paid_amount": "4.17", "allowed_amount": "6.60"}).row(0, named=True)
    assert (got["shortfall_amount"], got["kinds"]) == (Decimal("1.00"), ["paid-below-allowed"])
    # A reason that takes it off makes it a denial, not an underpayment.
    cut = {**WORKED, "paid_amount": "4.17", "allowed_amount": "6.60",
           "adjustments": [reason("PR-2", "1.32"), reason("CO-253", "0.11"), reason("CO-50", "1.00")]}  # fmt: skip
    assert compare(cut).row(0, named=True)["kinds"] == []


def test_units_and_code() -> None:
    got = compare({**WORKED, "units_paid": 20}, {**WORKED, "paid_hcpcs": "J2920", "is_code_changed": True})
    assert got["kinds"].to_list() == [["units-cut"], ["code-changed"]]


def test_denied_and_old_lines_are_not_compared() -> None:
    assert (
        compare(denied("CO-50"), {**WORKED, "is_reversal": True}, {**WORKED, "is_superseded": True}).height
        == 0
    )


def test_without_a_rate_nothing_is_expected() -> None:
    row = {**WORKED, "claim_filing_code": "CI", "policy_id": "commercial"}
    got = compare(row).row(0, named=True)
    assert (got["expected_allowed_amount"], got["shortfall_amount"]) == (None, None)
    assert "--contracts" in got["expected_reason"]
    unknown_place = compare({**WORKED, "place_of_service_code": None}).row(0, named=True)
    assert unknown_place["expected_allowed_amount"] is None
    assert "setting" in unknown_place["expected_reason"]


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        ("12345,J2919,per_unit,0.31,2026-01-01,,no,B", "7.75"),
        ("12345,*,percent_of_charge,62.5,,,no,B", "62.50"),
        ("12345,J2919,percent_of_limit,110,2026-01-01,,no,B", "7.26"),
        ("12345,J2919,percent_of_asp,106,2026-01-01,,no,B", "6.60"),
        ("12345,J2919,case,80,2026-01-01,,no,B", "80.00"),
        ("12345,J2919,per_unit,9,2026-01-01,,yes,B", "100.00"),
    ],
)
def test_methods_of_a_contract(tmp_path: Path, rate: str, expected: str) -> None:
    row = {**WORKED, "claim_filing_code": "CI"}
    got = compare(row, contracts=table(tmp_path, rate)).row(0, named=True)
    assert got["expected_allowed_amount"] == Decimal(expected)
    assert got["expected_basis"].startswith("contract: ")
    assert ("unverified" in got["expected_basis"]) == ("percent_of_asp" in rate)


def test_the_nearer_rate_goes_first(tmp_path: Path) -> None:
    rates = table(
        tmp_path,
        "commercial,J2919,per_unit,1,,2026-01-01,no,\ncommercial,J2919,per_unit,2,2026-01-01,,no,\n"
        "commercial,*,per_unit,3,,,no,\n12345,*,per_unit,4,,,no,\n",
    )
    rows = [
        {**WORKED, "payer_id": payer, "policy_id": "commercial", "hcpcs": code, "units_billed": 1,
         "service_date": day}
        for payer, code, day in [
            ("9", "J2919", date(2025, 12, 31)), ("9", "J2919", date(2026, 1, 1)), ("9", "J1745", date(2026, 1, 1)),
            ("12345", "J2919", date(2026, 1, 1)), ("12345", "J1745", date(2026, 1, 1)),
        ]
    ]  # fmt: skip
    got = expected_allowed(answered(*rows), reference=Reference.starter(), as_of=AS_OF, contracts=rates)
    assert got["expected_allowed_amount"].to_list() == [Decimal(n) for n in (1, 2, 3, 2, 4)]


def test_a_contract_that_goes_by_an_unknown_limit_says_so(tmp_path: Path) -> None:
    rates = table(tmp_path, "12345,*,percent_of_limit,100,,,no,")
    row = {**WORKED, "hcpcs": "J9999", "claim_filing_code": "CI"}
    got = compare(row, contracts=rates).row(0, named=True)
    assert got["expected_allowed_amount"] is None
    assert "payment limit" in got["expected_reason"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("12345,J2919,by_moon,1,,,no,", "is no method"),
        ("12345,J2919,per_unit,lots,,,no,", "is no rate"),
        ("12345,J2919,per_unit,-1,,,no,", "is no rate"),
        ("12345,J2919,per_unit,1,01/02/2026,,no,", "is no date"),
        ("12345,J2919,per_unit,1,2026-02-01,2026-01-01,no,", "not after"),
        ("12345,,per_unit,1,,,no,", "needs a payer and a code"),
        ("12345,J2919,per_unit,1,,,perhaps,", "yes or no"),
        (
            "12345,J2919,per_unit,1,,,no,\n12345,J2919,per_unit,2,2026-01-01,,no,",
            "same code on the same days",
        ),
    ],
)
def test_a_wrong_table_names_its_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as error:
        table(tmp_path, text)
    assert "rates.csv:" in str(error.value.where)


def test_a_file_that_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError):
        load_contracts(tmp_path / "absent.csv")
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(UsageError, match="lacks the column"):
        load_contracts(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises((UnreadableInputError, UsageError)):
        load_contracts(tmp_path / "b.csv")


def test_totals_by_payer() -> None:
    low = {**WORKED, "paid_amount": "4.70", "allowed_amount": "6.00",
           "adjustments": [reason("CO-45", "94.00"), reason("PR-2", "1.20"), reason("CO-253", "0.10")]}  # fmt: skip
    found = compare(WORKED, low, low, {**WORKED, "claim_filing_code": "CI", "payer_id": "9"})
    totals = by_payer(found).rows(named=True)
    assert [(t["payer_id"], t["lines"], t["short_lines"], t["shortfall_amount"], t["unknown_lines"]) for t in totals] == [
        ("12345", 3, 2, Decimal("1.20"), 0), ("9", 1, 0, Decimal(0), 1),
    ]  # fmt: skip


def facts(*rows: dict[str, Any]) -> pl.DataFrame:
    policies = PolicySet.base()
    lines = with_policy_ids(answered(*rows), policies)
    return with_known_facts(lines, policies=policies, reference=Reference.starter(), as_of=AS_OF)


def test_facts_of_policies_and_reference() -> None:
    """96372 has MUE 4, indicator 3, 96368 has 1 and 2 (July 2024)."""
    got = facts(
        {"hcpcs": "96368", "units_billed": 2, "claim_filing_code": "MB", "service_date": date(2024, 7, 2)},
        {"hcpcs": "96372", "units_billed": 3, "claim_filing_code": "MB", "service_date": date(2024, 7, 2), "remit_claim_key": 9},
        {"hcpcs": "96372", "units_billed": 2, "claim_filing_code": "MB", "service_date": date(2024, 7, 2), "remit_claim_key": 9},
        {"hcpcs": "J2919", "payer_id": None, "payer_name": None, "claim_filing_code": "ZZ"},
    )  # fmt: skip
    assert got["policy_id"].to_list() == ["medicare-part-b"] * 3 + [None]
    assert got["payer_class"].to_list() == ["medicare_part_b"] * 3 + [None]
    assert got["mue_mai"].to_list() == ["2", "3", "3", None]
    assert got["day_units"].to_list()[:3] == [Decimal(2), Decimal(5), Decimal(5)]
    assert got["takes_frequency_7"].to_list() == [False, False, False, None]


def test_the_unit_limit_decides_the_remedy() -> None:
    row = {"claim_filing_code": "MB", "service_date": date(2024, 7, 2), "charge_amount": "50"}
    got = facts(
        {**denied("CO-151", "N362"), **row, "hcpcs": "96368", "units_billed": 2, "replay_verdict": "payer-was-wrong"},
        {**denied("CO-151", "N362"), **row, "hcpcs": "96372", "units_billed": 5, "replay_verdict": "payer-was-wrong"},
        # Within the limit: then it is a frequency rule of a policy, whatever the indicator.
        {**denied("CO-151", "N362"), **row, "hcpcs": "96368", "units_billed": 1, "replay_verdict": "payer-was-wrong"},
    )  # fmt: skip
    decided = decide_remedies(got, classify(got))
    assert decided["remedy"].to_list() == ["WO", "APP", "APP"]
    assert decided["guards"].to_list()[0] == ["no-appeal-of-mai-2", "contractual-is-never-the-patients"]


def test_the_pair_decides_the_remedy() -> None:
    """99211 beside 96372: indicator 0 for a practitioner; 99213 beside it: 1."""
    row = {"claim_filing_code": "MB", "service_date": date(2024, 7, 2), "charge_amount": "50"}
    got = facts(
        {**denied("CO-236"), **row, "hcpcs": "99211", "remit_claim_key": 1},
        {**row, "hcpcs": "96372", "remit_claim_key": 1, "paid_amount": "50"},
        {**denied("CO-97"), **row, "hcpcs": "99213", "remit_claim_key": 2},
        {**row, "hcpcs": "96372", "remit_claim_key": 2, "paid_amount": "50"},
    )
    assert got["pair_indicator"].to_list() == ["0", None, "1", None]
    assert decide_remedies(got, classify(got))["remedy"].to_list() == ["WO", "NONE", "CER", "NONE"]
