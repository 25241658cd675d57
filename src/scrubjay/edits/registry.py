"""Finds the edits: every module `scrubjay.edits.<family>.<fault>` that holds an `EDIT`.

Refuses what would mislead: a code or name used twice or retired, an edit without a citation, a file
without its cases, a column that no table and no fact declares.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import scrubjay.edits
from scrubjay.edits.spec import Edit, FixLevel
from scrubjay.errors import EditDefinitionError
from scrubjay.intake.x12.rewrite import RESPELLED, WRITABLE

if TYPE_CHECKING:
    from collections.abc import Iterable

_CODE = re.compile(r"[A-Z]{2}\d{3}")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
HEADINGS = ("## What it checks", "## Why it matters", "## How to fix")
RETIRED: frozenset[str] = frozenset()
"""Codes and names of edits that were withdrawn; they are never used again."""


def check_definition(edit: Edit, doc: str, cases: Path) -> None:
    """Raise `EditDefinitionError` where an edit breaks its contract."""
    where = edit.code or edit.name
    if not _CODE.fullmatch(edit.code) or not _NAME.fullmatch(edit.name):
        raise EditDefinitionError(f"code {edit.code!r} or name {edit.name!r} is not in the form", where=where)
    if edit.code in RETIRED or edit.name in RETIRED:
        raise EditDefinitionError("code or name is retired and must not be used again", where=where)
    if not edit.citations:
        raise EditDefinitionError("has no citation", where=where, hint="Say where the rule comes from.")
    if not edit.grain.is_of_claims and (edit.effective_from or edit.effective_to):
        raise EditDefinitionError(f"judges the {edit.grain} but is dated", where=where)
    if edit.fix.change is not None:
        _check_change(edit, edit.fix.change[0])
    missing = [h for h in HEADINGS if h not in doc]
    if missing:
        raise EditDefinitionError(f"its docstring lacks the headings {missing}", where=where)
    if cases.stem != edit.name.replace("-", "_"):
        raise EditDefinitionError(f"its file is not called {edit.name.replace('-', '_')}.py", where=where)
    if not cases.is_file():
        raise EditDefinitionError("has no cases", where=where, hint=f"Write {cases.name} beside it.")


def _check_change(edit: Edit, column: str) -> None:
    if column not in WRITABLE | RESPELLED:
        raise EditDefinitionError(f"its fix changes {column}, which cannot be written", where=edit.code)
    if edit.fix.level is FixLevel.SAFE and column not in RESPELLED:
        raise EditDefinitionError(
            f"its fix changes {column} unasked: only the spelling of {sorted(RESPELLED)} may be changed so",
            where=edit.code,
        )
    if edit.fix.level is FixLevel.NONE:
        raise EditDefinitionError("its fix has a change but the level none", where=edit.code)


def _collect() -> Iterable[Edit]:
    for family in pkgutil.iter_modules(scrubjay.edits.__path__):
        if not family.ispkg:
            continue
        package = importlib.import_module(f"scrubjay.edits.{family.name}")
        for module_info in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{module_info.name}")
            edit = getattr(module, "EDIT", None)
            if not isinstance(edit, Edit):
                raise EditDefinitionError("holds no EDIT", where=module.__name__)
            doc = module.__doc__ or ""
            cases = Path(str(module.__file__)).with_suffix(".yaml")
            check_definition(edit, doc, cases)
            yield replace(edit, family=family.name, doc=doc, cases=cases)


@cache
def all_edits() -> tuple[Edit, ...]:
    """Every edit that ships, in the order of their codes."""
    edits = sorted(_collect(), key=lambda e: e.code)
    seen: dict[str, str] = {}
    for edit in edits:
        for word in (edit.code, edit.name):
            if word in seen:
                raise EditDefinitionError(f"{word} is also used by {seen[word]}", where=edit.code)
            seen[word] = edit.code
    return tuple(edits)


def cases_path(edit: Edit) -> Path:
    """The YAML file of an edit's cases, beside its module.

    Raises:
        EditDefinitionError: the edit came from no file.
    """
    if edit.cases is None:
        raise EditDefinitionError("was not read from a file, so it has no cases", where=edit.code)
    return edit.cases
