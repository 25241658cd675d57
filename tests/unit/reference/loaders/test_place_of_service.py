"""Places of service: layouts by hand, the ways they break, and the real table."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Release, SourceFile
from scrubjay.reference.loaders.place_of_service import LOADER
from scrubjay.reference.sets import SETS
from scrubjay.reference.starter import read_set

if TYPE_CHECKING:
    from pathlib import Path

TABLE = (
    "Place of Service Code(s),Place of Service Name,Place of Service Description\n"
    '01,Pharmacy **,"A place where drugs are sold. (Effective October 1, 2005)"\n'
    "27,Outreach Site/ Street,A non-permanent location. (Effective 10/1/2023)\n"
    "28-30,Unassigned,N/A\n"
    "99,Other Place of Service,Other place of service not identified above.\n"
)


def load(content: str | bytes, name: str = "pos.csv") -> Release:
    raw = content.encode() if isinstance(content, str) else content
    file = SourceFile(name, raw[:65_536], len(raw), None, lambda: raw)
    assert LOADER.recognises(file)
    release = LOADER.load(file)
    assert isinstance(release, Release)
    return release


def test_published_table() -> None:
    release = load(TABLE)
    (places,) = release.sets
    assert (release.edition, release.published_on, release.rows) == (
        "2023-10-01-or-later",
        date(2023, 10, 1),
        4,
    )
    assert places.frame.schema == SETS["place_of_service"].schema
    assert places.frame["meaning"].to_list() == [
        "Pharmacy",
        "Outreach Site/ Street",
        "Other Place of Service",
    ]
    assert places.frame.select(
        "place_of_service_code", "setting", "is_facility", "effective_from"
    ).rows() == [
        ("01", "other", False, date(2005, 10, 1)),
        ("27", "other", False, date(2023, 10, 1)),
        ("99", "other", False, None),
    ]


def test_name_tells_the_edition() -> None:
    assert load(TABLE, "place_of_service_2024-05-01.csv").edition == "2024-05-01"


def test_mark_of_the_file_comes_before_ours_and_new_places_have_no_class() -> None:
    content = "pos_code,pos_type,pos_name\n11,Facility,Office\n28,Non-Facility,New Place (Effective 1/1/27)\n"
    (places,) = load(content).sets
    assert places.frame.select(
        "place_of_service_code", "meaning", "setting", "is_facility", "effective_from", "note"
    ).rows() == [
        ("11", "Office", "office", True, None, "Setting class is ours."),
        ("28", "New Place", None, False, date(2027, 1, 1), None),
    ]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("1,Pharmacy,x\n", "row 6: the code '1' is no place of service"),
        ("01,Pharmacy,x\n", "row 2: the code '01' stands twice"),
        ("28-30,A range,x\n", "row 6: the code '28-30' is assigned and a range at once"),
        ("31,,x\n", "row 6: the code '31' has no name"),
    ],
)
def test_broken_tables_are_refused_with_the_place(row: str, what: str) -> None:
    with pytest.raises(ReferenceDataError, match=what):
        load(TABLE + row)
    with pytest.raises(ReferenceDataError, match="row 2: the type 'maybe' is no facility mark"):
        load("pos_code,pos_type,pos_name\n11,maybe,Office\n")
    with pytest.raises(ReferenceDataError, match="holds no date"):
        load("pos_code,pos_name\n99,Other\n")


@pytest.mark.shared
def test_real_table(shared: Path) -> None:
    release = load((shared / "data" / "codes" / "place_of_service.csv").read_bytes(), "place_of_service.csv")
    (places,) = release.sets
    assert (release.rows, places.frame.height, release.warnings) == (99, 52, ())
    columns = ["place_of_service_code", "meaning", "setting", "is_facility", "effective_from"]
    ours = read_set("place_of_service").select(columns)
    assert (
        places.frame.select(columns).sort("place_of_service_code").equals(ours.sort("place_of_service_code"))
    )
    assert places.frame["setting"].null_count() == 0
    assert pl.Series(places.frame["known_from"]).unique().to_list() == [date(2023, 10, 1)]
