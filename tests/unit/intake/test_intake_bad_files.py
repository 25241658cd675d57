"""Bad files: a problem with place and hint, never an exception; sound claims still go through."""

from __future__ import annotations

import gzip
import time
import zipfile
from dataclasses import replace

import pytest

from scrubjay.intake import ClaimReader, read_claims, read_claims_bytes
from scrubjay.testing.x12 import ClaimSpec, LineSpec, PersonSpec, envelope, make_837, transaction

A, B, C = (
    ClaimSpec(name, [LineSpec(charge="10"), LineSpec("96374", "5", "1")]) for name in ("A1", "B1", "C1")
)
THREE = make_837([A, B, C])


def _ids(bundle):
    return bundle.claims["patient_control_number"].to_list()


def _kinds(report):
    return [p.kind for p in report.problems]


def _read(text):
    data = text if isinstance(text, bytes) else text.encode()
    bundle, report = read_claims_bytes(data, "x.837")
    assert bundle.claims.height == report.claims_read
    assert set(bundle.lines["claim_key"]) == set(bundle.claims["claim_key"])
    for problem in report.problems:
        assert problem.file == "x.837"
        assert problem.message
        assert problem.hint
        assert "DOE" not in problem.one_line()
    return bundle, report


@pytest.mark.parametrize(
    ("data", "kind", "word"),
    [
        (b"", "empty-file", "empty"),
        (b" \r\n\n", "empty-file", "empty"),
        (b"\0" * 5000, "empty-file", "empty"),
        (b"%PDF-1.7 blah", "not-x12", "PDF"),
        (b"PK\x03\x04abcdef", "not-x12", "zip"),
        (b"<!DOCTYPE html><html>", "not-x12", "HTML"),
        (b'<?xml version="1.0"?>', "not-x12", "XML"),
        (b'{"resourceType": "Claim"}', "not-x12", "JSON"),
        (b"claim,code,units\n1,J2919,3\n", "not-x12", "csv"),
        (b"UNB+UNOA:1+X+Y'", "not-x12", "EDIFACT"),
        (b"MSH|^~\\&|A", "not-x12", "HL7"),
        ("ISA*00*".encode("utf-16"), "not-x12", "UTF-16"),
        (bytes(range(256)) * 20, "not-text", "binary"),
        (b"hello", "not-x12", "ISA"),
        (b"ISA", "not-x12", "ISA"),
        (b"ISA*00*", "bad-isa", "ISA"),
        (b"ST*835*0001~BPR*I*1~SE*3*0001~", "no-interchange-header", "ISA"),
        (b"GS*HC*A*B~ST*837*1~CLM*1*2~", "no-interchange-header", "ISA"),
    ],
)
def test_what_is_no_837_is_named_by_content(data, kind, word):
    bundle, report = _read(data)
    assert bundle.claims.height == 0
    assert _kinds(report) == [kind]
    assert report.is_fatal
    assert word in report.problems[0].one_line()


def test_missing_file_folder_zip_and_special(tmp_path):
    with zipfile.ZipFile(tmp_path / "claims.zip", "w") as archive:
        archive.writestr("a.837", THREE)
    (tmp_path / "ok.837").write_text(THREE)
    names = ("absent.837", "", "claims.zip", "ok.837", "nul\0l")
    reader = ClaimReader([tmp_path / name for name in names])
    bundles = list(reader.batches())
    assert [r.problems[0].kind if r.problems else None for r in reader.reports] == [
        "file-not-found",
        "is-a-folder",
        "not-x12",
        None,
        "unreadable",
    ]
    assert "Unzip" in reader.reports[2].problems[0].hint
    assert sum(b.claims.height for b in bundles) == 3
    assert bundles[0].claims["claim_id"][0] == "f4c1"
    assert len(reader.reports[3].sha256) == 64
    assert read_claims(tmp_path)[1].is_fatal


