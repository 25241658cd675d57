"""Evidence on the command line: as a user gives it, as a script reads it, and what bad files say."""

from __future__ import annotations

import json

import pytest

from scrubjay.testing.x12 import ClaimSpec, LineSpec, PayerSpec, PersonSpec, envelope, make_837

PAYER = PayerSpec(name="EXAMPLE HEALTH", payer_id="EXCOM", filing_code="CI")
SECRETS = ("QZLAST", "QZFIRST", "QZMEMBER", "1937-02-03", "19370203")
WHO = PersonSpec("QZLAST", "QZFIRST", "QZMEMBER", "19370203")


def claim(name: str, day: str, units: int) -> ClaimSpec:
    line = LineSpec("J1745", units=str(units), service_from=day)
    return ClaimSpec(name, lines=[line], prior_authorization="A100", payer=PAYER, subscriber=WHO)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "claims.837").write_text(make_837([claim("C2", "20260302", 60)]))
    (tmp_path / "earlier.837").write_text(make_837([claim("C1", "20260105", 50)]))
    (tmp_path / "letters.csv").write_text(
        "number,payer,code,units,from,to,member_id\nA100,EXCOM,J1745,100,2026-01-01,2026-06-30,QZMEMBER\n"
    )
    body = [
        "ST*271*1*005010X279A1", "BHT*0022*11*R*20260310*1200", "HL*1**20*1", "NM1*PR*2*EXAMPLE HEALTH*****PI*EXCOM",
        "HL*2*1*21*1", "NM1*1P*2*CLINIC*****XX*1456789126", "HL*3*2*22*0", "NM1*IL*1*QZLAST*QZFIRST****MI*QZMEMBER",
        "EB*6**30", "DTP*347*D8*20260228", "SE*11*1",
    ]  # fmt: skip
    (tmp_path / "answer.271").write_text(envelope([body], functional_id="HB", implementation="005010X279A1"))
    return tmp_path


def test_a_check_with_all_evidence(scrubjay, folder):
    done = scrubjay(
        "check", "claims.837", "--history", "earlier.837", "--history-from", "2026-01-01", "--authorizations",
        "letters.csv", "--eligibility", "answer.271", "--as-of", "2026-03-20", "--select", "CV", "--json", cwd=folder,
    )  # fmt: skip
    assert done.returncode == 1
    found = json.loads(done.stdout)
    fired = {f["edit"]: f["message"] for f in found["findings"] if f["verdict"] == "fires"}
    assert fired == {
        "authorization-units-exceeded": "Authorization A100 grants 100 units; with the 60 of this line on 2026-03-02 110 "
        "are drawn, 10 too many.",
        "coverage-not-active": "Coverage by EXAMPLE HEALTH was not active on 2026-03-02, by the answer about eligibility.",
    }
    assert [(e["path"], e["kind"], e["rows"], e["rows_read"], e["problems"]) for e in found["evidence"]] == [
        ("earlier.837", "837", 1, 1, []),
        ("letters.csv", "table", 1, 1, []),
        ("answer.271", "x12", 1, 1, []),
    ]
    # Earlier claims are looked at, not judged.
    assert (found["summary"]["claims"], len(found["files"])) == (1, 1)


def test_without_evidence_the_json_is_as_before(scrubjay, folder):
    found = json.loads(scrubjay("check", "claims.837", "--json", "--as-of", "2026-03-20", cwd=folder).stdout)
    assert "evidence" not in found


@pytest.mark.parametrize("form", ["text", "json", "csv", "html"])
def test_no_value_of_a_patient_leaves_the_evidence(scrubjay, folder, form):
    (folder / "letters.csv").write_text(
        "number,code,units,from,member_id\nA100,J1745,QZMEMBER,2026-01-01,QZMEMBER\nA1,J1745,1,1937-02-03x,QZMEMBER\n"
    )
    done = scrubjay(
        "check", "claims.837", "--history", "earlier.837", "--authorizations", "letters.csv", "--eligibility",
        "answer.271", "--as-of", "2026-03-20", "--format", form, cwd=folder,
    )  # fmt: skip
    assert not [s for s in SECRETS if s in done.stdout + done.stderr]
    done = scrubjay("authorizations", "letters.csv", "--claims", "claims.837", "--json", cwd=folder)
    assert not [s for s in SECRETS if s in done.stdout + done.stderr]


