"""The engine: batches, order, clocks, broken edits."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from scrubjay import api
from scrubjay.edits.registry import all_edits, check_definition
from scrubjay.edits.spec import (
    Citation,
    Edit,
    Fix,
    Grain,
    Severity,
    Verdict,
    col,
    format,
    has_any,
    lit,
    number,
)
from scrubjay.engine import judge, make_plan, run_edits
from scrubjay.errors import EditDefinitionError
from scrubjay.intake import ClaimReader, read_claims_bytes
from scrubjay.policies import PolicySet
from scrubjay.reference import Reference
from scrubjay.testing.x12 import ClaimSpec, LineSpec, make_837

AS_OF = date(2024, 7, 20)


def edit(**changes) -> Edit:
    fields = {
        "code": "BU901",
        "name": "house-rule",
        "severity": Severity.WARNING,
        "grain": Grain.LINE,
        "applies": col("is_drug"),
        "fires": col("units") > 1000,
        "message": format("{} units of {}.", number("units"), "hcpcs"),
        "fix": Fix("Look again."),
        "citations": (Citation("SCRUBJAY", "A test.", "A"),),
    }
    return Edit(**{**fields, **changes})


def frame(**columns) -> pl.DataFrame:
    base = {
        "claim_key": 1,
        "line_key": 1,
        "hcpcs": "J2919",
        "is_drug": True,
        "units": 25.0,
        "charge_amount": 1,
    }
    return pl.DataFrame({k: [v] for k, v in {**base, **columns}.items()}).with_columns(
        pl.col("units").cast(pl.Decimal(18, 6)),
        pl.col("is_drug").cast(pl.Boolean),
        pl.col("charge_amount").cast(pl.Decimal(18, 2)),
    )


@pytest.mark.parametrize(
    ("columns", "verdict"),
    [
        ({"is_drug": False, "units": None}, Verdict.NOT_APPLICABLE),
        ({"units": None}, Verdict.NOT_EVALUATED),
        ({"is_drug": None, "units": 2000.0}, Verdict.NOT_EVALUATED),
        ({"units": 1000.0}, Verdict.CLEAR),
        ({"units": 1000.5}, Verdict.FIRES),
    ],
)
def test_the_four_verdicts(columns, verdict):
    judged = judge(frame(**columns), [edit()])
    assert judged.verdicts["house-rule"].to_list() == [verdict]
    assert judged.counts["house-rule"][verdict] == 1
    assert judged.findings.height == (verdict == Verdict.FIRES)
    assert judged.not_evaluated.height == (verdict == Verdict.NOT_EVALUATED)


def test_out_of_force_comes_before_everything_else():
    dated = edit(effective_from=date(2024, 7, 1), effective_to=date(2025, 1, 1))
    days = {
        date(2024, 6, 30): Verdict.NOT_APPLICABLE,
        date(2024, 7, 1): Verdict.NOT_EVALUATED,
        date(2024, 12, 31): Verdict.NOT_EVALUATED,
        date(2025, 1, 1): Verdict.NOT_APPLICABLE,
    }
    for day, verdict in days.items():
        judged = judge(frame(units=None, service_date=day), [dated])
        assert judged.verdicts["house-rule"].to_list() == [verdict], day


def test_a_broken_edit_is_a_problem_and_the_others_run():
    broken = edit(code="BU902", name="broken-rule", fires=col("hcpcs") + 1 > 3)
    judged = judge(frame(units=2000.0), [broken, edit()])
    assert judged.counts["broken-rule"][Verdict.NOT_EVALUATED] == 1
    assert judged.counts["house-rule"][Verdict.FIRES] == 1
    assert [p.kind for p in judged.problems] == ["edit-failed"]
    assert "BU902" in judged.problems[0].message


def test_numbers_are_written_as_people_write_them():
    shown = pl.DataFrame({"q": ["25.000000", "0.500000", "100.000000", "7"]}).select(number("q"))
    assert shown["q"].to_list() == ["25", "0.5", "100", "7"]


def test_has_any_is_null_only_for_an_unknown_list():
    lists = pl.DataFrame({"m": [["JW"], [], None]}, schema={"m": pl.List(pl.String)})
    assert lists.select(has_any("m", ["JW", "JZ"]))["m"].to_list() == [True, False, None]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"code": "X1"}, "is not in the form"),
        ({"citations": ()}, "no citation"),
        ({"name": "other-name"}, "its file is not called"),
    ],
)
def test_the_registry_refuses_what_would_mislead(changes, words, tmp_path):
    cases = tmp_path / "house_rule.yaml"
    cases.write_text("cases: []")
    doc = "Text.\n## What it checks\n## Why it matters\n## How to fix\n"
    with pytest.raises(EditDefinitionError, match=words):
        check_definition(edit(**changes), doc, cases)
    with pytest.raises(EditDefinitionError, match="lacks the headings"):
        check_definition(edit(), "Text.", cases)
    with pytest.raises(EditDefinitionError, match="has no cases"):
        check_definition(edit(), doc, tmp_path / "none" / "house_rule.yaml")


def test_a_plan_refuses_columns_that_nothing_declares():
    with pytest.raises(EditDefinitionError, match="no table and no fact"):
        make_plan([edit(fires=col("no_such_column") > 1)])
    with pytest.raises(EditDefinitionError, match="reads the line column"):
        make_plan([edit(grain=Grain.CLAIM)])


def claims(count: int) -> str:
    lines = (
        LineSpec("J2919", units="25", modifiers=("JZ",), ndc="00009004722", ndc_quantity="1"),
        LineSpec("J2919", units="25"),
        LineSpec("96374", units="1"),
        LineSpec("J1320", units="1", description="METHYLPREDNISOLONE"),
    )
    return make_837(
        [
            ClaimSpec(f"C{n}", lines=(lines[n % 4], lines[(n // 4) % 4]), charge="1" if n % 7 == 0 else None)
            for n in range(count)
        ]
    )


def test_the_size_of_batches_changes_nothing(tmp_path):
    file = tmp_path / "claims.837"
    file.write_text(claims(60))
    results = []
    for size in (1, 20_000, 1 << 24):
        reader = ClaimReader([file], batch_bytes=size)
        batches = list(reader.batches())
        result = run_edits(
            batches, all_edits(), reference=Reference.starter(), policies=PolicySet.base(), as_of=AS_OF
        )
        results.append((len(batches), result))
    assert results[0][0] > results[1][0] > results[2][0]
    (_, one), *others = results
    assert one.findings.height > 60
    for _, other in others:
        for name in ("findings", "not_evaluated"):
            keys = ["claim_key", "line_key", "edit"]
            assert_frame_equal(getattr(one, name).sort(keys), getattr(other, name).sort(keys))
        assert_frame_equal(one.coverage.sort("claim_key"), other.coverage.sort("claim_key"))
        assert one.counts == other.counts


def test_coverage_adds_up():
    bundle, _ = read_claims_bytes(claims(20).encode(), "claims.837")
    result = run_edits(
        [bundle], all_edits(), reference=Reference.starter(), policies=PolicySet.base(), as_of=AS_OF
    )
    assert (result.coverage["evaluated"] + result.coverage["not_evaluated"]).to_list() == result.coverage[
        "applicable"
    ].to_list()
    assert result.coverage["not_evaluated"].sum() == result.not_evaluated.height
    assert sum(c[Verdict.FIRES] for c in result.counts.values()) == result.findings.height
    for edit_name, counts in result.counts.items():
        subjects = 20 if next(e for e in all_edits() if e.name == edit_name).grain is Grain.CLAIM else 40
        assert sum(counts) == subjects, edit_name


def test_nothing_in_is_nothing_out():
    result = run_edits([], all_edits(), reference=Reference.starter(), policies=PolicySet.base(), as_of=AS_OF)
    assert result.findings.is_empty()
    assert result.claims.is_empty()
    assert result.line_count == 0


def test_the_same_input_gives_the_same_findings(tmp_path):
    file = tmp_path / "claims.837"
    file.write_text(claims(30))
    tables = [
        api.check([file], as_of=AS_OF, started_at=datetime(2026, 1, 1, tzinfo=UTC)).findings_table(
            with_not_evaluated=True
        )
        for _ in range(2)
    ]
    assert_frame_equal(*tables)


def test_unverified_follows_citations_and_facts():
    tagged = edit(citations=(Citation("SCRUBJAY", "Practice.", "D"),), fires=lit(value=True))
    assert judge(frame(), [tagged]).findings["is_unverified"].to_list() == [True]
    by_fact = edit(fires=lit(value=True), unverified=col("hcpcs") == "J2919")
    assert judge(frame(), [by_fact]).findings["is_unverified"].to_list() == [True]
