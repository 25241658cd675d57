"""`scrubjay reference impact`: what new editions change for open claims, as text, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest

from scrubjay.testing.claim_specs import ClaimSpec, LineSpec
from scrubjay.testing.x12 import make_837

ON = date(2025, 7, 10)
COLUMNS = (
    "HCPCS Code,Short Description,HCPCS Code Dosage,Payment Limit,Co-insurance Percentage,Vaccine AWP%,Vaccine Limit,"
    "Blood AWP%,Blood limit,Clotting Factor,Notes"
)


def limits(amount: str) -> str:
    top = 'Payment Allowance Limits for Medicare Part B Drugs\n"Effective July 1, 2025 through September 30, 2025"\n'
    return f"{top}{COLUMNS}\nJ2919,Methylpred,5 MG,{amount},20,,,,,,\n"


@pytest.fixture(scope="module")
def loaded(scrubjay, tmp_path_factory):
    """Limits of 2025 Q3 as published on 20 June, and a correction of 25 July."""
    folder = tmp_path_factory.mktemp("impact")
    for name, amount, day in (("a.csv", "1.000", "2025-06-20"), ("b.csv", "2.000", "2025-07-25")):
        (folder / name).write_text(limits(amount), encoding="utf-8")
        done = scrubjay(
            "reference", "load", folder / name, "--published-on", day, "--reference", folder / "ref"
        )
        assert done.returncode == 0, done.stderr
    return folder / "ref"


@pytest.fixture
def impact(scrubjay, loaded, tmp_path):
    lines = [LineSpec("J2919", charge="60", units="25", modifiers=("JZ",), service_from=ON)]
    claims = [ClaimSpec(f"OPEN{n:02}", lines=lines) for n in range(60)]
    (tmp_path / "open.837").write_text(make_837(claims), encoding="utf-8")

    def call(*args):
        return scrubjay("reference", "impact", "open.837", "--reference", loaded, *args, cwd=tmp_path)

    return call


DAYS = ("--before", "2025-07-15", "--after", "2025-07-30")


def test_text(impact) -> None:
    done = impact(*DAYS)
    assert (done.returncode, done.stderr) == (0, "")
    assert "for 60 claims of 1 file: as known on 2025-07-30, against as known on 2025-07-15." in done.stdout
    assert "Medicare pays $39.20 by CMS Medicare Part B drug payment limits" in done.stdout
    assert "$19.60 before" in done.stdout
    assert "10 more claims changed; --all prints them" in done.stdout
    assert (
        "Expected Medicare payment of 60 lines: $1,176.00 before, $2,352.00 now (+$1,176.00)." in done.stdout
    )
    assert "DOE" not in done.stdout
    assert impact(*DAYS, "--all").stdout.count("Claim OPEN") == 60


def test_json(impact) -> None:
    report = json.loads(impact(*DAYS, "--json").stdout)
    assert report["before"] == {"name": "as known on 2025-07-15", "as_of": "2025-07-15"}
    assert report["summary"]["claims_changed"] == 60
    assert (report["summary"]["payment_before"], report["summary"]["payment_after"]) == ("1176.00", "2352.00")
    first = report["changes"][0]
    assert (first["change"], first["payment_before"], first["payment_after"]) == ("payment", "19.6", "39.2")
    assert first["payment_source_after"].endswith("2025-07.v2")
    assert first["file"] == "open.837"


def test_csv_to_a_file(impact, tmp_path) -> None:
    done = impact(*DAYS, "-o", "changes.csv")
    assert (done.returncode, done.stdout) == (0, "")
    assert "wrote changes.csv: 60 of 60 claims changed." in done.stderr
    rows = list(csv.DictReader(io.StringIO((tmp_path / "changes.csv").read_text(encoding="utf-8"))))
    assert len(rows) == 60
    assert (rows[0]["patient_control_number"], rows[0]["payment_difference"]) == ("OPEN00", "19.60")


def test_an_edition_by_its_name(impact) -> None:
    done = impact("--edition", "2025-07.v2", "--as-of", "2025-07-30")
    assert done.returncode == 0
    assert "without CMS Medicare Part B drug payment limits (ASP) 2025-07.v2" in " ".join(done.stdout.split())
    assert "$39.20" in done.stdout


def test_nothing_changes(impact) -> None:
    done = impact("--before", "2025-07-26", "--after", "2025-07-30")
    assert "Nothing changes for these claims." in done.stdout


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ([], "needs --edition, or --before with a day"),
        (["--edition", "2025-07", "--before", "2025-07-15"], "takes --edition or --before, not both"),
        (["--edition", "2025-07", "--after", "2025-07-15"], "--after: goes with --before"),
        (["--before", "2025-07-15", "--as-of", "2025-07-15"], "--as-of: goes with --edition"),
        (["--before", "15 July"], "YYYY-MM-DD"),
        (["--edition", "1999-01"], "no loaded edition is called '1999-01'"),
        (["--edition", "2025-07", "--as-of", "2025-01-01"], "so on 2025-01-01 it changes nothing"),
    ],
)
def test_wrong_usage(impact, one_line, args, says) -> None:
    done = impact(*args)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in one_line(done.stderr)


def test_a_file_that_cannot_be_read(scrubjay, loaded, tmp_path) -> None:
    (tmp_path / "bad.837").write_text("hello", encoding="utf-8")
    done = scrubjay("reference", "impact", "bad.837", *DAYS, "--reference", loaded, cwd=tmp_path)
    assert done.returncode == 3
    assert "bad.837" in done.stderr
