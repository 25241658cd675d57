"""The folder of editions: whole loads, nothing lost, nothing twice, and what the disk can do to it."""

from __future__ import annotations

import errno
import os
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import filelock
import polars as pl
import pytest

from scrubjay.errors import ReferenceDataError
from scrubjay.reference import library as module
from scrubjay.reference.library import ENVIRONMENT, Library
from scrubjay.reference.store import Reference

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
ROW = {"hcpcs": "J2919", "payment_limit": Decimal("0.264")}
OTHER = {"hcpcs": "J2919", "payment_limit": Decimal("0.999")}


def files(library: Library) -> list[str]:
    return sorted(p.name for p in library.folder.glob("editions/*/*"))


def test_an_empty_folder_holds_nothing(library) -> None:
    assert (library.held(), library.edition_frames(), library.check()) == ([], {}, [])
    assert not library.folder.exists()


def test_a_release_is_kept_with_all_that_is_known_of_it(library, keep, make_release) -> None:
    added = keep(
        make_release("2026-01", [ROW], warnings=("odd.",)), file="limits.zip/limits.csv", sha256="ab"
    )
    (held,) = library.held()
    assert (added.outcome, added.editions) == ("loaded", (held,))
    assert (held.set_name, held.source, held.edition, held.rows, held.file_rows) == (
        "payment_limits", "CMS test file", "2026-01", 1, 1,
    )  # fmt: skip
    assert (held.file, held.sha256, held.loaded_at, held.warnings) == (
        "limits.zip/limits.csv",
        "ab",
        NOW,
        ("odd.",),
    )
    assert (held.covers_from, held.covers_to, held.published_on) == (
        date(2026, 1, 1), date(2026, 4, 1), date(2025, 12, 20),
    )  # fmt: skip
    assert library.rows(held)["payment_limit"].to_list() == [Decimal("0.264")]
    assert library.check() == []


def test_the_same_again_changes_nothing(library, keep, make_release) -> None:
    keep(make_release("2026-01", [ROW]))
    before = (library.folder / "manifest.json").read_bytes()
    assert keep(make_release("2026-01", [ROW]), file="copy.csv").outcome == "already-held"
    assert (library.folder / "manifest.json").read_bytes() == before


def test_other_content_is_kept_beside(library, keep, make_release) -> None:
    keep(make_release("2026-01", [ROW]))
    added = keep(make_release("2026-01", [OTHER], published_on=date(2026, 1, 10)))
    assert added.outcome == "kept-beside"
    assert "kept beside it as 2026-01.v2" in added.warnings[0]
    assert [(e.edition, e.released_as) for e in library.held()] == [
        ("2026-01", "2026-01"),
        ("2026-01.v2", "2026-01"),
    ]
    # The older is not lost: it still answers for what was known before.
    reference = Reference.open(library.folder)
    asked = {"on": date(2026, 2, 1), "hcpcs": "J2919"}
    known = [
        reference.row("payment_limits", as_of=day, **asked)["payment_limit"]
        for day in (date(2026, 1, 5), date(2026, 1, 15))
    ]
    assert known == [Decimal("0.264"), Decimal("0.999")]
    assert keep(make_release("2026-01", [OTHER], published_on=date(2026, 1, 10))).outcome == "already-held"


def test_the_same_bytes_read_otherwise_replace_their_rows(library, keep, make_release) -> None:
    keep(make_release("2026-01", [ROW]), sha256="ab")
    old = files(library)
    added = keep(make_release("2026-01", [OTHER]), sha256="ab")
    assert (added.outcome, len(library.held())) == ("read-anew", 1)
    keep(make_release("2026-04", [ROW], covers=(date(2026, 4, 1), date(2026, 7, 1))))
    assert not set(old) & set(files(library)), "the next load sweeps what no manifest names"


