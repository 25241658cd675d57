"""QUMI list of injectable packages: the real list, and what may be wrong with one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Release, SourceFile
from scrubjay.reference.loaders.injectable_ndc import LOADER
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from pathlib import Path

HEADER = (
    "NDC,RXCUI,QUMI Code,Package Count,Supplier,Description,Dosage Form,Dosage Route,Strength,Measure,ANDA,"
    "Generic Description,DEA\n"
)
ROW = '00000-0001-01,1,a,25,"Maker, Inc.",One 1 mg / two 2 mg Vial [Brand],Vial,INJECTABLE,1; 2,mg; mg,NDA1,ONE; TWO,2\n'


def load(content: str, name: str = "list_2023-10-23.csv") -> Release:
    raw = content.encode()
    file = SourceFile(name, raw[:65_536], len(raw), None, lambda: raw)
    assert LOADER.recognises(file)
    release = LOADER.load(file)
    assert isinstance(release, Release)
    return release


def test_a_row_fills_both_sets() -> None:
    release = load(HEADER + ROW)
    packages, products = release.sets
    assert packages.frame.schema == SETS["packages"].schema
    assert products.frame.schema == SETS["products"].schema
    package, product = packages.frame.row(0, named=True), products.frame.row(0, named=True)
    assert (package["ndc"], package["package_quantity"]) == ("00000000101", Decimal(25))
    assert (package["product"], package["labeler"]) == ("One 1 mg / two 2 mg Vial [Brand]", "Maker, Inc.")
    assert (product["product_ndc"], product["strengths"], product["dea"]) == ("000000001", ["1", "2"], "2")
    # The word vial says nothing of how often it may be opened, and no marketing date is given.
    assert (package["container_type"], package["effective_from"]) == (None, date(2023, 10, 23))
    assert package["confidence"] == "C"


def test_packages_of_one_product_that_differ_leave_the_product_null() -> None:
    other = ROW.replace("-01,1,a", "-02,1,b").replace("1; 2", "10; 20")
    release = load(HEADER + ROW + other)
    assert release.sets[0].frame.height == 2
    product = release.sets[1].frame.row(0, named=True)
    assert (release.sets[1].frame.height, product["strengths"], product["strength_units"]) == (
        1,
        None,
        ["mg", "mg"],
    )


def test_a_repeated_or_bad_number_is_named() -> None:
    release = load(HEADER + ROW + ROW + ROW.replace("00000-0001-01", "0000-1"))
    assert release.rows == 3
    assert release.sets[0].frame.height == 1
    assert release.warnings == (
        "No NDC in three parts in row 4 (`0000-1`): left out.",
        "Listed more than once, alike; kept once: 00000000101 in rows 2-3.",
    )


@pytest.mark.parametrize(
    ("content", "name", "what"),
    [
        (HEADER + ROW[:-20], "list_2023-10-23.csv", "ends in the middle of a row"),
        (HEADER + ROW, "list.csv", "does not say which day's"),
        (
            HEADER + ROW[:-1] + ",surplus\n",
            "list_2023-10-23.csv",
            "row 2: has 14 cells where the header names 13",
        ),
    ],
)
def test_broken_lists_are_refused(content: str, name: str, what: str) -> None:
    with pytest.raises(ReferenceDataError, match=what):
        load(content, name)


@pytest.mark.shared
def test_the_real_list(shared: Path) -> None:
    path = shared / "data/ndc/qumi_injectable_ndc_rxcui_2023-10-23.csv"
    release = load(path.read_text(encoding="utf-8"), str(path))
    assert (release.edition, release.rows, release.warnings) == ("2023-10-23", 14_700, ())
    packages, products = release.sets
    assert packages.frame.height == packages.frame["ndc"].n_unique() == 14_700
    assert packages.frame["container_type"].null_count() == 14_700
    assert products.frame.height == products.frame["product_ndc"].n_unique()
