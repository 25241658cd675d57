"""The JSON Schema of a policy file, from the model and the declared parameters, so that editors complete it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from scrubjay.facts.parameters import PARAMETERS, Parameter
from scrubjay.policies.model import Policy

if TYPE_CHECKING:
    from collections.abc import Sequence

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DATE = r"^\d{4}-\d{2}-\d{2}$"


def policy_schema(edits: Sequence[str] = ()) -> dict[str, Any]:
    """The schema of a policy file.

    What a schema cannot say (overlaps, circles, order of days) is left to `scrubjay policy lint`.

    Args:
        edits: names of the edits that severities and tests may name; any name where empty.
    """
    schema = Policy.model_json_schema(by_alias=True)
    definitions: dict[str, Any] = schema["$defs"]
    _dates_as_texts(schema)
    properties: dict[str, Any] = schema["properties"]
    dated: dict[str, Any] = definitions["DatedValue"]
    properties["parameters"] = {
        "type": "object",
        "description": "Dated values by parameter; docs/reference/policies.md lists them.",
        "additionalProperties": False,
        "properties": {p.name: _values(p, dated) for p in PARAMETERS.values()},
    }
    if edits:
        names = {"enum": sorted(edits)}
        properties["severities"]["propertyNames"] = names
        for part in ("edits", "severities"):
            definitions["PolicyTest"]["properties"][part]["propertyNames"] = names
    definitions["PolicyTest"]["properties"]["parameters"]["propertyNames"] = {"enum": sorted(PARAMETERS)}
    return {"$schema": DIALECT, **schema, "title": "Payer policy of scrubjay"}


def _values(parameter: Parameter, dated: dict[str, Any]) -> dict[str, Any]:
    own = {**dated["properties"], "value": {"anyOf": [*_types(parameter), {"type": "null"}]}}
    return {
        "type": "array",
        "description": parameter.about,
        "items": {
            "type": "object",
            "additionalProperties": False,
            "properties": own,
            "required": dated["required"],
        },
    }


def _types(parameter: Parameter) -> list[dict[str, Any]]:
    dtype = parameter.dtype
    if dtype.is_decimal():
        return [{"type": "string", "pattern": r"^\d+(\.\d+)?$"}, {"type": "integer", "minimum": 0}]
    if dtype == pl.Boolean:
        return [{"type": "boolean"}]
    if dtype.is_integer():
        return [{"type": "integer", "minimum": 0}]
    if isinstance(dtype, pl.List):
        return [{"type": "array", "items": {"type": "string"}}]
    return [{"enum": list(parameter.choices)}] if parameter.choices else [{"type": "string"}]


def _dates_as_texts(node: Any) -> None:
    """An editor reads an unquoted day as a text that looks like one."""
    if isinstance(node, dict):
        fields: dict[str, Any] = node  # pyright: ignore[reportUnknownVariableType]
        if fields.get("format") == "date":
            fields["pattern"] = _DATE
        for value in fields.values():
            _dates_as_texts(value)
    elif isinstance(node, list):
        for value in node:  # pyright: ignore[reportUnknownVariableType]
            _dates_as_texts(value)
