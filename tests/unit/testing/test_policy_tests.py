"""Every pack that ships carries tests, and passes them."""

from __future__ import annotations

import pytest

from scrubjay.policies import PolicySet
from scrubjay.policies.loader import shipped_policies, unknown_edits
from scrubjay.testing.policy_tests import run_policy_tests


@pytest.mark.parametrize("policy", shipped_policies(), ids=lambda p: p.id)
def test_pack(policy):
    assert unknown_edits(policy) == []
    outcomes = run_policy_tests(policy, PolicySet.base())
    assert len(outcomes) >= 2
    assert [(o.name, o.differences) for o in outcomes if not o.has_passed] == []
    assert all(o.where.startswith(f"{policy.id}.yaml:") for o in outcomes)
