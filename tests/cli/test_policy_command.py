"""`scrubjay policy` as a curator runs it: one clear error for each fault, naming file and line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GOOD = """id: my-plan
name: My plan
extends: commercial
reviewed_on: 2026-11-01
review_by: 2027-05-01
match:
  - payer_ids: ["MYPLAN"]
parameters:
  jz_demand:
    - value: required
      from: 2025-01-01
      to: 2026-01-01
      reason: Letter of December 2024.
      citation: {source: MY-LETTER, text: "JZ on single-dose vials.", confidence: B}
    - value: optional
      from: 2026-01-01
      reason: Letter of December 2025.
      citation: {source: MY-LETTER, text: "JZ is no longer asked for.", confidence: B}
  discard_settings:
    - value: [office]
      reason: The letters speak of offices.
      citation: {source: MY-LETTER, text: "Office claims.", confidence: B}
severities:
  missing-discarded-drug-modifier:
    - {value: warning, reason: They pay it., citation: {source: MY-LETTER, text: "Paid.", confidence: D}}
coverage:
  - id: infliximab
    hcpcs: [J1745]
    from: 2026-01-01
    reason: Medical policy 7.
    citation: {source: MY-POLICY-7, text: "Authorization; after methotrexate.", confidence: B}
    prior_authorization: {required: true, asked_by: [portal], days: 180}
    criteria:
      - id: tried-methotrexate
        about: Methotrexate for three months within a year.
        any:
          - {evidence: methotrexate_days, at_least: "90", lookback_days: 365}
          - {evidence: methotrexate_contraindicated, is: true}
tests:
  - name: its own claims
    on: 2026-03-01
    payer: {payer_id: MYPLAN}
    governs: true
    parameters: {jz_demand: optional}
  - name: authorization and criteria
    on: 2026-03-01
    hcpcs: J1745
    coverage: {requires_prior_authorization: true, authorization_days: 180}
    evidence: [{evidence: methotrexate_days, on: 2026-01-01, number: 100}]
    criteria: {tried-methotrexate: met}
  - name: JZ in 2025
    on: 2025-06-02
    claim: {lines: [{hcpcs: J2919, units: "25", ndc: "00009004722", ndc_unit: UN, ndc_quantity: "1"}]}
    edits: {missing-discarded-drug-modifier: fires}
    severities: {missing-discarded-drug-modifier: warning}
