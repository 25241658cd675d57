"""What differs between two lists of edits: two versions, or two folders."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.edits.spec import Edit

_COMPARED = (
    *("code", "severity", "grain", "summary", "effective_from", "effective_to", "carc", "rarc", "citations"),
    "fix_level",
)
_FILES = {"definition_sha256": "definition or text", "cases_sha256": "cases"}


def edit_dict(edit: Edit) -> dict[str, Any]:
    """An edit as `scrubjay edits list --json` writes it, with hashes of its two files."""
    cases = edit.cases
    return {
        "edit": edit.name,
        "code": edit.code,
        "family": edit.family,
        "severity": str(edit.severity),
        "grain": str(edit.grain),
        "summary": edit.doc.strip().partition("\n")[0],
        "effective_from": edit.effective_from.isoformat() if edit.effective_from else None,
        "effective_to": edit.effective_to.isoformat() if edit.effective_to else None,
        "carc": list(edit.prevents_carc),
        "rarc": list(edit.prevents_rarc),
        "citations": [
            {"source": c.source, "text": c.text, "confidence": c.confidence} for c in edit.citations
        ],
        "fix_level": str(edit.fix.level),
        "definition_sha256": _sha256(cases.with_suffix(".py")) if cases is not None else None,
        "cases_sha256": _sha256(cases) if cases is not None else None,
    }


def _sha256(path: Any) -> str | None:
    # Line ends differ between systems and say nothing.
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest() if path.is_file() else None


@dataclass(frozen=True, slots=True)
class EditChange:
    """How one edit differs.

    Attributes:
        kind: `added`, `removed`, `renamed` or `changed`.
        edit, code: of the newer list, or of the older where it was removed.
        details: what changed, one phrase each.
    """

    kind: str
    edit: str
    code: str
    details: tuple[str, ...] = ()


def diff_edits(before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]) -> list[EditChange]:
    """What was added, removed, renamed (one code, another name) and changed, by code.

    Args:
        before: a list as `scrubjay edits list --json` writes it.
        after: another.
    """
    old = {e["edit"]: e for e in before}
    new = {e["edit"]: e for e in after}
    gone = {e["code"]: e for name, e in old.items() if name not in new}
    changes: list[EditChange] = []
    for name, edit in new.items():
        if name in old:
            details = tuple(_details(old[name], edit))
            if details:
                changes.append(EditChange("changed", name, edit["code"], details))
        elif edit["code"] in gone:
            was = gone.pop(edit["code"])
            details = (f"was {was['edit']}", *_details(was, edit))
            changes.append(EditChange("renamed", name, edit["code"], details))
        else:
            changes.append(EditChange("added", name, edit["code"], (str(edit.get("summary", "")),)))
    changes += [EditChange("removed", e["edit"], e["code"]) for e in gone.values()]
    return sorted(changes, key=lambda c: (c.code, c.edit))


def _details(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    found = [
        f"{key.replace('_', ' ')}: {_words(old.get(key))} -> {_words(new.get(key))}"
        for key in _COMPARED
        if key in old and key in new and old[key] != new[key]
    ]
    files = [words for key, words in _FILES.items() if old.get(key) and new.get(key) and old[key] != new[key]]
    # The definition holds the fields too: it is named by itself only where none of them says what changed.
    return found + [f"{words} changed" for words in files if words == "cases" or not found]


def _words(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, list):
        items: list[Any] = value  # pyright: ignore[reportUnknownVariableType]
        return ", ".join(str(v["source"]) if isinstance(v, dict) else str(v) for v in items) or "none"  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return str(value)
