"""The generated pages, and the command that writes and compares them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scrubjay.edits.registry import HEADINGS, all_edits
from scrubjay.errors import ExitCode
from scrubjay.facts import all_groups
from scrubjay.facts.parameters import PARAMETERS
from scrubjay.reference.sets import SETS
from scrubjay.testing import docs
from scrubjay.testing.cases import load_cases
from scrubjay.testing.docs_reference import (
    exit_codes_page,
    facts_page,
    policies_page,
    reference_sets_page,
    tables_page,
)
from scrubjay.testing.markdown import cell, page, table, value_words

DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture(scope="module")
def pages():
    return docs.all_pages()


def test_every_edit_has_its_page(pages):
    for edit in all_edits():
        text = pages[f"edits/{edit.name}.md"]
        assert text.startswith(f"# {edit.name}\n")
        assert all(h in text for h in HEADINGS)
        assert f"]({edit.name}.md)" in pages["edits/README.md"]
        assert all(cell(c.name) in text for c in load_cases(edit))
        assert all(cell(c.text) in text for c in edit.citations)
        for carc in edit.prevents_carc:
            assert f"| CARC {carc} |" in text


def test_a_firing_example_shows_its_message(pages):
    assert "> 99211 is never paid beside 96372" in pages["edits/pair-never-payable.md"]


def test_denial_codes_are_in_the_starter_set(pages):
    bare = [name for name, text in pages.items() if "not in the starter list" in text]
    assert bare == [], "add these denial codes to the starter sets carc and rarc"


def test_links_lead_somewhere(pages):
    for name, text in pages.items():
        folder = name.rpartition("/")[0]
        for target in re.findall(r"\]\(([^)#:]+\.md)\)", text):
            # A page written by hand lies in docs/ itself.
            by_hand = target.startswith("../") and (DOCS / target.removeprefix("../")).is_file()
            assert by_hand or f"{folder}/{target}" in pages, f"{name} links to {target}"


def test_reference_pages_name_everything():
    facts, sets, policies = facts_page(), reference_sets_page(), policies_page()
    assert all(f"`{fact.name}`" in facts for group in all_groups() for fact in group.gives)
    assert all(f"## {name}\n" in sets for name in SETS)
    assert all(f"`{name}`" in policies for name in PARAMETERS)
    assert "2023-07-01" in policies
    assert "**identifier**" in tables_page()
    assert all(f"| {int(code)} | {code.name} |" in exit_codes_page() for code in ExitCode)


def test_pages_are_the_same_each_time(pages):
    assert docs.all_pages() == pages


def test_pages_name_no_machine_and_no_patient(pages):
    for name, text in pages.items():
        assert not re.search(r"/(work|tmp|home|root)/", text), name
        assert "DOE" not in text, name


def test_table_rows_have_as_many_cells_as_their_head(pages):
    for name, text in pages.items():
        width = None
        for row in text.splitlines():
            if not row.startswith("|"):
                width = None
                continue
            cells = len(re.findall(r"(?<!\\)\|", row))
            width = width or cells
            assert cells == width, f"{name}: {row}"


def test_write_then_check(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(docs, "all_pages", lambda: {"edits/a.md": "# a\n", "reference/b.md": "# b\n"})
    arguments = ["--docs", str(tmp_path)]
    assert docs.main(["check", *arguments]) == 1
    assert "a.md is not up to date" in capsys.readouterr().err
    assert docs.main(["write", *arguments]) == 0
    assert capsys.readouterr().out == "2 pages, 2 changed.\n"
    assert docs.main(["check", *arguments]) == 0
    (tmp_path / "edits" / "a.md").write_text("# other\n")
    (tmp_path / "edits" / "withdrawn.md").write_text("# gone\n")
    assert docs.main(["check", *arguments]) == 1
    told = capsys.readouterr().err
    assert "a.md" in told
    assert "withdrawn.md" in told
    assert "b.md" not in told
    assert docs.main(["write", *arguments]) == 0
    assert not (tmp_path / "edits" / "withdrawn.md").exists()
    assert docs.main(["check", *arguments]) == 0


def test_hand_written_pages_are_left_alone(tmp_path):
    (tmp_path / "architecture.md").write_text("# mine\n")
    docs.write(tmp_path, {"edits/a.md": "# a\n"})
    assert (tmp_path / "architecture.md").read_text() == "# mine\n"


def test_no_folder(tmp_path, capsys):
    assert docs.main(["check", "--docs", str(tmp_path / "none")]) == 2
    assert "is no folder" in capsys.readouterr().err


def test_markdown_pieces():
    assert cell("a | b\n<c>") == "a \\| b &lt;c&gt;"
    assert table(("A",), [(1,)]) == "| A |\n|---|\n| 1 |"
    assert page("T", "x\n", "", "y").endswith("x\n\ny\n")
    assert [value_words(v) for v in (None, True, False, [], ["a", "b"], 3)] == [
        "unknown",
        "yes",
        "no",
        "none",
        "a, b",
        "3",
    ]
