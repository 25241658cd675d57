"""Reads policy files: the packs that ship and the user's own. One clear error for each fault."""

from __future__ import annotations

import re
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from scrubjay.errors import PolicyError, form_words
from scrubjay.policies.model import Policy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic_core import ErrorDetails

_SCHEMA_HINT = "docs/reference/policies.md shows the form."


class _TwiceError(yaml.MarkedYAMLError):
    """A key stands twice in one mapping, of which YAML would silently keep the last."""


class _KeysOnce(yaml.SafeLoader if TYPE_CHECKING else object):
    """Refuses a key that stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise _TwiceError(problem=name, problem_mark=key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


if TYPE_CHECKING:
    _Parser = yaml.SafeLoader
else:
    # Absent where PyYAML was built without libyaml.
    _Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_KeysOnce, yaml.SafeLoader):
    """Leaves dates as texts, which the model reads."""


class _FastLoader(_KeysOnce, _Parser):
    """The same by the parser in C, ten times as fast: for the packs that ship.

    A user's file is read by the other one, which stands any depth of nesting.
    """


# Dates are read by the model; of the many words of YAML 1.1 for yes and no only true and false count, so
# that `on` may be a key and `NO` a state.
_READ_ELSEWHERE = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
for _loader in (_Loader, _FastLoader):
    _loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in _READ_ELSEWHERE]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    _loader.add_implicit_resolver(  # pyright: ignore[reportUnknownMemberType] - untyped in the library
        "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
    )


class _Lines:
    """The lines of a YAML text; parsed once more, but only when a line is asked for."""

    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._name = name

    @cached_property
    def _node(self) -> Any:
        return _Loader(self._text).get_single_node()

    def where(self, place: Sequence[int | str]) -> str:
        """File and line of a place; of the whole text where no place is given."""
        return f"{self._name}:{_line_of(self._node, place) if place else 1}"


def _line_of(node: Any, place: Sequence[int | str]) -> int:
    """Line of the YAML node at a place, as near as it exists; steps that are no keys are passed over."""
    line = 1
    for step in place:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if found is not None:
                line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line


# A choice of shapes puts its tag into the place of an error; the reader has written no such key.
_TAGS = frozenset({"test", "group"})


def _words(error: ErrorDetails) -> str:
    path = ".".join(str(step) for step in error["loc"] if step not in _TAGS)
    words = form_words(error)
    return f"{path}: {words}." if path else f"{words}."


def policy_faults(
    text: str, name: str, *, loader: type[yaml.SafeLoader] = _Loader
) -> tuple[Policy | None, list[PolicyError]]:
    """A policy from YAML text, or all that is wrong with it; see `parse_policy`."""
    try:
        data: Any = yaml.load(text, Loader=loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        mark: yaml.Mark | None = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark is not None else name
        what = f"{error.problem} stands twice." if isinstance(error, _TwiceError) else "is no valid YAML."
        return None, [PolicyError(what, where=where, hint=_SCHEMA_HINT)]
    except RecursionError:
        return None, [PolicyError("is nested too deeply.", where=name, hint=_SCHEMA_HINT)]
    if not isinstance(data, dict):
        return None, [PolicyError("holds no policy.", where=f"{name}:1", hint=_SCHEMA_HINT)]
    lines = _Lines(text, name)
    try:
        policy = Policy.model_validate(data)
    except ValidationError as error:
        return None, [
            PolicyError(_words(one), where=lines.where(one["loc"]), hint=_SCHEMA_HINT)
            for one in error.errors()
        ]
    policy.located(lines.where)
    return policy, []


def unknown_edits(policy: Policy) -> list[PolicyError]:
    """One error for each edit that a policy names and that does not exist."""
    named = list(policy.edits_named())
    if not named:
        return []
    # Not at the top: only a policy that names edits pays for loading them all.
    from scrubjay.edits.registry import all_edits  # noqa: PLC0415

    known = {edit.name for edit in all_edits()}
    return [
        PolicyError(
            f"{'.'.join(str(step) for step in place)}: is the name of no edit.",
            where=policy.where(*place),
            hint="`scrubjay edits` lists them.",
        )
        for place, name in named
        if name not in known
    ]


def parse_policy(text: str, name: str) -> Policy:
    """A policy from YAML text.

    Args:
        text: the YAML.
        name: file name for messages.

    Raises:
        PolicyError: not YAML, not in the form, or an edit that does not exist; `where` is file and line.
    """
    policy, faults = policy_faults(text, name)
    if policy is not None:
        faults = unknown_edits(policy)
    if policy is None or faults:
        raise faults[0]
    return policy


def read_policy_text(path: Path | str) -> str:
    """Text of a policy file.

    Raises:
        PolicyError: the file cannot be read.
    """
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
        raise PolicyError(
            f"cannot be read ({reason}).", where=str(path), hint="Name a policy file in YAML."
        ) from None


def load_policy_file(path: Path | str) -> Policy:
    """A policy from a file.

    Raises:
        PolicyError: the file cannot be read, is no YAML or not in the form.
    """
    return parse_policy(read_policy_text(path), str(path))


@cache
def shipped_policies() -> tuple[Policy, ...]:
    """The packs that ship, by id.

    Raises:
        PolicyError: a pack is broken.
    """
    folder = files("scrubjay.policies").joinpath("packs")
    policies: list[Policy] = []
    for file in (f for f in folder.iterdir() if f.name.endswith(".yaml")):
        # The edits that packs name are checked by a test: a look-up must not wait until all are loaded.
        policy, faults = policy_faults(file.read_text(encoding="utf-8"), file.name, loader=_FastLoader)
        if policy is None:
            raise faults[0]
        policies.append(policy)
    return tuple(sorted(policies, key=lambda p: p.id))
