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
    for common in commons():
        found = _all_found(common.find, view.text)
        if not found or any(p.search(view.text) for p in common.unless):
            continue
        # A denial within the words of the statement belongs to it; one beside them turns it round.
        bare = view.text
        for match in found:
            bare = f"{bare[: match.start()]}{' ' * (match.end() - match.start())}{bare[match.end() :]}"
        first, last = min(m.start() for m in found), max(m.end() for m in found)
        negated = pattern("negation").search(bare, max(0, first - 25), last) is not None
        denied = negated or pattern("wrongly").search(bare) is not None
        verdict = common.verdict if not denied else common.denied
        if verdict is None:
            continue
        said = f"On {common.id.replace('-', ' ').removesuffix(' wrong')}."
        yield Said("advice", view.sentence, said, common.fact, (common.source,), None, verdict=verdict)


def _all_found(patterns: tuple[re.Pattern[str], ...], text: str) -> list[re.Match[str]]:
    """A match of every pattern, or none at all; the first that is missing ends the search."""
    found: list[re.Match[str]] = []
    for one in patterns:
        match = one.search(text)
        if match is None:
            return []
        found.append(match)
    return found


def _liability(view: View) -> Iterator[Said]:
    """Who pays, clause by clause: one sentence may give CO to the provider and PR to the patient."""
    whole = view.text
    if not pattern("denial_cause").search(whole):
        return
    if pattern("checking_first").search(whole) and not re.search(
        r"\bCO\b|\bPR\b|\bmust|\bcan be billed\b", whole
    ):
        return
    for start, end in zip(view.cuts, view.cuts[1:], strict=False):
        charged = _charged(whole[start:end])
        if charged is None:
            continue
        clause = whole[start:end]
        marked = clause if _GROUP.search(clause) or pattern("patient_really").search(clause) else whole
        columns = {"is_text_charged_to_patient": charged, "is_text_owed_by_patient": _owed(marked)}
        said = f"The text lays the amount on {'the patient' if charged else 'the provider'}."
        fact = (
            "The group code decides: CO stays with an in-network provider; the patient owes only under PR, or after a valid "
            "notice (ABN with GA, or a plan's waiver)."
        )
        yield Said(
            "liability", view.sentence, said, fact, (mark("MMP-MUE", "B"), mark("ABN-C", "C")), None, columns
        )


_GROUP = re.compile(r"\b(CO|PR)\b(?!-?\s?(?:pay|ins))")


_REFUSED = re.compile(
    r"\b(?:not|never) (?:deemed |considered |found )?(?:medically )?(?:necessary|reasonable|covered|authori[sz]ed|approved|paid|obtained|documented|supported)\b"
    r"|\b(?:no|without) (?:prior )?(?:authori[sz]ation|documentation|records)\b",
    re.IGNORECASE,
)
"""Why a claim was denied; no denial that the patient pays."""


def _charged(clause: str) -> bool | None:
    """Whether a clause lays the amount on the patient; null where it names neither side."""
    patient, provider = pattern("patient_pays").search(clause), pattern("provider_pays").search(clause)
    if patient is None:
        return None if provider is None else False
    near = _REFUSED.sub("", clause[max(0, patient.start() - 60) : patient.end()])
    is_forbidden = re.search(r"\bprohibit\w*|\bforbid\w*", clause) is not None
    is_provider_first = provider is not None and provider.start() < patient.start()
    return not (pattern("negation").search(near) or is_forbidden or is_provider_first)


def _owed(text: str) -> bool:
    """Whether words of the text make the patient owe: the group PR, a notice, a share of the cost."""
    groups = {m[1] for m in _GROUP.finditer(text)}
    if groups == {"CO"}:
        return False
    return pattern("patient_really").search(text) is not None


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
