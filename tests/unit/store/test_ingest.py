"""Files into the store: whole or not at all, nothing twice, in whatever order and however often they come."""

from __future__ import annotations

import random
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrubjay.recovery.ingest import ingest
from scrubjay.store import Store
from scrubjay.store.answers import counts, read_acknowledgments, read_claims, read_remits
from scrubjay.store.digest import contents
from scrubjay.testing.answer_files import write_answer_files
from scrubjay.testing.kills import WORKER, ingest_and_kill
from scrubjay.testing.x12 import ClaimSpec, LineSpec, make_837
from scrubjay.testing.x12_remits import (
    AcknowledgedSetSpec,
    PaymentSpec,
    RemitClaimSpec,
    RemitLineSpec,
    StatusSpec,
    make_277ca,
    make_835,
    make_999,
    payment_segments,
    reversal_of,
)

AT = datetime(2026, 11, 1, tzinfo=UTC)
ONE = PaymentSpec([RemitClaimSpec("A1"), RemitClaimSpec("A2", [RemitLineSpec(charge="40")])], trace="T1")
TWO = PaymentSpec([RemitClaimSpec("B1")], trace="T2")


def put(store, folder, **texts):
    paths = []
    for name, text in texts.items():
        path = folder / f"{name}.x12"
        path.write_text(text)
        paths.append(path)
    return ingest(store, paths, at=AT)


def state(store):
    with store.reading() as connection:
        return contents(connection)


def posted(store):
    with store.reading() as connection:
        remits = read_remits(connection)
    return remits.claims.filter("is_postable")["paid_amount"].sum(), remits


def test_all_kinds_in_any_mix(store, folder):
    mixed = make_835([ONE]).replace("GE*1*1~", "GE*1*1~\nGS*HC*SUBMIT1*RECEIVE1*20240603*1200*2*X*005010X222A1~\n"
        + "~\n".join(make_837([ClaimSpec("M1")]).split("~\n")[2:-3]) + "~\nGE*1*2~").replace("IEA*1*", "IEA*2*")  # fmt: skip
    report = put(
        store, folder, a=mixed, b=make_837([ClaimSpec("C1"), ClaimSpec("C2")], control_number=2),
        c=make_999([AcknowledgedSetSpec()], control_number=3), d=make_277ca([StatusSpec()], control_number=4),
    )  # fmt: skip
    assert [f.outcome for f in report.files] == ["ingested"] * 4
    assert [f.problems for f in report.files] == [[]] * 4
    assert [f.claims.new for f in report.files] == [1, 2, 0, 0]
    assert [f.payments.new for f in report.files] == [1, 0, 0, 0]
    assert [f.acknowledgments.new for f in report.files] == [0, 0, 2, 2]
    with store.reading() as connection:
        assert sorted(read_claims(connection).claims["patient_control_number"]) == ["C1", "C2", "M1"]
        answers = read_acknowledgments(connection)
    assert answers.claim_statuses["patient_control_number"].to_list()[-1] == "A1"
    assert (
        answers.status_codes["claim_status_key"]
        .is_in(answers.claim_statuses["claim_status_key"].implode())
        .all()
    )


def test_what_is_read_back_is_what_was_read(store, folder):
    from scrubjay.intake.answers import AnswerReader
    from scrubjay.intake.remits import collect

    paths = write_answer_files(folder, 6)
    for path in paths[:3]:
        ingest(store, [path], at=AT)
    direct = collect(AnswerReader(paths[:3])).remits
    _, back = posted(store)
    places = ("file_number", "transaction", "segment", "claim_number", "remit_claim_id")
    keys = ("interchange_key", "group_control_number")
    for name in ("transactions", "claims", "lines", "adjustments", "remarks", "provider_adjustments"):
        one, two = getattr(direct, name), getattr(back, name)
        drop = [c for c in (*places, *keys) if c in one.columns]
        # Keys are numbered alike, because the files came in the same order and nothing came twice.
        assert one.drop(drop).rows() == two.drop(drop).rows(), name


