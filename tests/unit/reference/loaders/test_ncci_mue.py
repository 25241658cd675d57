"""Medically unlikely edits: layouts by hand, the ways they break, and the four real files."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Release, SourceFile
from scrubjay.reference.loaders.ncci_mue import LOADER
from scrubjay.reference.sets import SETS
from scrubjay.reference.starter import read_set

if TYPE_CHECKING:
    from pathlib import Path

NAME = "MCR_MUE_PractitionerServices_Eff_07-01-2024.csv"
NOTICE = '"CPT codes are copyright 2023 American Medical Association.  All rights reserved.",,,\n'
HEADER = '"HCPCS/\nCPT Code",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n'
ROWS = (
    "J1320,0,3 Date of Service Edit: Clinical,Drug discontinued\n"
    "96372,4,2 Date of Service Edit: Policy,\n"
    "J0129,100,1 Line Edit,Prescribing Information\n"
)


def source(content: str, name: str = NAME) -> SourceFile:
    raw = content.encode()
    return SourceFile(name, raw[:65_536], len(raw), None, lambda: raw)


def load(content: str, name: str = NAME) -> Release:
    file = source(content, name)
    assert LOADER.recognises(file)
    release = LOADER.load(file)
    assert isinstance(release, Release)
    return release


def test_published_layout() -> None:
    release = load(NOTICE + HEADER + ROWS)
    (mue,) = release.sets
    assert (release.source, release.edition, release.rows) == (
        "CMS Medicare NCCI MUE table, practitioner", "2024-07-01", 3,
    )  # fmt: skip
    assert mue.frame.schema == SETS["mue"].schema
    assert (mue.covers_from, mue.covers_to, mue.is_complete) == (date(2024, 7, 1), date(2024, 10, 1), True)
    assert mue.frame.select("hcpcs", "mue_setting", "mue_value", "mue_mai", "mue_rationale").rows() == [
        ("J1320", "practitioner", 0, "3", "Drug discontinued"),
        ("96372", "practitioner", 4, "2", None),
        ("J0129", "practitioner", 100, "1", "Prescribing Information"),
    ]
    assert mue.frame["effective_to"].unique().to_list() == [date(2024, 10, 1)]


@pytest.mark.parametrize(
    ("header", "setting"),
    [
        ("Outpatient Hospital Services MUE Values", "outpatient_hospital"),
        ("Facility Outpatient Services MUE Values", "outpatient_hospital"),
        ("DME Supplier Services MUE Values", "dme"),
    ],
)
def test_setting_is_in_the_header(header: str, setting: str) -> None:
    content = HEADER.replace("Practitioner Services MUE Values", header) + ROWS
    (mue,) = load(content, "table_2025q3.csv").sets
    assert mue.frame["mue_setting"].unique().to_list() == [setting]


def test_medicaid_has_no_indicator() -> None:
    content = "HCPCS/CPT Code,DME Supplier Services MUE Values,MUE Rationale\nA4206,10,CMS Policy\n"
    release = load(content, "table_2025q3.csv")
    (mue,) = release.sets
    assert release.source == "CMS Medicaid NCCI MUE table, dme"
    assert mue.frame.select("mue_setting", "mue_value", "mue_mai", "note").row(0) == (
        "medicaid_dme", 10, None, "Medicaid tables have no MAI.",
    )  # fmt: skip


def test_two_values_for_one_code_are_said_and_none_is_picked() -> None:
    release = load(HEADER + ROWS + "J1320,1,3 x,Drug discontinued\n96372,4,2 Date of Service Edit: Policy,\n")
    assert release.rows == 5
    assert release.warnings == (
        "1 row(s) stand twice; each is kept once.",
        "1 code(s) have two different values, first J1320: none is picked.",
    )
    assert release.sets[0].frame.filter(pl.col("hcpcs") == "J1320")["mue_value"].to_list() == [0, 1]


def test_surplus_column_is_said() -> None:
    content = (
        (HEADER + ROWS)
        .replace("MUE Rationale\n", "MUE Rationale,Change\n")
        .replace("Line Edit,", "Line Edit,x,")
    )
    content = content.replace("discontinued\n", "discontinued,\n").replace("Policy,\n", "Policy,,\n")
    assert load(
        content.replace("x,Prescribing", "Prescribing").replace("Information\n", "Information,new\n")
    ).warnings == ("Columns that are not read: `Change`.",)


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (HEADER + ROWS + "J0129,1.5,1 Line Edit,x\n", NAME, r"not an MUE value: row \d+ \(`1\.5`\)"),
        (HEADER + ROWS + "J0130,5,4 Edit,x\n", NAME, "not an MUE adjudication indicator"),
        (HEADER + ROWS + "J0130,5,,x\n", NAME, "not an MUE adjudication indicator"),
        (HEADER + ROWS, "table.csv", "does not say which release"),
        (HEADER + ROWS[:-3], NAME, "ends in the middle of a row"),
        ("hcpcs,mue_units,rationale\n20100,2,x\n", "mue_2026q1.csv", "does not say which services"),
        ("hcpcs,mue_units,rationale\n20100,2,x\n", "medicare_mue_prac_2026q1.csv", "without the MUE adjudication"),
        (
            "hcpcs_code,mue_units,mue_mai,mue_service\nJ1320,1,3,DME Supplier\nJ1321,1,3,Practitioner\n",
            "mue_2026q1.csv", "several settings",
        ),
        ("hcpcs,mue_mai,rationale\nJ1320,3,x\n", NAME, "no column of MUE values"),
    ],
)  # fmt: skip
def test_broken_files_are_refused_with_the_place(content: str, name: str, said: str) -> None:
    file = source(content, name)
    assert LOADER.recognises(file)
    with pytest.raises(ReferenceDataError, match=said) as raised:
        LOADER.load(file)
    assert raised.value.where is not None
    assert name in raised.value.where


@pytest.mark.parametrize(
    "content", ["", "HCPCS Code,Payment Limit\nJ1320,1\n", "column1,column2,deletion_date\n"]
)
def test_other_files_are_not_recognised(content: str) -> None:
    assert not LOADER.recognises(source(content))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "setting", "rows"),
    [
        ("medicare_mue_prac_2024-07-01.csv", "practitioner", 14_677),
        ("medicare_mue_out_2024-07-01.csv", "outpatient_hospital", 14_628),
        ("medicare_mue_dme_2024-07-01.csv", "dme", 2_928),
        ("medicaid_mue_practitioner_2026q1.csv", "medicaid_practitioner", 8_253),
    ],
)
def test_real_files(shared: Path, name: str, setting: str, rows: int) -> None:
    raw = (shared / "data" / "ncci" / name).read_bytes()
    release = LOADER.load(SourceFile(name, raw[:65_536], len(raw), None, lambda: raw))
    assert isinstance(release, Release)
    (mue,) = release.sets
    assert (release.rows, mue.frame.height, mue.frame["hcpcs"].n_unique()) == (rows, rows, rows)
    assert mue.frame["mue_setting"].unique().to_list() == [setting]
    assert release.warnings == ()
    if setting in {"practitioner", "outpatient_hospital", "dme"}:
        (zero,) = mue.frame.filter(pl.col("hcpcs") == "J1320").to_dicts()
        assert (zero["mue_value"], zero["mue_mai"], zero["mue_rationale"], zero["edition"]) == (
            0, "3", "Drug discontinued", "2024-07-01",
        )  # fmt: skip
    # Every row of the starter from the same table is in it, alike.
    ours = read_set("mue").filter(pl.col("mue_setting") == setting, pl.col("confidence") == "A")
    same = ["hcpcs", "mue_value", "mue_mai", "mue_rationale"]
    assert ours.height > 0
    assert ours.join(mue.frame, on=same, how="anti", nulls_equal=True).is_empty()
