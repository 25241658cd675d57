"""`scrubjay recover decide`: what a person decided, answered or noted on a case, and how it ended."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - an argument
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scrubjay.cli.common import (
    AsOf,
    JsonFlag,
    PolicyFiles,
    ReferencePath,
    console,
    day_or_today,
    now,
    parse_day,
    print_json,
)
from scrubjay.cli.desks import ContractFile, amount, make_desk
from scrubjay.cli.stores import StoreAddress, opened_store, recorded_run
from scrubjay.errors import ExitCode, UsageError

if TYPE_CHECKING:
    import polars as pl

    from scrubjay.recovery.desk import Desk

_Words = list[str] | None


def register(app: typer.Typer) -> None:
    """Add the command of this module to the group `recover`."""
    app.command(
        epilog="""Examples:

- `scrubjay recover decide 17 --by maria --answer diagnosis-documented=yes`
- `scrubjay recover decide 17 --by maria --remedy APP --reason "The chart shows two failed drugs."`
- `scrubjay recover decide 17 --by maria --remedy APP --reason "..." --accept-guard no-appeal-of-mai-2`
- `scrubjay recover decide 17 --by maria --owner maria --follow-up 2026-04-01 --note "Called, reference 4711."`
- `scrubjay recover decide 17 --by maria --recovered 310.40 --minutes 45`