"""


@pytest.fixture
def write(tmp_path):
    def to(text: str, name: str = "mine.yaml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return to


def changed(old: str, new: str) -> tuple[str, int]:
    """The good policy with one thing wrong, and the line where it stands."""
    assert GOOD.count(old) == 1
    text = GOOD.replace(old, new)
    return text, text[: text.index(new)].count("\n") + 1


FAULTS = {
    "a cycle": ("extends: commercial", "extends: my-plan", "extends itself in a circle: my-plan -> my-plan"),
    "no such parent": ("extends: commercial", "extends: comercial", "extends comercial, which is no policy"),
    "an overlap": ("from: 2026-01-01\n      reason: Letter", "from: 2025-12-31\n      reason: Letter", "overlaps another value"),
    "an unknown edit": ("  missing-discarded-drug-modifier:\n    -", "  missing-jz:\n    -", "is the name of no edit"),
    "an unknown edit in a test": ("edits: {missing-discarded-drug-modifier: fires}", "edits: {no-such-edit: fires}", "is the name of no edit"),
    "a date in another form": ("reviewed_on: 2026-11-01", "reviewed_on: 11/01/2026", "is no date; write it as YYYY-MM-DD"),
    "a day that no calendar has": ("from: 2025-01-01", "from: 2025-02-30", "is no date; write it as YYYY-MM-DD"),
    "days in the wrong order": ("to: 2026-01-01", "to: 2024-01-01", "is not after `from`"),
    "an unknown parameter": ("  jz_demand:", "  jz_demnd:", "is no parameter"),
    "a value of another kind": ("value: optional", "value: yes please", "must be one of required"),
    "an unknown key": ("match:", "mach:", "is no key here"),
    "confidence": ('"JZ is no longer asked for.", confidence: B', '"JZ is no longer asked for.", confidence: E', "confidence"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_one_clear_error_naming_file_and_line(scrubjay, write, fault):
    old, new, words = FAULTS[fault]
    text, line = changed(old, new)
    path = write(text)
    done = scrubjay("policy", "lint", path)
    errors = [row for row in done.stdout.splitlines() if ": error: " in row]
    assert done.returncode == 1
    assert len(errors) == 1, done.stdout
    assert errors[0].startswith(f"{path}:")
    got = int(errors[0].removeprefix(f"{path}:").partition(":")[0])
    # A value that overlaps is named where its entry begins, one line above its `from`.
    assert line - 1 <= got <= line, errors
    assert words in errors[0]
    checked = scrubjay("check", ROOT / "examples" / "04-missing-jz.837", "--policy", path)
    assert checked.returncode == 2
    assert words in checked.stderr
    assert len(checked.stderr.splitlines()) == 1


def test_a_missing_citation(scrubjay, write):
    wanted = '\n      citation: {source: MY-LETTER, text: "JZ is no longer asked for.", confidence: B}'
    path = write(GOOD.replace(wanted, ""))
    done = scrubjay("policy", "lint", path)
    [error] = [row for row in done.stdout.splitlines() if ": error: " in row]
    line = GOOD[: GOOD.index("    - value: optional")].count("\n") + 1
    assert error.startswith(f"{path}:{line}: error: parameters.jz_demand.1.citation: is missing.")
    assert done.returncode == 1


def test_a_circle_of_two_files(scrubjay, write):
    first = write(GOOD.replace("extends: commercial", "extends: other-plan"), "first.yaml")
    second = write("id: other-plan\nname: Other\nextends: my-plan\nreviewed_on: 2026-11-01\n", "second.yaml")
    done = scrubjay("policy", "lint", first, second)
    [error] = [row for row in done.stdout.splitlines() if ": error: " in row]
    assert error.startswith(
        f"{second}:3: error: extends itself in a circle: my-plan -> other-plan -> my-plan"
    )


def test_a_sound_file_and_the_packs(scrubjay, write):
    path = write(GOOD)
    done = scrubjay("policy", "lint", path, "--as-of", "2026-11-20")
    assert (done.returncode, done.stdout) == (0, "1 file: 0 errors, 0 warnings.\n")
    due = scrubjay("policy", "lint", path, "--as-of", "2027-05-01")
    assert f"{path}:5: warning: should have been reviewed by 2027-05-01" in due.stdout
    assert (
        due.returncode,
        scrubjay("policy", "lint", path, "--as-of", "2027-05-01", "--strict").returncode,
    ) == (0, 1)
    packs = scrubjay("policy", "lint", "--as-of", "2026-11-25", "--strict")
    assert (packs.returncode, packs.stdout) == (0, "the packs that ship: 0 errors, 0 warnings.\n")


def test_conflicts_between_policies_are_reported(scrubjay, write):
    own = GOOD.replace("extends: commercial\n", "").replace(
        'payer_ids: ["MYPLAN"]', "payer_name_patterns: ['north carolina']"
    )
    done = scrubjay("policy", "lint", write(own), "--json", "--as-of", "2026-11-20")
    rows = json.loads(done.stdout)
    [found] = [r for r in rows if "both answer to" in r["message"] and "blue-cross-nc and" not in r["message"] and "blue-cross-nc both" in r["message"]]  # fmt: skip
    assert found["level"] == "warning"
    assert "my-plan governs" in found["message"]
    assert "jz_demand (optional against required)" in found["message"]
    assert found["where"].endswith("mine.yaml:5")


def test_the_tests_of_a_policy(scrubjay, write):
    path = write(GOOD)
    done = scrubjay("policy", "test", path)
    assert (done.returncode, done.stdout) == (0, "3 tests, 0 failed.\n")
    for old, new, words in (
        ("governs: true", "governs: false", "that payer is governed by my-plan"),
        ("{jz_demand: optional}", "{jz_demand: required}", "jz_demand: expected required, got optional"),
        ("authorization_days: 180}", "authorization_days: 90}", "expected 90, got 180"),
        ("number: 100", "number: 89", "criterion tried-methotrexate: expected met, got unknown"),
        ("on: 2026-01-01, number", "on: 2024-01-01, number", "expected met, got unknown"),
        ("criteria: {tried-methotrexate: met}", "criteria: {tried: met}", "there is no criterion tried"),
        ("edits: {missing-discarded-drug-modifier: fires}", "edits: {missing-discarded-drug-modifier: clear}",
         "expected clear, got fires"),
        ("severities: {missing-discarded-drug-modifier: warning}\n", "severities: {missing-discarded-drug-modifier: error}\n",
         "expected severity error, got warning"),
        ('units: "25"', 'unit: "25"', "the claim is not in the form"),
    ):  # fmt: skip
        text, line = changed(old, new)
        failed = scrubjay("policy", "test", write(text, "failing.yaml"))
        assert failed.returncode == 1, new
        assert words in failed.stdout
        assert "3 tests, 1 failed." in failed.stdout
        where = int(failed.stdout.partition("failing.yaml:")[2].partition(":")[0])
        assert where <= line


def test_show_cites_every_statement(scrubjay, write):
    done = scrubjay("policy", "show", "Blue Cross NC", "J2919", "--on", "2026-06-01", "--as-of", "2026-11-24")
    assert done.returncode == 0
    text = " ".join(done.stdout.split())
    for piece in (
        "Blue Cross NC (blue-cross-nc, commercial)",
        "reviewed on 2026-11-24, again by 2027-05-24",
        "J2919 Injection, methylprednisolone sodium succinate, 5 mg, on 2026-06-01",
        "pays_one_administered_line_a_day: yes",
        "PAY-BCNC [B]: From 2021-08-10 one administered line of a drug is paid per day and group",
        "jz_demand: required",
        "discard_settings: office, home, other unverified",
        "waste-not-minimal: error",
        "Not known of this payer on that day",
        "timely_filing_days",
    ):
        assert piece in text
    before = scrubjay("policy", "show", "bcbsnc", "J2919", "--on", "2024-10-31", "--json")
    answer = json.loads(before.stdout)
    assert "jz_demand" in answer["unknown"]
    assert all(p["source"] and p["text"] and p["confidence"] in "ABCD" for p in answer["parameters"])
    overdue = scrubjay("policy", "show", "bcbsnc", "--as-of", "2027-06-01")
    assert "REVIEW OVERDUE" in overdue.stdout


def test_show_of_a_drug_with_rules_of_its_own(scrubjay, write):
    path = write(GOOD)
    done = scrubjay("policy", "show", "my-plan", "J1745", "--on", "2026-03-01", "--policy", path)
    text = " ".join(done.stdout.split())
    assert "the payer must have authorized the drug before: yes" in text
    assert "days that one authorization usually holds: 180" in text
    assert "methotrexate days is at least 90 within 365 days or methotrexate contraindicated is true" in text
    assert "MY-POLICY-7 [B]" in text
    before = scrubjay("policy", "show", "my-plan", "J1745", "--on", "2025-12-31", "--policy", path)
    assert "No authorization, limit, step" in before.stdout
    assert "Medicare" in scrubjay("policy", "show", "medicare", "j2919", "--on", "2026-01-05").stdout


def test_show_refuses_in_one_line(scrubjay, one_line):
    assert "Near: cigna" in one_line(scrubjay("policy", "show", "Signa", "J2919").stderr)
    assert "is no code" in one_line(scrubjay("policy", "show", "cigna", "J29").stderr)
    assert "is no date" in one_line(scrubjay("policy", "show", "cigna", "--on", "June").stderr)
    assert scrubjay("policy", "show").returncode == 2
    assert scrubjay("policy").returncode == 0
    for command in ("lint", "test", "diff"):
        arguments = ("none.yaml", "medicare") if command == "diff" else ("none.yaml",)
        done = scrubjay("policy", command, *arguments)
        assert "none.yaml" in done.stdout + done.stderr
        assert done.returncode in (1, 2)


def test_diff_of_two_editions(scrubjay, write):
    old = write(GOOD, "old.yaml")
    new = write(
        GOOD.replace("value: optional\n      from: 2026-01-01", "value: optional\n      from: 2026-02-01")
        .replace("days: 180}", "days: 365}")
        .replace("authorization_days: 180}", "authorization_days: 365}"),
        "new.yaml",
    )
    done = scrubjay("policy", "diff", old, new, "--json")
    assert done.returncode == 1
    found = {d["about"]: d for d in json.loads(done.stdout)}
    assert set(found) == {"jz_demand", "J1745 prior_authorization"}
    jz = found["jz_demand"]
    assert (jz["effective_from"], jz["effective_to"]) == ("2026-01-01", "2026-02-01")
    assert (jz["before"], jz["after"]) == ("optional", "unknown")
    assert "365" in found["J1745 prior_authorization"]["after"]
    same = scrubjay("policy", "diff", old, old)
    assert (same.returncode, "say the same" in same.stdout) == (0, True)


def test_schema_is_the_one_in_the_docs(scrubjay, tmp_path):
    done = scrubjay("policy", "schema", "-o", tmp_path / "s.json")
    assert done.returncode == 0
    text = (tmp_path / "s.json").read_text(encoding="utf-8")
    assert text == (ROOT / "docs" / "reference" / "policy.schema.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    jz = schema["properties"]["parameters"]["properties"]["jz_demand"]["items"]
    assert set(jz["required"]) >= {"value", "reason", "citation"}
    assert "required" in jz["properties"]["value"]["anyOf"][0]["enum"]
    assert "missing-ndc" in schema["properties"]["severities"]["propertyNames"]["enum"]
    assert schema["additionalProperties"] is False


def test_lint_and_test_take_a_folder(scrubjay, tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(
            f"id: {name}\nname: {name}\nreviewed_on: 2026-01-01\ncolour: red\n"
        )
    done = scrubjay("policy", "lint", tmp_path)
    assert done.returncode == 1
    shown = [line.split(":")[0] for line in done.stdout.splitlines()[:2]]
    assert [Path(name).name for name in shown] == ["one.yaml", "two.yaml"]
    assert "2 files: 2 errors" in done.stdout
    (tmp_path / "none").mkdir()
    empty = scrubjay("policy", "lint", tmp_path / "none")
    assert (empty.returncode, len(empty.stderr.splitlines())) == (2, 1)
