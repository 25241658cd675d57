"""Tags, areas and transaction sets that the reader of answers knows; what it leaves alone and why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scrubjay.errors import with_article
from scrubjay.intake.x12.envelope import Refusal
from scrubjay.intake.x12.maps import ENVELOPE_TAGS, hint
from scrubjay.intake.x12.segments import Vocabulary
from scrubjay.intake.x12.separators import Header

if TYPE_CHECKING:
    from scrubjay.intake.x12.maps import Implementation

WANTED = ("835", "999", "997", "277CA", "TA1")
"""Kinds that are read."""

VOCABULARY = Vocabulary(
    sections=(
        *(*ENVELOPE_TAGS, "N1", "LX", "CLP", "SVC", "PLB", "HL"),
        *("AK1", "AK2", "AK3", "AK5", "AK9", "IK3", "IK5"),
    ),
    details=(
        *(
            "AK4",
            "AMT",
            "BHT",
            "BPR",
            "CAS",
            "CTX",
            "CUR",
            "DTM",
            "DTP",
            "IK4",
            "LQ",
            "MIA",
            "MOA",
            "N2",
            "N3",
        ),
        *("N4", "NM1", "NTE", "PER", "PWK", "QTY", "RDM", "REF", "STC", "TRN", "TS2", "TS3"),
    ),
    outer=(*ENVELOPE_TAGS, "LX", "CLP", "PLB", "HL", "AK2", "AK9"),
    sets=("835", "999", "997", "277"),
)
CODE = VOCABULARY.code

# Owners of a section.
NOWHERE, HEADER, PARTY, CLAIM, LINE, LEVEL, LEVEL_LINE, ANSWER, FAULT = range(9)
OWNERS = {
    HEADER: "set_number", PARTY: "party", CLAIM: "claim", LINE: "line", LEVEL: "level", LEVEL_LINE: "level_line",
    ANSWER: "answer", FAULT: "fault",
}  # fmt: skip
"""The running number, in a batch, of what a section of each area belongs to."""

AGAIN = "Check that it is not posted twice."


def not_an_answer(what: Implementation) -> Refusal | None:
    """Why the reader of answers leaves a transaction set alone; null where it reads it."""
    if what.kind in WANTED:
        return None
    if what.kind.startswith("837"):
        return Refusal(
            "claims-not-answers",
            f"This transaction set is an {what.kind}: claims that were sent, where the payer's answer (835) is meant.",
            "`scrubjay check` reads it; `--claims` matches it to an answer.",
        )
    name = (
        "of a kind that is not known"
        if what.kind == "unknown"
        else f"{with_article(what.kind)}, no answer to claims"
    )
    advice = "Only 835, 999, 997, 277CA and TA1 are read."
    return Refusal("not-an-answer", f"This transaction set is {name}.",
                   advice if what.kind in ("unknown", "277") else hint(what.kind))  # fmt: skip


_BARE = re.compile(
    rb"\s*ST(?P<e>[^A-Za-z0-9\s])835(?P=e)[^~\r\n]{0,60}?(?P<t>[^A-Za-z0-9\s]|\r?\n)\s*BPR(?P=e)", re.DOTALL
)


def bare_remittance(head: bytes) -> Header | None:
    """Separators of an 835 that was saved without its envelope; null where they cannot be told for certain.

    The element separator follows ST, the segment terminator stands before BPR, and the component separator is the
    third character of SVC01 or of PLB03, whose first component always has two.
    """
    found = _BARE.match(head)
    if found is None:
        return None
    element, terminator = found["e"], found["t"].removeprefix(b"\r")
    part = rb"[A-Za-z0-9]{2}([^A-Za-z0-9\s])[A-Za-z0-9]"
    gap, e, t = rb"\s*", re.escape(element), re.escape(terminator)
    composites = rb"%sSVC%s%s|%sPLB%s[^%s]*%s[^%s]*%s%s" % (t + gap, e, part, t + gap, e, e, e, e, e, part)
    marks = {mark for pair in re.findall(composites, head) for mark in pair if mark} - {element, terminator}
    if len(marks) > 1 or element == terminator:
        return None
    component = marks.pop() if marks else b":"
    return Header(element, component, terminator, (), 0)
