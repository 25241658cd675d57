"""Runs, authorizations and waivers: recorded, taken in once, and the last word of a payer counts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest
from sqlalchemy import func, select

from scrubjay.engine.waiver_file import parse_waivers
from scrubjay.intake.evidence import read_authorizations
from scrubjay.recovery.ingest import ingest
from scrubjay.store import schema
from scrubjay.store.digest import contents
from scrubjay.store.grants import read_authorizations as kept_authorizations
from scrubjay.store.grants import read_evidence, read_waivers
from scrubjay.store.runs import begin_run, finish_run, read_runs
from scrubjay.tables import AUTHORIZATIONS
from scrubjay.testing.x12 import ClaimSpec, LineSpec, envelope, make_837

AT = datetime(2026, 11, 1, 9, tzinfo=UTC)
HEAD = "number,payer,member_id,code,units,from,to,site,provider,status\n"
A100 = "A100,EXCOM,M1,J1745,100,2026-01-01,2026-06-30,11,1234567893,approved\n"
A100_LATER = "A100,EXCOM,M1,J1745,80.5,2026-07-01,2026-12-31,11,1234567893,approved\n"
A200 = "A200,EXCOM,M2,J2919,,2026-01-01,,,,pended\n"
WAIVERS = """
waivers:
  - {id: office-jz, edit: missing-discarded-drug-modifier, payers: ["ACME*"], codes: [J2919], reason: Letter., who: A.,
     expires: 2026-07-01, dates: {from: 2026-01-01}}
  - {id: late, edit: TF101, claims: ["2026-*"], reason: Agreed., who: B., expires: 2027-01-01}
