"""`scrubjay recover dispute`: one letter about the lines that a payer paid short."""

from __future__ import annotations

from typing import Annotated

import typer

from scrubjay.cli.common import AsOf, JsonFlag, PolicyFiles, ReferencePath, console, print_json, say
from scrubjay.cli.desks import AnswerFiles, ClaimFiles, ContractFile, make_desk
from scrubjay.cli.papers import (
    Again,
    Attached,
    Facts,
    FactsFile,
    Letterhead,
    PacketFolder,
    Papers,
    Record,
    Templates,
    WrittenBy,
    read_materials,
)
from scrubjay.cli.stores import StoreAddress  # noqa: TC001 - read by typer
from scrubjay.errors import ExitCode


def register(app: typer.Typer) -> None:
    """Add the command of this module to the group `recover`."""
    app.command(
        epilog="""Examples:

- `scrubjay recover dispute --payer "EXAMPLE PLAN" --contracts rates.csv --letterhead us.yaml -o dispute-march`
- `scrubjay recover dispute --answers march.835 --claims march.837 --contracts rates.csv --letterhead us.yaml --attach contract=exhibit-b.pdf -o dispute-march`

Exit codes: 0 written; 1 written, but papers that it needs are missing; 2 refused, nothing was written; 3 a file could
not be read."""
    )(dispute)


def dispute(
    *,
    output: PacketFolder,
    payer: Annotated[
        str | None,
        typer.Option(
            "--payer", metavar="NAME", help="Name or id of the payer. Default: the only one with such lines."
        ),
    ] = None,
    answers: AnswerFiles = None,
    claims: ClaimFiles = None,
    store: StoreAddress = None,
    letterhead: Letterhead = None,
    facts: Facts = None,
    facts_file: FactsFile = None,
    attach: Attached = None,
    template: Templates = None,
    as_of: AsOf = None,
    policy: PolicyFiles = None,
    contracts: ContractFile = None,
    record: Record = None,
    by: WrittenBy = None,
    again: Again = None,
    as_json: JsonFlag = False,
    reference: ReferencePath = None,
) -> int:
    """Dispute in one letter all lines that a payer paid below contract or Medicare rate, with the list of them.

    A line whose expected amount is not known is counted and named, never disputed; one that was disputed before is left
    out unless you say why again.
    """
    from scrubjay.recovery.desk import compared  # noqa: PLC0415 - heavy, like all below
    from scrubjay.recovery.disputes import dispute as choose_lines  # noqa: PLC0415
    from scrubjay.recovery.letters.dispute import make_dispute  # noqa: PLC0415
    from scrubjay.recovery.letters.packet import checklist, write_packet  # noqa: PLC0415
    from scrubjay.recovery.sent import SentLedger  # noqa: PLC0415
    from scrubjay.reports.recovery_dispute import dispute_dict, list_files, print_dispute  # noqa: PLC0415

    told, own, papers = read_materials(
        output, letterhead=letterhead, facts_file=facts_file, facts=facts, template=template, attach=attach
    )
    kept = Papers(
        SentLedger(record or output.absolute().parent / ".scrubjay"),
        store,
        over_store=not answers,
        command="dispute",
    )
    desk = make_desk(
        answers=answers, claims=claims, store=store, as_of=as_of, policy=policy, reference=reference,
        contracts=contracts, no_replay=True,
    )  # fmt: skip
    before = {} if again else kept.before()
    chosen = choose_lines(
        compared(desk), payer, policies=desk.world.policies, as_of=desk.as_of, before=before
    )
    lists = list_files(chosen, desk.claims.claims, "Lines in dispute") if chosen.lines.height else {}
    made, records = make_dispute(
        chosen, told, lists=lists, papers=papers, own_templates=own, written_on=desk.as_of
    )
    keys = dict(chosen.lines.group_by("remit_claim_key", maintain_order=True).agg("key").iter_rows())
    enter = kept.entering(made, keys, output=output, by=by, again=again)
    files = write_packet(made, records, output, before_release=enter)
    if as_json:
        print_json(dispute_dict(chosen, made, output, files))
    else:
        print_dispute(chosen, console())
        console().print(checklist(made))
    say(f"wrote {output}: {len(files)} files; {len(made.missing)} papers are missing.")
    return int(ExitCode.FINDINGS if made.missing else ExitCode.CLEAN)
