"""`scrubjay recover corrected`: the replacement, void or new claim, written from the original."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scrubjay.cli.common import JsonFlag, PolicyFiles, console, now, print_json, say
from scrubjay.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from scrubjay.recovery.corrected import Corrected

_Repeated = list[str] | None
_Original = Annotated[Path, typer.Argument(metavar="FILE", help="The 837 that the claim was sent in.")]


def register(app: typer.Typer) -> None:
    """Add the command of this module to the group `recover`."""
    app.command(
        epilog="""Examples:

- `scrubjay recover corrected march.837 --control-number A1 --answers march.835 --set 1.modifiers=JZ -o a1.837`
- `scrubjay recover corrected march.837 --claim 3 --answers march.835 --set 1.units=13 --set 1.charge_amount=46.80 --add-line "1:modifiers=JW;units=12;charge_amount=43.20;ndc_quantity=0.48" -o a1.837`
- `scrubjay recover corrected march.837 --claim 3 --as void --payer-claim-number ICN42 -o a1.837`

Exit codes: 0 written; 2 it cannot be sent so, nothing was written; 3 a file could not be read."""
    )(corrected)


def corrected(
    path: _Original,
    *,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help="Where the new 837 goes; must not exist yet."),
    ],
    claim: Annotated[
        int | None,
        typer.Option("--claim", min=1, help="Number of the claim in the file.", show_default=False),
    ] = None,
    control_number: Annotated[
        str | None, typer.Option("--control-number", metavar="ID", help="Your number of the claim (CLM01).")
    ] = None,
    send_as: Annotated[
        str, typer.Option("--as", metavar="KIND", help="replacement, void or new.")
    ] = "replacement",
    answers: Annotated[
        list[Path] | None,
        typer.Option("--answers", metavar="FILE", help="The remittance with the payer's number; repeatable."),
    ] = None,
    payer_claim_number: Annotated[
        str | None,
        typer.Option("--payer-claim-number", metavar="ID", help="The payer's number of the claim (CLP07)."),
    ] = None,
    sets: Annotated[
        _Repeated, typer.Option("--set", metavar="LINE.COLUMN=VALUE", help="A value to change; repeatable.")
    ] = None,
    adds: Annotated[
        _Repeated,
        typer.Option("--add-line", metavar="LIKE:COLUMN=VALUE;...", help="A line to add; repeatable."),
    ] = None,
    drops: Annotated[
        list[int] | None, typer.Option("--drop-line", metavar="LINE", help="A line to leave out; repeatable.")
    ] = None,
    interchange: Annotated[
        int | None,
        typer.Option(
            "--interchange-number",
            min=1,
            max=999_999_999,
            help="Control number of the new file.",
            show_default=False,
        ),
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option("--record", metavar="FOLDER", help="Record of papers. Default: beside the output."),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="Who accepted the change. Default: the user.")
    ] = None,
    again: Annotated[
        str | None, typer.Option("--again", metavar="REASON", help="Write it once more, and why.")
    ] = None,
    policy: PolicyFiles = None,
    as_json: JsonFlag = False,
) -> int:
    """Write the corrected claim from the original and what was accepted; all else stays as it was sent.

    The new file is read back before it is handed out, and every difference is listed.
    """
    from scrubjay.policies import PolicySet, load_policy_file  # noqa: PLC0415
    from scrubjay.recovery import papers  # noqa: PLC0415
    from scrubjay.recovery.corrected import Kind  # noqa: PLC0415
    from scrubjay.recovery.sent import SentLedger  # noqa: PLC0415

    if send_as not in list(Kind):
        raise UsageError(f"{send_as[:20]!r} is no kind.", where="--as", hint=f"Use {', '.join(Kind)}.")
    if output.exists():
        raise UsageError("is there already.", where=str(output), hint="Name a new file.")
    at = now()
    done = papers.corrected(
        path,
        number=claim,
        patient_control_number=control_number,
        kind=Kind(send_as),
        changes=papers.changes_of(sets or [], adds or [], drops or []),
        answers=answers or [],
        payer_claim_control_number=payer_claim_number,
        policies=PolicySet.base([load_policy_file(p) for p in policy or []]),
        # Day of the year and time of day: other for every second of a year.
        control_number=interchange or int(at.strftime("%j%H%M%S")),
        created_at=at,
    )
    half = output.with_name(f".{output.name}.part")
    try:
        half.write_bytes(done.data)
        # In the record before it is in anybody's hands; a refusal leaves no file.
        papers.enter(
            done,
            SentLedger(ledger or output.absolute().parent / ".scrubjay"),
            file=output.name,
            by=by,
            at=at,
            again=again,
        )
        half.replace(output)
    except OSError as error:
        raise UsageError(
            f"cannot be written ({error.strerror}).", where=str(output), hint="Name another file."
        ) from error
    finally:
        half.unlink(missing_ok=True)
    _show(done, output, as_json=as_json)
    return int(ExitCode.CLEAN)


def _show(done: Corrected, output: Path, *, as_json: bool) -> None:
    if as_json:
        rows = [
            {"place": d.place, "column": d.column, "before": d.before, "after": d.after, "why": d.why}
            for d in done.differences
        ]
        print_json({"kind": done.kind.value, "file": str(output), "differences": rows})
        return
    from rich.table import Table  # noqa: PLC0415

    table = Table("Where", "What", "Before", "After", "Why", box=None, pad_edge=False)
    for d in done.differences:
        table.add_row(d.place, d.column, d.before or "", d.after or "", d.why)
    console().print(table)
    say(f"wrote {output}: a {done.kind.value}; nothing else differs from the original.")
