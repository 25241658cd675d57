"""Writes the generated pages of docs/, or checks that the committed ones are up to date.

    python -m scrubjay.testing.docs write
    python -m scrubjay.testing.docs check     # exit code 1 and the names of the pages that differ

The pages come from the code and data alone: the edits' texts, metadata and cases, the declared tables
and facts, the starter reference, the policies that ship.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scrubjay.testing.docs_edits import edit_pages
from scrubjay.testing.docs_reference import reference_pages
from scrubjay.testing.docs_schema import schema_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GENERATED_FOLDERS = ("edits", "reference")
"""Folders below docs/ that hold nothing but generated pages."""

SCHEMA = "reference/policy.schema.json"
"""The JSON Schema that the packs name in their first line."""


def all_pages() -> dict[str, str]:
    """Every generated page by its path below docs/."""
    return {**edit_pages(), **reference_pages(), SCHEMA: schema_text()}


def _surplus(docs: Path, pages: Mapping[str, str]) -> list[str]:
    found = (p for folder in GENERATED_FOLDERS for p in (docs / folder).glob("*.md"))
    return sorted(n for n in (p.relative_to(docs).as_posix() for p in found) if n not in pages)


def write(docs: Path, pages: Mapping[str, str]) -> list[str]:
    """Write pages that differ and remove those that are no longer made.

    Args:
        docs: the folder docs/ of a checkout.
        pages: text by path below it.

    Returns:
        Paths below `docs` that were written or removed, sorted.
    """
    changed = differing(docs, pages)
    for name in changed:
        path = docs / name
        if name in pages:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages[name], encoding="utf-8", newline="\n")
        else:
            path.unlink()
    return changed


def differing(docs: Path, pages: Mapping[str, str]) -> list[str]:
    """Paths below `docs` that are missing, differ, or should not be there, sorted."""

    def is_same(name: str, text: str) -> bool:
        path = docs / name
        return path.is_file() and path.read_text(encoding="utf-8") == text

    return sorted([n for n, text in pages.items() if not is_same(n, text)] + _surplus(docs, pages))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `write` or `check`; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scrubjay.testing.docs", description="Generated pages of docs/."
    )
    parser.add_argument("action", choices=("write", "check"))
    parser.add_argument("--docs", type=Path, default=Path("docs"), help="the folder (default: docs)")
    chosen = parser.parse_args(arguments)
    docs: Path = chosen.docs
    if not docs.is_dir():
        sys.stderr.write(f"{docs}: is no folder. Run this in a checkout, or name it with --docs.\n")
        return 2
    pages = all_pages()
    if chosen.action == "write":
        changed = write(docs, pages)
        sys.stdout.write(f"{len(pages)} pages, {len(changed)} changed.\n")
        return 0
    stale = differing(docs, pages)
    for name in stale:
        sys.stderr.write(f"{docs / name} is not up to date.\n")
    if stale:
        sys.stderr.write("Run `make docs` and commit the pages.\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