Exit codes: 0 kept; 2 it cannot be taken, nothing was kept; 4 the store failed."""
    )(decide)


def decide(
    number: Annotated[int, typer.Argument(metavar="N", help="Number of the case, as the worklist shows it.")],
    *,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides.")],
    line: Annotated[
        int | None,
        typer.Option("--line", help="Only this line of the case, by its number in `recover case`."),
    ] = None,
    answer: Annotated[
        _Words,
        typer.Option("--answer", metavar="QUESTION=yes|no", help="Answer what is to find out; repeatable."),
    ] = None,
    remedy: Annotated[
        str | None, typer.Option("--remedy", metavar="CODE", help="Overrule: another way back.")
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why; an override needs it.")] = None,
    accept_guard: Annotated[
        _Words, typer.Option("--accept-guard", metavar="GUARD", help="Overrule this guard too; repeatable.")
    ] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Who works the case.")] = None,
    status: Annotated[
        str | None, typer.Option("--status", help="State in your own words, e.g. in work.")
    ] = None,
    follow_up: Annotated[
        str | None, typer.Option("--follow-up", metavar="YYYY-MM-DD", help="Look again on this day.")
    ] = None,
    note: Annotated[str | None, typer.Option("--note", help="A note.")] = None,
    recovered: Annotated[
        str | None,
        typer.Option(
            "--recovered", metavar="DOLLARS", help="Close the case: what came of it, 0 for nothing."
        ),
    ] = None,
    minutes: Annotated[
        int | None, typer.Option("--minutes", min=0, help="How long the work took, with --recovered.")
    ] = None,
    store: StoreAddress = None,
    as_of: AsOf = None,
    policy: PolicyFiles = None,
    contracts: ContractFile = None,
    as_json: JsonFlag = False,
    reference: ReferencePath = None,
) -> int:
    """Keep what you decided on a case of the store, with your reason; a guard is not overruled in silence."""
    from scrubjay.recovery.desk import case_lines, line_key  # noqa: PLC0415 - heavy
    from scrubjay.reports.recovery_list import case_dict, print_case  # noqa: PLC0415
    from scrubjay.store import cases, decisions  # noqa: PLC0415

    on = day_or_today(as_of, "--as-of")
    taken = [_answered(text) for text in answer or []]
    if not (taken or remedy or owner or status or follow_up or note or recovered is not None):
        raise UsageError("says nothing to keep.", where="decide", hint="Give --answer, --remedy, --note, --owner ...")  # fmt: skip
    follow = parse_day(follow_up, "--follow-up") if follow_up else None
    came = amount(recovered, "--recovered") if recovered is not None else None

    def desk() -> Desk:
        return make_desk(
            answers=None, claims=None, store=store, as_of=on.isoformat(), policy=policy, reference=reference,
            contracts=contracts,
        )  # fmt: skip

    before = desk()
    lines = case_lines(before, number)
    line = line_key(lines, line) if line is not None else None
    override = _override(before, number, line, remedy, reason, accept_guard or [], by, on) if remedy else None
    closing = _closing(lines, line, remedy, came) if came is not None else None
    opened = opened_store(store, create=False)
    try:
        at = now()
        with recorded_run(opened, "decide", by=by, as_of=on) as run, opened.writing() as connection:
            case_id = cases.open_case(connection, number, at=at, actor=by)
            for question, yes in taken:
                told = {"line": line, "question": question, "answer": yes}
                cases.add_event(connection, decisions.ANSWERED, told, at=at, actor=by, case_id=case_id)
            if override is not None:
                cases.add_event(connection, cases.OVERRULED, override, at=at, actor=by, case_id=case_id)
            if closing is not None:
                spent = None if minutes is None else Decimal(minutes)
                cases.record_outcome(
                    connection, case_id, at=at, decided_on=on, recovered_amount=came, work_minutes=spent, **closing
                )  # fmt: skip
                status = cases.CLOSED
            cases.change_case(
                connection, case_id, at=at, actor=by, status=status, owner=owner, follow_up_date=follow, note=note
            )  # fmt: skip
            run.summary |= {"case": number}
        with opened.reading() as connection:
            events = decisions.read_case_events(connection, number)
    finally:
        opened.close()
    after = case_lines(desk(), number)
    if as_json:
        print_json(case_dict(after, events))
    else:
        print_case(after, events, console())
    return int(ExitCode.CLEAN)


def _answered(text: str) -> tuple[str, bool]:
    from scrubjay.recovery.causes import deciding  # noqa: PLC0415

    question, _, said = text.partition("=")
    words = {"yes": True, "true": True, "no": False, "false": False}
    if question not in deciding().questions:
        known = ", ".join(sorted(deciding().questions))
        raise UsageError(f"{question[:40]!r} is no question.", where="--answer", hint=f"Ask: {known}.")
    if said.lower() not in words:
        raise UsageError(f"{question} needs yes or no.", where="--answer", hint=f"Write {question}=yes.")
    return question, words[said.lower()]


def _override(  # noqa: PLR0917 - what makes an override
    desk: Desk,
    number: int,
    line: int | None,
    remedy: str,
    reason: str | None,
    guards: list[str],
    by: str,
    on: date,
) -> dict[str, Any]:
    """The override as it is kept, after it was tried."""
    import polars as pl  # noqa: PLC0415

    from scrubjay.recovery.causes import deciding  # noqa: PLC0415
    from scrubjay.recovery.remedies import OVERRIDES_SCHEMA, apply_overrides  # noqa: PLC0415

    known = [g.name for g in deciding().guards]
    for guard in guards:
        if guard not in known:
            raise UsageError(
                f"{guard[:40]!r} is no guard.", where="--accept-guard", hint=f"Guards: {', '.join(known)}."
            )
    if remedy.upper() not in deciding().remedies:
        ways = ", ".join(deciding().remedies)
        raise UsageError(f"{remedy[:20]!r} is no remedy.", where="--remedy", hint=f"Use one of {ways}.")
    row = (number, line, remedy.upper(), reason or "", by, on, guards)
    tried = pl.DataFrame([row], schema=OVERRIDES_SCHEMA, orient="row")
    _, refused = apply_overrides(desk.decided.decisions, tried)
    if refused:
        raise UsageError(refused[0][2], where=f"case {number}", hint="Give --reason, or --accept-guard.")
    return {
        "line": line,
        "remedy": remedy.upper(),
        "reason": reason,
        "decided_on": on.isoformat(),
        "accepts_guards": guards,
    }


def _closing(lines: pl.DataFrame, line: int | None, remedy: str | None, came: Decimal) -> dict[str, Any]:
    """What the end of the case teaches: of its main line, or the one named."""
    import polars as pl  # noqa: PLC0415

    from scrubjay.recovery.probability import priors  # noqa: PLC0415

    told = lines.filter(pl.col("outcome").is_in(["denied", "reduced"]))
    if line is not None:
        told = told.filter(pl.col("remit_line_key") == line)
    told = told.sort("denied_amount", descending=True, nulls_last=True)
    if not told.height:
        raise UsageError("the case has nothing denied to close.", where="--recovered")
    main = told.row(0, named=True)
    used = (remedy or main["remedy"] or "").upper()
    if used not in priors():
        raise UsageError(
            "which way back brought it is not known.",
            where="--recovered",
            hint=f"Give --remedy with --reason: {', '.join(priors())}.",
        )
    return {
        "remedy": used,
        "outcome": "recovered" if came > 0 else "lost",
        "denied_amount": told["denied_amount"].sum() if told["denied_amount"].is_not_null().any() else None,
        "root_cause": main["root_cause"],
        "payer_id": main["payer_id"],
    }
