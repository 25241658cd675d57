"""A load: what is recognised, what is passed over, what is refused, and what of an archive is the same twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from scrubjay.errors import ReferenceDataError
from scrubjay.reference import loading
from scrubjay.reference.library import Library
from scrubjay.reference.loaders.base import Loader
from scrubjay.reference.loading import find_loaders, load_paths

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
ROW = "J2919,Methylpred,5 MG,0.264,20,,,,,,"


@pytest.fixture
def load(library, tmp_path):
    def call(*names: str, **options):
        return load_paths([tmp_path / n for n in names], library, loaded_at=NOW, **options)

    return call


def outcomes(report) -> list[tuple[str, str]]:
    return [(f.name.rpartition("/")[2], f.outcome) for f in report.files]


def test_loaders_are_found_by_their_presence() -> None:
    names = [loader.name for loader in find_loaders()]
    assert names == sorted(set(names))
    assert {"asp-payment-limits", "asp-ndc-crosswalk"} <= set(names)


def test_a_folder_with_an_archive(load, library, tmp_path, zipped, limits_csv) -> None:
    (tmp_path / "in/deep").mkdir(parents=True)
    (tmp_path / "in/deep/limits.zip").write_bytes(
        zipped({"limits.csv": limits_csv(ROW), "readme.txt": "read me"})
    )
    (tmp_path / "in/.hidden").write_text("x", encoding="utf-8")
    told = []
    report = load("in", progress=lambda *a: told.append(a))
    assert outcomes(report) == [("limits.csv", "loaded"), ("readme.txt", "not-official")]
    assert (report.files[0].rows, report.files[0].loader) == (1, "asp-payment-limits")
    assert {e.set_name for e in report.files[0].editions} == {"payment_limits", "asp_dosage"}
    assert told[-1][1] == told[-1][2] > 0
    assert outcomes(load("in"))[0] == ("limits.csv", "already-held")
    assert len(library.held()) == 2


def test_the_reference_folder_is_not_searched_for_files(tmp_path, limits_csv) -> None:
    (tmp_path / "limits.csv").write_text(limits_csv(ROW), encoding="utf-8")
    library = Library(tmp_path / "reference")
    load_paths([tmp_path], library, loaded_at=NOW)
    report = load_paths([tmp_path], library, loaded_at=NOW)
    assert outcomes(report) == [("limits.csv", "already-held")]


def test_two_forms_of_one_release_in_an_archive_are_one(load, library, tmp_path, zipped, limits_csv) -> None:
    text = limits_csv(ROW)
    (tmp_path / "a.zip").write_bytes(zipped({"one.csv": text, "two.csv": text + "\n"}))
    report = load("a.zip")
    assert outcomes(report) == [("one.csv", "loaded"), ("two.csv", "same-release")]
    assert "The same release as" in report.files[1].what


def test_the_day_of_publication_that_the_user_knows(load, library, tmp_path, limits_csv) -> None:
    (tmp_path / "limits.csv").write_text(limits_csv(ROW), encoding="utf-8")
    load("limits.csv", published_on=date(2025, 12, 11))
    held = {e.set_name: e for e in library.held()}["payment_limits"]
    assert (held.published_on, held.is_published_stated) == (date(2025, 12, 11), True)
    assert library.rows(held)["known_from"].to_list() == [date(2025, 12, 11)]


def stand_in(monkeypatch, *loaders: Loader) -> None:
    monkeypatch.setattr(loading, "find_loaders", lambda: loaders)


@pytest.fixture
def a_loader(make_release):
    def give(_file):
        return make_release("2026-01", [{"hcpcs": "J2919"}])

    return Loader("one", "One", ("payment_limits",), lambda f: b"data" in f.head, give, True, "")


def test_a_file_that_two_loaders_claim(load, library, tmp_path, monkeypatch, a_loader) -> None:
    stand_in(monkeypatch, a_loader, replace(a_loader, name="two"))
    (tmp_path / "f.txt").write_bytes(b"data")
    (file,) = load("f.txt").files
    assert file.outcome == "refused"
    assert "taken for its own by more than one loader: one and two" in file.what
    assert library.held() == []


def test_a_loader_that_fails_keeps_no_other_file_out(load, library, tmp_path, monkeypatch, a_loader) -> None:
    def fail(file):
        if file.name.endswith("bad.txt"):
            raise KeyError("column\nof a line")
        return a_loader.load(file)

    def look(file):
        if b"strange" in file.head:
            raise ValueError("cannot look")
        return True

    stand_in(monkeypatch, replace(a_loader, load=fail, recognises=look))
    for name, content in (("bad.txt", b"data"), ("good.txt", b"data"), ("odd.txt", b"strange")):
        (tmp_path / name).write_bytes(content)
    report = load("bad.txt", "good.txt", "odd.txt")
    assert [o for _, o in outcomes(report)] == ["refused", "loaded", "not-official"]
    assert "the loader one failed (KeyError" in report.files[0].what
    assert "Please report this" in report.files[0].what
    assert "\n" not in report.files[0].what


def test_several_releases_in_a_file_have_no_one_day(
    load, tmp_path, monkeypatch, a_loader, make_release
) -> None:
    def two(_file):
        return (
            make_release("2026-01", [{"hcpcs": "J2919"}]),
            make_release("2026-04", [{"hcpcs": "J2919"}], covers=(date(2026, 4, 1), date(2026, 7, 1))),
        )

    stand_in(monkeypatch, replace(a_loader, load=two))
    (tmp_path / "f.txt").write_bytes(b"data")
    (file,) = load("f.txt", published_on=date(2026, 1, 2)).files
    assert file.outcome == "refused"
    assert "Load it without --published-on" in file.what
    (file,) = load("f.txt").files
    assert (file.outcome, len(file.editions), file.rows) == ("loaded", 2, 2)


def test_a_folder_that_cannot_be_used_stops_the_load(tmp_path, limits_csv) -> None:
    (tmp_path / "limits.csv").write_text(limits_csv(ROW), encoding="utf-8")
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference/manifest.json").write_text('{"version": 99}', encoding="utf-8")
    with pytest.raises(ReferenceDataError, match="newer scrubjay"):
        load_paths([tmp_path / "limits.csv"], Library(tmp_path / "reference"), loaded_at=NOW)


def test_two_loaders_of_one_name(monkeypatch, a_loader) -> None:
    module = type("Module", (), {"LOADERS": (a_loader, replace(a_loader, title="Other"))})
    monkeypatch.setattr(loading, "import_module", lambda _name: module)
    find_loaders.cache_clear()
    try:
        with pytest.raises(ReferenceDataError, match="two loaders are called one"):
            find_loaders()
    finally:
        find_loaders.cache_clear()
