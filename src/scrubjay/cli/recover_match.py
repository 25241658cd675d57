"""`scrubjay recover match`: a person says which claim an answer is about."""

from __future__ import annotations

from typing import Annotated

import typer

from scrubjay.cli.common import now, say
from scrubjay.cli.stores import StoreAddress, opened_store, recorded_run
from scrubjay.errors import UsageError

_LARGEST = 2**63 - 1
_Answer = Annotated[
    int,
    typer.Argument(
        metavar="ANSWER", min=1, max=_LARGEST, help="Number of the answer, as `recover unmatched` shows it."
    ),
]
_Claim = Annotated[
    str,
    typer.Argument(
        metavar="CLAIM", help="Number of the claim that it is about, or `none`: it is none of those held."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command of this module to the group `recover`."""
    app.command(
        "match",
        epilog="""Examples:

- `scrubjay recover match 12 5 --by ann`
- `scrubjay recover match 12 none --by ann --reason "sent by another office"`

It is kept as an event; the last word on an answer counts.

Exit codes: 0 it is kept; 2 wrong usage, no such answer or claim, or no such store; 4 the store failed.""",
    )(match)


def match(
    answer: _Answer,
    claim: _Claim,
    *,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so.")],
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")] = None,
    store: StoreAddress = None,
) -> int:
    """Say which claim an answer is about, where it could not be told for certain."""
    from scrubjay.store import schema  # noqa: PLC0415 - heavy, like all below
    from scrubjay.store.answers import has_row  # noqa: PLC0415
    from scrubjay.store.cases import choose_claim  # noqa: PLC0415

    claim_id = _number(claim)
    if not by.strip():
        raise UsageError("names nobody.", where="--by", hint="Write who says so.")
    opened = opened_store(store, create=False)
    hint = "`scrubjay recover unmatched` shows the numbers."
    try:
        with recorded_run(opened, "match", by=by.strip()) as run, opened.writing() as connection:
            if not has_row(connection, schema.remit_claims, answer):
                raise UsageError(f"the store holds no answer {answer}.", where="ANSWER", hint=hint)
            if claim_id is not None and not has_row(connection, schema.claims, claim_id):
                raise UsageError(f"the store holds no claim {claim_id}.", where="CLAIM", hint=hint)
            choose_claim(connection, answer, claim_id, at=now(), actor=by.strip(), reason=reason)
            run.summary |= {"answer": answer, "claim": claim_id}
    finally:
        opened.close()
    say(
        f"kept: answer {answer} is about {'no claim that is held' if claim_id is None else f'claim {claim_id}'}."
    )
    return 0


def _number(claim: str) -> int | None:
    if claim.strip().lower() == "none":
        return None
    if claim.isascii() and claim.isdigit() and 0 < int(claim[:20]) <= _LARGEST:
        return int(claim)
    raise UsageError("is no number of a claim.", where="CLAIM", hint="Write a number, or none.")
