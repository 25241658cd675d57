"""`scrubjay recover packet`: the letter of a case, its evidence, its checklist and papers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

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
from scrubjay.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from scrubjay.recovery.desk import Desk
    from scrubjay.recovery.letters.case_records import Case
    from scrubjay.recovery.letters.packet import Packet


def register(app: typer.Typer) -> None:
    """Add the command of this module to the group `recover`."""
    app.command(
        epilog="""Examples:

- `scrubjay recover packet 17 --letterhead us.yaml --fact "record.dose=800 mg@administration record, page 2" -o case-17`
- `scrubjay recover packet 1 --answers march.835 --claims march.837 --letterhead us.yaml --facts case.yaml --attach order=order.pdf -o case-1`

Exit codes: 0 written; 1 written, but papers that it needs are missing; 2 refused, nothing was written; 3 a file could
not be read."""
    )(packet)


def packet(
    number: Annotated[int, typer.Argument(metavar="N", help="Number of the case, as the worklist shows it.")],
    *,
    output: PacketFolder,
    line: Annotated[
        int | None,
        typer.Option(
            "--line", min=1, help="Line of the case, by its number in `recover case`.", show_default=False
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
    """Write the appeal packet of a case: letter (DOCX and PDF), evidence table, checklist, papers.

    A letter with a number that no record supports is refused, and so is one that a guard or a deadline shuts.
    """
    from scrubjay.recovery.letters.case_records import case_records  # noqa: PLC0415 - heavy, like all below
    from scrubjay.recovery.letters.packet import make_packet, paper_key, write_packet  # noqa: PLC0415
    from scrubjay.recovery.sent import SentLedger  # noqa: PLC0415
    from scrubjay.reference import Reference  # noqa: PLC0415

    told, own, papers = read_materials(
        output, letterhead=letterhead, facts_file=facts_file, facts=facts, template=template, attach=attach
    )
    desk = make_desk(
        answers=answers, claims=claims, store=store, as_of=as_of, policy=policy, reference=reference,
        contracts=contracts,
    )  # fmt: skip
    case, payer_class = _case(desk, number, line, told)
    records = case_records(case, Reference.open(reference), as_of=desk.as_of, written_on=desk.as_of)
    made = make_packet(
        records,
        case.decision,
        payer_class=payer_class,
        papers=papers,
        own_templates=own,
        written_on=desk.as_of,
    )
    ledger = SentLedger(record or output.absolute().parent / ".scrubjay")
    kept = Papers(ledger, store, over_store=not answers, command="packet")
    keys = {number: [paper_key(made, records)]}
    enter = kept.entering(made, keys, output=output, by=by, again=again)
    files = write_packet(made, records, output, before_release=enter)
    _show(made, files, output, as_json=as_json)
    return int(ExitCode.FINDINGS if made.missing else ExitCode.CLEAN)


def _case(desk: Desk, number: int, line: int | None, told: list[Any]) -> tuple[Case, str | None]:
    from scrubjay.recovery.desk import case_lines, line_key  # noqa: PLC0415
    from scrubjay.recovery.letters.case_records import Case  # noqa: PLC0415
    from scrubjay.recovery.letters.packet import LETTER_REMEDIES  # noqa: PLC0415

    found = case_lines(desk, number)
    rows = found.to_dicts()
    if line is not None:
        key = line_key(found, line)
        at = next(n for n, r in enumerate(rows, 1) if r["remit_line_key"] == key)
    else:
        lettered = [n for n, r in enumerate(rows, 1) if r["remedy"] in LETTER_REMEDIES]
        if len(lettered) > 1:
            places = ", ".join(str(rows[n - 1]["line_number"]) for n in lettered)
            raise UsageError(f"several lines go by letter ({places}).", hint="Name one with --line.")
        at = lettered[0] if lettered else 1
    row = rows[at - 1]
    claims = desk.claims.claims
    sent = claims.filter(claims["claim_key"] == row["claim_key"]).to_dicts() if row["claim_key"] else []
    answered = f"remittance of {row['production_date']}, claim {row['payer_claim_control_number']}, line {at}"
    claim_source = (
        f"the claim as sent, transaction {sent[0]['transaction']}, segment {sent[0]['segment']}"
        if sent
        else ""
    )
    return (
        Case(row, row, answered, sent[0] if sent else {}, claim_source, _with_payer(told, row, answered)),
        row.get("payer_class"),
    )


def _with_payer(told: list[Any], row: dict[str, Any], source: str) -> list[Any]:
    """The payer's name from the remittance, where the letterhead does not say it."""
    from scrubjay.recovery.letters.facts import Fact  # noqa: PLC0415

    if row.get("payer_name") and not any(f.name == "payer.name" for f in told):
        return [*told, Fact("payer.name", row["payer_name"], source)]
    return told


def _show(made: Packet, files: list[Path], output: Path, *, as_json: bool) -> None:
    from scrubjay.recovery.letters.packet import checklist  # noqa: PLC0415

    if as_json:
        print_json({
            "folder": str(output),
            "template": made.letter.template,
            "version": made.letter.version,
            "files": [f.name for f in files],
            "missing": [p.name for p in made.missing],
            "evidence": [{"name": f.name, "value": f.text, "source": f.source} for f in made.letter.evidence],
        })  # fmt: skip
        return
    console().print(checklist(made))
    say(f"wrote {output}: {len(files)} files; {len(made.missing)} papers are missing.")
