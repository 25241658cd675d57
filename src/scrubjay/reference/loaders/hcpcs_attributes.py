"""HCPCS codes with their Medicare data as a table of its own, the descriptors in a second one.

This is no layout of CMS: the R package northstar cuts the alpha-numeric file into `..._attributes.csv` and
`..._descriptions.csv`. The columns are CMS's fields. The descriptors are read with the attributes where the
second file stands beside the first; without them the release gives days and payment data only.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader, SourceFile
from scrubjay.reference.loaders.hcpcs_layout import CODE_RECORD, FIELDS, REPEATED
from scrubjay.reference.loaders.hcpcs_listing import DESCRIPTIONS, long_descriptors
from scrubjay.reference.loaders.hcpcs_release import SETS_FILLED, records_release
from scrubjay.reference.loaders.released_table import ROW, Wanted, read_table, recognises_table

if TYPE_CHECKING:
    from scrubjay.reference.loaders.base import Release

_NAME = "hcpcs-attributes"
_WANTED = (
    Wanted("code", "hcpcs code"),
    Wanted("pricing", "price"),
    Wanted("multiple_pricing", "multi"),
    Wanted("coverage", "cov"),
    Wanted("betos", "betos"),
    Wanted("type_of_service", "tos"),
    Wanted("action", "action"),
    Wanted("coverage_manual", "cim", is_required=False),
    Wanted("carriers_manual", "mcm", is_required=False),
    Wanted("statute", "statute", is_required=False),
    Wanted("laboratory", "lab", is_required=False),
    Wanted("cross_reference", "xref", is_required=False),
    Wanted("asc_group", "asc grp", is_required=False),
    Wanted("processing_note", "proc", is_required=False),
    Wanted("anesthesia_units", "anes", is_required=False),
    Wanted("ended", "date term"),
    Wanted("added", "date added"),
    Wanted("asc_from", "date asc", is_required=False),
    Wanted("action_from", "date action"),
)
# Several values of one field: "1:P", "60-3, 60-9".
_BETWEEN = r"\s*[:,]\s*"


def _recognises(file: SourceFile) -> bool:
    return recognises_table(
        file, _WANTED, lambda notes: "betos" in notes.lower() and "recid" not in notes.lower()
    )


def _load(file: SourceFile) -> Release:
    table = read_table(file, _WANTED, source="HCPCS attributes")
    said = list(table.warnings)
    records = _fields(table.frame)
    texts = _beside(file)
    if texts is None:
        said.append(
            "The file of descriptions is not beside this one: no descriptors, and no drugs, are read from it."
        )
        records = records.with_columns(pl.lit(None, pl.String).alias("descriptor"))
    else:
        records = records.join(texts, on="code", how="left", maintain_order="left")
    return records_release(
        file,
        records,
        loader=_NAME,
        line_word="row",
        warnings=said,
        has_descriptors=texts is not None,
    )


def _fields(frame: pl.DataFrame) -> pl.DataFrame:
    """The table in the columns of the record layout."""
    parts = [
        pl.col(name)
        .str.replace_all(_BETWEEN, "|")
        .str.split("|")
        .list.get(i, null_on_oob=True)
        .alias(f"{name}{i + 1}")
        for name, count in REPEATED.items()
        for i in range(count)
    ]
    known = {f.name for f in FIELDS}
    return frame.with_columns(*parts, pl.lit(CODE_RECORD).alias("record")).select(
        ROW,
        *(c for c in frame.columns if c in known),
        *(f"{name}{i + 1}" for name, count in REPEATED.items() for i in range(count)),
        "record",
    )


def _beside(file: SourceFile) -> pl.DataFrame | None:
    """Code and long descriptor of the second file, or null where it is not there or is another file."""
    path = Path(file.name)
    name = re.sub("attributes", "descriptions", path.name)
    other = path.with_name(name)
    if name == path.name or not other.is_file():
        return None
    raw = other.read_bytes()
    second = SourceFile(str(other), raw[: len(file.head)], len(raw), None, lambda: raw)
    if not recognises_table(second, DESCRIPTIONS, lambda _: True):
        return None
    try:
        return long_descriptors(second).select("code", "descriptor").unique("code", keep="first")
    except ReferenceDataError:
        return None


LOADER = Loader(
    name=_NAME,
    title="HCPCS Level II codes, days and payment data (table of the package northstar)",
    sets=SETS_FILLED,
    recognises=_recognises,
    load=_load,
    is_tested_on_real_file=True,
    layout="https://github.com/andrewallenbruce/northstar, CMS's fields under its own column names",
)