def test_the_same_file_under_another_name(store, folder):
    first = put(store, folder, a=make_835([ONE]))
    before = state(store)
    again = put(store, folder, b=make_835([ONE]))
    assert [f.outcome for f in again.files] == ["seen-before"]
    assert again.files[0].seen_as == "a.x12"
    assert state(store) == before
    assert first.files[0].payments.new == 1


@pytest.mark.parametrize("is_swapped", [False, True])
def test_the_same_check_beside_another_in_another_file(store, folder, is_swapped):
    texts = {"a": make_835([ONE], control_number=1), "b": make_835([TWO, ONE], control_number=2)}
    put(store, folder, **dict(reversed(texts.items())) if is_swapped else texts)
    total, remits = posted(store)
    assert total == Decimal("240.00")
    assert remits.transactions.height == 2


def test_the_same_check_with_other_line_breaks_and_numbers(store, folder):
    plain = make_835([ONE], control_number=1)
    put(store, folder, a=plain, b=plain.replace("~\n", "~\r\n"), c=make_835([ONE], control_number=77))
    assert posted(store)[0] == Decimal("140.00")
    with store.reading() as connection:
        held = counts(connection)
    assert (held["files"], held["payments"], held["payment_sightings"]) == (3, 1, 3)


def test_a_resent_interchange_without_trace_is_known_by_its_numbers(store, folder):
    bare = make_835([ONE]).replace("TRN*1*T1*1999999999~\n", "").replace("SE*", "SE*0")
    changed = bare.replace("EXAMPLE CLINIC", "SAMPLE CLINIC")
    put(store, folder, a=bare, b=changed)
    total, remits = posted(store)
    assert total == Decimal("140.00")
    assert remits.transactions["seen_before_remit_key"].null_count() == 1


@pytest.mark.parametrize("is_swapped", [False, True])
def test_a_cut_file_and_the_whole_one(store, folder, is_swapped):
    whole = make_835([ONE])
    texts = {"a": whole[: whole.index("CLP*A2")], "b": whole}
    report = put(store, folder, **dict(reversed(texts.items())) if is_swapped else texts)
    assert posted(store)[0] == Decimal("140.00")
    cut = next(f for f in report.files if f.path.endswith("a.x12"))
    assert "truncated-interchange" in [p.kind for p in cut.problems]


def test_what_is_off_balance_is_held_with_its_difference_and_the_rest_is_posted(store, folder):
    bad = RemitClaimSpec("BAD", [RemitLineSpec(charge="100", paid="90")], paid="100")
    off = PaymentSpec([RemitClaimSpec("C1")], amount="99.00", trace="T3")
    report = put(store, folder, a=make_835([PaymentSpec([bad, RemitClaimSpec("GOOD")], trace="T9"), off]))
    assert posted(store)[0] == Decimal("100.00")
    held = report.payments.filter("is_quarantined")
    assert held["off_by_amount"].to_list() == [Decimal("1.00")]
    assert report.claims["patient_control_number"].to_list() == ["BAD"]


def test_a_reversal_in_a_later_file_nets_out(store, folder):
    paid = RemitClaimSpec("A1", [RemitLineSpec(charge="100")])
    new = RemitClaimSpec("A1", [RemitLineSpec(charge="100", paid="80", extra=["CAS*CO*45*20"])], paid="80",
                         payer_claim_number="ICN2")  # fmt: skip
    later = PaymentSpec([reversal_of(paid), new], trace="T2", paid_on=date(2024, 7, 1))
    put(store, folder, z=make_835([later], control_number=2), a=make_835([PaymentSpec([paid], trace="T1")]))
    total, remits = posted(store)
    assert total == Decimal("80.00")
    back = remits.claims.filter("is_reversal").row(0, named=True)
    first = remits.claims.filter(remits.claims["payer_claim_control_number"] == "ICN1").sort("is_reversal")
    assert back["reverses_remit_claim_key"] == first["remit_claim_key"][0]
    assert back["corrected_by_remit_claim_key"] is not None


