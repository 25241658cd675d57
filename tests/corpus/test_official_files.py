"""Every official file of ../shared, loaded with one command: nothing refused, and the counts of SOURCE.md."""

from __future__ import annotations

import csv
import re
import statistics
import time
from datetime import date
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from scrubjay.reference import Reference

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.shared
AS_OF = date(2026, 11, 1)

COUNTS = {
    "hcpcs/anweb2020_04.xlsx": ("7,098", 7_098),
    "hcpcs/anweb2020_07.xlsx": ("7,159", 7_159),
    "hcpcs/anweb2020_10.xlsx": ("7,197", 7_197),
    "hcpcs/hcpcs_2024_07_attributes.csv": ("8,033", 8_033),
    "hcpcs/HCPC2024_OCT_ANWEB.txt": ("15,129 records", 15_129),
    "hcpcs/hcpcs_2024_10.csv": ("8,474", 8_474),
    "hcpcs/hcpcs_2025_10.csv": ("8,846", 8_846),
    "ncci/medicare_mue_prac_2024-07-01.csv": ("14,677", 14_677),
    "ncci/medicare_mue_out_2024-07-01.csv": ("14,628", 14_628),
    "ncci/medicare_mue_dme_2024-07-01.csv": ("2,928", 2_928),
    "ncci/medicare_ptp_prac_2024-07-01_full.csv.gz": ("2,546,017", 2_546_017),
    "ncci/medicare_ptp_out_2024-07-01_full.csv.gz": ("1,775,818", 1_775_818),
    "ncci/medicare_aoc_2024-06-03.csv": ("7,465", 7_465),
    "ncci/medicaid_mue_practitioner_2026q1.csv": ("8,253", 8_253),
    "icd10/icd10cm_2026-04-01.csv": ("98,225", 98_225),
    "ndc/qumi_injectable_ndc_rxcui_2023-10-23.csv": ("14,700", 14_700),
    "mcd/mcd_document_index_2025-08.csv": ("3,133", 3_133),
    "codes/hcpcs_modifiers_2025_10.csv": ("383 modifiers", 383),
    "codes/carc_rarc_status_2026-08.csv": ("1,623", 1_623),
    "opps/addendum_b_history_2020_to_2026-04_alpha_codes.csv": ("150,344", 150_344),
    "asp/derived_code_successor_evidence_from_ndc_moves.csv": ("32 pairs", 32),
}
"""By file: how SOURCE.md writes the count, and the count."""
LISTED = ("asp", "opps", "asc", "hcpcs", "ncci", "icd10", "ndc", "mcd", "codes")
"""Folders of sources that have a loader; the others hold claims and remittances."""
NO_RELEASE = re.compile(r"readme|proc_notes|record_?layout", re.IGNORECASE)


@pytest.fixture(scope="module")
def by_file(official_load: dict[str, Any], shared: Path) -> dict[str, dict[str, Any]]:
    root = f"{shared / 'data'}/"
    return {f["name"].removeprefix(root): f for f in official_load["files"]}


def test_every_file_of_a_listed_source_is_loaded(by_file: dict[str, dict[str, Any]], shared: Path) -> None:
    assert [f["what"] for f in by_file.values() if f["outcome"] == "refused"] == []
    for name, file in by_file.items():
        if name.split("/")[0] in LISTED and not NO_RELEASE.search(PurePosixPath(name).name):
            assert file["outcome"] in ("loaded", "same-release"), file["what"]
    on_disk = {p.relative_to(shared / "data").as_posix() for p in (shared / "data").rglob("*") if p.is_file()}
    seen = {n[: n.index(".zip/") + 4] if ".zip/" in n else n for n in by_file}
    assert on_disk == seen, "every file has its outcome"


@pytest.mark.parametrize("file", COUNTS)
def test_rows_are_as_many_as_the_source_file_says(
    by_file: dict[str, dict[str, Any]], shared: Path, file: str
) -> None:
    words, rows = COUNTS[file]
    assert words in (shared / "data/SOURCE.md").read_text(encoding="utf-8")
    assert by_file[file]["rows"] == rows


@pytest.mark.parametrize(
    ("pattern", "words", "least", "most", "files"),
    [
        (r"asp/asp_payment_limits_", "819 to 1,012 codes", 819, 1_012, 9),
        (r"asp/asp_ndc_hcpcs_crosswalk_", "6,684 to 8,245 NDCs", 6_684, 8_245, 9),
    ],
)
def test_rows_of_the_quarters(
    *, by_file: dict[str, dict[str, Any]], shared: Path, pattern: str, words: str, least: int, most: int, files: int
) -> None:  # fmt: skip
    assert words in (shared / "data/SOURCE.md").read_text(encoding="utf-8")
    rows = [f["rows"] for n, f in by_file.items() if re.match(pattern, n)]
    assert (len(rows), min(rows), max(rows)) == (files, least, most)


