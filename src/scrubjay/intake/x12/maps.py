"""Names and numbers of the X12 structure that the reader needs: segment tags and implementations.

No wording of the standard is kept here: tags, implementation numbers and our own short names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ELEMENT = "\x1d"
"""Element separator after normalisation, whatever the interchange uses."""
COMPONENT = "\x1f"
"""Component separator after normalisation."""
DAMAGE = "\x00"
"""Stands for a control character that no text holds."""

ENVELOPE_TAGS = ("ISA", "IEA", "GS", "GE", "TA1", "ST", "SE")
# Tags that begin a stretch of segments with one owner; their order is their number in `TAGS`.
SECTION_TAGS = (*ENVELOPE_TAGS, "HL", "CLM", "LX", "SBR", "SVD", "SV1", "SV2")
OTHER_TAGS = (
    *("AMT", "BHT", "CAS", "CL1", "CN1", "CR1", "CR2", "CR3", "CR4", "CR5", "CR6", "CR7", "CR8", "CRC"),
    *("CTP", "CUR", "DMG", "DN1", "DN2", "DSB", "DTP", "FRM", "HCP", "HI", "HSD", "IMM", "K3", "LIN"),
    *("LQ", "MEA", "MIA", "MOA", "N2", "N3", "N4", "NM1", "NTE", "OI", "PAT", "PER", "PRV", "PS1"),
    *("PWK", "QTY", "REF", "SV3", "SV4", "SV5", "SV6", "SV7", "TOO", "UR"),
)
TAGS = (*SECTION_TAGS, *OTHER_TAGS)
CODE = {tag: number for number, tag in enumerate(TAGS)}
LAST_ENVELOPE = CODE["SE"]
LAST_SECTION = CODE["SV2"]

Purpose = Literal["claims", "predetermination", "post-adjudicated", "other"]


@dataclass(frozen=True, slots=True)
class Implementation:
    """What a transaction set is for.

    Attributes:
        kind: short name for people, e.g. `837P` or `837P predetermination`.
        claim_kind: `professional` or `institutional` where the set holds claims for payment.
        purpose: only `claims` is handed to the checker.
    """

    kind: str
    claim_kind: str | None
    purpose: Purpose


# Matched by the start of ST03 (or GS08), so that addenda (A1, A2 ...) need no entry.
_IMPLEMENTATIONS = {
    "005010X222": Implementation("837P", "professional", "claims"),
    "005010X223": Implementation("837I", "institutional", "claims"),
    "004010X098": Implementation("837P", "professional", "claims"),
    "004010X096": Implementation("837I", "institutional", "claims"),
    "005010X291": Implementation("837P predetermination", None, "predetermination"),
    "005010X292": Implementation("837I predetermination", None, "predetermination"),
    "005010X298": Implementation("837P post-adjudicated", None, "post-adjudicated"),
    "005010X299": Implementation("837I post-adjudicated", None, "post-adjudicated"),
    "005010X224": Implementation("837D", None, "other"),
    "004010X097": Implementation("837D", None, "other"),
    "005010X300": Implementation("837D post-adjudicated", None, "other"),
    "005010X214": Implementation("277CA", None, "other"),
}
_HINTS = {
    "835": "It is a remittance; `scrubjay remit` reads it.",
    "999": "It is an acknowledgement of a file that was sent; check that file instead.",
    "997": "It is an acknowledgement of a file that was sent; check that file instead.",
    "TA1": "It is an acknowledgement of an interchange that was sent; check that file instead.",
    "277CA": "It is a claim acknowledgement; check the 837 that it answers.",
    "276": "It asks for a claim's status; check the 837 itself.",
    "277": "It answers a question about a claim's status; check the 837 itself.",
    "270": "It asks for eligibility; it holds no claim.",
    "271": "It answers a question about eligibility; it holds no claim.",
    "278": "It is about authorisation of services; it holds no claim.",
    "275": "It carries an attachment; check the 837 that it belongs to.",
    "820": "It is a premium payment; it holds no claim.",
    "834": "It is an enrolment; it holds no claim.",
    "837D": "It holds dental claims, which are not read.",
}


def implementation(set_id: str, version: str | None) -> Implementation:
    """What a transaction set with this ST01 and this ST03 (or GS08) is."""
    found = _IMPLEMENTATIONS.get((version or "")[:10])
    if found is not None and found.kind[:3] == set_id:
        return found
    known = set_id if set_id.isdigit() and len(set_id) == 3 else "unknown"
    return Implementation(known, None, "other")


def hint(kind: str) -> str:
    """What to do with a file of a kind that is not read as claims."""
    return _HINTS.get(kind, "Only 837P and 837I files of version 005010 or 004010 are read.")
