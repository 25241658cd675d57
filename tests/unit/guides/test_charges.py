"""Charge masters: drug, unit, price, form of the table."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from scrubjay.errors import UnreadableInputError
from scrubjay.guides.charges import check_charges
from scrubjay.reference import Reference

ON, AS_OF = date(2026, 3, 1), date(2026, 11, 26)
CSV = Path(__file__).parents[2] / "data" / "guides" / "charges.csv"


def check(path: Path):
    return check_charges(path, Reference.starter(), on=ON, as_of=AS_OF)


def kinds(found) -> set[tuple[int, str, str | None]]:
    return set(found.findings.select("row", "kind", "edit").iter_rows())


EXPECTED = {
    (4, "priced-by-package", None),
    (5, "confusable", None),
    (6, "identity", "GU001"),
    (6, "unit", "GU002"),
    (7, "use", "GU003"),
    (8, "unit", "GU002"),
    (9, "price-under-payment-limit", None),
    (10, "priced-by-package", None),
    (12, "identity", "GU001"),
    (14, "identity", "GU001"),
}


def test_what_is_wrong_is_found_and_nothing_else() -> None:
    found = check(CSV)
    assert kinds(found) == EXPECTED
    assert (found.rows, found.drugs, found.unknown) == (15, 13, 1)
    assert any("no amount" in note for note in found.notes)
    assert found.severities() == {"error", "warning", "info"}


def test_a_workbook_says_the_same(tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for number, line in enumerate(CSV.read_text(encoding="utf-8").splitlines()):
        sheet.write_row(number, 0, line.split(","))
    book.close()
    assert kinds(check(path)) == EXPECTED


def test_columns_in_another_order_and_separator(tmp_path: Path) -> None:
    path = tmp_path / "c.tsv"
    path.write_text(
        "Charge\tDrug name\tRevenue code\tCPT/HCPCS\n$1,000.50\tRituximab 10 mg\t0636\tJ1745\n",
        encoding="utf-8",
    )
    found = check(path)
    assert kinds(found) == {(2, "identity", "GU001")}
    assert found.as_dict()["findings"][0]["price"] == "1000.50"


def test_package_price_is_compared_by_the_package(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        "hcpcs,description,price\nJ1745,INFLIXIMAB 100 MG VIAL,300.00\nJ1745,INFLIXIMAB 100 MG SDV,400.00\n",
        encoding="utf-8",
    )
    found = check(path)
    assert (2, "price-under-payment-limit", None) in kinds(found)
    assert (3, "price-under-payment-limit", None) not in kinds(found)


def test_a_large_table_takes_seconds(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    codes = Reference.starter().table("drugs", as_of=AS_OF)["hcpcs"].unique().sort().to_list()
    rows = [f"{codes[n % len(codes)]},ITEM {n % 997} INFLIXIMAB 10 MG,{n}.00" for n in range(20_000)]
    path.write_text("\n".join(["hcpcs,description,price", *rows]), encoding="utf-8")
    begun = time.monotonic()
    found = check(path)
    assert time.monotonic() - begun < 120
    assert found.rows == 20_000


@pytest.mark.parametrize(
    ("name", "text"),
    [("c.csv", "a,b\n1,2\n"), ("c.xlsx", "PK\x03\x04 nothing"), ("d.csv", "code only\nJ1745\n")],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableInputError):
        check(path)


def test_prices_are_exact() -> None:
    assert check(CSV).findings.schema["price"] == pl.Decimal(18, 2)


def test_separators_within_quotes_divide_nothing(tmp_path: Path) -> None:
    path = tmp_path / "charges.csv"
    path.write_text(
        'code,description,price\nJ1745,"Infliximab, 10 mg","$1,200.00"\nJ1100,"Dexamethasone acetate, 1 mg",2\n'
    )
    found = check(path)
    assert {row for row, _, edit in kinds(found) if edit == "GU001"} == {3}


def test_a_title_line_over_the_header_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "charges.csv"
    path.write_text("Charge master 2026\ncode,description,price\nJ1100,Dexamethasone acetate 1 mg,2\n")
    assert {row for row, _, edit in kinds(check(path)) if edit == "GU001"} == {3}
