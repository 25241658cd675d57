"""The worked units cases of the gold set, answered by the use case itself."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scrubjay import api
from scrubjay.drugs import UnitsRequest

CASES = json.loads((Path(__file__).parents[1] / "gold" / "units.json").read_text(encoding="utf-8"))
_FIELDS = {"--minutes": int, "--on": date.fromisoformat}


def request_of(args: list[str]) -> UnitsRequest:
    values: dict[str, Any] = {}
    for option, text in zip(args[::2], args[1::2], strict=True):
        name = option.removeprefix("--")
        if name == "vial":
            values["vials"] = (*values.get("vials", ()), text)
        else:
            values[name] = _FIELDS.get(option, str)(text)
    return UnitsRequest(**values)


@pytest.mark.parametrize("case", CASES, ids=[c["id"] for c in CASES])
def test_gold_units(case: dict[str, Any], tmp_path: Path) -> None:
    request = request_of(case["args"])
    answer = api.units(request, as_of=date(2026, 11, 23), reference_path=tmp_path).as_dict()
    if case["refused"]:
        assert answer["lines"] == []
        assert case["refused"] in answer["refused"]["reason"]
    if case["lines"] is not None:
        assert answer["refused"] is None
        got = sorted((d["hcpcs"], d["units"], d["modifiers"], d["role"]) for d in answer["lines"])
        assert got == sorted((d["hcpcs"], d["units"], d["modifiers"], d["role"]) for d in case["lines"])
    assert set(case["warnings"]) <= {w["edit"] for w in answer["warnings"]}
    assert answer["steps"] or answer["refused"]
