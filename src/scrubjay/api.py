"""The use cases. Command line, web, REST, MCP and Spark call these and format the answer.

Nothing here reads the clock, prints, or keeps state between calls. What only one use case needs is imported
within it, so that a check does not wait for it.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Unpack

from scrubjay import __version__
from scrubjay.drug_questions import DEFAULT_PAYER, code, convert, ndc, units
from scrubjay.edits.chosen import edits, of_claims
from scrubjay.edits.site import with_own
from scrubjay.edits.spec import Grain
from scrubjay.engine import judge, run_edits
from scrubjay.engine.waivers import CLAIM_COLUMNS, LINE_COLUMNS, mark, waiver_frame
from scrubjay.errors import UsageError
from scrubjay.evidence_files import NO_FILES, EvidenceFiles
from scrubjay.guides.use_cases import guide, guide_check, similar
from scrubjay.intake import begun
from scrubjay.policies import PolicySet, load_policy_file, with_payer_severities
from scrubjay.reference import Reference
from scrubjay.reports.checked import CheckReport, RunInfo, is_read_whole, reason_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from scrubjay.edits.spec import Edit
    from scrubjay.engine.fix_file import Proposal
    from scrubjay.engine.impact import Judged
    from scrubjay.engine.waiver_file import Waiver
    from scrubjay.intake import FileReport, Reading
    from scrubjay.records.audit import Audit, AuditSettings
    from scrubjay.recovery.remit import RemitReport
    from scrubjay.reports.explain import Explanation
    from scrubjay.reports.impact import ImpactReport
    from scrubjay.reports.ledger import LedgerReport
    from scrubjay.tables import Evidence

__all__ = [
    "DEFAULT_PAYER",
    "CheckReport",
    "RunInfo",
    "audit",
    "authorizations",
    "check",
    "code",
    "convert",
    "edits",
    "explain",
    "explanation",
    "fix_proposals",
    "guide",
    "guide_check",
    "impact",
    "ndc",
    "reason_words",
    "remit",
    "similar",
    "units",
]


def explain(name_or_code: str, *, own: Sequence[Edit] = ()) -> Edit:
    """One edit by readable name or code, whatever the case.

    Args:
        name_or_code: the word.
        own: a site's own edits, beside those that ship.

    Raises:
        UsageError: no such edit; the hint names the nearest.
    """
    from rapidfuzz import process  # noqa: PLC0415 - only where a name is looked up

    wanted = name_or_code.strip()
    everything = with_own(own)
    for edit in everything:
        if wanted.upper() == edit.code or wanted.lower() == edit.name:
            return edit
    near = process.extract(wanted.lower(), [e.name for e in everything], limit=3, score_cutoff=60)
    hint = f"Near: {', '.join(n for n, _, _ in near)}. " if near else ""
    raise UsageError(f"there is no edit {name_or_code!r}.", hint=f"{hint}`scrubjay edits` lists them.")


def explanation(
    name_or_code: str,
    *,
    as_of: date,
    own: Sequence[Edit] = (),
    policies: Sequence[Path | str] = (),
    reference_path: Path | None = None,
) -> Explanation:
    """What an edit checks, why, how to fix it, its cases, what payers say, its denials and sources.

    `scrubjay.reports.explain_pages.explanation_markdown` makes a text of it.

    Raises:
        UsageError: no such edit.
        PolicyError: a policy file is broken.
    """
    from scrubjay.reports.explain import explained  # noqa: PLC0415

    return explained(
        explain(name_or_code, own=own),
        reference=Reference.open(reference_path),
        policies=PolicySet.base([load_policy_file(p) for p in policies], replacing=True),
        as_of=as_of,
    )


def check(
    paths: Sequence[Path | str],
    *,
    as_of: date,
    started_at: datetime,
    policies: Sequence[Path | str] = (),
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    own_edits: Sequence[Edit] = (),
    severities: Mapping[str, str] | None = None,
    waivers: Sequence[Waiver] = (),
    reference_path: Path | None = None,
    progress: Callable[[int], None] | None = None,
    evidence: EvidenceFiles = NO_FILES,
    reading: Reading | None = None,
) -> CheckReport:
    """Judge the claims of 837 files.

    Args:
        paths: the files; what cannot be read becomes a problem of its file report, the others go on.
        as_of: the day on which things are known.
        started_at: when the run began, for the record.
        policies: policy files of the user's own, before those that ship.
        select: edits by code, name or family; all where empty.
        ignore: which of those to leave out.
        own_edits: a site's own edits, beside those that ship.
        severities: severity by code, name or family, in place of the edit's own.
        waivers: mark findings, which then do not count; `scrubjay.engine.waiver_file` reads them.
        reference_path: folder of loaded reference editions; null takes the usual one.
        progress: called with the number of bytes read.
        evidence: files of earlier claims, authorizations and eligibility.
        reading: of those files, where it has begun already; null begins now.

    Raises:
        UsageError: a word names no edit, or a severity is none.
        EditDefinitionError: a code or name of `own_edits` is already used.
        PolicyError: a policy file is broken.
    """
    # While edits, policies and reference are loaded, the files are read already.
    with begun(paths, progress=progress) if reading is None else nullcontext(reading) as claims:
        chosen = of_claims(edits(select, ignore, own=own_edits, severities=severities))
        policy_set = PolicySet.base([load_policy_file(p) for p in policies])
        chosen = with_payer_severities(chosen, policy_set)
        reference = Reference.open(reference_path)
        known, told = evidence.read()
        with reference.recording() as usage:
            result = run_edits(
                claims.batches,
                chosen,
                evidence=known,
                reference=reference,
                policies=policy_set,
                as_of=as_of,
                claim_columns=CLAIM_COLUMNS if waivers else (),
                line_columns=LINE_COLUMNS if waivers else (),
            )
    report = CheckReport(
        run=RunInfo(
            version=__version__,
            as_of=as_of,
            editions=[f"{e.set_name} {e.edition}" for e in reference.known_editions(as_of)],
            edits=len(chosen),
            started_at=started_at,
            editions_used=usage.editions(reference.frames),
        ),
        files=claims.reports,
        result=result,
        edits={e.name: e for e in chosen},
        policies=policy_set,
        evidence=told,
    )
    if waivers:
        _waive(report, waivers, with_own(own_edits))
    return report


def authorizations(
    paths: Sequence[Path | str],
    *,
    as_of: date,
    claims: Sequence[Path | str] = (),
    history: Sequence[Path | str] = (),
    reference_path: Path | None = None,
    kept: tuple[str, Evidence] | None = None,
) -> LedgerReport:
    """What authorizations grant, what claims draw and what is left; see `scrubjay.engine.ledger.follow`, also for `kept`."""
    from scrubjay.engine.ledger import follow  # noqa: PLC0415
    from scrubjay.reports.ledger import LedgerReport  # noqa: PLC0415

    reference = Reference.open(reference_path)
    found = follow(paths, claims, history, as_of=as_of, reference=reference, kept=kept)
    return LedgerReport(as_of, *found)


def _waive(report: CheckReport, waivers: Sequence[Waiver], known: Sequence[Edit]) -> None:
    """Mark the findings that waivers cover, and judge the waivers."""
    result, as_of = report.result, report.run.as_of
    result.findings = mark(result.findings, waivers, claims=result.claims, lines=result.lines, as_of=as_of)
    asked = list(report.edits.values())
    frame = waiver_frame(
        waivers,
        result.findings,
        known=known,
        asked=asked,
        as_of=as_of,
        is_whole=is_read_whole(report.files),
    )
    judged = judge(frame, [e for e in asked if e.grain is Grain.RUN])
    report.about_run, report.unknown_of_run = judged.findings, judged.not_evaluated
    result.counts |= judged.counts


def audit(
    charts: Sequence[Path | str],
    claims: Sequence[Path | str],
    *,
    as_of: date,
    started_at: datetime,
    policies: Sequence[Path | str] = (),
    reference_path: Path | None = None,
    **more: Unpack[AuditSettings],
) -> tuple[Audit, RunInfo]:
    """Compare charts with claims by the edits of charts; see `scrubjay.records.audit.audit`, also for `more`.

    Raises:
        UsageError: the manifest or a checklist is not in the form.
        PolicyError: a policy file is broken.
    """
    from scrubjay.records.audit import audit as run_audit  # noqa: PLC0415

    reference = Reference.open(reference_path)
    known = PolicySet.base([load_policy_file(p) for p in policies])
    found = run_audit(charts, claims, edits=edits(), reference=reference, policies=known, as_of=as_of, **more)
    editions = [f"{e.set_name} {e.edition}" for e in reference.known_editions(as_of)]
    return found, RunInfo(__version__, as_of, editions, len(found.edits), started_at)


def impact(
    paths: Sequence[Path | str],
    *,
    before: date,
    after: date,
    edition: str | None = None,
    source: str | None = None,
    policies: Sequence[Path | str] = (),
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    reference_path: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> ImpactReport:
    """Judge the claims of 837 files twice and list what changed; see `scrubjay.engine.impact`.

    Args:
        paths: the files, each read twice.
        before: the day on which things are known in the first run.
        after: the day on which they are known in the second.
        edition: leave the loaded editions of this name out of the first run.
        source: of those, only sources whose name holds these words.
        policies: policy files of the user's own, before those that ship.
        select: edits by code, name or family; all where empty.
        ignore: which of those to leave out.
        reference_path: folder of loaded reference editions; null takes the usual one.
        progress: called with the number of bytes read.

    Raises:
        UsageError: a word names no edit, or no loaded edition has the name, or it is not known by `after`.
        PolicyError: a policy file is broken.
    """
    from scrubjay.engine.impact import judge_world, worlds  # noqa: PLC0415
    from scrubjay.reports.impact import ImpactReport  # noqa: PLC0415

    chosen = of_claims(edits(select, ignore))
    policy_set = PolicySet.base([load_policy_file(p) for p in policies])
    both = worlds(reference_path, before=before, after=after, edition=edition, source=source)
    judged: list[Judged] = []
    reports: list[FileReport] = []
    for world in both:
        # Files are read once for each; what is said of them is the same both times.
        with begun(paths, progress=progress) as claims:
            judged.append(judge_world(claims.batches, chosen, world=world, policies=policy_set))
            reports = claims.reports
    return ImpactReport(*both, (judged[0], judged[1]), reports)


def fix_proposals(
    data: bytes,
    name: str,
    *,
    as_of: date,
    policies: Sequence[Path | str] = (),
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    own_edits: Sequence[Edit] = (),
    reference_path: Path | None = None,
) -> list[Proposal]:
    """The changes that edits propose for a person to decide; `scrubjay.engine.fix_file.fix_data` writes them.

    `data` is the content of an 837 and `name` its path for messages; the rest is as for `check`.

    Raises:
        UsageError: a word names no edit.
        PolicyError: a policy file is broken.
    """
    from scrubjay.engine.fix_file import proposals  # noqa: PLC0415

    return proposals(
        data,
        name,
        edits(select, ignore, own=own_edits),
        reference=Reference.open(reference_path),
        policies=PolicySet.base([load_policy_file(p) for p in policies]),
        as_of=as_of,
    )


def remit(
    paths: Sequence[Path | str],
    claims: Sequence[Path | str] = (),
    *,
    as_of: date,
    policies: Sequence[Path | str] = (),
    reference_path: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> RemitReport:
    """Read answers (835, 999, 277CA, TA1), balance, match with claims, decide on each line; nothing is kept.

    See `scrubjay.recovery.remit.read_remit`; policies, reference and as_of are as in `check`.

    Raises:
        PolicyError: a policy file is broken.
    """
    from scrubjay.recovery.decide import World  # noqa: PLC0415
    from scrubjay.recovery.remit import read_remit  # noqa: PLC0415

    policy_set = PolicySet.base([load_policy_file(p) for p in policies])
    world = World(policy_set, Reference.open(reference_path), as_of)
    return read_remit(paths, claims, world, progress=progress)
