"""Selection, severities, a site's own edits, `edits list | diff`, `test-edits` and `explain`, as a user runs them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "examples" / "04-missing-jz.837"
CHECK = ("check", SAMPLE, "--as-of", "2026-03-20")
JZ = "missing-discarded-drug-modifier"
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## Add an edit")[1].split("\n## ")[0]


def block(language: str) -> str:
    """The example of CONTRIBUTING.md, which a site copies."""
    found = re.search(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    assert found
    return dedent(found[1])


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with one edit of the site's own: units over a thousand, lowered to five."""
    folder = tmp_path / "our_edits"
    folder.mkdir()
    text = block("python").replace('code="BU901"', 'code="XB901"').replace("> 1000", "> 5")
    (folder / "units_over_a_thousand.py").write_text(text)
    cases = block("yaml").replace(
        'just at the limit, with: {units: "1000"}', 'just at the limit, with: {units: "5"}'
    )
    cases = cases.replace('given: {is_drug: true, units: "25"', 'given: {is_drug: true, units: "3"')
    (folder / "units_over_a_thousand.yaml").write_text(cases)
    return folder


def fired(done) -> dict[str, str]:
    return {f["edit"]: f["severity"] for f in json.loads(done.stdout)["findings"] if f["verdict"] == "fires"}


def test_select_and_ignore(scrubjay, tmp_path):
    def found(*options):
        return fired(scrubjay(*CHECK, "--no-config", "--json", *options))

    assert JZ in found()
    assert found("--select", "DD001") == {JZ: "error"}
    assert found("--select", "CS,TF") == {}
    assert found("--select", "DD", "--select", "CS") == {JZ: "error"}
    assert JZ not in found("--ignore", JZ)
    assert JZ not in found("--ignore", "DD")
    assert scrubjay(*CHECK, "--no-config", "--select", "no-such").returncode == 2


def test_severities_and_profiles_of_scrubjay_toml(scrubjay, tmp_path):
    (tmp_path / "scrubjay.toml").write_text(
        '[severity]\nDD = "info"\n[[profile]]\nname = "strict"\nseverity = { DD001 = "warning" }\nselect = ["DD"]\n'
    )
    plain = scrubjay(*CHECK, "--json", cwd=tmp_path)
    assert (fired(plain)[JZ], plain.returncode) == ("info", 0)
    strict = scrubjay(*CHECK, "--json", "--profile", "strict", "--fail-on", "warning", cwd=tmp_path)
    assert (fired(strict), strict.returncode) == ({JZ: "warning"}, 1)
    listed = json.loads(
        scrubjay("edits", "list", "--json", "--profile", "strict", "--asked", cwd=tmp_path).stdout
    )
    by_name = {e["edit"]: e["severity"] for e in listed}
    assert by_name[JZ] == "warning"
    assert {e["code"][:2] for e in listed} == {"DD"}
    assert by_name["jw-and-jz-on-one-line"] == "info"
    assert scrubjay(*CHECK, "--profile", "none", cwd=tmp_path).returncode == 2


def test_own_edits_of_a_folder(scrubjay, site):
    done = scrubjay(*CHECK, "--no-config", "--edits-dir", site, "--json")
    assert fired(done)["units-over-a-thousand"] == "warning"
    listed = json.loads(scrubjay("edits", "list", "XB", "--edits-dir", site, "--json").stdout)
    assert [e["edit"] for e in listed] == ["units-over-a-thousand"]
    told = scrubjay("explain", "XB901", "--edits-dir", site)
    assert "8 units" in told.stdout or "1250 units" in told.stdout
    (site.parent / "scrubjay.toml").write_text('[check]\nedits-dir = ["our_edits"]\n')
    assert "units-over-a-thousand" in fired(scrubjay(*CHECK, "--json", cwd=site.parent))


def test_own_edits_of_an_installed_package(scrubjay, site, tmp_path):
    """An entry point of the group `scrubjay.edits`, found as pip leaves it behind."""
    package = tmp_path / "site" / "our_rules"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    for file in site.iterdir():
        (package / file.name).write_bytes(file.read_bytes())
    info = tmp_path / "site" / "our_rules-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: our-rules\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[scrubjay.edits]\nour_rules = our_rules\n")
    env = {"PYTHONPATH": str(tmp_path / "site")}
    done = scrubjay(*CHECK, "--no-config", "--json", env=env)
    assert fired(done)["units-over-a-thousand"] == "warning"
    tested = scrubjay("test-edits", "--no-config", env=env)
    assert (tested.returncode, tested.stdout) == (0, "1 edit, 5 cases, 0 faults.\n")


