"""ASP NDC crosswalk: headers of several years, product numbers that are no NDC, the nine real quarters."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.asp_ndc_crosswalk import LOADER
from scrubjay.reference.loaders.base import Release, SourceFile
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from pathlib import Path

TOP = """April 2026 ASP NDC - HCPCS Crosswalk for Medicare Part B Drugs,,,,,,,,,
"     Effective April 1, 2026 through June 30, 2026",,,,,,,,,
,,,,,,,,,
"""
HEADER = "_2026_CODE,Short Description,LABELER NAME,NDC2,Drug Name,HCPCS dosage,PKG SIZE,PKG QTY,BILLUNITS,BILLUNITSPKG\n"
BODY = """J2919,Inj,Pfizer,00009-0047-22,Solu-Medrol,5 MG,1,25,25,625
J1010,Inj,"Teva, Inc",00703-0031-01,Methyl,1 MG,1,1,40,40
J1030,Inj,"Teva, Inc",00703-0031-01,Methyl,40 MG,1,1,1,1
Q4104,Skin,Maker,GG100,Sheet,1 SQ CM,1,1,10,10
J9999,Inj,Maker,888867413689,Tool,1 MG,1,1,10,10
J0001,Inj,Maker,0009-0047-22,Ten,1 MG,1,1,10,10
J0002,Inj,Maker,64764-0145-05\t,Tab,1 MG,0.5,2,21.3?,50
J0003,Inj,Maker,11111-1111-11,Odd,1 MG,0.5,1,0.5,1
"""


def source(content: str | bytes, name: str = "crosswalk.csv") -> SourceFile:
    raw = content.encode() if isinstance(content, str) else content
    return SourceFile(name, raw[:65_536], len(raw), None, lambda: raw)


def load(content: str | bytes, name: str = "crosswalk.csv") -> Release:
    file = source(content, name)
    assert LOADER.recognises(file)
    release = LOADER.load(file)
    assert isinstance(release, Release)
    return release


def test_rows_of_a_release() -> None:
    release = load(TOP + HEADER + BODY)
    (held,) = release.sets
    assert (release.edition, release.rows, held.frame.height) == ("2026-04", 8, 5)
    assert held.frame.schema == SETS["ndc"].schema
    first = held.frame.row(0, named=True)
    assert (first["ndc"], first["hcpcs"], first["product"], first["labeler"]) == (
        "00009004722", "J2919", "Solu-Medrol", "Pfizer",
    )  # fmt: skip
    assert (first["package_size"], first["package_quantity"], first["units_per_item"]) == (1, 25, 25)
    assert (first["effective_from"], first["effective_to"]) == (date(2026, 4, 1), date(2026, 7, 1))
    # The crosswalk does not say these.
    assert (first["ndc_billing_unit"], first["container_type"], first["drug"], first["note"]) == (None,) * 4


def test_one_ndc_under_two_codes_is_two_rows() -> None:
    frame = load(TOP + HEADER + BODY).sets[0].frame
    assert frame.filter(ndc="00703003101")["hcpcs"].to_list() == ["J1010", "J1030"]


def test_a_product_number_is_never_padded_into_an_ndc() -> None:
    release = load(TOP + HEADER + BODY)
    assert release.sets[0].frame["ndc"].str.len_chars().unique().to_list() == [11]
    assert "00009004722" not in release.sets[0].frame.filter(hcpcs="J0001")["ndc"]
    assert (
        "3 of 8 rows hold a product number that is no NDC of the form 5-4-2, such as row 8 (`GG100`), "
        "row 9 (`888867413689`), row 10 (`0009-0047-22`); they were left out: rows 8-10." in release.warnings
    )


def test_odd_numbers_are_null_or_noted() -> None:
    release = load(TOP + HEADER + BODY)
    frame = release.sets[0].frame
    tab = frame.filter(ndc="64764014505").row(0, named=True)
    assert (tab["units_per_item"], tab["package_size"], tab["note"]) == (None, Decimal("0.5"), None)
    assert "The units per item is no number in row 11 (`21.3?`): left empty." in release.warnings
    odd = frame.filter(ndc="11111111111").row(0, named=True)
    assert odd["units_per_item"] == Decimal("0.5")
    assert "whole package" in odd["note"]
    assert any("in 1 rows, kept as published with a note: rows 12." in w for w in release.warnings)


def test_header_names_of_other_years() -> None:
    for code, ndc in (("2023_CODE", "NDC2"), ("HCPCS Code", "NDC"), ("_2031_CODE", "NDC or ALTERNATE ID")):
        header = HEADER.replace("_2026_CODE", code).replace("NDC2", ndc)
        assert load(TOP + header + BODY).rows == 8


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (TOP + HEADER.replace("BILLUNITS,", "UNITS,") + BODY, "has no column for units per item"),
        (
            TOP.replace("Effective", "From").replace("2026 through", "2026 to") + HEADER + BODY,
            "does not say which quarter",
        ),
        (TOP + HEADER, "holds no NDC"),
        (TOP + HEADER + BODY[:-6], "ends in the middle of a row"),
    ],
)
def test_a_broken_file_is_one_line(text: str, what: str) -> None:
    file = source(text)
    assert LOADER.recognises(file)
    with pytest.raises(ReferenceDataError, match=what) as raised:
        LOADER.load(file)
    assert raised.value.one_line().startswith("crosswalk.csv")


@pytest.mark.shared
@pytest.mark.parametrize(
    ("quarter", "rows", "no_ndc"),
    [
        ("2024-01", 6684, 695), ("2024-04", 6746, 648), ("2024-07", 7171, 787), ("2024-10", 7429, 904),
        ("2025-01", 7172, 694), ("2025-04", 7585, 1042), ("2025-07", 7873, 1140), ("2025-10", 8245, 1284),
        ("2026-01", 7125, 1),
    ],
)  # fmt: skip
def test_the_real_quarters(shared: Path, quarter: str, rows: int, no_ndc: int) -> None:
    path = shared / f"data/asp/asp_ndc_hcpcs_crosswalk_{quarter}.csv"
    release = load(path.read_bytes(), str(path))
    frame = release.sets[0].frame
    assert (release.edition, release.rows) == (quarter, rows)
    assert frame.height == rows - no_ndc == frame.select("ndc", "hcpcs").n_unique()


@pytest.mark.shared
@pytest.mark.parametrize(
    ("quarter", "code", "units"),
    [("2024-01", "J2930", 1), ("2024-04", "J2919", 25), ("2024-10", "J2919", 25), ("2026-01", "J2919", 25)],
)
def test_the_solu_medrol_carton(shared: Path, quarter: str, code: str, units: int) -> None:
    """Domain notes C4: 25 vials of 125 mg, 25 units of 5 mg each; one unit of J2930 before."""
    path = shared / f"data/asp/asp_ndc_hcpcs_crosswalk_{quarter}.csv"
    frame = load(path.read_bytes(), str(path)).sets[0].frame.filter(ndc="00009004722")
    rows = frame.select("hcpcs", "package_size", "package_quantity", "units_per_item").rows()
    assert rows == [(code, Decimal(1), Decimal(25), Decimal(units))]
