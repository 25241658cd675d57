"""One validated type per code system, and the same rules as Polars expressions.

The parse functions take what a person typed and raise `UsageError`; the expressions judge whole
columns and give null where the input is null. Both use the patterns declared here once.

Patterns are lengths and alphabets of public code systems; whether a code *exists* on a day is a
question for the reference sets.
"""

from __future__ import annotations

import re
from typing import NewType

import polars as pl

from scrubjay.errors import UsageError

Hcpcs = NewType("Hcpcs", str)
"""Five characters, upper case: a letter and four digits (Level II) or a CPT number."""
Modifier = NewType("Modifier", str)
"""Two characters, upper case."""
Ndc11 = NewType("Ndc11", str)
"""Eleven digits in the order labeler 5, product 4, package 2. See `scrubjay.drugs.ndc`."""
Npi = NewType("Npi", str)
"""Ten digits with a valid check digit."""
Icd10 = NewType("Icd10", str)
"""ICD-10-CM code without the dot, upper case, three to seven characters."""
Pos = NewType("Pos", str)
"""Place of service, two digits."""
RevenueCode = NewType("RevenueCode", str)
"""Four digits."""
Mbi = NewType("Mbi", str)
"""Medicare beneficiary identifier, eleven characters: protected health information."""
TypeOfBill = NewType("TypeOfBill", str)
"""Facility type, classification and frequency without the leading zero, e.g. `131`."""

HCPCS_PATTERN = r"^(?:[A-Z][0-9]{4}|[0-9]{4}[0-9A-Z])$"
MODIFIER_PATTERN = r"^[A-Z0-9]{2}$"
ICD10_PATTERN = r"^[A-TV-Z][0-9][0-9A-Z](?:[0-9A-Z]{0,3}|[0-9A-Z]{3}[0-9A-Z])$|^U[0-9][0-9A-Z][0-9A-Z]{0,4}$"
POS_PATTERN = r"^[0-9]{2}$"
REVENUE_PATTERN = r"^[0-9]{4}$"
TYPE_OF_BILL_PATTERN = r"^[1-9][0-9A-Z][0-9A-Z]$"

# CMS, "Understanding the Medicare Beneficiary Identifier (MBI) Format": positions 2, 5, 8 and 9 are
# letters (S, L, O, I, B and Z are never used), 3 and 6 letters or digits, the first is 1 to 9.
_MBI_LETTER = "[AC-HJKMNP-RT-Y]"
_MBI_EITHER = "[0-9AC-HJKMNP-RT-Y]"
MBI_PATTERN = (
    f"^[1-9]{_MBI_LETTER}{_MBI_EITHER}[0-9]{_MBI_LETTER}{_MBI_EITHER}[0-9]{_MBI_LETTER}{{2}}[0-9]{{2}}$"
)

NPI_PATTERN = r"^[12][0-9]{9}$"
# The check digit is computed as if the issuer prefix 80840 stood before the number; the prefix adds 24.
_NPI_PREFIX_SUM = 24

_NDC_HYPHENED = r"^(?:\d{4}-\d{4}-\d{2}|\d{5}-\d{3}-\d{2}|\d{5}-\d{4}-\d|\d{5}-\d{4}-\d{2})$"
_NDC_PRODUCT_HYPHENED = r"^(?:\d{4}-\d{4}|\d{5}-\d{3,4})$"
_NDC_QUALIFIER = r"^N4"


def _matched(text: str, pattern: str, what: str, hint: str) -> str:
    if re.match(pattern, text, flags=re.ASCII) is None or text.endswith("\n"):
        raise UsageError(what, hint=hint)
    return text


def parse_hcpcs(text: str) -> Hcpcs:
    """A HCPCS or CPT number, blanks cut and letters raised.

    Raises:
        UsageError: not a letter and four digits, nor a CPT number.
    """
    return Hcpcs(
        _matched(
            text.strip().upper(),
            HCPCS_PATTERN,
            f"{_short(text)} is not a HCPCS code.",
            "A code has five characters, such as J2919 or 96372.",
        )
    )