def test_the_ledger_as_text(scrubjay, folder):
    done = scrubjay(
        "authorizations", "letters.csv", "--claims", "claims.837", "--history", "earlier.837", cwd=folder
    )
    assert done.returncode == 1
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "A100  J1745  approved  2026-01-01 to 2026-06-30  100 units, 110 drawn, -10 left OVERDRAWN",
        "    2026-01-05  h1c1 line 1  J1745 x 50  50 drawn, balance 50",
        "    2026-03-02  f1c1 line 1  J1745 x 60  60 drawn, balance -10",
    ]


def test_the_ledger_as_json(scrubjay, folder):
    done = scrubjay(
        "authorizations",
        "letters.csv",
        "--claims",
        "claims.837",
        "--json",
        "--as-of",
        "2026-03-20",
        cwd=folder,
    )
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert found["as_of"] == "2026-03-20"
    (row,) = found["authorizations"]
    assert (row["units"], row["drawn"], row["balance"], row["is_overdrawn"]) == ("100", "60", "40", False)
    (draw,) = row["draws"]
    assert (draw["claim_id"], draw["service_date"], draw["drawn"], draw["balance"]) == (
        "f1c1",
        "2026-03-02",
        "60",
        "40",
    )
    assert [(f["path"], f["rows"]) for f in found["files"]] == [("letters.csv", 1), ("claims.837", 1)]
    assert "member_id" not in row


def test_a_file_of_evidence_that_is_missing_is_named_and_the_claims_are_judged(scrubjay, folder):
    done = scrubjay(
        "check", "claims.837", "--authorizations", "none.csv", "--select", "CV002", "--as-of", "2026-03-20", cwd=folder
    )  # fmt: skip
    assert done.returncode == 3
    assert done.stderr == "scrubjay: none.csv: There is no such file. Check the path.\n"
    assert "1 claim" in done.stdout


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--history-from", "2026-01-01"], ["--history-from", "--history FILE"]),
        (["--history", "earlier.837", "--history-from", "January"], ["--history-from", "YYYY-MM-DD"]),
    ],
)
def test_wrong_usage(scrubjay, folder, one_line, args, says):
    done = scrubjay("check", "claims.837", *args, cwd=folder)
    assert done.returncode == 2
    assert done.stdout == ""
    assert all(s in one_line(done.stderr) for s in says)


def test_authorizations_of_nothing(scrubjay, folder, one_line):
    done = scrubjay("authorizations", "none.csv", cwd=folder)
    assert done.returncode == 3
    assert "none.csv: There is no such file." in one_line(done.stderr)
    assert done.stdout == "No authorization was read.\n"


def kept(scrubjay, folder, *paths):
    done = scrubjay("recover", "ingest", *paths, "--store", "s.sqlite", "--json", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)["files"]


WAIVER = """
waivers:
  - {id: infusion, edit: authorization-units-exceeded, codes: [J1745], reason: The plan said so by telephone., who: Ann,
     expires: 2026-12-31}
"""


