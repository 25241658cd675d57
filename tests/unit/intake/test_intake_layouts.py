"""Separators, line breaks, several interchanges: each layout gives the same claims."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest

from scrubjay.intake import ClaimReader, read_claims, read_claims_bytes
from scrubjay.testing.x12 import ClaimSpec, LineSpec, PersonSpec, Separators, envelope, make_837, transaction

CLAIMS = [
    ClaimSpec(f"ID{i}", [LineSpec("J2919", f"{i}.25", str(i), ("JZ",), ndc="00009004722", ndc_quantity="1")])
    for i in range(1, 5)
]
PLAIN = make_837(CLAIMS)
SEPARATORS = [
    Separators(newline=""),
    Separators(newline="\r\n"),
    Separators(terminator="\n", newline=""),
    Separators(terminator="\r\n", newline=""),
    Separators(terminator="\r", newline=""),
    Separators(element="|", component=">", repetition="!", terminator="'"),
    Separators(element="+", component="<", terminator="\n", newline=""),
    Separators(terminator="\u2026", newline=""),
    Separators(terminator="\u2026", newline="\r\n"),
    Separators(terminator="\x85", newline=""),
    Separators(element="\x1d", component="\x1f", repetition="\x1e", terminator="\x1c", newline=""),
    Separators(terminator=" ~", newline="\n"),
    Separators(terminator="~", newline=" \n  "),
    Separators(terminator="~", newline="\n\n\n"),
    Separators(element="^", component="*", repetition="~", terminator=":"),
]


def _same(text, expected=PLAIN):
    data = text if isinstance(text, bytes) else text.encode()
    bundle, report = read_claims_bytes(data)
    plain, _ = read_claims_bytes(expected.encode())
    assert report.problems == []
    assert bundle.claims.equals(plain.claims)
    assert bundle.lines.equals(plain.lines)


@pytest.mark.parametrize("separators", SEPARATORS, ids=repr)
def test_any_separators(separators):
    _same(make_837(CLAIMS, separators=separators))


def test_a_terminator_that_is_one_byte_outside_utf_8():
    _same(make_837(CLAIMS, separators=Separators(terminator="\x85", newline="")).encode("latin-1"))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_wrapped_at_80_columns(newline):
    stream = PLAIN.replace("\n", "")
    _same(newline.join(stream[i : i + 80] for i in range(0, len(stream), 80)))
    _same(newline.join(stream[i : i + 7] for i in range(0, len(stream), 7)))


def test_byte_order_mark_leading_and_trailing_blanks_and_padding():
    _same("\ufeff" + PLAIN)
    _same("\n\r\n  " + PLAIN + "\n\n  ")
    _same(PLAIN + "\x1a")
    _same(PLAIN + "\0" * 300)
    _same(PLAIN.rstrip().removesuffix("~"))


def test_short_isa_fields_are_read_by_counting():
    first, rest = PLAIN.split("\n", 1)
    _same("*".join(part.strip() for part in first.split("*")) + "\n" + rest)


def test_an_isa_that_lacks_an_element_is_refused_by_name():
    _, report = read_claims_bytes(PLAIN.replace("*ZZ*SUBMIT1        ", "*ZZ", 1).encode())
    assert [(p.kind, p.is_fatal) for p in report.problems] == [("bad-isa", True)]
    assert "ISA" in report.problems[0].message


def test_isa11_is_no_separator_in_version_4010():
    claim = ClaimSpec("U1", subscriber=PersonSpec("URSULUU", "UMA", "U1U"), notes=("UUU",))
    text = make_837([claim], implementation="004010X098A1")
    assert "*U*00401*" in text
    bundle, report = read_claims_bytes(text.encode())
    assert report.problems == []
    assert report.kinds == {"837P": 1}
    row = bundle.claims.row(0, named=True)
    assert (row["subscriber_last_name"], row["member_id"], row["claim_note"]) == ("URSULUU", "U1U", "UUU")


def test_4010_institutional_without_st03_takes_its_version_from_the_group():
    text = make_837([ClaimSpec(place="13")], "institutional", implementation="004010X096A1")
    text = text.replace("ST*837*0001*004010X096A1~", "ST*837*0001~")
    bundle, report = read_claims_bytes(text.encode())
    assert report.problems == []
    assert bundle.claims["claim_kind"].to_list() == ["institutional"]


@pytest.mark.parametrize(
    "name", ["ISA", "ISAAC", "NARCISA", "ST", "GS", "IEA", "SE", "GE", "HL", "CLM", "LX", "SV1"]
)
def test_names_that_hold_a_tag(name):
    person = PersonSpec(name, name, name)
    claim = replace(CLAIMS[0], subscriber=person, notes=(name,), claim_id=name, prior_authorization=name)
    for newline in ("\n", ""):
        text = make_837([claim, CLAIMS[1]], separators=Separators(newline=newline))
        bundle, report = read_claims_bytes(text.encode())
        assert report.problems == []
        assert bundle.claims["subscriber_last_name"].to_list() == [name, "DOE"]
        assert bundle.claims["patient_control_number"].to_list() == [name, "ID2"]


def test_component_separators_in_texts_come_back_as_sent():
    for separators in (Separators(), Separators(component=">")):
        claim = ClaimSpec("A:B", notes=("10:30",), prior_authorization="P:1")
        text = make_837([claim], separators=separators)
        bundle, _ = read_claims_bytes(text.encode())
        row = bundle.claims.row(0, named=True)
        mark = separators.component
        assert row["patient_control_number"] == f"A{mark}B"
        assert row["claim_note"] == f"10{mark}30"
        assert row["prior_authorization_number"] == f"P{mark}1"


def test_several_interchanges_with_different_separators_and_kinds():
    texts = [
        make_837([c], "institutional" if i % 2 else "professional", separators=s, control_number=i)
        for i, (c, s) in enumerate(zip(CLAIMS, SEPARATORS[4:8], strict=True), 1)
    ]
    for glue in ("", "\n", "\r\n\r\n"):
        for size in (100, 2**20):
            reader = ClaimReader.of_bytes(glue.join(texts).encode(), "x", batch_bytes=size)
            claims = [row for b in reader.batches() for row in b.claims.rows(named=True)]
            assert reader.reports[0].problems == []
            assert reader.reports[0].interchanges == 4
            assert [c["patient_control_number"] for c in claims] == ["ID1", "ID2", "ID3", "ID4"]
            assert [c["claim_kind"][0] for c in claims] == ["i", "p", "i", "p"]


def test_several_groups_and_transactions_in_one_interchange():
    sets = [transaction([c], control_number=f"{i:04}") for i, c in enumerate(CLAIMS, 1)]
    sets.append(transaction(CLAIMS, "institutional", control_number="0099"))
    bundle, report = read_claims_bytes(envelope(sets).encode())
    assert report.problems == []
    assert report.kinds == {"837P": 4, "837I": 1}
    assert bundle.claims["transaction"].to_list() == ["0001", "0002", "0003", "0004", *["0099"] * 4]
    assert bundle.claims["claim_number"].to_list() == list(range(1, 9))


@pytest.mark.parametrize("size", [1, 50, 333, 1000, 5000])
def test_batches_hold_whole_claims_and_repeat_no_header(size):
    claims = [
        replace(c, claim_id=f"N{i}", dependent=PersonSpec("KID", f"K{i}") if i % 3 else None)
        for i, c in enumerate(CLAIMS * 5)
    ]
    data = make_837(claims).encode()
    whole, report = read_claims_bytes(data)
    reader = ClaimReader.of_bytes(data, "input", batch_bytes=size)
    bundles = list(reader.batches())
    assert [row for b in bundles for row in b.claims.rows()] == whole.claims.rows()
    assert [row for b in bundles for row in b.lines.rows()] == whole.lines.rows()
    assert reader.reports == [report]
    if size < 2000:
        assert len(bundles) > 1


def test_keys_run_over_the_files_of_a_run(tmp_path):
    paths = []
    for i in range(3):
        path = tmp_path / f"{i}.837"
        path.write_text(make_837(CLAIMS, control_number=i + 1))
        paths.append(path)
    told: list[int] = []
    reader = ClaimReader(paths, progress=told.append)
    bundles = list(reader.batches())
    assert [k for b in bundles for k in b.claims["claim_key"]] == list(range(1, 13))
    assert [k for b in bundles for k in b.lines["line_key"]] == list(range(1, 13))
    assert [i for b in bundles for i in b.claims["claim_id"]] == [
        f"f{f}c{c}" for f in (1, 2, 3) for c in range(1, 5)
    ]
    assert told == sorted(told)
    assert told[-1] == sum(path.stat().st_size for path in paths)


def test_gzip_is_known_by_content(tmp_path):
    path = tmp_path / "claims.837"
    path.write_bytes(gzip.compress(PLAIN.encode()))
    bundle, report = read_claims(path)
    assert bundle.claims.height == 4
    assert report.problems == []
    two = gzip.compress(PLAIN[:500].encode()) + gzip.compress(PLAIN[500:].encode())
    assert read_claims_bytes(two)[0].claims.height == 4
    bundle, report = read_claims_bytes(gzip.compress(PLAIN.encode())[:-30])
    assert "bad-gzip" in {p.kind for p in report.problems}


def test_latin_1_names_are_read_with_a_problem():
    text = make_837([replace(CLAIMS[0], subscriber=PersonSpec("MUÑOZ", "ZOË"))])
    bundle, report = read_claims_bytes(text.encode("latin-1"))
    assert bundle.claims["subscriber_last_name"].to_list() == ["MUÑOZ"]
    assert [p.kind for p in report.problems] == ["not-utf-8"]
    assert read_claims_bytes(text.encode())[1].problems == []
