"""Whatever the bytes, the reader ends without an exception and loses no sound claim."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrubjay.intake import ClaimReader, read_claims_bytes
from scrubjay.testing.x12 import ClaimSpec, LineSpec, make_837, transaction

FILE = make_837(
    [ClaimSpec(f"K{i}", [LineSpec(charge="10"), LineSpec("96374", "5", "1")]) for i in range(4)]
).encode()
PIECES = [s + "~" for s in transaction([ClaimSpec("P", [LineSpec(ndc="1", ndc_quantity="1")])])]
PIECES += [FILE[:106].decode() + "~", "ISA*~", "IEA*1*1~", "GS*HC~", "GE*1*1~", "SE~", "~", "\n", "HL~", "CLM~", "LX~",
           "SV1~", "SVD~", "CAS*CO*1*X~", "SBR~", "HI~", "HI*:~", "DTP*472*RD8*1-~", "LIN~", "CTP~", "\0~", "\x1d\x1f~",
           "ST*837*1*005010X223A2~", "ST*835*1~", "DMG*D8*x~", "NM1~", "REF*G1~", "PWK~", "NTE~", "AMT*D*x~"]  # fmt: skip
WHOLE, _ = read_claims_bytes(FILE)
QUICK = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def _check(data: bytes, size: int = 2**20):
    reader = ClaimReader.of_bytes(data, "x", batch_bytes=size)
    bundles = list(reader.batches())
    report = reader.reports[0]
    read = sum(b.claims.height for b in bundles)
    assert read == report.claims_read <= report.claims
    return [i for b in bundles for i in b.claims["patient_control_number"]], report


@QUICK
@given(st.binary(max_size=400))
def test_any_bytes(data):
    _, report = _check(data)
    assert report.problems


@QUICK
@given(st.binary(max_size=300))
def test_any_bytes_after_a_header(data):
    _, report = _check(FILE[:107] + data)
    assert report.problems


@QUICK
@given(st.lists(st.sampled_from(PIECES), max_size=60), st.sampled_from([64, 2**20]))
def test_any_order_of_segments(pieces, size):
    _check(FILE[:107] + "\n".join(pieces).encode(), size)


@QUICK
@given(st.integers(0, len(FILE) - 1))
def test_cut_anywhere(cut):
    ids, report = _check(FILE[:cut])
    if cut < len(FILE.rstrip()) - 1:
        assert report.problems
    assert ids == ["K0", "K1", "K2", "K3"][: len(ids)]


@QUICK
@given(st.integers(0, len(FILE) - 1), st.binary(min_size=1, max_size=6))
def test_overwritten_anywhere(at, data):
    _check(FILE[:at] + data + FILE[at + len(data) :])


@QUICK
@given(st.lists(st.sampled_from([p for p in PIECES if not p.startswith(("ISA", "IEA"))]), max_size=25))
def test_a_sound_set_after_damage_survives(pieces):
    """Whatever stands in the set before it, a complete set of its own is read."""
    own = "\n".join(s + "~" for s in transaction([ClaimSpec("SOUND")], control_number="77")).encode()
    ids, _ = _check(FILE[:107] + b"GS*HC*A*B*1*1*1*X*005010X222A1~" + "\n".join(pieces).encode() + own)
    assert ids[-1] == "SOUND"
