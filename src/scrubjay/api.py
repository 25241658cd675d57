"""The use cases. Command line, web, REST, MCP and Spark call these and format the answer.

Nothing here reads the clock, prints, or keeps state between calls. What only one use case needs is imported
within it, so that a check does not wait for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubjay import __version__
from scrubjay.edits.registry import all_edits
from scrubjay.engine import prefetched, run_edits
from scrubjay.errors import UsageError
from scrubjay.intake import ClaimReader
from scrubjay.policies import PolicySet, load_policy_file
from scrubjay.reference import Reference
from scrubjay.reports.checked import CheckReport, RunInfo, reason_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from scrubjay.drugs import CodeAnswer, ConvertAnswer, NdcAnswer, UnitsAnswer, UnitsRequest
    from scrubjay.edits.spec import Edit

__all__ = [
    "CheckReport",
    "RunInfo",
    "check",
    "code",
    "convert",
    "edits",
    "explain",
    "ndc",
    "reason_words",
    "units",
]

DEFAULT_PAYER = "medicare"
"""Alias of the policy that answers `units` where no payer is named."""

# Facts have a fixed cost per batch, so the engine likes larger ones than the reader needs; a million claims
# still run within the memory that docs/performance.md states.
_BATCH_BYTES = 16 << 20


def edits(select: Sequence[str] = (), ignore: Sequence[str] = ()) -> list[Edit]:
    """The edits chosen by code, readable name or family prefix (`DD`, `DD001`).

    Args:
        select: which to take; all where empty.
        ignore: which of those to leave out.

    Raises:
        UsageError: a word names no edit.
    """
    everything = all_edits()
    words = {*select, *ignore}
    known = {w for e in everything for w in (e.code, e.name, e.code[:2])}
    unknown = sorted(words - known)
    if unknown:
        raise UsageError(f"{unknown[0]!r} names no edit and no family.", hint="`scrubjay edits` lists them.")

    def named(edit: Edit, by: Sequence[str]) -> bool:
        return any(w in by for w in (edit.code, edit.name, edit.code[:2]))

    return [e for e in everything if (not select or named(e, select)) and not named(e, ignore)]


def explain(name_or_code: str) -> Edit:
    """One edit by readable name or code, whatever the case.

    Raises:
        UsageError: no such edit; the hint names the nearest.
    """
    from rapidfuzz import process  # noqa: PLC0415 - only where a name is looked up

    wanted = name_or_code.strip()
    for edit in all_edits():
        if wanted.upper() == edit.code or wanted.lower() == edit.name:
            return edit
    near = process.extract(wanted.lower(), [e.name for e in all_edits()], limit=3, score_cutoff=60)
    hint = f"Near: {', '.join(n for n, _, _ in near)}. " if near else ""
    raise UsageError(f"there is no edit {name_or_code!r}.", hint=f"{hint}`scrubjay edits` lists them.")


def check(
    paths: Sequence[Path | str],
    *,
    as_of: date,
    started_at: datetime,
    policies: Sequence[Path | str] = (),
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    reference_path: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> CheckReport:
    """Judge the claims of 837 files.

    Args:
        paths: the files; what cannot be read becomes a problem of its file report, the others go on.
        as_of: the day on which things are known.
        started_at: when the run began, for the record.
        policies: policy files of the user's own, before those that ship.
        select: edits by code, name or family; all where empty.
        ignore: which of those to leave out.
        reference_path: folder of loaded reference editions; null takes the usual one.
        progress: called with the number of bytes read.

    Raises:
        UsageError: a word names no edit.
        PolicyError: a policy file is broken.
    """
    reader = ClaimReader(paths, progress=progress, batch_bytes=_BATCH_BYTES)
    # Reading starts now, while edits, policies and reference are loaded.
    with prefetched(reader.batches()) as batches:
        chosen = edits(select, ignore)
        policy_set = PolicySet.base([load_policy_file(p) for p in policies])
        reference = Reference.open(reference_path)
        result = run_edits(batches, chosen, reference=reference, policies=policy_set, as_of=as_of)
    return CheckReport(
        run=RunInfo(
            version=__version__,
            as_of=as_of,
            editions=[f"{e.set_name} {e.edition}" for e in reference.known_editions(as_of)],
            edits=len(chosen),
            started_at=started_at,
        ),
        files=reader.reports,
        result=result,
        edits={e.name: e for e in chosen},
    )


def code(text: str, *, on: date, as_of: date, reference_path: Path | None = None) -> CodeAnswer:
    """What a code is, or which codes a drug has; see `scrubjay.drugs.look_up_code`.

    Args:
        text: a code, drug, brand, or a few words.
        on: date of service.
        as_of: the day on which things are known.
        reference_path: folder of loaded reference editions; null takes the usual one.
    """
    from scrubjay.drugs import look_up_code  # noqa: PLC0415

    return look_up_code(text, on, Reference.open(reference_path), as_of)


def units(
    request: UnitsRequest,
    *,
    as_of: date,
    reference_path: Path | None = None,
    policies: Sequence[Path | str] = (),
) -> UnitsAnswer:
    """The lines to bill for one dose; see `scrubjay.drugs.work_out_units`.

    Args:
        request: the dose and what is known around it. Its payer is the id or alias of a policy; where it is
            null, the policy of `policies` that has no `match` answers, else Medicare Part B. What a payer
            without a policy asks of JW and JZ is unknown, and the answer says so.
        as_of: the day on which things are known.
        reference_path: folder of loaded reference editions; null takes the usual one.
        policies: policy files of the user's own, before those that ship.

    Raises:
        PolicyError: a policy file is broken.
    """
    from scrubjay.drugs import work_out_units  # noqa: PLC0415
    from scrubjay.policies.discard import discard_rule  # noqa: PLC0415

    known = PolicySet.base([load_policy_file(p) for p in policies])
    payer = request.payer or (known.forced.id if known.forced else DEFAULT_PAYER)
    return work_out_units(
        request, Reference.open(reference_path), as_of, discard_rule(known, payer, request.on)
    )


def ndc(text: str, *, on: date, as_of: date, reference_path: Path | None = None) -> NdcAnswer:
    """What an NDC is and which code it bills under; see `scrubjay.drugs.look_up_ndc`.

    Args:
        text: the NDC, as on the package or as on a claim.
        on: date of service.
        as_of: the day on which things are known.
        reference_path: folder of loaded reference editions; null takes the usual one.
    """
    from scrubjay.drugs import look_up_ndc  # noqa: PLC0415

    return look_up_ndc(text, on, Reference.open(reference_path), as_of)


def convert(
    hcpcs: str, units: str, *, on: date, as_of: date, reference_path: Path | None = None
) -> ConvertAnswer:
    """Units of an ended code as units of the code that took over; see `scrubjay.drugs.convert_units`.

    Args:
        hcpcs: the ended code.
        units: units of it.
        on: date of service.
        as_of: the day on which things are known.
        reference_path: folder of loaded reference editions; null takes the usual one.
    """
    from scrubjay.drugs import convert_units  # noqa: PLC0415

    return convert_units(hcpcs, units, on, Reference.open(reference_path), as_of)
