"""No official file is taken for its own by two loaders, and those of NCCI, ICD-10-CM and code lists by the right one."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from scrubjay.reference.loaders.base import SourceFile
from scrubjay.reference.loading import find_loaders

if TYPE_CHECKING:
    from pathlib import Path

_HEAD = 65_536


def _source(path: Path) -> SourceFile:
    if path.suffix == ".gz":
        with gzip.open(path) as packed:
            head = packed.read(_HEAD)
        return SourceFile(
            path.name.removesuffix(".gz"), head, _HEAD, None, lambda: gzip.decompress(path.read_bytes())
        )
    raw = path.read_bytes()
    return SourceFile(path.name, raw[:_HEAD], len(raw), None, lambda: raw)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("pattern", "loader", "files"),
    [
        ("ncci/*ptp*", "ncci-ptp", 2),
        ("ncci/*mue*", "ncci-mue", 4),
        ("ncci/*aoc*", "ncci-add-ons", 1),
        ("icd10/*", "icd10cm", 1),
        ("codes/carc*", "remit-codes", 1),
        ("codes/place*", "place-of-service", 1),
        ("codes/hcpcs_modifiers*", "hcpcs-modifiers", 1),
        ("codes/cms_bfd_cc0/*", "cms-code-lists", 13),
    ],
)
def test_one_loader_for_each_file(shared: Path, pattern: str, loader: str, files: int) -> None:
    found = sorted((shared / "data").glob(pattern))
    assert len(found) == files
    for path in found:
        file = _source(path)
        assert [known.name for known in find_loaders() if known.recognises(file)] == [loader], path.name


@pytest.mark.shared
@pytest.mark.parametrize("folder", ["asp", "opps", "asc", "hcpcs", "ndc", "mcd"])
def test_other_sources_are_left_to_their_loaders(shared: Path, folder: str) -> None:
    ours = {
        "ncci-ptp", "ncci-mue", "ncci-add-ons", "icd10cm", "remit-codes", "place-of-service", "hcpcs-modifiers",
        "cms-code-lists",
    }  # fmt: skip
    loaders = [known for known in find_loaders() if known.name in ours]
    assert len(loaders) == len(ours)
    paths = [p for p in sorted((shared / "data" / folder).iterdir()) if p.suffix != ".zip"]
    assert paths
    for path in paths:
        assert [known.name for known in loaders if known.recognises(_source(path))] == [], path.name
