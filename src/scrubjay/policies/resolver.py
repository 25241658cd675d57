"""The policies of a run: which governs a claim, and what it says on a day of service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import PolicyError
from scrubjay.facts.parameters import PARAMETERS
from scrubjay.policies.coverage import Stated, coverage_frame, rules_of
from scrubjay.policies.loader import shipped_policies
from scrubjay.policies.matching import governing
from scrubjay.policies.timeline import on_days, timeline

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from scrubjay.policies.model import DatedValue, Policy
    from scrubjay.policies.terms import AppealLevel, SeverityChange


class PolicySet:
    """The policies of a run: the user's first, then those that ship.

    A claim is governed by the first policy, in that order, one of whose matches holds. Of those that ship,
    one that extends another is asked before it: it is the narrower.
    """

    def __init__(self, policies: Sequence[Policy], *, forced: Policy | None = None) -> None:
        self.policies = tuple(policies)
        self._by_id = {p.id: p for p in policies}
        self._forced = forced
        self._by_alias = self._aliases()
        self._timelines: dict[str, pl.DataFrame] = {}
        self._coverage: dict[date | None, pl.DataFrame] = {}
        for policy in policies:
            self.chain(policy)
            self._refuse_unknown_groups(policy)

    @classmethod
    def base(cls, own: Sequence[Policy] = (), *, replacing: bool = False) -> PolicySet:
        """The shipped packs, with a user's own policies before them.

        A user's policy without `match` governs every claim of the run.

        Args:
            own: the user's policies.
            replacing: one with the id of a pack stands in its place: another edition of it.

        Raises:
            PolicyError: an id or alias is used twice, or `extends` names no policy or runs in a circle.
        """
        replaced = {p.id for p in own} if replacing else set[str]()
        shipped = tuple(p for p in shipped_policies() if p.id not in replaced)
        seen: dict[str, Policy] = {}
        for policy in (*shipped, *own):
            if policy.id in seen:
                raise PolicyError(
                    f"the policy id {policy.id} is used twice, also in {seen[policy.id].file}.",
                    where=policy.where("id"),
                    hint="Give your policy an id of its own.",
                )
            seen[policy.id] = policy
        forced = next((p for p in own if not p.match), None)
        return cls((*own, *_narrow_first(shipped)), forced=forced)

    def _aliases(self) -> dict[str, Policy]:
        named: dict[str, Policy] = {}
        for policy in self.policies:
            for number, alias in enumerate(a.strip().lower() for a in policy.aliases):
                other = named.get(alias) or self._by_id.get(alias)
                if other is not None and other is not policy:
                    raise PolicyError(
                        f"the alias {alias} already names the policy {other.id}.",
                        where=policy.where("aliases", number),
                        hint="Leave it out, or choose another.",
                    )
                named[alias] = policy
        return named

    @property
    def forced(self) -> Policy | None:
        """The user's policy that governs every claim of the run, if there is one."""
        return self._forced

    def chain(self, policy: Policy) -> list[Policy]:
        """A policy and what it extends, nearest first.

        Raises:
            PolicyError: `extends` names no policy or runs in a circle.
        """
        chain = [policy]
        while (parent := chain[-1].extends) is not None:
            if parent not in self._by_id:
                raise PolicyError(
                    f"extends {parent}, which is no policy.",
                    where=chain[-1].where("extends"),
                    hint=f"Known: {', '.join(self.ids)}.",
                )
            if any(p.id == parent for p in chain):
                circle = " -> ".join([*(p.id for p in chain), parent])
                raise PolicyError(
                    f"extends itself in a circle: {circle}.",
                    where=chain[-1].where("extends"),
                    hint="Take one `extends` out.",
                )
            chain.append(self._by_id[parent])
        return chain

    def _refuse_unknown_groups(self, policy: Policy) -> None:
        known = {name for one in self.chain(policy) for name in one.diagnosis_groups}
        for number, rule in enumerate(policy.coverage):
            for place, name in enumerate(rule.diagnosis.groups if rule.diagnosis else ()):
                if name not in known:
                    raise PolicyError(
                        f"there is no diagnosis group {name}.",
                        where=policy.where("coverage", number, "diagnosis", "groups", place),
                        hint="Write it under diagnosis_groups.",
                    )

    def get(self, name: str) -> Policy | None:
        """The policy with an id or alias, whatever the case, or null."""
        wanted = name.strip().lower()
        return self._by_id.get(wanted) or self._by_alias.get(wanted)

    def find(self, name: str) -> Policy:
        """A policy by id or alias, whatever the case.

        Raises:
            PolicyError: no policy has that name; the message lists the ids that exist.
        """
        found = self.get(name)
        if found is None:
            raise PolicyError(f"there is no policy {name}.", hint=f"Known: {', '.join(self.ids)}.")
        return found

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the policies, sorted."""
        return tuple(sorted(self._by_id))

    def stated_in(self, policy: Policy, parameter: str) -> Policy | None:
        """The policy that sets a parameter: itself, else the nearest parent that does."""
        return next((one for one in self.chain(policy) if parameter in one.parameters), None)

    def values(self, policy: Policy, parameter: str) -> list[DatedValue]:
        """The dated values of a parameter: of the policy itself, else of the nearest parent that sets it."""
        one = self.stated_in(policy, parameter)
        return one.parameters[parameter] if one is not None else []

    def value(self, policy: Policy, parameter: str, on: date) -> DatedValue | None:
        """The value of a parameter on a day, with its reason and citation, or null."""
        return next((dated for dated in self.values(policy, parameter) if dated.covers(on)), None)

    def payer_class(self, policy: Policy) -> str | None:
        """Class of the payer, inherited where the policy does not say."""
        return next((p.payer_class for p in self.chain(policy) if p.payer_class), None)

    def severities(self, policy: Policy) -> dict[str, list[SeverityChange]]:
        """Other severities by name of edit, inherited ones included."""
        return {name: found for one in reversed(self.chain(policy)) for name, found in one.severities.items()}

    def appeals(self, policy: Policy, on: date) -> list[AppealLevel]:
        """The levels of appeal for decisions of a day, by level; of the nearest policy that names the level."""
        levels: dict[int, AppealLevel] = {}
        for one in reversed(self.chain(policy)):
            own = {level.level for level in one.appeals}
            levels = {n: level for n, level in levels.items() if n not in own}
            levels |= {level.level: level for level in one.appeals if level.covers(on)}
        return [levels[n] for n in sorted(levels)]

    def coverage(self, as_of: date | None = None) -> pl.DataFrame:
        """What the policies say of single drugs; see `scrubjay.facts.parameters.COVERAGE_KINDS`.

        Args:
            as_of: rules that a payer announced later are not seen; null sees all.

        Returns:
            The columns of `COVERAGE_SCHEMA`, by policy, code and period.
        """
        if as_of not in self._coverage:
            self._coverage[as_of] = coverage_frame((self.chain(p) for p in self.policies), as_of)
        return self._coverage[as_of]

    def coverage_rules(
        self, policy: Policy, hcpcs: str, kind: str, on: date, as_of: date | None
    ) -> list[Stated]:
        """The rules of one kind (or `criteria`) for a code on a day, with the policy that each stands in."""
        found = rules_of(self.chain(policy), hcpcs, kind, as_of)
        return [stated for stated in found if stated.rule.covers(on)]

    def governing(self, payers: pl.DataFrame) -> pl.Series:
        """Id of the policy that governs each payer, null where none does.

        Args:
            payers: `claim_filing_code`, `payer_id`, `payer_name`, `claim_kind`.
        """
        if self._forced is not None:
            return pl.Series("policy_id", [self._forced.id]).new_from_index(0, payers.height)
        return governing(self.policies, payers)

    def resolve(self, keys: pl.DataFrame) -> pl.DataFrame:
        """See `scrubjay.facts.PolicyResolver`."""
        asked = keys.select("service_date", self.governing(keys).alias("policy_id"))
        return on_days([self._timeline(i) for i in asked["policy_id"].unique().drop_nulls()], asked)

    def _timeline(self, policy_id: str) -> pl.DataFrame:
        if policy_id not in self._timelines:
            policy = self._by_id[policy_id]
            values = {name: self.values(policy, name) for name in PARAMETERS}
            self._timelines[policy_id] = timeline(policy_id, self.payer_class(policy), values)
        return self._timelines[policy_id]


def _narrow_first(policies: Sequence[Policy]) -> list[Policy]:
    """Policies that extend others before those that they extend."""
    by_id = {p.id: p for p in policies}

    def depth(policy: Policy) -> int:
        # Broken chains are refused later, with their place.
        seen = {policy.id}
        while policy.extends in by_id and policy.extends not in seen:
            policy = by_id[policy.extends]
            seen.add(policy.id)
        return len(seen)

    return sorted(policies, key=lambda p: (-depth(p), p.id))
