from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from scrubjay.errors import UsageError
from scrubjay.recovery.causes import causes, deciding
from scrubjay.recovery.classify import classify
from scrubjay.recovery.remedies import OVERRIDES_SCHEMA, apply_overrides, decide_remedies
from scrubjay.testing.answered import answered, answers, denied, reason


def decide(*rows: dict[str, Any], **said: bool) -> pl.DataFrame:
    lines = answered(*rows)
    given = answers(*((name.replace("_", "-"), yes) for name, yes in said.items()))
    return decide_remedies(lines, classify(lines), answers=given)


def one(row: dict[str, Any], **said: bool) -> dict[str, Any]:
    return decide(row, **said).row(0, named=True)


def test_g50_of_the_gold_cases() -> None:
    """CO-16 N822 MA130: a new claim; an appeal is not valid."""
    got = one(denied("CO-16", "N822", "MA130", claim_filing_code="MB"))
    assert (got["remedy"], got["appeal_level"]) == ("NEW", None)
    assert "no-appeal-of-unprocessable" in got["guards"]


@pytest.mark.parametrize(
    ("row", "guard", "remedy"),
    [
        (denied("CO-50", "MA130"), "no-appeal-of-unprocessable", "NEW"),
        (denied("CO-50", "N517", claim_filing_code="MB"), "no-appeal-of-unprocessable", "NEW"),
        (denied("CO-4", "N142"), "payer-asks-new-claim", "NEW"),
        (denied("CO-50", "N142"), "payer-asks-new-claim", "NEW"),
        (denied("CO-16", "M51", "N380"), "payer-asks-corrected-claim", "REPL"),
        (denied("CO-16", "M51", "N380", claim_filing_code="MB"), "payer-asks-corrected-claim", "CER"),
        (denied("CO-50", "N779"), "payer-says-wait", "WAIT"),
        (denied("OA-133"), "pending-is-no-denial", "WAIT"),
        (denied("CO-151", mue_mai="2", mue_value=10, day_units=25), "no-appeal-of-mai-2", "WO"),
        (denied("CO-236", pair_indicator="0"), "no-modifier-for-indicator-0", "WO"),
        (denied("CO-39"), "no-retro-authorization-after-refusal", "APP"),
        (denied("CO-96"), "contractual-is-never-the-patients", "ROUTE"),
    ],
)
def test_guards(row: dict[str, Any], guard: str, remedy: str) -> None:
    got = one(row, claim_was_wrong=False)
    assert guard in got["guards"]
    assert got["remedy"] == remedy


def test_every_guard_is_tested() -> None:
    tested = {
        "payer-says-wait", "pending-is-no-denial", "payer-asks-new-claim", "payer-asks-corrected-claim",
        "no-appeal-of-unprocessable", "no-appeal-of-mai-2", "no-modifier-for-indicator-0",
        "no-retro-authorization-after-refusal", "contractual-is-never-the-patients",
        "sequestration-is-no-denial", "patient-only-with-pr-or-notice",
    }  # fmt: skip
    assert {g.name for g in deciding().guards} == tested


def test_sequestration_is_never_appealed() -> None:
    got = one(denied("CO-253"))
    assert (got["remedy"], got["guards"]) == ("NONE", ["sequestration-is-no-denial"])


def test_no_row_ever_bills_the_patient_for_a_contractual_amount() -> None:
    """Whatever a person answers, group CO stays with the provider, and no other group but PR reaches the patient."""
    questions = list(deciding().questions)
    for yes in (True, False):
        said = {q.replace("-", "_"): yes for q in questions if q != "notice-valid"}
        for group in ("CO", "OA", "PI"):
            rows = [
                denied(f"{group}-{carc}", *rarcs, amount="90", modifiers=["GA"], remit_claim_key=1)
                for cause in causes()
                for carc, rarcs in [(c, []) for c in cause.carcs]
                + [(c, [r]) for c in cause.carcs_with_rarc for r in cause.rarcs]
            ]
            got = decide(*rows, **said)
            assert "PT" not in got["remedy"].to_list(), (group, yes)


def test_a_valid_notice_opens_the_bill_to_the_patient() -> None:
    line = denied("OA-96")
    assert "patient-only-with-pr-or-notice" in one(line, pharmacy_benefit=False)["guards"]
    assert one(line, notice_valid=True)["guards"] == []


