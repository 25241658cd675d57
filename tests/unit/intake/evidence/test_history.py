"""Earlier claims: tables as claims, keys before those of the run, bad rows named."""

from __future__ import annotations

import gzip
from datetime import date
from decimal import Decimal

import polars as pl

from scrubjay.intake.evidence import first_day, read_history
from scrubjay.tables import CLAIMS, LINES
from scrubjay.testing.x12 import ClaimSpec, LineSpec, make_837

TABLE = (
    "member_id,dob,dos,code,units,modifiers,claim_id,icn,ndc\n"
    "W1,1958-02-14,2026-01-05,j1745,40,JZ,C1,N1,\n"
    "W1,1958-02-14,2026-01-05,96413,1,,C1,N1,\n"
    "W2,1960-01-01,2026-02-05,J2919,25,JZ RT,C2,N2,00009004722\n"
)


def test_rows_of_one_claim_are_its_lines(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(TABLE)
    (bundle,), (report,) = read_history([path])
    assert report.problems == []
    assert bundle.claims.schema == CLAIMS.schema
    assert bundle.lines.schema == LINES.schema
    assert bundle.claims.select(
        "claim_key", "claim_id", "line_count", "payer_claim_control_number"
    ).rows() == [
        (-2, "h1c1", 2, "N1"),
        (-1, "h1c2", 1, "N2"),
    ]
    assert bundle.lines.select("line_key", "claim_key", "hcpcs", "units", "modifiers").rows() == [
        (-3, -2, "J1745", Decimal(40), ["JZ"]),
        (-2, -2, "96413", Decimal(1), []),
        (-1, -1, "J2919", Decimal(25), ["JZ", "RT"]),
    ]
    assert first_day([bundle]) == date(2026, 1, 5)


def test_rows_without_a_number_are_claims_of_their_own(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "member_id,dob,dos,hcpcs,units\nW1,1958-02-14,2026-01-05,J1745,40\nW1,1958-02-14,2026-01-05,J1745,40\n"
    )
    (bundle,), _ = read_history([path])
    assert bundle.claims.height == 2


def test_keys_run_over_all_files_in_their_order(tmp_path):
    first, second, third = tmp_path / "a.837", tmp_path / "b.csv", tmp_path / "c.837.gz"
    first.write_text(make_837([ClaimSpec("X1"), ClaimSpec("X2", lines=[LineSpec(), LineSpec("96372")])]))
    second.write_text(TABLE)
    third.write_bytes(gzip.compress(make_837([ClaimSpec("X3")]).encode()))
    bundles, reports = read_history([first, second, third])
    assert [r.problems for r in reports] == [[], [], []]
    claims = pl.concat([b.claims for b in bundles])
    assert claims["claim_key"].to_list() == [-5, -4, -3, -2, -1]
    assert claims["claim_id"].to_list() == ["h1c1", "h1c2", "h2c1", "h2c2", "h3c1"]
    lines = pl.concat([b.lines for b in bundles])
    assert lines["line_key"].to_list() == list(range(-7, 0))
    assert lines["claim_key"].to_list() == [-5, -4, -4, -3, -3, -2, -1]


def test_a_bad_row_is_named_and_the_others_count(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(TABLE + "W3,never,2026-01-05,J1745,40,,,,\nW4,1958-02-14,2026-01-05,J1745,,,,,\n")
    (bundle,), (report,) = read_history([path])
    assert bundle.lines.height == 3
    assert [p.message for p in report.problems] == [
        "Column patient_birth_date is no date; write it as 2026-03-01 in row 4; left out.",
        "Column units is empty in row 5; left out.",
    ]
    assert report.claims_set_aside == 2


def test_parquet(tmp_path):
    path = tmp_path / "a.parquet"
    pl.DataFrame(
        {"member_id": ["W1"], "patient_birth_date": [date(1958, 2, 14)], "service_date_from": [date(2026, 1, 5)],
         "hcpcs": ["J1745"], "units": [Decimal(40)], "modifiers": [["JZ"]]}
    ).write_parquet(path)  # fmt: skip
    (bundle,), (report,) = read_history([path])
    assert report.problems == []
    assert bundle.lines.select("hcpcs", "units", "modifiers").rows() == [("J1745", Decimal(40), ["JZ"])]


def test_what_holds_no_claims_gives_one_clear_line(tmp_path):
    names = {
        "a.json": b'{"resourceType": "Patient"}',
        "b.csv": b"a,b\n1,2\n",
        "c.txt": b"",
        "d.gz": gzip.compress(b"a,b\n1,2\n"),
    }
    for name, data in names.items():
        (tmp_path / name).write_bytes(data)
    bundles, reports = read_history([*(tmp_path / n for n in names), tmp_path / "none"])
    assert bundles == ()
    assert [r.problems[0].kind for r in reports] == [
        "wrong-format", "missing-column", "empty-file", "missing-column", "file-not-found",
    ]  # fmt: skip
    assert all(r.is_fatal and len(r.problems) == 1 for r in reports)


def test_no_value_of_a_patient_stands_in_a_problem(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("member_id,dob,dos,hcpcs,units\nSECRETID,SECRETDOB,SECRETDAY,J1745,SECRETUNITS\n")
    _, (report,) = read_history([path])
    assert report.problems
    assert not any("SECRET" in p.one_line() for p in report.problems)


def test_a_column_of_another_name_is_said_not_to_be_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("member_id,dob,dos,hcpcs,units,first_name\nW1,1958-02-14,2026-01-05,J1745,40,JANE\n")
    (bundle,), (report,) = read_history([path])
    assert bundle.claims.height == 1
    assert [(p.kind, p.is_fatal) for p in report.problems] == [("column-not-read", False)]
    assert "first_name" in report.problems[0].message
    assert "patient_first_name" in report.problems[0].hint
    assert "JANE" not in report.problems[0].one_line()