def test_a_store_in_place_of_files(scrubjay, folder):
    """Units are drawn over time from an authorization in the store by the claims in it, and a waiver in it marks."""
    told = kept(scrubjay, folder, "earlier.837", "letters.csv")
    assert [(f["kind"], f["claims"]["new"], f["authorizations"]["new"]) for f in told] == [
        ("837", 1, 0), ("authorizations", 0, 1),
    ]  # fmt: skip
    common = (
        "check",
        "claims.837",
        "--store",
        "s.sqlite",
        "--as-of",
        "2026-03-20",
        "--select",
        "CV",
        "--json",
    )
    found = json.loads(scrubjay(*common, cwd=folder).stdout)
    (fired,) = [f for f in found["findings"] if f["verdict"] == "fires"]
    assert "with the 60 of this line on 2026-03-02 110 are drawn, 10 too many" in fired["message"]
    assert [(e["path"], e["kind"], e["rows"]) for e in found["evidence"]] == [("s.sqlite", "store", 2)]
    # The claims themselves, once kept, are no earlier ones and draw once.
    kept(scrubjay, folder, "claims.837")
    again = json.loads(scrubjay(*common, cwd=folder).stdout)
    assert [f["message"] for f in again["findings"]] == [f["message"] for f in found["findings"]]
    ledger = scrubjay("authorizations", "--store", "s.sqlite", cwd=folder)
    assert ledger.returncode == 1
    assert ledger.stdout.splitlines() == [
        "A100  J1745  approved  2026-01-01 to 2026-06-30  100 units, 110 drawn, -10 left OVERDRAWN",
        "    2026-01-05  hs1 line 1  J1745 x 50  50 drawn, balance 50",
        "    2026-03-02  hs2 line 1  J1745 x 60  60 drawn, balance -10",
    ]
    (folder / "accepted.yaml").write_text(WAIVER)
    assert kept(scrubjay, folder, "accepted.yaml")[0]["waivers"] == {"new": 1, "again": 0}
    waived = json.loads(scrubjay(*common, cwd=folder).stdout)
    assert [f["waiver"] for f in waived["findings"] if f["verdict"] == "fires"] == ["infusion"]
    listed = scrubjay("recover", "waivers", "--store", "s.sqlite", cwd=folder)
    assert "infusion  authorization-units-exceeded  until 2026-12-31" in listed.stdout
    # A file's waiver takes the place of the store's of that id.
    (folder / "own.yaml").write_text(WAIVER.replace("J1745", "J2919"))
    own = json.loads(scrubjay(*common, "--waivers", "own.yaml", cwd=folder).stdout)
    assert [f["waiver"] for f in own["findings"] if f["verdict"] == "fires"] == [None]


def test_runs_of_a_store_are_listed(scrubjay, folder):
    kept(scrubjay, folder, "earlier.837", "letters.csv")
    refused = scrubjay("recover", "match", "9", "1", "--by", "ann", "--store", "s.sqlite", cwd=folder)
    assert refused.returncode == 2
    runs = json.loads(scrubjay("recover", "runs", "--store", "s.sqlite", "--json", cwd=folder).stdout)["runs"]
    assert [(r["kind"], r["summary"].get("failed")) for r in runs] == [
        ("match", "UsageError"),
        ("ingest", None),
    ]
    assert runs[0]["actor"] == "ann"
    assert all(r["version"] and r["started_at"] <= r["finished_at"] for r in runs)
    assert runs[1]["summary"]["files"] == [
        {"name": "earlier.837", "kind": "837", "outcome": "ingested"},
        {"name": "letters.csv", "kind": "authorizations", "outcome": "ingested"},
    ]
    assert (runs[1]["summary"]["claims"], runs[1]["summary"]["authorizations"]) == (1, 1)
    text = scrubjay("recover", "runs", "--store", "s.sqlite", "--limit", "1", cwd=folder).stdout
    assert "match by ann" in text
    assert "ingest" not in text
    assert not [s for s in SECRETS if s in json.dumps(runs)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("check", "claims.837", "--store", "none.sqlite"), "there is no store"),
        (("authorizations",), "names no authorizations"),
        (("authorizations", "--store", "none.sqlite"), "there is no store"),
        (("recover", "runs", "--store", "none.sqlite"), "there is no store"),
        (("recover", "waivers", "--store", "letters.csv"), "letters.csv"),
    ],
)
def test_a_store_that_is_none_is_one_line(scrubjay, folder, one_line, arguments, words):
    done = scrubjay(*arguments, cwd=folder)
    assert done.returncode == 2
    assert words in one_line(done.stderr)


def test_a_bad_waiver_file_is_one_line(scrubjay, folder, one_line):
    (folder / "bad.yaml").write_text("waivers:\n  - {id: a, edit: b}\n")
    done = scrubjay("recover", "ingest", "bad.yaml", "--store", "s.sqlite", cwd=folder)
    assert done.returncode == 3
    assert one_line(done.stderr).startswith("scrubjay: bad.yaml:2: ")
