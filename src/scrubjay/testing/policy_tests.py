"""Runs the tests that a policy carries; `scrubjay policy test` and our own tests use it.

A test asks one or several of: does the policy govern this payer, which value has a parameter on the day,
what does it say of a code's coverage, how do its criteria judge some evidence, which verdicts does a claim
get. Lines of a claim without a date are of the test's day; the claim is governed by the policy whatever
payer it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from scrubjay.edits.registry import all_edits
from scrubjay.edits.spec import Verdict
from scrubjay.engine.run import run_edits
from scrubjay.facts.parameters import COVERAGE_SCHEMA, PARAMETERS
from scrubjay.intake import read_claims_bytes
from scrubjay.policies.evidence import EVIDENCE, SUBJECTS, judge_criteria
from scrubjay.policies.matching import PAYER_COLUMNS
from scrubjay.policies.resolver import PolicySet
from scrubjay.policies.rests_on import words
from scrubjay.policies.severity import with_payer_severities
from scrubjay.reference import Reference
from scrubjay.testing.cases import claim_spec
from scrubjay.testing.x12 import make_837

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from scrubjay.engine.run import RunResult
    from scrubjay.policies.model import Policy
    from scrubjay.policies.terms import PolicyTest


@dataclass(frozen=True, slots=True)
class PolicyTestOutcome:
    """What one test of a policy showed.

    Attributes:
        policy: id of the policy.
        name: of the test.
        where: file and line of the test.
        differences: what came out otherwise than expected, one sentence each; none where it passed.
    """

    policy: str
    name: str
    where: str
    differences: tuple[str, ...]

    @property
    def has_passed(self) -> bool:
        """Whether all came out as expected."""
        return not self.differences


def run_policy_tests(
    policy: Policy, policies: PolicySet, *, reference: Reference | None = None
) -> list[PolicyTestOutcome]:
    """Run every test that a policy carries.

    Args:
        policy: one of `policies`.
        policies: where it and what it extends are found.
        reference: where facts about codes come from; the starter set by default.
    """
    known = reference or Reference.starter()
    return [
        PolicyTestOutcome(
            policy.id,
            test.name,
            policy.where("tests", number),
            tuple(_differences(policy, policies, test, known)),
        )
        for number, test in enumerate(policy.tests)
    ]


def _differences(
    policy: Policy, policies: PolicySet, test: PolicyTest, reference: Reference
) -> Iterator[str]:
    yield from _governs(policy, policies, test)
    for name, expected in test.parameters.items():
        if name not in PARAMETERS:
            yield f"{name} is no parameter"
            continue
        dated = policies.value(policy, name, test.on)
        yield from _compared(name, expected, dated.value if dated is not None else None)
    if test.hcpcs is not None:
        yield from _coverage(policy, policies, test, test.hcpcs)
        yield from _criteria(policy, policies, test, test.hcpcs)
    if test.claim is not None:
        yield from _claim(policy, policies, test, reference)


def _governs(policy: Policy, policies: PolicySet, test: PolicyTest) -> Iterator[str]:
    if test.payer is None:
        return
    payer = pl.DataFrame([test.payer.model_dump()], schema={n: pl.String() for n in PAYER_COLUMNS})
    governing = policies.governing(payer)[0]
    if (governing == policy.id) is not test.governs:
        yield f"that payer is governed by {governing or 'no policy'}"


def _compared(name: str, expected: Any, got: Any) -> Iterator[str]:
    if _plain(expected) != _plain(got):
        yield f"{name}: expected {words(expected)}, got {words(got)}"


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return sorted(str(v) for v in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, (int, str, Decimal)) and not isinstance(value, bool):
        try:
            return Decimal(str(value))
        except ArithmeticError:
            return value
    return value


def _coverage(policy: Policy, policies: PolicySet, test: PolicyTest, hcpcs: str) -> Iterator[str]:
    if not test.coverage:
        return
    on = pl.lit(test.on)
    rows = policies.coverage(test.as_of or test.on).filter(
        (pl.col("policy_id") == policy.id)
        & (pl.col("hcpcs") == hcpcs)
        & (pl.col("effective_from").is_null() | (pl.col("effective_from") <= on))
        & (pl.col("effective_to").is_null() | (on < pl.col("effective_to")))
    )
    row: dict[str, Any] = rows.row(0, named=True) if rows.height else {}
    for name, expected in test.coverage.items():
        if name not in COVERAGE_SCHEMA:
            yield f"{name} is no column of coverage"
        else:
            yield from _compared(f"{hcpcs} {name}", expected, row.get(name))


def _criteria(policy: Policy, policies: PolicySet, test: PolicyTest, hcpcs: str) -> Iterator[str]:
    if not test.criteria:
        return
    kinds = ("criteria", "step_therapy", "site_of_care")
    rules = [
        stated.rule
        for kind in kinds
        for stated in policies.coverage_rules(policy, hcpcs, kind, test.on, test.as_of or test.on)
    ]
    criteria = {one.id: one for rule in rules for one in rule.all_criteria()}
    missing = sorted(set(test.criteria) - set(criteria))
    yield from (f"there is no criterion {name} for {hcpcs} on {test.on}" for name in missing)
    subjects = pl.DataFrame({"subject_key": [1], "service_date": [test.on]}, schema=SUBJECTS)
    rows = [
        {
            "subject_key": 1,
            "evidence": one.evidence,
            "observed_on": one.on,
            "flag": one.flag,
            "number": one.number,
            "text": one.text,
        }
        for one in test.evidence
    ]
    judged = judge_criteria(list(criteria.values()), subjects, pl.DataFrame(rows, schema=EVIDENCE))
    for name, expected in test.criteria.items():
        if name in criteria:
            yield from _compared(f"criterion {name}", expected, judged[name][0])


def _dated(body: dict[str, Any], on: date) -> dict[str, Any]:
    lines: Sequence[dict[str, Any]] = body.get("lines") or [{}]
    return {"statement_from": on, **body, "lines": [{"service_from": on, **line} for line in lines]}


def _claim(policy: Policy, policies: PolicySet, test: PolicyTest, reference: Reference) -> Iterator[str]:
    body = _dated(test.claim or {}, test.on)
    kind = body.get("kind", "professional")
    try:
        text = make_837([claim_spec(body)], kind=kind)
    except (TypeError, KeyError, ArithmeticError) as error:
        yield f"the claim is not in the form ({error})"
        return
    bundle, report = read_claims_bytes(text.encode(), "test.837")
    if bundle.claims.height != 1:
        yield f"the claim cannot be read ({'; '.join(p.message for p in report.problems)})"
        return
    wanted = {*test.edits, *test.severities}
    forced = PolicySet(policies.policies, forced=policy)
    edits = with_payer_severities([e for e in all_edits() if e.name in wanted], forced)
    result = run_edits(
        [bundle], edits, reference=reference, policies=forced, as_of=test.as_of or test.on, keep_verdicts=True
    )
    for name, expected in test.edits.items():
        got = _verdicts(result, name)
        if expected not in got:
            yield f"{name}: expected {expected.replace('_', ' ')}, got {', '.join(got) or 'no verdict'}"
    for name, expected in test.severities.items():
        found = result.findings.filter(pl.col("edit") == name)["severity"].unique().to_list()
        if expected not in found:
            yield f"{name}: expected severity {expected}, got {', '.join(sorted(found)) or 'no finding'}"


def _verdicts(result: RunResult, edit: str) -> list[str]:
    found = {
        Verdict(int(v)).name.lower()
        for frame in result.verdicts
        if edit in frame.columns
        for v in frame[edit].unique()
    }
    return sorted(found)
