"""What the edits make of the corpus: per edit seeded, fired, right, missed; and two measurements side by side."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scrubjay import __version__
from scrubjay.edits.registry import all_edits
from scrubjay.edits.spec import Edit, Grain, Severity
from scrubjay.engine import run_edits
from scrubjay.errors import UsageError
from scrubjay.intake import read_claims_bytes
from scrubjay.testing.corpus.beside import known
from scrubjay.testing.corpus.generate import AS_OF

if TYPE_CHECKING:
    from pathlib import Path

    from scrubjay.reference import Reference
    from scrubjay.testing.corpus.generate import Corpus

Place = tuple[str, int]
"""Patient control number and line number; 0 is the claim as a whole."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """Where each edit fired and where it could not be evaluated.

    Attributes:
        version: of the program.
        sha256: of the corpus.
        fired, unknown: places by readable name of the edit.
    """

    version: str
    sha256: str
    fired: dict[str, frozenset[Place]]
    unknown: dict[str, frozenset[Place]]


@dataclass(frozen=True, slots=True)
class Score:
    """How one edit did against the truth.

    Attributes:
        seeded: places where it must fire.
        fired: places where it fires.
        right: both.
        unknown: seeded places where it could not be evaluated.
    """

    edit: str
    code: str
    seeded: int
    fired: int
    right: int
    unknown: int

    @property
    def missed(self) -> int:
        """Seeded places where it does not fire."""
        return self.seeded - self.right

    @property
    def surplus(self) -> int:
        """Places where it fires that were not seeded."""
        return self.fired - self.right


def measure(corpus: Corpus, *, reference: Reference | None = None) -> Measurement:
    """Judge the corpus by every edit with the starter reference, the packs that ship and the files beside the claims.

    Args:
        corpus: the claims.
        reference: where facts about codes come from; by default the starter set with the directory beside the claims.
    """
    fired: dict[str, set[Place]] = defaultdict(set)
    unknown: dict[str, set[Place]] = defaultdict(set)
    evidence, policies, with_directory = known(corpus.beside)
    held = reference or with_directory
    for name, content in corpus.files.items():
        bundle, report = read_claims_bytes(content, name)
        if report.problems:
            raise ValueError(f"the corpus is not sound: {report.problems[0].one_line()}")
        result = run_edits(
            [bundle], all_edits(), reference=held, policies=policies, as_of=AS_OF, evidence=evidence
        )
        claims = dict(result.claims.select("claim_key", "patient_control_number").iter_rows())
        lines = dict(result.lines.select("line_key", "line_number").iter_rows())
        for frame, places in ((result.findings, fired), (result.not_evaluated, unknown)):
            for edit, claim, line in frame.select("edit", "claim_key", "line_key").iter_rows():
                places[edit].add((claims[claim], lines[line] if line is not None else 0))
    return Measurement(
        __version__,
        corpus.sha256(),
        {edit: frozenset(p) for edit, p in fired.items()},
        {edit: frozenset(p) for edit, p in unknown.items()},
    )


def claim_errors() -> list[Edit]:
    """The edits of severity error that judge lines or claims, by code."""
    return [e for e in all_edits() if e.severity is Severity.ERROR and e.grain in (Grain.LINE, Grain.CLAIM)]


def error_scores(corpus: Corpus, measured: Measurement) -> list[Score]:
    """One score for each edit of severity error, by code."""
    seeded: dict[str, set[Place]] = defaultdict(set)
    for row in corpus.truth:
        seeded[row.edit].add((row.claim, row.line))
    nothing = frozenset[Place]()
    return [
        Score(
            edit.name,
            edit.code,
            len(wanted := seeded.get(edit.name, set())),
            len(fired := measured.fired.get(edit.name, nothing)),
            len(wanted & fired),
            len(wanted & measured.unknown.get(edit.name, nothing)),
        )
        for edit in claim_errors()
    ]


def wrong_places(corpus: Corpus, measured: Measurement) -> list[str]:
    """What is missed and what fires beyond the truth, by recipe, one sentence each; the most frequent first."""
    recipe = {row.claim: row.recipe for row in corpus.truth}
    wanted = {(row.edit, row.claim, row.line) for row in corpus.truth}
    errors = {e.name for e in claim_errors()}
    fired = {(e, *place) for e in errors for place in measured.fired.get(e, ())}
    counts = Counter(
        f"{recipe.get(claim, 'a clean claim')}: {edit} {'is missed' if is_missed else 'fires unasked'}"
        f" on {f'line {line}' if line else 'the claim'}"
        for is_missed, rows in ((True, wanted - fired), (False, fired - wanted))
        for edit, claim, line in rows
    )
    return [f"{count} x {words}" for words, count in counts.most_common()]


def to_json(measured: Measurement) -> str:
    """A measurement as JSON, to compare a later one with."""

    def plain(places: dict[str, frozenset[Place]]) -> dict[str, list[str]]:
        return {e: sorted(f"{c}/{n}" for c, n in p) for e, p in sorted(places.items())}

    fields = {
        "version": measured.version,
        "corpus_sha256": measured.sha256,
        "fired": plain(measured.fired),
        "unknown": plain(measured.unknown),
    }
    return json.dumps(fields, indent=1) + "\n"


def from_file(path: Path) -> Measurement:
    """A measurement that was kept.

    Raises:
        UsageError: the file cannot be read or holds no measurement.
    """

    def places(value: dict[str, list[str]]) -> dict[str, frozenset[Place]]:
        parts = {e: [p.rpartition("/") for p in rows] for e, rows in value.items()}
        return {e: frozenset((c, int(n)) for c, _, n in rows) for e, rows in parts.items()}

    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Measurement(
            str(data["version"]), str(data["corpus_sha256"]), places(data["fired"]), places(data["unknown"])
        )
    except OSError as error:
        raise UsageError(f"cannot be read ({error.strerror}).", where=str(path)) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        hint = "Make one: python -m scrubjay.testing.corpus measure -o FILE"
        raise UsageError("holds no measurement.", where=str(path), hint=hint) from None


@dataclass(frozen=True, slots=True)
class Shift:
    """How one edit differs between two measurements.

    Attributes:
        before, after: places where it fires.
        gained, lost: places that are new, or gone; the first few of them.
    """

    edit: str
    before: int
    after: int
    gained: tuple[Place, ...]
    lost: tuple[Place, ...]
    unknown_before: int
    unknown_after: int


def compare(before: Measurement, after: Measurement) -> list[Shift]:
    """The edits that fire, or cannot be evaluated, elsewhere than before.

    Raises:
        UsageError: the measurements are of two corpora.
    """
    if before.sha256 != after.sha256:
        raise UsageError(
            "the two measurements are of different corpora.",
            hint="Measure both with the same version's corpus.",
        )
    nothing = frozenset[Place]()
    shifts: list[Shift] = []
    for edit in sorted({*before.fired, *after.fired, *before.unknown, *after.unknown}):
        old, new = before.fired.get(edit, nothing), after.fired.get(edit, nothing)
        unknown = before.unknown.get(edit, nothing), after.unknown.get(edit, nothing)
        if old != new or unknown[0] != unknown[1]:
            shifts.append(
                Shift(
                    edit,
                    len(old),
                    len(new),
                    tuple(sorted(new - old)),
                    tuple(sorted(old - new)),
                    len(unknown[0]),
                    len(unknown[1]),
                )
            )
    return shifts
