"""Index of the Medicare Coverage Database: the real index, versions, days in force."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Release, SourceFile
from scrubjay.reference.loaders.mcd_index import LOADER
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from pathlib import Path

HEADER = (
    "contractor_name_type,document_display_id,document_id,document_type,document_version,effective_date,note,"
    "retirement_date,title,updated_on,updated_on_sort,url\n"
)


def row(
    document: str, version: int, begins: str, *, note: str = "", ends: str = "N/A", kind: str = "Article"
) -> str:
    return (
        '"One, LLC\n(MAC - Part A, MAC - Part B)\n\nTwo\n(DME MAC)",'
        f"{document},{document[1:]},{kind},{version},{begins},{note},{ends},A title,08/06/2025,20250806133001,u\n"
    )


def load(content: str, name: str = "index_2025-08.csv") -> Release:
    raw = content.encode()
    file = SourceFile(name, raw[:65_536], len(raw), None, lambda: raw)
    assert LOADER.recognises(file)
    release = LOADER.load(file)
    assert isinstance(release, Release)
    return release


def test_rows() -> None:
    release = load(
        HEADER
        + row("A52571", 130, "06/01/2025")
        + row("A52571", 133, "08/31/2025", note="Future(Notice Ends 08/30/2025)")
        + row("L33912", 7, "10/01/2019", note="Retired", ends="06/26/2025", kind="LCD")
    )
    (part,) = release.sets
    assert part.frame.schema == SETS["coverage_documents"].schema
    now, later, ended = part.frame.to_dicts()
    assert now["contractors"] == ["One, LLC (MAC - Part A, MAC - Part B)", "Two (DME MAC)"]
    assert (now["effective_from"], now["effective_to"], now["status"]) == (
        date(2025, 6, 1), date(2025, 8, 31), "in-force",
    )  # fmt: skip
    assert (later["status"], later["note"]) == ("future", "Future(Notice Ends 08/30/2025)")
    assert (ended["kind"], ended["status"], ended["effective_to"]) == ("lcd", "retired", date(2025, 6, 27))
    assert (release.edition, release.is_published_stated) == ("2025-08-06", False)


def test_an_index_is_younger_than_the_notices_that_it_calls_ended() -> None:
    release = load(HEADER + row("A1", 1, "08/17/2025", note="(Notice Ended 08/16/2025)"))
    assert release.published_on == date(2025, 8, 17)


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        (row("A2", 1, "soon"), "No date in `begins` of row 3"),
        (row("A2", 1, "06/01/2025", kind="Poster"), "No document of a known kind in row 3"),
        (row("A2", 1, "06/01/2025", note="Retired"), "Retired without a last day in row 3"),
    ],
)
def test_rows_that_do_not_say_enough_are_left_out(bad: str, what: str) -> None:
    release = load(HEADER + row("A1", 1, "06/01/2025") + bad)
    assert (release.rows, release.sets[0].frame.height) == (2, 1)
    assert what in release.warnings[0]


def test_two_versions_of_one_day() -> None:
    release = load(HEADER + row("A1", 10, "06/01/2025") + row("A1", 9, "06/01/2025"))
    held = release.sets[0].frame.filter(pl.col("effective_to").is_null())
    assert held["version"].to_list() == ["10"]
    assert "Two versions begin on one day" in release.warnings[0]


def test_a_cut_index_is_refused() -> None:
    with pytest.raises(ReferenceDataError, match="ends in the middle of a row"):
        load((HEADER + row("A1", 1, "06/01/2025"))[:-4])


@pytest.mark.shared
def test_the_real_index(shared: Path) -> None:
    path = shared / "data/mcd/mcd_document_index_2025-08.csv"
    release = load(path.read_text(encoding="utf-8"), str(path))
    frame = release.sets[0].frame
    assert (release.rows, frame.height, release.warnings) == (3_133, 3_133, ())
    assert dict(frame["kind"].value_counts().rows()) == {"article": 2_161, "lcd": 972}
    assert frame.filter(status="retired").height == 94
    assert frame["effective_from"].null_count() == 0
    on = date(2025, 8, 20)
    valid = frame.filter(
        pl.col("effective_from") <= on, pl.col("effective_to").is_null() | (pl.col("effective_to") > on)
    )
    assert valid["document"].is_duplicated().sum() == 0
    assert valid.filter(document="A52571")["version"].to_list() == ["130"]
