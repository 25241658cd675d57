"""The life of a code in a terminal, and its chart in terminal and page."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from scrubjay.drugs.answers import CodeAnswer, NdcAnswer, Provenance, SourcedFact
from scrubjay.reports import answers, code_life
from scrubjay.reports.chart import Bar, moved, svg_chart, text_chart

JAN, APR, JUL, OCT = (date(2025, m, 1) for m in (1, 4, 7, 10))
ENDS = {JAN: date(2025, 3, 31), APR: date(2025, 6, 30), JUL: date(2025, 9, 30), OCT: date(2025, 12, 31)}


def fact(first: date, edition: str = "e", last: date | None = None, **values) -> SourcedFact:
    return SourcedFact(values, first, last or ENDS[first], Provenance("s", edition, "A", None))


def shown(*parts) -> str:
    out = io.StringIO()
    console = Console(file=out, width=100)
    for part in parts:
        console.print(part)
    return out.getvalue()


def test_a_bar_for_each_quarter_and_a_word_for_a_gap() -> None:
    facts = [fact(JAN, payment_limit="2"), fact(APR, payment_limit="3"), fact(OCT, payment_limit=None)]
    assert code_life.limit_bars(facts) == [
        Bar("2025 Q1", Decimal(2), "$2"),
        Bar("2025 Q2", Decimal(3), "$3  +50.00 %"),
        Bar("", None, "(quarters between are not loaded)"),
        Bar("2025 Q4", None, "no limit stated"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [(None, "1", ""), ("1", None, ""), ("0", "1", ""), ("1", "1", ""), ("1.503", "15.031", "+900.07 %"), ("4", "3", "-25.00 %")],
)  # fmt: skip
def test_how_far_an_amount_moved(before, after, says) -> None:
    assert moved(Decimal(before) if before else None, Decimal(after) if after else None) == says


BARS = [Bar("2025 Q1", Decimal(2), "$2"), Bar("2025 Q2", Decimal(4), "$4"), Bar("", None, "(none)")]


@pytest.mark.parametrize(
    ("encoding", "block"), [("utf-8", "█"), ("ascii", "#"), (None, "#"), ("no-such", "#")]
)
def test_the_chart_of_a_terminal(encoding, block) -> None:
    one, two, none = shown(text_chart(BARS, encoding=encoding)).splitlines()
    assert two.count(block) == 28
    assert one.count(block) == 14
    assert ("$2" in one, "(none)" in none, block in none) == (True, True, False)


def test_the_chart_of_a_page() -> None:
    root = ET.fromstring(svg_chart([*BARS, Bar("<b>", Decimal(1), '"&')], title="Limits of <J2919>"))
    namespace = "{http://www.w3.org/2000/svg}"
    assert root.find(f"{namespace}title").text == "Limits of <J2919>"
    widths = [int(r.get("width")) for r in root.iter(f"{namespace}rect")]
    assert widths == [130, 260, 65]
    assert [t.text for t in root.iter(f"{namespace}text")][:2] == ["2025 Q1", "$2"]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.none() | st.decimals(0, 10**7, places=3), max_size=8))
def test_no_bar_is_longer_than_the_chart(values) -> None:
    bars = [Bar("q", v, "t") for v in values]
    for line in shown(text_chart(bars, encoding="utf-8")).splitlines():
        assert sum(line.count(c) for c in "█▏▎▍▌▋▊▉") <= 28
    ET.fromstring(svg_chart(bars, title="x"))


def status(first: date, indicator: str, setting: str = "hopd", rate: str | None = None, edition: str = "e"):
    return fact(first, edition, status_setting=setting, status_indicator=indicator, payment_rate=rate)


def test_runs_of_one_status_newest_first_hospital_first() -> None:
    runs = code_life.status_runs(
        [
            status(JAN, "N1", "asc"),
            status(JAN, "N"),
            status(APR, "K", rate="1"),
            status(JUL, "K", rate="2", edition="f"),
        ]
    )
    assert [(r.setting, r.indicator, r.first, r.last) for r in runs] == [
        ("hopd", "K", APR, ENDS[JUL]), ("hopd", "N", JAN, ENDS[JAN]), ("asc", "N1", JAN, ENDS[JAN]),
    ]  # fmt: skip
    assert code_life.status_words(runs[0]) == "Hospital outpatient: K, $2 a unit at the end"
    assert code_life.status_words(runs[1]) == "Hospital outpatient: N"


def test_a_gap_ends_a_run() -> None:
    runs = code_life.status_runs([status(JAN, "K"), status(JUL, "K")])
    assert [(r.first, r.last) for r in runs] == [(JUL, ENDS[JUL]), (JAN, ENDS[JAN])]


def test_editions_in_one_line_for_each_source() -> None:
    facts = [fact(JAN, "2025-01"), fact(APR, "2025-04"), fact(APR, "2025-04")]
    assert code_life.edition_lines(facts) == ["s 2025-01, 2025-04 [A]"]


def test_periods_in_words() -> None:
    assert code_life.period(JAN, ENDS[APR]) == "2025 Q1 to 2025 Q2"
    assert code_life.period(JAN, None) == "from 2025-01-01"
    assert code_life.period(None, ENDS[JAN]) == "to 2025-03-31"
    assert code_life.period(None, None) == ""


SHARES = (fact(JAN, coinsurance_percent="20"), fact(APR, coinsurance_percent="17.585"))


@pytest.mark.parametrize(
    ("on", "says"),
    [
        (date(2025, 5, 1), "Patient's share on 2025-05-01: 17.585 %."),
        (date(2026, 11, 26), "Patient's share: not known on 2026-11-26; 17.585 % in 2025 Q2."),
        (date(2024, 11, 26), "Patient's share: not known on 2024-11-26; 20 % in 2025 Q1."),
    ],
)
def test_a_share_is_told_of_its_quarter_only(on, says) -> None:
    assert code_life.share_words(CodeAnswer("J0897", on, limit_history=SHARES)) == says


def test_no_share_held() -> None:
    answer = CodeAnswer("J0897", APR, limit_history=(fact(JAN, coinsurance_percent=None),))
    assert code_life.share_words(answer) is None


PACKAGE = {
    "ndc": "50090602400", "hcpcs": "J1010", "drug": "methylprednisolone acetate", "product": "80 mg / 1 mL", "labeler": "A",
    "package_size": "1", "package_quantity": "25", "units_per_item": "80", "units_per_package": "2000",
    "container_type": "single-dose", "container_confidence": "C", "ndc_billing_unit": "ML", "ndc_unit_confidence": "A",
}  # fmt: skip


def package(first: date, confidence: str, note: str | None = None) -> SourcedFact:
    return SourcedFact(dict(PACKAGE), first, ENDS[first], Provenance("CMS", "e", confidence, None, note))


def test_each_value_of_a_package_has_its_own_mark_and_the_note_is_shown() -> None:
    out = io.StringIO()
    held = package(APR, "A", "the FDA says 1 vial in 1 carton")
    answers.print_ndc(
        NdcAnswer("x", date(2025, 5, 1), "50090602400", packages=(held,)), Console(file=out, width=200)
    )
    for piece in (
        "single-dose [C, unverified]", "NDC quantity in ML [A]", "items in a package 25", "billing units of one item 80",
        "of a package 2000", "Note: the FDA says 1 vial in 1 carton",
    ):  # fmt: skip
        assert piece in out.getvalue()


def test_quarters_of_different_grades_are_told_apart() -> None:
    answer = NdcAnswer(
        "x", JAN, "50090602400", history=(package(JAN, "D"), package(APR, "A"), package(JUL, "A"))
    )
    text = shown(*code_life.ndc_by_quarter(answer))
    assert "(2025 Q1)  unverified  CMS e [D, unverified]" in text
    assert "(2025 Q2 to 2025 Q3)  CMS e [A]" in text
