"""`scrubjay recover learn` and `scrubjay recover backtest`: what answers teach about edits and policies."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - read by typer
from typing import TYPE_CHECKING, Annotated

import typer

from scrubjay.cli.common import AsOf, JsonFlag, PolicyFiles, ReferencePath, console, print_json, say
from scrubjay.cli.desks import AnswerFiles, ClaimFiles, make_desk
from scrubjay.cli.stores import StoreAddress  # noqa: TC001 - read by typer
from scrubjay.errors import ExitCode, UsageError

if TYPE_CHECKING:
    import polars as pl

    from scrubjay.recovery.desk import Desk


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the group `recover`."""
    app.command(
        epilog="""Examples:

- `scrubjay recover learn`
- `scrubjay recover learn --answers year/*.835 --claims year/*.837 --drafts drafts/`"""
    )(learn)
    app.command(
        epilog="""Examples:

- `scrubjay recover backtest --try drafts/draft-our-plan-j1745.yaml`
- `scrubjay recover backtest --edit missing-ndc --edit code-expired`"""
    )(backtest)


def learn(
    *,
    answers: AnswerFiles = None,
    claims: ClaimFiles = None,
    store: StoreAddress = None,
    as_of: AsOf = None,
    policy: PolicyFiles = None,
    fewest: Annotated[
        int, typer.Option("--fewest", min=2, help="Denials that a candidate rule must rest on.")
    ] = 10,
    drafts: Annotated[
        Path | None,
        typer.Option(
            "--drafts", metavar="FOLDER", help="Write a draft policy for each candidate that one can state."
        ),
    ] = None,
    as_json: JsonFlag = False,
    reference: ReferencePath = None,
) -> int:
    """Say per edit and payer how often it foretells a denial, and which denials no edit foretells."""
    from scrubjay.edits.registry import all_edits  # noqa: PLC0415 - heavy, like all below
    from scrubjay.engine import run_edits  # noqa: PLC0415
    from scrubjay.policies import PolicySet, load_policy_file  # noqa: PLC0415
    from scrubjay.recovery.calibration import answers_of, candidate_rules, edit_precision  # noqa: PLC0415
    from scrubjay.recovery.desk import edits_for_claims  # noqa: PLC0415
    from scrubjay.reference import Reference  # noqa: PLC0415
    from scrubjay.reports.recovery_learned import learned_dict, print_learned  # noqa: PLC0415

    desk = make_desk(
        answers=answers, claims=claims, store=store, as_of=as_of, policy=policy, reference=reference, no_replay=True
    )  # fmt: skip
    _refuse_without_claims(desk)
    told = answers_of(desk.decided.lines, desk.decided.decisions, desk.claims.claims)
    result = run_edits(
        [desk.claims],
        edits_for_claims(),
        reference=Reference.open(reference),
        policies=PolicySet.base([load_policy_file(p) for p in policy or []]),
        as_of=desk.as_of,
    )
    precision = edit_precision(result.findings, told, all_edits())
    rules = candidate_rules(result.findings, told, all_edits(), fewest=fewest)
    if drafts is not None:
        _write_drafts(rules, told, desk, drafts)
    if as_json:
        print_json(learned_dict(precision, rules))
    else:
        print_learned(precision, rules, told.height, console())
    return int(ExitCode.CLEAN)


def _refuse_without_claims(desk: Desk) -> None:
    if not desk.claims.claims.height:
        raise UsageError(
            "there are no claims beside the answers.",
            where="recover",
            hint="Name the 837s with --claims, or ingest them into the store.",
        )


def _write_drafts(rules: pl.DataFrame, told: pl.DataFrame, desk: Desk, folder: Path) -> None:
    from scrubjay.cli.common import output  # noqa: PLC0415
    from scrubjay.recovery.draft_policy import draft_policy  # noqa: PLC0415

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot be made ({error.strerror}).", where=str(folder)) from None
    written = 0
    for number, rule in enumerate(rules.iter_rows(named=True), 1):
        text = draft_policy(rule, told, on=desk.as_of)
        if text is None:
            continue
        path = folder / f"draft-{number:02}-{rule['hcpcs'].lower()}-{rule['carc_code'].lower()}.yaml"
        with output(path) as out:
            out.write(text.encode())
        written += 1
    say(
        f"wrote {written} drafts of {rules.height} candidates to {folder}; the others need an edit of your own."
    )


def backtest(
    *,
    answers: AnswerFiles = None,
    claims: ClaimFiles = None,
    store: StoreAddress = None,
    as_of: AsOf = None,
    policy: PolicyFiles = None,
    tried: Annotated[
        list[Path] | None,
        typer.Option(
            "--try", metavar="FILE", help="A policy to test: only what it adds is counted; repeatable."
        ),
    ] = None,
    edit: Annotated[
        list[str] | None,
        typer.Option("--edit", metavar="NAME", help="Only these edits, families or codes; repeatable."),
    ] = None,
    as_json: JsonFlag = False,
    reference: ReferencePath = None,
) -> int:
    """Run a policy or edits over your own history before they are switched on: dollars caught, false alarms."""
    from scrubjay import api  # noqa: PLC0415 - heavy, like all below
    from scrubjay.edits.spec import Grain  # noqa: PLC0415
    from scrubjay.policies import PolicySet, load_policy_file  # noqa: PLC0415
    from scrubjay.recovery.calibration import answers_of  # noqa: PLC0415
    from scrubjay.recovery.calibration import backtest as run  # noqa: PLC0415
    from scrubjay.reference import Reference  # noqa: PLC0415
    from scrubjay.reports.recovery_learned import backtest_dict, print_backtest  # noqa: PLC0415

    if not tried and not edit:
        raise UsageError("names nothing to test.", where="backtest", hint="Give --try FILE or --edit NAME.")
    chosen = [e for e in api.edits(edit or []) if e.grain in {Grain.LINE, Grain.CLAIM}]
    own = [load_policy_file(p) for p in policy or []]
    on_trial = [load_policy_file(p) for p in tried or []]
    desk = make_desk(
        answers=answers, claims=claims, store=store, as_of=as_of, policy=policy, reference=reference, no_replay=True
    )  # fmt: skip
    _refuse_without_claims(desk)
    found = run(
        lambda: [desk.claims],
        answers_of(desk.decided.lines, desk.decided.decisions, desk.claims.claims),
        chosen,
        reference=Reference.open(reference),
        as_of=desk.as_of,
        policies=PolicySet.base([*on_trial, *own]),
        without=PolicySet.base(own) if on_trial else None,
    )
    if as_json:
        print_json(backtest_dict(found))
    else:
        print_backtest(found, console())
    return int(ExitCode.CLEAN)
