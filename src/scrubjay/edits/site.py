"""Edits of a site's own: from a folder, or from an installed package (entry point group `scrubjay.edits`).

They are two files each, like those that ship, and obey the same contract. A folder holds `<fault>.py` with
`<fault>.yaml` beside it, or folders of families that do. Reading a folder runs its Python files.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrubjay.edits.registry import all_edits, check_definition
from scrubjay.edits.spec import Edit
from scrubjay.errors import EditDefinitionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import ModuleType

ENTRY_POINTS = "scrubjay.edits"
"""Group under which an installed package names a package of edits: `our_rules = "our_rules.edits"`."""

_HINT = 'CONTRIBUTING.md, "Add an edit", shows the form.'
_PREFIX = "scrubjay_site_edits"


def edits_of_folder(folder: Path | str) -> list[Edit]:
    """The edits of a folder, by code.

    Raises:
        EditDefinitionError: it is no folder, holds no edit, a file cannot be run, or an edit breaks the contract.
    """
    root = Path(folder)
    if not root.is_dir():
        raise EditDefinitionError("is no folder.", where=str(folder), hint="Name a folder of edits.")
    files = sorted(
        f
        for f in (*root.glob("*.py"), *root.glob("*/*.py"))
        if not f.name.startswith("_") and f.with_suffix(".yaml").is_file()
    )
    lonely = sorted(
        f
        for f in (*root.glob("*.py"), *root.glob("*/*.py"))
        if not f.name.startswith("_")
        and not f.with_suffix(".yaml").is_file()
        and "EDIT" in f.read_text("utf-8")
    )
    if lonely:
        raise EditDefinitionError(
            "has no cases.", where=str(lonely[0]), hint=f"Write {lonely[0].stem}.yaml beside it."
        )
    if not files:
        raise EditDefinitionError("holds no edit.", where=str(folder), hint=_HINT)
    return sorted((_of_file(f, root) for f in files), key=lambda e: e.code)


def edits_of_packages() -> list[Edit]:
    """The edits of every installed package that names the entry point group, by code.

    Raises:
        EditDefinitionError: such a package cannot be imported, or an edit of it breaks the contract.
    """
    found: list[Edit] = []
    for point in sorted(importlib.metadata.entry_points(group=ENTRY_POINTS), key=lambda p: p.name):
        try:
            package: Any = point.load()
        except Exception as error:
            raise EditDefinitionError(
                f"the package of edits cannot be loaded ({type(error).__name__}).",
                where=f"entry point {point.name}",
                hint="Install it anew, or uninstall it.",
            ) from error
        for path in getattr(package, "__path__", ()):
            found += edits_of_folder(path)
    return found


def with_own(own: Sequence[Edit]) -> tuple[Edit, ...]:
    """The edits that ship and a site's own, by code.

    Raises:
        EditDefinitionError: a code or name is used twice.
    """
    if not own:
        return all_edits()
    seen = {word: edit for edit in all_edits() for word in (edit.code, edit.name)}
    for edit in own:
        for word in (edit.code, edit.name):
            if word in seen:
                raise EditDefinitionError(
                    f"{word} is already used by {seen[word].code} {seen[word].name}.",
                    where=str(edit.cases.with_suffix(".py") if edit.cases else edit.code),
                    hint="Families that begin with X, Y or Z are free for sites.",
                )
            seen[word] = edit
    return tuple(sorted((*all_edits(), *own), key=lambda e: e.code))


def _of_file(file: Path, root: Path) -> Edit:
    family = file.parent.name
    module = _run(file, f"{_PREFIX}.{abs(hash(str(root.resolve())))}.{family}.{file.stem}")
    edit = getattr(module, "EDIT", None)
    if not isinstance(edit, Edit):
        raise EditDefinitionError("holds no EDIT.", where=str(file), hint=_HINT)
    doc = module.__doc__ or ""
    cases = file.with_suffix(".yaml")
    try:
        check_definition(edit, doc, cases)
    except EditDefinitionError as error:
        raise EditDefinitionError(f"{error.what}.", where=str(file), hint=error.hint or _HINT) from None
    return replace(edit, family=family, doc=doc, cases=cases)


def _run(file: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise EditDefinitionError("is no Python file.", where=str(file), hint=_HINT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        sys.modules.pop(name, None)
        raise EditDefinitionError(
            f"cannot be run ({type(error).__name__}: {error}).",
            where=f"{file}{_line(error, file)}",
            hint=_HINT,
        ) from error
    return module


def _line(error: BaseException, file: Path) -> str:
    if isinstance(error, SyntaxError) and error.lineno is not None:
        return f":{error.lineno}"
    lines: Iterable[int | None] = (
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)
    )
    last = None
    for line in lines:
        last = line
    return f":{last}" if last is not None else ""
