"""An update as a whole: what is fetched, what is left alone, what is loaded, and how little is asked twice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from scrubjay.reference.addresses import read_addresses
from scrubjay.reference.download_record import DownloadRecord
from scrubjay.reference.library import Library
from scrubjay.reference.update import Telling, planned, update
from scrubjay.reference.web import Web, make_client

if TYPE_CHECKING:
    from collections.abc import Iterator

ON = date(2026, 2, 1)
NOW = datetime(2026, 2, 1, 9, tzinfo=UTC)
ROW = "J2919,Methylpred,5 MG,0.210,20,,,,,,"


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def web(slept) -> Iterator[Web]:
    with make_client() as client:
        yield Web(client, sleep=slept.append)


@pytest.fixture
def addresses(site, tmp_path):
    """Two sources: one for which a licence is to be accepted, and one that comes in two parts."""
    path = tmp_path / "addresses.yaml"
    path.write_text(
        f"""
licences: {{ama: Accept the terms.}}
sources:
  - name: limits
    title: Payment limits
    period: quarter
    addresses: ["{site.url}/{{month}}-{{year}}-old.zip", "{site.url}/{{month}}-{{year}}.zip"]
    page: {site.url}/page
    link: '/{{month}}-{{year}}-\\d{{8}}\\.zip'
    licence: ama
    citation: a test
    verified_on: 2026-01-02
  - name: parts
    title: A release in parts
    period: none
    addresses: ["{site.url}/part-{{part}}.csv"]
    parts: ["1", "2"]
    page: {site.url}/parts
    link: null
    licence: null
    citation: a test
    verified_on: unverified
