"""`scrubjay fix`: safe fixes of 837 files, and those that a person accepts one by one."""

from __future__ import annotations

import getpass
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
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
    output,
    print_json,
    say,
)
from scrubjay.cli.selection import EditsDirs, IgnoreWords, SelectWords, own_edits, words
from scrubjay.errors import ExitCode, ScrubjayError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from scrubjay.engine.fix_file import FixedFile, Proposal
    from scrubjay.engine.fixes import Accepted, Change

LOG_NAME = "scrubjay-fixes.jsonl"
"""Where decisions of `--review` are kept unless `--log` says otherwise."""
_MARK = ".fixed"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(
        epilog=f"""Examples:

- `scrubjay fix claims.837` writes claims.fixed.837 and lists every change
- `scrubjay fix claims.837 --dry-run`
- `scrubjay fix march/*.837 --to fixed/`
- `scrubjay fix claims.837 --review --by "A. Biller"` also offers the changes that a person must decide; the answers
  are added to {LOG_NAME}

Exit codes: 0 done; 1 with --dry-run, something would be changed; 3 a file could not be read; 2 wrong usage."""
    )(fix)


@dataclass(frozen=True, slots=True)
class _Done:
    """One input with what became of it."""

    path: Path
    target: Path | None
    before: bytes
    fixed: FixedFile
    declined: int
    is_gzip: bool


@dataclass(frozen=True, slots=True)
class _Asking:
    """What `--review` needs to ask and to keep the answers."""

    find: Callable[[bytes, str], list[Proposal]]
    log: Path
    by: str
    as_of: date


def fix(
    paths: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="837P or 837I files, plain or gzip.")
    ],
    *,
    to_file: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="The new file, for one input.", show_default=False
        ),
    ] = None,
    to_folder: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="FOLDER",
            help="Folder of the new files. Default: beside each input.",
            show_default=False,
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a new file that is already there.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the changes and write nothing.")] = False,
    review: Annotated[
        bool, typer.Option("--review", help="Offer the changes that a person must decide, one by one.")
    ] = False,
    by: Annotated[
        str | None,
        typer.Option(
            "--by", metavar="NAME", help="Who decides, for the log. Default: the user of the machine."
        ),
    ] = None,
    log: Annotated[
        Path,
        typer.Option("--log", metavar="FILE", help="Where the decisions are added, a JSON object a line."),
    ] = Path(LOG_NAME),
    as_of: AsOf = None,
    policy: PolicyFiles = None,
    select: SelectWords = None,
    ignore: IgnoreWords = None,
    edits_dir: EditsDirs = None,
    reference: ReferencePath = None,
    as_json: JsonFlag = False,
) -> int:
    """Write new 837 files with every safe fix: the same meaning, spelled as payers read it.

    The input is never written over. Everything but the listed elements stays byte for byte. A change of a code,
    unit, modifier or amount is never made unasked: --review offers those that edits can write down.
    """
    from scrubjay import api  # noqa: PLC0415 - heavy

    if to_file is not None and (len(paths) > 1 or to_folder is not None):
        raise UsageError("names one file.", where="--output", hint="For several inputs give --to FOLDER.")
    if review and (as_json or dry_run):
        raise UsageError("asks questions, so it goes with neither --json nor --dry-run.", where="--review")
    targets = [to_file or _target(path, to_folder) for path in paths]
    _refuse_targets(paths, targets, force=force or dry_run)
    asking: _Asking | None = None
    if review:
        day, own = day_or_today(as_of, "--as-of"), own_edits(edits_dir or ())

        def find(data: bytes, name: str) -> list[Proposal]:
            return api.fix_proposals(
                data,
                name,
                as_of=day,
                policies=policy or (),
                select=words(select),
                ignore=words(ignore),
                own_edits=own,
                reference_path=reference,
            )

        asking = _Asking(find, log, (by or getpass.getuser()).strip(), day)
    done, failed = _fix_all(paths, targets, asking, is_named=to_file is not None)
    if not dry_run:
        for one in done:
            _write(one, force=force)
    if as_json:
        print_json([_as_dict(one, dry_run=dry_run) for one in done])
    else:
        _print(done, dry_run=dry_run)
    if failed:
        return int(ExitCode.UNREADABLE)
    return int(ExitCode.FINDINGS if dry_run and any(one.fixed.changes for one in done) else ExitCode.CLEAN)


