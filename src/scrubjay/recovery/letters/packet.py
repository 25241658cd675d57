"""The packet of an appeal: letter, evidence table, checklist, and papers named for the claim."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from scrubjay.errors import ScrubjayError, UsageError
from scrubjay.recovery.causes import deciding
from scrubjay.recovery.letters.facts import UNVERIFIED
from scrubjay.recovery.letters.files import docx_bytes, evidence_rows, pdf_bytes
from scrubjay.recovery.letters.letter import refuse_unsourced, write_letter
from scrubjay.recovery.letters.template import Wanted, choose, templates
from scrubjay.recovery.sent import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from scrubjay.recovery.letters.facts import Records
    from scrubjay.recovery.letters.letter import Letter
    from scrubjay.recovery.letters.template import Template

LETTER_REMEDIES = {"APP": "APP", "RPA": "RPA", "CER": "CER", "DISPUTE": "DISPUTE"}
"""Ways back that go by letter."""
_SUFFIXES = frozenset({".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".png", ".docx", ".txt"})


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that belongs to the packet.

    Attributes:
        name, about, must: of the template's evidence.
        number: attachment control number, for PWK06 of the claim and the 275.
        file: where it is now; null where it is not on file.
        sha256: of the file.
    """

    name: str
    about: str
    must: bool
    number: str
    file: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet, not yet written.

    Attributes:
        letter: the verified letter.
        heading: blocks of lines above it.
        papers: on file and missing.
        level: of the appeal; null for other letters.
        lists: files that are written with the letter, by name.
        notes: further lines of the checklist.
    """

    letter: Letter
    heading: tuple[tuple[str, ...], ...]
    papers: tuple[Paper, ...]
    level: int | None = None
    lists: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    notes: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[Paper, ...]:
        """Papers that the letter is weak without and that are not on file."""
        return tuple(p for p in self.papers if p.must and p.file is None)


def make_packet(
    records: Records,
    decision: Mapping[str, object],
    *,
    payer_class: str | None,
    papers: Mapping[str, Path] | None = None,
    own_templates: Sequence[Template] = (),
    written_on: date,
) -> Packet:
    """Write the letter of a case and say which papers belong to it.

    Args:
        records: what may be said (`case_records`).
        decision: a row of `DECISIONS`.
        payer_class: class of the payer, by its policy; null where unknown.
        papers: files by the name of the evidence.
        own_templates: asked before those that ship.
        written_on: date of the letter.

    Raises:
        UsageError: the remedy goes by no letter, a guard shuts it, its last day has passed, a record is
            missing, or a paper is not there.
    """
    remedy = _allowed(decision, written_on)
    level = decision.get("appeal_level")
    wanted = Wanted(remedy, payer_class, int(str(level)) if level is not None else None)
    template = chosen(wanted, own_templates)
    cause = decision.get("root_cause")
    letter = write_letter(template, records, cause=str(cause) if cause else None)
    return Packet(letter, heading(records), papers_of(template, records, cause, papers or {}), wanted.level)


def _allowed(decision: Mapping[str, object], written_on: date) -> str:
    remedy = str(decision.get("remedy"))
    if remedy not in LETTER_REMEDIES:
        raise UsageError(
            f"the remedy of this case is {remedy}, which goes by no letter.",
            hint="NEW and REPL: `scrubjay recover corrected`. Overrule it with `scrubjay recover decide`.",
        )
    standing = decision.get("guards") or ()
    for guard in deciding().guards:
        if guard.name in standing and remedy in guard.shuts:  # pyright: ignore[reportOperatorIssue] - a list of names
            raise UsageError(
                f"{guard.name} shuts it: {guard.reason}", hint="Do what the decision names instead."
            )
    last = decision.get("hard_date")
    if last is not None and str(last) < written_on.isoformat():
        raise UsageError(
            f"the last day was {last} ({decision.get('deadline_rule')}).",
            hint="If there is good cause for being late, write a template of your own that says so.",
        )
    return LETTER_REMEDIES[remedy]


def chosen(wanted: Wanted, own: Sequence[Template]) -> Template:
    """The template for what is wanted; one's own are asked first."""
    if own:
        try:
            return choose(wanted, own)
        except UsageError:
            pass
    return choose(wanted, templates())


def heading(records: Records) -> tuple[tuple[str, ...], ...]:
    """Sender, date, payer; what is not given is left out, but a letter needs both parties.

    Raises:
        UsageError: one is missing.
    """
    needed = ("sender.name", "sender.address", "payer.name")
    absent = [n for n in needed if n not in records]
    if absent:
        raise UsageError(
            f"the letter needs {', '.join(absent)}.", hint="Give a letterhead file (--letterhead FILE)."
        )

    def lines(*names: str) -> tuple[str, ...]:
        texts = [records[n].text for n in names if n in records]
        return tuple(part.strip() for text in texts for part in text.split(";"))

    npi = (f"NPI {records['sender.npi'].text}",) if "sender.npi" in records else ()
    return (
        (*lines("sender.name", "sender.address", "sender.phone"), *npi),
        lines("letter.date"),
        lines("payer.name", "payer.address"),
    )


