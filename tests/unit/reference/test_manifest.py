"""The manifest: what is written is read again, and what cannot be read is said in one line."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.manifest import MANIFEST, VERSION, HeldEdition, read_manifest, write_manifest

days = st.dates(date(1982, 1, 1), date(2099, 1, 1))
held_editions = st.builds(
    HeldEdition,
    set_name=st.sampled_from(["hcpcs", "mue"]),
    source=st.text(st.characters(codec="utf-8"), max_size=20),
    edition=st.text("0123456789-.v", min_size=1, max_size=12),
    released_as=st.text("0123456789-", max_size=8),
    loader=st.just("a-loader"),
    published_on=days,
    is_published_stated=st.booleans(),
    covers_from=st.none() | days,
    covers_to=st.none() | days,
    is_complete=st.booleans(),
    scope=st.lists(st.sampled_from(["practitioner", "dme"]), unique=True).map(tuple),
    rows=st.integers(0, 10**7),
    file_rows=st.integers(0, 10**7),
    file=st.text(st.characters(codec="utf-8"), max_size=20),
    sha256=st.text("0123456789abcdef", max_size=64),
    loaded_at=st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    note=st.none() | st.text(st.characters(codec="utf-8"), max_size=20),
    warnings=st.lists(st.text(st.characters(codec="utf-8"), max_size=20), max_size=3).map(tuple),
    parquet=st.just("editions/mue/x.parquet"),
    parquet_sha256=st.text("0123456789abcdef", max_size=64),
)


@settings(deadline=None, max_examples=25)
@given(st.lists(held_editions, max_size=4))
def test_what_is_written_is_read_again(tmp_path_factory, editions) -> None:
    folder = tmp_path_factory.mktemp("manifest")
    write_manifest(folder, tuple(editions))
    assert Counter(read_manifest(folder)) == Counter(editions)
    assert [p.name for p in folder.iterdir()] == [MANIFEST]


def test_no_manifest_is_an_empty_folder(tmp_path) -> None:
    assert read_manifest(tmp_path) == ()
    assert read_manifest(tmp_path / "none") == ()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "is not JSON (line 1)"),
        (b"[]", "is no manifest of a reference folder"),
        (b'{"version": "1"}', "is no manifest of a reference folder"),
        (b"\xff\xfe", "cannot be read"),
        (json.dumps({"version": VERSION + 1}).encode(), "was written by a newer scrubjay"),
        (b'{"version": 1}', "names an edition in a way that is not understood"),
        (b'{"version": 1, "editions": [{}]}', "names an edition in a way that is not understood"),
        (b'{"version": 1, "editions": ["x"]}', "names an edition in a way that is not understood"),
    ],
)
def test_what_cannot_be_read(tmp_path, content, says) -> None:
    (tmp_path / MANIFEST).write_bytes(content)
    with pytest.raises(ReferenceDataError) as caught:
        read_manifest(tmp_path)
    assert says in caught.value.one_line()
    assert "\n" not in caught.value.one_line()


def test_a_file_in_place_of_the_folder(tmp_path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(ReferenceDataError, match=r"file: is no folder\. Choose a folder"):
        read_manifest(tmp_path / "file")
