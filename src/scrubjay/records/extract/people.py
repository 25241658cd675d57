"""Who gave, who signed: names with credentials, signatures and their absence."""

from __future__ import annotations

import re
from typing import NamedTuple

PRESCRIBERS = frozenset(
    {
        "MD",
        "DO",
        "NP",
        "FNP",
        "CNP",
        "DNP",
        "ARNP",
        "APRN",
        "CRNP",
        "PA",
        "PAC",
        "DPM",
        "DDS",
        "MBBS",
        "CNM",
        "CNS",
        "DR",
        "AGNP",
        "PMHNP",
        "WHNP",
        "CRNA",
        "OD",
    }
)
"""Credentials of those who may order, by how they are written; which of them may is for the states to say."""
_CREDENTIAL = r"(?:M\.D\.|D\.O\.|MD|DO|FNP-(?:C|BC)|AGNP-?C?|PMHNP-?(?:BC)?|WHNP-?(?:BC)?|FNP|CRNP|CNP|DNP|ARNP|APRN|NP-C|NP|PA-C|PA|DPM|DDS|MBBS|CNM|CNS|CRNA|BSN|MSN|RN-BC|RN|LPN|LVN|CCMA|CMA|RMA|MA|PharmD|RPh|OCN)"
_NAME = r"(?:[A-Z][\w'’-]*\.?|[A-Z]\.)(?:[ \t]+(?:[A-Z][\w'’-]*\.?|[A-Z]\.)){0,3}"
_PERSON = re.compile(
    rf"(?P<name>{_NAME})(?:,[ \t]*|[ \t]+)\(?(?P<cred>{_CREDENTIAL})(?:\b|(?<=\.))(?:,?[ \t]*{_CREDENTIAL}\b)*"
    rf"|\b(?P<cred2>RN|LPN|LVN|CMA|Nurse)[:\s]+(?P<name2>[A-Z][\w'’.-]*(?:[ \t]+[A-Z][\w'’-]*)?)"
    rf"|\b(?P<cred3>Dr)\.?[ \t]+(?P<name3>{_NAME})"
)
_NURSES = frozenset({"RN", "LPN", "LVN", "MA", "CMA", "RMA"})
_NO_NAME = frozenset(
    {
        "The",
        "By",
        "Given",
        "Per",
        "Signed",
        "Order",
        "Date",
        "Time",
        "IV",
        "IM",
        "And",
        "Lot",
        "Administered",
        "Injected",
        "Infused",
        "Witness",
        "Nurse",
        "Name",
        "Patient",
        "Pt",
        "Verified",
        "With",
        "No",
        "At",
    }
)
_NOT_GIVER = re.compile(
    r"(?:witness\w*|verified|double[- ]check\w*|cosign\w*|co-sign\w*|per|order(?:ed|s)?(?: by)?|prescri\w*(?: by)?|supervis\w*|notified|discussed with|seen by|attending|referr\w*(?: by)?|referring|provider|physician|pcp|prescriber)[\s:,-]*(?:by\s+)?(?:dr\.?\s*)?$",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"(?:e-?|electronically |digitally |and |note )*(?:sign(?:ed|s|ature)?|authenticated|attested|cosigned|co-signed|e-?sign(?:ed)?|authored)\b|/s/|\bsgd\b|\besign(?:ed)?\b"
)
_UNSIGNED = re.compile(
    r"\bunsigned\b|\bnot (?:yet )?(?:been )?(?:e-?)?(?:signed|authenticated|cosigned)\b|\b(?:awaiting|pending|no|missing|without|needs|lacks) (?:\w+ ){0,3}(?:signature|cosignature|co-signature|authentication)\b"
    r"|\bsignature\b\s*(?:\([^)]*\))?\s*[:=-]?\s*(?:_{2,}|\.{4,}|-{3,}|\[[\w\s]{0,20}\]|blank\b|pending|missing|not (?:on file|present|obtained)|none|n/?a\b|absent|x_+|$)"
    r"|\b(?:signed|sign|e-signed)(?: by)?\s*[:=-]\s*(?:_{2,}|\.{4,}|\[[\w\s]{0,20}\]|pending|$)|\b(?:draft|preliminary)[- ](?:note|report)?\s*(?:not|un)|signature line (?:is )?(?:blank|empty)|\b(?:is|was|remains) unsigned\b"
)


class Person(NamedTuple):
    """Somebody with a credential, by span in the segment; the credential without points."""

    start: int
    end: int
    credential: str
    is_giver: bool


def people(cased: str) -> list[Person]:
    """People with credentials in a segment, in the case as written.

    Args:
        cased: the segment's text with its case.
    """
    found: list[Person] = []
    for match in _PERSON.finditer(cased):
        credential = match["cred"] or match["cred2"] or match["cred3"]
        name = match["name"] or match["name2"] or match["name3"]
        words = name.split()
        while words and words[0].strip(".") in _NO_NAME:
            words.pop(0)
        if not words:
            continue
        plain = credential.replace(".", "").upper()
        plain = "RN" if plain == "NURSE" else plain
        before = cased[
            max(0, match.start() - 40) : match.start() + len(name) - len(" ".join(words))
            if match["name"]
            else match.start()
        ]
        # An order is per somebody who may order; what was done per a nurse was done by the nurse.
        by_nurse = plain in _NURSES and re.search(r"\bper\s*$", before, re.IGNORECASE) is not None
        is_giver = by_nurse or _NOT_GIVER.search(before) is None
        found.append(Person(match.start(), match.end(), plain, is_giver))
    return found


def is_prescriber(credential: str) -> bool:
    """May somebody with this credential order?"""
    bare = credential.split("-", maxsplit=1)[0]
    return bare in PRESCRIBERS or credential.replace("-", "") in PRESCRIBERS


def signed(norm: str) -> tuple[int, int] | None:
    """Where a segment says that somebody signed."""
    found = _SIGNED.search(norm)
    return found.span() if found else None


def unsigned(norm: str) -> tuple[int, int] | None:
    """Where a segment says that a signature is missing."""
    found = _UNSIGNED.search(norm.rstrip())
    return (found.start(), max(found.end(), found.start() + 1)) if found else None
