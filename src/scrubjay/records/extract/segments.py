"""Cuts a note into sentences, rows and sections.

Lengths are bounded, so that a megabyte without a line break is still read in pieces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from scrubjay.records.extract.context import Context, context_of
from scrubjay.records.extract.vocabulary import heading, sections

LONGEST = 600
"""Most characters of one segment; longer ones are cut."""

_LONG = frozenset({"subjective", "objective", "plan", "administration", "addendum"})
_OF_ONE_LINE = frozenset(
    {
        "cc",
        "chief complaint",
        "reason for visit",
        "presenting complaint",
        "vitals",
        "vital signs",
        "disposition",
        "history",
    }
)
_ONE_SENTENCE = frozenset(
    {
        "home meds",
        "home medications",
        "current medications",
        "meds",
        "medications",
        "allergies",
        "allergy",
        "weight",
        "vitals",
        "lot",
        "consent",
        "family history",
        "fh",
    }
)
_SHORT = frozenset(
    {"signature", "consent", "response", "history", "instructions", "family", "orders", "assessment"}
)
_TITLE = re.compile(
    r"\b(?:infusion|injection|nursing|administration|treatment)\b[^\n.]{0,25}\b(?:notes?|record|flow ?sheet|log|visit|suite|report)\b"
)
_ENDED = re.compile(r"[:*)-]\s*$")
_BULLET = re.compile(r"\s*(?:[-*•]|\d{1,2}[.)])\s+")
# A full stop ends a sentence unless it stands after an initial or a short form, or within a number.
_STOP = re.compile(
    r"(?<!\b[a-z])(?<!\bdr)(?<!\bmr)(?<!\bms)(?<!\bmrs)(?<!\bno)(?<!\bvs)(?<!\bpt)(?<!\blt)(?<!\brt)(?<!\bexp)(?<!\bapprox)(?<!\binj)"
    r"[.!?](?=\s+\S)|;(?=\s)"
)


@dataclass(slots=True)
class Segment:
    """One sentence or row.

    Attributes:
        number: 1-based in the document.
        start, end: span in the normal form.
        norm: its normal form.
        section: the section it stands in, or null.
        is_heading_line: it begins with the heading of its section.
        paragraph: number of the block of lines without a blank line between.
        line: the whole line that it stands in; empty where that is very long.
        is_record: the title of the note calls it a record of giving drugs.
    """

    number: int
    start: int
    end: int
    norm: str
    section: str | None
    is_heading_line: bool
    paragraph: int
    line: str = ""
    is_record: bool = False
    _context: Context | None = field(default=None, repr=False)

    @property
    def context(self) -> Context:
        """Denied, past, supposed: worked out when first asked for."""
        if self._context is None:
            self._context = context_of(self.norm)
        return self._context


def _lines(norm: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    at = 0
    for line in norm.splitlines(keepends=True):
        spans.append((at, at + len(line)))
        at += len(line)
    return spans


def _is_continued(text: str, line: tuple[int, int], following: tuple[int, int]) -> bool:
    """A soft break within a sentence: a long line without a stop, before one that begins in lower case."""
    this, after = text[line[0] : line[1]].rstrip(), text[following[0] : following[1]].lstrip(" \t")
    return (
        len(this) > 55
        and this[-1] not in ".:;!?|"
        and after[:1].islower()
        and "|" not in this
        and not _BULLET.match(after)
    )


def segments_of(cased: str, norm: str) -> list[Segment]:
    """The segments of a note.

    Args:
        cased: the normal form with the case of its letters kept.
        norm: the normal form.
    """
    found: list[Segment] = []
    # What a heading with text behind it opens ends with its line, save for the long parts of a note.
    section: str | None = None
    outer: str | None = None
    in_list = True
    is_record = _TITLE.search(norm[:250]) is not None
    paragraph = 0
    lines = _lines(norm)
    number = 0
    while number < len(lines):
        start, end = lines[number]
        while (
            number + 1 < len(lines)
            and _is_continued(cased, lines[number], lines[number + 1])
            and end - start < LONGEST
        ):
            number += 1
            end = lines[number][1]
        number += 1
        line = norm[start:end]
        if not line.strip():
            paragraph += 1
            section = outer = None if outer in _SHORT else outer
            continue
        # A line without end says nothing of its neighbours, and would be searched for every sentence of it.
        around = line if len(line) <= 2 * LONGEST else ""
        headed = heading().match(line)
        is_heading, said = False, headed[1] if headed else ""
        if headed is not None and (_ENDED.search(headed[0]) or not line[headed.end() :].strip()):
            section, is_heading = sections()[headed[1]], True
            has_text = bool(line[headed.end() :].strip())
            if not has_text or (section in _LONG and headed[1] not in _OF_ONE_LINE):
                outer = section
            in_list = not _BULLET.match(line)
        elif not (in_list and (_BULLET.match(line) or line[:2].isspace())):
            section = outer
        for a, b in _sentences(norm, start, end):
            if a > start:
                inner = heading().match(norm[a:b])
                if inner is not None and inner[0].rstrip().endswith(":"):
                    section, is_heading, start = sections()[inner[1]], True, a
                elif said in _ONE_SENTENCE:
                    section, said = outer, ""
            found.append(
                Segment(
                    len(found) + 1,
                    a,
                    b,
                    norm[a:b],
                    section,
                    is_heading and a == start,
                    paragraph,
                    around,
                    is_record,
                )
            )
    return found


def _sentences(norm: str, start: int, end: int) -> list[tuple[int, int]]:
    line = norm[start:end].rstrip("\r\n")
    cuts = [start, *(start + m.end() for m in _STOP.finditer(line)), start + len(line)]
    pieces: list[tuple[int, int]] = []
    for a, b in pairwise(cuts):
        at = a
        while b - at > LONGEST:
            blank = norm.rfind(" ", at + 1, at + LONGEST)
            cut = blank if blank > at else at + LONGEST
            pieces.append((at, cut))
            at = cut
        if norm[at:b].strip():
            pieces.append((at, b))
    return pieces
