"""What the commands that write letters share: options, and how facts, papers and earlier letters are read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from scrubjay.cli.common import now
from scrubjay.cli.stores import opened_store, recorded_run, user
from scrubjay.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from scrubjay.recovery.letters.facts import Fact
    from scrubjay.recovery.letters.packet import Packet
    from scrubjay.recovery.letters.template import Template
    from scrubjay.recovery.sent import SentLedger

PacketFolder = Annotated[
    Path, typer.Option("--output", "-o", metavar="FOLDER", help="Folder of the packet; must not exist yet.")
]
Letterhead = Annotated[
    Path | None,
    typer.Option("--letterhead", metavar="FILE", help="Who writes to whom (YAML, docs/letters.md)."),
]
FactsFile = Annotated[
    Path | None, typer.Option("--facts", metavar="FILE", help="Facts of the record (YAML, docs/letters.md).")
]
Templates = Annotated[
    list[Path] | None,
    typer.Option("--template", metavar="FILE", help="A template of your own, asked first; repeatable."),
]
Record = Annotated[
    Path | None,
    typer.Option("--record", metavar="FOLDER", help="Record of papers. Default: beside the output."),
]
Facts = Annotated[
    list[str] | None,
    typer.Option("--fact", metavar="NAME=VALUE@SOURCE", help="A fact of the record; repeatable."),
]
Attached = Annotated[
    list[str] | None, typer.Option("--attach", metavar="NAME=FILE", help="A paper; repeatable.")
]
WrittenBy = Annotated[str | None, typer.Option("--by", help="Who had it written. Default: the user.")]
Again = Annotated[str | None, typer.Option("--again", metavar="REASON", help="Write it once more, and why.")]


class Materials(NamedTuple):
    """What the user gives for a letter: facts, templates of their own, and papers to attach."""

    told: list[Fact]
    templates: list[Template]
    papers: dict[str, Path]


def read_materials(
    output: Path,
    *,
    letterhead: Path | None,
    facts_file: Path | None,
    facts: Sequence[str] | None,
    template: Sequence[Path] | None,
    attach: Sequence[str] | None,
) -> Materials:
    """All that is given for a letter; facts in the order letterhead, file, options.

    Raises:
        UsageError: the folder of the packet is there already, or something given is wrong.
    """
    from scrubjay.recovery.letters import given  # noqa: PLC0415 - heavy, like the next
    from scrubjay.recovery.letters.template import load_template  # noqa: PLC0415

    if output.exists():
        raise UsageError("is there already.", where=str(output), hint="Name a new folder.")
    told = [
        *(given.load_letterhead(letterhead) if letterhead else []),
        *(given.load_facts(facts_file) if facts_file else []),
        *map(given.parse_fact, facts or []),
    ]
    return Materials(told, [load_template(p) for p in template or []], given.parse_papers(attach or []))


class Papers:
    """The papers that were written: of the record beside the output and, where one is used, of the store.

    Args:
        ledger: the record of papers.
        store: address of the store, as typed.
        over_store: the command works over the store, not over files.
        command: its name, for the record of runs.
    """

    def __init__(self, ledger: SentLedger, store: str | None, *, over_store: bool, command: str) -> None:
        self._ledger = ledger
        self._store = store
        self._over_store = over_store
        self._command = command

    def before(self) -> dict[str, str]:
        """What papers were written about, by key: when and as what."""
        from scrubjay.store.decisions import read_letters  # noqa: PLC0415 - heavy

        known = {e.key: f"on {e.written_at[:10]} as {e.file}" for e in self._ledger.entries()}
        if self._over_store:
            opened = opened_store(self._store, create=False)
            try:
                with opened.reading() as connection:
                    known |= read_letters(connection)
            finally:
                opened.close()
        return known

    def entering(
        self,
        made: Packet,
        keys: Mapping[int, Sequence[str]],
        *,
        output: Path,
        by: str | None,
        again: str | None,
    ) -> Callable[[], None]:
        """What enters a packet as of now, to be done before its folder is handed out; see `enter`."""
        from scrubjay.recovery.letters.files import pdf_bytes  # noqa: PLC0415 - heavy

        at = now()
        return lambda: self.enter(
            made.letter.template,
            keys,
            version=made.letter.version,
            folder=output.name,
            data=pdf_bytes(made.letter, made.heading),
            by=by,
            at=at,
            again=again,
        )

    def enter(
        self,
        kind: str,
        keys: Mapping[int, Sequence[str]],
        *,
        version: int,
        folder: str,
        data: bytes,
        by: str | None,
        at: datetime,
        again: str | None,
    ) -> None:
        """Enter a paper before it is handed out, everywhere or nowhere.

        Args:
            kind: template of the letter.
            keys: what it is about, by answered claim.
            version: of the template.
            folder: name of what is written.
            data: bytes of the letter.
            by: who had it written; null for the user.
            at: when.
            again: why once more.

        Raises:
            UsageError: it was written before, and no reason is given.
        """
        from scrubjay.store.decisions import add_letters, read_letters  # noqa: PLC0415 - heavy

        actor = by or user()
        flat = [key for of_claim in keys.values() for key in of_claim]

        def record() -> None:
            self._ledger.record_all(flat, kind, file=folder, data=data, by=actor, at=at, again=again)

        if not self._over_store:
            record()
            return
        told: dict[int, dict[str, Any]] = {
            claim: {
                "letter": f"{kind} version {version}",
                "folder": folder,
                "keys": list(of_claim),
                "again": again,
            }
            for claim, of_claim in keys.items()
        }
        opened = opened_store(self._store, create=False)
        try:
            with recorded_run(opened, self._command, by=actor) as run, opened.writing() as connection:
                known = read_letters(connection) if again is None else {}
                twice = next((known[key] for key in flat if key in known), None)
                if twice is not None:
                    raise UsageError(
                        f"this {kind} was written before, {twice}.",
                        hint="If it never left, say so: --again REASON.",
                    )
                add_letters(connection, told, at=at, actor=actor)
                # Last, so that what the record refuses is undone in the store.
                record()
                run.summary |= {"folder": folder, "cases": len(told)}
        finally:
            opened.close()
