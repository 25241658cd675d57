"""What guides often say and no code table answers: records, denials, deadlines, who pays; and topics left out.

The statements are data (claims.yaml): words that must all be found in one sentence, the verdict, the fact and
its source. They speak of billing at large, never of one page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from scrubjay.drugs.answers import UNVERIFIED
from scrubjay.guides.lexicon import data, pattern
from scrubjay.guides.said import Said, TextVerdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubjay.guides.text_file import Document
    from scrubjay.guides.view import View


@dataclass(frozen=True, slots=True)
class Common:
    """A statement of claims.yaml.

    Attributes:
        id: its name.
        find: patterns that a sentence must all hold.
        unless: patterns none of which it may hold.
        verdict: of a sentence that says it.
        denied: of a sentence that says the opposite; null where the opposite is not judged.
        fact: what is so.
        source: where from, with its mark.
    """

    id: str
    find: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    verdict: TextVerdict
    denied: TextVerdict | None
    fact: str
    source: str
    reads_section: bool


@cache
def commons() -> tuple[Common, ...]:
    """The statements of claims.yaml."""

    def compiled(values: list[str] | None) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(v, re.IGNORECASE) for v in values or ())

    rows: list[dict[str, Any]] = data("claims")["claims"]
    return tuple(
        Common(
            r["id"],
            compiled(r["find"]),
            compiled(r.get("unless")),
            TextVerdict(r["verdict"]),
            TextVerdict(r["denied"]) if r.get("denied") else None,
            " ".join(r["fact"].split()),
            mark(r["source"], r["confidence"]),
            bool(r.get("reads_section")),
        )
        for r in rows
    )


def mark(source: str, confidence: str) -> str:
    """A source key with its mark: `FCSO-JWJZ [B]`, `practice [D, unverified]`."""
    return f"{source} [{confidence}{', unverified' if confidence in UNVERIFIED else ''}]"


def read_advice(view: View) -> list[Said]:
    """Statements of a sentence that claims.yaml knows, and what it says of who pays."""
    if view.text.rstrip().endswith("?"):
        return []
    return [*_common(view), *_liability(view)]


def _common(view: View) -> Iterator[Said]:
    if view.sentence.block.kind == "heading":
        return
    # Length of the text, not of the list: the first pattern of a statement rules most sentences out.
    for common in commons():
        found = [p.search(view.text) for p in common.find]
        if not all(found) or any(p.search(view.text) for p in common.unless):
            continue
        places = [m.start() for m in found if m]
        last = max(m.end() for m in found if m)
        denied = pattern("negation").search(view.text, max(0, min(places) - 25), last) is not None or pattern("wrongly").search(view.text) is not None  # fmt: skip
        verdict = common.verdict if not denied else common.denied
        if verdict is None:
            continue
        said = f"On {common.id.replace('-', ' ').removesuffix(' wrong')}."
        yield Said("advice", view.sentence, said, common.fact, (common.source,), None, verdict=verdict)


def _liability(view: View) -> Iterator[Said]:
    text = view.text
    patient, provider = pattern("patient_pays").search(text), pattern("provider_pays").search(text)
    cause = pattern("denial_cause").search(text)
    if not (patient or provider) or not cause:
        return
    if pattern("checking_first").search(text) and not re.search(
        r"\bCO\b|\bPR\b|\bmust|\bcan be billed\b", text
    ):
        return
    really = pattern("patient_really").search(text) is not None
    group = re.search(r"\b(CO|PR)\b(?!-?\s?(?:pay|ins))", text)
    charged = patient is not None
    if patient:
        start = view.clause(patient.start())[0]
        lo = max(start, patient.start() - 50)
        is_denied = pattern("negation").search(text, lo, patient.end()) is not None
        is_forbidden = re.search(r"\bprohibit\w*|\bforbid\w*", text) is not None
        is_provider_first = (
            provider is not None
            and provider.start() < patient.start()
            and not pattern("clause").search(text, provider.end(), patient.start())
        )
        charged = not (is_denied or is_forbidden or is_provider_first)
    if group and group[1] == "CO" and not (really and "PR" in text):
        owed: bool | None = False
    elif really:
        owed = True
    else:
        owed = False
    columns = {"is_text_charged_to_patient": charged, "is_text_owed_by_patient": owed}
    said = f"The text lays the amount on {'the patient' if charged else 'the provider'}."
    fact = (
        "The group code decides: CO stays with an in-network provider; the patient owes only under PR, or after a valid "
        "notice (ABN with GA, or a plan's waiver)."
    )
    yield Said(
        "liability", view.sentence, said, fact, (mark("MMP-MUE", "B"), mark("ABN-C", "C")), None, columns
    )


def read_topics(document: Document) -> Iterator[Said]:
    """The topics that a guide to billing a drug must speak of, each with whether it does."""
    topics: list[dict[str, Any]] = data("claims")["topics"]
    for topic in topics:
        is_there = re.search(topic["find"], document.text, re.IGNORECASE) is not None
        said = (
            f"The text never speaks of {topic['name']}."
            if not is_there
            else f"The text speaks of {topic['name']}."
        )
        columns = {"is_text_topic_present": is_there}
        source = mark(topic["source"], topic["confidence"])
        yield Said("topic", None, said, topic["fact"], (source,), None, columns)
