"""What the commands of recovery share: where the answers come from, and the desk that they make."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - a dataclass field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scrubjay.cli.common import day_or_today, parse_day, say
from scrubjay.cli.stores import opened_store
from scrubjay.errors import UsageError

if TYPE_CHECKING:
    from scrubjay.recovery.desk import Desk

AnswerFiles = Annotated[
    list[Path] | None,
    typer.Option("--answers", metavar="FILE", help="835 and 277CA files, in place of the store; repeatable."),
]
ClaimFiles = Annotated[
    list[Path] | None,
    typer.Option("--claims", metavar="FILE", help="The 837s that were sent, with --answers; repeatable."),
]
ContractFile = Annotated[
    Path | None,
    typer.Option(
        "--contracts", metavar="FILE", help="Rates of your contracts (CSV, docs/recovery-decisions.md)."
    ),
]
HistoryFile = Annotated[
    Path | None,
    typer.Option(
        "--history", metavar="FILE", help="Closed cases of your own (CSV, docs/recovery-decisions.md)."
    ),
]
Then = Annotated[
    str | None,
    typer.Option(
        "--then",
        metavar="YYYY-MM-DD",
        help="Day on which things were known when the claims were sent. Default: that of the last answer.",
    ),
]
NoReplay = Annotated[bool, typer.Option("--no-replay", help="Do not judge the claims behind denials again.")]


def make_desk(
    *,
    answers: list[Path] | None,
    claims: list[Path] | None,
    store: str | None,
    as_of: str | None,
    policy: list[Path] | None,
    reference: Path | None,
    contracts: Path | None = None,
    history: Path | None = None,
    then: str | None = None,
    no_replay: bool = False,
    hour_cost: str | None = None,
) -> Desk:
    """The desk of a command, over files where `--answers` is given, else over the store.

    Raises:
        UsageError: files and store are both named, or `--claims` stands without `--answers`.
    """
    from scrubjay.policies import PolicySet, load_policy_file  # noqa: PLC0415 - heavy, like all below
    from scrubjay.recovery.contracts import load_contracts  # noqa: PLC0415
    from scrubjay.recovery.decide import World  # noqa: PLC0415
    from scrubjay.recovery.desk import Wishes, desk_of_files, desk_of_store, load_history  # noqa: PLC0415
    from scrubjay.recovery.probability import no_history  # noqa: PLC0415
    from scrubjay.reference import Reference  # noqa: PLC0415

    if answers and store:
        raise UsageError(
            "names a store, but --answers names files.", where="--store", hint="Use one of them."
        )
    if claims and not answers:
        raise UsageError(
            "needs --answers.", where="--claims", hint="Name the 835s too; the store has its claims."
        )
    world = World(
        PolicySet.base([load_policy_file(p) for p in policy or []]),
        Reference.open(reference),
        day_or_today(as_of, "--as-of"),
        load_contracts(contracts) if contracts else None,
    )
    wishes = Wishes(
        then=_day(then),
        with_replay=not no_replay,
        history=load_history(history) if history else no_history(),
        cost_of_hour=amount(hour_cost, "--hour-cost") if hour_cost else None,
    )
    if answers:
        desk = desk_of_files(answers, claims or [], world, wishes)
    else:
        opened = opened_store(store, create=False)
        try:
            desk = desk_of_store(opened, world, wishes)
        finally:
            opened.close()
    for problem in [p for p in desk.problems if p.is_fatal][:20]:
        say(problem.one_line())
    for claim, line, why in desk.decided.refused[:20]:
        say(f"case {claim}{f', line {line}' if line else ''}: the override was not taken: {why}")
    return desk


def is_unread(desk: Desk) -> bool:
    """Some file could not be read."""
    return any(p.is_fatal for p in desk.problems)


def _day(text: str | None) -> date | None:
    return None if text is None else parse_day(text, "--then")


def amount(text: str, option: str) -> Decimal:
    """Dollars, cents at most.

    Raises:
        UsageError: it is none.
    """
    try:
        value = Decimal(text.strip().removeprefix("$").replace(",", ""))
    except InvalidOperation:
        value = Decimal(-1)
    if not value.is_finite() or value < 0 or value != round(value, 2) or value >= 10**12:
        raise UsageError(
            f"{text[:20]!r} is no amount.", where=option, hint="Write dollars and cents, as 120.50."
        )
    return value
