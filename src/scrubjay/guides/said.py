"""What a guide says, statement by statement, before and after it is judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scrubjay.guides.mentions import Mention
    from scrubjay.guides.sentences import Place, Sentence


class TextVerdict(StrEnum):
    """What a statement is: MISSING is a topic that the guide leaves out."""

    FALSE = "false"
    OUTDATED = "outdated"
    MISLEADING = "misleading"
    MISSING = "missing"
    CANNOT_TELL = "cannot tell"
    TRUE = "true"


@dataclass(frozen=True, slots=True)
class Said:
    """One statement found in a text.

    Attributes:
        kind: identity, unit, use, modifier, topic, consistency, liability are judged by the edits; the others
            (validity, date, successor, route, limit, price, status, diagnosis, advice) bring their verdict.
        sentence: where; null for what is said of the whole text.
        said: what the guide says, in few words.
        fact: what is so, in our words.
        sources: where the fact is from, each with its mark.
        code: the code spoken of.
        columns: of `scrubjay.tables.STATEMENTS`, for those that edits judge.
        verdict: of those that no edit judges.
        soft: a finding of the edit is misleading rather than false.
    """

    kind: str
    sentence: Sentence | None
    said: str
    fact: str
    sources: tuple[str, ...] = ()
    code: str | None = None
    columns: dict[str, Any] = field(default_factory=dict[str, Any])
    verdict: TextVerdict | None = None
    soft: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """A statement with its verdict.

    Attributes:
        verdict: the verdict.
        kind: as in `Said`.
        code: the code spoken of, or null.
        quote: the sentence; empty for what is said of the whole text.
        place: where it stands; null for the whole text.
        said: what it says, in few words.
        fact: what is so.
        sources: where that is from.
        edit: code of the edit that fires, or null.
        edit_name: its readable name, or null.
        severity: of the edit, or null.
        reason: why nothing could be told, or null.
    """

    verdict: TextVerdict
    kind: str
    code: str | None
    quote: str
    place: Place | None
    said: str
    fact: str
    sources: tuple[str, ...]
    edit: str | None = None
    edit_name: str | None = None
    severity: str | None = None
    reason: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        place = self.place
        return {
            "verdict": str(self.verdict),
            "kind": self.kind,
            "code": self.code,
            "quote": self.quote,
            "page": place.page if place else None,
            "line": place.line if place else None,
            "start": place.start if place else None,
            "end": place.end if place else None,
            "says": self.said,
            "fact": self.fact,
            "sources": list(self.sources),
            "edit": self.edit,
            "edit_name": self.edit_name,
            "severity": self.severity,
            "reason": self.reason,
        }


@dataclass(slots=True)
class Memory:
    """What the text spoke of so far, for words such as "this drug" and "it".

    Attributes:
        page_code: the code that the title or the first sentences are about.
        page_drug: the drug that the text gives that code.
        last_code: named last.
        last_drug: named last.
        section: heading over the last sentence, as a key.
    """

    page_code: str | None = None
    page_drug: Mention | None = None
    last_code: str | None = None
    last_drug: Mention | None = None
    section: tuple[str, ...] = ()
