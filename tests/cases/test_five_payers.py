"""The same claim under five payers: the documented differences, each with its citation in text, JSON and HTML."""

from __future__ import annotations

import json
from datetime import date

import pytest

from scrubjay.cli.main import run
from scrubjay.testing.x12 import ClaimSpec, LineSpec, PayerSpec, make_837

DAY = date(2026, 3, 2)
PAYERS = {
    "MEDICARE": ("MEDICARE B", "MB"),
    "ND": ("BCBS OF NORTH DAKOTA", "BL"),
    "NC": ("BLUE CROSS NC", "BL"),
    "LW": ("LIFEWISE HEALTH PLAN OF WASHINGTON", "CI"),
    "MD": ("UNITEDHEALTHCARE COMMUNITY PLAN OF MARYLAND", "MC"),
}
LINES = [
    LineSpec("J2919", "60", "13", ndc="00009004722", ndc_quantity="0.52", service_from=DAY),
    LineSpec("J2919", "30", "12", ("JW",), service_from=DAY),
    LineSpec("J2919", "20", "8", ("76",), ndc="00009003928", ndc_quantity="1", service_from=DAY),
    LineSpec("J1745", "900", "10", ndc="57894003001", ndc_quantity="1", service_from=DAY),
    LineSpec("96413", "75", "1", service_from=DAY),
]
JZ, NDC, ONE_LINE = "missing-discarded-drug-modifier", "missing-ndc", "several-administered-lines"

# Line and edit that fire, with the source that the payer's rule cites; domain.md B4 and C3 say the same.
FIRES = {
    "MEDICARE": {(4, JZ): "FCSO-JWJZ"},
    "ND": {},
    "NC": {(3, ONE_LINE): "PAY-BCNC", (4, JZ): "PAY-BCNC"},
    "LW": {(2, NDC): "PAY-LW", (4, JZ): "PAY-LW"},
    "MD": {(2, NDC): "NDC-NJ", (4, JZ): "PAY-UHC-MD"},
}


@pytest.fixture(scope="module")
def claims(tmp_path_factory):
    path = tmp_path_factory.mktemp("five") / "five.837"
    specs = [
        ClaimSpec(name, lines=LINES, payer=PayerSpec(payer, f"P{name}", code), statement_from=DAY)
        for name, (payer, code) in PAYERS.items()
    ]
    path.write_text(make_837(specs))
    return path


def answer(claims, capfd, *options) -> str:
    code = run(
        [
            "check",
            str(claims),
            "--as-of",
            "2026-03-20",
            "--no-config",
            "--select",
            f"{JZ},{NDC},{ONE_LINE}",
            *options,
        ]
    )
    assert code == 1
    return capfd.readouterr().out


def test_json(claims, capfd):
    report = json.loads(answer(claims, capfd, "--json"))
    for name, expected in FIRES.items():
        fired = {
            (f["line_number"], f["edit"]): f["payer_rules"]
            for f in report["findings"]
            if f["patient_control_number"] == name and f["verdict"] == "fires"
        }
        assert set(fired) == set(expected), name
        for key, source in expected.items():
            assert source in {r["source"] for r in fired[key]}, (name, key)
            assert all(r["text"] and r["confidence"] in "ABCD" and r["policy"] for r in fired[key])
    # JZ is not asked by BCBS North Dakota: the edit does not apply there, and the policy that says so is cited.
    unknown = {f["edit"] for f in report["findings"] if f["patient_control_number"] == "ND"}
    assert JZ not in unknown
    policies = {p["policy"]: p for p in report["policies"]}
    [said] = [s for s in policies["bcbs-north-dakota"]["statements"] if s["about"] == "jz_demand"]
    assert (said["value"], said["source"]) == ("optional", "PAY-BCND")
    assert [s["about"] for s in policies["lifewise"]["statements"]].count(
        "requires_ndc_on_discarded_line"
    ) == 1
    # What a narrower parent says is cited too; what the base says is left to `policy show`.
    of_md = {s["about"] for s in policies["uhc-community-plan-md"]["statements"]}
    assert {"jz_demand", "requires_line_per_ndc"} <= of_md
    assert "timely_filing_ceiling_months" not in of_md


CITED = (
    "does not require JZ on drugs from single-dose vials (PAY-BCND, B)",
    "From 2021-08-10 one administered line of a drug is paid per day and group; a second line without JW of equal or lower quantity denies (PAY-BCNC, B; policy blue-cross-nc)",
    "Both the administered line and the JW line carry NDC, quantity and unit of measure (PAY-LW, B; policy lifewise)",
    "From 2025-05-01 JZ says that nothing of a single vial was discarded; professional claims (PAY-UHC-MD, B; policy uhc-community-plan-md)",
    "returned as unprocessable from 2023-10-01 (FCSO-JWJZ, B; policy medicare-part-b)",
)  # fmt: skip


def test_text_and_html_cite_each_rule(claims, capfd, tmp_path):
    text = " ".join(answer(claims, capfd).split())
    answer(claims, capfd, "-o", str(tmp_path / "report.html"))
    page = " ".join((tmp_path / "report.html").read_text(encoding="utf-8").split())
    for piece in CITED:
        assert piece in text, piece
        assert piece in page, piece
    assert "the line of discarded units too" in text
    assert "unverified" in page


def test_jsonl_has_the_policies(claims, capfd):
    rows = [json.loads(row) for row in answer(claims, capfd, "--format", "jsonl").splitlines()]
    assert {r["policy"] for r in rows if r["record"] == "policy"} == {
        "medicare-part-b", "bcbs-north-dakota", "blue-cross-nc", "lifewise", "uhc-community-plan-md",
    }  # fmt: skip