def _target(path: Path, folder: Path | None) -> Path:
    """`a.837` becomes `a.fixed.837`, `a.837.gz` becomes `a.fixed.837.gz`; in another folder the name stays."""
    if folder is not None:
        return folder / path.name
    # Only the endings that say what the file is; dots in a name belong to it.
    ending = "".join(path.suffixes[-2:] if path.suffix == ".gz" else path.suffixes[-1:])
    stem = path.name.removesuffix(ending) if ending else path.name
    return path.with_name(f"{stem}{_MARK}{ending}")


def _refuse_targets(paths: Sequence[Path], targets: Sequence[Path], *, force: bool) -> None:
    inputs = {path.resolve() for path in paths}
    seen: set[Path] = set()
    for target in targets:
        where = str(target)
        if target.resolve() in inputs or any(
            target.exists() and p.exists() and target.samefile(p) for p in paths
        ):
            raise UsageError(
                "is an input, which is never written over.", where=where, hint="Name another file."
            )
        if target.resolve() in seen:
            raise UsageError("would be written twice.", where=where, hint="Fix the files one by one with -o.")
        seen.add(target.resolve())
        if target.is_dir():
            raise UsageError("is a folder.", where=where, hint="Give --to FOLDER, or name a file.")
        if target.exists() and not force:
            raise UsageError("is already there.", where=where, hint="Name another with -o, or give --force.")
        if not target.parent.is_dir():
            raise UsageError("is no folder.", where=str(target.parent), hint="Make it first.")


def _fix_all(
    paths: Sequence[Path], targets: Sequence[Path], asking: _Asking | None, *, is_named: bool
) -> tuple[list[_Done], int]:
    """Every input that can be read, and how many could not."""
    done: list[_Done] = []
    failed = 0
    for path, target in zip(paths, targets, strict=True):
        try:
            done.append(_fix_one(path, target, asking, is_named=is_named))
        except ScrubjayError as error:
            if error.exit_code is not ExitCode.UNREADABLE:
                raise
            say(error.one_line())
            failed += 1
    return done, failed


def _fix_one(path: Path, target: Path, asking: _Asking | None, *, is_named: bool) -> _Done:
    from scrubjay.engine.fix_file import fix_data, read_whole  # noqa: PLC0415

    data, is_gzip = read_whole(path)
    accepted, declined = _ask(path, data, asking) if asking is not None else ([], 0)
    fixed = fix_data(data, str(path), accepted)
    # A file that needs nothing is written only where the user named it: a chain of commands goes on with it.
    wanted = target if fixed.changes or is_named else None
    return _Done(path, wanted, data, fixed, declined, is_gzip)


def _ask(path: Path, data: bytes, asking: _Asking) -> tuple[list[Accepted], int]:
    """Offer one change after the other; what was decided changes what is offered next.

    Returns:
        The accepted changes, the last for each column of a place, and how many were declined.
    """
    from scrubjay.engine.fix_file import fix_data, sha256  # noqa: PLC0415

    accepted: dict[tuple[int, bool, str], Accepted] = {}
    asked: set[tuple[int, str]] = set()
    original, declined, number = sha256(data), 0, 0
    while True:
        so_far = fix_data(data, str(path), list(accepted.values())).data
        found = asking.find(so_far, str(path))
        left = [p for p in found if (p.segment, p.edit) not in asked]
        if not left:
            return list(accepted.values()), declined
        proposal = left[0]
        asked.add((proposal.segment, proposal.edit))
        number += 1
        answer = _answer(proposal, number, len(left))
        if answer == "quit":
            return list(accepted.values()), declined
        if answer == "yes":
            accepted[proposal.segment, proposal.is_line, proposal.column] = proposal.accepted(asking.by)
        else:
            declined += 1
        _keep(asking, path, original, proposal, "accepted" if answer == "yes" else "declined")


