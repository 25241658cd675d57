"""Public sample files against counted answers."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from scrubjay.intake import ClaimReader, read_claims, read_claims_bytes

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.shared

# What the answers say in words, and the problem that says the same.
_KINDS = {
    r"^SE01 ": "segment-count",
    r"^SE02 ": "transaction-control-number",
    r"^GE01 ": "transaction-count",
    r"^GE02 ": "group-control-number",
    r"^IEA01 ": "group-count",
    r"^IEA02 ": "interchange-control-number",
}


@pytest.fixture(scope="module")
def samples(shared: Path) -> dict[Path, dict]:
    folder = shared / "data" / "x12"
    answers = json.loads((folder / "answers.json").read_text())
    return {folder / name: answer for name, answer in answers.items()}


def _is_837(answer: dict) -> bool:
    return any(kind.startswith("837") for kind in answer["transactions"])


def test_every_file_has_an_answer_and_is_read_alike(samples):
    assert samples
    wrong = []
    for path, answer in samples.items():
        bundle, report = read_claims(path)
        if not path.read_bytes().lstrip().find(b"ISA") >= 0:
            # One remittance is kept without its envelope: it is named, not counted.
            assert (report.kind, report.problems[0].kind) == ("835", "no-interchange-header")
            continue
        kinds = Counter()
        for kind, count in report.kinds.items():
            kinds[kind.split()[0]] += count
        got = (dict(kinds), report.versions, report.interchanges, report.segments)
        expected = tuple(answer[k] for k in ("transactions", "versions", "interchanges", "segments"))
        totals = answer["totals"]
        if _is_837(answer):
            got += (report.claims, report.lines, str(report.charge_total), str(report.line_charge_total))
            names = ("837_claims", "837_service_lines", "837_sum_CLM02", "837_sum_line_charges")
            expected += tuple(totals[name] for name in names)
        if got != expected:
            wrong.append((path.name, got, expected))
        assert bundle.claims.height == report.claims_read
    assert wrong == []


def test_claims_for_payment_are_all_handed_on(samples):
    for path, answer in samples.items():
        if not _is_837(answer):
            continue
        bundle, report = read_claims(path)
        totals = answer["totals"]
        if any(version.startswith(("005010X29", "005010X30")) for version in answer["versions"]):
            assert bundle.claims.height == 0
            assert [p.kind for p in report.problems] == ["not-for-payment"]
            continue
        assert bundle.claims.height == totals["837_claims"], path.name
        assert bundle.lines.height == totals["837_service_lines"], path.name
        assert str(bundle.claims["claim_charge_amount"].sum()) == totals["837_sum_CLM02"]
        assert str(bundle.lines["charge_amount"].sum()) == totals["837_sum_line_charges"]
        assert bundle.lines.filter(bundle.lines["ndc_count"] > 0).height == totals["837_NDC_lines"]
        assert bundle.adjustments.height == totals["837_CAS_triplets"], path.name


def test_envelope_faults_are_found(samples):
    for path, answer in samples.items():
        _, report = read_claims(path)
        if report.problems and report.problems[0].kind == "no-interchange-header":
            continue
        found = Counter(p.kind for p in report.problems if p.kind in _KINDS.values())
        expected = Counter(
            kind
            for text in answer["envelope_problems"]
            for mark, kind in _KINDS.items()
            if re.match(mark, text)
        )
        assert found == expected, path.name


def test_other_transactions_are_named(samples):
    for path, answer in samples.items():
        if _is_837(answer):
            continue
        bundle, report = read_claims(path)
        assert bundle.claims.height == 0
        assert report.kind in answer["transactions"]
        assert report.is_fatal


def test_all_files_in_one_run_and_in_small_batches_give_the_same(samples):
    paths = [path for path, answer in samples.items() if _is_837(answer)]
    whole = ClaimReader(paths)
    one = list(whole.batches())
    keys = [key for bundle in one for key in bundle.claims["claim_key"]]
    assert keys == list(range(1, len(keys) + 1))
    lines = [key for bundle in one for key in bundle.lines["line_key"]]
    assert lines == list(range(1, len(lines) + 1))
    assert [r.file_number for r in whole.reports] == list(range(1, len(paths) + 1))
    for path in paths[::4]:
        big, small = ClaimReader([path]), ClaimReader([path], batch_bytes=700)
        one_go, pieces = list(big.batches()), list(small.batches())
        columns = ("claims", "lines", "other_payers", "adjustments")
        for name in columns:
            a = [row for bundle in one_go for row in getattr(bundle, name).rows()]
            b = [row for bundle in pieces for row in getattr(bundle, name).rows()]
            assert a == b, (path.name, name)
        assert {p.kind for p in big.reports[0].problems} == {p.kind for p in small.reports[0].problems}


def test_a_file_cut_anywhere_is_never_taken_for_whole(samples):
    for path, answer in list(samples.items())[::9]:
        if not _is_837(answer):
            continue
        data = path.read_bytes().rstrip()
        start = data.find(b"ISA")
        whole, whole_report = read_claims_bytes(data)
        ids = whole.claims.drop("segment").rows()
        for part in range(1, 21):
            cut = start + (len(data) - start) * part // 21
            bundle, report = read_claims_bytes(data[:cut])
            assert report.problems, (path.name, cut)
            assert any(p.kind in ("truncated-interchange", "bad-isa", "empty-file", "not-x12", "no-transaction")
                       for p in report.problems), (path.name, cut)  # fmt: skip
            assert bundle.claims.drop("segment").rows() == ids[: bundle.claims.height]
            assert bundle.claims.height + report.claims_set_aside == report.claims <= whole_report.claims
