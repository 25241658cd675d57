"""worklist, case, decide, report, underpaid, learn, backtest: over files and over the store."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import fastexcel
import polars as pl
import pytest

from scrubjay.testing.claim_specs import AdjustmentSpec
from scrubjay.testing.x12 import ClaimSpec, LineSpec, PayerSpec, PersonSpec, make_837
from scrubjay.testing.x12_remits import PaymentSpec, RemitClaimSpec, RemitLineSpec, make_835

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 3, 2)
PAID_ON = date(2026, 3, 20)
AS_OF = ("--as-of", "2026-04-01")
PATIENT = PersonSpec("SECRETNAME", "ANN", "1EG4TE5MK73")


def claim(number: str, *modifiers: str, hcpcs: str = "J2919", **more: Any) -> ClaimSpec:
    line = LineSpec(
        hcpcs,
        modifiers=modifiers,
        service_from=DAY,
        control_number=f"{number}L1",
        ndc="00009004722",
        ndc_quantity="1",
    )
    return ClaimSpec(number, [line], statement_from=None, subscriber=PATIENT, **more)


def answer(number: str, code: str, *remarks: str, amount: str = "100.00", hcpcs: str = "J2919", **more: Any) -> RemitClaimSpec:  # fmt: skip
    group, carc = code.split("-")
    line = RemitLineSpec(
        hcpcs, charge="100.00", units_billed="25", units_paid="25" if amount != "100.00" else "0", service_from=DAY,
        adjustments=[AdjustmentSpec(group, ((carc, amount, None),))], control_number=f"{number}L1", remarks=remarks,
    )  # fmt: skip
    return RemitClaimSpec(number, [line], payer_claim_number=f"ICN{number}", patient=PATIENT, **more)


@pytest.fixture(scope="session")
def files(tmp_path_factory) -> tuple[Path, Path]:
    """Four claims and their answers: missing JZ (unprocessable), necessity, pending, paid."""
    folder = tmp_path_factory.mktemp("recover")
    sent, answered = folder / "march.837", folder / "march.835"
    sent.write_text(make_837([claim("A1"), claim("A2", "JZ"), claim("A3", "JZ"), claim("=A4", "JZ")]))
    answers = [
        answer("A1", "CO-16", "N822", "MA130"),
        answer("A2", "CO-50", "N115"),
        answer("A3", "OA-133"),
        answer("=A4", "CO-45", amount="93.40"),
    ]
    answered.write_text(make_835([PaymentSpec(answers, paid_on=PAID_ON)]))  # fmt: skip
    return sent, answered


@pytest.fixture(scope="session")
def from_files(files) -> tuple[str, ...]:
    return ("--answers", str(files[1]), "--claims", str(files[0]), *AS_OF)


@pytest.fixture
def store(files, tmp_path, scrubjay) -> tuple[str, ...]:
    path = str(tmp_path / "billing.sqlite")
    done = scrubjay("recover", "ingest", *files, "--store", path)
    assert done.returncode == 0, done.stderr
    return ("--store", path, *AS_OF)


def worklist(scrubjay, *source: str) -> dict[str, Any]:
    done = scrubjay("recover", "worklist", *source, "--json")
    assert done.returncode == 1, done.stderr
    return json.loads(done.stdout)


def test_worklist_over_files(scrubjay, from_files) -> None:
    got = worklist(scrubjay, *from_files, "--show", "all")
    by_account = {c["patient_control_number"]: c for c in got["claims"]}
    assert {n: (c["state"], c["remedy"]) for n, c in by_account.items()} == {
        "A1": ("open", "NEW"),
        "A2": ("open", "APP"),
        "A3": ("waiting", "WAIT"),
    }
    first = by_account["A1"]
    assert (first["root_cause"], first["hard_date"]) == ("modifier-missing", "2027-03-02")
    assert first["lines"][0]["carc_code"] == "16"
    assert {s["state"]: s["claims"] for s in got["states"]} == {"open": 2, "waiting": 1}


def test_worklist_as_text_and_tables(scrubjay, from_files, tmp_path) -> None:
    done = scrubjay("recover", "worklist", *from_files)
    assert done.returncode == 1
    assert "modifier-missing" in done.stdout
    assert "unverified" in done.stdout
    for name in ("list.csv", "list.xlsx", "list.json", "list.txt"):
        path = tmp_path / name
        assert scrubjay("recover", "worklist", *from_files, "--show", "all", "-o", path).returncode == 1
        assert path.stat().st_size
        assert b"SECRETNAME" not in path.read_bytes()
    table = pl.read_csv(tmp_path / "list.csv", infer_schema=False)
    assert table["patient_control_number"].to_list() == ["A1", "A2", "A3"] or table.height == 3
    sheet = fastexcel.read_excel(str(tmp_path / "list.xlsx")).load_sheet("worklist").to_polars()
    assert sheet.height == 3


def test_a_formula_in_an_account_number_stays_text(scrubjay, tmp_path) -> None:
    sent, answered = tmp_path / "a.837", tmp_path / "a.835"
    sent.write_text(make_837([claim("=CMD")]))
    answered.write_text(make_835([PaymentSpec([answer("=CMD", "CO-50")], paid_on=PAID_ON)]))
    out = tmp_path / "l.csv"
    scrubjay("recover", "worklist", "--answers", answered, "--claims", sent, *AS_OF, "-o", out)
    assert "'=CMD" in out.read_text()


def test_case_shows_why_and_by_when(scrubjay, from_files) -> None:
    number = worklist(scrubjay, *from_files)["claims"][0]["remit_claim_key"]
    done = scrubjay("recover", "case", number, *from_files)
    assert done.returncode == 0
    for words in ("no-appeal-of-unprocessable", "NEW: a new claim", "2027-03-02", "missing-discarded-drug-modifier", "evidence:"):  # fmt: skip
        assert words in done.stdout, words
    assert "SECRETNAME" not in done.stdout
    missing = scrubjay("recover", "case", 99, *from_files)
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "no case 99" in missing.stderr


def test_store_and_files_agree(scrubjay, from_files, store) -> None:
    def told(source: tuple[str, ...]) -> list[tuple[Any, ...]]:
        keep = ("patient_control_number", "remedy", "root_cause", "denied_amount", "net_amount", "hard_date")
        return sorted(tuple(c[k] for k in keep) for c in worklist(scrubjay, *source)["claims"])

    assert told(from_files) == told(store)


def case_of(scrubjay, store, account: str) -> int:
    found = worklist(scrubjay, *store, "--show", "all")["claims"]
    return next(c["remit_claim_key"] for c in found if c["patient_control_number"] == account)


def test_decide_keeps_answers_notes_and_owner(scrubjay, store) -> None:
    number = case_of(scrubjay, store, "A2")
    done = scrubjay(
        "recover", "decide", number, *store, "--by", "maria", "--answer", "diagnosis-documented=yes",
        "--owner", "maria", "--follow-up", "2026-04-09", "--note", "Called.",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "CER" in done.stdout
    got = {c["remit_claim_key"]: c for c in worklist(scrubjay, *store)["claims"]}[number]
    assert (got["remedy"], got["owner"], got["note"], got["follow_up_date"]) == (
        "CER",
        "maria",
        "Called.",
        "2026-04-09",
    )
    events = json.loads(scrubjay("recover", "case", number, *store, "--json").stdout)["events"]
    assert [e["kind"] for e in events] == ["case-changed", "question-answered", "case-changed", "note"]
    mine = worklist(scrubjay, *store, "--owner", "maria")["claims"]
    assert [c["remit_claim_key"] for c in mine] == [number]


def test_a_guard_is_overruled_only_by_name(scrubjay, store) -> None:
    number = case_of(scrubjay, store, "A1")
    base = ("recover", "decide", number, *store, "--by", "maria", "--remedy", "APP")
    for more, says in (
        ((), "needs a reason"),
        (("--reason", "We think so."), "no-appeal-of-unprocessable"),
        (("--reason", "x", "--accept-guard", "sleep"), "is no guard"),
    ):
        refused = scrubjay(*base, *more)
        assert refused.returncode == 2
        assert says in refused.stderr
    assert json.loads(scrubjay("recover", "case", number, *store, "--json").stdout)["events"] == []
    done = scrubjay(
        *base, "--reason", "The MAC asked for it.", "--accept-guard", "no-appeal-of-unprocessable"
    )
    assert done.returncode == 0, done.stderr
    assert "Overruled by maria on 2026-04-01: NEW to APP" in " ".join(done.stdout.split())


def test_what_came_of_a_case_closes_it_and_teaches(scrubjay, store) -> None:
    number = case_of(scrubjay, store, "A1")
    done = scrubjay(
        "recover", "decide", number, *store, "--by", "maria", "--recovered", "6.60", "--minutes", "10"
    )
    assert done.returncode == 0, done.stderr
    left = worklist(scrubjay, *store)
    assert number not in [c["remit_claim_key"] for c in left["claims"]]
    report = json.loads(scrubjay("recover", "report", *store, "--json").stdout)
    assert report["recovered_by_month"] == [
        {"month": "2026-04", "cases": 1, "won": 1, "at_stake_amount": "100.00", "recovered_amount": "6.60"}
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--by", "m"), "says nothing"),
        (("--by", "m", "--answer", "lunch=yes"), "is no question"),
        (("--by", "m", "--answer", "diagnosis-documented=perhaps"), "yes or no"),
        (("--by", "m", "--recovered", "lots"), "is no amount"),
        (("--by", "m", "--note", "x", "--line", "999"), "no line 999"),
        (("--by", "m", "--follow-up", "tomorrow", "--note", "x"), "is no date"),
    ],
)
def test_decide_refuses_what_it_cannot_take(scrubjay, store, arguments, says) -> None:
    number = case_of(scrubjay, store, "A2")
    done = scrubjay("recover", "decide", number, *store, *arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_report_is_one_page_that_needs_no_network(scrubjay, from_files, tmp_path) -> None:
    page = tmp_path / "r.html"
    done = scrubjay("recover", "report", *from_files, "-o", page)
    assert done.returncode == 0, done.stderr
    text = page.read_text(encoding="utf-8")
    assert "Plotly.newPlot" in text
    assert "<script src" not in text
    assert "<link" not in text
    assert "SECRETNAME" not in text
    figures = json.loads(scrubjay("recover", "report", *from_files, "--json").stdout)
    assert figures["denial_rate_by_payer"][0]["denied_lines"] == 2
    assert figures["clean_claim_rate"] == [{"month": "2026-03", "claims": 4, "clean": 1, "rate": 25.0}]
    assert figures["ageing"][0]["claims"] == 3
    assert scrubjay("recover", "report", *from_files).returncode == 2


def test_underpaid(scrubjay, from_files, tmp_path) -> None:
    """=A4 was paid 6.60, which is the limit; a contract of 0.50 a unit makes it short."""
    done = scrubjay("recover", "underpaid", *from_files)
    assert (done.returncode, "0 of 1 paid lines short" in done.stdout) == (0, True), done.stdout
    rates = tmp_path / "rates.csv"
    rates.write_text(
        "payer,hcpcs,method,rate,from,to,lesser_of_charge,source\nmedicare-part-b,J2919,per_unit,0.50,,,no,B\n"
    )
    short = scrubjay("recover", "underpaid", *from_files, "--contracts", rates, "--json")
    assert short.returncode == 1, short.stderr
    assert json.loads(short.stdout)["payers"][0]["shortfall_amount"] == "5.90"
    rates.write_text("payer\nx\n")
    bad = scrubjay("recover", "underpaid", *from_files, "--contracts", rates)
    assert (bad.returncode, "lacks the column" in bad.stderr) == (2, True)


def test_learn_writes_drafts_and_backtest_tries_them(scrubjay, tmp_path) -> None:
    plan = PayerSpec("PLAN", "PLAN9", "CI")
    sent, answered = tmp_path / "y.837", tmp_path / "y.835"
    without, with_jz = [f"N{n}" for n in range(12)], [f"J{n}" for n in range(15)]
    sent.write_text(
        make_837([claim(n, payer=plan) for n in without] + [claim(n, "JZ", payer=plan) for n in with_jz])
    )
    answers = [answer(n, "CO-16", "N822", filing_code="CI") for n in without]
    answers += [answer(n, "CO-45", amount="40.00", filing_code="CI") for n in with_jz]
    answered.write_text(make_835([PaymentSpec(answers, paid_on=PAID_ON, payer_name="PLAN")]))
    source = ("--answers", answered, "--claims", sent, *AS_OF)
    drafts = tmp_path / "drafts"
    done = scrubjay("recover", "learn", *source, "--drafts", drafts)
    assert done.returncode == 0, done.stderr
    assert "12 of 12 lines" in " ".join(done.stdout.split()), done.stdout
    (draft,) = drafts.glob("*.yaml")
    tested = scrubjay("recover", "backtest", *source, "--try", draft, "--json")
    assert tested.returncode == 0, tested.stderr
    (found,) = json.loads(tested.stdout)["edits"]
    assert (found["edit"], found["caught"], found["caught_amount"], found["false_alarms"]) == (
        "missing-discarded-drug-modifier", 12, "1200.00", 0,
    )  # fmt: skip
    assert scrubjay("recover", "backtest", *source).returncode == 2


def test_wrong_use(scrubjay, from_files, files, tmp_path) -> None:
    for arguments, says in (
        (("worklist", "--claims", files[0]), "needs --answers"),
        (("worklist", *from_files, "--store", "x.sqlite"), "Use one of them"),
        (("worklist", "--store", tmp_path / "none.sqlite"), "none.sqlite"),
        (("worklist", *from_files, "--hour-cost", "much"), "is no amount"),
        (("worklist", *from_files, "--history", tmp_path / "none.csv"), "cannot be read"),
        (("worklist", *from_files, "-o", tmp_path / "l.pdf"), "no report format"),
        (("learn", "--answers", files[1], *AS_OF), "no claims"),
    ):
        done = scrubjay("recover", *arguments)
        assert done.returncode in {2, 3}, (arguments, done.stderr)
        assert says in done.stderr, (arguments, done.stderr)
    unread = scrubjay("recover", "worklist", "--answers", tmp_path / "absent.835", *AS_OF)
    assert unread.returncode == 3


def test_history_moves_the_probability(scrubjay, from_files, tmp_path) -> None:
    rows = ["payer_id,root_cause,remedy,at_stake_amount,recovered_amount"]
    rows += ["1999999999,not-medically-necessary,APP,100.00,0.00"] * 60
    (tmp_path / "h.csv").write_text("\n".join(rows) + "\n")
    told = worklist(scrubjay, *from_files, "--history", tmp_path / "h.csv")["claims"]
    appeal = next(c for c in told if c["remedy"] == "APP")
    assert float(appeal["probability"]) < 0.1
    assert "unverified" not in appeal["probability_basis"]
    (tmp_path / "h.csv").write_text(rows[0] + "\nMCARE,x,APP,lots,0\n")
    bad = scrubjay("recover", "worklist", *from_files, "--history", tmp_path / "h.csv")
    assert (bad.returncode, "h.csv:2" in bad.stderr) == (2, True)


def test_a_plan_by_hours(scrubjay, from_files) -> None:
    done = scrubjay("recover", "worklist", *from_files, "--hours-a-day", "6", "--json")
    assert done.returncode == 1
    planned = json.loads(done.stdout)["claims"]
    assert all(c["planned_date"] >= "2026-04-01" for c in planned)