""",
        encoding="utf-8",
    )
    return read_addresses(path)


@pytest.fixture
def run(web, addresses, tmp_path):
    def call(*names: str, library: Library | None = None, **options):
        return update(
            addresses.named(names),
            library or Library(tmp_path / "reference"),
            tmp_path / "downloads",
            on=ON,
            loaded_at=NOW,
            web=web,
            addresses=addresses,
            accepted=frozenset(options.pop("accepted", ("ama",))),
            **options,
        )

    return call


def editions(tmp_path, name: str = "reference") -> list[tuple[str, str]]:
    return [(e.set_name, e.edition) for e in Library(tmp_path / name).held()]


BOTH = [("asp_dosage", "2026-01"), ("payment_limits", "2026-01")]


def test_fetched_and_loaded(site, run, tmp_path, zipped, limits_csv) -> None:
    site.serves("/january-2026.zip", zipped({"limits.csv": limits_csv(ROW)}))
    fetching, loading = [], []
    report = run("limits", telling=Telling(lambda *a: fetching.append(a), lambda *a: loading.append(a)))
    (file,) = report.files
    assert (file.outcome, file.url, file.is_verified) == ("downloaded", f"{site.url}/january-2026.zip", True)
    assert file.path == tmp_path / "downloads/limits/january-2026.zip"
    assert file.bytes == file.path.stat().st_size
    assert [f.outcome for f in report.loaded.files] == ["loaded"]
    assert editions(tmp_path) == BOTH
    assert fetching[-1] == ("january-2026.zip", file.bytes, file.bytes)
    assert loading[-1][1] == loading[-1][2] == file.bytes


def test_the_second_time_nothing_is_fetched_or_loaded(site, run, zipped, limits_csv) -> None:
    site.serves("/january-2026.zip", zipped({"limits.csv": limits_csv(ROW)}))
    run("limits")
    report = run("limits")
    assert [f.outcome for f in report.files] == ["not-modified"]
    assert report.loaded is None


def test_another_reference_folder_is_filled_from_the_downloads(
    site, run, tmp_path, zipped, limits_csv
) -> None:
    site.serves("/january-2026.zip", zipped({"limits.csv": limits_csv(ROW)}))
    run("limits")
    report = run("limits", library=Library(tmp_path / "other"))
    assert [f.outcome for f in report.files] == ["not-modified"]
    assert editions(tmp_path, "other") == BOTH
    assert run("limits").loaded is None, "the first folder holds it still"


def test_a_download_that_was_changed_on_disk_is_fetched_again(
    site, run, tmp_path, zipped, limits_csv
) -> None:
    body = zipped({"limits.csv": limits_csv(ROW)})
    site.serves("/january-2026.zip", body)
    path = run("limits").files[0].path
    path.write_bytes(body[:-1] + b"x")
    report = run("limits")
    assert report.files[0].outcome == "downloaded"
    assert path.read_bytes() == body


def test_a_correction_is_kept_beside(site, run, tmp_path, zipped, limits_csv) -> None:
    site.serves("/january-2026.zip", zipped({"limits.csv": limits_csv(ROW)}))
    run("limits")
    site.serves(
        "/january-2026.zip", zipped({"limits.csv": limits_csv(ROW.replace("0.210", "0.220"))}), '"two"'
    )
    report = run("limits")
    assert report.files[0].outcome == "downloaded"
    assert ("payment_limits", "2026-01.v2") in editions(tmp_path)


def test_a_licence_that_was_not_accepted_is_not_asked_for(site, run) -> None:
    report = run("limits", accepted=())
    (file,) = report.files
    assert (file.outcome, site.asked, report.loaded) == ("licence", [], None)
    assert "Accept the terms." in file.what
    assert "--accept-licence ama" in file.what
    assert f"{site.url}/page" in file.what


def test_the_page_is_searched_where_the_address_has_moved(site, run, zipped, limits_csv) -> None:
    body = zipped({"limits.csv": limits_csv(ROW)})
    site.serves("/january-2026-01152026.zip", body)
    links = ("/january-2026-01022026.zip", "/january-2026-01152026.zip", "/april-2026-04012026.zip",
             "https://elsewhere.example/january-2026-02022026.zip", "http://[bad/january-2026-03032026.zip")  # fmt: skip
    site.gives("/page", "".join(f'<a href="{link}">x</a>' for link in links).encode())
    (file,) = run("limits").files
    assert (file.outcome, file.url) == ("downloaded", f"{site.url}/january-2026-01152026.zip")
    assert site.paths() == [
        "/january-2026-old.zip", "/january-2026.zip", "/page", "/january-2026-01152026.zip",
    ]  # fmt: skip


def test_a_page_that_leads_through_a_licence(site, run) -> None:
    site.gives("/page", b'<a href="/license/ama?file=/january-2026-01152026.zip&amp;x=1">x</a>')
    (file,) = run("limits").files
    assert file.outcome == "notice"
    assert "through a licence notice" in file.what


def test_nowhere_to_be_found(site, run) -> None:
    site.gives("/page", b"<html>nothing yet</html>")
    (file,) = run("limits").files
    assert file.outcome == "not-found"
    assert "the release for 2026-02-01" in file.what
    assert f"look on {site.url}/page" in file.what


def test_the_page_is_gone_too(run) -> None:
    (file,) = run("limits").files
    assert (file.outcome, "is gone (404)" in file.what) == ("not-found", True)


def test_one_source_in_trouble_does_not_stop_the_others(site, run, slept, tmp_path, limits_csv) -> None:
    site.gives("/january-2026-old.zip", b"<html>CPT licence", Content_Type="text/html")
    site.serves("/part-1.csv", limits_csv(ROW).encode())
    site.gives("/part-2.csv", b"", status=500)
    report = run()
    assert [(f.source, f.outcome) for f in report.files] == [
        ("limits", "notice"), ("parts", "downloaded"), ("parts", "failed"),
    ]  # fmt: skip
    assert "500" in report.files[2].what
    assert editions(tmp_path) == BOTH
    assert slept.count(1.0) >= 2, "a pause before each further file"


def test_a_server_that_nobody_answers_for_is_asked_once(web, addresses, tmp_path, site, slept) -> None:
    gone = [s.model_copy(update={"addresses": ("http://127.0.0.1:1/x.zip",)}) for s in addresses.sources]
    report = update(
        gone, Library(tmp_path / "reference"), tmp_path / "downloads", on=ON, loaded_at=NOW, web=web,
        addresses=addresses, accepted=frozenset({"ama"}),
    )  # fmt: skip
    assert [f.outcome for f in report.files] == ["failed"] * 3
    assert "cannot be reached" in report.files[0].what
    assert [f.what for f in report.files[1:]] == ["not asked for: the server cannot be reached."] * 2
    assert [s for s in slept if s > 1] == [2.0, 4.0, 8.0]


def test_a_file_that_no_loader_takes_is_said_each_time(site, run) -> None:
    site.serves("/part-1.csv", b"a,b\n1,2\n")
    site.serves("/part-2.csv", b"a,b\n1,2\n")
    for _ in range(2):
        report = run("parts")
        assert {f.outcome for f in report.loaded.files} == {"not-official"}


def test_a_damaged_record_costs_a_download_and_no_more(site, run, tmp_path, zipped, limits_csv) -> None:
    site.serves("/january-2026.zip", zipped({"limits.csv": limits_csv(ROW)}))
    run("limits")
    (tmp_path / "downloads/downloads.json").write_text("[{]", encoding="utf-8")
    report = run("limits")
    assert (report.files[0].outcome, report.loaded.files[0].outcome) == ("downloaded", "already-held")
    assert run("limits").files[0].outcome == "not-modified"


def test_planned_asks_nothing_and_writes_nothing(site, addresses, tmp_path) -> None:
    folder = tmp_path / "downloads"
    report = planned(addresses.sources, folder, on=ON, addresses=addresses, accepted=frozenset({"ama"}))
    assert [(f.source, f.outcome) for f in report.files] == [
        ("limits", "planned"), ("parts", "planned"), ("parts", "planned"),
    ]  # fmt: skip
    assert f"{site.url}/january-2026.zip" in report.files[0].what
    assert (site.asked, folder.exists()) == ([], False)
    without = planned(addresses.sources, folder, on=ON, addresses=addresses)
    assert [f.outcome for f in without.files] == ["licence", "planned", "planned"]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://x.example/files/zip/a%20b.zip", "a_b.zip"),
        ("https://x.example/..%2f..%2fetc%2fpasswd", "passwd"),
        ("https://x.example/.hidden", "hidden"),
        ("https://x.example/", "download"),
        ("https://x.example/get?file=../../x", "get"),
    ],
)
def test_an_address_leads_nowhere_outside_the_folder(tmp_path, address, name) -> None:
    record = DownloadRecord(tmp_path / "d")
    assert record.target("../so urce", address) == tmp_path / "d" / "___so_urce" / name