@pytest.mark.parametrize(
    ("set_id", "functional_id", "version", "kind"),
    [
        ("835", "HP", "005010X221A1", "835"),
        ("999", "FA", "005010X231A1", "999"),
        ("277", "HN", "005010X214", "277CA"),
        ("277", "HN", "005010X212", "277"),
        ("276", "HR", "005010X212", "276"),
        ("270", "HS", "005010X279A1", "270"),
        ("271", "HB", "005010X279A1", "271"),
        ("278", "HI", "005010X217", "278"),
        ("820", "RA", "005010X218", "820"),
        ("834", "BE", "005010X220A1", "834"),
        ("275", "PI", "006020X314", "275"),
        ("837", "HC", "005010X224A2", "837D"),
    ],
)
def test_other_transactions_are_named(set_id, functional_id, version, kind):
    segments = [f"ST*{set_id}*0001*{version}", "BHT*1", "CLM*1*10", "SV1*HC:1*10", "SE*5*0001"]
    text = envelope([segments], functional_id=functional_id, implementation=version)
    bundle, report = _read(text)
    assert bundle.claims.height == 0
    assert report.kinds == {kind: 1}
    assert _kinds(report) == ["not-claims"]
    assert kind in report.problems[0].message


def test_an_acknowledgement_of_an_interchange_alone():
    text = envelope([]).replace("GS*HC*SUBMIT1*RECEIVE1*20240603*1200*1*X*005010X222A1", "TA1*1*2*3*A*0")
    text = text.replace("GE*0*1~\n", "").replace("IEA*1*", "IEA*0*")
    _, report = _read(text)
    assert report.kind == "TA1"


@pytest.mark.parametrize("version", ["005010X291", "005010X292", "005010X298", "005010X299"])
def test_sets_that_are_not_for_payment_are_counted_not_handed_on(version):
    text = envelope([transaction([A], implementation=version), transaction([B], control_number="2")])
    bundle, report = _read(text)
    assert _ids(bundle) == ["B1"]
    assert (report.claims, report.claims_read, report.lines, str(report.charge_total)) == (2, 1, 4, "30.00")
    assert _kinds(report) == ["not-for-payment"]
    assert not report.is_fatal


def test_an_837_of_no_known_implementation_is_not_half_read():
    bundle, report = _read(make_837([A], implementation="006020X323"))
    assert bundle.claims.height == 0
    assert _kinds(report) == ["unknown-implementation"]


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("SE*60*0001", "SE*59*0001", "segment-count"),
        ("SE*60*0001", "SE*X*0001", "segment-count"),
        ("SE*60*0001", "SE", "segment-count"),
        ("SE*60*0001", "SE*60*0002", "transaction-control-number"),
        ("GE*1*1", "GE*2*1", "transaction-count"),
        ("GE*1*1", "GE*1*7", "group-control-number"),
        ("IEA*1*0", "IEA*3*0", "group-count"),
        ("IEA*1*000000001", "IEA*1*000000002", "interchange-control-number"),
        ("GE*1*1~\n", "", "missing-ge"),
        ("IEA*1*000000001~\n", "", "truncated-interchange"),
        ("IEA*1*000000001~\n", "IEA*1*000000001~\nIEA*1*000000001~\n", "stray-envelope"),
    ],
)
def test_envelope_faults_are_named_and_the_claims_go_on(old, new, kind):
    assert old in THREE
    bundle, report = _read(THREE.replace(old, new))
    assert _ids(bundle) == ["A1", "B1", "C1"]
    assert kind in _kinds(report)


def test_truncation_in_a_claim_sets_only_that_claim_aside():
    cut = THREE[: THREE.index("CLM*C1") + 120]
    bundle, report = _read(cut)
    assert _ids(bundle) == ["A1", "B1"]
    assert set(_kinds(report)) >= {"truncated-interchange", "truncated-claim"}
    assert (report.claims, report.claims_set_aside) == (3, 1)
    truncated = next(p for p in report.problems if p.kind == "truncated-interchange")
    assert "SE, GE and IEA" in truncated.message


def test_a_claim_whose_set_has_no_end_is_not_taken_for_whole():
    part = THREE[: THREE.index("SE*")]
    bundle, report = _read(part + make_837([A], control_number=2))
    assert _ids(bundle) == ["A1", "B1", "A1"]
    assert set(_kinds(report)) >= {"missing-se", "missing-ge", "missing-iea", "truncated-claim"}


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("CLM*B1*15***", "CLM*B1****", "bad-claim-charge"),
        ("CLM*B1*15***", "CLM*B1*TEN***", "bad-claim-charge"),
        ("CLM*B1*15***", "CLM*B1*15.001***", "bad-claim-charge"),
        ("CLM*B1*15***", "CLM*B1*1 5***", "bad-claim-charge"),
        ("CLM*B1*15***", "CLM*B1*1\x075***", "not-text"),
    ],
)
def test_a_claim_that_cannot_be_typed_is_set_aside(old, new, kind):
    bundle, report = _read(THREE.replace(old, new))
    assert _ids(bundle) == ["A1", "C1"]
    assert _kinds(report) == [kind]
    assert report.problems[0].claim == 2
    assert report.claims_set_aside == 1


