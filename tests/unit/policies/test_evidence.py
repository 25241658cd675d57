"""Criteria over evidence, against a plain row-by-row judge and against the laws of three-valued logic."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrubjay.policies.criteria import Criterion, Phase, Test
from scrubjay.policies.evidence import EVIDENCE, SUBJECTS, judge_criteria, of_phase

DAY = date(2026, 3, 1)


def criterion(**parts):
    return Criterion.model_validate({"id": "asked", "about": "x", **parts})


def piece(name, seen=None, subject=1, **value):
    return {"subject_key": subject, "evidence": name, "observed_on": seen} | value


def ask(one, *pieces, on=DAY):
    subjects = pl.DataFrame([{"subject_key": 1, "service_date": on}], schema=SUBJECTS)
    evidence = pl.DataFrame(list(pieces), schema=EVIDENCE)
    return judge_criteria([one], subjects, evidence)["asked"].item()


IS = criterion(any=[{"evidence": "a", "is": True}])
WITHIN = criterion(any=[{"evidence": "a", "is": True, "lookback_days": 90}])
RANGE = criterion(all=[{"evidence": "kg", "at_least": "40", "at_most": "100.5"}])


@pytest.mark.parametrize(
    ("one", "pieces", "answer"),
    [
        (IS, [], "unknown"),
        (IS, [piece("b", flag=True)], "unknown"),
        (IS, [piece("a", flag=True, subject=2)], "unknown"),
        (IS, [piece("a", flag=True)], "met"),
        (IS, [piece("a", flag=False)], "not_met"),
        (IS, [piece("a")], "unknown"),
        (IS, [piece("a", text="yes")], "unknown"),
        (IS, [piece("a", DAY, flag=True)], "met"),
        (IS, [piece("a", DAY + timedelta(1), flag=True)], "unknown"),
        (IS, [piece("a", flag=True), piece("a", DAY, flag=False)], "not_met"),
        (IS, [piece("a", DAY - timedelta(1), flag=True), piece("a", DAY, flag=False)], "not_met"),
        (IS, [piece("a", DAY, flag=True), piece("a", DAY, flag=False)], "unknown"),
        (IS, [piece("a", DAY, flag=True), piece("a", DAY)], "unknown"),
        (IS, [piece("a", DAY - timedelta(1), flag=True), piece("a", DAY)], "unknown"),
        (WITHIN, [piece("a", flag=True)], "unknown"),
        (WITHIN, [piece("a", DAY - timedelta(90), flag=True)], "met"),
        (WITHIN, [piece("a", DAY - timedelta(91), flag=True)], "unknown"),
        (RANGE, [piece("kg", number=Decimal(40))], "met"),
        (RANGE, [piece("kg", number=Decimal("39.999999"))], "not_met"),
        (RANGE, [piece("kg", number=Decimal("100.5"))], "met"),
        (RANGE, [piece("kg", number=Decimal("100.500001"))], "not_met"),
        (criterion(any=[{"evidence": "t", "one_of": ["iv", "sc"]}]), [piece("t", text="sc")], "met"),
        (criterion(any=[{"evidence": "t", "one_of": ["iv", "sc"]}]), [piece("t", text="im")], "not_met"),
        (criterion(any=[{"evidence": "t", "present": True}]), [piece("t", flag=False)], "met"),
        (criterion(any=[{"evidence": "t", "present": True}]), [piece("t")], "unknown"),
    ],
)
def test_what_one_test_makes_of_evidence(one, pieces, answer):
    assert ask(one, *pieces) == answer


def test_a_day_that_is_not_known_leaves_dated_evidence_out():
    assert ask(IS, piece("a", DAY, flag=True), on=None) == "unknown"
    assert ask(IS, piece("a", flag=True), on=None) == "met"


def test_criteria_of_a_phase():
    one, two, three = (criterion(phase=p, any=[{"evidence": "a", "is": True}]) for p in Phase)
    assert of_phase([one, two, three], Phase.INITIAL) == [one, three]
    assert of_phase([one, two, three], Phase.CONTINUATION) == [two, three]


def test_subjects_keep_their_order_and_share_nothing():
    subjects = pl.DataFrame([(3, DAY), (1, DAY), (2, None)], schema=SUBJECTS, orient="row")
    evidence = pl.DataFrame([piece("a", DAY, 1, flag=True), piece("a", DAY, 2, flag=True)], schema=EVIDENCE)
    judged = judge_criteria([IS], subjects, evidence)
    assert judged.rows() == [(3, "unknown"), (1, "met"), (2, "unknown")]


# Properties. Leaves are flags named a to d; a plain judge answers the same from Python's own None.

NAMES = "abcd"
LEAVES = st.sampled_from(NAMES).map(lambda n: {"evidence": n, "is": True})


def _groups(parts):
    several = st.lists(parts, min_size=1, max_size=4)
    counted = several.flatmap(lambda of: st.integers(1, len(of)).map(lambda n: {"n_of": {"n": n, "of": of}}))
    return several.map(lambda p: {"all": p}) | several.map(lambda p: {"any": p}) | counted


GROUPS = st.recursive(_groups(LEAVES), lambda inner: _groups(LEAVES | inner), max_leaves=6)
KNOWN = st.fixed_dictionaries({n: st.sampled_from([True, False, None]) for n in NAMES})
WORDS = {True: "met", False: "not_met", None: "unknown"}


def plain(part, known):
    """The answer worked out one part at a time."""
    if isinstance(part, Test):
        return known[part.evidence]
    answers = [plain(p, known) for p in part.parts]
    needed = {"all": len(answers), "any": 1, "n_of": part.n_of.n if part.n_of else 0}[str(part.logic)]
    if answers.count(True) >= needed:
        return True
    return False if len(answers) - answers.count(False) < needed else None


def pieces_of(known):
    return [piece(n, DAY, flag=value) for n, value in known.items() if value is not None]


@settings(max_examples=80, deadline=None)
@given(GROUPS, KNOWN)
def test_the_columns_agree_with_a_plain_judge(group, known):
    one = criterion(**group)
    assert ask(one, *pieces_of(known)) == WORDS[plain(one, known)]


@settings(max_examples=60, deadline=None)
@given(GROUPS)
def test_without_evidence_nothing_is_met_and_nothing_refused(group):
    assert ask(criterion(**group)) == "unknown"


@settings(max_examples=80, deadline=None)
@given(GROUPS, KNOWN, st.sampled_from(NAMES), st.booleans())
def test_more_evidence_settles_and_never_turns(group, known, name, value):
    one = criterion(**group)
    before = ask(one, *pieces_of({**known, name: None}))
    after = ask(one, *pieces_of({**known, name: value}))
    assert before in ("unknown", after)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-5, 40), st.sampled_from([True, False, None])), max_size=5),
    st.integers(1, 20),
)
def test_the_latest_piece_within_the_look_back_counts(seen, lookback):
    one = criterion(any=[{"evidence": "a", "is": True, "lookback_days": lookback}])
    inside = [(age, flag) for age, flag in seen if 0 <= age <= lookback]
    latest = {flag for age, flag in inside if age == min(a for a, _ in inside)}
    expected = WORDS[latest.pop()] if len(latest) == 1 else "unknown"
    assert ask(one, *(piece("a", DAY - timedelta(age), flag=f) for age, f in seen)) == expected
