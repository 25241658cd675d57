"""ICD-10-CM: order file, codes file, addenda and CSV by hand, the ways they break, and the real release."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from scrubjay.errors import ReferenceDataError
from scrubjay.facts.diagnoses import _side_of_words, _sides
from scrubjay.reference.icd10 import packaged_release
from scrubjay.reference.loaders.base import Release, SourceFile
from scrubjay.reference.loaders.icd10cm import LOADER, side_of_words
from scrubjay.reference.sets import SETS
from scrubjay.reference.starter import read_set

if TYPE_CHECKING:
    from pathlib import Path


def record(order: int, code: str, flag: str, long: str) -> str:
    return f"{order:05d} {code:<7} {flag} {long[:60]:<60} {long}\r\n"


ORDER = (
    record(1, "A00", "0", "Cholera")
    + record(2, "A000", "1", "Cholera due to Vibrio cholerae 01, biovar cholerae")
    + record(3, "C4A0", "1", "Merkel cell carcinoma of lip")
    + record(4, "M1711", "1", "Unilateral primary osteoarthritis, right knee")
    + record(5, "QA00101", "1", "A code whose second sign is a letter, " + "long " * 10 + "left side")
)
CODES = "A000    Cholera due to Vibrio cholerae 01, biovar cholerae\r\nM170    Bilateral primary osteoarthritis of knee\r\n"
ADDENDA = (
    f"Add:         1 G35A    {'Relapsing-remitting multiple sclerosis':<60} Relapsing-remitting multiple sclerosis\r\n"
    f"Delete:      1 G35     {'Multiple sclerosis':<60} Multiple sclerosis\r\n"
    f"Add:         0 G35     {'Multiple sclerosis':<60} Multiple sclerosis\r\n"
    f"Revise from: 1 M1711   {'Osteoarthritis, right knee':<60} Osteoarthritis, right knee\r\n"
    f"Revise to:   1 M1711   {'Primary osteoarthritis, right knee':<60} Primary osteoarthritis, right knee\r\n"
)
CSV = 'code,is_billable,description\nA00,0,Cholera\nA00.0,1,"Cholera, biovar cholerae"\nB20,1,HIV disease\nB20,1,HIV disease\n'


def source(content: str | bytes, name: str) -> SourceFile:
    raw = content.encode("latin-1") if isinstance(content, str) else content
    return SourceFile(name, raw[:65_536], len(raw), None, lambda: raw)


def load(content: str | bytes, name: str) -> Release:
    file = source(content, name)
    assert LOADER.recognises(file)
    release = LOADER.load(file)
    assert isinstance(release, Release)
    return release


def test_order_file() -> None:
    release = load(ORDER, "icd10cm_order_2026.txt")
    (diagnoses,) = release.sets
    assert (release.source, release.edition, release.rows, release.warnings) == (
        "ICD-10-CM",
        "2025-10-01",
        5,
        (),
    )
    assert diagnoses.frame.schema == SETS["diagnoses"].schema
    assert (diagnoses.covers_from, diagnoses.covers_to, diagnoses.is_complete) == (
        date(2025, 10, 1), date(2026, 10, 1), True,
    )  # fmt: skip
    assert diagnoses.frame.select("diagnosis", "is_billable", "side").rows() == [
        ("A00", False, None), ("A000", True, None), ("C4A0", True, None), ("M1711", True, "right"),
        ("QA00101", True, "left"),
    ]  # fmt: skip
    assert diagnoses.frame["descriptor"][4].endswith("left side")
    assert diagnoses.frame.select("effective_from", "effective_to", "known_from").unique().rows() == [
        (date(2025, 10, 1), date(2026, 10, 1), date(2025, 10, 1))
    ]


@pytest.mark.parametrize(
    ("name", "begins", "ends"),
    [
        ("icd10cm-order-april-2026.txt", date(2026, 4, 1), date(2026, 10, 1)),
        ("april-1-2025-code-descriptions.zip/icd10cm_order_2025.txt", date(2025, 4, 1), date(2025, 10, 1)),
        ("2016.zip/icd10cm_order_2016.txt", date(2015, 10, 1), date(2016, 10, 1)),
        ("icd10cm_2026-10-01.txt", date(2026, 10, 1), date(2027, 10, 1)),
        ("2027-code-descriptions.zip/order.txt", date(2026, 10, 1), date(2027, 10, 1)),
    ],
)
def test_days_of_a_release(name: str, begins: date, ends: date) -> None:
    (diagnoses,) = load(ORDER, name).sets
    assert (diagnoses.covers_from, diagnoses.covers_to) == (begins, ends)


def test_codes_file_has_no_headers_so_it_is_not_whole() -> None:
    (diagnoses,) = load(CODES, "icd10cm_codes_2026.txt").sets
    assert not diagnoses.is_complete
    assert diagnoses.frame.select("diagnosis", "descriptor", "is_billable", "side").rows() == [
        ("A000", "Cholera due to Vibrio cholerae 01, biovar cholerae", True, None),
        ("M170", "Bilateral primary osteoarthritis of knee", True, "bilateral"),
    ]


def test_addenda_tell_the_days_on_both_sides_of_the_turn() -> None:
    release = load(ADDENDA, "icd10cm_order_addenda_2026.txt")
    (diagnoses,) = release.sets
    before, turn, end = date(2024, 10, 1), date(2025, 10, 1), date(2026, 10, 1)
    assert (release.source, release.rows, diagnoses.is_complete) == ("ICD-10-CM addenda", 5, False)
    assert diagnoses.frame.select("diagnosis", "is_billable", "effective_from", "effective_to").rows() == [
        ("G35A", True, turn, end),
        ("G35", True, before, turn),
        ("G35", False, turn, end),
        ("M1711", True, before, turn),
        ("M1711", True, turn, end),
    ]
    april = load(ADDENDA, "april-1-2026.zip/icd10cm_order_addenda_2026.txt").sets[0].frame
    assert april.row(1, named=True)["effective_from"] == date(2025, 10, 1)
    assert april.row(1, named=True)["effective_to"] == date(2026, 4, 1)


def test_double_rows_and_two_descriptors_are_said() -> None:
    release = load(CSV + "A00,0,Cholera again\n", "icd10cm_2026-04-01.csv")
    assert (release.rows, release.sets[0].frame.height) == (5, 4)
    assert release.warnings == (
        "1 row(s) stand twice; each is kept once.",
        "1 code(s) have two descriptors on a day, first A00: none is picked.",
    )


@pytest.mark.parametrize(
    ("content", "name", "what"),
    [
        (ORDER, "order.txt", "does not say which year"),
        (ORDER[:-2], "icd10cm_order_2026.txt", "ends in the middle of a row"),
        (ORDER + "00006 A1  x\r\n", "icd10cm_order_2026.txt", "row 6: the line is no ICD-10-CM record"),
        (CSV + "A01,2,Typhoid\n", "icd10cm_2026-04-01.csv", "row 6: the line is no ICD-10-CM record"),
        (CSV + "A01,1,\n", "icd10cm_2026-04-01.csv", "row 6: the line is no ICD-10-CM record"),
        (
            ADDENDA + "Add:    G359    Multiple sclerosis\r\n",
            "icd10cm_order_addenda_2026.txt",
            "row 6: the line is no",
        ),
    ],
)
def test_broken_files_are_refused_with_the_place(content: str, name: str, what: str) -> None:
    file = source(content, name)
    assert LOADER.recognises(file)
    with pytest.raises(ReferenceDataError, match=what) as raised:
        LOADER.load(file)
    assert raised.value.where is not None
    assert name in raised.value.where


@pytest.mark.parametrize(
    "content",
    [
        "",
        "\n\n",
        "code,display,definition\n1,x,\n",
        "00001 001     0 Central Nervous System   Central\r\n" * 6,
        "J1320 words\n",
    ],
)
def test_other_files_are_not_recognised(content: str) -> None:
    assert not LOADER.recognises(source(content, "x_2026.txt"))


@pytest.mark.shared
def test_real_release(shared: Path) -> None:
    name = "icd10cm_2026-04-01.csv"
    release = load((shared / "data" / "icd10" / name).read_bytes(), name)
    (diagnoses,) = release.sets
    frame = diagnoses.frame
    assert (release.rows, frame.height) == (98_225, 98_186)
    # A range of one code is listed as that code a second time.
    assert release.warnings == ("39 row(s) stand twice; each is kept once.",)
    raw = pl.read_csv(shared / "data" / "icd10" / name, infer_schema=False)
    billable = raw.filter(pl.col("is_billable") == "1")["code"]
    assert billable.len() == 74_724
    assert frame.filter("is_billable").height == billable.n_unique()
    assert (diagnoses.covers_from, diagnoses.covers_to) == (date(2026, 4, 1), date(2026, 10, 1))
    packaged = packaged_release()
    assert packaged is not None
    same = frame.select("diagnosis", "is_billable").sort("diagnosis")
    assert same.equals(packaged.codes.select("diagnosis", "is_billable").sort("diagnosis"))
    # Where the facts read the side from the same words, they read the same.
    asked = frame.filter(pl.col("diagnosis").str.contains(_sides()["diagnoses"]["pattern"]))
    assert asked.height > 40_000
    assert asked["side"].equals(asked.select(_side_of_words(pl.col("descriptor")).alias("side"))["side"])
    ours = read_set("diagnoses").filter(pl.col("edition") == "2026-04")
    both = ours.join(frame, on="diagnosis", how="inner", suffix="_file")
    assert both.height == ours.height
    assert both.filter(pl.col("is_billable") != pl.col("is_billable_file")).is_empty()
    assert both.filter(pl.col("side").ne_missing(pl.col("side_file"))).is_empty()


def test_side_of_words() -> None:
    said = pl.DataFrame(
        {
            "t": [
                "right eye",
                "Left ear",
                "bilateral knees",
                "right and left",
                "both hands",
                "brightness",
                "both small and large",
                "right leg with both ulcer and",
            ]
        }
    )
    assert said.select(side_of_words(pl.col("t")).alias("side"))["side"].to_list() == [
        "right", "left", "bilateral", "bilateral", "bilateral", None, None, "right",
    ]  # fmt: skip