def test_a_claim_without_lines_is_set_aside():
    bundle, report = _read(make_837([A, replace(B, lines=[], charge="1"), C]))
    assert _ids(bundle) == ["A1", "C1"]
    assert _kinds(report) == ["claim-without-lines"]


def test_unknown_segments_are_skipped_and_counted_in_one_problem():
    text = THREE.replace("LX*1~", "ZZZ*1~\nABCDE*DOE~\nLX*1~").replace("SE*60", "SE*66")
    bundle, report = _read(text)
    assert _ids(bundle) == ["A1", "B1", "C1"]
    assert _kinds(report) == ["unknown-segment"]
    assert "5 more" in report.problems[0].message
    assert report.problems[0].claim == 1


def test_a_line_without_lx_is_still_a_line():
    bundle, report = _read(THREE.replace("LX*2~\n", "").replace("SE*60", "SE*57"))
    assert bundle.lines.height == 6
    assert bundle.lines["line_number"].to_list() == [1, 2] * 3
    assert _kinds(report) == ["missing-lx"]


def test_lx_that_is_no_number_gives_way_to_the_position():
    bundle, _ = _read(THREE.replace("LX*2~", "LX*B~"))
    assert bundle.lines["line_number"].to_list() == [1, 2] * 3


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        ("HL*3*1*22*0", "HL*3*3*22*0", ["B1"]),
        ("HL*3*1*22*0", "HL*3*4*22*0", ["B1"]),
        ("HL*3*1*22*0", "HL*3**22*0", ["B1"]),
        ("HL*3*1*22*0", "HL*3*99*22*0", ["B1"]),
        ("HL*3*1*22*0", "HL*3*2*22*0", ["B1"]),
        ("HL*3*1*22*0", "HL*3*1*21*0", ["B1"]),
        ("HL*1**20*1", "HL*1*2*20*1", ["A1", "B1", "C1"]),
        ("HL*1**20*1", "HL*1*1*20*1", ["A1", "B1", "C1"]),
        ("HL*1**20*1~\n", "", ["A1", "B1", "C1"]),
    ],
)
def test_hl_cycles_and_missing_parents(old, new, lost):
    assert old in THREE
    for size in (200, 2**20):
        reader = ClaimReader.of_bytes(THREE.replace(old, new).encode(), "x", batch_bytes=size)
        ids = [i for b in reader.batches() for i in b.claims["patient_control_number"]]
        report = reader.reports[0]
        assert ids == [i for i in ("A1", "B1", "C1") if i not in lost]
        assert [p.kind for p in report.problems if p.kind != "segment-count"] == ["hl-structure"] * len(lost)
        assert report.claims_set_aside == len(lost)


def test_a_claim_outside_any_set():
    text = THREE.replace("GE*1*1~", "CLM*OUT*1***11:B:1~\nLX*1~\nSV1*HC:1*1*UN*1~\nGE*1*1~")
    bundle, report = _read(text)
    assert _ids(bundle) == ["A1", "B1", "C1"]
    assert "claim-outside-transaction" in _kinds(report)
    assert (report.claims, report.claims_set_aside) == (4, 1)


def test_a_second_set_inherits_no_header():
    second = [s for s in transaction([B], control_number="2") if not s.startswith("HL*1**20")]
    bundle, report = _read(envelope([transaction([A]), second]))
    assert _ids(bundle) == ["A1"]
    assert "hl-structure" in _kinds(report)


def test_the_same_interchange_twice_is_shown_not_dropped(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).write_text(THREE)
    reader = ClaimReader([tmp_path / "one", tmp_path / "two"])
    assert sum(b.claims.height for b in reader.batches()) == 6
    assert _kinds(reader.reports[0]) == []
    assert _kinds(reader.reports[1]) == ["duplicate-interchange"]
    assert "one" in reader.reports[1].problems[0].message