def looks_like_hcpcs(text: str) -> bool:
    """Whether `text` has the form of a code; no claim that the code exists."""
    return re.match(HCPCS_PATTERN, text.strip().upper(), flags=re.ASCII) is not None


def parse_modifier(text: str) -> Modifier:
    """A modifier of two letters or digits.

    Raises:
        UsageError: any other form.
    """
    return Modifier(
        _matched(
            text.strip().upper(),
            MODIFIER_PATTERN,
            f"{_short(text)} is not a modifier.",
            "A modifier has two characters, such as JZ.",
        )
    )


def npi_check_digit_is_valid(text: str) -> bool:
    """Luhn over the ten digits with the prefix 80840 counted in."""
    if re.match(NPI_PATTERN, text, flags=re.ASCII) is None:
        return False
    total = _NPI_PREFIX_SUM
    for place, digit in enumerate(int(c) for c in text):
        doubled = digit * 2 if place % 2 == 0 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def parse_npi(text: str) -> Npi:
    """A national provider identifier.

    Raises:
        UsageError: not ten digits beginning with 1 or 2, or the check digit is wrong.
    """
    npi = _matched(
        text.strip(), NPI_PATTERN, "The NPI is not ten digits beginning with 1 or 2.", "Check the number."
    )
    if not npi_check_digit_is_valid(npi):
        raise UsageError("The NPI fails its check digit.", hint="One digit is wrong or two are exchanged.")
    return Npi(npi)


def parse_icd10(text: str) -> Icd10:
    """An ICD-10-CM code, with or without its dot.

    Raises:
        UsageError: not the form of such a code.
    """
    bare = text.strip().upper()
    if "." in bare and bare.find(".") != 3:
        raise UsageError(f"{_short(text)} is not an ICD-10-CM code.", hint="The dot stands after the third.")
    return Icd10(
        _matched(
            bare.replace(".", "", 1),
            ICD10_PATTERN,
            f"{_short(text)} is not an ICD-10-CM code.",
            "A code has three to seven characters, such as M17.11.",
        )
    )


def parse_pos(text: str) -> Pos:
    """A place of service of two digits.

    Raises:
        UsageError: any other form.
    """
    return Pos(
        _matched(
            text.strip(), POS_PATTERN, f"{_short(text)} is not a place of service.", "Two digits, as 11."
        )
    )


def parse_revenue_code(text: str) -> RevenueCode:
    """A revenue code; three digits get their leading zero.

    Raises:
        UsageError: not three or four digits.
    """
    digits = text.strip()
    padded = f"0{digits}" if re.fullmatch(r"\d{3}", digits, flags=re.ASCII) else digits
    return RevenueCode(
        _matched(padded, REVENUE_PATTERN, f"{_short(text)} is not a revenue code.", "Four digits, as 0636.")
    )


def parse_mbi(text: str) -> Mbi:
    """A Medicare beneficiary identifier; hyphens are cut. The value is never repeated in an error.

    Raises:
        UsageError: not the form of such an identifier.
    """
    return Mbi(
        _matched(
            text.strip().upper().replace("-", ""),
            MBI_PATTERN,
            "The member id has not the form of a Medicare beneficiary identifier.",
            "Eleven characters; the letters S, L, O, I, B and Z are never used.",
        )
    )


def parse_type_of_bill(text: str) -> TypeOfBill:
    """A type of bill; the leading zero of the paper form is cut.

    Raises:
        UsageError: not three characters, or four beginning with zero.
    """
    bare = text.strip().upper()
    bare = bare[1:] if len(bare) == 4 and bare.startswith("0") else bare
    return TypeOfBill(
        _matched(
            bare, TYPE_OF_BILL_PATTERN, f"{_short(text)} is not a type of bill.", "Three digits, as 131."
        )
    )


def _short(text: str) -> str:
    """At most twenty printable characters of what was typed, so that an error stays one line."""
    printable = "".join(c for c in text.strip() if c.isprintable())
    return f'"{printable[:20]}..."' if len(printable) > 20 else f'"{printable}"'


