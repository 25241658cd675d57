"""Written guides: complete, every sentence cited, nothing invented, safe as pages."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import TYPE_CHECKING

import pypdf
import pytest
import yaml
from bs4 import BeautifulSoup

from scrubjay.errors import PolicyError, UsageError
from scrubjay.guides.lexicon import data
from scrubjay.guides.write import PARTS, write_guide
from scrubjay.reference import Reference
from scrubjay.reports.guide_page import write_guide_html, write_guide_md, write_guide_pdf

if TYPE_CHECKING:
    from scrubjay.guides.page import GuidePage

CODES = ("J2919", "J1010", "J1320", "J1745", "J0897", "J3490")
ON, AS_OF = date(2026, 3, 20), date(2026, 11, 26)
TITLES = (
    "Definition",
    "Life of the code",
    "Clinical context",
    "Settings and payment status",
    "Common modifiers and the line each belongs on",
    "Documentation checklist",
    "Common denial reasons and remedies",
    "Commercial and other payers",
    "Similar codes and how to tell them apart",
    "Worked unit examples",
    "Most units (MUE)",
    "NDC packages",
    "Payment limit by quarter",
    "Deadlines",
)


def guide(code: str, on: date = ON, payer: str | None = None) -> GuidePage:
    return write_guide(code, Reference.starter(), on=on, as_of=AS_OF, payer=payer)


def written(page: GuidePage, how) -> bytes:
    held = io.BytesIO()
    how(page, held, version="0")
    return held.getvalue()


def rows(page: GuidePage, section: str) -> list[tuple[str, ...]]:
    found = next(s for s in page.sections if s.id == section)
    return [cells for _, table in found.tables for cells, _ in table.rows]


@pytest.mark.parametrize("code", CODES)
def test_no_sentence_is_without_a_source(code: str) -> None:
    page = guide(code)
    assert tuple(s.title for s in page.sections) == TITLES
    for section in page.sections:
        assert section.lines or section.points or section.tables or section.prices, section.id
        for line in (*section.lines, *section.points):
            assert line.sources, line.text
        for _, table in section.tables:
            for cells, sources in table.rows:
                assert sources, cells
                assert len(cells) == len(table.head)


@pytest.mark.parametrize("code", CODES)
def test_the_html_cites_every_line(code: str) -> None:
    soup = BeautifulSoup(written(guide(code), write_guide_html), "html.parser")
    main = soup.find("main")
    lines = main.find_all(class_="line")
    assert len(lines) > 40
    for line in lines:
        links = line.find_all("a", class_="cite")
        assert links, line.get_text()
        for link in links:
            assert soup.find(id=link["href"].removeprefix("#")) is not None
    # Outside of cited lines stand headings, column heads and the drawn bars only.
    for line in lines:
        line.decompose()
    for other in main.find_all(["h2", "h3", "thead", "svg"]):
        other.decompose()
    assert main.get_text(" ", strip=True) == ""


@pytest.mark.parametrize("code", CODES)
def test_the_markdown_cites_every_line(code: str) -> None:
    text = written(guide(code), write_guide_md).decode()
    body, _, sources = text.partition("## Sources")
    numbers = set(re.findall(r'<a id="source-(\d+)">', sources))
    head, *lines = [line for line in body.splitlines() if line.strip()]
    assert head.startswith(f"# {code}")
    for line in lines[1:]:
        if line.startswith(("#", "|---")) or line.rstrip().endswith("| Source |"):
            continue
        cited = re.findall(r"\(#source-(\d+)\)", line)
        assert cited, line
        assert set(cited) <= numbers


@pytest.mark.parametrize("code", CODES)
def test_the_pdf_is_whole(code: str) -> None:
    text = "\n".join(
        p.extract_text() for p in pypdf.PdfReader(io.BytesIO(written(guide(code), write_guide_pdf))).pages
    )
    for title in ("Definition", "Worked unit examples", "Deadlines", "Sources"):
        assert title in text


def test_unverified_statements_are_marked_in_every_form() -> None:
    page = guide("J2919")
    soup = BeautifulSoup(written(page, write_guide_html), "html.parser")
    marked = [line for line in soup.find_all(class_="line") if line.find(class_="unverified")]
    doubtful = [
        sources
        for s in page.sections
        for sources in (
            *(li.sources for li in (*s.lines, *s.points)),
            *(src for _, t in s.tables for _, src in t.rows),
        )
        if any(one.is_unverified for one in sources)
    ]
    assert len(marked) == len(doubtful) > 20
    assert written(page, write_guide_md).decode().count("unverified*") == len(doubtful)


def test_pages_hold_no_script_and_fetch_nothing() -> None:
    text = written(guide("J2919"), write_guide_html).decode()
    assert "<script" not in text
    assert "default-src 'none'" in text
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in text


def test_the_guide_to_the_confused_code_says_what_it_is() -> None:
    definition = " ".join(line.text for line in guide("J1320").sections[0].lines)
    assert "amitriptyline" in definition
    assert "methylprednisolone sodium succinate is J2919" in definition
    assert any(cells[1] == "0" for cells in rows(guide("J1320"), "limits"))


def test_successors_count_exactly() -> None:
    life = " ".join(line.text for line in guide("J2919").sections[1].lines)
    assert "J2920 x 1 = J2919 x 8" in life
    assert "J2930 x 2 = J2919 x 50" in life


def test_status_flips_by_period() -> None:
    found = [(c[0], c[2]) for c in rows(guide("J2919"), "settings") if c[0] == "Hospital outpatient"]
    assert [status for _, status in found] == ["N", "K", "N"]


def test_worked_examples_are_the_arithmetic_of_units() -> None:
    found = {(c[0], c[1]): c[2] for c in rows(guide("J2919"), "units")}
    assert found["125 mg", "one 125 mg single-dose container"] == "J2919-JZ x 25"
    assert any("-JW" in lines for lines in found.values())
    unlisted = next(s for s in guide("J3490").sections if s.id == "units")
    assert not unlisted.tables
    assert "No example can be worked out" in unlisted.lines[0].text


def test_indications_are_not_invented() -> None:
    held = set(data("indications")["drugs"])
    for code in CODES:
        page = guide(code)
        clinical = next(s for s in page.sections if s.id == "clinical")
        drug = page.title.partition(": ")[2]
        if drug in held:
            assert clinical.tables
            assert all(
                s.is_unverified for _, table in clinical.tables for _, sources in table.rows for s in sources
            )
        else:
            assert not clinical.tables
            assert "none is guessed" in clinical.lines[0].text


def test_a_guide_for_one_payer() -> None:
    page = guide("J1745", payer="lifewise")
    found = rows(page, "payers")
    assert {c[0] for c in found} == {"LifeWise"}
    assert any(c[1].startswith("JZ: required") for c in found)
    with pytest.raises(PolicyError):
        guide("J1745", payer="nobody")


def test_what_is_no_code_of_the_reference_is_refused() -> None:
    for text in ("J9998", "no such thing", "methylprednisolone"):
        with pytest.raises(UsageError):
            guide(text)


def test_every_code_of_the_starter_set_has_a_guide() -> None:
    reference = Reference.starter()
    codes = reference.table("drugs", as_of=AS_OF)["hcpcs"].unique().sort().to_list()
    for code in codes[::9]:
        page = write_guide(code, reference, on=ON, as_of=AS_OF)
        assert len(page.sections) == len(PARTS)
        assert page.as_dict()["sources"]


@pytest.mark.shared
def test_loaded_editions_make_it_fuller(loaded_reference: Reference) -> None:
    on = date(2025, 11, 1)
    small, large = guide("J0897", on), write_guide("J0897", loaded_reference, on=on, as_of=AS_OF)
    assert len(rows(large, "ndc")) >= len(rows(small, "ndc"))
    prices = {p.effective_from for s in large.sections for p in s.prices}
    assert len(prices) > 2


def test_sources_of_the_data_are_explained() -> None:
    known = set(data("sources")["sources"])
    used: set[str] = set()

    def walk(value) -> None:
        if isinstance(value, dict):
            used.update(str(v) for k, v in value.items() if k in ("source", "summary_source"))
            for one in value.values():
                walk(one)
        elif isinstance(value, list):
            for one in value:
                walk(one)

    for name in (
        "claims",
        "deadlines",
        "denials",
        "documentation",
        "indications",
        "modifier_meanings",
        "modifier_rules",
        "status_words",
    ):
        walk(data(name))
    assert used <= known
    assert yaml.safe_dump(sorted(known))