@pytest.mark.parametrize(
    "segment",
    [
        "HI*ABF:M0{:04}",
        "HI*>M545",
        "REF*G1*{}",
        "HL*{}*1*22*0",
        "NTE*ADD*{}",
        "ZZ*{}",
        "SBR*P*18",
        "LIN**N4*{}",
    ],
)
def test_a_hundred_thousand_segments_in_one_claim_take_linear_time(segment):
    extra = "".join(segment.format(i) + "~\n" for i in range(100_000))
    text = make_837([A, B, C])
    at = text.index("LX*1~", text.index("CLM*B1"))
    started = time.monotonic()
    bundle, report = _read(text[:at] + extra + text[at:])
    assert time.monotonic() - started < 20
    assert {"A1", "C1"} <= set(_ids(bundle))
    assert report.claims == 3


@pytest.mark.parametrize("size", [2**16, 2**23])
def test_a_segment_past_the_limit_is_refused_with_its_offset(size):
    at = THREE.index("LX*1~", THREE.index("CLM*B1"))
    data = (THREE[:at] + "NTE*ADD*" + "X" * (2 * 2**20) + "~\n" + THREE[at:]).encode()
    reader = ClaimReader.of_bytes(data, "x", batch_bytes=size)
    ids = [i for b in reader.batches() for i in b.claims["patient_control_number"]]
    assert ids == ["A1"]
    report = reader.reports[0]
    problem = next(p for p in report.problems if p.kind == "segment-too-long")
    assert problem.byte_offset is not None
    assert abs(problem.byte_offset - at) <= 1
    assert reader.reports[0].claims == 2


def test_one_endless_segment_is_not_read_to_its_end():
    class Endless:
        def __init__(self):
            self.given = 0

        def read(self, size):
            self.given += size
            return b"A" * size

    from scrubjay.intake.reports import ProblemLog
    from scrubjay.intake.sources import Source
    from scrubjay.intake.x12.tokens import Tokenizer

    for head in (b"", THREE[:300].encode()):
        endless = Endless()
        first = endless.read
        endless.read = lambda size, head=head, first=first, endless=endless: (
            head + first(size) if not endless.given else first(size)
        )
        log = ProblemLog("x")
        list(Tokenizer(Source(endless), log, 2**20).chunks())
        assert not log.is_empty
        assert endless.given < 20 * 2**20


def test_a_gzip_bomb_is_refused_early():
    data = gzip.compress(b"\0" * 50_000_000)
    started = time.monotonic()
    _, report = _read(data)
    assert report.is_fatal
    assert time.monotonic() - started < 10


def test_sound_claims_between_damaged_ones_survive():
    damage = [
        lambda s: s.replace("*15*", "**"),
        lambda s: s.replace("LX*1~", "\x01\x02~"),
        lambda s: s.replace("SV1", "SV9"),
        lambda s: s.replace("*", "|"),
        lambda s: s.replace("DTP*472*D8*2024", "DTP*472*D8*9"),
        lambda s: s + "ISA*XX~\n",
        lambda s: s + "HL*~\nHL~\nCLM~\n",
    ]
    pieces = THREE.split("HL*")
    head, provider, first, second, third = pieces
    for harm in damage:
        bad = harm("HL*" + second)
        text = head + "HL*" + provider + "HL*" + first + bad + "HL*" + third
        bundle, report = _read(text)
        assert {"A1", "C1"} <= set(_ids(bundle))
        assert report.problems


def test_messages_hold_no_value_of_a_patient():
    person = PersonSpec("CANARYLAST", "CANARYFIRST", "CANARYID", "19CANARY", "F")
    claim = ClaimSpec("CANARYCLAIM", [LineSpec(charge="CANARY", units="CANARY", service_from="CANARY")], charge="1",
                      subscriber=person, diagnoses=("CANARY",), notes=("CANARY",))  # fmt: skip
    text = make_837([claim, replace(claim, charge="CANARY")]).replace(
        "LX*1~", "CANARY*CANARY~\nCANARYLX~\nLX*1~"
    )
    _, report = _read(text)
    assert len(report.problems) >= 5
    assert not any("CANARY" in p.one_line() for p in report.problems)
