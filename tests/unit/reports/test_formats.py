from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from decimal import Decimal
from html.parser import HTMLParser

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from scrubjay.api import reason_words
from scrubjay.errors import UsageError
from scrubjay.reports import tabular
from scrubjay.reports.as_json import write_json, write_jsonl
from scrubjay.reports.html import write_html
from scrubjay.reports.summary import summarise

HOSTILE = "=HYPERLINK(1)"


def written(write, *args, **options) -> bytes:
    out = io.BytesIO()
    write(*args, out, **options)
    return out.getvalue()


@pytest.fixture
def summary(report):
    return summarise(report, reason_words)


# JSON ---------------------------------------------------------------------------------------------


def test_json_is_the_contract(report, summary):
    data = json.loads(written(write_json, report, summary))
    assert list(data) == ["run", "files", "findings", "coverage", "policies", "summary"]
    assert data["run"] == {
        "version": "9.9.9",
        "as_of": "2024-07-01",
        "editions": ["hcpcs 2024-10"],
        "edits": 4,
        "started_at": "2024-07-01T12:00:00+00:00",
        "editions_used": [],
    }
    assert {"path", "sha256", "kind", "claims", "lines", "problems"} <= set(data["files"][0])
    first = data["findings"][0]
    assert {
        "claim_id", "patient_control_number", "line_number", "edit", "code", "severity", "verdict", "message",
        "reason", "fix", "carc", "citations", "position", "waiver",
    } <= set(first)  # fmt: skip
    assert first["fix"] == {"level": "none", "advice": "Bill J2919 with at most ten units.", "change": None}
    assert set(first["position"]) == {"file", "transaction", "segment"}
    assert first["citations"] == [{"source": "TEST", "text": "made up", "confidence": "A"}]
    assert first["at_stake_amount"] == "100.00"
    assert data["coverage"][0] == {
        "claim_id": "f1c1",
        "applicable": 5,
        "evaluated": 5,
        "not_evaluated": 0,
        "reasons": [],
    }
    assert data["summary"]["at_stake_amount"] == "1080.50"


def test_json_lists_verdicts_not_given_with_their_reason(report, summary):
    findings = json.loads(written(write_json, report, summary))["findings"]
    unknown = [f for f in findings if f["verdict"] == "not_evaluated"]
    assert len(unknown) == 3
    assert all(f["reason"] and f["fix"] is None for f in unknown)
    assert all(f["reason"] is None for f in findings if f["verdict"] == "fires")


def test_json_may_leave_them_out_but_counts_them(report, summary):
    data = json.loads(written(write_json, report, summary, with_not_evaluated=False))
    assert {f["verdict"] for f in data["findings"]} == {"fires"}
    assert data["summary"]["coverage"]["not_evaluated"] == 3


def test_json_of_nothing_found(empty_report):
    data = json.loads(written(write_json, empty_report, summarise(empty_report, reason_words)))
    assert data["findings"] == []


def test_json_lines_hold_the_same(report, summary):
    rows = [json.loads(row) for row in written(write_jsonl, report, summary).splitlines()]
    assert [r["record"] for r in rows] == ["run", "file", *["finding"] * 7, *["coverage"] * 4, "summary"]
    whole = json.loads(written(write_json, report, summary))
    assert [{k: v for k, v in r.items() if k != "record"} for r in rows if r["record"] == "finding"] == whole[
        "findings"
    ]


# Tables -------------------------------------------------------------------------------------------


def test_csv_comes_back_equal(report):
    frame = pl.read_csv(io.BytesIO(written(tabular.write_csv, report)), infer_schema=False)
    table = report.findings_table(with_not_evaluated=True)
    assert frame.height == table.height == 7
    assert frame["at_stake_amount"].to_list()[0] == "100.00"
    assert frame["carc"].to_list()[0] == "16|151"


