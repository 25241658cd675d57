"""Which editions gave rows to a run."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl

from scrubjay.reference.store import Reference

ON = date(2026, 2, 1)


def test_loaded_and_starter_are_told_apart(library, keep, make_release) -> None:
    keep(make_release("2026-01", [{"hcpcs": "J2919", "payment_limit": Decimal("0.264")}]))
    reference = Reference.open(library.folder)
    with reference.recording() as usage:
        reference.row("payment_limits", on=ON, as_of=ON, hcpcs="J2919")
        keys = pl.DataFrame({"hcpcs": ["J2919", "J9999"], "day": [ON, ON]})
        reference.lookup("hcpcs", keys, on="day", as_of=ON)
    used = usage.editions(reference.frames)
    assert {(u.set_name, u.is_loaded) for u in used} == {("payment_limits", True), ("hcpcs", False)}
    assert [(u.source, u.edition) for u in used if u.is_loaded] == [("CMS test file", "2026-01")]


def test_only_within_the_block_and_only_what_gave_rows(library, keep, make_release) -> None:
    keep(make_release("2026-01", [{"hcpcs": "J2919", "payment_limit": Decimal("0.264")}]))
    reference = Reference.open(library.folder)
    with reference.recording() as usage:
        reference.row("payment_limits", on=ON, as_of=ON, hcpcs="Q0000")
    reference.row("payment_limits", on=ON, as_of=ON, hcpcs="J2919")
    assert usage.editions(reference.frames) == []


def test_a_table_counts_too() -> None:
    reference = Reference.starter()
    with reference.recording() as usage:
        reference.table("hcpcs", as_of=ON, where={"hcpcs": ["J2919"]})
    assert {u.set_name for u in usage.editions(reference.frames)} == {"hcpcs"}
