"""Validity of drug codes, and their hospital status, against the outpatient editor's table.

The editor's table was made by others from other files. Where both know a code and a quarter, the days on
which the code may be billed must be the same. Every disagreement is written down in `explained.yaml` with
its reason; one that is not written down fails, and so does one that is written down and no longer there.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import yaml

if TYPE_CHECKING:
    from scrubjay.reference import Reference

pytestmark = pytest.mark.shared

AS_OF = date(2026, 11, 1)
EXPLAINED = Path(__file__).with_name("explained.yaml")
NEVER = date(9999, 12, 31)


def _explained(kind: str) -> set[tuple[Any, ...]]:
    rows = yaml.safe_load(EXPLAINED.read_text(encoding="utf-8"))[kind]
    assert all(row["why"].strip() for row in rows)
    return {
        (row["hcpcs"], quarter, str(row["ours"]), str(row["editor"]))
        for row in rows
        for quarter in row["quarters"]
    }


def _found(rows: pl.DataFrame) -> set[tuple[Any, ...]]:
    return {(r["hcpcs"], r["quarter"], r["ours"], r["editor"]) for r in rows.iter_rows(named=True)}


def _compare(found: set[tuple[Any, ...]], kind: str) -> None:
    written = _explained(kind)
    assert sorted(found - written) == [], "disagreements that nothing explains"
    assert sorted(written - found) == [], "explained disagreements that are gone"


@pytest.fixture(scope="module")
def drug_codes(loaded_reference: Reference) -> pl.Series:
    """Codes that our drug editions name, of the letters that the editor lists drugs under."""
    return loaded_reference.table("drugs", as_of=AS_OF)["hcpcs"].unique().sort()


@pytest.fixture(scope="module")
def quarters(loaded_reference: Reference, editor_codes: pl.DataFrame) -> list[tuple[date, date]]:
    """The editor's quarters up to the last one that a whole HCPCS edition of ours speaks about.

    An edition tells the past too: its records carry the first and last day of every code. What ended after
    the newest one it cannot know.
    """
    both = editor_codes.select("quarter", "quarter_to").unique().sort("quarter").rows()
    newest = max(
        end
        for _, end in both
        if loaded_reference.is_complete("hcpcs", on=end - timedelta(days=1), as_of=AS_OF)
    )
    return [(start, end) for start, end in both if end <= newest]


def test_enough_is_compared(quarters: list[tuple[date, date]], drug_codes: pl.Series) -> None:
    assert len(quarters) >= 20, quarters
    assert drug_codes.len() > 900


def _both(reference: Reference, codes: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Days of validity in each quarter, ours and the editor's, of drug codes: null where never."""
    drugs = reference.table("drugs", as_of=AS_OF)["hcpcs"].unique()
    last = pl.col("quarter_to") - pl.duration(days=1)
    ours = (
        reference.table("hcpcs", as_of=AS_OF)
        .filter(pl.col("hcpcs").is_in(drugs.implode()))
        .select(
            "hcpcs",
            pl.col("effective_from").fill_null(date(1, 1, 1)).alias("from"),
            pl.col("effective_to").fill_null(NEVER).alias("to"),
        )
        .join(spans, how="cross")
        .filter(pl.col("from") < pl.col("quarter_to"), pl.col("to") > pl.col("quarter"))
        .group_by("hcpcs", "quarter")
        .agg(
            pl.max_horizontal("from", "quarter").min().alias("ours_from"),
            pl.min_horizontal(pl.col("to") - pl.duration(days=1), last).max().alias("ours_to"),
        )
    )
    theirs = codes.filter(pl.col("hcpcs").is_in(drugs.implode())).join(spans, on="quarter", how="semi")
    return ours.join(theirs, on=["hcpcs", "quarter"], how="full", coalesce=True)


def test_days_of_validity_are_the_same(
    loaded_reference: Reference, editor_codes: pl.DataFrame, quarters: list[tuple[date, date]]
) -> None:
    spans = pl.DataFrame(quarters, schema={"quarter": pl.Date, "quarter_to": pl.Date}, orient="row")
    both = _both(loaded_reference, editor_codes, spans)

    def said(first: str, final: str) -> pl.Expr:
        return (
            pl.when(pl.col(first).is_null()).then(pl.lit("never"))
            .otherwise(pl.format("{}..{}", first, final))
        )  # fmt: skip

    compared = both.select(
        "hcpcs",
        "quarter",
        said("ours_from", "ours_to").alias("ours"),
        said("first_day", "last_day").alias("editor"),
    )
    assert compared.height > 20_000
    _compare(_found(compared.filter(pl.col("ours") != pl.col("editor"))), "validity")


def test_after_the_newest_whole_edition_only_ends_are_unknown(
    loaded_reference: Reference, editor_codes: pl.DataFrame, quarters: list[tuple[date, date]]
) -> None:
    """Of quarters that only later lists of codes speak about: a code that ended then is still open with us.

    Nothing else may differ: no code that the editor has and we have not, no other first day.
    """
    newest = max(end for _, end in quarters)
    spans = editor_codes.filter(pl.col("quarter") >= newest).select("quarter", "quarter_to").unique()
    both = _both(loaded_reference, editor_codes, spans)
    assert spans.height == 6
    assert both.height > 7_500
    assert both.filter(pl.col("ours_from").is_null()).is_empty(), "codes that only the editor has"
    listed = both.filter(pl.col("first_day").is_not_null())
    assert listed.filter(pl.col("ours_from") != pl.col("first_day")).is_empty(), "other first days"
    assert listed.filter(pl.col("ours_to") < pl.col("last_day")).is_empty(), (
        "ends that the editor does not have"
    )
    # One that the editor lists no longer, or up to a day in the quarter, ended: it is not listed again later.
    ended = both.filter(pl.col("first_day").is_null() | (pl.col("ours_to") > pl.col("last_day")))
    again = ended.select("hcpcs", pl.col("quarter").alias("ended_in")).join(
        listed.select("hcpcs", "quarter"), on="hcpcs"
    )
    back = again.filter(pl.col("quarter") > pl.col("ended_in")).select("hcpcs", "ended_in").unique()
    _compare(
        {(r["hcpcs"], r["ended_in"], "open", "not listed") for r in back.iter_rows(named=True)},
        "left_out_for_a_while",
    )
    assert ended["hcpcs"].n_unique() < 120, "few of the 1,300 codes end in six quarters"


def test_hospital_status_is_the_same(
    loaded_reference: Reference, editor_codes: pl.DataFrame, drug_codes: pl.Series
) -> None:
    asked = editor_codes.filter(pl.col("hcpcs").is_in(drug_codes.implode())).select(
        "hcpcs", pl.col("first_day").alias("day"), "quarter", "status_indicator",
        pl.lit("hopd").alias("status_setting"),
    )  # fmt: skip
    ours = loaded_reference.lookup("status", asked, on="day", as_of=AS_OF)["status_indicator"]
    compared = asked.select(
        "hcpcs", "quarter", ours.alias("ours"), pl.col("status_indicator").alias("editor")
    ).drop_nulls()
    assert compared.height > 10_000
    _compare(_found(compared.filter(pl.col("ours") != pl.col("editor"))), "status")