def test_cases_of_own_edits_are_run(scrubjay, site, one_line):
    done = scrubjay("test-edits", site)
    assert (done.returncode, done.stdout) == (0, "1 edit, 5 cases, 0 faults.\n")
    cases = site / "units_over_a_thousand.yaml"
    good = cases.read_text()
    for old, new, words in (
        ('units: "1250"', 'units: "4"', "case 'far too many': expected fires, got clear"),
        ('message: "1250 units"', 'message: "1251 units"', "is not in the message"),
        ("missing: units", "missing: hcpcs", "expected hcpcs to be named missing"),
        (
            "  - {name: no drug, with: {is_drug: false}, expect: not_applicable}\n",
            "",
            "has no case that expects not_applicable",
        ),
        ("expect: fires, message", "expect: fired, message", "which is no verdict"),
        ("name: no drug", "name: an ordinary dose", "has two cases called 'an ordinary dose'"),
        ("is_drug: true", "is_drg: true", "the edit does not read ['is_drg']"),
        ("cases:", "case:", "the cases cannot be read"),
    ):
        assert old in good
        cases.write_text(good.replace(old, new, 1))
        failed = scrubjay("test-edits", site)
        assert failed.returncode == 1, new
        assert words in failed.stdout, failed.stdout
        assert str(cases) in failed.stdout
    assert "no edits of your own" in one_line(scrubjay("test-edits", "--no-config").stderr)
    (site / "units_over_a_thousand.py").write_text(block("python").replace("BU901", "BU001"))
    assert "BU001 is already used" in one_line(scrubjay("test-edits", site).stderr)


def test_a_dated_edit_needs_its_first_day(scrubjay, site):
    file = site / "units_over_a_thousand.py"
    text = file.read_text().replace(
        'prevents_carc=("151",),', 'prevents_carc=("151",),\n    effective_from=date(2024, 1, 1),'
    )
    file.write_text(
        text.replace("from scrubjay.edits.spec", "from datetime import date\n\nfrom scrubjay.edits.spec", 1)
    )
    done = scrubjay("test-edits", site)
    assert "has no case on its first day, 2024-01-01" in done.stdout
    assert "not applicable on the day before, 2023-12-31" in done.stdout


def test_diff_of_two_versions(scrubjay, tmp_path):
    listed = json.loads(scrubjay("edits", "list", "--json").stdout)
    before = tmp_path / "before.json"
    before.write_text(json.dumps(listed))
    same = scrubjay("edits", "diff", before)
    assert (same.returncode, same.stdout) == (0, "The edits are the same.\n")
    by_name = {e["edit"]: e for e in listed}
    by_name[JZ]["severity"] = "info"
    by_name["missing-ndc"]["definition_sha256"] = "0" * 64
    by_name["jw-and-jz-on-one-line"]["edit"] = "both-modifiers"
    by_name["malformed-ndc"]["code"] = "ND099"
    gone = [e for e in listed if e["edit"] != "duplicate-line"]
    before.write_text(json.dumps([*gone, {"edit": "old-one", "code": "ZZ001"}]))
    done = scrubjay("edits", "diff", before)
    assert done.returncode == 1
    rows = done.stdout.splitlines()
    assert f"changed  DD001 {JZ}: severity: info -> error" in rows
    assert "changed  ND001 missing-ndc: definition or text changed" in rows
    assert "renamed  DD002 jw-and-jz-on-one-line: was both-modifiers" in rows
    assert "changed  ND002 malformed-ndc: code: ND099 -> ND002" in rows
    assert any(r.startswith("added    DU001 duplicate-line: ") for r in rows)
    assert "removed  ZZ001 old-one" in rows
    assert rows[-1] == "6 edits differ."
    kinds = {c["kind"] for c in json.loads(scrubjay("edits", "diff", before, "--json").stdout)}
    assert kinds == {"added", "removed", "renamed", "changed"}


def test_diff_of_two_folders(scrubjay, site, tmp_path, one_line):
    other = tmp_path / "other"
    other.mkdir()
    for file in site.iterdir():
        (other / file.name).write_text(file.read_text().replace("Severity.WARNING", "Severity.ERROR"))
    done = scrubjay("edits", "diff", site, other)
    assert "changed  XB901 units-over-a-thousand: severity: warning -> error" in done.stdout
    empty = tmp_path / "x.json"
    for text in ("", "{}", "[]", '[{"a": 1}]'):
        empty.write_text(text)
        assert "edits list --json" in one_line(scrubjay("edits", "diff", empty).stderr)
    assert scrubjay("edits", "diff", tmp_path / "none.json").returncode == 2


def test_edits_with_and_without_the_word_list(scrubjay):
    assert scrubjay("edits").stdout == scrubjay("edits", "list").stdout
    assert scrubjay("edits", "ND", "--json").stdout == scrubjay("edits", "list", "ND", "--json").stdout
    assert scrubjay("edits", "--help").returncode == 0
    assert scrubjay("edits", "no-such").returncode == 2


