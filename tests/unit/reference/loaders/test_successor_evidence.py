"""Successor evidence: 32 computed pairs, each known from its own quarter, none a rule."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Release, SourceFile
from scrubjay.reference.loaders.successor_evidence import LOADER
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from pathlib import Path

HEADER = (
    "old_hcpcs,new_hcpcs,last_quarter_with_old,first_quarter_without_old,n_ndcs_old,n_ndcs_now_mapped_to_new,"
    "term_dt_old_in_hcpcs_2024_10\n"
)
ROWS = "J0001,J0002,2024-01,2024-04,9,8,20240331\nJ0003,J0004,2025-07,2025-10,5,5,\n"


def load(content: str, name: str = "evidence.csv") -> Release:
    raw = content.encode()
    file = SourceFile(name, raw[:65_536], len(raw), None, lambda: raw)
    assert LOADER.recognises(file)
    release = LOADER.load(file)
    assert isinstance(release, Release)
    return release


def test_rows_are_known_from_their_own_quarter() -> None:
    release = load(HEADER + ROWS)
    (part,) = release.sets
    assert part.frame.schema == SETS["successor_evidence"].schema
    first, second = part.frame.to_dicts()
    assert (first["hcpcs"], first["successor"], first["ndcs_before"], first["ndcs_moved"]) == (
        "J0001",
        "J0002",
        9,
        8,
    )
    assert (first["ended_on"], first["effective_from"]) == (date(2024, 3, 31), date(2024, 4, 1))
    assert (first["known_from"], second["known_from"]) == (date(2024, 4, 1), date(2025, 10, 1))
    assert second["ended_on"] is None
    assert {first["confidence"], second["confidence"]} == {"C"}
    assert not part.is_complete


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (HEADER + ROWS.replace("J0002", "J02"), r"no value for successor in row 2 \(`J02`\)"),
        (HEADER + ROWS.replace("2025-10", "2025-11"), r"next quarter in row 3"),
        (HEADER + ROWS.replace("9,8", "many,8"), r"ndcs before in row 2"),
        (HEADER + ROWS.replace("20240331", "soon"), r"ended on in row 2"),
        (HEADER + ROWS[:-3], "ends in the middle of a row"),
    ],
)
def test_broken_files_are_refused(content: str, what: str) -> None:
    with pytest.raises(ReferenceDataError, match=what):
        load(content)


@pytest.mark.shared
def test_the_real_file(shared: Path) -> None:
    path = shared / "data/asp/derived_code_successor_evidence_from_ndc_moves.csv"
    release = load(path.read_text(encoding="utf-8"), str(path))
    frame = release.sets[0].frame
    assert (release.rows, frame.height, release.edition, release.warnings) == (32, 32, "2026-01", ())
    moved = {(r["hcpcs"], r["successor"]): (r["ndcs_moved"], r["ndcs_before"]) for r in frame.to_dicts()}
    assert moved["J2920", "J2919"] == (9, 9)
    assert moved["J1030", "J1010"] == (22, 25)
