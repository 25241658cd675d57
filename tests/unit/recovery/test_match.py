"""Answers beside claims: every way of finding a line, and no answered line lost or doubled."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrubjay.intake import read_claims_bytes
from scrubjay.intake.answers import AnswerReader
from scrubjay.intake.remits import collect
from scrubjay.policies import PolicySet
from scrubjay.recovery.match import match
from scrubjay.tables import ClaimBundle
from scrubjay.tables.recovery import ANSWERED_LINES
from scrubjay.testing.x12 import AdjustmentSpec, ClaimSpec, LineSpec, PayerSpec, PersonSpec, make_837
from scrubjay.testing.x12_remits import PaymentSpec, RemitClaimSpec, RemitLineSpec, make_835, reversal_of

DAY, NEXT = date(2024, 6, 3), date(2024, 6, 4)


def sent(*claims, kind="professional"):
    return read_claims_bytes(make_837(claims, kind).encode())[0]


def answers(*payments):
    return collect(AnswerReader.of_bytes(make_835(payments).encode(), "x")).remits


def one(claim, answer, **payment):
    return match(
        answers(PaymentSpec([answer], **payment)), sent(*claim) if isinstance(claim, list) else sent(claim)
    )


def L(code="J2919", charge="100", *, mods=(), control=None, units="1", day=DAY):
    return LineSpec(code, charge, units, modifiers=mods, control_number=control, service_from=day)


def R(code="J2919", charge="100", *, mods=(), control=None, units="1", day=DAY, **more):
    return RemitLineSpec(
        code, charge, modifiers=mods, control_number=control, units_paid=units, service_from=day, **more
    )


def links(found):
    return found.answered.select("line_key", "match_kind").rows()


def test_by_line_control_number_even_where_code_and_order_differ():
    found = one(
        ClaimSpec("A1", [L(control="X1"), L("96372", "45", control="X2")]),
        RemitClaimSpec("A1", [R("96372", "45", control="X2"), R(control="X1")]),
    )
    assert links(found) == [(2, "line-control-number"), (1, "line-control-number")]
    assert found.answered["match_score"].to_list() == [Decimal(1), Decimal(1)]


def test_a_payers_own_line_numbers_do_not_cross_lines():
    found = one(
        ClaimSpec("A1", [L(control="1"), L("96372", "45", control="2")]),
        RemitClaimSpec("A1", [R("96372", "45", control="1"), R(control="2")]),
    )
    assert links(found) == [(2, "code-modifiers-date"), (1, "code-modifiers-date")]


def test_modifiers_that_the_payer_dropped():
    claim = ClaimSpec("A1", [L(mods=["JZ", "RT"]), L("96372", "45")])
    found = one(claim, RemitClaimSpec("A1", [R(), R("96372", "45")]))
    assert links(found) == [(1, "code-date"), (2, "code-modifiers-date")]
    assert found.answered["modifiers"].to_list() == [["JZ", "RT"], []]


def test_lines_that_differ_in_modifiers_alone_find_each_other_in_any_order():
    claim = ClaimSpec("A1", [L(mods=["JZ"]), L(mods=["JW"]), L(mods=["RT", "JZ"])])
    found = one(claim, RemitClaimSpec("A1", [R(mods=["JW"]), R(mods=["JZ", "RT"]), R(mods=["JZ"])]))
    assert [k for k, _ in links(found)] == [2, 3, 1]


def test_equal_lines_are_taken_one_by_one():
    claim = ClaimSpec("A1", [L("96372", "45"), L("96372", "45")])
    found = one(claim, RemitClaimSpec("A1", [R("96372", "45"), R("96372", "45")]))
    assert [k for k, _ in links(found)] == [1, 2]


def test_a_line_that_the_payer_split():
    found = one(
        ClaimSpec("A1", [L(units="25"), L("96372", "45")]),
        RemitClaimSpec("A1", [R(charge="60", units="15"), R(charge="40", units="10"), R("96372", "45")]),
    )
    assert links(found) == [(1, "split"), (1, "split"), (2, "code-modifiers-date")]
    assert found.answered["units_billed"].to_list() == [15, 10, 1]


def test_lines_that_the_payer_bundled():
    found = one(
        ClaimSpec("A1", [L("96372", "45"), L("J1885", "20"), L("99213", "90", day=NEXT)]),
        RemitClaimSpec("A1", [R("J1885", "65"), R("99213", "90", day=NEXT)]),
    )
    assert links(found) == [(2, "bundle"), (3, "code-modifiers-date")]
    assert found.links.select("remit_line_key", "line_key").rows() == [(1, 1), (1, 2), (2, 3)]


@pytest.mark.parametrize("is_said", [True, False])
def test_a_code_that_the_payer_changed(is_said):
    line = R("J1010", billed_hcpcs="J2919", billed_modifiers=["JZ"]) if is_said else R("J1010")
    found = one(ClaimSpec("A1", [L(mods=["JZ"], units="25")]), RemitClaimSpec("A1", [line]))
    row = found.answered.row(0, named=True)
    assert (row["hcpcs"], row["paid_hcpcs"], row["is_code_changed"]) == ("J2919", "J1010", True)
    assert row["match_kind"] == ("code-modifiers-date" if is_said else "changed-code")
    assert (row["units_billed"], row["units_paid"], row["line_key"]) == (25, 1, 1)


def test_a_line_that_was_never_sent_is_kept_without_one():
    found = one(ClaimSpec("A1", [L()]), RemitClaimSpec("A1", [R(), R("99999", "7", day=NEXT)]))
    assert links(found) == [(1, "code-modifiers-date"), (None, "claim-only")]
    assert found.answered["claim_key"].to_list() == [1, 1]


def test_an_answer_without_lines():
    claim = RemitClaimSpec("A1", [], charge="100", adjustments=[AdjustmentSpec("CO", [("197", "100", None)])],
                           status="4", remarks=["N517"])  # fmt: skip
    row = one(ClaimSpec("A1", [L()]), claim).answered.row(0, named=True)
    assert (row["claim_key"], row["remit_line_key"], row["match_kind"]) == (1, None, "control-number")
    assert row["charge_amount"] == Decimal(100)
    assert row["adjustments"] == [
        {"group": "CO", "carc": "197", "amount": Decimal("100.00"), "quantity": None, "level": "claim"}
    ]
    assert row["rarc_codes"] == ["N517"]


def test_one_account_number_for_many_claims():
    claims = [ClaimSpec("ACCT", [L(charge=str(100 + n), day=date(2024, 6, n))]) for n in (1, 2, 3)]
    found = one(claims, RemitClaimSpec("ACCT", [R(charge="102", day=date(2024, 6, 2))]))
    assert found.answered["claim_key"].to_list() == [2]


def test_a_control_number_alone_is_no_match():
    found = one(ClaimSpec("ACCT", [L()]), RemitClaimSpec("ACCT", [R("99213", "70", day=date(2023, 1, 5))]))
    assert found.answered.select("claim_key", "match_kind").row(0) == (None, "candidates")
    assert found.candidates["claim_key"].to_list() == [1]
    assert "control-number" in found.candidates["agrees"][0]
    assert found.answered["match_score"][0] < 1


def test_primary_and_secondary_claims_are_told_apart_by_who_answers():
    primary, secondary = (
        ClaimSpec("A1", [L()], payer=PayerSpec(name, pid, "CI", order))
        for name, pid, order in (("FIRST", "P1", "P"), ("SECOND", "P2", "S"))
    )
    by_status = one([primary, secondary], RemitClaimSpec("A1", [R()], status="2"))
    assert by_status.answered["claim_key"].to_list() == [2]
    by_name = one([primary, secondary], RemitClaimSpec("A1", [R()], status="4"), payer_name="Second")
    assert by_name.answered["claim_key"].to_list() == [2]
    unclear = one([primary, secondary], RemitClaimSpec("A1", [R()], status="4"))
    assert unclear.answered["match_kind"].to_list() == ["candidates"]
    assert unclear.candidates["claim_key"].to_list() == [1, 2]


def test_the_same_claim_sent_twice_is_taken_once():
    assert one([ClaimSpec("A1", [L()])] * 2, RemitClaimSpec("A1", [R()])).answered["claim_key"].to_list() == [
        1
    ]


@pytest.mark.parametrize("number", ["00ab-123", "AB123", " ab 123"])
def test_a_control_number_that_the_payer_altered(number):
    found = one(ClaimSpec("AB-123", [L()]), RemitClaimSpec(number.strip(), [R()]))
    assert found.answered.select("claim_key", "match_kind").row(0) == (1, "code-modifiers-date")
    assert found.answered["match_score"][0] == Decimal("0.95")


def test_a_claim_is_found_by_a_line_number_that_only_it_has():
    claims = [ClaimSpec("A1", [L(control="U1")]), ClaimSpec("A2", [L(control="U2")])]
    found = one(claims, RemitClaimSpec("LOST", [R(control="U2")]))
    assert found.answered.select("claim_key", "line_key").row(0) == (2, 2)


def test_candidates_for_a_person():
    claims = [
        ClaimSpec("A1", [L()], subscriber=PersonSpec(member_id="M1")),
        ClaimSpec("A2", [L(charge="55")]),
    ]
    found = one(claims, RemitClaimSpec("ZZ", [R()], patient=PersonSpec(member_id="M1")))
    assert found.answered["match_kind"].to_list() == ["candidates"]
    best = found.candidates.row(0, named=True)
    assert (best["claim_key"], best["rank"]) == (1, 1)
    assert {"charge", "lines", "member"} <= set(best["agrees"])


def test_what_a_person_chose_wins():
    claims = sent(ClaimSpec("A1", [L()]), ClaimSpec("A2", [L()]))
    remits = answers(PaymentSpec([RemitClaimSpec("A1", [R()])]))
    for chosen, expected in (
        (2, (2, 2, "code-modifiers-date")),
        (None, (None, None, "none-chosen")),
        (9, (1, 1, "code-modifiers-date")),
    ):
        frame = pl.DataFrame(
            {"remit_claim_key": [1], "claim_key": [chosen]},
            schema={"remit_claim_key": pl.Int64, "claim_key": pl.Int64},
        )
        rows = match(remits, claims, chosen=frame).answered
        assert rows.select("claim_key", "line_key", "match_kind").row(0) == expected


def test_nothing_that_fits():
    found = one(
        ClaimSpec("A1"),
        RemitClaimSpec("Z9", [R("99213", "1", day=date(2020, 1, 1))], patient=PersonSpec("X", "Y", "Z")),
    )
    assert found.answered.select("claim_key", "match_kind", "match_score").row(0) == (None, "unmatched", None)
    assert found.candidates.height == 0


def test_without_any_claims():
    found = match(answers(PaymentSpec([RemitClaimSpec("A1", [R(), R("96372")])])), ClaimBundle())
    assert links(found) == [(None, "unmatched")] * 2
    assert found.answered.schema == ANSWERED_LINES.empty().schema


def test_institutional_lines_by_revenue_code_and_facts_of_the_claim():
    claim = ClaimSpec("A1", [LineSpec(None, "80", "1", revenue_code="0250"), L()], place="13")
    line = RemitLineSpec(None, "80", revenue_code="0250", qualifier="NU")
    found = match(
        answers(PaymentSpec([RemitClaimSpec("A1", [line, R()])])), sent(claim, kind="institutional")
    )
    assert [k for k, _ in links(found)] == [1, 2]
    row = found.answered.row(1, named=True)
    assert (row["claim_kind"], row["type_of_bill_code"], row["place_of_service_code"]) == (
        "institutional",
        "131",
        None,
    )


def test_what_speaks_for_the_payer():
    claim = ClaimSpec("A1", [LineSpec("J2919", "100", "1", place="22")])
    found = match(answers(PaymentSpec([RemitClaimSpec("A1", [R()])])), sent(claim), PolicySet.base())
    row = found.answered.row(0, named=True)
    assert (row["policy_id"], row["claim_filing_code"], row["place_of_service_code"]) == (
        "medicare-part-b",
        "MB",
        "22",
    )


# Later answers.


def later(first, *second, on=date(2024, 7, 1), trace="T2", claims=()):
    remits = answers(PaymentSpec([first], trace="T1"), PaymentSpec(list(second), trace=trace, paid_on=on))
    return match(remits, sent(*claims) if claims else ClaimBundle()).answered


DENIED = RemitClaimSpec("A1", [R(adjustments=[AdjustmentSpec("CO", [("197", "100", None)])])], status="4")
PAID = RemitClaimSpec("A1", [R()], payer_claim_number="ICN2")


@pytest.mark.parametrize("claims", [(), (ClaimSpec("A1", [L()]),)])
def test_a_later_answer_takes_the_place_of_an_earlier_one(claims):
    assert later(DENIED, PAID, claims=claims)["is_superseded"].to_list() == [True, False]
    assert later(PAID, DENIED, on=date(2024, 1, 1), claims=claims)["is_superseded"].to_list() == [False, True]


@pytest.mark.parametrize("claims", [(), (ClaimSpec("A1", [L()]),)])
def test_a_reversal_and_its_correction(claims):
    rows = later(DENIED, reversal_of(DENIED), PAID, claims=claims)
    assert rows["is_superseded"].to_list() == [True, True, False]
    assert rows["is_reversal"].to_list() == [False, True, False]
    assert rows["paid_amount"].sum() == Decimal(100)


def test_a_reversal_alone_leaves_nothing_standing_but_itself():
    rows = later(PAID, reversal_of(PAID))
    assert rows["is_superseded"].to_list() == [True, False]
    assert rows["paid_amount"].sum() == 0


def test_the_parts_of_a_claim_that_the_payer_split_stand_side_by_side():
    claim = ClaimSpec("A1", [L(), L("96372", "45")])
    first, second = (
        RemitClaimSpec("A1", [R()]),
        RemitClaimSpec("A1", [R("96372", "45")], payer_claim_number="ICN2"),
    )
    assert later(first, second, claims=(claim,))["is_superseded"].to_list() == [False, False]


def test_the_secondary_does_not_supersede_the_primary():
    second = RemitClaimSpec("A1", [R()], status="2")
    assert later(DENIED, second)["is_superseded"].to_list() == [False, False]


def test_another_payer_supersedes_nothing():
    remits = answers(
        PaymentSpec([DENIED]),
        PaymentSpec([PAID], trace="T2", payer_originator="1888888888", paid_on=date(2024, 7, 1)),
    )
    assert match(remits, ClaimBundle()).answered["is_superseded"].to_list() == [False, False]


def test_what_is_held_supersedes_nothing():
    off = RemitClaimSpec("A1", [R()], paid="1.00")
    assert later(DENIED, off)["is_superseded"].to_list() == [False, False]


def test_a_whole_claim_denied_and_then_decided_by_line():
    whole = RemitClaimSpec(
        "A1", [], charge="100", status="4", adjustments=[AdjustmentSpec("CO", [("16", "100", None)])]
    )
    claim = ClaimSpec("A1", [L()])
    assert later(whole, PAID, claims=(claim,))["is_superseded"].to_list() == [True, False]
    assert later(PAID, whole, claims=(claim,))["is_superseded"].to_list() == [True, False]


# Nothing lost, nothing doubled.

_CODE = st.sampled_from(["J2919", "96372", "J1885"])
_CHARGE = st.sampled_from(["10", "20", "30", "60"])
_CONTROL = st.sampled_from([None, "1", "2", "A", "B"])
_MODS = st.sampled_from([(), ("JZ",), ("JW",), ("RT", "JZ")])
_DAYS = st.sampled_from([DAY, NEXT])
_NUMBER = st.sampled_from(["A1", "A2", "00A1", "ACCT"])
_SENT = st.lists(
    st.builds(ClaimSpec, _NUMBER, st.lists(st.builds(L, _CODE, _CHARGE, mods=_MODS, control=_CONTROL, day=_DAYS), min_size=1, max_size=4)),
    min_size=1, max_size=5,
)  # fmt: skip
_ANSWERED = st.lists(
    st.builds(RemitClaimSpec, _NUMBER, st.lists(st.builds(R, _CODE, _CHARGE, mods=_MODS, control=_CONTROL, day=_DAYS), max_size=4),
              status=st.sampled_from(["1", "2", "4", "22"])),
    min_size=1, max_size=6,
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(_SENT, st.lists(_ANSWERED, min_size=1, max_size=3))
def test_no_answered_line_is_lost_or_doubled(claims, payments):
    remits = answers(*(PaymentSpec(p, trace=f"T{n}") for n, p in enumerate(payments)))
    bundle = sent(*claims)
    found = match(remits, bundle)
    rows = found.answered
    lines = rows["remit_line_key"].drop_nulls()
    assert sorted(lines) == remits.lines["remit_line_key"].to_list()
    bare = remits.claims.filter(pl.col("line_count") == 0)["remit_claim_key"].to_list()
    assert rows.filter(pl.col("remit_line_key").is_null())["remit_claim_key"].to_list() == bare
    assert set(rows["remit_claim_key"]) == set(remits.claims["remit_claim_key"])
    # Money is that of the answers, adjustments are all there, and a line belongs to the claim it is matched with.
    assert (
        rows.filter(pl.col("remit_line_key").is_not_null())["paid_amount"].sum()
        == remits.lines["paid_amount"].sum()
    )
    assert rows["match_kind"].null_count() == 0
    owner = rows.drop_nulls("line_key").join(
        bundle.lines.select("line_key", pl.col("claim_key").alias("of")), on="line_key"
    )
    assert owner["of"].to_list() == owner["claim_key"].to_list()
    # One line is answered once by an answer, unless it was split.
    single = rows.drop_nulls("line_key").filter(~pl.col("match_kind").is_in(["split", "line-control-number"]))
    assert not single.select("remit_claim_key", "line_key").is_duplicated().any()
    assert rows.filter(pl.col("claim_key").is_null())["match_kind"].is_in(["unmatched", "candidates"]).all()
    assert (
        found.candidates.filter(
            pl.col("remit_claim_key").is_in(rows.drop_nulls("claim_key")["remit_claim_key"].implode())
        ).height
        == 0
    )
