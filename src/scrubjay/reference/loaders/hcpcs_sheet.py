"""The HCPCS alpha-numeric file as a spreadsheet, or as a table of the same columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubjay.reference.loaders.base import Loader
from scrubjay.reference.loaders.hcpcs_layout import NOT_READ, wanted
from scrubjay.reference.loaders.hcpcs_release import LAYOUT, SETS_FILLED, records_release
from scrubjay.reference.loaders.released_table import ROW, read_table, recognises_table, squeezed

if TYPE_CHECKING:
    from scrubjay.reference.loaders.base import Release, SourceFile

_NAME = "hcpcs-sheet"
_WANTED = wanted()
# The record's own words; transaction reports and lists share the other headers.
_OWN_WORDS = ("recid", "betos")


def _recognises(file: SourceFile) -> bool:
    return recognises_table(file, _WANTED, _says)


def _says(notes: str) -> bool:
    cells = {squeezed(cell) for cell in notes.splitlines()}
    return all(word in cells for word in _OWN_WORDS)


def _load(file: SourceFile) -> Release:
    table = read_table(file, _WANTED, source="HCPCS alpha-numeric spreadsheet")
    records = table.frame.drop(w.name for w in NOT_READ)
    return records_release(
        file,
        records.select(ROW, *(c for c in records.columns if c != ROW)),
        loader=_NAME,
        line_word="row",
        warnings=table.warnings,
    )


LOADER = Loader(
    name=_NAME,
    title="HCPCS Level II codes and modifiers, spreadsheet",
    sets=SETS_FILLED,
    recognises=_recognises,
    load=_load,
    is_tested_on_real_file=True,
    layout=LAYOUT,
)
