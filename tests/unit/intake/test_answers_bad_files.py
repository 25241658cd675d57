"""Bad remittances: a problem with place and hint, never an exception; sound claims still go through."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrubjay.intake.answers import AnswerReader
from scrubjay.intake.remits import collect
from scrubjay.testing.x12 import AdjustmentSpec, ClaimSpec, make_837
from scrubjay.testing.x12_remits import (
    PaymentSpec,
    RemitClaimSpec,
    RemitLineSpec,
    StatusSpec,
    make_277ca,
    make_835,
    payment_segments,
)

LINES = [RemitLineSpec(charge="10"), RemitLineSpec("96374", "5")]
FOUR = make_835(
    [PaymentSpec([RemitClaimSpec(f"K{i}", LINES) for i in range(4)], provider_adjustments=[("WO", "R", "1")])]
)
QUICK = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def read(data, size=2**20):
    reader = AnswerReader.of_bytes(
        data if isinstance(data, bytes) else data.encode(), "x.835", batch_bytes=size
    )
    bundle = collect(reader)
    report = reader.reports[0]
    remits = bundle.remits
    assert remits.claims.height == report.claims_read <= report.claims
    assert set(remits.lines["remit_claim_key"]) <= set(remits.claims["remit_claim_key"])
    assert set(remits.adjustments["remit_claim_key"]) <= set(remits.claims["remit_claim_key"])
    assert remits.claims["is_postable"].null_count() == 0
    assert not remits.transactions["is_quarantined"].is_null().any()
    for problem in report.problems:
        assert problem.file == "x.835"
        assert problem.message
        assert problem.hint
        assert "DOE" not in problem.one_line()
    return remits, report


def kinds(report):
    return [p.kind for p in report.problems]


def ids(remits):
    return remits.claims["patient_control_number"].to_list()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "empty-file"),
        (b"%PDF-1.7 blah", "not-x12"),
        (b"<html>", "not-x12"),
        (b"hello", "not-x12"),
        (b"ISA*00*", "bad-isa"),
        (bytes(range(256)) * 20, "not-text"),
        (make_837([ClaimSpec()]).encode(), "claims-not-answers"),
    ],
)
def test_what_is_no_answer_is_named_and_refused(data, kind):
    remits, report = read(data)
    assert remits.claims.height == 0
    assert kinds(report) == [kind]
    assert report.is_fatal


def test_an_835_without_its_envelope_is_read():
    text = "\n".join(s + "~" for s in payment_segments(PaymentSpec()))
    remits, report = read(text)
    assert kinds(report) == ["no-interchange-header"]
    assert not report.is_fatal
    assert remits.claims["is_postable"].to_list() == [True]
    assert remits.transactions["recognition_key"][0].startswith("k|")


def test_cut_short_nothing_is_posted_and_what_is_whole_is_shown():
    remits, report = read(FOUR[: FOUR.index("CLP*K3")])
    assert ids(remits) == ["K0", "K1"] or ids(remits) == ["K0", "K1", "K2"]
    assert "truncated-interchange" in kinds(report)
    assert not remits.claims["is_postable"].any()
    assert remits.transactions["is_whole"].to_list() == [False]


@pytest.mark.parametrize(("old", "new", "kind"), [
    ("SE*", "SE*9", "segment-count"), ("GE*1*", "GE*4*", "transaction-count"), ("IEA*1*", "IEA*7*", "group-count"),
    ("IEA*1*000000001", "IEA*1*000000002", "interchange-control-number"),
])  # fmt: skip
def test_wrong_counts_are_said_and_the_payment_still_balances(old, new, kind):
    remits, report = read(FOUR.replace(f"~\n{old}", f"~\n{new}"))
    assert kind in kinds(report)
    assert remits.claims.height == 4
    assert remits.transactions["is_balanced"].to_list() == [True]


@pytest.mark.parametrize("text", ["1O.00", "1e3", "$5", "5.001", "1,000", "--1", "9" * 40])
def test_an_amount_that_is_no_amount_is_unknown_and_holds_its_claim(text):
    bad = RemitClaimSpec("BAD", [RemitLineSpec(charge="10", paid=text)], paid="10")
    data = make_835([PaymentSpec([bad, RemitClaimSpec("GOOD", [RemitLineSpec(charge="10")])])])
    remits, report = read(data)
    assert "bad-number" in kinds(report)
    assert remits.lines["paid_amount"].to_list() == [None, Decimal(10)]
    assert remits.claims["is_postable"].to_list() == [False, True]
    assert text not in " ".join(p.one_line() for p in report.problems)


def test_a_payment_without_its_total_is_held():
    remits, report = read(FOUR.replace(f"BPR*I*{59}", "BPR*I*"))
    assert "missing-amount" in kinds(report)
    assert remits.transactions["is_balanced"].to_list() == [None]
    assert not remits.claims["is_postable"].any()


def test_sums_are_exact_where_floats_are_not():
    lines = [
        RemitLineSpec(charge="0.10", adjustments=[AdjustmentSpec("CO", [("45", "0.03", None)])])
        for _ in range(999)
    ]
    remits, _ = read(make_835([PaymentSpec([RemitClaimSpec("A", lines)])]))
    assert remits.claims["charge_amount"].to_list() == [Decimal("99.90")]
    assert remits.claims["is_postable"].all()
    off, _ = read(make_835([PaymentSpec([RemitClaimSpec("A", lines, paid="69.92")])]))
    assert off.claims["off_by_amount"].to_list() == [Decimal("0.01")]


PIECES = [s + "~" for s in payment_segments(PaymentSpec([RemitClaimSpec("P", LINES)]))]
PIECES += [s + "~" for s in make_277ca([StatusSpec()]).splitlines()[2:-2]]
PIECES += ["ISA*~", "IEA*1*1~", "GS*HP~", "GE*1*1~", "SE~", "~", "\n", "CLP~", "CLP*A*4*x*y~", "SVC~", "SVC*HC:J1~",
           "CAS~", "CAS*CO~", "CAS*CO*45~", "CAS*CO*45*x*y*1*2*3*4*5*6*7*8*9*1*2*3*4*5*6~", "PLB~", "PLB*1*2*WO:3*x~",
           "MOA~", "MIA~", "LQ~", "LQ*HE~", "DTM*472*x~", "REF*6R~", "AMT*B6*x~", "NM1~", "TRN~", "BPR~", "N1*PR~",
           "LX~", "AK1~", "AK2*837~", "AK9~", "IK5*A~", "IK3~", "IK4~", "CTX~", "TA1~", "HL~", "STC~", "QTY~", "\0~",
           "\x1d\x1f~", "ST*835*1~", "ST*999*1~", "ST*277*1*005010X214~", "ST*837*1*005010X222A1~"]  # fmt: skip
HEADER = FOUR[:107]


@QUICK
@given(st.binary(max_size=400))
def test_any_bytes(data):
    _, report = read(data)
    assert report.problems


@QUICK
@given(st.binary(max_size=300))
def test_any_bytes_after_a_header(data):
    _, report = read(HEADER.encode() + data)
    assert report.problems


@QUICK
@given(st.lists(st.sampled_from(PIECES), max_size=60), st.sampled_from([64, 2**20]))
def test_any_order_of_segments(pieces, size):
    read(HEADER + "\n".join(pieces), size)


@QUICK
@given(st.integers(0, len(FOUR) - 1))
def test_cut_anywhere(cut):
    remits, report = read(FOUR[:cut])
    if cut < len(FOUR.rstrip()) - 1:
        assert report.problems
    assert ids(remits) == ["K0", "K1", "K2", "K3"][: remits.claims.height]


@QUICK
@given(st.integers(0, len(FOUR) - 1), st.binary(min_size=1, max_size=6))
def test_overwritten_anywhere(at, data):
    read(FOUR[:at].encode() + data + FOUR[at + len(data) :].encode())


@QUICK
@given(st.lists(st.sampled_from([p for p in PIECES if not p.startswith(("ISA", "IEA"))]), max_size=25))
def test_a_sound_payment_after_damage_survives(pieces):
    own = "\n".join(
        s + "~" for s in payment_segments(PaymentSpec([RemitClaimSpec("SOUND")], trace="OWN"), "77")
    )
    remits, _ = read(HEADER + "GS*HP*A*B*1*1*1*X*005010X221A1~" + "\n".join(pieces) + own)
    assert ids(remits)[-1] == "SOUND"
    assert remits.claims["is_postable"][-1]


_CENTS = st.integers(-(10**9), 10**9).map(lambda n: Decimal(n).scaleb(-2))


@QUICK
@given(st.lists(st.tuples(_CENTS, st.lists(_CENTS, max_size=13)), min_size=1, max_size=8), _CENTS)
def test_any_amounts_balance_to_the_cent_and_one_cent_off_does_not(lines, plb):
    def spec(charge, cuts):
        groups = [
            AdjustmentSpec("CO", [("45", cut, None) for cut in cuts[i : i + 6]])
            for i in range(0, len(cuts), 6)
        ]
        return RemitLineSpec(charge=charge, adjustments=groups)

    claim = RemitClaimSpec("A", [spec(*line) for line in lines])
    remits, report = read(make_835([PaymentSpec([claim], provider_adjustments=[("WO", "", plb)])]))
    assert report.problems == []
    assert remits.claims["is_postable"].all()
    paid = sum((charge - sum(cuts, Decimal(0)) for charge, cuts in lines), Decimal(0))
    assert remits.transactions["payment_amount"].to_list() == [paid - plb]
    off, _ = read(
        make_835(
            [
                PaymentSpec(
                    [claim], provider_adjustments=[("WO", "", plb)], amount=paid - plb + Decimal("0.01")
                )
            ]
        )
    )
    assert off.transactions["off_by_amount"].to_list() == [Decimal("-0.01")]
    assert not off.claims["is_postable"].any()
