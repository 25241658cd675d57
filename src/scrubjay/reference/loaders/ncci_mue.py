"""NCCI medically unlikely edits: Medicare and Medicaid, practitioner, hospital, DME.

CMS's layout: a copyright notice, then code, `Practitioner Services MUE Values` (the setting is in that
header), adjudication indicator (`2 Date of Service Edit: Policy`), rationale. The Medicaid tables have no
adjudication indicator. A plain CSV with a `mue_service` column is read too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader, Release, SetRelease
from scrubjay.reference.loaders.named_period import period_of
from scrubjay.reference.loaders.ncci_names import MEDICAID, program_of, setting_of
from scrubjay.reference.loaders.released_table import (
    ROW,
    ReleasedTable,
    Wanted,
    coded,
    read_table,
    recognises_table,
    shown,
)
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from scrubjay.reference.loaders.base import SourceFile

_SOURCE = "NCCI MUE table"
_VALUE_COLUMNS = {
    "practitioner": r"practitioner(?: services?)? mue values?",
    "outpatient_hospital": r"(?:facility )?outpatient(?: hospital)?(?: facility)?(?: services?)? mue values?",
    "dme": r"dme(?: suppliers?)?(?: services?)? mue values?",
    "units": r"mue (?:units?|values?)",
}
_WANTED = (
    Wanted("code", r"hcpcs cpt codes?|cpt hcpcs codes?|hcpcs codes?|hcpcs"),
    *(Wanted(name, header, is_required=False) for name, header in _VALUE_COLUMNS.items()),
    Wanted("mai", r"mue adjudication indicator|mue mai|mai", is_required=False),
    Wanted("rationale", r"(?:mue )?rationale", is_required=False),
    Wanted("service", r"mue service(?: type)?", is_required=False),
)
_SERVICES = {
    "practitioner": "Practitioner Services",
    "outpatient_hospital": "Facility Outpatient Services",
    "dme": "DME Supplier Services",
}
_VALUE = r"^\d{1,9}$"
_MAI = r"^([123])(?:\D|$)"


def recognises(file: SourceFile) -> bool:
    """Whether a header row names a code and an MUE value or indicator. Never raises."""
    return recognises_table(file, _WANTED, lambda _: True)


def load(file: SourceFile) -> Release:
    """Read one table of one setting.

    Raises:
        ReferenceDataError: another layout, a value that is no whole number, an indicator other than 1 to 3,
            or neither content nor name tells quarter and setting.
    """
    table = read_table(file, _WANTED, source=f"the {_SOURCE}")
    rows, warnings = coded(table.frame)
    column = _value_column(rows, file)
    setting = _setting(rows, column, table, file)
    period = period_of(
        file, table.notes, source=f"the {_SOURCE}", example="MCR_MUE_PractitionerServices_Eff_07-01-2024.csv"
    )
    has_mai = rows["mai"].is_not_null().any()
    program = program_of(file, table.notes) or ("medicare" if has_mai else MEDICAID)
    is_medicaid = program == MEDICAID
    if not has_mai and not is_medicaid:
        raise ReferenceDataError(
            "is a Medicare table without the MUE adjudication indicator.",
            where=file.name,
            hint="Get the table as CMS publishes it; only the Medicaid tables have none.",
        )
    _refuse_bad(rows, column, file.name, has_mai=has_mai)
    published_on, is_stated = period.published(file)
    source = f"CMS {program.title()} {_SOURCE}, {setting.replace('_', ' ')}"
    frame = rows.select(
        "hcpcs",
        pl.lit(f"medicaid_{setting}" if is_medicaid else setting).alias("mue_setting"),
        pl.col(column).cast(pl.Int32).alias("mue_value"),
        pl.col("mai").str.extract(_MAI, 1).alias("mue_mai"),
        pl.col("rationale").alias("mue_rationale"),
        pl.lit(period.quarter_from).alias("effective_from"),
        pl.lit(period.quarter_to).alias("effective_to"),
        pl.lit(published_on).alias("known_from"),
        pl.lit(source).alias("source"),
        pl.lit(period.edition).alias("edition"),
        pl.lit("A").alias("confidence"),
        pl.lit(f"CMS {program.title()} NCCI Medically Unlikely Edits, {_SERVICES[setting]}").alias(
            "citation"
        ),
        pl.lit("Medicaid tables have no MAI." if is_medicaid else None, pl.String).alias("note"),
    )
    whole = frame.unique(maintain_order=True)
    if whole.height < frame.height:
        warnings.append(f"{frame.height - whole.height:,} row(s) stand twice; each is kept once.")
    torn = whole.filter(pl.col("hcpcs").is_duplicated())["hcpcs"].unique().sort()
    if torn.len():
        warnings.append(f"{torn.len():,} code(s) have two different values, first {torn[0]}: none is picked.")
    return Release(
        loader=LOADER.name,
        source=source,
        edition=period.edition,
        published_on=published_on,
        is_published_stated=is_stated,
        rows=rows.height,
        sets=(
            SetRelease(
                set_name="mue",
                frame=SETS["mue"].conform(whole),
                covers_from=period.quarter_from,
                covers_to=period.quarter_to,
                is_complete=True,
                note="Only published values: CMS keeps some MUE confidential, so an absent code may have one.",
            ),
        ),
        warnings=(*table.warnings, *warnings),
    )


def _value_column(rows: pl.DataFrame, file: SourceFile) -> str:
    held = [name for name in _VALUE_COLUMNS if rows[name].is_not_null().any()]
    if len(held) != 1:
        raise ReferenceDataError(
            "has no column of MUE values." if not held else "has several columns of MUE values.",
            where=file.name,
            hint="CMS publishes one table for each setting; load them one by one.",
        )
    return held[0]


def _setting(rows: pl.DataFrame, column: str, table: ReleasedTable, file: SourceFile) -> str:
    if column != "units":
        return column
    services = rows["service"].drop_nulls().unique().to_list()
    if len(services) > 1:
        raise ReferenceDataError(
            f"holds the values of several settings: {', '.join(sorted(services))}.",
            where=file.name,
            hint="CMS publishes one table for each setting; load them one by one.",
        )
    return setting_of(file, *services, table.notes, source=_SOURCE)


def _refuse_bad(rows: pl.DataFrame, column: str, name: str, *, has_mai: bool) -> None:
    checks = {column: _VALUE, "mai": _MAI} if has_mai else {column: _VALUE}
    for cell, pattern in checks.items():
        bad = rows.filter(~pl.col(cell).str.contains(pattern).fill_null(value=False))
        if bad.height:
            what = "an MUE value" if cell == column else "an MUE adjudication indicator"
            raise ReferenceDataError(
                f"a cell is not {what}: {shown(bad, cell)}.",
                where=f"{name}, row {bad.item(0, ROW)}",
                hint="Is it the file as released? Get it again if it was edited or cut.",
            )


LOADER = Loader(
    name="ncci-mue",
    title="NCCI medically unlikely edits (Medicare and Medicaid; practitioner, hospital, DME)",
    sets=("mue",),
    recognises=recognises,
    load=load,
    is_tested_on_real_file=True,
    layout="https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/"
    "medicare-ncci-medically-unlikely-edits (a reduced CSV of real editions was at hand, not CMS's own files)",
)
