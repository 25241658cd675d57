"""`code`, `units`, `ndc`, `convert`, `explain`, `edits` and the program itself."""

from __future__ import annotations

import json

import pytest

UNITS_EXAMPLE = (
    "units", "--drug", "methylprednisolone sodium succinate", "--dose", "62.5 mg", "--vial", "125 mg", "--container",
    "single-dose", "--on", "2024-07-10", "--route", "iv", "--minutes", "5",
)  # fmt: skip


def test_units_prints_lines_and_every_step(scrubjay):
    done = scrubjay(*UNITS_EXAMPLE)
    assert done.returncode == 0
    assert done.stderr == ""
    words = " ".join(done.stdout.split())
    for piece in (
        "J2919 x 13", "J2919-JW x 12", "96374 x 1", "ceil(62.5 / 5) = 13", "floor((125 - 13 x 5) / 5) = 12", "Source:",
    ):  # fmt: skip
        assert piece in words


def test_units_json_is_the_contract(scrubjay, gold):
    for case in json.loads((gold / "units.json").read_text()):
        done = scrubjay(*("units", *case["args"]), "--json")
        answer = json.loads(done.stdout)
        assert set(answer) == {"lines", "refused", "steps", "warnings"}
        assert done.returncode == (2 if case["refused"] else 0)
        if case["lines"] is not None:
            got = [{k: line[k] for k in ("hcpcs", "units", "modifiers", "role")} for line in answer["lines"]]
            assert sorted(got, key=str) == sorted(case["lines"], key=str)
        if case["refused"]:
            assert case["refused"] in answer["refused"]["reason"]
        assert set(case["warnings"]) <= {w["edit"] for w in answer["warnings"]}


@pytest.mark.parametrize(
    ("given", "missing", "word"),
    [
        (("--drug", "solu-medrol", "--on", "05/31/2024"), "on", "no date"),
        (("--drug", "solu-medrol", "--on", "2024-02-30"), "on", "no date"),
        (("--drug", "solu-medrol", "--on", "2024-08-20", "--minutes", "-5"), "minutes", "no whole number"),
        (("--drug", "solu-medrol", "--on", "2024-08-20", "--as-of", "x"), "as-of", "no date"),
        (("--on", "2024-08-20"), "drug", "no drug"),
        (("--on", "2024-08-20", "--drug", ""), "drug", "no drug"),
        (("--on", "2024-08-20", "--drug", " "), "drug", "no drug"),
        (("--drug", "solu-medrol", "--on", "2024-08-20", "--payer", "uhc-comunity-plan-md"), "payer", "uhc-community-plan-md"),
    ],
)  # fmt: skip
def test_units_json_holds_the_fault_of_an_option(scrubjay, one_line, given, missing, word):
    done = scrubjay("units", "--dose", "40 mg", *given, "--json")
    assert done.returncode == 2
    answer = json.loads(done.stdout)
    assert answer["lines"] == []
    assert answer["refused"]["missing"] == [missing]
    assert word in answer["refused"]["reason"]
    assert answer["refused"]["reason"] in one_line(done.stderr)
    assert one_line(scrubjay("units", "--dose", "40 mg", *given).stderr) == one_line(done.stderr)


@pytest.mark.parametrize(("dose", "missing"), [("0 mg", "dose"), ("-5 mg", "dose"), ("5", "dose unit")])
def test_what_is_missing_of_a_dose(scrubjay, dose, missing):
    done = scrubjay("units", "--drug", "solu-medrol", f"--dose={dose}", "--on", "2024-08-20", "--json")
    assert json.loads(done.stdout)["refused"]["missing"] == [missing]


def test_code_says_what_j1320_is(scrubjay):
    done = scrubjay("code", "J1320", "--on", "2024-07-01")
    assert done.returncode == 0
    assert "amitriptyline" in done.stdout
    assert "guides that call J1320 methylprednisolone" in " ".join(done.stdout.split())
    assert "wrong" in done.stdout


def test_code_finds_a_free_text_of_several_words(scrubjay):
    for words in (["solumedrol 125"], ["solumedrol", "125"]):
        answer = json.loads(scrubjay("code", *words, "--on", "2024-07-01", "--json").stdout)
        assert answer["code"] == "J2919" or "J2919" in [c["code"] for c in answer["codes"]]


def test_ndc(scrubjay):
    done = scrubjay("ndc", "0009-0047-22", "--on", "2026-02-01")
    assert done.returncode == 0
    assert "00009004722" in done.stdout
    assert "J2919" in done.stdout
    assert json.loads(scrubjay("ndc", "0009-0047-22", "--json").stdout)["ndc"] == "00009004722"


def test_convert(scrubjay):
    done = scrubjay("convert", "--code", "J2930", "--units", "1", "--on", "2024-04-01")
    assert done.returncode == 0
    assert "J2919 x 25" in done.stdout
    data = json.loads(
        scrubjay("convert", "--code", "J2930", "--units", "1", "--on", "2024-04-01", "--json").stdout
    )
    assert data["conversions"][0]["successor_units"] == "25"


@pytest.mark.parametrize("name", ["missing-discarded-drug-modifier", "DD001", "dd001"])
def test_explain(scrubjay, name):
    done = scrubjay("explain", name)
    assert done.returncode == 0
    for piece in (
        "DD001",
        "What it checks",
        "Why it matters",
        "How to fix",
        "Cases",
        "CARC 16",
        "Sources",
        "fires",
    ):
        assert piece in done.stdout


def test_explain_json(scrubjay):
    data = json.loads(scrubjay("explain", "DD001", "--json").stdout)
    assert data["edit"] == "missing-discarded-drug-modifier"
    assert {"carc_code", "paraphrase"} == set(data["denials"][0])


def test_edits(scrubjay):
    done = scrubjay("edits", "DD")
    assert done.returncode == 0
    assert "DD001" in done.stdout
    assert "CS001" not in done.stdout
    listed = json.loads(scrubjay("edits", "--json").stdout)
    assert {"edit", "code", "severity", "citations"} <= set(listed[0])


@pytest.mark.parametrize("args", [["--help"], ["-h"], [], *([c, "--help"] for c in (
    "check", "code", "units", "ndc", "convert", "explain", "edits", "demo"))])  # fmt: skip
def test_help(scrubjay, args):
    done = scrubjay(*args)
    assert done.returncode == 0
    assert "Usage" in done.stdout
    assert done.stderr == ""
    if args != ["demo", "--help"]:
        assert "xample" in done.stdout


def test_version(scrubjay):
    from scrubjay import __version__

    assert scrubjay("--version").stdout == f"scrubjay {__version__}\n"


def test_completion_script(scrubjay):
    done = scrubjay(env={"_SCRUBJAY_COMPLETE": "source_bash"})
    assert done.returncode == 0
    assert "complete" in done.stdout