def test_csv_quotes_formulas(report):
    assert f"'{HOSTILE}" in written(tabular.write_csv, report).decode()
    assert f",{HOSTILE}" not in written(tabular.write_csv, report).decode()


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=12), min_size=1, max_size=20))
def test_no_text_cell_begins_like_a_formula_and_the_others_come_back(values):
    frame = pl.DataFrame({"a": values, "n": [Decimal("-1.50")] * len(values)})
    safe = tabular.formula_safe(frame)
    out = io.BytesIO()
    safe.write_csv(out)
    for before, after in zip(values, safe["a"], strict=True):
        assert not after.startswith(tabular.FORMULA_STARTS)
        assert after == (f"'{before}" if before.startswith(tabular.FORMULA_STARTS) else before)
    rows = list(csv.reader(io.StringIO(out.getvalue().decode(), newline="")))
    assert rows == [["a", "n"], *([value, "-1.50"] for value in safe["a"])]


def test_parquet_written_in_parts_is_the_same(report, monkeypatch):
    whole = report.findings_table(with_not_evaluated=True)
    for rows in (1, 2, whole.height):
        monkeypatch.setattr(tabular, "_ROWS_AT_ONCE", rows)
        frame = pl.read_parquet(io.BytesIO(written(tabular.write_parquet, report)))
        # Names of which there are few are dictionary columns.
        assert_frame_equal(frame.with_columns(pl.col(pl.Categorical).cast(pl.String)), whole)


def test_parquet_keeps_types_and_values(report):
    frame = pl.read_parquet(io.BytesIO(written(tabular.write_parquet, report)))
    assert frame.equals(report.findings_table(with_not_evaluated=True))
    assert frame.schema["at_stake_amount"] == pl.Decimal(18, 2)


def test_workbook_holds_text_cells_not_formulas(report):
    with zipfile.ZipFile(io.BytesIO(written(tabular.write_xlsx, report))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        styles = book.read("xl/styles.xml").decode()
    assert "<f>" not in sheet
    assert HOSTILE in sheet
    assert 'quotePrefix="1"' in styles
    assert re.search(r"<v>900\.50?</v>", sheet)


def test_workbook_refuses_more_rows_than_a_sheet(report, monkeypatch):
    monkeypatch.setattr(tabular, "_SHEET_ROWS", 3)
    with pytest.raises(UsageError, match="Use csv or parquet"):
        written(tabular.write_xlsx, report)


# HTML ---------------------------------------------------------------------------------------------


class _Page(HTMLParser):
    VOID = ("meta", "input", "br", "link", "img")

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.attributes = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def page_of(report, limit=None) -> tuple[str, _Page]:
    text = written(write_html, report, summarise(report, reason_words), limit=limit).decode()
    page = _Page()
    page.feed(text)
    return text, page


def test_html_is_well_formed_and_self_contained(report):
    text, page = page_of(report)
    assert page.open == []
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert "http://" not in text
    assert "https://" not in text
    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text
    assert not [name for name, _ in page.attributes if name.startswith("on")]


def test_html_escapes_what_files_say(report):
    text, _ = page_of(report)
    assert "&lt;b&gt;PLAN&lt;/b&gt;" in text
    assert "<b>PLAN" not in text


def test_html_filters_by_severity_without_script(report):
    text, page = page_of(report)
    for severity in ("error", "warning", "info"):
        assert ("for", f"show-{severity}") in page.attributes
        assert ("id", f"show-{severity}") in page.attributes
    assert 'lang="en"' in text
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_html_shows_what_was_not_checked_and_what_is_hidden(report):
    text, _ = page_of(report, limit=1)
    assert "13 of 16 questions that arose were answered; 3 were not" in text
    assert "2 more claims with findings not shown here" in text


def test_html_of_nothing_found(empty_report):
    text, page = page_of(empty_report)
    assert page.open == []
    assert "No finding." in text


# Identifiers --------------------------------------------------------------------------------------


def test_no_format_shows_a_name_member_id_or_birth_date(report, summary):
    from rich.console import Console

    from scrubjay.reports.text import print_report

    out = io.StringIO()
    print_report(report, summary, Console(file=out, width=100), limit=None)
    everything = [
        out.getvalue().encode(),
        written(write_json, report, summary),
        written(write_jsonl, report, summary),
        written(tabular.write_csv, report),
        written(tabular.write_parquet, report),
        page_of(report)[0].encode(),
    ]
    for data in everything:
        for canary in (b"DOE", b"JANE", b"1EG4TE5MK73", b"19580214", b"1958-02-14"):
            assert canary not in data
