"""The fit of drug and administration on a day, and initial services."""

from __future__ import annotations

from datetime import date

import pytest

from scrubjay.edits.registry import all_edits
from scrubjay.engine import make_plan
from scrubjay.engine.compute import facts_of_batch
from scrubjay.intake import read_claims_bytes
from scrubjay.policies import PolicySet
from scrubjay.reference import Reference
from scrubjay.testing.x12 import ClaimSpec, LineSpec, PayerSpec, make_837

EDITS = [e for e in all_edits() if e.family in ("administration", "code_pairs")]
DAY = date(2024, 8, 20)


def line(hcpcs, units="1", *modifiers, **fields):
    return LineSpec(
        hcpcs=hcpcs, units=units, modifiers=modifiers, service_from=fields.pop("on", DAY), **fields
    )


def facts_of(*lines, kind="professional", payer="MB", as_of=date(2024, 12, 1), **claim):
    """The line frame of one claim with every fact that our edits need."""
    spec = ClaimSpec(lines=lines, payer=PayerSpec(filing_code=payer), **claim)
    bundle, _ = read_claims_bytes(make_837([spec], kind=kind).encode(), "t.837")
    plan = make_plan(EDITS)
    return facts_of_batch(
        bundle, plan, reference=Reference.starter(), policies=PolicySet.base(), as_of=as_of
    ).lines


def fit(*lines, **claim):
    return facts_of(*lines, **claim)["administration_fit"].to_list()


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([("J2919", "25", "JZ"), ("96374",)], "fits"),
        ([("J1010", "80", "JZ"), ("20610", "1", "RT")], "fits"),
        ([("J2919", "25"), ("20610",)], "conflict"),
        ([("J1010", "80"), ("96365",)], "conflict"),
        ([("J1745", "42"), ("96372",)], "conflict"),
        ([("J2919", "25")], "none"),
        ([("J2919", "25"), ("99213",), ("80053",)], "none"),
        ([("J2919", "25"), ("96360",)], "none"),
        ([("J7030", "1"), ("96360",)], "fits"),
        ([("J7030", "1"), ("96365",), ("J2919", "25")], "fits"),
        ([("J1010", "80"), ("J1745", "42"), ("96413",)], "other_drug"),
        ([("J3301", "4"), ("90471",)], "immunization"),
        ([("J3301", "4"), ("90471",), ("90686",)], "none"),
        ([("90686",), ("96372",)], "injection"),
        ([("90686",), ("96372",), ("J3301", "4")], "none"),
        ([("90686",), ("90471",)], "fits"),
        ([("90686",)], "none"),
        # A block or epidural, an unlisted drug, a procedure that we do not know: nothing is decided.
        ([("J1010", "80"), ("62323",)], None),
        ([("J1010", "80"), ("J3490",), ("96365",)], None),
        ([("J2919", "25"), ("43239",)], None),
        ([("J3490",), ("96372",)], None),
        # What was thrown away was given by nobody.
        ([("J2919", "12", "JW"), ("96374",)], None),
        # A local anaesthetic goes in with the joint injection.
        ([("J0670", "1"), ("20610",), ("J1010", "80")], "fits"),
    ],
)
def test_fit_of_the_first_line(lines, expected):
    assert fit(*(line(*parts) for parts in lines))[0] == expected


def test_another_day_gives_nothing():
    assert fit(line("J2919", "25"), line("96374", on=date(2024, 8, 21)))[0] == "none"


def test_no_date_is_unknown():
    assert fit(line("J2919", "25", on=None), line("96374", on=None))[0] is None


def test_a_pharmacy_revenue_line_is_a_drug_of_the_day():
    frame = facts_of(
        line("96374", revenue_code="0260"),
        line(None, revenue_code="0250"),
        kind="institutional",
        payer="MA",
        place="13",
    )
    assert frame["has_drug_of_day"].to_list() == [True, True]


def test_a_code_that_may_be_a_drug_leaves_the_day_open():
    assert facts_of(line("96374"), line("Q9991"))["has_drug_of_day"].to_list() == [None, None]


def test_immune_globulins_are_no_vaccines():
    assert facts_of(line("90375"), line("90686"))["is_vaccine"].to_list() == [False, True]


def test_later_initial_services_name_the_first():
    frame = facts_of(line("96365"), line("96374"), line("96413", "1", "59"), line("96375"), line("96372"))
    assert frame["earlier_initial_service"].to_list() == [None, "96365", None, None, None]
    assert frame["is_initial_service"].to_list() == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("lines", "codes", "has_complex"),
    [
        ([("J2919", "25"), ("96413",)], ["96413"], False),
        ([("J2919", "25"), ("96415",), ("96413",)], ["96413", "96415"], False),
        ([("J2919", "25"), ("96413",), ("99213",), ("80053",)], ["96413"], False),
        ([("J2919", "25"), ("J1745", "40"), ("96413",)], ["96413"], True),
        ([("J2919", "25"), ("J1885", "2"), ("96413",)], ["96413"], None),
        ([("J2919", "25"), ("J3490", "1"), ("96413",)], ["96413"], None),
        ([("J2919", "25"), ("96413",), ("96375",)], [], False),
        ([("J2919", "25"), ("96413",), ("96372",)], [], False),
        ([("J2919", "25"), ("96413",), ("90471",), ("90686",)], ["96413"], False),
        ([("J2919", "25"), ("96365",)], [], None),
    ],
)  # fmt: skip
def test_codes_for_complex_drugs_of_a_day(lines, codes, has_complex):
    frame = facts_of(*(line(*parts) for parts in lines))
    assert frame["is_simple_drug"][0] is True
    assert frame["complex_codes_of_day"].to_list()[0] == codes
    assert frame["has_complex_drug_of_day"][0] is has_complex


def test_codes_for_complex_drugs_of_another_day_or_line_say_nothing():
    frame = facts_of(line("J2919", "25"), line("96413", on=date(2024, 8, 21)))
    assert frame["complex_codes_of_day"].to_list() == [[], []]


@pytest.mark.parametrize(
    ("drug", "expected"), [("J2919", True), ("J1745", False), ("J1885", None), ("J3490", None)]
)
def test_is_simple_drug_needs_more_than_practice_knowledge(drug, expected):
    assert facts_of(line(drug))["is_simple_drug"][0] is expected
