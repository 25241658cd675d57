"""The table of CMS's outpatient code editor, read as data from a wheel that is never imported."""

from __future__ import annotations

import lzma
import marshal
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import lmdb
import polars as pl
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

WHEELS = Path(__file__).resolve().parents[2] / ".venv" / "judges"


def _day(number: Any) -> date | None:
    return date(number // 10000, number // 100 % 100, number % 100) if number else None


@pytest.fixture(scope="session")
def editor_codes(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """One row per HCPCS code and quarter that the editor lists.

    `hcpcs`, `quarter` (its first day), `quarter_to` (exclusive), `first_day` and `last_day` (inclusive,
    within the quarter: codes of mid-quarter), `status_indicator`.
    """
    wheels = sorted(WHEELS.glob("pyoce-*.whl"))
    if not wheels:
        pytest.skip("the outpatient editor's wheel is not in .venv/judges: run `make setup`")
    file = tmp_path_factory.mktemp("editor") / "table.mdb"
    with zipfile.ZipFile(wheels[0]) as wheel:
        file.write_bytes(lzma.decompress(wheel.read("pyoce/data/pyoce.mdb.xz")))
    environment = lmdb.open(str(file), subdir=False, readonly=True, lock=False, max_dbs=64)
    try:
        return _per_quarter(dict(_rows(environment, "version_range")), list(_rows(environment, "data_hcpcs")))
    finally:
        environment.close()


def _rows(environment: Any, table: str) -> Iterator[tuple[str, dict[str, Any]]]:
    handle = environment.open_db(table.encode(), create=False)
    with environment.begin(db=handle) as transaction:
        for key, value in transaction.cursor():
            # The wheel is pinned by its hash; marshal is the form it keeps its rows in.
            yield key.decode(), marshal.loads(value)


def _per_quarter(
    versions: dict[str, dict[str, Any]], codes: list[tuple[str, dict[str, Any]]]
) -> pl.DataFrame:
    starts = {v["version"]: _day(v["date_started"]) for v in versions.values()}
    ends = {v["version"]: _day(v["date_ended"]) for v in versions.values()}
    newest = max(starts)
    rows = []
    for key, code in codes:
        for version in range(code["lo_version"], code["hi_version"] + 1):
            start, end = starts[version], ends[version]
            assert start is not None
            assert end is not None
            if version == newest:
                # The open end of the newest version is a formality; it speaks of its own quarter.
                end = date(start.year, start.month + 3, 1) - timedelta(days=1)
            approved, terminated = _day(code["date_approved"]), _day(code["date_terminated"])
            rows.append(
                {
                    "hcpcs": key.split("|")[0],
                    "quarter": start,
                    "quarter_to": end + timedelta(days=1),
                    "first_day": max(start, approved) if approved else start,
                    "last_day": min(end, terminated) if terminated else end,
                    "status_indicator": code["status_indicator"] or None,
                }
            )
    return pl.DataFrame(rows)