def _answer(proposal: Proposal, number: int, left: int) -> str:
    from scrubjay.phi import clean, control_number  # noqa: PLC0415

    place = f"line {proposal.line_number}" if proposal.is_line else "the claim as a whole"
    code = f" {clean(proposal.hcpcs)}" if proposal.hcpcs else ""
    claim = f"Claim {control_number(proposal.control_number)}"
    lines = (
        "",
        f"{number}. {claim}, {place}{code}: {proposal.edit} ({proposal.code}); {left} to decide",
        f"   {clean(proposal.message)}",
        f"   {proposal.column}: {clean(proposal.before) or 'none'} -> {clean(proposal.after) or 'none'}",
    )
    sys.stderr.write("\n".join(lines) + "\n")
    while True:
        sys.stderr.write("   Make this change? yes, no, quit [no]: ")
        sys.stderr.flush()
        typed = sys.stdin.readline()
        word = typed.strip().lower()
        if not typed or word in ("q", "quit"):
            sys.stderr.write("\n" if not typed else "")
            return "quit"
        if word in ("y", "yes"):
            return "yes"
        if word in ("", "n", "no"):
            return "no"


def _keep(asking: _Asking, path: Path, file_hash: str, proposal: Proposal, answer: str) -> None:
    row = {
        "at": now().isoformat(timespec="seconds"),
        "by": asking.by,
        "answer": answer,
        "as_of": asking.as_of.isoformat(),
        "file": str(path),
        "file_sha256": file_hash,
        "claim_id": proposal.claim_id,
        "patient_control_number": proposal.control_number,
        "line_number": proposal.line_number,
        "segment": proposal.segment,
        "edit": proposal.edit,
        "code": proposal.code,
        "column": proposal.column,
        "before": proposal.before,
        "after": proposal.after,
    }
    try:
        with asking.log.open("a", encoding="utf-8") as out:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(
            f"cannot be written ({reason}), and a decision must be kept.",
            where=str(asking.log),
            hint="Give --log.",
        ) from None


def _write(one: _Done, *, force: bool) -> None:
    from scrubjay.engine.fix_file import stored  # noqa: PLC0415

    if one.target is None:
        return
    if one.target.exists() and not force:
        raise UsageError("is already there.", where=str(one.target), hint="Name another, or give --force.")
    with output(one.target) as out:
        out.write(stored(one.fixed.data, as_gzip=one.is_gzip))


def _change_dict(change: Change) -> dict[str, Any]:
    fields = asdict(change)
    fields.pop("replacement")
    return fields


def _as_dict(one: _Done, *, dry_run: bool) -> dict[str, Any]:
    from scrubjay.engine.fix_file import sha256  # noqa: PLC0415

    return {
        "path": str(one.path),
        "output": None if dry_run or one.target is None else str(one.target),
        "sha256_before": sha256(one.before),
        "sha256_after": sha256(one.fixed.data),
        "changes": [_change_dict(c) for c in one.fixed.changes],
        "refused": [{"edit": r.edit, "column": r.column, "segment": r.segment} for r in one.fixed.refused],
    }


def _print(done: Sequence[_Done], *, dry_run: bool) -> None:
    from scrubjay.reports.changes import print_changes  # noqa: PLC0415

    for one in done:
        target = None if dry_run or one.target is None else str(one.target)
        print_changes(str(one.path), target, one.fixed, console(), declined=one.declined, is_dry_run=dry_run)
