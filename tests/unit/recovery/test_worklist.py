from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from scrubjay.intake.answers import AnswerReader
from scrubjay.policies import PolicySet
from scrubjay.recovery.decide import World, as_answered, decide, rejected_claims
from scrubjay.recovery.probability import learn, no_history
from scrubjay.recovery.remedies import OVERRIDES_SCHEMA
from scrubjay.recovery.worklist import CASES_SCHEMA, batches, planned, worklist
from scrubjay.reference import Reference
from scrubjay.tables.recovery import ANSWERED_LINES, DECISIONS
from scrubjay.testing.answered import answered, answers, denied, reason

AS_OF = date(2026, 3, 2)
WORLD = World(PolicySet.base(), Reference.starter(), AS_OF)
MB = {"claim_filing_code": "MB"}


def listed(*rows: dict[str, Any], as_of: date = AS_OF, **more: Any) -> pl.DataFrame:
    world = World(WORLD.policies, WORLD.reference, as_of)
    got = decide(answered(*rows), world, **{k: v for k, v in more.items() if k in {"answers", "overrides"}})
    kept = {k: v for k, v in more.items() if k not in {"answers", "overrides"}}
    return worklist(got.lines, got.decisions, learn(no_history()), as_of=as_of, **kept)


def test_decisions_have_the_declared_shape() -> None:
    got = decide(answered(denied("CO-16", "N822", "MA130", **MB), denied("CO-50")), WORLD)
    assert got.decisions.schema == pl.Schema(DECISIONS.schema)
    assert got.decisions["remedy"].to_list() == ["NEW", "APP"]
    assert as_answered(got.lines).schema == pl.Schema(ANSWERED_LINES.schema)
    empty = decide(ANSWERED_LINES.empty(), WORLD)
    assert empty.decisions.height == 0
    assert worklist(empty.lines, empty.decisions, learn(no_history()), as_of=AS_OF).height == 0


def test_an_override_reaches_the_deadline() -> None:
    override = pl.DataFrame(
        [(1, None, "WO", "Too small.", "maria", AS_OF, [])], schema=OVERRIDES_SCHEMA, orient="row"
    )
    got = decide(answered(denied("CO-50", **MB)), WORLD, overrides=override)
    assert (got.decisions["remedy"][0], got.decisions["hard_date"][0]) == ("WO", None)


def test_a_row_per_claim_with_its_lines_inside() -> None:
    claim = {"remit_claim_key": 5, "hcpcs": "X0000", **MB}
    got = listed(
        {**denied("CO-50", amount="900", charge_amount="900"), **claim, "remit_line_key": 1},
        {**denied("CO-50", amount="80", charge_amount="80"), **claim, "remit_line_key": 2},
        {**denied("CO-4", "N822", amount="10", charge_amount="10"), **claim, "remit_line_key": 3},
        {"paid_amount": "5", **claim, "remit_line_key": 4},
    )
    row = got.row(0, named=True)
    assert got.height == 1
    assert (row["rank"], row["state"], row["line_count"], row["root_cause"]) == (
        1,
        "open",
        3,
        "not-medically-necessary",
    )
    assert row["denied_amount"] == Decimal(990)
    # Prior of an appeal .40 x .90, of a correction .75 x .95, each rounded to the cent.
    assert row["expected_amount"] == Decimal("324.00") + Decimal("28.80") + Decimal("7.13")
    # An appeal of 60 minutes, 3 for its second line, a reopening of 12, at 40 dollars an hour.
    assert (row["minutes"], row["cost_amount"]) == (75, Decimal("50.00"))
    assert row["net_amount"] == row["expected_amount"] - row["cost_amount"]
    assert row["remedies"] == ["APP", "CER"]
    assert [line["remit_line_key"] for line in row["lines"]] == [1, 2, 3]
    assert row["hard_date"] == date(2026, 6, 8)


def test_no_more_is_at_stake_than_the_payer_would_allow() -> None:
    """25 units of J2919 at the limit of the quarter are 6.60 dollars, whatever was charged."""
    line = listed(denied("CO-50", amount="900", charge_amount="900", **MB))["lines"][0].to_list()[0]
    assert (line["denied_amount"], line["at_stake_amount"]) == (Decimal(900), Decimal("6.60"))
    assert line["expected_amount"] == Decimal("2.38")


def test_order_is_by_net_amount_and_what_is_not_known_comes_last() -> None:
    cut = {"paid_amount": "50", "units_paid": 20, "adjustments": [reason("CO-45", "50")]}
    got = listed(
        denied("CO-50", amount="300", charge_amount="300"),  # 0.36 x 300 - 40
        cut,  # nobody knows how much
        denied("CO-16", "M51", amount="200", charge_amount="200"),  # 0.76 x 200 - 8
        denied("CO-50", amount="20", charge_amount="20"),  # costs more than it brings
    )
    assert got["remit_claim_key"].to_list() == [3, 1, 4, 2]
    assert got["net_amount"].to_list()[2] < 0
    assert got["net_amount"].to_list()[3] is None


