from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from scrubjay.edits.registry import all_edits
from scrubjay.intake import read_claims_bytes
from scrubjay.policies import PolicySet
from scrubjay.recovery.classify import classify
from scrubjay.recovery.remedies import decide_remedies
from scrubjay.recovery.replay import replay, with_replay
from scrubjay.reference import Reference
from scrubjay.testing.answered import answered, denied
from scrubjay.testing.x12 import ClaimSpec, LineSpec, make_837

if TYPE_CHECKING:
    import polars as pl

POLICIES = PolicySet.base()


def run(
    claims: list[ClaimSpec], *rows: dict[str, Any], kind: Any = "professional",
    then: date = date(2026, 5, 1), now: date = date(2026, 6, 1), reference: Reference | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Replay of rows that answer the claims one by one, line by line."""
    bundle, _ = read_claims_bytes(make_837(claims, kind).encode())
    lines = answered(*rows)
    classified = classify(lines)
    replayed = replay(
        lambda: [bundle],
        lines,
        classified,
        edits=all_edits(),
        reference=reference or Reference.starter(),
        policies=POLICIES,
        then=then,
        now=now,
    )
    return with_replay(classified, replayed)


def hospital(day: date) -> ClaimSpec:
    """J2919 of a hospital outpatient, with nothing else that a payer could fault."""
    return ClaimSpec(
        place="13",
        statement_from=day,
        lines=[LineSpec("J2919", units="200", modifiers=("JZ",), service_from=day)],
    )


def hospital_denial(carc: str, day: date) -> dict[str, Any]:
    return denied(
        f"CO-{carc}",
        "M15",
        claim_filing_code="MA",
        policy_id="medicare-part-a",
        claim_kind="institutional",
        type_of_bill_code="131",
        service_date=day,
    )


def test_the_same_denial_is_right_in_one_year_and_wrong_in_the_other() -> None:
    """J2919 in a hospital: paid apart (K) in 2025, packaged (N) in 2026."""
    days = [date(2025, 3, 5), date(2026, 3, 5)]
    got = run([hospital(d) for d in days], *(hospital_denial("234", d) for d in days), kind="institutional")
    assert got["replay_verdict"].to_list() == ["payer-was-wrong", "claim-was-wrong"]
    assert got["finding_edit"].to_list() == [None, "drug-packaged"]
    assert "status N" in got["finding_message"][1]
    lines = answered(*(hospital_denial("234", d) for d in days)).with_columns(got["replay_verdict"])
    assert decide_remedies(lines, got.drop("replay_verdict", "finding_edit")).get_column(
        "remedy"
    ).to_list() == ["APP", "WO"]


def test_bundled_by_status_is_appealed_in_one_year_and_written_off_in_the_other() -> None:
    """Reason 97 for packaging: no modifier helps, whatever the pair."""
    days = [date(2025, 3, 5), date(2026, 3, 5)]
    got = run([hospital(d) for d in days], *(hospital_denial("97", d) for d in days), kind="institutional")
    lines = answered(*(hospital_denial("97", d) for d in days)).with_columns(
        got["replay_verdict"], got["finding_edit"]
    )
    decided = decide_remedies(lines, got.drop("replay_verdict", "finding_edit"))
    assert decided["remedy"].to_list() == ["APP", "WO"]
    untold = decide_remedies(
        lines.drop("replay_verdict", "finding_edit"), got.drop("replay_verdict", "finding_edit")
    )
    assert untold["remedy"].to_list() == ["REPL", "REPL"]


def test_what_was_not_known_then() -> None:
    """Addendum B of 2026 came out after the first days of the year were billed."""
    day = date(2026, 1, 5)
    got = run(
        [hospital(day)],
        hospital_denial("234", day),
        kind="institutional",
        then=date(2025, 6, 1),
        now=date(2026, 6, 1),
    ).row(0, named=True)
    assert (got["finding_edit"], got["finding_edit_then"]) == ("drug-packaged", None)
    assert any("known now and was not then" in r for r in got["reasons"])


def test_a_finding_explains_a_missing_modifier() -> None:
    day = date(2026, 3, 2)
    line = LineSpec("J2919", service_from=day, ndc="00009004722", ndc_quantity="1")
    got = run(
        [ClaimSpec(lines=[line], statement_from=None)],
        denied("CO-16", "N822", "MA130", claim_filing_code="MB", policy_id="medicare-part-b", service_date=day),
    ).row(0, named=True)  # fmt: skip
    assert (got["replay_verdict"], got["finding_edit"]) == (
        "claim-was-wrong",
        "missing-discarded-drug-modifier",
    )
    assert any("would have foretold it" in r for r in got["reasons"])


def test_a_finding_for_another_remark_explains_nothing() -> None:
    """JZ is missing, but the payer speaks of the NDC."""
    day = date(2026, 3, 2)
    line = LineSpec("J2919", service_from=day, ndc="00009004722", ndc_quantity="1")
    got = run(
        [ClaimSpec(lines=[line])],
        denied("CO-16", "M119", claim_filing_code="MB", policy_id="medicare-part-b", service_date=day),
    ).row(0, named=True)
    assert got["finding_edit"] != "missing-discarded-drug-modifier"


def test_what_cannot_be_told() -> None:
    day = date(2026, 3, 2)
    claim = ClaimSpec(lines=[LineSpec("J2919", service_from=day, modifiers=("JZ",))])
    got = run(
        [claim, claim],
        denied("CO-50"),  # no edit stands for medical necessity alone
        denied("CO-4", claim_key=None, line_key=None),  # the claim is not at hand
        {"paid_amount": "5", "claim_key": 1, "line_key": 1},  # nothing was denied
    )
    assert got["replay_verdict"].to_list() == ["cannot-tell", None, None]


def test_late_filing_goes_by_the_day_of_receipt() -> None:
    """G54: service 2024-11-20, limit 2025-11-20."""
    row = denied(
        "CO-29", policy_id="medicare-part-b", claim_filing_code="MB", service_date=date(2024, 11, 20)
    )
    claim = ClaimSpec(lines=[LineSpec("J2919", service_from=date(2024, 11, 20))])
    got = run(
        [claim] * 4,
        {**row, "received_date": date(2025, 11, 25)},
        {**row, "received_date": date(2025, 11, 20)},
        row,
        {**row, "policy_id": None, "claim_filing_code": "CI", "received_date": date(2025, 11, 25)},
    )
    assert got["replay_verdict"].to_list() == [
        "claim-was-wrong",
        "payer-was-wrong",
        "cannot-tell",
        "cannot-tell",
    ]
    assert got["finding_edit"].to_list() == ["timely-filing-passed", None, None, None]


def test_an_answer_without_lines_is_explained_by_any_line_of_the_claim() -> None:
    day = date(2024, 5, 2)
    claim = ClaimSpec(
        lines=[LineSpec("96372", units="1", service_from=day), LineSpec("J2930", units="1", service_from=day)]
    )
    got = run(
        [claim],
        {**denied("CO-16", "N56", service_date=day), "line_key": None, "remit_line_key": None},
    ).row(0, named=True)  # fmt: skip
    assert (got["replay_verdict"], got["finding_edit"]) == ("claim-was-wrong", "code-expired")