PIECES = (
    "A separately paid drug from a single-dose container has neither JW nor JZ.",
    "returns claims without them as unprocessable",
    "never add JZ only to make the claim pass",
    "the line beside a JW line needs neither",
    "has_discard_line_beside = yes",
    "not evaluated",
    "BCBS North Dakota does not require JZ on drugs from single-dose vials (PAY-BCND, B)",
    "From 2024-11-01 JW or JZ on every drug from a single-use vial; without, the line denies (PAY-BCNC, B)",
    "from 2024-11-01",
    "CARC 16",
    "FCSO-JWJZ",
)


def test_explain_says_the_same_everywhere(scrubjay, tmp_path):
    """Terminal, HTML, Markdown, JSON and the docs page hold what, why, how, cases, payers and sources."""
    terminal = scrubjay("explain", JZ, env={"COLUMNS": "2000"}).stdout
    for name in ("x.html", "x.md", "x.json"):
        assert scrubjay("explain", JZ, "-o", tmp_path / name).returncode == 0
    page = (tmp_path / "x.html").read_text(encoding="utf-8")
    docs = (ROOT / "docs" / "edits" / f"{JZ}.md").read_text(encoding="utf-8")
    data = scrubjay("explain", JZ, "--json").stdout
    assert data == (tmp_path / "x.json").read_text(encoding="utf-8")
    flat = {
        "terminal": terminal,
        "html": re.sub(r"<[^>]+>", " ", page),
        "markdown": (tmp_path / "x.md").read_text(encoding="utf-8"),
        "docs": docs,
    }
    for where, text in flat.items():
        words = " ".join(text.split())
        for piece in PIECES:
            assert piece in words, (where, piece)
    told = json.loads(data)
    assert [s["title"] for s in told["sections"]] == ["What it checks", "Why it matters", "How to fix"]
    assert {c["verdict"] for c in told["cases"]} == {"fires", "clear", "not applicable", "not evaluated"}
    assert all(p["source"] and p["confidence"] in "ABCD" for p in told["payers"])
    assert {p["policy"] for p in told["payers"]} >= {"medicare-part-b", "bcbs-north-dakota", "blue-cross-nc"}
    assert told["examples"][0]["message"].startswith("J2919 x 25")
    assert "<script" not in page
    assert "://" not in page


def test_explain_by_the_api():
    from datetime import date

    from scrubjay import api
    from scrubjay.reports.explain_pages import explanation_markdown

    text = " ".join(explanation_markdown(api.explanation("DD001", as_of=date(2026, 3, 20))).split())
    for piece in PIECES:
        assert piece in text


def test_explain_with_a_policy_and_a_wrong_ending(scrubjay, tmp_path, one_line):
    policy = tmp_path / "p.yaml"
    policy.write_text(
        "id: my-plan\nname: My plan\nreviewed_on: 2026-01-01\nparameters:\n  jz_demand:\n    - value: not_accepted\n"
        "      reason: x\n      citation: {source: MINE, text: No JZ here, confidence: D}\n"
    )
    done = scrubjay("explain", JZ, "--policy", policy)
    assert "No JZ here (MINE, D)" in " ".join(done.stdout.split())
    assert "goes by no format" in one_line(scrubjay("explain", JZ, "-o", tmp_path / "x.pdf").stderr)


def test_every_fault_of_the_settings_is_told_at_once(scrubjay, tmp_path):
    (tmp_path / "scrubjay.toml").write_text(
        '[check]\npolcy = ["x.yaml"]\nstrict = "yes"\nlimit = -1\n[severity]\nDD = "bad"\n'
    )
    done = scrubjay(*CHECK[:2], cwd=tmp_path)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "scrubjay.toml:2: check.polcy: is no setting; line 3, check.strict: must be true or false" in line
    assert (
        "line 4, check.limit: must be 0 or more; line 6, severity.DD: must be error, warning or info." in line
    )


def test_a_day_of_toml_is_a_day(scrubjay, tmp_path):
    (tmp_path / "scrubjay.toml").write_text("[check]\nas-of = 2026-03-20\n")
    done = scrubjay(*CHECK[:2], "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["run"]["as_of"] == "2026-03-20"


def test_a_fault_of_every_case_is_said_once(scrubjay, site):
    file = site / "units_over_a_thousand.py"
    file.write_text(re.sub(r"fires=.*", 'fires=col("no_such_fact"),', file.read_text(), count=1))
    done = scrubjay("test-edits", site)
    assert done.returncode == 1
    said = done.stdout.splitlines()
    assert len(said) == 2
    assert re.search(r"no_such_fact.* \(in \d+ cases\)$", said[0])
    assert said[1].startswith("1 edit, ")
