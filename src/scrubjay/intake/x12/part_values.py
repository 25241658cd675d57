"""What a value that is written into a claim must look like; a claim that no payer reads is not handed out."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from scrubjay.errors import UsageError

_MONEY = re.compile(r"\d{1,16}(\.\d{1,2})?")
_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,3})?")
_LISTS = frozenset({"modifiers", "diagnosis_codes", "diagnosis_pointers", "attachment_numbers"})
_FORMS: dict[str, tuple[re.Pattern[str], str]] = {
    "hcpcs": (re.compile(r"[A-Z0-9]{5}"), "a code of five capitals and digits"),
    "modifiers": (re.compile(r"[A-Z0-9]{2}"), "modifiers of two capitals and digits each"),
    "charge_amount": (_MONEY, "dollars and cents without a sign"),
    "units": (_AMOUNT, "a number above zero"),
    "unit_of_measure": (re.compile(r"[A-Z0-9]{2}"), "a code of two capitals and digits"),
    "revenue_code": (re.compile(r"\d{4}"), "four digits"),
    "line_place_of_service_code": (re.compile(r"\d{2}"), "two digits"),
    "claim_place_of_service_code": (re.compile(r"\d{2}"), "two digits"),
    "diagnosis_codes": (re.compile(r"[A-Z][A-Z0-9]{2,6}"), "codes of three to seven capitals and digits, no point"),
    "diagnosis_pointers": (re.compile(r"[1-9]|1[0-2]"), "numbers of diagnoses of the claim"),
    "ndc_as_sent": (re.compile(r"\d{11}"), "eleven digits without hyphens"),
    "ndc_quantity": (_AMOUNT, "a number above zero"),
    "ndc_unit": (re.compile(r"F2|GR|ME|ML|UN"), "F2, GR, ME, ML or UN"),
    "attachment_numbers": (re.compile(r".{2,80}"), "numbers of two to 80 characters"),
    "claim_note": (re.compile(r".{1,80}"), "at most 80 characters"),
    "line_note": (re.compile(r".{1,80}"), "at most 80 characters"),
    "line_description": (re.compile(r".{1,80}"), "at most 80 characters"),
}  # fmt: skip
_REFERENCE = (re.compile(r".{1,50}"), "at most 50 characters")
_POSITIVE = frozenset({"units", "ndc_quantity"})
_NEVER_EMPTY = frozenset({
    "hcpcs", "charge_amount", "units", "unit_of_measure", "revenue_code", "claim_place_of_service_code",
    "diagnosis_codes", "diagnosis_pointers", "ndc_as_sent", "ndc_quantity", "ndc_unit", "service_date_from",
    "attachment_numbers",
})  # fmt: skip
_MOST_POINTERS = 4


def refuse_bad_value(column: str, value: str, *, where: str) -> None:
    """Refuse a value that is not in the form of its column; the message does not repeat it.

    Args:
        column: name of the canonical column.
        value: as it would be written, the codes of a list joined by commas.
        where: place, for the message.

    Raises:
        UsageError: it is not in the form, or is empty where a claim needs one.
    """
    if not value:
        if column in _NEVER_EMPTY:
            raise UsageError(f"{column} cannot be taken away.", where=where, hint="Write a value.")
        return
    if column == "service_date_from":
        return
    form, words = _FORMS.get(column, _REFERENCE)
    parts = value.split(",") if column in _LISTS else [value]
    is_wrong = any(form.fullmatch(part) is None for part in parts)
    if is_wrong or (column in _POSITIVE and not _is_positive(value)):
        raise UsageError("the value is not in the form of its column.", where=where, hint=f"Write {words}.")
    if len(set(parts)) < len(parts):
        raise UsageError("the value names one thing twice.", where=where, hint="Leave one out.")
    if column == "diagnosis_pointers" and len(parts) > _MOST_POINTERS:
        raise UsageError("a line points to at most four diagnoses.", where=where, hint="Leave some out.")


def _is_positive(value: str) -> bool:
    try:
        return Decimal(value) > 0
    except InvalidOperation:
        return False
