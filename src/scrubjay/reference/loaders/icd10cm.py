"""ICD-10-CM: the yearly order file, the codes file, their addenda, and a plain CSV of codes.

A release is in force from the first day of its fiscal year, an April update from 1 April, both to the end of
the fiscal year. The files do not say which year they are; the name does (`icd10cm_order_2026.txt`; an April
update is told by `april` in the name of the file or its archive, or by its day). A code that a complete
edition lacks is no code in that year. The addenda tell only what changed at the turn of two releases.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader, Release, SetRelease
from scrubjay.reference.loaders.named_period import day_in, short_name
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from scrubjay.reference.loaders.base import SourceFile

_SOURCE = "ICD-10-CM"
_CODE = r"[A-Z][0-9A-Z]{2}(?:\.?[0-9A-Z]{1,4})?"
_ORDER = rf"^(?P<order>\d{{5}}) (?P<code>{_CODE}) +(?P<flag>[01]) (?P<words>\S.*)$"
# The code fills seven columns; so a list of other codes with words is not taken for one of diagnoses.
_CODES = rf"^(?P<code>{_CODE}) +(?P<words>\S.*)$"
_ADDENDA = (
    rf"^(?P<action>Add|Delete|Revise from|Revise to|No change):?\s+(?:\d{{5}}\s+)?(?P<flag_before>[01]\s+)?"
    rf"(?P<code>{_CODE})\s+(?P<flag_after>[01]\s+)?(?P<words>\S.*)$"
)
_CSV = ("code", "is_billable", "description")
# Columns 17 to 76 of the order record are the short description, 78 on the long one.
_SHORT = 61
_SAMPLE = 5
_YEAR = re.compile(r"(?<!\d)(?P<year>20\d\d)(?!\d)")
_APRIL = re.compile(r"(?<![a-z])apr(?:il)?(?![a-z])", re.IGNORECASE)
# Of a pair only: "right lower extremity with both ulcer and inflammation" is right.
_BOTH = r"(?i)\bbilateral\b|\bboth (?:eyes|ears|sides|limbs|arms|legs|hands|feet|hips|knees|shoulders|lungs|breasts)\b"
_OPTIONS = {"year_begins": "10-01", "update_begins": "04-01"}


@dataclass(frozen=True, slots=True)
class _Period:
    """Days of a release, and the first day of the release that it replaced."""

    begins: date
    ends: date
    replaced_from: date


def recognises(file: SourceFile) -> bool:
    """Whether the first lines are records of codes, of changes to them, or the header of the CSV."""
    return _kind(file.head) is not None


def load(file: SourceFile) -> Release:
    """Read one release or its addenda.

    Raises:
        ReferenceDataError: a line that is no record, a file cut off, or a name that tells no year.
    """
    kind = _kind(file.head)
    if kind is None:
        raise ReferenceDataError(f"holds no {_SOURCE} records.", where=file.name)
    content = file.read()
    if not content.endswith((b"\n", b"\r")):
        raise ReferenceDataError(
            "ends in the middle of a row.",
            where=file.name,
            hint="The file was cut off; get it again. If it is whole, end its last row with a line end.",
        )
    period = _period(file)
    rows = _csv(content, file.name) if kind == "csv" else _records(content, kind, file.name)
    is_addenda = kind == "addenda"
    begins, ends = pl.lit(period.begins), pl.lit(period.ends)
    is_old = pl.col("action").is_in(["Delete", "Revise from"])
    starts = pl.when(is_old).then(pl.lit(period.replaced_from)).otherwise(begins) if is_addenda else begins
    stops = pl.when(is_old).then(begins).otherwise(ends) if is_addenda else ends
    source = f"{_SOURCE} addenda" if is_addenda else _SOURCE
    filled = rows.select(
        pl.col("code").str.replace(".", "", literal=True).alias("diagnosis"),
        pl.col("words").alias("descriptor"),
        (pl.col("flag") == "1").alias("is_billable"),
        side_of_words(pl.col("words")).alias("side"),
        starts.alias("effective_from"),
        stops.alias("effective_to"),
        pl.lit(period.begins).alias("known_from"),
        pl.lit(source).alias("source"),
        pl.lit(period.begins.isoformat()).alias("edition"),
        pl.lit("A").alias("confidence"),
        pl.lit(f"{source}, release in force from {period.begins}").alias("citation"),
        pl.lit(None, pl.String).alias("note"),
    )
    whole = filled.unique(maintain_order=True)
    return Release(
        loader=LOADER.name,
        source=source,
        edition=period.begins.isoformat(),
        published_on=period.begins,
        is_published_stated=False,
        rows=rows.height,
        sets=(
            SetRelease(
                set_name="diagnoses",
                frame=SETS["diagnoses"].conform(whole),
                covers_from=period.begins,
                covers_to=period.ends,
                is_complete=kind in {"order", "csv"},
                note={
                    "codes": "Whole codes only: a header that needs more characters is not in this file.",
                    "addenda": "Changes between two releases only.",
                }.get(kind),
            ),
        ),
        warnings=_warnings(filled.height - whole.height, whole),
    )


def side_of_words(text: pl.Expr) -> pl.Expr:
    """Side that a descriptor names: right, left, bilateral (both words, `bilateral`, `both eyes`), or null."""
    right, left = text.str.contains(r"(?i)\bright\b"), text.str.contains(r"(?i)\bleft\b")
    both = text.str.contains(_BOTH)
    return (
        pl.when(both | (right & left))
        .then(pl.lit("bilateral"))
        .when(right)
        .then(pl.lit("right"))
        .when(left)
        .then(pl.lit("left"))
    )


def _warnings(twice: int, frame: pl.DataFrame) -> tuple[str, ...]:
    said: list[str] = []
    if twice:
        said.append(f"{twice:,} row(s) stand twice; each is kept once.")
    torn = frame.filter(pl.struct("diagnosis", "effective_from").is_duplicated())["diagnosis"].unique().sort()
    if torn.len():
        said.append(f"{torn.len():,} code(s) have two descriptors on a day, first {torn[0]}: none is picked.")
    return tuple(said)


def _lines(content: bytes) -> list[str]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return text.splitlines()


def _kind(head: bytes) -> str | None:
    # The last line of the head may be cut.
    lines = [line for line in _lines(head)[: -1 if len(head) > _SHORT else None] if line.strip()][:_SAMPLE]
    if not lines:
        return None
    if tuple(cell.strip(' "') for cell in lines[0].lower().split(",")) == _CSV:
        return "csv"
    for kind, pattern in (("order", _ORDER), ("addenda", _ADDENDA), ("codes", rf"(?=.{{7}} \S){_CODES}")):
        if all(re.match(pattern, line) for line in lines):
            return kind
    return None


def _period(file: SourceFile) -> _Period:
    name = short_name(file)
    day = day_in(name.rpartition("/")[2]) or day_in(name)
    year = _YEAR.search(name.rpartition("/")[2]) or _YEAR.search(name)
    if day is None and year is None:
        raise ReferenceDataError(
            f"does not say which year of {_SOURCE} it is, and neither does its name.",
            where=file.name,
            hint="Give it the name it was released under, such as icd10cm_order_2026.txt.",
        )
    if day is None and year is not None:
        fiscal = int(year["year"])
        day = _date(fiscal, "update_begins") if _APRIL.search(name) else _date(fiscal - 1, "year_begins")
    begins = day or date.max
    turn = _date(begins.year, "year_begins")
    of_year = turn if begins >= turn else _date(begins.year - 1, "year_begins")
    before = of_year if begins > of_year else _date(of_year.year - 1, "year_begins")
    return _Period(begins, _date(of_year.year + 1, "year_begins"), before)


def _date(year: int, option: str) -> date:
    return date.fromisoformat(f"{year}-{LOADER.options[option]}")


def _csv(content: bytes, name: str) -> pl.DataFrame:
    try:
        raw = pl.read_csv(content, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise ReferenceDataError(f"cannot be read as a table ({reason}).", where=name) from error
    rows = raw.select(
        pl.col("code").str.strip_chars().str.to_uppercase(),
        pl.col("is_billable").str.strip_chars().alias("flag"),
        pl.col("description").str.strip_chars().alias("words"),
    ).with_row_index("_row", offset=2)
    is_good = (
        pl.col("code").str.contains(f"^{_CODE}$")
        & pl.col("flag").is_in(["0", "1"])
        & pl.col("words").is_not_null()
    )
    _refuse(rows.filter(~is_good.fill_null(value=False)), name)
    return rows


def _records(content: bytes, kind: str, name: str) -> pl.DataFrame:
    pattern = {"order": _ORDER, "codes": _CODES, "addenda": _ADDENDA}[kind]
    text = pl.col("text").str.strip_chars_end()
    lines = (
        pl.DataFrame({"text": _lines(content)}, schema={"text": pl.String})
        .with_row_index("_row", offset=1)
        .with_columns(text)
        .filter(pl.col("text") != "")
    )
    rows = lines.with_columns(pl.col("text").str.extract_groups(pattern).alias("_found")).unnest("_found")
    _refuse(rows.filter(pl.col("code").is_null()), name)
    if kind == "codes":
        return rows.with_columns(pl.lit("1").alias("flag"))
    long = pl.col("words").str.slice(_SHORT).str.strip_chars()
    rows = rows.with_columns(pl.when(long != "").then(long).otherwise("words").alias("words"))
    if kind == "order":
        return rows
    flags = pl.coalesce("flag_before", "flag_after").str.strip_chars()
    rows = rows.with_columns(flags.alias("flag")).filter(pl.col("action") != "No change")
    _refuse(rows.filter(pl.col("flag").is_null()), name)
    return rows


def _refuse(bad: pl.DataFrame, name: str) -> None:
    if bad.height:
        raise ReferenceDataError(
            f"the line is no {_SOURCE} record.",
            where=f"{name}, row {bad.item(0, '_row')}",
            hint="Is it the file as released? Get it again if it was edited or cut.",
        )


LOADER = Loader(
    name="icd10cm",
    title="ICD-10-CM codes (order file, codes file, addenda)",
    sets=("diagnoses",),
    recognises=recognises,
    load=load,
    is_tested_on_real_file=True,
    layout="https://www.cms.gov/medicare/coding-billing/icd-10-codes (a CSV of a real release was at hand, not the "
    "order, codes and addenda files)",
    options=_OPTIONS,
)
