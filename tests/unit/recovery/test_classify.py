from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrubjay.recovery.causes import causes, deciding
from scrubjay.recovery.classify import classify
from scrubjay.tables.recovery import ANSWERED_LINES
from scrubjay.testing.answered import answered, denied, reason

if TYPE_CHECKING:
    from pathlib import Path


def one(row: dict[str, Any]) -> dict[str, Any]:
    return classify(answered(row)).row(0, named=True)


def test_what_is_for_information_is_left_alone() -> None:
    """The worked remittance of the domain notes: 45, coinsurance and sequestration; nothing to recover."""
    got = one(
        {
            "paid_amount": "5.25",
            "adjustments": [reason("CO-45", "93.30"), reason("PR-2", "1.34"), reason("CO-253", "0.11")],
        }
    )
    assert (got["outcome"], got["rule_id"], got["denied_amount"]) == ("paid", "G99", Decimal(0))
    assert got["missing"] == []


def test_pending_waits_whatever_else_is_said() -> None:
    got = one({"adjustments": [reason("CO-50", "40"), reason("OA-133", "60")]})
    assert (got["outcome"], got["rule_id"], got["denied_amount"]) == ("pending", "G46", Decimal(0))


@pytest.mark.parametrize(
    ("codes", "rarcs", "row"),
    [
        (["CO-97", "CO-22"], [], "G20"),  # another payer goes before a code pair
        (["CO-197", "CO-4"], ["N822"], "G1"),  # a fault of our own claim before authorization
        (["CO-50", "CO-197"], [], "G66"),  # authorization before necessity
        (["CO-29", "CO-50"], [], "G30"),  # what is hard comes last
        (["CO-45", "CO-29"], [], "G24"),  # but before what is only for information
        (["CO-16", "CO-50"], ["MA130"], "G16"),  # unprocessable before all but pending
    ],
)
def test_decision_order(codes: list[str], rarcs: list[str], row: str) -> None:
    got = one({"adjustments": [reason(c, "50.00") for c in codes], "rarc_codes": rarcs})
    assert got["rule_id"] == row
    assert got["outcome"] == "denied"
    assert got["denied_amount"] == Decimal(50 if "CO-45" in codes else 100)


def test_a_telling_remark_goes_before_a_general_one() -> None:
    got = one(denied("CO-16", "MA130", "MA01", "N822"))
    assert (got["rule_id"], got["rarc_code"], got["root_cause"]) == ("G1", "N822", "modifier-missing")


def test_other_rows_that_remarks_point_to_are_named() -> None:
    got = one(denied("CO-16", "M51", "M119"))
    assert got["rule_id"] == "G8"
    assert any("G10" in r for r in got["reasons"])


def test_a_general_denial_is_read_by_its_remark() -> None:
    assert one(denied("CO-A1", "N56"))["rule_id"] == "G8"
    assert one(denied("CO-A1", "N449"))["root_cause"] == "step-therapy"
    ambiguous = one(denied("CO-A1", "N115"))  # stands in four rows
    assert (ambiguous["rule_id"], ambiguous["root_cause"]) == ("G92", None)
    assert ambiguous["missing"] == ["The remark that says why."]


@pytest.mark.parametrize(
    ("old", "row"),
    [("15", "G88"), ("17", "G73"), ("28", "G23"), ("30", "G58"), ("47", "G55"), ("52", "G61"), ("57", "G50"),
     ("62", "G66"), ("138", "G89"), ("38", "G78"), ("46", "G38"), ("B5", "G85"), ("B18", "G60")],
)  # fmt: skip
def test_deactivated_reasons_of_older_remittances(old: str, row: str) -> None:
    got = one(denied(f"CO-{old}"))
    assert (got["rule_id"], got["carc_code"]) == (row, old)
    assert any("deactivated" in r for r in got["reasons"])


def test_every_deactivated_code_is_one_of_the_list(shared: Path) -> None:
    text = (shared / "data/codes/carc_rarc_status_2026-08.csv").read_text(encoding="utf-8")
    for code in deciding().deactivated_by_code:
        assert f",{code},deactivated" in text, code
    current = [c for cause in causes() for c in (*cause.carcs, *cause.carcs_with_rarc, *cause.rarcs)]
    for code in {*current, "N142", "N380", "N779"}:
        assert f",{code},current" in text, code


def test_deactivated_remarks_and_those_that_pick_among_successors() -> None:
    assert one(denied("CO-226", "N29"))["rarc_code"] == "N29"
    assert one(denied("CO-57", "N378"))["rule_id"] == "G53"