def papers_of(
    template: Template, records: Records, cause: object, given: Mapping[str, Path]
) -> tuple[Paper, ...]:
    """The papers that belong to a letter, on file or not.

    Args:
        template: asks for them.
        records: of whose numbers the attachment control numbers are made.
        cause: root cause of the denial, if any.
        given: files by the name of the paper.

    Raises:
        UsageError: a paper is not asked for or cannot be read.
    """
    asked = [e for e in template.evidence if not e.causes or cause in e.causes]
    unknown = sorted(set(given) - {e.name for e in asked})
    if unknown:
        raise UsageError(
            f"the letter asks for no paper called {unknown[0]}.",
            hint=f"It asks for {', '.join(e.name for e in asked)}.",
        )
    papers: list[Paper] = []
    for number, one in enumerate(asked, 1):
        path = given.get(one.name)
        name = _attachment_number(records, one.name, number)
        papers.append(Paper(one.name, one.about, one.must, name, *_on_file(path)))
    return tuple(papers)


def _on_file(path: Path | None) -> tuple[str | None, str | None]:
    if path is None:
        return None, None
    if path.suffix.lower() not in _SUFFIXES:
        raise UsageError("is no kind of paper that payers take.", where=str(path), hint="Send a PDF.")
    try:
        return str(path), hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise UsageError(
            f"cannot be read ({error.strerror}).", where=str(path), hint="Name a file that is there."
        ) from error


def _attachment_number(records: Records, name: str, number: int) -> str:
    """Tells the paper to claim and payer; made of the claim's numbers, which it does not show."""
    keys = (
        *("claim.patient_control_number", "answer.payer_claim_control_number", "line.service_date"),
        *("batch.list", "batch.short_total"),
    )
    seed = "|".join(records[k].text for k in keys if k in records) + f"|{name}"
    return f"SJ{hashlib.sha256(seed.encode()).hexdigest()[:12].upper()}{number:02}"


def write_packet(
    packet: Packet, records: Records, folder: Path, *, before_release: Callable[[], object] | None = None
) -> list[Path]:
    """Write a packet into a folder of its own; all or nothing.

    Args:
        packet: from `make_packet`.
        records: looked at once more, so that nothing is sent whose record has gone.
        folder: must not exist yet.
        before_release: called once all is written, before the folder appears; what it raises undoes the packet.

    Returns:
        The files.

    Raises:
        UsageError: the folder exists or cannot be written, or a record has gone.
    """
    refuse_unsourced(packet.letter, records)
    if folder.exists():
        raise UsageError("is there already.", where=str(folder), hint="Name a new folder.")
    half = folder.with_name(f".{folder.name}.part")
    try:
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(parents=True)
        for name, data in _contents(packet):
            (half / name).write_bytes(data)
        for paper in packet.papers:
            if paper.file is not None and paper.file not in packet.lists:
                shutil.copyfile(paper.file, half / f"{paper.number}{Path(paper.file).suffix.lower()}")
        if before_release is not None:
            before_release()
        half.replace(folder)
    except ScrubjayError:
        shutil.rmtree(half, ignore_errors=True)
        raise
    except OSError as error:
        shutil.rmtree(half, ignore_errors=True)
        raise UsageError(
            f"cannot be written ({error.strerror}).", where=str(folder), hint="Name another folder."
        ) from error
    return sorted(folder.iterdir())


def paper_key(packet: Packet, records: Records) -> str:
    """What tells a letter in the record of papers: one of a kind and level for one line."""
    names = ("answer.payer_claim_control_number", "answer.patient_control_number", "line.hcpcs")
    parts = [records[n].text if n in records else None for n in names]
    of_line = ("line.service_date", "line.modifiers", "line.units_billed", "line.charge_amount")
    parts += [records[n].text if n in records else None for n in of_line]
    level = None if packet.level is None else str(packet.level)
    return key_of("letter", packet.letter.template, level, *parts)


def _contents(packet: Packet) -> list[tuple[str, bytes]]:
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(["attachment_control_number", "paper", "must", "on_file", "sha256"])
    for p in packet.papers:
        rows.writerow(
            [p.number, p.name, str(p.must).lower(), str(p.file is not None).lower(), p.sha256 or ""]
        )
    evidence = {
        "template": packet.letter.template,
        "version": packet.letter.version,
        "facts": [asdict(f) for f in packet.letter.evidence],
        "rows": evidence_rows(packet.letter),
    }
    return [
        ("letter.docx", docx_bytes(packet.letter, packet.heading)),
        ("letter.pdf", pdf_bytes(packet.letter, packet.heading)),
        ("evidence.json", (json.dumps(evidence, indent=1, ensure_ascii=False) + "\n").encode()),
        ("attachments.csv", table.getvalue().encode()),
        ("checklist.txt", checklist(packet).encode()),
        *packet.lists.items(),
    ]


def checklist(packet: Packet) -> str:
    """What is on file and what is missing, in plain text."""
    out = [f"{packet.letter.title} ({packet.letter.template} version {packet.letter.version})", ""]
    for p in packet.papers:
        mark = (
            "on file" if p.file is not None else "MISSING" if p.must else "not on file, helps if there is one"
        )
        out.append(f"[{'x' if p.file is not None else ' '}] {p.number}  {p.about}: {mark}")
    unverified = [f for f in packet.letter.evidence if f.confidence in UNVERIFIED]
    if unverified:
        out += [
            "",
            "Rests on facts that were not checked against the official text; look before you send it:",
        ]
        out += [f"  {f.name}: {f.text} ({f.source} [{f.confidence}])" for f in unverified]
    if packet.notes:
        out += ["", *packet.notes]
    return "\n".join([*out, ""])
