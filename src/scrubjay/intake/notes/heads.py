"""Whose note it is: name, birth date, record and account number from the head of a text."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrubjay.intake.notes.model import ChartDocument

_HEAD = 3000
_RECORD = re.compile(
    r"\b(?:MRN|MR\s?#|med(?:ical)?\s+rec(?:ord)?(?:\s+(?:no\.?|number|#))?|chart\s*(?:no\.?|number|#))\s*[:#=]*\s*(?P<v>[A-Z0-9][A-Z0-9-]{2,24})",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    r"\b(?:patient\s+control\s+(?:no\.?|number)|PCN|acc(?:oun)?t\s*(?:no\.?|number|#)|account|claim\s*(?:no\.?|number|#|id)|encounter\s*(?:no\.?|number|#|id)|visit\s*(?:no\.?|number|#|id)|FIN)\s*[:#=]*\s*(?P<v>[A-Z0-9][A-Z0-9-]{1,37})",
    re.IGNORECASE,
)
_BIRTH = re.compile(
    r"\b(?:DOB|D\.O\.B\.?|birth\s*date|date\s+of\s+birth|born)\s*[:=]?\s*(?P<v>\d{1,2}[/-]\d{1,2}[/-]\d{2,4}|\d{4}-\d{2}-\d{2})",
    re.IGNORECASE,
)
_PERSON = r"(?:(?P<last>[A-Z][A-Za-z'’-]+(?:\s[A-Z][A-Za-z'’-]+)?),\s*(?P<first>[A-Z][A-Za-z'’-]+)|(?P<first2>[A-Z][A-Za-z'’-]+)\s+(?:[A-Z]\.?\s+)?(?P<last2>[A-Z][A-Za-z'’-]+))"
_NAME = re.compile(rf"\b(?i:patient(?:\s+name)?|pt(?:\s+name)?|name)\b\.?\s*[:=]?\s*{_PERSON}")
_BARE = re.compile(
    r"(?:^|[\s-])(?P<last>[A-Z][a-z'’]+),\s*(?P<first>[A-Z][a-z'’]+)(?=\s*[,(|]?\s*(?:MRN|DOB|\(MRN|$))",
    re.MULTILINE,
)
_FORMS = ("%m/%d/%Y", "%m-%d-%Y", "%Y-%m-%d", "%m/%d/%y", "%m-%d-%y")


def day_of(text: str, *, not_after: date | None = None) -> date | None:
    """A date as charts write it, month first; null for anything else. Two-digit years are of the past."""
    for form in _FORMS:
        try:
            found = datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day, no instant
        except ValueError:
            continue
        if not_after is not None and found > not_after and "%y" in form:
            found = found.replace(year=found.year - 100)
        return found
    return None


def read_head(document: ChartDocument) -> None:
    """Fill the keys of a document from the head of its text, where a source has not stated them."""
    head = document.text[:_HEAD]
    record, account, birth = _RECORD.search(head), _ACCOUNT.search(head), _BIRTH.search(head)
    name = _NAME.search(head) or _BARE.search(head)
    document.record_number = document.record_number or (record["v"] if record else None)
    document.control_number = document.control_number or (
        account["v"] if account and any(c.isdigit() for c in account["v"]) else None
    )
    if birth and document.patient_birth_date is None:
        document.patient_birth_date = day_of(birth["v"])
    if name and document.patient_last_name is None:
        groups = name.groupdict()
        document.patient_last_name = groups.get("last") or groups.get("last2")
        document.patient_first_name = groups.get("first") or groups.get("first2")
