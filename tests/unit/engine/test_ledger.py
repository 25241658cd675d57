"""The running balance of authorizations, over claims of a run and earlier ones."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import permutations

import pytest

from scrubjay.edits.registry import all_edits
from scrubjay.engine import run_edits
from scrubjay.engine.ledger import balances
from scrubjay.intake import read_claims_bytes
from scrubjay.intake.evidence import read_authorizations, read_history
from scrubjay.policies import PolicySet
from scrubjay.reference import Reference
from scrubjay.tables import Evidence
from scrubjay.testing.x12 import ClaimSpec, LineSpec, PayerSpec, make_837

AS_OF = date(2026, 5, 1)
PAYER = PayerSpec(name="EXAMPLE HEALTH", payer_id="EXCOM", filing_code="CI")
LETTER = "number,payer,code,units,from,to\nA100,EXCOM,J1745,{},2026-01-01,2026-06-30\n"


def claim(name: str, day: str, units: int, discarded: int = 0, **fields) -> ClaimSpec:
    lines = [LineSpec("J1745", units=str(units), service_from=day)]
    if discarded:
        lines.append(LineSpec("J1745", units=str(discarded), modifiers=("JW",), service_from=day))
    return ClaimSpec(name, lines=lines, prior_authorization="A100", payer=PAYER, **fields)


# Draws 30 + 2, 20 (which replaces 30), 0 (void of 30), 48: one hundred in all.
SIX = [
    claim("C1", "20260105", 30, discarded=2),
    claim("C2", "20260202", 30),
    claim("C2", "20260202", 20, frequency="7", original_reference="ICN2"),
    claim("C3", "20260302", 30),
    claim("C3", "20260302", 30, frequency="8", original_reference="ICN3"),
    claim("C4", "20260406", 48),
]


@pytest.fixture
def letter(tmp_path):
    path = tmp_path / "letter.csv"
    path.write_text(LETTER.format(100))
    return path


def bundle_of(claims):
    bundle, report = read_claims_bytes(make_837(claims).encode(), "t.837")
    assert not report.is_fatal
    return bundle


def ledger(claims, letter, history=()):
    granted, reports = read_authorizations([letter])
    assert not any(r.problems for r in reports)
    evidence = Evidence(history=tuple(history) or None, authorizations=granted)
    return balances(
        [bundle_of(claims)] if claims else [],
        evidence,
        reference=Reference.starter(),
        policies=PolicySet.base(),
        as_of=AS_OF,
    )


def test_an_authorization_is_followed_over_six_claims_in_date_order_whatever_the_file_order(letter):
    seen = set()
    for order in list(permutations(SIX))[::23]:
        found = ledger(order, letter)
        row = found.authorizations.row(0, named=True)
        assert (row["drawn"], row["balance"], row["is_open"]) == (Decimal(100), Decimal(0), False)
        draws = found.draws.filter("is_counted").select("service_date", "drawn", "balance")
        seen.add(tuple(draws.rows()))
    assert seen == {
        (
            (date(2026, 1, 5), Decimal(30), Decimal(70)),
            (date(2026, 1, 5), Decimal(2), Decimal(68)),
            (date(2026, 2, 2), Decimal(20), Decimal(48)),
            (date(2026, 4, 6), Decimal(48), Decimal(0)),
        )
    }


@pytest.mark.parametrize(
    ("payer", "drawn"),
    [("EXCOM", 48), ("excom ", 48), ("EXAMPLE HEALTH", 48), ("", 48), ("OTHER", 0)],
)
def test_a_number_of_another_payer_is_another_authorization(letter, payer, drawn):
    letter.write_text(LETTER.format(100).replace("EXCOM", payer))
    found = ledger([claim("C4", "20260406", 48)], letter)
    assert found.authorizations["drawn"].to_list() == [Decimal(drawn)]


def test_of_two_payers_with_one_number_each_has_its_own(letter):
    text = LETTER.format(100)
    letter.write_text(text + text.splitlines()[1].replace("EXCOM", "OTHER") + "\n")
    other = PayerSpec(name="OTHER HEALTH", payer_id="OTHER", filing_code="CI")
    theirs = ClaimSpec(
        "D1",
        lines=[LineSpec("J1745", units="7", service_from="20260105")],
        prior_authorization="A100",
        payer=other,
    )
    found = ledger([claim("C4", "20260406", 48), theirs], letter)
    assert found.authorizations["drawn"].to_list() == [Decimal(48), Decimal(7)]


def verdicts(claims, letter, *, units=100, history=(), history_from=None):
    """By claim and line: the verdict of `authorization-units-exceeded`."""
    letter.write_text(LETTER.format(units))
    granted, _ = read_authorizations([letter])
    result = run_edits(
        [bundle_of(claims)],
        [e for e in all_edits() if e.name == "authorization-units-exceeded"],
        reference=Reference.starter(),
        policies=PolicySet.base(),
        as_of=AS_OF,
        keep_verdicts=True,
        evidence=Evidence(tuple(history) or None, history_from, granted),
    )
    return [
        ["not applicable", "clear", "fires", "not evaluated"][v]
        for f in result.verdicts
        for v in f[f.columns[-1]]
    ]


@pytest.mark.parametrize(
    ("units", "last"),
    [(99, "fires"), (100, "not evaluated"), (101, "not evaluated")],
    ids=["over", "at", "below"],
)
def test_the_claim_that_would_overdraw_is_warned_at(letter, units, last):
    # Without earlier claims what was drawn before is not known, so nothing is clear.
    assert verdicts(SIX, letter, units=units)[-1] == last


def earlier(tmp_path, claims):
    path = tmp_path / "earlier.837"
    path.write_text(make_837(claims))
    bundles, reports = read_history([path])
    assert not any(r.problems for r in reports)
    return bundles


@pytest.mark.parametrize(("units", "verdict"), [(99, "fires"), (100, "clear"), (101, "clear")])
def test_earlier_claims_draw_too(tmp_path, letter, units, verdict):
    history = earlier(tmp_path, SIX[:5])
    found = verdicts(SIX[5:], letter, units=units, history=history, history_from=date(2026, 1, 1))
    assert found == [verdict]


def test_earlier_claims_that_begin_too_late_prove_nothing(tmp_path, letter):
    history = earlier(tmp_path, SIX[:5])
    assert verdicts(SIX[5:], letter, history=history, history_from=date(2026, 1, 2)) == ["not evaluated"]


def test_the_same_claim_in_both_counts_once(tmp_path, letter):
    history = earlier(tmp_path, SIX)
    found = ledger(SIX, letter, history)
    assert found.authorizations["drawn"].to_list() == [Decimal(100)]


def test_a_void_by_the_payers_number_of_a_table(tmp_path, letter):
    path = tmp_path / "earlier.csv"
    path.write_text(
        "member_id,birth_date,service_date,hcpcs,units,authorization_number,claim_id,icn\n"
        "1EG4TE5MK73,1950-01-02,2026-02-02,J1745,30,A100,OLD1,ICN9\n"
        "1EG4TE5MK73,1950-01-02,2026-02-02,J1745,25,A100,OLD2,ICN8\n"
    )
    history, reports = read_history([path])
    assert reports[0].problems == []
    void = claim("NEW", "20260202", 30, frequency="8", original_reference="ICN9")
    found = ledger([void], letter, history)
    assert dict(found.draws.select("claim_id", "is_counted").rows()) == {
        "h1c1": False,
        "h1c2": True,
        "f1c1": False,
    }
    assert found.authorizations["balance"].to_list() == [Decimal(75)]


def test_a_void_that_may_mean_two_claims_leaves_the_balance_open(letter):
    two = [claim("C1", "20260105", 30), claim("C2", "20260105", 20)]
    void = claim("C9", "20260105", 30, frequency="8", original_reference="UNKNOWN")
    found = ledger([*two, void], letter)
    assert found.authorizations.select("drawn", "is_open").row(0) == (Decimal(0), True)


def test_a_line_of_another_code_draws_nothing(letter):
    other = ClaimSpec("C1", lines=[LineSpec("96413", units="1")], prior_authorization="A100", payer=PAYER)
    assert ledger([other], letter).draws.height == 0


def test_numbers_are_matched_without_blanks_and_case(letter):
    spec = ClaimSpec(
        "C1",
        lines=[LineSpec("J1745", units="10", service_from="20260105")],
        prior_authorization="a 100",
        payer=PAYER,
    )
    assert ledger([spec], letter).authorizations["drawn"].to_list() == [Decimal(10)]


def test_a_letter_renewed_under_its_number_draws_from_the_period_of_the_day(letter):
    letter.write_text(LETTER.format(10) + "A100,EXCOM,J1745,20,2026-07-01,2026-12-31\n")
    spec = [claim("C1", "20260105", 4), claim("C2", "20260706", 6)]
    assert ledger(spec, letter).authorizations["balance"].to_list() == [Decimal(6), Decimal(14)]


def test_nothing_drawn(letter):
    row = ledger([], letter).authorizations.row(0, named=True)
    assert (row["drawn"], row["balance"], row["is_overdrawn"]) == (Decimal(0), Decimal(100), False)
