"""What an edit is, in one shape for the terminal, HTML, the docs page, JSON and the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from scrubjay.edits.registry import cases_path
from scrubjay.policies.rests_on import basis_of, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from scrubjay.edits.spec import Edit
    from scrubjay.policies import Policy, PolicySet
    from scrubjay.policies.dated import Dated
    from scrubjay.reference import Reference

VERDICTS = {
    "fires": "fires",
    "clear": "clear",
    "not_applicable": "not applicable",
    "not_evaluated": "not evaluated",
}


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A case of an edit in words.

    Attributes:
        name: of the case.
        differs: in what it differs from the ordinary values.
        verdict: in words.
        is_shown_first: one of the chosen examples.
    """

    name: str
    differs: str
    verdict: str
    is_shown_first: bool


@dataclass(frozen=True, slots=True)
class PayerDifference:
    """What a policy says that the edit asks: a value on some days, with its citation."""

    policy: str
    about: str
    value: str
    effective_from: date | None
    effective_to: date | None
    source: str
    text: str
    confidence: str

    def cited(self) -> str:
        """What the source says, with source and confidence."""
        return f"{self.text.rstrip('.')} ({self.source}, {self.confidence})"


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that there is to say of an edit.

    Attributes:
        edit: the edit.
        summary: the first line of its text.
        sections: title and Markdown of the rest: what it checks, why it matters, how to fix.
        given: ordinary values of its cases, in words.
        cases: its cases.
        denials: numbers of the denials that it prevents, each with our paraphrase or null.
        payers: what payers say differently, nearest to the edit's own order, by policy.
    """

    edit: Edit
    summary: str
    sections: tuple[tuple[str, str], ...]
    given: str
    cases: tuple[ShownCase, ...]
    denials: tuple[tuple[str, str | None], ...]
    payers: tuple[PayerDifference, ...]

    @property
    def is_fix_safe(self) -> bool:
        """Whether a program may apply the fix unasked."""
        return str(self.edit.fix.level) == "safe"

    def in_force(self) -> str:
        """The dates of service that the edit is in force for."""
        edit = self.edit
        if edit.effective_from is None and edit.effective_to is None:
            return "every date of service"
        return f"dates of service {period(edit.effective_from, edit.effective_to)}"


def period(first: date | None, end: date | None) -> str:
    """Days in words; the end is not included."""
    if first is None and end is None:
        return "always"
    return " and ".join(w for w in (f"from {first}" if first else "", f"before {end}" if end else "") if w)


def explained(edit: Edit, *, reference: Reference, policies: PolicySet, as_of: date) -> Explanation:
    """Gather what there is to say of an edit.

    Args:
        edit: the edit.
        reference: for our paraphrases of denials.
        policies: whose differences are shown.
        as_of: the day on which things are known.

    Raises:
        EditDefinitionError: the edit came from no file, so it has no cases.
    """
    summary, _, rest = edit.doc.strip().partition("\n")
    given, cases = shown_cases(edit)
    return Explanation(
        edit,
        summary.strip(),
        tuple(sections(rest)),
        given,
        tuple(cases),
        tuple(_denials(edit, reference, as_of)),
        tuple(payer_differences(edit, policies)),
    )


def sections(markdown: str) -> Iterator[tuple[str, str]]:
    """Title and body of each part under a heading of the second level."""
    for part in f"\n{markdown}".split("\n## ")[1:]:
        title, _, body = part.partition("\n")
        yield title.strip(), body.strip()


def _denials(edit: Edit, reference: Reference, as_of: date) -> Iterator[tuple[str, str | None]]:
    for name, numbers in (("carc", edit.prevents_carc), ("rarc", edit.prevents_rarc)):
        for number in numbers:
            row = reference.row(name, on=as_of, as_of=as_of, **{f"{name}_code": number})
            said = str(row["paraphrase"]) if row and row["paraphrase"] else None
            yield f"{name.upper()} {number}", said


def shown_cases(edit: Edit) -> tuple[str, list[ShownCase]]:
    """The ordinary values of an edit's cases, and the cases, in words."""
    data: dict[str, Any] = yaml.safe_load(cases_path(edit).read_text(encoding="utf-8"))
    given: Mapping[str, Any] = data.get("given") or {}
    read = set(edit.decides_on())
    ordinary = "; ".join(f"{n} = {value_words(v)}" for n, v in given.items() if n in read)
    return ordinary, [
        ShownCase(str(c["name"]), _differs(c), VERDICTS[str(c["expect"])], bool(c.get("docs", False)))
        for c in data["cases"]
    ]


