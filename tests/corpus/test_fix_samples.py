"""`scrubjay fix` on every sample: the written file is judged as the input was, and differs in nothing else."""

from __future__ import annotations

import io
import json
import logging
from collections import Counter
from pathlib import Path

import pytest

from scrubjay.engine.fix_file import fix_data, read_whole
from scrubjay.errors import UnreadableInputError
from scrubjay.intake import read_claims_bytes

ROOT = Path(__file__).parents[2]
OWN = sorted([*(ROOT / "examples").glob("*.837"), *(ROOT / "tests" / "gold" / "claims").glob("*.837")])


def pyx12_errors(data: bytes, caplog) -> Counter[str]:
    """What pyx12 says against a file, how often; the last line says whether it is valid at all."""
    document = pytest.importorskip("pyx12.x12n_document")
    params = pytest.importorskip("pyx12.params")
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        try:
            text = io.StringIO(data.decode("latin-1"))
            is_valid = document.x12n_document(params.params(), text, fd_997=None, fd_html=None)
        except Exception as error:  # noqa: BLE001 - pyx12 stops at what it cannot read at all
            return Counter([f"stopped: {type(error).__name__}"])
    said = Counter(r.getMessage() for r in caplog.records)
    return said + Counter({"not valid": int(not is_valid)})


def check(data: bytes, name: str, caplog) -> int:
    """The promises of `fix` for one file; returns how many changes it took."""
    fixed = fix_data(data, name)
    assert fix_data(fixed.data, name).changes == [], f"{name}: a second fix changes something"
    # Undone change by change, the input is there again: it differs in nothing else.
    undone, shift = fixed.data, 0
    for change in fixed.changes:
        new, start = change.replacement.new, change.replacement.start + shift
        assert undone[start : start + len(new)] == new
        old = data[change.replacement.start : change.replacement.end]
        undone = undone[:start] + old + undone[start + len(new) :]
    assert undone == data, name
    if fixed.changes:
        worse = pyx12_errors(fixed.data, caplog) - pyx12_errors(data, caplog)
        assert worse == Counter(), name
    else:
        assert fixed.data == data
    return len(fixed.changes)


@pytest.mark.parametrize("path", OWN, ids=lambda p: p.name)
def test_own_samples(path, caplog):
    check(path.read_bytes(), path.name, caplog)


@pytest.mark.shared
def test_other_peoples_samples(shared, caplog):
    folder = shared / "data" / "x12"
    answers = json.loads((folder / "answers.json").read_text())
    changes = files = 0
    for name, answer in answers.items():
        data, _ = read_whole(folder / name)
        if not any(kind.startswith("837") for kind in answer["transactions"]):
            with pytest.raises(UnreadableInputError):
                fix_data(data, name)
            continue
        _, report = read_claims_bytes(data)
        if report.is_fatal:
            with pytest.raises(UnreadableInputError):
                fix_data(data, name)
            continue
        files += 1
        changes += check(data, name, caplog)
    assert files > 50
    assert changes > 0


SPELLED = (
    ("LIN**N4*00009003928", "LIN**N4*0009-0039-28"),
    ("HI*ABK:L500", "HI*ABK:L50.0"),
    ("CLM*NOJZ-1*135", "CLM*NOJZ-1*135.000"),
    ("SV1*HC:J2919*60*UN*8", "SV1*HC:j2919*60.00000*un*8.0000"),
    ("CTP****1*UN", "CTP****1.00000*un"),
    ("REF*EI*123456789", "REF*EI* 123456789"),
)


@pytest.mark.parametrize(("right", "spelled"), SPELLED, ids=lambda s: s)
def test_each_respelling_occurs_and_is_undone(right, spelled, caplog):
    text = (ROOT / "examples" / "04-missing-jz.837").read_text()
    assert text.count(f"{right}") == 1, "the sample changed"
    data = text.replace(right, spelled).encode()
    fixed = fix_data(data, "spelled.837")
    assert fixed.data.decode() == text
    assert pyx12_errors(fixed.data, caplog) == Counter()
    assert check(data, "spelled.837", caplog) > 0


def test_pyx12_judges_and_minds_a_spelling(caplog):
    """The judge is awake: it refuses what `fix` mends."""
    text = (ROOT / "examples" / "04-missing-jz.837").read_text()
    assert pyx12_errors(text.replace("CTP****1*UN", "CTP****1*un").encode(), caplog)
