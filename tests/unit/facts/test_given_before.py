"""Limits, steps and places against what earlier claims show; duplicates of earlier claims."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from scrubjay.edits.registry import all_edits
from scrubjay.edits.spec import Verdict
from scrubjay.engine import run_edits
from scrubjay.intake import read_claims_bytes
from scrubjay.intake.evidence import first_day, read_history
from scrubjay.policies import PolicySet
from scrubjay.policies.loader import parse_policy
from scrubjay.reference import Reference
from scrubjay.tables import Evidence
from scrubjay.testing.x12 import ClaimSpec, LineSpec, PersonSpec, make_837

DAY = date(2026, 3, 2)
HEAD = """
id: my-plan
name: My plan
extends: commercial
reviewed_on: 2026-01-01
coverage:
  - id: rule
    hcpcs: [J0897]
    reason: A test.
    citation: {source: SCRUBJAY, text: A test., confidence: D}
"""
TABLE_HEAD = "member_id,birth_date,patient_first_name,service_date,hcpcs,units,claim_id,frequency,original_reference_number,icn,weight_kg\n"


def dose(day: str, units: int = 60, name: str = "NEW", **fields) -> ClaimSpec:
    hcpcs = fields.pop("hcpcs", "J0897")
    lines = [LineSpec(hcpcs, units=str(units), service_from=day, **fields.pop("line", {}))]
    return ClaimSpec(name, lines=lines, **fields)


def row(
    day: str, units: str = "60", hcpcs: str = "J0897", first: str = "JANE", claim: str = "", **more: str
) -> str:
    rest = [more.get(k, "") for k in ("frequency", "reference", "icn", "weight")]
    return ",".join(["1EG4TE5MK73", "1958-02-14", first, day, hcpcs, units, claim, *rest]) + "\n"


def judged(edit: str, rule: str, claims, tmp_path, history: str | None = None, since: date | None = None):  # noqa: PLR0917
    """Verdict and message of the last line of the last claim."""
    policy = parse_policy(HEAD + rule, "my-plan.yaml")
    bundle, _ = read_claims_bytes(make_837(claims).encode(), "t.837")
    bundles = None
    if history is not None:
        path = tmp_path / "earlier.csv"
        path.write_text(TABLE_HEAD + history)
        bundles, reports = read_history([path])
        assert reports[0].problems == []
    result = run_edits(
        [bundle],
        [e for e in all_edits() if e.name == edit],
        reference=Reference.starter(),
        policies=PolicySet.base([policy]),
        as_of=DAY,
        keep_verdicts=True,
        evidence=Evidence(bundles, (since or first_day(bundles)) if bundles else None),
    )
    verdict = Verdict(int(pl.concat(result.verdicts)[edit][-1])).name.lower()
    return verdict, " ".join(result.findings["message"].to_list())


INTERVAL = "    limits: {min_interval_days: 180}\n"


@pytest.mark.parametrize(
    ("before", "verdict"),
    [("2025-09-04", "fires"), ("2025-09-03", "clear"), ("2025-09-02", "clear")],
    ids=["a day too soon", "on the day", "a day later"],
)
def test_days_since_the_last_time(tmp_path, before, verdict):
    found, message = judged(
        "frequency-exceeded", INTERVAL, [dose("20260302")], tmp_path, row(before), date(2025, 1, 1)
    )
    assert found == verdict
    assert "179 days after 2025-09-04" in message or verdict == "clear"


def test_without_earlier_claims_nothing_is_clear(tmp_path):
    assert judged("frequency-exceeded", INTERVAL, [dose("20260302")], tmp_path)[0] == "not_evaluated"


@pytest.mark.parametrize(
    ("since", "verdict"), [(date(2025, 9, 4), "clear"), (date(2025, 9, 5), "not_evaluated")]
)
def test_earlier_claims_must_reach_back_over_the_interval(tmp_path, since, verdict):
    found = judged(
        "frequency-exceeded", INTERVAL, [dose("20260302")], tmp_path, row("2026-01-01", hcpcs="J1745"), since
    )
    assert found[0] == verdict


def test_two_claims_of_the_run_are_too_soon_without_any_history(tmp_path):
    claims = [dose("20260201", name="A"), dose("20260302", name="B")]
    assert judged("frequency-exceeded", INTERVAL, claims, tmp_path)[0] == "fires"


def test_another_patient_of_the_member_id_is_no_earlier_time(tmp_path):
    twin = row("2026-02-20", first="JOHN") + row("2025-01-01", hcpcs="J1745")
    assert judged("frequency-exceeded", INTERVAL, [dose("20260302")], tmp_path, twin)[0] == "clear"


def test_a_name_that_is_missing_keeps_nobody_apart(tmp_path):
    assert (
        judged("frequency-exceeded", INTERVAL, [dose("20260302")], tmp_path, row("2026-02-20", first=""))[0]
        == "fires"
    )


def test_a_voided_time_does_not_count(tmp_path):
    given = row("2026-02-20", claim="X1", frequency="1", icn="N1")
    void = row("2026-02-20", claim="X2", frequency="8", reference="N1")
    since = date(2025, 1, 1)
    assert (
        judged("frequency-exceeded", INTERVAL, [dose("20260302")], tmp_path, given + void, since)[0]
        == "clear"
    )
    assert judged("frequency-exceeded", INTERVAL, [dose("20260302")], tmp_path, given, since)[0] == "fires"


def test_a_replaced_time_counts_with_the_day_of_its_replacement(tmp_path):
    given = row("2026-02-20", claim="X1", frequency="1", icn="N1")
    again = row("2025-08-20", claim="X1", frequency="7", reference="N1")
    assert judged("frequency-exceeded", INTERVAL, [dose("20260302")], tmp_path, given + again)[0] == "clear"


TIMES = "    limits: {times_per_period: 2, period_days: 365}\n"


@pytest.mark.parametrize(
    ("history", "verdict"),
    [
        (row("2025-03-02") + row("2025-09-01"), "clear"),
        (row("2025-03-03") + row("2025-09-01"), "fires"),
        (row("2025-09-01"), "clear"),
    ],
    ids=["the first lies before the period", "the first lies in it", "once before"],
)
def test_times_in_a_period(tmp_path, history, verdict):
    assert (
        judged("frequency-exceeded", TIMES, [dose("20260302")], tmp_path, history, date(2025, 1, 1))[0]
        == verdict
    )


@pytest.mark.parametrize(("units", "verdict"), [(59, "clear"), (60, "clear"), (61, "fires")])
def test_units_of_a_day(tmp_path, units, verdict):
    rule = "    limits: {units_per_day: 60}\n"
    assert judged("dose-above-policy-maximum", rule, [dose("20260302", units)], tmp_path)[0] == verdict


def test_discarded_units_are_no_dose(tmp_path):
    rule = "    limits: {units_per_day: 60}\n"
    spec = ClaimSpec(
        "A",
        lines=[
            LineSpec("J0897", units="60", service_from="20260302", modifiers=("JW",)),
            LineSpec("J0897", units="60", service_from="20260302"),
        ],
    )
    assert judged("dose-above-policy-maximum", rule, [spec], tmp_path)[0] == "clear"


@pytest.mark.parametrize(("units", "verdict"), [("59", "clear"), ("60", "clear"), ("61", "fires")])
def test_units_in_a_period(tmp_path, units, verdict):
    rule = "    limits: {units_per_period: 120, period_days: 180}\n"
    history = row("2025-12-01", units)
    found, message = judged(
        "dose-above-policy-maximum", rule, [dose("20260302")], tmp_path, history, date(2025, 1, 1)
    )
    assert found == verdict
    assert verdict == "clear" or "121 units within 180 days, above 120 (my-plan/rule)" in message


@pytest.mark.parametrize(
    ("weight", "day", "verdict"),
    [
        ("61", "2026-02-01", "clear"),
        ("59", "2026-02-01", "fires"),
        ("59", "2025-12-01", "not_evaluated"),
        ("", "2026-02-01", "not_evaluated"),
    ],
    ids=["heavy enough", "too light", "weighed too long ago", "not weighed"],
)
def test_milligrams_for_a_kilogram(tmp_path, weight, day, verdict):
    rule = "    limits: {mg_per_kg: 1}\n"
    history = row(day, hcpcs="J1745", weight=weight)
    assert judged("dose-above-policy-maximum", rule, [dose("20260302", 60)], tmp_path, history)[0] == verdict


def test_a_limit_for_life_is_never_proven_to_be_kept(tmp_path):
    rule = "    limits: {units_lifetime: 100}\n"
    edit, claims = "dose-above-policy-maximum", [dose("20260302")]
    assert judged(edit, rule, claims, tmp_path, row("2020-03-02"))[0] == "fires"
    assert judged(edit, rule, claims, tmp_path, row("2020-03-02", "40"))[0] == "not_evaluated"


STEP = "    step_therapy: {must_try: [J3489, J2430], n: 1, lookback_days: 365}\n"


@pytest.mark.parametrize(
    ("history", "since", "verdict"),
    [
        (row("2025-03-02", hcpcs="J3489"), date(2025, 1, 1), "clear"),
        (row("2025-03-01", hcpcs="J3489"), date(2025, 1, 1), "fires"),
        (row("2025-06-01", hcpcs="J1745"), date(2025, 6, 1), "not_evaluated"),
        (None, None, "not_evaluated"),
    ],
    ids=["tried", "tried too long ago", "claims do not reach back", "no earlier claims"],
)
def test_step_therapy(tmp_path, history, since, verdict):
    assert judged("step-therapy-not-met", STEP, [dose("20260302")], tmp_path, history, since)[0] == verdict


def test_who_had_the_drug_is_no_new_start(tmp_path):
    rule = STEP.replace("n: 1", "n: 1, new_starts_only: true")
    history = row("2025-09-01") + row("2025-01-01", hcpcs="J1745")
    assert judged("step-therapy-not-met", rule, [dose("20260302")], tmp_path, history)[0] == "clear"
    assert judged("step-therapy-not-met", STEP, [dose("20260302")], tmp_path, history)[0] == "fires"


def test_how_long_a_trial_lasted_claims_may_not_show(tmp_path):
    rule = STEP.replace("n: 1", "n: 1, trial_days: 90")
    begun = row("2025-01-01", hcpcs="J1745") + row("2025-09-01", hcpcs="J3489")
    assert judged("step-therapy-not-met", rule, [dose("20260302")], tmp_path, begun)[0] == "not_evaluated"
    lasted = begun + row("2025-11-29", hcpcs="J3489")
    assert judged("step-therapy-not-met", rule, [dose("20260302")], tmp_path, lasted)[0] == "clear"


PLACE = '    site_of_care: {places: ["11"], free_days: 45}\n'


@pytest.mark.parametrize(
    ("history", "since", "verdict"),
    [
        (row("2026-01-16"), None, "fires"),
        (row("2026-01-17"), date(2026, 1, 1), "clear"),
        (row("2026-02-01", hcpcs="J1745"), None, "not_evaluated"),
        (None, None, "not_evaluated"),
    ],
    ids=["the free days are over", "within them", "claims do not reach back", "no earlier claims"],
)
def test_any_place_in_the_first_days(tmp_path, history, since, verdict):
    claims = [dose("20260302", place="22")]
    assert judged("site-of-care-not-allowed", PLACE, claims, tmp_path, history, since)[0] == verdict


def test_an_earlier_claim_of_the_same_service_is_a_duplicate(tmp_path):
    spec = dose("20260302")
    path = tmp_path / "sent.837"
    path.write_text(make_837([spec]))
    bundle, _ = read_claims_bytes(make_837([spec]).encode(), "t.837")

    def run(*files):
        history, _ = read_history(files)
        return run_edits(
            [bundle],
            [e for e in all_edits() if e.name == "duplicate-claim"],
            reference=Reference.starter(),
            policies=PolicySet.base(),
            as_of=DAY,
            evidence=Evidence(history),
        )

    assert run(path).findings["message"].to_list() == [
        "J0897 x 60 of the same patient, provider, payer and date is already on claim h1c1."
    ]
    void = tmp_path / "void.837"
    void.write_text(make_837([dose("20260302", frequency="8", original_reference="ICN1")]))
    assert run(path, void).findings.height == 0
    assert run(path).line_count == 1


def test_a_patient_without_member_id_is_not_compared(tmp_path):
    spec = dose("20260302", subscriber=PersonSpec(member_id=""))
    found = judged("frequency-exceeded", INTERVAL, [spec], tmp_path, row("2025-01-01"))
    assert found[0] == "not_evaluated"