def _column(value: str | pl.Expr) -> pl.Expr:
    return pl.col(value) if isinstance(value, str) else value


def npi_is_valid(value: str | pl.Expr) -> pl.Expr:
    """Boolean per row: form and check digit; null where the NPI is null.

    The digits are read at fixed places, so the whole column is judged without a Python call.
    """
    npi = _column(value)
    total = pl.lit(_NPI_PREFIX_SUM, dtype=pl.Int32)
    for place in range(10):
        digit = npi.str.slice(place, 1).cast(pl.Int32, strict=False)
        if place % 2 == 0:
            total = total + digit * 2 - pl.when(digit > 4).then(9).otherwise(0)
        else:
            total = total + digit
    # A short text has null digits: its form already says false, and only a null NPI may give null.
    return npi.str.contains(NPI_PATTERN) & ((total % 10 == 0) | (total.is_null() & npi.is_not_null()))


def mbi_is_valid(value: str | pl.Expr) -> pl.Expr:
    """Boolean per row: the form of a Medicare beneficiary identifier; null where null."""
    return _column(value).str.to_uppercase().str.replace_all("-", "", literal=True).str.contains(MBI_PATTERN)


def hcpcs_is_well_formed(value: str | pl.Expr) -> pl.Expr:
    """Boolean per row: the form of a HCPCS or CPT number; null where null."""
    return _column(value).str.contains(HCPCS_PATTERN)


def icd10_is_well_formed(value: str | pl.Expr) -> pl.Expr:
    """Boolean per row: the form of an ICD-10-CM code without its dot; null where null."""
    return _column(value).str.contains(ICD10_PATTERN)


def ndc_cleaned_expr(value: str | pl.Expr) -> pl.Expr:
    """The NDC as sent, upper case, without blanks and without the qualifier N4; hyphens stay."""
    bare = _column(value).str.to_uppercase().str.replace_all(r"\s", "").str.replace(_NDC_QUALIFIER, "")
    return bare.str.strip_chars("-").replace("", None)


def ndc_form_expr(value: str | pl.Expr) -> pl.Expr:
    """`ndc11`, `ambiguous` or `malformed` per row; null where nothing was sent.

    Ten digits without hyphens have three readings, so they are ambiguous; a directory may still
    settle them (`scrubjay.drugs.ndc.parse_ndc`).
    """
    bare = ndc_cleaned_expr(value)
    return (
        pl.when(bare.is_null())
        .then(None)
        .when(bare.str.contains(_NDC_HYPHENED) | bare.str.contains(r"^\d{11}$"))
        .then(pl.lit("ndc11"))
        .when(bare.str.contains(r"^\d{10}$"))
        .then(pl.lit("ambiguous"))
        .otherwise(pl.lit("malformed"))
    )


def ndc11_expr(value: str | pl.Expr) -> pl.Expr:
    """Eleven digits 5-4-2 per row; null where the form is ambiguous, malformed or absent.

    The short segment of a hyphened number is padded; digits are never padded blindly.
    """
    bare = ndc_cleaned_expr(value)
    parts = bare.str.split("-")
    joined = pl.concat_str(
        parts.list.get(0, null_on_oob=True).str.zfill(5),
        parts.list.get(1, null_on_oob=True).str.zfill(4),
        parts.list.get(2, null_on_oob=True).str.zfill(2),
    )
    return (
        pl.when(bare.str.contains(_NDC_HYPHENED)).then(joined).when(bare.str.contains(r"^\d{11}$")).then(bare)
    )


def product_ndc_expr(value: str | pl.Expr) -> pl.Expr:
    """Nine digits 5-4 of a hyphened labeler and product (4-4, 5-3 or 5-4) per row; else null."""
    bare = _column(value).str.strip_chars()
    parts = bare.str.split("-")
    joined = pl.concat_str(
        parts.list.get(0, null_on_oob=True).str.zfill(5), parts.list.get(1, null_on_oob=True).str.zfill(4)
    )
    return pl.when(bare.str.contains(_NDC_PRODUCT_HYPHENED)).then(joined)
