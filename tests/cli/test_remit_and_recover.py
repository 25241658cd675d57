"""`scrubjay remit`, `recover ingest` and `recover unmatched`, as a biller calls them."""

from __future__ import annotations

import json

import pytest

from scrubjay.testing.x12 import AdjustmentSpec, ClaimSpec, LineSpec, make_837
from scrubjay.testing.x12_remits import (
    AcknowledgedSetSpec,
    PaymentSpec,
    RemitClaimSpec,
    RemitLineSpec,
    StatusSpec,
    make_277ca,
    make_835,
    make_999,
)

SECRETS = ("DOE", "JANE", "1EG4TE5MK73")


def _cas(group, carc, amount):
    return AdjustmentSpec(group, [(carc, amount, None)])


PAID = RemitClaimSpec("A1", [RemitLineSpec(charge="100", adjustments=[_cas("CO", "45", "40")])])
DENIED = RemitClaimSpec("A2", [RemitLineSpec(charge="80", adjustments=[_cas("CO", "16", "80")], remarks=["N822"])],
                        status="4", payer_claim_number="ICN2")  # fmt: skip
LOST = RemitClaimSpec("Z9", [RemitLineSpec("J1745", "900")], payer_claim_number="ICN9")
BAD = RemitClaimSpec("BAD1", [RemitLineSpec(charge="100", paid="90")], paid="100")