def _differs(case: Mapping[str, Any]) -> str:
    if "claims" in case:
        claims = " AND ".join(_claim_words(c) for c in case["claims"])
        return f"whole claims, as of {case['as_of']}: {claims}"
    if "claim" in case:
        line = f", line {case['line']}" if "line" in case else ""
        return f"whole claim{line}, as of {case['as_of']}: {_claim_words(case['claim'])}"
    changed: Mapping[str, Any] = case.get("with") or {}
    if not changed:
        return "as given"
    return "; ".join(f"{name} = {value_words(v)}" for name, v in changed.items())


USUAL_CODE = "J2919"
"""What a line of a case bills that names no code: that of `scrubjay.testing.claim_specs.LineSpec`."""


def _claim_words(body: Mapping[str, Any]) -> str:
    other = [f"{k.replace('_', ' ')} {_nested(v)}" for k, v in body.items() if k != "lines"]
    lines = "; ".join(_line_words(line) for line in body.get("lines", ()))
    return f"{', '.join(other)}: {lines}" if other else lines


def _line_words(line: Mapping[str, Any]) -> str:
    # A case that names no code means that of every made-up line.
    code = line.get("hcpcs", USUAL_CODE) or "(no code)"
    modifiers = "".join(f"-{m}" for m in line.get("modifiers", ()))
    extra = [
        f"{k.replace('_', ' ')} {value_words(v)}"
        for k, v in line.items()
        if k not in {"hcpcs", "modifiers", "units"}
    ]
    units = f" x {line['units']}" if "units" in line else ""
    rest = f" ({', '.join(extra)})" if extra else ""
    return f"{code}{modifiers}{units}{rest}"


def _nested(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k.replace('_', ' ')} {value_words(v)}" for k, v in value.items())  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType, reportUnknownMemberType]
    return value_words(value)


def value_words(value: object) -> str:
    """A value of a case or policy: `unknown` for null, `none` for an empty list."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        values: list[object] = list(value)  # pyright: ignore[reportUnknownArgumentType]
        return ", ".join(map(str, values)) if values else "none"
    return str(value)


def payer_differences(edit: Edit, policies: PolicySet) -> Iterator[PayerDifference]:
    """What each policy itself says of the parameters that an edit reads, and of the edit's severity."""
    basis = basis_of(edit)
    for policy in sorted(policies.policies, key=lambda p: p.id):
        for name in basis.parameters:
            for one in policy.parameters.get(name, ()):
                yield _difference(policy, name, words(one.value), one)
        for rule in policy.coverage:
            for kind in (k for k in basis.kinds if k in rule.kinds):
                yield _difference(policy, kind.replace("_", " "), f"rule for {', '.join(rule.hcpcs)}", rule)
        for change in policy.severities.get(edit.name, ()):
            yield _difference(policy, "severity", change.value, change)


def _difference(policy: Policy, about: str, value: str, one: Dated) -> PayerDifference:
    cited = one.citation
    return PayerDifference(
        policy.id, about, value, one.from_, one.to, cited.source, cited.text, cited.confidence
    )


def as_dict(explanation: Explanation) -> dict[str, Any]:
    """The explanation for programs; docs/json.md names the keys."""
    edit = explanation.edit
    return {
        "doc": edit.doc.strip(),
        "sections": [{"title": t, "text": b} for t, b in explanation.sections],
        "fix_level": str(edit.fix.level),
        "denials": [{"carc_code": n, "paraphrase": p} for n, p in explanation.denials],
        "given": explanation.given,
        "cases": [{"name": c.name, "differs": c.differs, "verdict": c.verdict} for c in explanation.cases],
        "payers": [
            {
                "policy": p.policy,
                "about": p.about,
                "value": p.value,
                "effective_from": p.effective_from.isoformat() if p.effective_from else None,
                "effective_to": p.effective_to.isoformat() if p.effective_to else None,
                "source": p.source,
                "text": p.text,
                "confidence": p.confidence,
            }
            for p in explanation.payers
        ],
    }
