"""The JSON Schema of a policy as it ships in docs/reference and as `scrubjay policy schema` prints it."""

from __future__ import annotations

import json

from scrubjay.edits.registry import all_edits
from scrubjay.policies.schema import policy_schema


def schema_text() -> str:
    """The schema as indented JSON with a newline at the end."""
    schema = policy_schema([e.name for e in all_edits()])
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
