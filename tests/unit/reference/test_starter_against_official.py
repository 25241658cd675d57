"""Every starter fact that an official file holds equals that file; skipped where `shared` is absent."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from scrubjay.reference.starter import read_set

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.shared


def rows_below(path: Path, mark: str) -> list[dict[str, str]]:
    """Rows of a CMS file that begins with notes; the header is the line that holds `mark`."""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        lines = list(csv.reader(file))
    start = next(i for i, line in enumerate(lines) if mark in line)
    return [
        dict(zip(lines[start], line, strict=False)) for line in lines[start + 1 :] if line and line[0].strip()
    ]


def quarter(day: date) -> str:
    return f"{day.year}-{(day.month - 1) // 3 * 3 + 1:02d}"


def quarters(first: date, end: date) -> list[str]:
    found, year, month = [], first.year, first.month
    while (year, month) < (end.year, end.month):
        found.append(f"{year}-{month:02d}")
        year, month = (year + 1, 1) if month == 10 else (year, month + 3)
    return found


def test_payment_limits(shared: Path) -> None:
    frame = read_set("payment_limits")
    for edition in frame["edition"].unique():
        official = {
            r["HCPCS Code"].strip(): (r["Payment Limit"].replace(",", ""), r["Co-insurance Percentage"])
            for r in rows_below(shared / f"data/asp/asp_payment_limits_{edition}.csv", "HCPCS Code")
            if r["Payment Limit"].strip()
        }
        for row in frame.filter(edition=edition).iter_rows(named=True):
            there = tuple(Decimal(number) for number in official[row["hcpcs"]])
            assert (row["payment_limit"], row["coinsurance_percent"]) == there, row["hcpcs"]


def test_medicare_mue(shared: Path) -> None:
    frame = read_set("mue").filter(edition="2024-07-01")
    for setting, short in (("practitioner", "prac"), ("outpatient_hospital", "out"), ("dme", "dme")):
        with (shared / f"data/ncci/medicare_mue_{short}_2024-07-01.csv").open(encoding="utf-8") as file:
            official = {r["hcpcs_code"]: r for r in csv.DictReader(file)}
        for row in frame.filter(mue_setting=setting).iter_rows(named=True):
            there = official[row["hcpcs"]]
            assert (str(row["mue_value"]), row["mue_mai"], row["mue_rationale"]) == (
                there["mue_units"],
                there["mue_mai"],
                there["mue_rationale"],
            )


def test_medicaid_mue(shared: Path) -> None:
    with (shared / "data/ncci/medicaid_mue_practitioner_2026q1.csv").open(encoding="utf-8") as file:
        official = {r["hcpcs"]: r["mue_units"] for r in csv.DictReader(file)}
    for row in read_set("mue").filter(mue_setting="medicaid_practitioner").iter_rows(named=True):
        assert str(row["mue_value"]) == official[row["hcpcs"]]


def test_crosswalk(shared: Path) -> None:
    official: dict[str, dict[tuple[str, str], tuple[Decimal, ...]]] = defaultdict(dict)
    for path in sorted((shared / "data/asp").glob("asp_ndc_hcpcs_crosswalk_*.csv")):
        edition = path.stem.rsplit("_", 1)[1]
        for r in rows_below(path, "NDC2"):
            code = next(iter(r.values())).strip()
            try:
                content = tuple(Decimal(r[c].strip()) for c in ("PKG SIZE", "PKG QTY", "BILLUNITS"))
            except ArithmeticError:
                continue
            official[edition][r["NDC2"].strip().replace("-", ""), code] = content
    # Rows before the first crosswalk held are carried back from it, and tagged D.
    first = read_set("ndc").filter(pl.col("effective_from") < date(2024, 1, 1))
    assert set(first["confidence"]) == {"D"}
    assert set(first["effective_to"]) == {date(2024, 1, 1)}
    frame = read_set("ndc").filter(pl.col("effective_from") >= date(2024, 1, 1))
    assert frame["ndc"].str.contains(r"^\d{11}$").all()
    for row in frame.iter_rows(named=True):
        content = (row["package_size"], row["package_quantity"], row["units_per_item"])
        for edition in quarters(row["effective_from"], row["effective_to"]):
            assert official[edition][row["ndc"], row["hcpcs"]] == content, (row["ndc"], edition)
    # No quarter of a held pair is left out, so that an absent row means that CMS has none.
    held = {
        (row["ndc"], row["hcpcs"], edition)
        for row in frame.iter_rows(named=True)
        for edition in quarters(row["effective_from"], row["effective_to"])
    }
    codes, ndcs = set(read_set("drugs")["hcpcs"]), set(frame["ndc"])
    there = {(n, c, e) for e, rows in official.items() for n, c in rows if n in ndcs and c in codes}
    assert there == held


def test_code_lives_and_descriptors(shared: Path) -> None:
    with (shared / "data/hcpcs/hcpcs_2024_10.csv").open(encoding="utf-8") as file:
        older = {r["hcpc"]: r for r in csv.DictReader(file)}
    with (shared / "data/hcpcs/hcpcs_2025_10.csv").open(encoding="utf-8") as file:
        newer = {r["hcpc"]: r for r in csv.DictReader(file)}
    codes = read_set("hcpcs").filter(pl.col("hcpcs").str.contains("^[A-Z]"))
    for row in codes.iter_rows(named=True):
        there = older.get(row["hcpcs"]) or newer[row["hcpcs"]]
        assert row["effective_from"].strftime("%Y%m%d") == there["add_dt"]
        text = newer.get(row["hcpcs"], there)["long_description"]
        assert row["descriptor"].lower().split() == text.lower().split()
    ended = {r["hcpcs"]: r for r in codes.filter(pl.col("effective_to").is_not_null()).iter_rows(named=True)}
    for code in set(codes["hcpcs"]):
        term = older.get(code, {}).get("term_dt")
        if term:
            last = date(int(term[:4]), int(term[4:6]), int(term[6:]))
            assert (ended[code]["effective_to"] - last).days == 1
        elif code in ended:
            assert ended[code]["confidence"] != "A"


def test_hospital_status(shared: Path) -> None:
    official: dict[tuple[str, str], str] = {}
    path = shared / "data/opps/addendum_b_history_2020_to_2026-04_alpha_codes.csv"
    with path.open(encoding="utf-8") as file:
        for r in csv.DictReader(file):
            edition = "2026-01" if r["edition_label"] == "2026-02" else r["edition_label"]
            official[edition, r["hcpcs"]] = r["status_indicator"]
    frame = read_set("status").filter(
        pl.col("status_setting") == "hopd", pl.col("hcpcs").str.contains("^[A-Z]")
    )
    for row in frame.iter_rows(named=True):
        for edition in quarters(row["effective_from"], row["effective_to"]):
            assert official[edition, row["hcpcs"]] == row["status_indicator"], (row["hcpcs"], edition)


def test_pairs_and_pairless(shared: Path) -> None:
    for setting, short in (("practitioner", "prac"), ("outpatient_hospital", "out")):
        raw = gzip.decompress(
            (shared / f"data/ncci/medicare_ptp_{short}_2024-07-01_full.csv.gz").read_bytes()
        )
        active = pl.read_csv(raw, infer_schema=False).filter(deletion_date="9999-12-31")
        held = read_set("pairs").filter(pair_setting=setting)
        same = held.join(active, on=["column1", "column2", "modifier_indicator"], how="semi")
        assert same.height == held.height
        paired = pl.concat([active["column1"], active["column2"]]).unique().to_list()
        assert not set(read_set("pairless").filter(pair_setting=setting)["hcpcs"]) & set(paired)


def test_add_ons(shared: Path) -> None:
    with (shared / "data/ncci/medicare_aoc_2024-06-03.csv").open(encoding="utf-8") as file:
        official = {(r["add_on_code"], r["primary_code"], r["aoc_edit_type"]) for r in csv.DictReader(file)}
    held = set(read_set("add_ons").select("add_on", "primary", "add_on_type").rows())
    assert held == {row for row in official if row[0] in {a for a, _, _ in held}}


def test_modifiers_are_the_whole_code_set(shared: Path) -> None:
    with (shared / "data/codes/hcpcs_modifiers_2025_10.csv").open(encoding="utf-8") as file:
        official = {r["hcpc"]: r["add_dt"] for r in csv.DictReader(file)}
    held = read_set("modifiers").filter(edition="2025-10")
    assert {m: d.strftime("%Y%m%d") for m, d in held.select("modifier", "effective_from").rows()} == official


def test_reason_and_remark_codes(shared: Path) -> None:
    with (shared / "data/codes/carc_rarc_status_2026-08.csv").open(encoding="utf-8") as file:
        official = {(r["list"].lower(), r["code"]): r["status"] == "current" for r in csv.DictReader(file)}
    for name in ("carc", "rarc"):
        for row in read_set(name).iter_rows(named=True):
            assert official[name, row[f"{name}_code"]] == row["is_active"]


def test_diagnoses(shared: Path) -> None:
    with (shared / "data/icd10/icd10cm_2026-04-01.csv").open(encoding="utf-8") as file:
        official = {r["code"].replace(".", ""): r for r in csv.DictReader(file)}
    for row in read_set("diagnoses").filter(pl.col("effective_to").is_null()).iter_rows(named=True):
        there = official[row["diagnosis"]]
        assert (row["descriptor"], row["is_billable"]) == (there["description"], there["is_billable"] == "1")
