"""What a payer asks for a code on a day: each statement with its policy, reason, citation and confidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scrubjay.errors import PolicyError
from scrubjay.facts.parameters import COVERAGE_KINDS, PARAMETERS
from scrubjay.policies.criteria import Group, Test
from scrubjay.policies.rests_on import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from scrubjay.policies.coverage import Stated
    from scrubjay.policies.dated import Dated
    from scrubjay.policies.model import Policy
    from scrubjay.policies.resolver import PolicySet


@dataclass(frozen=True, slots=True)
class Stands:
    """One statement that holds on the day.

    Attributes:
        about: parameter, kind of rule, edit or level of appeal.
        meaning: what that is, one phrase.
        value: what is said, in words.
        policy: id of the policy that says it.
        where: file and line.
        effective_from, effective_to: days that it covers, half-open; null for an open end.
        reason: why it stands there.
        source, text, confidence: its citation.
    """

    about: str
    meaning: str
    value: str
    policy: str
    where: str
    effective_from: date | None
    effective_to: date | None
    reason: str
    source: str
    text: str
    confidence: str

    @property
    def is_unverified(self) -> bool:
        """Whether it rests on a secondary page or practice knowledge."""
        return self.confidence in ("C", "D")


@dataclass(frozen=True, slots=True)
class ShownPolicy:
    """A policy of the chain with its review."""

    policy: str
    name: str
    reviewed_on: date
    review_by: date | None
    is_review_due: bool
    source_url: str | None
    file: str


@dataclass(frozen=True, slots=True)
class PolicyAnswer:
    """What a payer asks for a code on a day.

    Attributes:
        policy: id of the policy; `chain` begins with it.
        hcpcs: the code; null asks in general.
        on: date of service.
        as_of: the day on which things are known.
        chain: the policy and those that hold where it is silent.
        parameters, coverage, severities, appeals: what holds on the day.
        unknown: parameters that no policy of the chain sets for the day.
    """

    policy: str
    name: str
    payer_class: str | None
    hcpcs: str | None
    on: date
    as_of: date
    chain: tuple[ShownPolicy, ...]
    parameters: tuple[Stands, ...]
    coverage: tuple[Stands, ...]
    severities: tuple[Stands, ...]
    appeals: tuple[Stands, ...]
    unknown: tuple[str, ...] = field(default=())


def find_policy(policies: PolicySet, payer: str) -> Policy:
    """The policy of a payer by id, alias or name, whatever the case.

    Raises:
        PolicyError: none has that name; the hint names the nearest.
    """
    found = policies.get(payer)
    if found is not None:
        return found
    wanted = payer.strip().lower()
    named = [p for p in policies.policies if p.name.lower() == wanted]
    if named:
        return named[0]
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only where a name is looked up

    by_name = {n.lower(): p.id for p in policies.policies for n in (p.id, p.name, *p.aliases)}
    near = process.extract(wanted, list(by_name), scorer=fuzz.WRatio, limit=5, score_cutoff=60)
    ids = dict.fromkeys(by_name[name] for name, _, _ in near)
    hint = f"Near: {', '.join(list(ids)[:3])}." if ids else f"Known: {', '.join(policies.ids)}."
    raise PolicyError(f"there is no policy {payer!r}.", hint=hint)


def show(policies: PolicySet, policy: Policy, hcpcs: str | None, on: date, as_of: date) -> PolicyAnswer:
    """All that holds for a code on a day.

    Args:
        policies: where to look.
        policy: of the payer.
        hcpcs: the code; null leaves out what is said of single drugs.
        on: date of service.
        as_of: coverage rules that were announced later are not seen.
    """
    chain = policies.chain(policy)
    return PolicyAnswer(
        policy=policy.id,
        name=policy.name,
        payer_class=policies.payer_class(policy),
        hcpcs=hcpcs,
        on=on,
        as_of=as_of,
        chain=tuple(
            ShownPolicy(
                p.id,
                p.name,
                p.reviewed_on,
                p.review_by,
                p.review_by is not None and p.review_by <= as_of,
                p.source_url,
                p.file,
            )
            for p in chain
        ),
        parameters=tuple(_parameters(policies, policy, on)),
        coverage=tuple(_coverage(policies, policy, hcpcs, on, as_of)) if hcpcs else (),
        severities=tuple(_severities(policies, policy, on)),
        appeals=tuple(_appeals(policies, policy, on)),
        unknown=tuple(name for name in PARAMETERS if _unknown(policies, policy, name, on)),
    )


def _unknown(policies: PolicySet, policy: Policy, name: str, on: date) -> bool:
    dated = policies.value(policy, name, on)
    return dated is None or dated.value is None


def _stands(
    about: str, meaning: str, value: str, *, policy: Policy, place: Sequence[int | str], one: Dated
) -> Stands:
    cited = one.citation
    return Stands(
        about,
        meaning,
        value,
        policy.id,
        policy.where(*place),
        one.from_,
        one.to,
        one.reason,
        cited.source,
        cited.text,
        cited.confidence,
    )


def _parameters(policies: PolicySet, policy: Policy, on: date) -> Iterator[Stands]:
    for name, parameter in PARAMETERS.items():
        stated, dated = policies.stated_in(policy, name), policies.value(policy, name, on)
        if stated is None or dated is None:
            continue
        number = stated.parameters[name].index(dated)
        yield _stands(
            name,
            parameter.about,
            words(dated.value),
            policy=stated,
            place=("parameters", name, number),
            one=dated,
        )


def _coverage(policies: PolicySet, policy: Policy, hcpcs: str, on: date, as_of: date) -> Iterator[Stands]:
    for kind in COVERAGE_KINDS:
        for stated in policies.coverage_rules(policy, hcpcs, kind, on, as_of):
            yield _of_rule(stated, kind, block_words(policies, policy, stated, kind))
    for stated in policies.coverage_rules(policy, hcpcs, "criteria", on, as_of):
        for one in stated.rule.criteria:
            text = f"{one.about.rstrip('.')} ({one.phase}): {_criterion(one)}"
            yield _of_rule(stated, f"criterion {one.id}", text)


def _of_rule(stated: Stated, about: str, value: str) -> Stands:
    number = stated.policy.coverage.index(stated.rule)
    meaning = f"rule {stated.rule.id}{_scope(stated)}"
    return _stands(about, meaning, value, policy=stated.policy, place=("coverage", number), one=stated.rule)


def _scope(stated: Stated) -> str:
    only = stated.rule.only
    if only is None:
        return ""
    parts = [
        f"NDC {', '.join(only.ndcs)}" if only.ndcs else "",
        f"route {', '.join(only.routes)}" if only.routes else "",
        f"{only.container} containers" if only.container else "",
    ]
    return f", only {'; '.join(p for p in parts if p)}"


def block_words(policies: PolicySet, policy: Policy, stated: Stated, kind: str) -> str:
    """What a rule says of one kind, in words.

    Args:
        policies: for the groups of diagnoses.
        policy: that is asked.
        stated: the rule and where it stands.
        kind: a key of `COVERAGE_KINDS`.
    """
    rule = stated.rule
    groups = {
        name: codes
        for one in reversed(policies.chain(policy))
        for name, codes in one.diagnosis_groups.items()
    }
    columns = rule.columns(kind, groups)
    meanings = {p.name: p.about for p in COVERAGE_KINDS[kind]}
    parts = [
        f"{meanings[name]}: {_plain(value)}"
        for name, value in columns.items()
        if value not in (None, []) and not name.endswith("_exceptions")
    ]
    block = getattr(rule, kind)
    exceptions = getattr(block, "exceptions", ())
    parts += [f"except {one.about.rstrip('.')}: {_criterion(one)}" for one in exceptions]
    return "; ".join(parts)


def _plain(value: Any) -> str:
    # Exact decimals print as they were written, never in exponent form.
    return f"{value:f}" if hasattr(value, "as_tuple") else words(value)


def _criterion(group: Group) -> str:
    joint = {"all": " and ", "any": " or "}.get(str(group.logic), "; ")
    parts = [_test(p) if isinstance(p, Test) else f"({_criterion(p)})" for p in group.parts]
    text = joint.join(parts)
    return f"at least {group.n_of.n} of: {text}" if group.n_of is not None else text


def _test(test: Test) -> str:
    name = test.evidence.replace("_", " ")
    within = f" within {test.lookback_days} days" if test.lookback_days else ""
    if test.is_ is not None:
        said = f"{name} is {'true' if test.is_ else 'false'}"
    elif test.one_of is not None:
        said = f"{name} is one of {', '.join(test.one_of)}"
    elif test.present:
        said = f"{name} is on record"
    else:
        bounds = [
            f"at least {test.at_least:f}" if test.at_least is not None else "",
            f"at most {test.at_most:f}" if test.at_most is not None else "",
        ]
        said = f"{name} is {' and '.join(b for b in bounds if b)}"
    return f"{said}{within}"


def _severities(policies: PolicySet, policy: Policy, on: date) -> Iterator[Stands]:
    for edit, changes in sorted(policies.severities(policy).items()):
        stated = next(p for p in policies.chain(policy) if edit in p.severities)
        for number, change in enumerate(changes):
            if change.covers(on):
                place = ("severities", edit, number)
                yield _stands(
                    edit, "severity of the edit", change.value, policy=stated, place=place, one=change
                )


def _appeals(policies: PolicySet, policy: Policy, on: date) -> Iterator[Stands]:
    for level in policies.appeals(policy, on):
        stated = next(p for p in policies.chain(policy) if level in p.appeals)
        value = f"{level.days} days from {level.counted_from}"
        if level.presumed_receipt_days is not None:
            value += f", receipt presumed {level.presumed_receipt_days} days after the notice"
        if level.decision_days is not None:
            value += f", decided within {level.decision_days} days"
        if level.minimum_amount is not None:
            value += f", at least ${level.minimum_amount:f} in dispute"
        place = ("appeals", stated.appeals.index(level))
        yield _stands(f"level {level.level}", level.name, value, policy=stated, place=place, one=level)
