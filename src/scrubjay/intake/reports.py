"""What the reader says about each file: counts, sums and problems."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal

from scrubjay.errors import Problem

SHOWN_PER_KIND = 20
"""Problems of one kind that are kept one by one; the rest are counted."""


@dataclass(slots=True)
class FileReport:
    """One file of a run. Complete once the reader is past it.

    Attributes:
        path: as the caller gave it.
        file_number: 1-based number of the file in the run.
        sha256: of the bytes as they lie on disk, hexadecimal; empty if reading stopped early.
        kind: `837` if the file holds any 837, else `835`, `999`, `277CA`, `TA1` ... or `unknown`.
        kinds: transaction sets by kind, e.g. `{"837P": 5}`.
        versions: transaction sets by ST03 (or GS08), e.g. `{"005010X222A1": 5}`.
        interchanges: ISA segments.
        segments: segments of the file, envelope included.
        claims: CLM segments of the file's 837s (CLP of its 835s), whatever became of them.
        claims_read: claims handed on. `claims_set_aside` is the rest.
        lines: SV1 and SV2 segments of the file's 837s.
        charge_total: sum of the CLM02 (or CLP03) that are amounts.
        line_charge_total: sum of the SV102 and SV203 that are amounts.
        problems: everything wrong with the file, in the order it was met.
    """

    path: str
    file_number: int
    sha256: str = ""
    kind: str = "unknown"
    kinds: dict[str, int] = field(default_factory=dict[str, int])
    versions: dict[str, int] = field(default_factory=dict[str, int])
    interchanges: int = 0
    segments: int = 0
    claims: int = 0
    claims_read: int = 0
    lines: int = 0
    charge_total: Decimal = Decimal("0.00")
    line_charge_total: Decimal = Decimal("0.00")
    problems: list[Problem] = field(default_factory=list[Problem])

    @property
    def claims_set_aside(self) -> int:
        """Claims of the file that were not handed on; the problems say why."""
        return self.claims - self.claims_read

    @property
    def is_fatal(self) -> bool:
        """Nothing of the file could be used."""
        return any(problem.is_fatal for problem in self.problems)


class ProblemLog:
    """Collects the problems of one file: the first of each kind one by one, the others counted."""

    def __init__(self, path: str, wanted: tuple[str, ...] = ("837",)) -> None:
        """Set up.

        Args:
            path: the file, as problems name it.
            wanted: kinds of set that the reader is for; a file without any of them is of no use.
        """
        self.path = path
        self._wanted = wanted
        self._shown: list[Problem] = []
        self._count: dict[tuple[str, str | None], int] = {}
        self.bare_kind: str | None = None
        """Kind of a file that begins with a transaction set instead of an ISA."""

    def add(self, problem: Problem, *, occurrences: int = 1, limit: int = SHOWN_PER_KIND) -> None:
        """Keep `problem`, which stands for `occurrences` like it, unless `limit` of its kind are kept."""
        key = (problem.kind, problem.element)
        seen = self._count.get(key, 0)
        self._count[key] = seen + occurrences
        if seen < limit:
            self._shown.append(replace(problem, file=self.path))

    @property
    def is_empty(self) -> bool:
        """Nothing was added yet."""
        return not self._shown

    def finish_into(self, report: FileReport) -> None:
        """Give the report its problems: the last of a kind that was cut short counts the rest.

        Where nothing of the file could be used, the first problem says so.
        """
        last = {(problem.kind, problem.element): i for i, problem in enumerate(self._shown)}
        kept = Counter((problem.kind, problem.element) for problem in self._shown)
        problems = list(self._shown)
        for key, count in self._count.items():
            more = count - kept[key]
            if more:
                final = problems[last[key]]
                problems[last[key]] = replace(final, message=f"{final.message} ({more:,} more like it.)")
        has_fatal = any(problem.is_fatal for problem in problems)
        if problems and not has_fatal and not any(kind.startswith(self._wanted) for kind in report.kinds):
            problems[0] = replace(problems[0], is_fatal=True)
        report.problems = problems
