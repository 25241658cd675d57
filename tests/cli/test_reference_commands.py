"""`scrubjay reference list`, `diff` and `doctor` as a user calls them."""

from __future__ import annotations

import csv
import io
import json

import pytest

COLUMNS = (
    "HCPCS Code,Short Description,HCPCS Code Dosage,Payment Limit,Co-insurance Percentage,Vaccine AWP%,Vaccine Limit,"
    "Blood AWP%,Blood limit,Clotting Factor,Notes"
)
QUARTERS = {
    "2025-04": ("April 1, 2025 through June 30, 2025", "0.251"),
    "2025-10": ("October 1, 2025 through December 31, 2025", "0.210"),
}


@pytest.fixture(scope="module")
def loaded(scrubjay, tmp_path_factory):
    """Two quarters with one between them that is missing."""
    folder = tmp_path_factory.mktemp("commands")
    for name, (words, amount) in QUARTERS.items():
        text = f'Payment Allowance Limits for Medicare Part B Drugs\n"Effective {words}"\n{COLUMNS}\n'
        (folder / f"{name}.csv").write_text(
            f"{text}J2919,Methylpred,5 MG,{amount},20,,,,,,\n", encoding="utf-8"
        )
    done = scrubjay("reference", "load", folder, "--reference", folder / "ref")
    assert done.returncode == 0, done.stderr
    return folder / "ref"


def test_list(scrubjay, loaded) -> None:
    done = scrubjay("reference", "list", "--reference", loaded, "--as-of", "2025-11-20")
    assert done.returncode == 0
    text = " ".join(done.stdout.split())
    assert "4 loaded editions" in text
    assert "2 editions, newest 2025-10" in text
    assert "No payment limits for 2025 Q3." in text
    every = scrubjay("reference", "list", "--all", "--reference", loaded, "--as-of", "2025-11-20").stdout
    assert "2025-04" in every
    view = json.loads(
        scrubjay("reference", "list", "--reference", loaded, "--as-of", "2025-11-20", "--json").stdout
    )
    assert [g["words"] for g in view["gaps"] if g["set_name"] == "payment_limits"] == [
        "no payment limits for 2025 Q3"
    ]
    assert {e["edition"] for e in view["editions"] if not e["is_starter"]} == set(QUARTERS)


def test_list_as_known_on_an_earlier_day(scrubjay, loaded) -> None:
    done = scrubjay("reference", "list", "--reference", loaded, "--as-of", "2025-05-01")
    assert "2 further editions became known after that day." in done.stdout


def test_list_sources(scrubjay) -> None:
    done = scrubjay("reference", "list", "--sources", "--json")
    rows = {r["loader"]: r for r in json.loads(done.stdout)}
    assert rows["asp-payment-limits"]["is_tested_on_real_file"] is True
    assert rows["fda-ndc-products"]["is_tested_on_real_file"] is False
    assert "Tested on a real file" in scrubjay("reference", "list", "--sources").stdout


def test_diff(scrubjay, loaded, tmp_path) -> None:
    done = scrubjay("reference", "diff", "2025-04", "2025-10", "--reference", loaded)
    assert done.returncode == 0
    assert "payment limit: 0.251 → 0.21  -16.33 %" in done.stdout
    found = json.loads(
        scrubjay("reference", "diff", "2025-04", "2025-10", "--reference", loaded, "--json").stdout
    )
    assert [(c["key"], c["change"], c["percent"]) for c in found["changes"]] == [
        ("J2919", "limit moved", "-16.33")
    ]
    done = scrubjay(
        "reference", "diff", "2025-04", "2025-10", "--reference", loaded, "-o", tmp_path / "c.csv"
    )
    rows = list(csv.DictReader(io.StringIO((tmp_path / "c.csv").read_text(encoding="utf-8"))))
    assert [(r["before"], r["after"]) for r in rows] == [("0.251", "0.21")]


def test_diff_of_nothing(scrubjay, loaded, one_line) -> None:
    done = scrubjay("reference", "diff", "2025-04", "2031-01", "--reference", loaded)
    assert done.returncode == 2
    assert "no loaded edition is called '2031-01'" in one_line(done.stderr)


def test_doctor(scrubjay, loaded, tmp_path) -> None:
    done = scrubjay("reference", "doctor", "--reference", loaded, "--as-of", "2025-11-20")
    assert done.returncode == 0
    assert "No payment limits for 2025 Q3." in " ".join(done.stdout.split())
    kinds = {c["kind"] for c in json.loads(
        scrubjay("reference", "doctor", "--reference", loaded, "--as-of", "2025-11-20", "--json").stdout
    )}  # fmt: skip
    assert "no-edition" in kinds


def test_doctor_finds_a_damaged_edition(scrubjay, loaded, tmp_path, one_line) -> None:
    import shutil

    folder = tmp_path / "ref"
    shutil.copytree(loaded, folder)
    path = next((folder / "editions/payment_limits").glob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-7] + b"damaged")
    done = scrubjay("reference", "doctor", "--reference", folder)
    assert done.returncode == 1
    assert "The rows of payment_limits" in done.stdout
    assert "1 fault: these editions may not be relied on." in one_line(done.stderr)
    asked = scrubjay("code", "J2919", "--on", "2025-05-01", "--reference", folder)
    assert asked.returncode == 2
    assert "is damaged" in one_line(asked.stderr)


@pytest.mark.parametrize("command", [("list",), ("doctor",), ("diff", "a", "b")])
def test_a_folder_that_is_none(scrubjay, tmp_path, command) -> None:
    done = scrubjay("reference", *command, "--reference", tmp_path / "none")
    assert done.returncode == (0 if command == ("list",) else 2)
    if command == ("list",):
        assert "Nothing was loaded" in done.stdout
