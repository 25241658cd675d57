"""`scrubjay recover unmatched`: answers for which no claim, or no line of it, was found."""

from __future__ import annotations

from typing import Annotated

import typer

from scrubjay.cli.common import JsonFlag, console, print_json
from scrubjay.cli.stores import StoreAddress, opened_store
from scrubjay.errors import ExitCode

_LIMIT = 50


def register(app: typer.Typer) -> None:
    """Add the command of this module to the group `recover`."""
    app.command(
        epilog="""Examples:

- `scrubjay recover unmatched`
- `scrubjay recover unmatched --store billing.sqlite --json`

Exit codes: 0 every answer that stands was matched; 1 some were not; 2 wrong usage or no such store; 4 the store
failed."""
    )(unmatched)


def unmatched(
    *,
    store: StoreAddress = None,
    as_json: JsonFlag = False,
    print_all: Annotated[bool, typer.Option("--all", help="Print every claim, not the first 50.")] = False,
) -> int:
    """List answers that belong to no claim of the store for certain, the largest first, with claims that might be meant."""
    from scrubjay.recovery.match import match  # noqa: PLC0415 - heavy, like all below
    from scrubjay.reports.unmatched import print_unmatched, unmatched_rows  # noqa: PLC0415
    from scrubjay.store.answers import read_claims, read_remits  # noqa: PLC0415
    from scrubjay.store.cases import read_choices  # noqa: PLC0415

    opened = opened_store(store, create=False)
    try:
        with opened.reading() as connection:
            remits, claims, chosen = (
                read_remits(connection),
                read_claims(connection),
                read_choices(connection),
            )
    finally:
        opened.close()
    matched = match(remits, claims, chosen=chosen)
    rows = unmatched_rows(matched, claims)
    if as_json:
        print_json({"store": opened.shown, "answered_claims": remits.claims.height, "unmatched": rows})
    else:
        print_unmatched(rows, remits.claims.height, console(), limit=None if print_all else _LIMIT)
    return int(ExitCode.FINDINGS if rows else ExitCode.CLEAN)
