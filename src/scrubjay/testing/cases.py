"""Runs the cases of an edit: its YAML file beside it, or one of a site's own.

    given:                     # columns that the edit reads, with ordinary values
      hcpcs: J2919
      modifiers: []
    cases:
      - name: neither JW nor JZ
        expect: fires          # fires | clear | not_applicable | not_evaluated
        message: J2919         # optional: a piece of the message
        docs: true             # shown on the docs page; one that fires and one that is clear at least
      - name: JZ is there
        with: {modifiers: [JZ]}
        expect: clear
        docs: true
      - name: container unknown
        with: {container_type: null}
        expect: not_evaluated
        missing: container_type
      - name: from a claim     # a whole claim through intake, facts and engine
        claim: {lines: [{hcpcs: J2919, units: "25", ndc: "00009004722"}]}
        as_of: 2024-06-10
        line: 1
        expect: fires

Keys of `claim` and of its lines are the fields of `scrubjay.testing.x12.ClaimSpec` and `LineSpec`;
`payer: {filing_code: MC}` gives a payer, `kind: institutional` an 837I. A list of claims may be given
as `claims`; then `claim_number` says which one is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import yaml

from scrubjay.edits.registry import cases_path
from scrubjay.edits.spec import Edit, Grain, Verdict
from scrubjay.engine import judge, make_plan
from scrubjay.engine.run import run_edits
from scrubjay.facts import column
from scrubjay.intake import read_claims_bytes
from scrubjay.policies import PolicySet
from scrubjay.reference import Reference
from scrubjay.testing.x12 import ClaimSpec, LineSpec, PayerSpec, make_837

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """What an edit answered to a case."""

    verdict: str
    message: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One case of an edit, as written."""

    edit: Edit
    name: str
    expect: str
    body: dict[str, Any]
    given: dict[str, Any]

    @property
    def is_shown_in_docs(self) -> bool:
        """Is it one of the cases of the docs page?"""
        return bool(self.body.get("docs", False))

    def run(self) -> CaseOutcome:
        """Judge the case and return what came out."""
        if "claim" in self.body or "claims" in self.body:
            return _run_claim(self)
        return _run_row(self)

    def check(self) -> None:
        """Raise `AssertionError` naming the difference where the outcome is not the expected one."""
        outcome = self.run()
        where = f"{self.edit.code} {self.edit.name}, case '{self.name}'"
        if outcome.verdict != self.expect:
            raise AssertionError(
                f"{where}: expected {self.expect}, got {outcome.verdict} (missing {outcome.missing})"
            )
        wanted = self.body.get("message")
        for piece in [wanted] if isinstance(wanted, str) else wanted or []:
            if str(piece) not in outcome.message:
                raise AssertionError(f"{where}: {piece!r} is not in the message {outcome.message!r}")
        missing = self.body.get("missing")
        for name in [missing] if isinstance(missing, str) else missing or []:
            if name not in outcome.missing:
                raise AssertionError(f"{where}: expected {name} to be named missing, got {outcome.missing}")


def load_cases(edit: Edit, path: Path | None = None) -> list[Case]:
    """The cases of an edit, from the file beside it unless another is named."""
    text = (path or cases_path(edit)).read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    given: dict[str, Any] = data.get("given") or {}
    return [Case(edit, str(c["name"]), str(c["expect"]), c, given) for c in data["cases"]]


def _typed(name: str, value: Any) -> pl.Series:
    dtype = column(name).dtype
    if value is not None and dtype.is_decimal():
        value = Decimal(str(value))
    elif dtype == pl.Date and isinstance(value, datetime):
        value = value.date()
    elif dtype == pl.String and value is not None and not isinstance(value, str):
        raise AssertionError(f"{name} is text: quote {value!r} in the cases")
    return pl.Series(name, [value], dtype=dtype)


_ALWAYS = {"claim_key": 1, "line_key": 1, "charge_amount": "100", "claim_charge_amount": "100"}