def test_about_as_many_rows_of_april_2026(by_file: dict[str, dict[str, Any]], shared: Path) -> None:
    assert "about 19,060;" in (shared / "data/SOURCE.md").read_text(encoding="utf-8")
    assert by_file["opps/addendum_b_2026-04.csv"]["rows"] == pytest.approx(19_060, abs=5)


def test_quarters_of_the_asc(by_file: dict[str, dict[str, Any]]) -> None:
    editions = [f["editions"][0]["edition"] for n, f in by_file.items() if n.startswith("asc/")]
    assert sorted(editions) == [
        f"{y}-{m:02}" for y in range(2021, 2027) for m in (1, 4, 7, 10) if (y, m) <= (2026, 4)
    ]


def test_what_is_held_less_is_said(by_file: dict[str, dict[str, Any]]) -> None:
    """A row that is read and not held is a duplicate, or no NDC, or of no set: a warning counts it."""
    for name, file in by_file.items():
        held = [e["rows"] for e in file["editions"]]
        if file["outcome"] == "loaded" and name.startswith(
            ("asp/asp_", "ncci/", "icd10/", "asc/", "opps/opps_")
        ):
            assert held, name
            if min(held) != file["rows"]:
                assert any(w for w in file["warnings"] if re.search(r"twice|once|left out", w)), name


def test_every_row_of_a_table_is_a_row_that_is_held(loaded_reference: Reference, shared: Path) -> None:
    """Codes and values of an MUE table, read again by plain means."""
    text = (shared / "data/ncci/medicare_mue_prac_2024-07-01.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    wanted = {(r["hcpcs_code"], int(r["mue_units"])) for r in rows}
    (frame,) = [
        f
        for f in loaded_reference.frames["mue"]
        if f.scope == ("practitioner",) and f.editions[0].source.startswith("CMS Medicare") and f.rank
    ]
    held = frame.load().select("hcpcs", pl.col("mue_value").cast(pl.Int64))
    assert set(held.rows()) == wanted
    assert held.height == len(rows) == 14_677


def test_active_pairs(loaded_reference: Reference, shared: Path) -> None:
    said = (shared / "data/SOURCE.md").read_text(encoding="utf-8")
    for setting, words, active in (
        ("practitioner", "1,669,820 active", 1_669_820),
        ("outpatient_hospital", "1,335,857 active", 1_335_857),
    ):
        assert words in said
        (frame,) = [f for f in loaded_reference.frames["pairs"] if f.scope == (setting,)]
        rows = frame.load()
        # A pair that is active has its whole quarter; one row of each file stands twice.
        still = rows.filter(
            pl.col("effective_to").is_null() | (pl.col("effective_to") > pl.date(2024, 7, 2))
        ).height
        assert abs(still - active) <= 1


def test_records_of_october_2024(by_file: dict[str, dict[str, Any]], shared: Path) -> None:
    assert "8,091 codes and 383 modifiers" in (shared / "data/SOURCE.md").read_text(encoding="utf-8")
    rows = {e["set_name"]: e["rows"] for e in by_file["hcpcs/HCPC2024_OCT_ANWEB.txt"]["editions"]}
    assert (rows["hcpcs"], rows["modifiers"]) == (8_091, 383)


def test_billable_diagnoses(loaded_reference: Reference, shared: Path) -> None:
    assert "(74,724 billable)" in (shared / "data/SOURCE.md").read_text(encoding="utf-8")
    raw = pl.read_csv(shared / "data/icd10/icd10cm_2026-04-01.csv", infer_schema=False)
    billable = raw.filter(pl.col("is_billable") == "1")["code"]
    assert billable.len() == 74_724
    (frame,) = [f for f in loaded_reference.frames["diagnoses"] if f.rank]
    held = frame.load().filter("is_billable")["diagnosis"]
    assert set(held) == {c.replace(".", "") for c in billable}


def test_point_lookups_are_fast(loaded_reference: Reference) -> None:
    """Each within 50 ms after start, as a rule; CPU time is measured, which a busy machine does not stretch."""
    codes = loaded_reference.table("payment_limits", as_of=AS_OF)["hcpcs"].unique().sort()[::40].to_list()
    reference = Reference(loaded_reference.frames)  # Nothing has been asked of it.
    spent: dict[str, list[float]] = {}
    for code in codes:
        for name in ("hcpcs", "drugs", "payment_limits", "mue", "status"):
            began = time.process_time()
            reference.rows(name, on=date(2024, 8, 1), as_of=AS_OF, hcpcs=code)
            spent.setdefault(name, []).append(1000 * (time.process_time() - began))
    assert len(codes) > 20
    assert {name: ms for name, times in spent.items() if (ms := statistics.median(times[1:])) > 50} == {}