def test_states() -> None:
    got = listed(
        denied("CO-16", "M51", service_date=date(2025, 3, 1), **MB),  # the limit was yesterday
        denied("CO-16", "M51", service_date=date(2025, 3, 2), **MB),  # the limit is today
        denied("OA-133"),
        denied("CO-A1"),
        denied("PR-49"),
        denied("CO-246"),
        {"paid_amount": "5"},
        answers=answers(("diagnosis-documented", False), claim=5),
    )
    states = dict(got.select("remit_claim_key", "state").iter_rows())
    assert states == {1: "expired", 2: "open", 3: "waiting", 4: "undecided", 5: "patient", 6: "nothing"}
    assert got.filter(pl.col("remit_claim_key") == 1).select("rank", "expected_amount").row(0) == (None, None)
    assert got.filter(pl.col("remit_claim_key") == 2)["days_left"][0] == 0


def test_what_people_keep_beside_a_claim() -> None:
    cases = pl.DataFrame(
        [(1, "maria", "in work", "called", date(2026, 3, 9))], schema=CASES_SCHEMA, orient="row"
    )
    got = listed(denied("CO-50"), denied("CO-50"), cases=cases)
    assert got["owner"].to_list() == ["maria", None]


def test_cost_of_an_hour_is_the_users() -> None:
    assert listed(denied("CO-50"), cost_of_hour=Decimal(60))["cost_amount"][0] == Decimal("60.00")


def test_batches_of_payer_and_cause() -> None:
    got = batches(
        listed(denied("CO-50", **MB), denied("CO-50", **MB), denied("CO-16", "M51", **MB), denied("OA-133"))
    )
    assert got["batch"].to_list() == [
        "medicare-part-b | procedure-code-invalid | NEW",
        "medicare-part-b | not-medically-necessary | APP",
    ]
    assert got["claims"].to_list() == [1, 2]


def fake_list(jobs: list[tuple[int, int, int | None]]) -> pl.DataFrame:
    """Net amount, minutes, days until the safe date (null: none)."""
    return pl.DataFrame(
        [
            (n, "open", Decimal(net), minutes, None if days is None else AS_OF + timedelta(days=days))
            for n, (net, minutes, days) in enumerate(jobs)
        ],
        schema={
            "remit_claim_key": pl.Int64,
            "state": pl.String,
            "net_amount": pl.Decimal(18, 2),
            "minutes": pl.Int64,
            "safe_date": pl.Date,
        },
        orient="row",
    ).with_columns(pl.col("safe_date").alias("hard_date"))


def test_a_deadline_brings_a_claim_forward_and_never_lets_it_pass() -> None:
    # An hour a day: the second must be done today, the first can wait, the third does not fit, the fourth is past.
    got = planned(
        fake_list([(500, 60, 3), (100, 60, 0), (50, 60, 0), (900, 60, -1)]),
        as_of=AS_OF,
        minutes_a_day=60,
        days=5,
    )
    assert got.select("remit_claim_key", "planned_date").rows() == [
        (1, AS_OF),
        (0, AS_OF + timedelta(days=1)),
    ]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-50, 2000), st.integers(1, 200), st.none() | st.integers(-3, 20)), max_size=25
    )
)
def test_a_plan_keeps_every_date(jobs: list[tuple[int, int, int | None]]) -> None:
    got = planned(fake_list(jobs), as_of=AS_OF, minutes_a_day=120, days=10)
    assert got["remit_claim_key"].is_unique().all()
    for row in got.iter_rows(named=True):
        assert row["net_amount"] > 0
        assert row["planned_date"] is not None
        assert row["safe_date"] is None or row["planned_date"] <= row["safe_date"]
    assert got["minutes"].sum() <= 1200


CA277 = (
    "ISA*00*          *00*          *ZZ*RECEIVE1       *ZZ*SUBMIT1        *260301*1200*^*00501*000000001*0*T*:~"
    "GS*HN*RECEIVE1*SUBMIT1*20260301*1200*1*X*005010X214~ST*277*0001*005010X214~BHT*0085*08*1*20260301*1200*TH~"
    "HL*1**20*1~NM1*AY*2*CLEARING*****46*1~TRN*1*T1~DTP*050*D8*20260301~DTP*009*D8*20260301~"
    "HL*2*1*21*1~NM1*41*2*CLINIC*****46*2~TRN*2*B1~STC*A1:19*20260301*WQ*300~"
    "HL*3*2*19*1~NM1*85*2*CLINIC*****XX*1345678910~HL*4*3*PT~NM1*QC*1*DOE*JANE****MI*1~TRN*2*A1~"
    "STC*A7:507*20260301*U*100~HL*5*3*PT~NM1*QC*1*DOE*JANE****MI*1~TRN*2*A2~STC*A7:999*20260301*U*100~"
    "HL*6*3*PT~NM1*QC*1*DOE*JANE****MI*1~TRN*2*A3~STC*A2:20*20260301*WQ*100~SE*24*0001~GE*1*1~IEA*1*000000001~"
)


def test_rejections_are_no_denials() -> None:
    *_, bundle = [
        b
        for b in AnswerReader.of_bytes(CA277.encode(), "ca.277").batches()
        if b.acknowledgments.claim_statuses.height
    ]
    got = rejected_claims(bundle.acknowledgments)
    assert got.select("patient_control_number", "outcome", "remedy", "root_cause").rows() == [
        ("A1", "rejected", "NEW", "procedure-code-invalid"),
        ("A2", "rejected", "NEW", None),
    ]
    assert got["missing"].list.len().to_list() == [0, 1]
    assert got["denied_amount"].to_list() == [None, None]