def test_claims_that_were_sent_twice_are_one(store, folder):
    claims = [ClaimSpec("C1"), ClaimSpec("C2", [LineSpec(ndc="00009004722", ndc_quantity="1")])]
    put(store, folder, a=make_837(claims), b=make_837(claims[:1], control_number=2),
        c=make_837([ClaimSpec("C1", frequency="7", original_reference="ICN1")], control_number=3))  # fmt: skip
    with store.reading() as connection:
        bundle = read_claims(connection)
        held = counts(connection)
    assert bundle.claims["claim_frequency_code"].to_list() == ["1", "1", "7"]
    assert held["claim_sightings"] == 4
    assert bundle.lines["ndc_quantity"].to_list() == [None, Decimal(1), None]


def test_bad_files_are_named_and_leave_nothing(store, folder):
    (folder / "empty").write_bytes(b"")
    (folder / "page").write_bytes(b"<html>")
    (folder / "ok").write_text(make_835([ONE]))
    report = ingest(store, [folder / n for n in ("empty", "page", "absent", "", "ok")], at=AT)
    assert [f.outcome for f in report.files] == ["unreadable"] * 4 + ["ingested"]
    assert all(f.problems and f.problems[0].is_fatal for f in report.files[:4])
    with store.reading() as connection:
        assert counts(connection)["files"] == 1


def test_odd_characters_pass(store, folder):
    text = make_835(
        [PaymentSpec([RemitClaimSpec("A\\1\"'\t%s", payer_claim_number="I\\N.")], payer_name='O"NE\\ ©')]
    )
    (folder / "a").write_bytes(text.encode("latin-1"))
    report = ingest(store, [folder / "a"], at=AT)
    assert report.files[0].outcome == "ingested"
    _, remits = posted(store)
    assert remits.transactions["payer_name"][0].startswith('O"NE\\')


def test_a_thousand_payments_in_one_file(store, folder):
    many = [PaymentSpec([RemitClaimSpec(f"A{n}")], trace=f"T{n}") for n in range(1000)]
    put(store, folder, a=make_835(many), b=make_835(many[::2], control_number=2))
    assert posted(store)[0] == Decimal("100000.00")


# Any order, any number of times, killed at any moment.


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_any_order_and_repetition_gives_the_same_store(tmp_path_factory, rng):
    folder = tmp_path_factory.mktemp("order")
    paths = write_answer_files(folder / "files", 24, seed=rng.randrange(10**6), claims=3)
    clean = Store.open(str(folder / "clean.sqlite"))
    ingest(clean, paths, at=AT)
    shuffled = paths * 3
    rng.shuffle(shuffled)
    other = Store.open(str(folder / "other.sqlite"))
    ingest(other, shuffled, at=AT)
    assert state(other) == state(clean)
    assert posted(other)[0] == posted(clean)[0]


def test_killed_and_begun_again_it_equals_a_clean_ingest(store_url, tmp_path):
    rng = random.Random(5)
    paths = write_answer_files(tmp_path / "files", 24, claims=4)
    clean = Store.open(str(tmp_path / "clean.sqlite"))
    ingest(clean, paths, at=AT)
    shuffled = paths * 3
    rng.shuffle(shuffled)
    killed = ingest_and_kill(store_url, shuffled, rng, 3, most_seconds=0.6)
    assert killed >= 1
    store = Store.open(store_url)
    assert state(store) == state(clean)
    assert posted(store)[0] == posted(clean)[0]
    store.close()


def test_two_processes_at_once_count_nothing_twice(store_url, tmp_path):
    paths = write_answer_files(tmp_path / "files", 16, claims=4)
    Store.open(store_url).close()
    command = [sys.executable, "-c", WORKER, store_url]
    both = [subprocess.Popen([*command, *map(str, order)]) for order in (paths, paths[::-1])]
    assert [p.wait() for p in both] == [0, 0]
    clean = Store.open(str(tmp_path / "clean.sqlite"))
    ingest(clean, paths, at=AT)
    store = Store.open(store_url)
    assert state(store) == state(clean)
    store.close()


def test_payment_segments_of_a_bare_set_are_taken(store, folder):
    report = put(store, folder, a="\n".join(s + "~" for s in payment_segments(ONE)))
    assert report.files[0].outcome == "ingested"
    assert posted(store)[0] == Decimal("140.00")
