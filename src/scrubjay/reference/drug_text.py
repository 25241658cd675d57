"""What a HCPCS descriptor says of a drug: its name, billing unit, routes, and whether it is unlisted.

Only what the words say. A route that the drug has in practice but the descriptor does not name is not
here; nor is a brand, which the descriptor puts in brackets beside other remarks.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.quantity import NUMBER, Dimension, plain
from scrubjay.reference.descriptor import Qualifier, parse_descriptor
from scrubjay.tables.columns import QUANTITY

if TYPE_CHECKING:
    from scrubjay.reference.descriptor import BillingUnit

_UNLISTED = re.compile(
    r"\bnot\s+otherwise\s+(?:classified|specified)\b|\bunclassified\b|\bunlisted\b|\bnos\b|\bnoc\b|\bunspecified\b"
)
_LEAD = re.compile(
    r"^(?:(?:intravenous|intravesical|intravitreal)\s+)?(?:injection|inj|infusion|instillation)\b[\s,.]*(?:of\s+|iv,\s*)?"
)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_UNIT_WORDS = (
    r"(?:mg|mcg|g|gm|gms|grams?|milligrams?|micrograms?|ml|cc|iu|i\.?u\.?|units?|usp\s+units?|international\s+units?"
    r"|meq|millicuries?|microcuries?|mci|million|billion|dose|vial|mci|study|therapeutic|kiu)"
)
_AMOUNT = re.compile(
    rf"(?:(?:up\s+to|per|each)\s+)?(?<![\d.-])(?:{NUMBER})\s*(?:million\s+)?{_UNIT_WORDS}(?![a-z]|\s*/\s*(?:ml|cc)\b)"
    rf"(?:\s*/\s*(?={NUMBER}))?"
)
# Where the name ends: at "per ...", or at words on use, form or status.
_END = re.compile(
    r"(?:^|[\s,;:])(?:(?:per|each)\b|(?:up\s+to|less\s+than|greater\s+than|over|for|when|administered|fda[\s-]approved"
    r"|not\s+the\w*|not\s+otherwise|only|excludes?)\b)"
    # What an amount was of: it stands behind the amount that was taken out.
    r"|,\s+(?:vector\s+genomes?|vwf|autologous|car-positive|minimum\s+of|of\s+iron|plaque\s+forming|provided\s+in"
    r"|immuneglobulin|phenytoin\s+equivalent)\b"
)
_TRAILING = re.compile(
    r"(?:[\s,;/]+(?:biosimilar|oral|concentrated form|compounded product|non-compounded|inhalation solution|unit dose|"
    r"intravenous|intramuscular|subcutaneous|intravitreal|sterile|injection|vial|ampule|powder or solution|and|or|in|"
    r"depot form|non-depot form|non-lyophilized|lyophilized|powder or|preservative[\s-]free|microsphere formulation))+$"
)
# Words of a descriptor for a way of giving, in the names that `drugs.routes` uses.
_ROUTES: tuple[tuple[str, str], ...] = (
    (r"\boral(?:ly)?\b", "oral"),
    (r"\bintravenous(?:ly)?\b", "iv"),
    (r"\bintramuscular(?:ly)?\b", "im"),
    (r"\bsubcutaneous(?:ly)?\b", "sc"),
    (r"\bintravitreal(?:ly)?\b", "intravitreal"),
    (r"\bintra-?articular(?:ly)?\b", "ia"),
    (r"\bintrathecal(?:ly)?\b", "intrathecal"),
    (r"\bintravesical(?:ly)?\b", "intravesical"),
    (r"\bintradermal(?:ly)?\b", "intradermal"),
    (r"\binhalation\b", "inhalation"),
    (r"\bnasal\b", "nasal"),
    (r"\btopical(?:ly)?\b", "topical"),
    (r"\bsuprachoroidal\b", "suprachoroidal"),
    (r"\bintracameral\b", "intracameral"),
    (r"\brectal\b", "rectal"),
)
# "for intravenous immune globulin users" and the like speak of another drug; "non-..." denies the route.
_NO_ROUTE = re.compile(
    r"\bnon-?\s?(?:oral|intravenous|inhalation|intramuscular)|\bfor\s+use\s+in\s+\S+\s+pump"
)
_AREA = re.compile(r"\bsq(?:uare|\.)?\s*(?:cen\S+|cm)\b")
_PLACES = 6
_EDGES = " ,;:./-"


@lru_cache(maxsize=16_384)
def drug_name(text: str) -> str | None:
    """The name of the substance, lower case, without form, brand, amount and use; null where none is left."""
    bare = _BRACKETS.sub(" ", " ".join(text.lower().split()))
    bare = _AMOUNT.sub(" ", _LEAD.sub("", bare.strip()))
    end = _END.search(bare)
    bare = bare[: end.start()] if end else bare
    bare = re.sub(r"(?:\s*,)+(?=\s*(?:,|and\b|$))", "", re.sub(r"\s+", " ", bare).replace(" ,", ","))
    bare = re.sub(r"\s+/\s*", "/", bare)
    bare = _TRAILING.sub("", bare.strip(_EDGES)).strip(_EDGES)
    bare = re.sub(r"\bhc[li]\b", "hydrochloride", bare)
    return bare or None


def is_measured_by_area(text: str | pl.Expr) -> pl.Expr:
    """Per row: one unit is an area, as of a skin substitute; null where the text is null."""
    column = pl.col(text) if isinstance(text, str) else text
    return column.str.to_lowercase().str.contains(_AREA.pattern)


@lru_cache(maxsize=16_384)
def _read(
    text: str,
) -> tuple[str | None, str | None, str | None, str | None, list[str] | None, bool, str | None]:
    lower = " ".join(text.lower().split())
    unit = parse_descriptor(text)
    amount, symbol, qualifier = _unit_columns(unit)
    routes = [] if _NO_ROUTE.search(lower) else [r for words, r in _ROUTES if re.search(words, lower)]
    # A code with a unit is a drug of its own, even where its kind or maker is "not otherwise specified".
    is_unlisted = unit is None and _UNLISTED.search(lower) is not None
    reason = None if symbol else _why_no_unit(lower, is_unlisted=is_unlisted)
    name = re.sub(r"[\s,;]+", " ", lower) if is_unlisted else drug_name(text)
    return name, amount, symbol, qualifier, routes or None, is_unlisted, reason


def _unit_columns(unit: BillingUnit | None) -> tuple[str | None, str | None, str | None]:
    """Amount, unit and qualifier as `drugs` holds them; of a combination the unit names the strengths."""
    if unit is None:
        return None, None, None
    if unit.components:
        return None, "combination " + " + ".join(map(str, unit.components)), str(Qualifier.EACH)
    if unit.qualifier is Qualifier.EACH:
        return "1", unit.noun or "each", str(Qualifier.EACH)
    amount = Fraction(unit.quantity.amount)
    if (amount * 10**_PLACES).denominator != 1:
        return None, None, None
    return plain(amount), unit.quantity.unit.symbol, str(unit.qualifier)


def _why_no_unit(text: str, *, is_unlisted: bool) -> str:
    if is_unlisted:
        return "Not otherwise classified: one unit stands for no fixed amount."
    if _AREA.search(text):
        return "One unit is an area, not an amount of a drug."
    return "The descriptor does not state one amount that a unit stands for."


def read_drug_texts(descriptors: pl.Series) -> pl.DataFrame:
    """What each descriptor says; every distinct text is read once.

    Args:
        descriptors: long descriptors; null where none is held.

    Returns:
        A frame of one row per descriptor, in order: drug, unit_amount (QUANTITY), unit, qualifier, routes,
        is_unlisted, and `no_unit`, the reason why the unit is null.
    """
    schema = {
        "drug": pl.String(),
        "unit_amount": pl.String(),
        "unit": pl.String(),
        "qualifier": pl.String(),
        "routes": pl.List(pl.String()),
        "is_unlisted": pl.Boolean(),
        "no_unit": pl.String(),
    }
    distinct = descriptors.unique().drop_nulls().alias("_text")
    read = pl.DataFrame([_read(t) for t in distinct], schema=schema, orient="row").with_columns(
        pl.col("unit_amount").cast(QUANTITY), _text=distinct
    )
    return (
        pl.DataFrame({"_text": descriptors})
        .join(read, on="_text", how="left", maintain_order="left")
        .drop("_text")
    )


def unit_ratio(ended: str, successor: str) -> Fraction | None:
    """Units of the successor for one unit of the ended code, exact.

    Null unless both descriptors name the same substance and state amounts of one dimension.
    """
    if drug_name(ended) is None or _substance(ended) != _substance(successor):
        return None
    old, new = parse_descriptor(ended), parse_descriptor(successor)
    if old is None or new is None or old.components or new.components:
        return None
    dimension = old.quantity.unit.dimension
    if dimension is not new.quantity.unit.dimension or dimension is Dimension.EACH:
        return None
    if new.qualifier is Qualifier.UP_TO and old.qualifier is not Qualifier.UP_TO:
        return None
    ratio = (old.quantity.amount * old.quantity.unit.size) / (new.quantity.amount * new.quantity.unit.size)
    return ratio if (ratio * 10**_PLACES).denominator == 1 else None


def _substance(text: str) -> str:
    return re.sub(r"[\s,]+", " ", drug_name(text) or "")
