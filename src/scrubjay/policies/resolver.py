"""Which policy governs a claim, and what its parameters are on a day of service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import polars as pl

from scrubjay.errors import PolicyError
from scrubjay.facts.parameters import PARAMETERS, Parameter
from scrubjay.policies.loader import shipped_policies

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from scrubjay.policies.model import DatedValue, Match, Policy


def _matches(match: Match) -> pl.Expr:
    tests: list[pl.Expr] = []
    if match.claim_filing_codes:
        tests.append(pl.col("claim_filing_code").is_in(match.claim_filing_codes))
    if match.payer_ids:
        tests.append(pl.col("payer_id").is_in(match.payer_ids))
    if match.claim_kinds:
        tests.append(pl.col("claim_kind").is_in(match.claim_kinds))
    tests += [pl.col("payer_name").str.contains(f"(?i){p}") for p in match.payer_name_patterns]
    if not tests:
        return pl.lit(value=False)
    # An absent value matches nothing: who pays is never guessed.
    return pl.all_horizontal(tests).fill_null(value=False)


def _literal(parameter: Parameter, value: Any) -> pl.Expr:
    if parameter.dtype.is_decimal() and value is not None:
        return pl.lit(str(value)).cast(parameter.dtype)
    if isinstance(value, list):
        return pl.lit(
            pl.Series([str(v) for v in cast("list[Any]", value)], dtype=pl.String).implode()
        ).first()
    return pl.lit(value, dtype=parameter.dtype)


class PolicySet:
    """The policies of a run: the user's first, then those that ship.

    A claim is governed by the first policy, in that order, one of whose matches holds.
    """

    def __init__(self, policies: Sequence[Policy], *, forced: Policy | None = None) -> None:
        self.policies = tuple(policies)
        self._by_id = {p.id: p for p in policies}
        self._forced = forced
        self._by_alias = self._aliases()
        for policy in policies:
            self._parents(policy)

    @classmethod
    def base(cls, own: Sequence[Policy] = ()) -> PolicySet:
        """The shipped packs, with a user's own policies before them.

        A user's policy without `match` governs every claim of the run.

        Raises:
            PolicyError: an id or alias is used twice, or `extends` names no policy or runs in a circle.
        """
        shipped = shipped_policies()
        ids = [p.id for p in (*own, *shipped)]
        twice = {i for i in ids if ids.count(i) > 1}
        if twice:
            raise PolicyError(
                f"the policy id {min(twice)} is used twice.", hint="Give your policy an id of its own."
            )
        forced = next((p for p in own if not p.match), None)
        return cls((*own, *shipped), forced=forced)

    def _aliases(self) -> dict[str, Policy]:
        named: dict[str, Policy] = {}
        for policy in self.policies:
            for alias in (a.strip().lower() for a in policy.aliases):
                other = named.get(alias) or self._by_id.get(alias)
                if other is not None and other is not policy:
                    raise PolicyError(
                        f"the alias {alias} already names the policy {other.id}.", where=policy.id
                    )
                named[alias] = policy
        return named

    @property
    def forced(self) -> Policy | None:
        """The user's policy that governs every claim of the run, if there is one."""
        return self._forced

    def _parents(self, policy: Policy) -> list[Policy]:
        chain = [policy]
        while (parent := chain[-1].extends) is not None:
            if parent not in self._by_id:
                raise PolicyError(f"extends {parent}, which is no policy.", where=policy.id)
            if any(p.id == parent for p in chain):
                circle = " -> ".join([*(p.id for p in chain), parent])
                raise PolicyError(f"extends itself in a circle: {circle}.", where=policy.id)
            chain.append(self._by_id[parent])
        return chain

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

    def values(self, policy: Policy, parameter: str) -> list[DatedValue]:
        """The dated values of a parameter: of the policy itself, else of the nearest parent that sets it."""
        for one in self._parents(policy):
            if parameter in one.parameters:
                return one.parameters[parameter]
        return []

    def value(self, policy: Policy, parameter: str, on: date) -> DatedValue | None:
        """The value of a parameter on a day, with its reason and citation, or null."""
        return next((dated for dated in self.values(policy, parameter) if dated.covers(on)), None)

    def payer_class(self, policy: Policy) -> str | None:
        """Class of the payer, inherited where the policy does not say."""
        return next((p.payer_class for p in self._parents(policy) if p.payer_class), None)

    def resolve(self, keys: pl.DataFrame) -> pl.DataFrame:
        """See `scrubjay.facts.PolicyResolver`."""
        governed = pl.lit(None, dtype=pl.String)
        if self._forced is not None:
            governed = pl.lit(self._forced.id)
        else:
            for policy in reversed(self.policies):
                for match in policy.match:
                    governed = pl.when(_matches(match)).then(pl.lit(policy.id)).otherwise(governed)
        frame = keys.select("service_date", governed.alias("policy_id"))
        present = set(frame["policy_id"].unique().drop_nulls())
        policies = [p for p in self.policies if p.id in present]
        classes = {p.id: self.payer_class(p) for p in policies}
        unverified = [
            self._in_force(policy, dated, pl.lit(name), pl.lit(None, dtype=pl.String))
            for policy in policies
            for name in PARAMETERS
            for dated in self.values(policy, name)
            if dated.citation.confidence in ("C", "D")
        ]
        return frame.select(
            "policy_id",
            pl.col("policy_id")
            .replace_strict(classes, default=None, return_dtype=pl.String)
            .alias("payer_class"),
            (
                pl.concat_list(unverified).list.drop_nulls().list.unique()
                if unverified
                else pl.lit(pl.Series([[]], dtype=pl.List(pl.String))).first()
            ).alias("payer_unverified"),
            *(self._parameter(policies, p).alias(f"payer_{p.name}") for p in PARAMETERS.values()),
        )

    def _parameter(self, policies: Sequence[Policy], parameter: Parameter) -> pl.Expr:
        chosen = pl.lit(None, dtype=parameter.dtype)
        for policy in policies:
            for dated in self.values(policy, parameter.name):
                chosen = self._in_force(policy, dated, _literal(parameter, dated.value), chosen)
        return chosen

    @staticmethod
    def _in_force(policy: Policy, dated: DatedValue, then: pl.Expr, otherwise: pl.Expr) -> pl.Expr:
        test = pl.col("policy_id") == policy.id
        if dated.from_ is not None:
            test &= pl.col("service_date") >= dated.from_
        if dated.to is not None:
            test &= pl.col("service_date") < dated.to
        return pl.when(test).then(then).otherwise(otherwise)