def _run_row(case: Case) -> CaseOutcome:
    edit = case.edit
    make_plan([edit])
    differences: dict[str, Any] = case.body.get("with") or {}
    values = {**case.given, **differences}
    reads = set(edit.reads())
    stray = set(values) - reads - set(_ALWAYS)
    if stray:
        raise AssertionError(f"{edit.code}, case '{case.name}': the edit does not read {sorted(stray)}")
    absent = set(edit.decides_on()) - set(values) - set(_ALWAYS)
    if absent:
        raise AssertionError(f"{edit.code}, case '{case.name}': give a value (or null) for {sorted(absent)}")
    frame = pl.DataFrame([_typed(n, values.get(n, _ALWAYS.get(n))) for n in sorted(reads | set(_ALWAYS))])
    judged = judge(frame, [edit])
    verdict = Verdict(int(judged.verdicts[edit.name][0]))
    missing = "+".join(judged.not_evaluated["missing"].to_list())
    return CaseOutcome(
        verdict.name.lower(),
        "".join(judged.findings["message"].to_list()),
        tuple(m for m in missing.split("+") if m),
    )


def claim_spec(body: dict[str, Any]) -> ClaimSpec:
    """A claim as written in YAML: fields of `ClaimSpec`, lines as fields of `LineSpec`.

    Raises:
        TypeError: a field that neither has.
    """
    fields = dict(body)
    fields.pop("kind", None)
    lines = [LineSpec(**line) for line in fields.pop("lines")]
    payer = fields.pop("payer", None)
    if payer is not None:
        fields["payer"] = PayerSpec(**payer)
    return ClaimSpec(lines=lines, **fields)


def _run_claim(case: Case) -> CaseOutcome:
    bodies: list[dict[str, Any]] = case.body.get("claims") or [case.body["claim"]]
    kind = bodies[0].get("kind", "professional")
    text = make_837([claim_spec(b) for b in bodies], kind=kind)
    bundle, report = read_claims_bytes(text.encode(), "case.837")
    if any(p.is_fatal for p in report.problems) or bundle.claims.height != len(bodies):
        raise AssertionError(
            f"{case.edit.code}, case '{case.name}': {[p.one_line() for p in report.problems]}"
        )
    as_of: date = case.body["as_of"]
    result = run_edits(
        [bundle],
        [case.edit],
        reference=Reference.starter(),
        policies=PolicySet.base(),
        as_of=as_of,
        keep_verdicts=True,
    )
    claim_key = bundle.claims["claim_key"][int(case.body.get("claim_number", 1)) - 1]
    chosen = pl.col("claim_key") == claim_key
    if case.edit.grain is Grain.LINE:
        lines = bundle.lines.filter(chosen)
        chosen &= pl.col("line_key") == lines["line_key"][int(case.body.get("line", 1)) - 1]
    verdict = Verdict(int(pl.concat(result.verdicts).filter(chosen)[case.edit.name][0]))
    missing = "+".join(result.not_evaluated.filter(chosen)["missing"].to_list())
    return CaseOutcome(
        verdict.name.lower(),
        "".join(result.findings.filter(chosen)["message"].to_list()),
        tuple(m for m in missing.split("+") if m),
    )


def contract_faults(edit: Edit) -> list[str]:
    """What the cases of an edit lack: a verdict, a case for the docs, the first day in force and the day before.

    Returns:
        One sentence for each fault; none where the cases are whole.
    """
    data: dict[str, Any] = yaml.safe_load(cases_path(edit).read_text(encoding="utf-8"))
    cases = load_cases(edit)
    impossible: set[str] = set(data.get("impossible") or ())
    faults: list[str] = []
    if impossible and not data.get("why"):
        faults.append(f"says no why {', '.join(sorted(impossible))} cannot happen")
    verdicts = {v.name.lower() for v in Verdict}
    missing = verdicts - {c.expect for c in cases} - impossible
    faults += [f"has no case that expects {v}" for v in sorted(missing)]
    faults += [
        f"has a case that expects {c.expect!r}, which is no verdict"
        for c in cases
        if c.expect not in verdicts
    ]
    shown = {c.expect for c in cases if c.is_shown_in_docs}
    faults += [f"has no case with docs: true that expects {v}" for v in ("fires", "clear") if v not in shown]
    names = [c.name for c in cases]
    faults += [f"has two cases called {n!r}" for n in sorted({n for n in names if names.count(n) > 1})]
    if edit.effective_from is not None:
        by_day: dict[str, str] = {}
        for case in (c for c in cases if "claim" not in c.body and "claims" not in c.body):
            changed: dict[str, Any] = case.body.get("with") or {}
            by_day[str(changed.get(edit.date_column) or case.given.get(edit.date_column))] = case.expect
        if str(edit.effective_from) not in by_day:
            faults.append(f"has no case on its first day, {edit.effective_from}")
        eve = edit.effective_from - timedelta(days=1)
        if by_day.get(str(eve)) != "not_applicable":
            faults.append(f"has no case that is not applicable on the day before, {eve}")
    return faults