@pytest.fixture
def folder(tmp_path):
    claims = [ClaimSpec("A1", [LineSpec(charge="100", units="1")]), ClaimSpec("A2", [LineSpec(charge="80", units="1")]),
              ClaimSpec("A3", [LineSpec("J1745", "900", "1")])]  # fmt: skip
    files = {
        "sent.837": make_837(claims),
        "paid.835": make_835([PaymentSpec([PAID], trace="T1")], control_number=2),
        "march.835": make_835([PaymentSpec([PAID, DENIED, LOST], trace="T3"),
                               PaymentSpec([PAID], trace="OFF", amount="1.00")], control_number=3),
        "bad.835": make_835([PaymentSpec([BAD, PAID], trace="T4")], control_number=4),
        "ack.999": make_999([AcknowledgedSetSpec(), AcknowledgedSetSpec("0002", "R")], control_number=5),
        "status.277": make_277ca([StatusSpec("A1"), StatusSpec("A3", ["A7:507"], "U")], control_number=6),
        "page.835": "<html>DOE</html>",
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_remit_shows_balance_denials_and_what_matches_nothing(scrubjay, folder):
    done = scrubjay("remit", "march.835", "--claims", "sent.837", "--as-of", "2024-07-01", cwd=folder)
    assert (done.returncode, done.stderr) == (1, "")
    for words in (
        "balances",
        "off balance by $59.00",
        "Claim A2",
        "modifier-missing",
        "Claim Z9",
        "$80.00 open to recovery",
    ):
        assert words in done.stdout, words
    assert not any(s in done.stdout for s in SECRETS)


def test_remit_json_is_one_object(scrubjay, folder):
    done = scrubjay(
        "remit", "march.835", "--claims", "sent.837", "--as-of", "2024-07-01", "--json", cwd=folder
    )
    got = json.loads(done.stdout)
    assert [p["off_by_amount"] for p in got["payments"]] == ["0.00", "59.00"]
    assert [p["held"] for p in got["payments"]] == [None, "off balance by $59.00"]
    assert [(x["patient_control_number"], x["denied_amount"]) for x in got["lines"]] == [("A2", "80.00")]
    assert got["lines"][0]["adjustments"] == [
        {"group": "CO", "carc": "16", "amount": "80.00", "quantity": None, "level": "line"}
    ]
    assert [x["patient_control_number"] for x in got["unmatched"]] == ["Z9"]
    assert got["summary"]["paid_amount"] == "960.00"
    assert not any(s in done.stdout for s in SECRETS)


def test_remit_of_what_is_all_well_exits_with_0(scrubjay, folder):
    done = scrubjay("remit", "paid.835", "--claims", "sent.837", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "No line is denied" in done.stdout


def test_acknowledgements_are_counted(scrubjay, folder):
    done = scrubjay("remit", "ack.999", "status.277", cwd=folder)
    assert "3 acknowledgements, 2 of them not accepted" in done.stdout
    assert "Claim A3 was rejected" in done.stdout


@pytest.mark.parametrize("case", [
    (["remit", "page.835"], 3, "page.835"), (["remit", "absent.835"], 3, "absent.835"), (["remit", "sent.837"], 3, "837P"),
    (["remit"], 2, "PATH"), (["remit", "march.835", "--as-of", "soon"], 2, "--as-of"),
    (["recover", "ingest"], 2, "PATH"), (["recover", "unmatched", "--store", "none.sqlite"], 2, "there is no store"),
    (["recover", "ingest", "paid.835", "--store", "page.835"], 2, "cannot be opened"),
    (["recover", "ingest", "paid.835", "--store", "mysql://a/b"], 2, "no kind of store"),
    (["recover", "nonsense"], 2, "No such command"),
])  # fmt: skip
def test_bad_input_is_one_line(scrubjay, one_line, folder, case):
    arguments, code, words = case
    done = scrubjay(*arguments, cwd=folder)
    assert done.returncode == code
    line = one_line(done.stderr)
    assert words in line
    assert not any(s in line for s in SECRETS)


def test_ingest_any_mix_then_again_then_what_matches_nothing(scrubjay, folder):
    names = ("march.835", "sent.837", "ack.999", "status.277", "bad.835", "page.835")
    first = scrubjay("recover", "ingest", *names, "--store", "s.sqlite", cwd=folder)
    assert first.returncode == 1
    for words in ("2 new payments", "3 new claims", "OFF, $1.00: off balance by $59.00", "Claim BAD1: 1 line off balance",
                  "5 files taken in, 0 seen before, 1 not readable"):  # fmt: skip
        assert words in first.stdout, words
    again = scrubjay("recover", "ingest", *names[:-1], "--store", "s.sqlite", "--json", cwd=folder)
    assert again.returncode == 0
    assert {f["outcome"] for f in json.loads(again.stdout)["files"]} == {"seen-before"}
    found = scrubjay("recover", "unmatched", "--store", "s.sqlite", "--json", cwd=folder)
    assert found.returncode == 1
    rows = json.loads(found.stdout)["unmatched"]
    assert [r["patient_control_number"] for r in rows] == ["Z9"]
    assert rows[0]["candidates"][0]["patient_control_number"] == "A3"
    shown = scrubjay("recover", "unmatched", "--store", "s.sqlite", cwd=folder)
    assert "claim A3, $900.00" in shown.stdout
    assert not any(s in first.stdout + again.stdout + found.stdout + shown.stdout for s in SECRETS)


def test_a_copy_that_differs_is_told_and_not_counted(scrubjay, folder):
    whole = (folder / "paid.835").read_text()
    (folder / "again.835").write_text(whole.replace("EXAMPLE CLINIC", "SAMPLE CLINIC"))
    done = scrubjay("recover", "ingest", "paid.835", "again.835", "--store", "s.sqlite", cwd=folder)
    assert done.returncode == 0
    assert "Payment T1, $60.00: differs from another copy, which counts" in done.stdout


def test_the_store_by_environment_and_by_settings(scrubjay, folder):
    by_environment = scrubjay(
        "recover", "ingest", "paid.835", cwd=folder, env={"SCRUBJAY_STORE": "env.sqlite"}
    )
    assert by_environment.returncode == 0
    (folder / "scrubjay.toml").write_text('[store]\nurl = "written.sqlite"\n')
    (folder / "below").mkdir()
    by_settings = scrubjay("recover", "ingest", "../paid.835", cwd=folder / "below")
    assert by_settings.returncode == 0, by_settings.stderr
    assert (folder / "env.sqlite").exists()
    assert (folder / "written.sqlite").exists()


def test_a_store_that_is_damaged_is_one_line(scrubjay, folder):
    import sqlite3

    assert scrubjay("recover", "ingest", "paid.835", "--store", "s.sqlite", cwd=folder).returncode == 0
    (folder / "s.sqlite").write_bytes((folder / "s.sqlite").read_bytes()[:5000])
    for name in ("s.sqlite-wal", "s.sqlite-shm"):
        (folder / name).unlink(missing_ok=True)
    done = scrubjay("recover", "ingest", "march.835", "--store", "s.sqlite", cwd=folder)
    assert done.returncode in (2, 4)
    assert done.stderr.count("\n") == 1
    assert "malformed" in done.stderr
    with pytest.raises(sqlite3.DatabaseError), sqlite3.connect(folder / "s.sqlite") as connection:
        connection.execute("SELECT * FROM files").fetchall()


def test_a_person_says_which_claim_an_answer_is_about(scrubjay, one_line, folder):
    at = ("--store", "s.sqlite")
    scrubjay("recover", "ingest", "march.835", "sent.837", *at, cwd=folder)
    row = json.loads(scrubjay("recover", "unmatched", "--json", *at, cwd=folder).stdout)["unmatched"][0]
    answer, claim = row["remit_claim_key"], row["candidates"][0]["claim_key"]
    for wrong, words in (((answer, "x"), "is no number"), ((answer, 99), "no claim 99"), ((99, claim), "no answer 99"),
                         ((answer, claim, "--by", " "), "nobody")):  # fmt: skip
        done = scrubjay(
            "recover", "match", *wrong, *(() if "--by" in wrong else ("--by", "ann")), *at, cwd=folder
        )
        assert done.returncode == 2
        assert words in one_line(done.stderr)
    assert scrubjay("recover", "match", answer, claim, "--by", "ann", *at, cwd=folder).returncode == 0
    assert scrubjay("recover", "unmatched", *at, cwd=folder).returncode == 0
    assert scrubjay("recover", "match", answer, "none", "--by", "bob", *at, cwd=folder).returncode == 0
    assert scrubjay("recover", "unmatched", *at, cwd=folder).returncode == 0


def test_claims_of_a_refused_set_are_on_the_worklist_as_rejections(scrubjay, tmp_path):
    """A 999 names a set, not claims: the store knows which were in it."""
    (tmp_path / "sent.837").write_text(make_837([ClaimSpec("R1"), ClaimSpec("R2")], control_number=17))
    answer = make_999([AcknowledgedSetSpec("0001", "R", ("5",), ("IK3*CLM*9*2300*8",))], group="17")
    # Who answers was the receiver.
    head = answer[:106].replace("SUBMIT1 ", "\0").replace("RECEIVE1", "SUBMIT1 ").replace("\0", "RECEIVE1")
    (tmp_path / "answer.999").write_text(head + answer[106:])
    store = ("--store", "s.sqlite")
    assert scrubjay("recover", "ingest", "sent.837", "answer.999", *store, cwd=tmp_path).returncode == 0
    told = json.loads(scrubjay("recover", "worklist", *store, "--json", cwd=tmp_path).stdout)
    assert [(r["patient_control_number"], r["status_code"], r["remedy"]) for r in told["rejected"]] == [
        ("R1", "999 R (5)", "NEW"), ("R2", "999 R (5)", "NEW"),
    ]  # fmt: skip
    assert told["claims"] == []
    text = scrubjay("recover", "worklist", *store, cwd=tmp_path).stdout
    assert "2 claims before adjudication" in text
    assert "account R1: Refused for segment 9 of the set (CLM), error 8." in " ".join(text.split())
    other = answer.replace("AK1*HC*17", "AK1*HC*18")
    (tmp_path / "other.999").write_text(head + other[106:])
    assert scrubjay("recover", "ingest", "other.999", *store, cwd=tmp_path).returncode == 0
    again = scrubjay("recover", "worklist", *store, cwd=tmp_path).stdout
    assert "sets whose claims are not at hand" in " ".join(again.split())
