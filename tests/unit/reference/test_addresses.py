"""Where releases are published: the packaged file, a user's own, and the placeholders of a day."""

from __future__ import annotations

from datetime import date

import pytest

from scrubjay.errors import UsageError
from scrubjay.reference.addresses import read_addresses

SOURCE = """
licences: {ama: Accept the terms.}
sources:
  - name: limits
    title: Limits
    period: quarter
    addresses: ["https://files.example/{month}-{year}-{Month}-q{quarter}-fy{fiscal_year}-v{ncci}-f{part}.zip"]
    parts: ["1", "2"]
    page: https://files.example/page
    link: '/{month}-{year}[^/]*\\d{8}\\.zip'
    licence: ama
    citation: a test
    verified_on: unverified
"""


def written(tmp_path, text: str):
    path = tmp_path / "addresses.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_packaged_file() -> None:
    addresses = read_addresses()
    names = [s.name for s in addresses.sources]
    assert {
        "hcpcs",
        "asp-limits",
        "asp-crosswalk",
        "mue-practitioner",
        "ptp-hospital",
        "icd10cm",
        "fda-ndc",
    } <= set(names)
    for source in addresses.sources:
        assert source.citation
        for wanted in source.wanted(date(2026, 2, 1)):
            assert all(a.startswith("https://") and "{" not in a for a in (*wanted.addresses, wanted.page))


def test_what_nobody_opened_is_marked() -> None:
    """None of the addresses could be opened where this was written; who opens one writes the day down."""
    assert {s.name for s in read_addresses().sources if s.is_verified} == set()


@pytest.mark.parametrize(
    ("on", "filled"),
    [
        (date(2026, 1, 1), "january-2026-January-q1-fy2026-v320"),
        (date(2024, 9, 30), "july-2024-July-q3-fy2024-v302"),
        (date(2026, 12, 31), "october-2026-October-q4-fy2027-v323"),
    ],
)
def test_the_placeholders_of_a_day(tmp_path, on, filled) -> None:
    (source,) = read_addresses(written(tmp_path, SOURCE)).sources
    one, two = source.wanted(on)
    assert one.addresses == (f"https://files.example/{filled}-f1.zip",)
    assert two.addresses == (f"https://files.example/{filled}-f2.zip",)
    month, year = filled.split("-")[:2]
    assert one.link is not None
    assert one.link.search(f"/{month}-{year}-limits-04012026.ZIP")
    assert not one.link.search(f"/{month}-{year}-limits.zip")


def test_names_and_licences(tmp_path) -> None:
    addresses = read_addresses(written(tmp_path, SOURCE))
    assert addresses.named([]) == addresses.named(["limits", "limits"]) == addresses.sources
    assert addresses.accepted(["ama"]) == {"ama"}
    assert addresses.terms("ama") == "Accept the terms."
    with pytest.raises(UsageError, match=r"no source is called 'asp'\. Known are limits"):
        addresses.named(["asp"])
    with pytest.raises(UsageError, match=r"no licence is called 'AMA'\. Known are ama"):
        addresses.accepted(["AMA"])


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "https://files.example/page",
            "http://files.example/page",
            "sources.0.page must begin with https://",
        ),
        (
            "https://files.example/{month}",
            "ftp://x/{month}",
            "sources.0.addresses.0 must begin with https://",
        ),
        ("{ncci}", "{nncci}", "unknown placeholder {nncci}"),
        ("licence: ama", "licence: amba", "unknown licence, amba"),
        ("[^/]*", "[^/*", "is no pattern"),
        ("period: quarter", "period: month", "sources.0.period"),
        ("    title: Limits\n", "", "sources.0.title"),
        ("unverified", "yesterday", "must be a day as 2026-04-01, or unverified"),
        ("sources:", "sources: [", "no YAML (line"),
        (SOURCE, "- a list", "is no file of addresses"),
        (SOURCE, "", "is no file of addresses"),
    ],
)
def test_a_file_that_is_not_in_the_form(tmp_path, old, new, says) -> None:
    assert old in SOURCE
    with pytest.raises(UsageError) as caught:
        read_addresses(written(tmp_path, SOURCE.replace(old, new)))
    assert says in caught.value.one_line()
    assert "\n" not in caught.value.one_line()


def test_two_of_one_name(tmp_path) -> None:
    text = SOURCE + SOURCE[SOURCE.index("  - name") :]
    with pytest.raises(UsageError, match="two sources are called limits"):
        read_addresses(written(tmp_path, text))


def test_neither_address_nor_link(tmp_path) -> None:
    lines = [
        "    addresses: []" if "addresses:" in line else "    link: null" if "link:" in line else line
        for line in SOURCE.splitlines()
    ]
    with pytest.raises(UsageError, match="neither an address nor a link"):
        read_addresses(written(tmp_path, "\n".join(lines)))


def test_http_only_for_this_machine(tmp_path) -> None:
    text = SOURCE.replace("https://files.example/page", "http://localhost:8000/page")
    assert read_addresses(written(tmp_path, text)).sources[0].page == "http://localhost:8000/page"


@pytest.mark.parametrize(
    ("content", "says"), [(None, "cannot be read"), (b"\xff\xfe\x00", "no text in UTF-8")]
)
def test_a_file_that_cannot_be_read(tmp_path, content, says) -> None:
    path = tmp_path / "addresses.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=says):
        read_addresses(path)
