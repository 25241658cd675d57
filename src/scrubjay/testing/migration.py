"""Writes the migration that the store lacks, after a column was added to a table of `scrubjay.tables`.

    python -m scrubjay.testing.migration "what changed"

It compares a new store with the declared tables, writes `store/migrations/versions/vNNNN_change.py` and sets `HEAD`.
Read what it wrote; a migration that was released is never changed.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import BigInteger, DateTime, Text

import scrubjay.store.migrate as migrate_module
from scrubjay.store import Store, work
from scrubjay.store.types import Instant, Json, Scaled, Texts

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext

_PLAIN = ((Scaled, BigInteger()), (Texts, Text()), (Json, Text()), (Instant, DateTime(timezone=True)))


def _render(kind: str, item: Any, _context: AutogenContext) -> str | bool:
    """Our own types as the plain ones that they are stored as: a migration must not change with the code."""
    if kind == "type":
        for own, plain in _PLAIN:
            if isinstance(item, own):
                return f"sa.{plain!r}"
    return False


def pending() -> str | None:
    """The statements of the migration that is lacking; null where none is."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(str(Path(folder) / "store.sqlite"))
        with store.reading() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            found = produce_migrations(context, work.events.metadata)
        store.close()
    operations = found.upgrade_ops
    if operations is None or operations.is_empty():
        return None
    # Alembic's own stub wants a name of each kind spelled out.
    render: Any = _render
    return render_python_code(operations, render_item=render)


def main(arguments: list[str]) -> int:
    """Write the migration; returns the exit code."""
    if len(arguments) != 1 or not arguments[0].strip():
        sys.stderr.write('Say what changed: python -m scrubjay.testing.migration "claims have a weight"\n')
        return 2
    body = pending()
    if body is None:
        sys.stdout.write("Nothing is lacking.\n")
        return 0
    before = migrate_module.HEAD
    revision = f"{int(before) + 1:04}"
    slug = re.sub(r"[^a-z0-9]+", "_", arguments[0].lower()).strip("_")[:40]
    here = Path(migrate_module.__file__)
    about = arguments[0].strip().rstrip(".")
    text = (
        f'"""{about[:1].upper()}{about[1:]}."""\n\nfrom __future__ import annotations\n\nimport sqlalchemy as sa\n'
        f'from alembic import op\n\nrevision = "{revision}"\ndown_revision = "{before}"\nbranch_labels = None\n'
        f'depends_on = None\n\n\ndef upgrade() -> None:\n    """Change the tables."""\n    {body}\n\n\n'
        'def downgrade() -> None:\n    """Refuse: what files said is not thrown away by a program."""\n'
        '    raise NotImplementedError("the store goes forward only")\n'
    )
    path = here.parent / "migrations" / "versions" / f"v{revision}_{slug}.py"
    path.write_text(text, encoding="utf-8")
    here.write_text(
        here.read_text(encoding="utf-8").replace(f'HEAD = "{before}"', f'HEAD = "{revision}"'),
        encoding="utf-8",
    )
    sys.stdout.write(f"{path.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
