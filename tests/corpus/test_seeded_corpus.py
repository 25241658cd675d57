"""The frozen corpus of seeded faults: recall 1.0 and precision of at least 0.99 for errors."""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from scrubjay.intake import read_claims_bytes
from scrubjay.testing.corpus import RECIPES, Mark, make_corpus
from scrubjay.testing.corpus.__main__ import main
from scrubjay.testing.corpus.generate import CLAIMS
from scrubjay.testing.corpus.measure import (
    claim_errors,
    error_scores,
    from_file,
    measure,
    to_json,
    wrong_places,
)
from scrubjay.testing.corpus.pages import share
from scrubjay.testing.corpus.recipes import NOT_SEEDED

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "corpus.md").read_text(encoding="utf-8")
ERRORS = {e.name for e in claim_errors()}


SHIPPED = frozenset(
    {
        "340b-modifier-wrong-for-date",
        "add-on-without-primary",
        "ambiguous-ndc",
        "authorization-missing",
        "authorization-not-valid",
        "authorization-units-exceeded",
        "charge-over-payer-limit",
        "charge-total-mismatch",
        "code-drug-mismatch",
        "code-expired",
        "code-not-in-code-set",
        "code-not-payable",
        "code-not-yet-effective",
        "coverage-not-active",
        "diagnosis-not-covered",
        "diagnosis-not-specific",
        "diagnosis-not-valid-on-date",
        "diagnosis-pointer-out-of-range",
        "discarded-amount-below-one-unit",
        "discarded-line-without-administered-line",
        "discarded-modifier-on-multi-dose",
        "discarded-modifier-on-service-line",
        "discarded-units-exceed-container",
        "distinct-service-modifiers-combined",
        "drug-not-on-this-benefit",
        "duplicate-claim",
        "duplicate-line",
        "duplicate-modifier",
        "esa-anemia-modifier",
        "frequency-code-not-accepted",
        "infusion-time-disagrees",
        "inpatient-drug",
        "invalid-member-id",
        "invalid-npi",
        "invalid-place-of-service",
        "jw-and-jz-on-one-line",
        "jz-beside-discarded-line",
        "laterality-conflict",
        "laterality-on-systemic-drug",
        "liability-modifiers-conflict",
        "malformed-ndc",
        "missing-diagnosis",
        "missing-discarded-drug-modifier",
        "missing-ndc",
        "missing-service-date",
        "modifier-not-in-code-set",
        "ndc-not-for-code",
        "ndc-not-marketed",
        "ndc-quantity-not-positive",
        "ndc-unit-not-accepted",
        "pair-needs-modifier",
        "pair-never-payable",
        "professional-drug-in-facility",
        "repeat-push-in-office",
        "replacement-without-original-reference",
        "route-conflict",
        "route-modifier-conflict",
        "route-modifier-missing",
        "service-date-in-future",
        "several-administered-lines",
        "several-initial-services",
        "timely-filing-passed",
        "units-disagree-with-dose",
        "units-disagree-with-ndc-quantity",
        "units-exceed-mue",
        "units-not-positive-whole",
        "unlisted-code-though-specific-exists",
        "unlisted-drug-without-description",
        "vaccine-administration-mismatch",
        "visit-modifier-on-drug-line",
        "visit-without-25",
    }
)
"""Errors of the day on which the corpus was frozen."""


@pytest.fixture(scope="module")
def corpus():
    return make_corpus()


@pytest.fixture(scope="module")
def measured(corpus):
    return measure(corpus)


def test_it_is_the_frozen_one(corpus):
    [frozen] = re.findall(r"\| SHA-256 \| `([0-9a-f]{64})` \|", PAGE)
    assert corpus.sha256() == frozen, "the corpus changed: run `make corpus` and look at what differs"
    assert corpus.claims == CLAIMS == 10_000
    assert sum(content.count(b"\nCLM*") for content in corpus.files.values()) == CLAIMS


def test_recall_and_precision_of_errors(corpus, measured):
    scores = error_scores(corpus, measured)
    assert {s.edit for s in scores} == ERRORS
    for score in scores:
        assert score.missed == 0, (score, wrong_places(corpus, measured))
        if score.fired:
            assert score.right / score.fired >= 0.99, (score, wrong_places(corpus, measured))
    seeded, fired, right = (sum(getattr(s, n) for s in scores) for n in ("seeded", "fired", "right"))
    assert (right, right / fired >= 0.99) == (seeded, True)
    assert f"| **all** | {seeded} | {fired} | {right} |" in PAGE, "run `make corpus`"


def test_clean_claims_have_no_error(corpus, measured):
    faulty = {row.claim for row in corpus.truth}
    fired = {claim for edit in ERRORS for claim, _ in measured.fired.get(edit, ())}
    assert fired - faulty == set()
    assert len(faulty) == corpus.faulty
    assert CLAIMS - corpus.faulty > CLAIMS // 3, "enough clean claims to show what fires unasked"


def test_every_error_has_a_recipe_or_a_reason():
    seeded = {r.marks[0].edit for r in RECIPES}
    assert seeded <= ERRORS, "a recipe is about no error"
    # A new edit is two files; its recipe may come later, and docs/corpus.md shows that it has none yet.
    without = ERRORS - seeded - set(NOT_SEEDED)
    assert all(edit not in SHIPPED for edit in without), "write a recipe, or a reason into NOT_SEEDED"
    assert seeded & set(NOT_SEEDED) == set()


