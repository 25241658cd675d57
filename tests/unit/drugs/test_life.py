"""The life of a code across editions: wordings, actions, NDCs by quarter."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from scrubjay.drugs import life
from scrubjay.drugs.catalog import Catalog
from scrubjay.reference import Edition, Reference
from scrubjay.reference.sets import SETS
from scrubjay.reference.store import EditionFrame

JAN, APR, JUL, OCT = (date(2025, m, 1) for m in (1, 4, 7, 10))
BASE = {"source": "s", "edition": "e", "confidence": "A"}


@pytest.fixture
def catalog():
    """A catalog over a few rows of one set, the edition of which is whole in the second quarter."""

    def of(name: str, *rows: dict) -> Catalog:
        import polars as pl

        frame = SETS[name].conform(pl.DataFrame([{**BASE, **r} for r in rows], infer_schema_length=None))
        edition = Edition(
            name, "e", "s", JAN, APR, JUL, len(rows), is_starter=False, is_complete=True, note=None
        )
        return Catalog(Reference({name: [EditionFrame((edition,), lambda: frame, 1)]}), date(2026, 1, 1))

    return of


def row(descriptor: str | None, first: date | None, end: date | None) -> dict:
    return {**BASE, "hcpcs": "J0001", "descriptor": descriptor, "effective_from": first, "effective_to": end}


def test_a_fact_has_values_period_and_source() -> None:
    fact = life.fact({**row("x", JAN, APR), "payment_limit": Decimal("0.2640"), "citation": "c", "note": "n"})
    assert fact.values == {"hcpcs": "J0001", "descriptor": "x", "payment_limit": "0.264"}
    assert (fact.effective_from, fact.last_day) == (JAN, date(2025, 3, 31))
    assert (fact.source.edition, fact.source.citation) == ("e", "c")
    assert life.fact(row("x", None, None)).last_day is None


def test_words_that_stayed_the_same_are_one_period() -> None:
    rows = [row("Injection, X, 5 mg", JAN, APR), row("INJECTION X 5 MG", APR, JUL), row(None, JUL, OCT),
            row("Injection, X, 1 mg", OCT, None)]  # fmt: skip
    found = life.descriptors(rows)
    assert [(f.values["descriptor"], f.effective_from, f.last_day) for f in found] == [
        ("INJECTION X 5 MG", JAN, date(2025, 6, 30)), ("Injection, X, 1 mg", OCT, None),
    ]  # fmt: skip


def test_an_action_told_by_two_releases_stands_once(catalog) -> None:
    made = catalog(
        "code_changes",
        {"hcpcs": "J0001", "action": "D", "action_on": APR, "edition": "b", "effective_from": APR},
        {"hcpcs": "J0001", "action": "A", "action_on": JAN, "edition": "a", "effective_from": JAN},
        {
            "hcpcs": "J0001",
            "action": "D",
            "action_on": APR,
            "edition": "c",
            "source": "t",
            "effective_from": JUL,
        },
    )
    assert [(f.values["action"], f.values["action_on"]) for f in life.actions(made, "J0001")] == [
        ("A", JAN), ("D", APR),
    ]  # fmt: skip


def test_ndcs_by_quarter(catalog) -> None:
    made = catalog(
        "ndc",
        {"ndc": "00009004722", "hcpcs": "J0001", "effective_from": JAN, "effective_to": JUL},
        {"ndc": "00009004725", "hcpcs": "J0001", "effective_from": APR, "effective_to": JUL},
        {"ndc": "00009004799", "hcpcs": "J0002", "effective_from": JAN, "effective_to": JUL},
    )
    found = life.ndc_counts(made, "J0001")
    assert [(f.effective_from, f.last_day, f.values["ndcs"], f.values["is_whole"]) for f in found] == [
        (JAN, date(2025, 3, 31), 1, False), (APR, date(2025, 6, 30), 2, True),
    ]  # fmt: skip
    assert life.ndc_counts(made, "J0009") == ()
