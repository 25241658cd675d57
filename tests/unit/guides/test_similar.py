"""Codes that are taken for one another."""

from __future__ import annotations

from datetime import date

import pytest

from scrubjay.errors import UsageError
from scrubjay.guides.similar import similar_codes
from scrubjay.reference import Reference

ON, AS_OF = date(2026, 3, 20), date(2026, 11, 26)


def alike(code: str) -> dict[str, tuple[str, ...]]:
    answer = similar_codes(code, Reference.starter(), on=ON, as_of=AS_OF)
    return {a.code or a.name: a.reasons for a in answer.alike}


def test_salts_and_amounts_of_one_drug() -> None:
    found = alike("J2919")
    assert "salt" in found["J1010"]
    assert {"successor", "amount"} <= set(found["J2920"])
    assert "J2919" not in found


def test_listed_pairs_are_found_from_either_side() -> None:
    assert "listed" in alike("J1320")["J2919"]
    assert "listed" in alike("J2919")["J1320"]


def test_products_of_one_substance() -> None:
    found = alike("Q5104")
    assert "product" in found["J1745"]
    assert "product" in found["Q5103"]


def test_numbers_that_look_alike() -> None:
    assert "number" in alike("J1745")["J1740"]


def test_every_code_has_a_question_for_each() -> None:
    reference = Reference.starter()
    for code in ("J0585", "J3301", "J2505", "J9217", "J0881", "J3490"):
        answer = similar_codes(code, reference, on=ON, as_of=AS_OF)
        for one in answer.alike:
            assert one.question.endswith(("?", "."))
            assert one.sources
        assert answer.as_dict()["similar"]


def test_an_ended_code_is_told_by_the_day() -> None:
    answer = similar_codes("J1010", Reference.starter(), on=ON, as_of=AS_OF)
    ended = next(a for a in answer.alike if a.code == "J1020")
    assert ended.in_force is False
    assert "2024-03-31" in ended.question
    assert "20 of J1010" in ended.question


@pytest.mark.parametrize("text", ["", "solumedrol", "J99", "J9998"])
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        similar_codes(text, Reference.starter(), on=ON, as_of=AS_OF)
