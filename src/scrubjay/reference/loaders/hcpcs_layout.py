"""The HCPCS contractor record: its fields by name, by position in the 320 characters, by spreadsheet header.

Layout: "HCPCS Contractor Record" of the record layout that comes with each release. CMS publishes the same
fields as text records and as a spreadsheet; both are read into the columns named here.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from scrubjay.reference.loaders.released_table import Wanted

LENGTH = 320
LAST_POSITION = 293
"""The last position that the layout gives a meaning; the rest of the 320 is filler."""

CODE_RECORD, CODE_MORE, MODIFIER_RECORD, MODIFIER_MORE = "3", "4", "7", "8"
ACTIONS: dict[str, str] = {
    "A": "added",
    "B": "coverage data and long descriptor changed",
    "C": "long descriptor changed",
    "D": "discontinued",
    "F": "coverage data changed",
    "N": "no change",
    "P": "payment data changed",
    "R": "brought back after it had ended",
    "S": "short descriptor changed",
    "T": "BETOS or type of service changed",
}
"""Action codes of the layout, field 30, in our own words."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the record.

    Attributes:
        name: column name.
        begin: first position, from 1.
        width: characters.
        header: pattern of the squeezed spreadsheet header.
        is_required: a spreadsheet without it is another layout.
    """

    name: str
    begin: int
    width: int
    header: str
    is_required: bool = False


def _many(name: str, header: str, begin: int, width: int, count: int) -> tuple[Field, ...]:
    return tuple(
        Field(f"{name}{i + 1}", begin + i * width, width, rf"{header} ?{i + 1}") for i in range(count)
    )


FIELDS: tuple[Field, ...] = (
    Field("code", 1, 5, "hcpcs?", is_required=True),
    Field("sequence", 6, 5, "seqnum"),
    Field("record", 11, 1, "recid", is_required=True),
    Field("descriptor", 12, 80, "long description", is_required=True),
    *_many("pricing", "price", 120, 2, 4),
    Field("multiple_pricing", 128, 1, "mult pi"),
    *_many("coverage_manual", "cim", 129, 6, 3),
    *_many("carriers_manual", "mcm", 147, 8, 3),
    Field("statute", 171, 10, "statute"),
    *_many("laboratory", "labcert", 181, 3, 8),
    *_many("cross_reference", "xref", 205, 5, 5),
    Field("coverage", 230, 1, "cov", is_required=True),
    Field("asc_group", 231, 2, "asc grp"),
    Field("asc_from", 233, 8, "asc dt"),
    Field("processing_note", 253, 4, "procnote"),
    Field("betos", 257, 3, "betos", is_required=True),
    *_many("type_of_service", "tos", 261, 1, 5),
    Field("anesthesia_units", 266, 3, "anest bu"),
    Field("added", 269, 8, "add dt", is_required=True),
    Field("action_from", 277, 8, "act eff dt", is_required=True),
    Field("ended", 285, 8, "term dt", is_required=True),
    Field("action", 293, 1, "action cd", is_required=True),
)
"""Every field that is read. Left out: the short descriptor and the retired outpatient groups."""

NOT_READ: tuple[Wanted, ...] = (
    Wanted("short_descriptor", "short description", is_required=False),
    Wanted("outpatient_group", "opps", is_required=False),
    Wanted("outpatient_policy", "opps pi", is_required=False),
    Wanted("outpatient_from", "opps dt", is_required=False),
)
"""Columns that belong to the layout and are not used; they are no surplus."""

DATES = ("added", "action_from", "ended")
REPEATED: dict[str, int] = {
    "pricing": 4,
    "coverage_manual": 3,
    "carriers_manual": 3,
    "laboratory": 8,
    "cross_reference": 5,
    "type_of_service": 5,
}
"""Fields that occur several times, with their number."""

LEVEL_TWO = r"^[A-CE-V][0-9]{4}$"
"""A code whose descriptor is CMS's own: not a CPT number, and not the dental D series."""
ANY_CODE = r"^(?:[A-V][0-9]{4}|[0-9]{4}[0-9A-Z])$"
MODIFIER = r"^[A-Z0-9]{2}$"


def wanted() -> tuple[Wanted, ...]:
    """The fields as columns of a released table."""
    return (*(Wanted(f.name, f.header, f.is_required) for f in FIELDS), *NOT_READ)


def cut(line: str) -> list[pl.Expr]:
    """The fields of a text record, blanks cut, an empty field null.

    Args:
        line: name of the column that holds the record, padded to its length.
    """
    return [
        pl.col(line).str.slice(f.begin - 1, f.width).str.strip_chars().replace("", None).alias(f.name)
        for f in FIELDS
    ]


def gathered(name: str) -> pl.Expr:
    """A repeated field as one list without its empty places; null where all are empty."""
    parts = pl.concat_list(f"{name}{i + 1}" for i in range(REPEATED[name])).list.drop_nulls()
    return pl.when(parts.list.len() > 0).then(parts).alias(name)