def test_an_unknown_fact_is_asked_for_and_money_is_not_given_up() -> None:
    got = one(denied("CO-29"))
    assert (got["remedy"], got["missing"]) == (
        "APP",
        ["Is there proof that the payer had the claim in time, or an exception to the limit?"],
    )
    assert one(denied("CO-29"), proof_of_timely_filing=False)["remedy"] == "WO"


def test_an_answer_of_the_line_goes_before_that_of_the_claim() -> None:
    lines = answered(
        {**denied("OA-18"), "remit_claim_key": 1, "remit_line_key": 1},
        {**denied("OA-18"), "remit_claim_key": 1, "remit_line_key": 2},
    )
    said = answers(("repeat-is-real", True))
    said = pl.concat([said, said.with_columns(pl.lit(2, pl.Int64).alias("remit_line_key"), answer=False)])
    got = decide_remedies(lines, classify(lines), answers=said)
    assert got["remedy"].to_list() == ["REPL", "WO"]


def test_a_question_that_nobody_asks_is_refused() -> None:
    with pytest.raises(UsageError, match="is no question"):
        one(denied("CO-50"), is_it_friday=True)


def test_the_form_of_a_correction_by_payer() -> None:
    by_payer = {
        code: one(denied("CO-4", claim_filing_code=code))["remedy"] for code in ("MB", "MA", "MC", "CI")
    }
    assert by_payer == {"MB": "CER", "MA": "REPL", "MC": "REPL", "CI": "REPL"}
    part_a = one(denied("CO-4", claim_filing_code="MB", claim_kind="institutional"))
    assert part_a["remedy"] == "REPL"
    assert any("xx7" in r for r in part_a["reasons"])
    unknown = one(denied("CO-4", claim_filing_code=None))
    assert any("kind of payer" in m for m in unknown["missing"])
    without = one(denied("CO-4", payer_claim_control_number=None))
    assert any("CLP07" in m for m in without["missing"])


def test_a_decided_appeal_goes_to_the_next_level() -> None:
    assert one(denied("CO-193", appeal_level_decided=2))["appeal_level"] == 3
    unknown = one(denied("CO-193"))
    assert (unknown["remedy"], unknown["appeal_level"]) == ("APP", None)
    assert "Which level of appeal was decided." in unknown["missing"]
    assert one(denied("CO-50"))["appeal_level"] == 1


def test_paid_lines_ask_nothing() -> None:
    got = one({"paid_amount": "50", "adjustments": [reason("CO-45", "50")]})
    assert (got["outcome"], got["remedy"], got["missing"]) == ("paid", "NONE", [])


def override(remedy: str, why: str = "We have proof.", guards: tuple[str, ...] = ()) -> pl.DataFrame:
    row = (1, None, remedy, why, "maria", date(2026, 3, 1), list(guards))
    return pl.DataFrame([row], schema=OVERRIDES_SCHEMA, orient="row")


def test_a_person_may_overrule_with_a_reason() -> None:
    decided = decide(denied("CO-29"))
    changed, refused = apply_overrides(decided, override("WO"))
    assert refused == []
    assert changed["remedy"][0] == "WO"
    assert changed["appeal_level"][0] is None
    assert (
        changed["reasons"][0].to_list()[-1] == "Overruled by maria on 2026-03-01: APP to WO. We have proof."
    )
    for bad in (override("WO", " "), override("GIVE-UP")):
        same, refused = apply_overrides(decided, bad)
        assert same.equals(decided)
        assert len(refused) == 1


def test_a_guard_is_not_overruled_in_silence() -> None:
    decided = decide(denied("CO-16", "MA130"))
    same, refused = apply_overrides(decided, override("APP"))
    assert same.equals(decided)
    assert "no-appeal-of-unprocessable" in refused[0][2]
    changed, refused = apply_overrides(decided, override("APP", guards=("no-appeal-of-unprocessable",)))
    assert refused == []
    assert (changed["remedy"][0], changed["appeal_level"][0]) == ("APP", 1)
    assert "against the guard no-appeal-of-unprocessable" in changed["reasons"][0].to_list()[-1]


def test_a_whole_charge_under_45_is_not_dropped() -> None:
    """The payer gave no real reason, so somebody has to ask it; nothing is done with the rest above a fee."""
    got = one(denied("CO-45"))
    assert (got["outcome"], got["root_cause"], got["remedy"]) == ("denied", None, None)
    assert "The payer's real reason; ask it." in got["missing"]
