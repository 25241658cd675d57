"""A set that was refused: its claims are listed where one set alone is meant, and nothing is guessed."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime

import polars as pl
import pytest

from scrubjay.intake import ClaimReader
from scrubjay.intake.x12.sent_sets import SENT_SETS, sent_sets, with_sets
from scrubjay.policies import PolicySet
from scrubjay.recovery.decide import World
from scrubjay.recovery.desk import Wishes, desk_of_files, desk_of_store
from scrubjay.recovery.ingest import ingest
from scrubjay.reference import Reference
from scrubjay.store import Store
from scrubjay.testing.x12 import ClaimSpec, LineSpec, Separators, envelope, make_837, transaction
from scrubjay.testing.x12_remits import AcknowledgedSetSpec, StatusSpec, make_277ca, make_999

FAULT = ("IK3*SV1*22*2400*8", "IK4*1:2*234*7*SECRETVALUE")
AT = datetime(2026, 11, 1, tzinfo=UTC)


def answered(text: str) -> str:
    """Answers go the other way: who received sends."""
    head, rest = text[:106], text[106:]
    return head.replace("SUBMIT1 ", "\0").replace("RECEIVE1", "SUBMIT1 ").replace("\0", "RECEIVE1") + rest


def claims(*names: str, lines: int = 1) -> list[ClaimSpec]:
    return [
        ClaimSpec(n, [LineSpec("J2919", service_from=date(2026, 3, 2)) for _ in range(lines)]) for n in names
    ]


def two_sets(number: int, first: list[ClaimSpec], second: list[ClaimSpec]) -> str:
    sets = [transaction(first, control_number="0001"), transaction(second, control_number="0002")]
    return envelope(sets, control_number=number)


@pytest.fixture(params=["files", "store"])
def desk(request, tmp_path):
    """The desk of some sent files and answers, of files and of the store."""

    def of(sent: list[str], answers: list[str]):
        world = World(PolicySet.base(), Reference.starter(), date(2026, 4, 1))
        paths = []
        for number, text in enumerate([*sent, *answers]):
            path = tmp_path / f"{number}.x12"
            path.write_text(text)
            paths.append(path)
        if request.param == "files":
            return desk_of_files(paths[len(sent) :], paths[: len(sent)], world, Wishes(with_replay=False))
        store = Store.open(str(tmp_path / "s.sqlite"))
        ingest(store, paths, at=AT)
        try:
            return desk_of_store(store, world, Wishes(with_replay=False))
        finally:
            store.close()

    return of


def numbers(desk) -> list[str]:
    return sorted(desk.rejected["patient_control_number"].to_list())


def test_the_claims_of_a_refused_set_are_rejections_not_denials(desk) -> None:
    sent = two_sets(7, claims("A1", "A2"), claims("B1"))
    answer = answered(make_999(
        [AcknowledgedSetSpec("0001", "R", ("5",), FAULT), AcknowledgedSetSpec("0002")], group="7"
    ))  # fmt: skip
    got = desk([sent], [answer])
    assert numbers(got) == ["A1", "A2"]
    row = got.rejected.row(0, named=True)
    assert (row["outcome"], row["remedy"], row["status_code"], row["hardness"]) == (
        "rejected",
        "NEW",
        "999 R (5)",
        "soft",
    )
    assert "transaction 0001" in row["reasons"][0]
    assert "segment 22 of the set (SV1 element 1:2), error 7" in row["reasons"][1]
    assert not row["missing"]
    assert "SECRETVALUE" not in str(got.rejected.to_dicts())
    assert not got.listed.height
    assert not got.unidentified.height


def test_a_group_and_an_interchange(desk) -> None:
    sent = two_sets(7, claims("A1"), claims("B1"))
    group = answered(make_999([], group="7", status="R"))
    assert numbers(desk([sent], [group])) == ["A1", "B1"]


def test_an_interchange_by_its_number_and_day(desk) -> None:
    sent = [two_sets(7, claims("A1"), claims("B1")), two_sets(8, claims("C1"), claims("D1"))]
    ta1 = answered(envelope([], control_number=55)).split("\n")
    ta1.insert(1, "TA1*000000008*240603*1200*R*020~")
    got = desk(sent, ["\n".join(ta1)])
    assert numbers(got) == ["C1", "D1"]
    assert got.rejected["status_code"].to_list() == ["TA1 R (020)"] * 2
    assert "does not say" in got.rejected["missing"][0][0]


def test_what_is_accepted_or_accepted_in_part_rejects_nothing_else(desk) -> None:
    sent = two_sets(7, claims("A1"), claims("B1"))
    answer = answered(
        make_999([AcknowledgedSetSpec("0001", "E"), AcknowledgedSetSpec("0002", "A")], group="7")
    )
    assert numbers(desk([sent], [answer])) == []


@pytest.mark.parametrize(
    "answer",
    [
        answered(make_999([AcknowledgedSetSpec("0001", "R")], group="99")),  # of another group
        make_999([AcknowledgedSetSpec("0001", "R")], group="7"),  # between other parties
    ],
)
def test_a_refusal_of_another_set_is_counted_not_guessed(desk, answer) -> None:
    got = desk([two_sets(7, claims("A1"), claims("B1"))], [answer])
    assert numbers(got) == []
    assert got.unidentified["level"].to_list() == ["group", "transaction"] or got.unidentified["level"].to_list() == ["transaction", "group"]  # fmt: skip


def test_a_number_that_two_files_have_tells_nothing(desk) -> None:
    first, second = two_sets(7, claims("A1"), claims("B1")), two_sets(7, claims("C1"), claims("D1"))
    answer = answered(make_999([AcknowledgedSetSpec("0001", "R"), AcknowledgedSetSpec("0002")], group="7"))
    got = desk([first, second.replace("240603", "240604", 1)], [answer])
    assert numbers(got) == []
    assert got.unidentified.to_dicts() == [
        {"level": "transaction", "answered_control_number": "0001", "answered_group_control_number": "7", "status_code": "R"}
    ]  # fmt: skip


def test_a_claim_that_was_sent_again_is_done(desk) -> None:
    """A1 once more as it was, A2 corrected under its number; A3 was not sent again."""
    sent = two_sets(7, claims("A1", "A2", "A3"), claims("B1"))
    again = two_sets(8, claims("A1"), claims("A2", lines=2))
    answer = answered(make_999([AcknowledgedSetSpec("0001", "R"), AcknowledgedSetSpec("0002")], group="7"))
    assert numbers(desk([sent, again], [answer])) == ["A3"]


def test_beside_a_277ca_each_claim_keeps_its_own_status(desk) -> None:
    sent = two_sets(7, claims("A1"), claims("B1"))
    refused = answered(make_999([AcknowledgedSetSpec("0001", "R"), AcknowledgedSetSpec("0002")], group="7"))
    status = make_277ca([StatusSpec("B1", ("A7:507",), action="U")], control_number=9)
    got = desk([sent], [refused, status])
    assert dict(got.rejected.select("patient_control_number", "status_code").iter_rows()) == {
        "A1": "999 R",
        "B1": "507",
    }


@pytest.mark.parametrize(
    "separators",
    [None, Separators(newline=""), Separators("|", ">", "!", "\n", ""), Separators(newline="\r\n")],
)
def test_places_of_sets(tmp_path, separators) -> None:
    """Three interchanges of two kinds of separators in one file: each claim has the numbers of its own set."""
    texts = [make_837(claims("A1", "A2"), separators=separators, control_number=3)]
    texts += [make_837(claims("B1"), control_number=n) for n in (4, 5)]
    path = tmp_path / "a.837.gz"
    path.write_bytes(gzip.compress("".join(texts).encode()))
    reader = ClaimReader([path])
    sent = pl.concat([b.claims for b in reader.batches()])
    placed = with_sets(sent, sent_sets(path))
    assert placed.select("patient_control_number", "group_control_number", "interchange_key").rows() == [
        ("A1", "3", "SUBMIT1|RECEIVE1|000000003"), ("A2", "3", "SUBMIT1|RECEIVE1|000000003"),
        ("B1", "4", "SUBMIT1|RECEIVE1|000000004"), ("B1", "5", "SUBMIT1|RECEIVE1|000000005"),
    ]  # fmt: skip
    assert placed["interchange_date"].to_list() == [date(2024, 6, 3)] * 4


@pytest.mark.parametrize(
    "data", [b"", b"ISA", b"ISA" + b"*" * 120, b"no X12 at all", b"ISA*00*" + b"x" * 200]
)
def test_a_file_that_is_none_has_no_sets(tmp_path, data) -> None:
    path = tmp_path / "a.837"
    path.write_bytes(data)
    assert sent_sets(path).schema == pl.Schema(SENT_SETS)
    assert not sent_sets(path).height
    assert not sent_sets(tmp_path / "absent.837").height