"""


def table(folder, name, *rows):
    (folder / name).write_text(HEAD + "".join(rows), encoding="utf-8")
    return folder / name


def take(store, *paths):
    return ingest(store, paths, at=AT).files


def numbers(store) -> dict[str, int]:
    with store.reading() as connection:
        return {
            t.name: connection.execute(select(func.count()).select_from(t)).scalar()
            for t in (schema.files, schema.authorizations, schema.waivers)
        }


def test_authorizations_come_back_as_they_were_read(store, folder):
    path = table(folder, "letters.csv", A100, A100_LATER, A200)
    (done,) = take(store, path)
    assert (done.kind, done.outcome, done.authorizations.new) == ("authorizations", "ingested", 3)
    with store.reading() as connection:
        kept = kept_authorizations(connection)
    read, _ = read_authorizations([path])
    assert kept.drop("file").equals(read.drop("file"))
    assert kept.schema == read.schema == pl.Schema({c.name: c.dtype for c in AUTHORIZATIONS})
    assert kept["file"].to_list() == ["letters.csv"] * 3
    assert kept["units"].to_list() == [Decimal(100), Decimal("80.5"), None]


def test_the_same_content_is_taken_once(store, folder):
    path = table(folder, "letters.csv", A100, A200)
    take(store, path)
    (again,) = take(store, path)
    assert (again.outcome, again.seen_as) == ("seen-before", "letters.csv")
    (other,) = take(store, table(folder, "more.csv", A200, A100_LATER, A100_LATER))
    assert (other.authorizations.new, other.authorizations.again) == (1, 2)
    assert numbers(store) == {"files": 2, "authorizations": 3, "waivers": 0}


def test_the_last_word_on_a_number_and_service_counts(store, folder):
    take(store, table(folder, "a.csv", A100, A100_LATER, A200))
    take(store, table(folder, "b.csv", A200.replace("pended", "approved")))
    with store.reading() as connection:
        kept = kept_authorizations(connection)
    told = {(r["authorization_number"], r["units"], r["status"]) for r in kept.iter_rows(named=True)}
    assert told == {
        ("A100", Decimal(100), "approved"), ("A100", Decimal("80.5"), "approved"), ("A200", None, "approved"),
    }  # fmt: skip
    # What a later file says again is the last word once more.
    take(store, table(folder, "c.csv", A200))
    with store.reading() as connection:
        kept = kept_authorizations(connection)
    assert kept.filter(authorization_number="A200")["status"].to_list() == ["pended"]


def test_waivers_come_back_and_a_later_file_changes_one(store, folder):
    (folder / "w.yaml").write_text(WAIVERS, encoding="utf-8")
    (done,) = take(store, folder / "w.yaml")
    assert (done.kind, done.waivers.new) == ("waivers", 2)
    with store.reading() as connection:
        kept = read_waivers(connection)
    read = parse_waivers(WAIVERS, "w.yaml")
    assert [w.model_dump() for w in kept] == [w.model_dump() for w in read]
    assert kept[0].place == "w.yaml:3"
    later = WAIVERS.replace("Agreed.", "Ended.").replace("2027-01-01", "2026-02-01")
    (folder / "w2.yaml").write_text(later, encoding="utf-8")
    (changed,) = take(store, folder / "w2.yaml")
    assert (changed.waivers.new, changed.waivers.again) == (1, 1)
    with store.reading() as connection:
        now = {w.id: (w.reason, w.expires) for w in read_waivers(connection)}
    assert now == {"office-jz": ("Letter.", date(2026, 7, 1)), "late": ("Ended.", date(2026, 2, 1))}
    assert numbers(store)["waivers"] == 3


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("w.yaml", "waivers:\n  - {id: a}\n", "waivers.0"),
        ("w.yaml", "waivers: 5\n", "waivers"),
        ("t.csv", "number;code\n", "no rows"),
        ("t.csv", "code,units\nJ1,2\n", "authorization_number"),
        ("t.json", "{", "JSON"),
    ],
)
def test_a_bad_file_is_said_and_leaves_nothing(store, folder, name, text, words):
    (folder / name).write_text(text, encoding="utf-8")
    good = table(folder, "good.csv", A100)
    bad, done = take(store, folder / name, good)
    assert bad.outcome == "unreadable"
    assert any(words in p.one_line() for p in bad.problems if p.is_fatal)
    assert done.authorizations.new == 1
    assert numbers(store)["files"] == 1


def test_rows_that_cannot_be_read_are_counted(store, folder):
    (done,) = take(store, table(folder, "a.csv", A100, A200.replace("pended", "perhaps")))
    assert (done.authorizations.new, done.claims_set_aside) == (1, 1)


def test_packed_tables_are_read_too(store, folder):
    import gzip

    (folder / "a.csv.gz").write_bytes(gzip.compress((HEAD + A100).encode()))
    (done,) = take(store, folder / "a.csv.gz")
    assert (done.outcome, done.authorizations.new) == ("ingested", 1)


def test_a_278_is_told_from_the_answers(store, folder):
    body = [
        "ST*278*0001*005010X217", "BHT*0007*11*R*20260105*1200*18", "HL*1**20*1", "NM1*X3*2*EXAMPLE*****PI*EXCOM",
        "HL*2*1*21*1", "NM1*1P*2*CLINIC*****XX*1234567893", "HL*3*2*22*1", "NM1*IL*1*DOE*ANN****MI*M1", "HL*4*3*EV*1",
        "UM*HS*I*3*11:B", "HCR*A1*A100", "DTP*472*RD8*20260101-20260630", "HL*5*4*SS*0", "HCR*A1*A100",
        "SV1*HC:J1745*1*UN*100", "SE*16*0001",
    ]  # fmt: skip
    (folder / "answer.278").write_text(envelope([body], functional_id="HI", implementation="005010X217"))
    (done,) = take(store, folder / "answer.278")
    assert (done.kind, done.outcome, done.authorizations.new) == ("authorizations", "ingested", 1), (
        done.problems
    )
    with store.reading() as connection:
        (row,) = kept_authorizations(connection).to_dicts()
    assert (row["authorization_number"], row["hcpcs"], row["units"], row["status"]) == (
        "A100", "J1745", Decimal(100), "approved",
    )  # fmt: skip


def test_two_stores_told_the_same_are_equal(store, folder, tmp_path):
    from scrubjay.store import Store

    (folder / "w.yaml").write_text(WAIVERS, encoding="utf-8")
    paths = [table(folder, "a.csv", A100, A200), folder / "w.yaml"]
    take(store, *paths)
    other = Store.open(str(tmp_path / "other.sqlite"))
    take(other, *reversed(paths))
    with store.reading() as one, other.reading() as two:
        assert contents(one)["authorizations"] == contents(two)["authorizations"]
        assert contents(one)["waivers"] == contents(two)["waivers"]
        assert contents(one)["waivers"][0].count("late") + contents(one)["waivers"][1].count("late") == 1
    other.close()


def test_claims_that_are_judged_now_are_no_earlier_ones(store, folder):
    for name in ("A", "B"):
        lines = [LineSpec("J1745", service_from=date(2026, 1, 5))]
        (folder / f"{name}.837").write_text(make_837([ClaimSpec(name, lines)]))
    files = [folder / "A.837", folder / "B.837"]
    take(store, *files)
    with store.reading() as connection:
        hashes = dict(connection.execute(select(schema.files.c.name, schema.files.c.sha256)).all())
        known = read_evidence(connection, but_of=[hashes["A.837"]])
        everything = read_evidence(connection)
    (bundle,) = known.history
    assert bundle.claims["patient_control_number"].to_list() == ["B"]
    assert bundle.lines["claim_key"].to_list() == bundle.claims["claim_key"].to_list()
    assert everything.history[0].claims.height == 2
    assert bundle.claims["claim_id"].str.starts_with("hs").all()


def test_a_run_is_begun_and_ended(store):
    with store.writing() as connection:
        run = begin_run(connection, "ingest", actor="ann", version="1", started_at=AT, as_of=date(2026, 1, 1))
    with store.reading() as connection:
        (stopped,) = read_runs(connection)
    assert (stopped["finished_at"], stopped["summary"], stopped["actor"]) == (None, {}, "ann")
    with store.writing() as connection:
        finish_run(connection, run, finished_at=AT, summary={"paid": Decimal("0.10")})
        begin_run(connection, "match", actor="bob", version="1", started_at=AT)
    with store.reading() as connection:
        assert [r["kind"] for r in read_runs(connection)] == ["match", "ingest"]
        assert [r["kind"] for r in read_runs(connection, 1)] == ["match"]
        assert read_runs(connection)[1]["summary"] == {"paid": "0.10"}