def test_a_reason_without_a_row_is_not_guessed() -> None:
    got = one(denied("CO-999"))
    assert (got["outcome"], got["rule_id"], got["root_cause"]) == ("denied", None, None)
    assert "CO-999" in got["missing"][0]
    assert one(denied("CO-16"))["rule_id"] is None  # 16 says nothing without its remark
    assert one(denied("CO-16", "N999"))["rule_id"] is None


def test_45_cannot_take_the_whole_charge() -> None:
    got = one(denied("CO-45"))
    assert (got["outcome"], got["root_cause"], got["denied_amount"]) == ("denied", None, Decimal(100))
    assert "real reason" in got["missing"][0]
    assert one(denied("CO-45", amount="99.99"))["outcome"] == "informational"


def test_reversed_and_superseded_answers_are_history() -> None:
    for flag in ("is_reversal", "is_superseded"):
        got = one({**denied("CO-50"), flag: True})
        assert (got["outcome"], got["root_cause"], got["denied_amount"]) == (
            "informational",
            None,
            Decimal(0),
        )
        assert len(got["reasons"]) == 1


def test_reasons_of_the_claim_are_counted_once() -> None:
    row = {"remit_claim_key": 7, "adjustments": [reason("CO-29", "40", level="claim"), reason("CO-50", "10")]}
    got = classify(answered({**row, "remit_line_key": 1}, {**row, "remit_line_key": 2}))
    assert got["denied_amount"].to_list() == [Decimal(50), Decimal(10)]
    assert got["outcome"].to_list() == ["denied", "denied"]


def test_cuts_that_no_reason_names() -> None:
    paid = {"paid_amount": "50", "adjustments": [reason("CO-45", "50")]}
    cut = one({**paid, "units_paid": 20})
    assert (cut["outcome"], cut["root_cause"], cut["denied_amount"]) == (
        "reduced",
        "units-cut-by-payer",
        None,
    )
    changed = one({**paid, "paid_hcpcs": "J2930", "is_code_changed": True})
    assert (changed["outcome"], changed["root_cause"]) == ("reduced", "code-changed-by-payer")


def test_status_of_the_claim() -> None:
    assert one({"claim_status_code": "23"})["outcome"] == "forwarded"
    assert one({"claim_status_code": "25", **denied("CO-50")})["outcome"] == "informational"
    nothing = one({"claim_status_code": "4"})
    assert (nothing["outcome"], nothing["missing"]) == (
        "denied",
        ["The payer gave no reason; ask it for one."],
    )
    unknown = one({"paid_amount": None})
    assert unknown["outcome"] is None
    assert unknown["missing"]


def test_what_does_not_balance_says_so() -> None:
    assert "does not balance" in one({**denied("CO-50"), "is_postable": False})["missing"][0]


def test_unverified_rows_say_so() -> None:
    assert "D, unverified" in one(denied("CO-4", "N822"))["reasons"][0]
    assert "unverified" not in one(denied("CO-50"))["reasons"][0]


def test_no_lines() -> None:
    assert classify(ANSWERED_LINES.empty()).height == 0


_CODES = st.sampled_from(
    sorted(
        {f"{g}-{c}" for cause in causes() for g in cause.groups for c in cause.carcs} | {"CO-16", "CO-999"}
    )
)
_REMARKS = st.sampled_from(sorted({r for c in causes() for r in c.rarcs} | {"MA01", "N999"}))
_LINE = st.tuples(
    st.lists(st.tuples(_CODES, st.integers(-500, 5000)), max_size=4),
    st.lists(_REMARKS, max_size=3, unique=True),
    st.integers(0, 900),
)


@settings(deadline=None)
@given(st.lists(_LINE, min_size=1, max_size=5))
def test_whatever_comes_each_line_is_judged_once(drawn: list[Any]) -> None:
    rows = [
        {
            "adjustments": [reason(code, str(Decimal(cents) / 100)) for code, cents in codes],
            "rarc_codes": rarcs,
            "paid_amount": Decimal(paid) / 100,
        }
        for codes, rarcs, paid in drawn
    ]
    lines = answered(*rows)
    got = classify(lines)
    assert got["remit_line_key"].to_list() == lines["remit_line_key"].to_list()
    for row, result in zip(rows, got.iter_rows(named=True), strict=True):
        total = sum((a["amount"] for a in row["adjustments"] if a["amount"] > 0), Decimal(0))
        assert result["denied_amount"] is None or 0 <= result["denied_amount"] <= total
        # Alone and among others a line is judged alike.
        alone = classify(answered(row)).row(0, named=True)
        assert {k: v for k, v in alone.items() if "key" not in k} == {
            k: v for k, v in result.items() if "key" not in k
        }
