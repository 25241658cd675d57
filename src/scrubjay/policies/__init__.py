"""Payer policies: reviewed, dated, cited data that sets parameters; no logic."""

from scrubjay.policies.loader import load_policy_file
from scrubjay.policies.model import Policy
from scrubjay.policies.resolver import PolicySet
from scrubjay.policies.severity import with_payer_severities

__all__ = ["Policy", "PolicySet", "load_policy_file", "with_payer_severities"]
