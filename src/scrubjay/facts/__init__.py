"""Facts: derived columns with a name and a definition, computed once per run; edits compare them."""

from scrubjay.facts.context import FactContext, PolicyResolver
from scrubjay.facts.registry import Fact, FactGroup, all_columns, all_groups, column, facts

__all__ = [
    "Fact",
    "FactContext",
    "FactGroup",
    "PolicyResolver",
    "all_columns",
    "all_groups",
    "column",
    "facts",
]
