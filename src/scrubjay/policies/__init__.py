"""Payer policies: reviewed, dated, cited data that sets parameters; no logic."""

from scrubjay.policies.loader import load_policy_file
from scrubjay.policies.model import Policy
from scrubjay.policies.resolver import PolicySet

__all__ = ["Policy", "PolicySet", "load_policy_file"]