def test_a_damaged_edition_is_mended_by_loading_again(library, keep, make_release) -> None:
    held = keep(make_release("2026-01", [ROW])).editions[0]
    (library.folder / held.parquet).write_bytes(b"PAR1 damaged")
    with pytest.raises(ReferenceDataError, match=r"is damaged\. `scrubjay reference doctor`"):
        library.rows(held)
    assert keep(make_release("2026-01", [ROW])).outcome == "read-anew"
    assert library.check() == []


def test_a_missing_edition_is_named(library, keep, make_release) -> None:
    held = keep(make_release("2026-01", [ROW])).editions[0]
    (library.folder / held.parquet).unlink()
    with pytest.raises(ReferenceDataError, match=r"is missing\."):
        Reference.open(library.folder).row(
            "payment_limits", on=date(2026, 2, 1), as_of=date(2026, 2, 1), hcpcs="J2919"
        )


def test_rows_in_another_shape_are_the_fault_of_the_program(library, keep, make_release) -> None:
    release = make_release("2026-01", [ROW])
    bad = release.sets[0].frame.with_columns(pl.col("payment_limit").cast(pl.String))
    broken = make_release("2026-01", [ROW])
    object.__setattr__(broken.sets[0], "frame", bad)
    with pytest.raises(ReferenceDataError, match="not in the shape of `payment_limits`"):
        keep(broken)
    assert library.held() == []


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.ENOSPC, "the disk is full; nothing of this file was loaded"),
        (errno.EACCES, "may not be written; nothing of this file was loaded"),
        (errno.EIO, "cannot be written (Input/output error); nothing of this file was loaded"),
    ],
)
@pytest.mark.parametrize("at", ["rows", "manifest"])
def test_the_disk_refuses(*, library, keep, make_release, monkeypatch, number, says, at) -> None:
    keep(make_release("2026-01", [ROW]))
    before = (library.folder / "manifest.json").read_bytes()

    def refuse(*_args: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(module, "write_durably" if at == "rows" else "write_manifest", refuse)
        with pytest.raises(ReferenceDataError) as caught:
            keep(make_release("2026-04", [ROW], covers=(date(2026, 4, 1), date(2026, 7, 1))))
    assert says in caught.value.one_line()
    assert (library.folder / "manifest.json").read_bytes() == before
    assert [e.edition for e in library.held()] == ["2026-01"]
    assert [f for f in library.check() if f.is_broken] == []


def test_a_file_in_place_of_the_folder(tmp_path, make_release) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(ReferenceDataError, match=r"is no folder\. Choose a folder"):
        Library(tmp_path / "file").add(make_release("2026-01", [ROW]), file="f", sha256="s", loaded_at=NOW)


def test_another_load_that_does_not_end(library, keep, make_release, monkeypatch) -> None:
    library.folder.mkdir()
    monkeypatch.setattr(module, "_WAIT_SECONDS", 0.05)
    with filelock.FileLock(library.folder / ".lock"), pytest.raises(ReferenceDataError, match="does not end"):
        keep(make_release("2026-01", [ROW]))


def test_an_edition_of_a_set_of_a_later_version_is_left_alone(library, keep, make_release) -> None:
    keep(make_release("2026-01", [ROW]))
    path = library.folder / "manifest.json"
    path.write_text(
        path.read_text(encoding="utf-8").replace('"payment_limits"', '"set_of_2031"'), encoding="utf-8"
    )
    assert library.edition_frames() == {}
    assert Library(library.folder).held()[0].set_name == "set_of_2031"


def test_an_edition_written_by_an_older_version_lacks_a_column(library, keep, make_release) -> None:
    held = keep(make_release("2026-01", [ROW])).editions[0]
    path = library.folder / held.parquet
    pl.read_parquet(path).drop("limit_note").write_parquet(path)
    assert library.rows(held)["limit_note"].to_list() == [None]


def test_where_editions_are_by_default(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "named"))
    assert Library.default_folder() == tmp_path / "named"
    monkeypatch.delenv(ENVIRONMENT)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    found = Library.default_folder()
    assert isinstance(found, Path)
    assert found.parts[-2:] == ("scrubjay", "reference")
