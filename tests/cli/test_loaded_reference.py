"""Questions to the loaded official files, through the command line: the right answer, with its edition."""

from __future__ import annotations

import json
from datetime import date

import pytest

from scrubjay.testing.claim_specs import ClaimSpec, LineSpec
from scrubjay.testing.x12 import make_837

pytestmark = pytest.mark.shared

AS_OF = ("--as-of", "2026-11-01")
CROSSWALK = "CMS ASP NDC-HCPCS crosswalk"
QUARTERS = [f"{y}-{m:02}" for y in (2024, 2025) for m in (1, 4, 7, 10)] + ["2026-01"]


@pytest.fixture(scope="session")
def asked(scrubjay, official_editions):
    """The JSON answer of a command over all official files."""

    def ask(*args):
        done = scrubjay(*args, "--reference", official_editions, *AS_OF, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return ask


def on(facts, day: str):
    """Of facts with periods those that hold on a day."""
    return [
        f
        for f in facts
        if (f["effective_from"] or "0") <= day <= (f["last_day"] or "9999")
    ]  # fmt: skip


@pytest.mark.parametrize(("day", "in_force"), [("2024-03-31", True), ("2024-04-01", False)])
def test_the_last_day_of_j2930(asked, scrubjay, official_editions, day, in_force) -> None:
    answer = asked("code", "J2930", "--on", day)
    assert (answer["is_in_force"], answer["last_day"]) == (in_force, "2024-03-31")
    editions = {s["edition"] for s in answer["sources"] if s["source"] == "CMS HCPCS alpha-numeric file"}
    assert editions
    assert all(e >= "2024" for e in editions if ".." not in e), "an edition that knows of the end"
    text = scrubjay("code", "J2930", "--on", day, "--reference", official_editions, *AS_OF).stdout
    words = "in force" if in_force else "not in force"
    assert f"\n{words} on {day}; first day 1984-01-01, last day 2024-03-31.\n" in text
    assert "CMS HCPCS alpha-numeric file" in text


@pytest.mark.parametrize(
    ("day", "indicator", "rate", "edition"),
    [
        ("2024-06-01", "N", None, "2024-04"),
        ("2025-06-01", "K", "0.251", "2025-04"),
        ("2026-02-01", "N", None, "2026-01.2026-02"),
    ],
)
def test_the_hospital_status_of_j2919(*, asked, day, indicator, rate, edition) -> None:
    answer = asked("code", "J2919", "--on", day)
    (found,) = on([f for f in answer["status"] if f["values"]["status_setting"] == "hopd"], day)
    assert (found["values"]["status_indicator"], found["values"]["payment_rate"]) == (indicator, rate)
    assert found["source"]["source"] == "CMS OPPS Addendum B, history of Level II codes"
    assert found["source"]["edition"] == edition


@pytest.mark.parametrize("setting", ["practitioner", "outpatient_hospital", "dme"])
def test_the_mue_of_j1320(asked, setting) -> None:
    answer = asked("code", "J1320", "--on", "2024-07-10")
    (found,) = [f for f in on(answer["mue"], "2024-07-10") if f["values"]["mue_setting"] == setting]
    assert found["values"]["mue_value"] == 0
    assert found["source"]["edition"] == "2024-07-01"
    assert found["source"]["source"] == f"CMS Medicare NCCI MUE table, {setting.replace('_', ' ')}"


@pytest.mark.parametrize("quarter", QUARTERS)
def test_the_ndc_of_solu_medrol_in_each_quarter(asked, quarter) -> None:
    answer = asked("ndc", "00009-0047-22", "--on", f"{quarter}-15")
    (row,) = answer["packages"]
    expected = ("J2930", "1") if quarter == "2024-01" else ("J2919", "25")
    assert (row["values"]["hcpcs"], row["values"]["units_per_item"]) == expected
    assert (row["source"]["source"], row["source"]["edition"]) == (CROSSWALK, quarter)


def test_its_rows_over_time(asked, scrubjay, official_editions) -> None:
    answer = asked("ndc", "00009-0047-22", "--on", "2026-02-01")
    held = {f["source"]["edition"] for f in answer["history"] if f["source"]["source"] == CROSSWALK}
    assert set(QUARTERS) <= held
    text = scrubjay(
        "ndc", "00009-0047-22", "--on", "2026-02-01", "--reference", official_editions, *AS_OF
    ).stdout
    assert "J2919, 25 units in one  (2024 Q2 to 2026 Q1)" in text
    assert "J2930, 1 unit in one" in text


def test_a_drug_that_the_starter_set_does_not_know(asked, scrubjay) -> None:
    """J0224 is not among the codes of the starter; with the files loaded it has a life."""
    answer = asked("code", "J0224", "--on", "2024-11-01")
    assert answer["is_known"]
    assert len(answer["limit_history"]) == 9
    days = [f["effective_from"] for f in answer["limit_history"]]
    assert days == sorted(days)
    assert {f["source"]["edition"] for f in answer["limit_history"]} == set(QUARTERS)
    bare = scrubjay("code", "J0224", "--on", "2024-11-01", *AS_OF)
    assert bare.returncode == 2, "if the starter set knows it now, take another code"


def test_the_chart_in_terminal_and_page(scrubjay, official_editions, tmp_path) -> None:
    done = scrubjay("code", "J2919", "--on", "2026-02-01", "--reference", official_editions, *AS_OF)
    chart = done.stdout[done.stdout.index("Medicare payment limit for one unit, by quarter") :]
    assert "2024 Q2" in chart
    assert "█" in chart
    assert "$0.273" in chart
    page = tmp_path / "j2919.html"
    done = scrubjay(
        "code", "J2919", "--on", "2026-02-01", "--reference", official_editions, *AS_OF, "-o", page
    )
    assert done.returncode == 0
    text = page.read_text(encoding="utf-8")
    assert "<svg" in text
    assert "0.273" in text
    assert "http://" not in text.replace("http://www.w3.org", "")


def test_units_say_which_edition_they_used(asked) -> None:
    answer = asked(
        "units", "--code", "J0224", "--dose", "94.5 mg", "--vial", "94.5 mg", "--container", "single-dose", "--on",
        "2024-11-01",
    )  # fmt: skip
    assert answer["lines"][0]["hcpcs"] == "J0224"
    said = [s["source"] for s in answer["steps"] if s["source"]]
    assert "CMS HCPCS alpha-numeric file 2024-07..2024-10 [A]" in said


def test_a_check_names_the_editions_it_used(scrubjay, official_editions, claims) -> None:
    files = sorted(claims.glob("*.837"))
    done = scrubjay("check", *files, "--reference", official_editions, *AS_OF, "--json")
    assert done.returncode in (0, 1, 3), done.stderr
    used = json.loads(done.stdout)["run"]["editions_used"]
    by_set = {}
    for row in used:
        by_set.setdefault(row["set"], []).append(row)
    assert ("CMS Medicare NCCI MUE table, practitioner", "2024-07-01", True) in {
        (r["source"], r["edition"], r["is_loaded"]) for r in by_set["mue"]
    }
    assert {
        r["is_loaded"] for r in by_set["ndc"] if r["source"] == CROSSWALK and r["edition"] >= "2024-04"
    } == {True}
    assert "diagnoses" in by_set or "status" in by_set
    bare = json.loads(scrubjay("check", *files, *AS_OF, "--json").stdout)["run"]["editions_used"]
    assert bare
    assert not any(r["is_loaded"] for r in bare)


@pytest.mark.parametrize(
    ("as_of", "rate"),
    [("2025-07-15", "1.503"), ("2025-08-01", "15.031")],
)
def test_what_was_known_before_and_after_a_correction(scrubjay, official_editions, as_of, rate) -> None:
    """Addendum B of July 2025 came out on 2025-06-26 and again, with another rate for J2724, on 2025-07-25."""
    done = scrubjay(
        "code", "J2724", "--on", "2025-07-10", "--as-of", as_of, "--reference", official_editions, "--json"
    )
    status = [f for f in json.loads(done.stdout)["status"] if f["values"]["status_setting"] == "hopd"]
    assert [f["values"]["payment_rate"] for f in on(status, "2025-07-10")] == [rate]
    assert date.fromisoformat(as_of) > date(2025, 6, 26)


@pytest.fixture
def july_claim(tmp_path):
    """A hospital's claim of 2025-07-10: Q5146 was E2 in the release of 26 June and K in that of 25 July."""
    on = date(2025, 7, 10)
    lines = [
        LineSpec("Q5146", charge="5000", units="42", modifiers=("JZ",), service_from=on),
        LineSpec("J2724", charge="300", units="100", modifiers=("JZ",), service_from=on),
    ]
    path = tmp_path / "july.837"
    claim = ClaimSpec("JULY", place="13", statement_from=on, lines=lines)
    path.write_text(make_837([claim], kind="institutional"), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("as_of", "fires", "edition"),
    [("2025-07-15", True, "2025-07.20250626"), ("2025-08-01", False, "2025-07.20250725")],
)
def test_one_claim_file_before_and_after_an_edition(
    *, scrubjay, official_editions, july_claim, as_of, fires, edition
) -> None:
    done = scrubjay("check", july_claim, "--as-of", as_of, "--reference", official_editions, "--json")
    report = json.loads(done.stdout)
    fired = [f for f in report["findings"] if f["edit"] == "code-not-payable" and f["verdict"] == "fires"]
    assert [f["hcpcs"] for f in fired] == (["Q5146"] if fires else [])
    assert done.returncode == (1 if fires else 0)
    known = {e for e in report["run"]["editions"] if e.startswith("status 2025-07.")}
    assert f"status {edition}" in known
    assert ("status 2025-07.20250725" in known) is not fires


def test_what_the_edition_changes_in_dollars(scrubjay, official_editions, july_claim) -> None:
    done = scrubjay(
        "reference", "impact", july_claim, "--before", "2025-07-15", "--after", "2025-08-01", "--reference",
        official_editions, "--json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["summary"]["claims_changed"] == 1
    gone = [c for c in report["changes"] if c["change"] == "gone"]
    assert [(c["edit"], c["hcpcs"]) for c in gone] == [("code-not-payable", "Q5146")]
    (paid,) = [c for c in report["changes"] if c["hcpcs"] == "J2724" and c["change"] == "payment"]
    # 100 units at 1.503 and at 15.031, less coinsurance and 2 % sequestration.
    assert (paid["payment_before"], paid["payment_after"]) == ("117.84", "1178.43")
    assert "2025-07.20250725" in paid["payment_source_after"]
    assert report["summary"]["no_longer_at_stake"] == "5000.00"