def test_what_is_implied_has_its_reason():
    for recipe in RECIPES:
        assert all(len(mark.why.split()) > 3 for mark in recipe.marks[1:]), recipe.name
        assert all(mark.edit in ERRORS for mark in recipe.marks)
    names = Counter(r.name for r in RECIPES)
    assert max(names.values()) == 1


def small(**options):
    return make_corpus(1_000, per_recipe=2, combined=20, **options)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not():
    one, two, other = small(), small(), small(seed=7)
    assert (one.files, one.truth, one.sha256()) == (two.files, two.truth, two.sha256())
    assert one.sha256() != other.sha256()
    assert wrong_places(other, measure(other)) == [], "the truth holds whatever the seed"


def test_more_faults_than_claims_are_refused():
    with pytest.raises(ValueError, match="do not fit"):
        make_corpus(50)


def test_a_wrong_truth_is_found():
    """The measure can fail: a mark too many is missed, a mark too few fires unasked."""
    [jz] = [r for r in RECIPES if r.name == "neither JW nor JZ"]
    [other] = [r for r in RECIPES if r.name == "the other knee"]
    wrong = (
        replace(jz, marks=(*jz.marks, Mark("missing-ndc", (1,), "not so"))),
        replace(other, marks=jz.marks),
    )
    corpus = make_corpus(20, recipes=wrong, per_recipe=1, combined=0)
    said = wrong_places(corpus, measure(corpus))
    assert "1 x neither JW nor JZ: missing-ndc is missed on line 1" in said
    assert "1 x the other knee: laterality-conflict fires unasked on line 1" in said
    assert "1 x the other knee: missing-discarded-drug-modifier is missed on line 1" in said


def test_clean_claims_are_valid_by_pyx12():
    document = pytest.importorskip("pyx12.x12n_document")
    params = pytest.importorskip("pyx12.params")
    for content in make_corpus(60, recipes=(), combined=0).files.values():
        text = io.StringIO(content.decode())
        assert document.x12n_document(params.params(), text, fd_997=None, fd_html=None)


def test_before_and_after(corpus, measured, tmp_path, capsys):
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    before.write_text(to_json(measured))
    assert from_file(before) == measured
    lost = dict(measured.fired)
    gone = min(lost["missing-ndc"])
    lost["missing-ndc"] -= {gone}
    lost["jw-and-jz-on-one-line"] |= {("C00001", 1)}
    after.write_text(to_json(replace(measured, fired=lost)))
    assert main(["compare", str(before), str(before)]) == 0
    assert main(["compare", str(before), str(after)]) == 1
    said = capsys.readouterr().out
    assert f"missing-ndc: fired {len(measured.fired['missing-ndc'])} before" in said
    assert f"gone: 1 ({gone[0]} line 1)" in said
    assert "new: 1 (C00001 line 1)" in said
    assert "2 edits differ." in said


def test_bad_input_of_the_tool_is_one_line(measured, tmp_path, capsys):
    kept = tmp_path / "kept.json"
    kept.write_text(to_json(measured))
    other = tmp_path / "other.json"
    other.write_text(to_json(replace(measured, sha256="0" * 64)))
    broken = tmp_path / "broken.json"
    broken.write_text("[1]")
    for arguments in (["compare", "none.json", str(kept)], ["compare", str(kept), str(other)],
                      ["compare", str(broken), str(kept)], ["--root", str(tmp_path)]):  # fmt: skip
        assert main(arguments) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_claims_are_written_with_their_truth(tmp_path, capsys):
    assert main(["claims", str(tmp_path / "out")]) == 0
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "authorizations.csv", "corpus-institutional.837", "corpus-professional.837", "eligibility.csv", "package.txt",
        "plan.yaml", "truth.csv",
    ]  # fmt: skip
    rows = (tmp_path / "out" / "truth.csv").read_text().splitlines()
    assert rows[0] == "claim,line,edit,recipe"
    _, report = read_claims_bytes((tmp_path / "out" / "corpus-professional.837").read_bytes())
    assert report.problems == []


def test_shares_are_never_rounded_up():
    assert (share(99_999, 100_000), share(1, 1), share(0, 3), share(1, 0)) == (
        "0.9999",
        "1.0000",
        "0.0000",
        "",
    )


def test_without_what_lies_beside_the_claims_nothing_is_guessed(corpus):
    """The same claims alone: what needs evidence is not evaluated, and nothing else changes."""
    alone = measure(replace(corpus, beside={}))
    with_evidence = {
        "authorization-not-valid", "authorization-units-exceeded", "coverage-not-active", "diagnosis-not-covered",
        "ndc-not-marketed",
    }  # fmt: skip
    for edit in ERRORS:
        fired = alone.fired.get(edit, frozenset())
        seeded = {(row.claim, row.line) for row in corpus.truth if row.edit == edit}
        assert fired == (set() if edit in with_evidence else seeded), edit
        if edit in with_evidence:
            assert seeded <= alone.unknown[edit], edit
