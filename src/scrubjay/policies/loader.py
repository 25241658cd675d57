"""Reads policy files: the packs that ship and the user's own. One clear error for each fault."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from scrubjay.errors import PolicyError
from scrubjay.policies.model import Policy

if TYPE_CHECKING:
    from collections.abc import Sequence

_SCHEMA_HINT = "docs/reference/policies.md shows the form."


class _TwiceError(yaml.MarkedYAMLError):
    """A key stands twice in one mapping, of which YAML would silently keep the last."""


class _Loader(yaml.SafeLoader):
    """Leaves dates as texts, which the model reads, and refuses a key that stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise _TwiceError(problem=name, problem_mark=key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _line_of(text: str, location: Sequence[int | str]) -> int | None:
    """Line of the YAML node that a validation error points at, as near as it exists."""
    node: Any = _Loader(text).get_single_node()
    line: int | None = None
    for step in location:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line


def parse_policy(text: str, name: str) -> Policy:
    """A policy from YAML text.

    Args:
        text: the YAML.
        name: file name for messages.

    Raises:
        PolicyError: not YAML, or not in the form; `where` is file and line.
    """
    try:
        data: Any = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        mark: yaml.Mark | None = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark is not None else name
        what = f"{error.problem} stands twice." if isinstance(error, _TwiceError) else "is no valid YAML."
        raise PolicyError(what, where=where, hint=_SCHEMA_HINT) from None
    except RecursionError:
        raise PolicyError("is nested too deeply.", where=name, hint=_SCHEMA_HINT) from None
    if not isinstance(data, dict):
        raise PolicyError("holds no policy.", where=f"{name}:1", hint=_SCHEMA_HINT)
    try:
        return Policy.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        line = _line_of(text, first["loc"]) or 1
        path = ".".join(str(step) for step in first["loc"])
        message = f"{path}: {first['msg']}" if path else str(first["msg"])
        raise PolicyError(f"{message}.", where=f"{name}:{line}", hint=_SCHEMA_HINT) from None


def load_policy_file(path: Path | str) -> Policy:
    """A policy from a file.

    Raises:
        PolicyError: the file cannot be read, is no YAML or not in the form.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
        raise PolicyError(
            f"cannot be read ({reason}).", where=str(path), hint="Name a policy file in YAML."
        ) from None
    return parse_policy(text, str(path))


@cache
def shipped_policies() -> tuple[Policy, ...]:
    """The packs that ship, in the order of their file names."""
    folder = files("scrubjay.policies").joinpath("packs")
    packs = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    return tuple(parse_policy(f.read_text(encoding="utf-8"), f.name) for f in packs)
