"""Which policy governs, what it says on a day, and the rule that drug arithmetic takes from it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from scrubjay.drugs import Demand
from scrubjay.errors import PolicyError
from scrubjay.facts.parameters import PARAMETERS
from scrubjay.policies import Policy, PolicySet
from scrubjay.policies.discard import discard_rule
from scrubjay.policies.loader import parse_policy, shipped_policies

DAY = date(2024, 6, 3)
KEYS = {
    "claim_filing_code": pl.String(),
    "payer_id": pl.String(),
    "payer_name": pl.String(),
    "claim_kind": pl.String(),
    "service_date": pl.Date(),
}


def policy(policy_id: str, **values) -> Policy:
    parameters = values.pop("parameters", {})
    cited = {"source": "M", "text": "Chapter 7.", "confidence": values.pop("confidence", "B")}
    return Policy.model_validate(
        {"id": policy_id, "name": policy_id, "reviewed_on": "2026-01-01"}
        | values
        | {
            "parameters": {
                name: [{"value": value, "reason": "r", "citation": cited}]
                for name, value in parameters.items()
            }
        }
    )


def resolve(policies, *rows):
    """Each row: filing code, payer id, payer name, claim kind, day."""
    return policies.resolve(pl.DataFrame(rows, schema=KEYS, orient="row"))


MEDICARE = ("MB", None, "MEDICARE", "professional")


@pytest.mark.parametrize(
    ("on", "jw", "jz"),
    [
        (date(1990, 1, 1), "not_accepted", "not_accepted"),
        (date(2002, 12, 31), "not_accepted", "not_accepted"),
        (date(2003, 1, 1), "unknown", "not_accepted"),
        (date(2016, 12, 31), "unknown", "not_accepted"),
        (date(2017, 1, 1), "required", "not_accepted"),
        (date(2022, 12, 31), "required", "not_accepted"),
        (date(2023, 1, 1), "required", "optional"),
        (date(2023, 6, 30), "required", "optional"),
        (date(2023, 7, 1), "required", "required"),
        (date(2026, 11, 23), "required", "required"),
    ],
)
def test_what_medicare_asks_by_day(on, jw, jz):
    policies = PolicySet.base()
    row = resolve(policies, (*MEDICARE, on)).row(0, named=True)
    assert row["policy_id"] == "medicare-part-b"
    assert (row["payer_jw_demand"], row["payer_jz_demand"]) == (jw, jz)
    for payer in ("medicare", "Medicare Part B", "medicare-part-b", " MEDICARE ", "medicare-part-a"):
        rule = discard_rule(policies, payer, on)
        assert (rule.jw, rule.jz) == (jw, jz)
        assert rule.confidence in "AB"
        assert rule.follows_medicare_status
        assert rule.ndc_required is False


def test_a_rule_names_its_sources_and_the_weaker_mark():
    policies = PolicySet.base()
    assert "FCSO-JWJZ" in discard_rule(policies, "medicare", DAY).source
    early = discard_rule(policies, "medicare", date(2018, 1, 1))
    assert "HCPCS" in early.source
    assert "FCSO-JWJZ" in early.source
    assert early.confidence == "B"


def test_other_payers_are_not_known():
    policies = PolicySet.base()
    for payer in ("medicaid", "commercial"):
        rule = discard_rule(policies, payer, DAY)
        assert (rule.jw, rule.jz) == (Demand.UNKNOWN, Demand.UNKNOWN)
        assert payer in rule.source
        assert not rule.follows_medicare_status
    assert discard_rule(policies, "medicaid", DAY).ndc_required is True
    assert discard_rule(policies, "commercial", DAY).ndc_required is None
    nobody = discard_rule(policies, "somebody", DAY)
    assert (nobody.jw, nobody.jz) == (Demand.UNKNOWN, Demand.UNKNOWN)
    assert "no policy of this payer is loaded" in nobody.source
    assert "medicaid" in nobody.source


@pytest.mark.parametrize(
    ("parameters", "jw", "jz"),
    [
        ({}, "unknown", "unknown"),
        ({"jz_demand": "required"}, "unknown", "required"),
        ({"pays_discarded_drug": True}, "optional", "unknown"),
        ({"pays_discarded_drug": False, "jz_demand": "optional"}, "not_accepted", "optional"),
        ({"pays_discarded_drug": True, "jw_demand": "unknown"}, "unknown", "unknown"),
        ({"pays_discarded_drug": False, "jw_demand": "required"}, "required", "unknown"),
        ({"pays_discarded_drug": None, "jz_demand": None}, "unknown", "unknown"),
    ],
)
def test_rule_of_a_users_policy(parameters, jw, jz):
    rule = discard_rule(PolicySet.base([policy("mine", parameters=parameters)]), "mine", DAY)
    assert (rule.payer, rule.jw, rule.jz) == ("mine", jw, jz)
    assert rule.source


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (("MB", None, None, "professional"), "medicare-part-b"),
        (("MB", None, None, "institutional"), "medicare-part-a"),
        (("MA", None, None, None), "medicare-part-a"),
        (("MC", None, None, "professional"), "medicaid"),
        (("CI", None, "Aetna", "professional"), "commercial"),
        (("BL", None, "BCBS of NC", "professional"), "blue-cross-nc"),
        ((None, "12345", "MEDICARE", "professional"), None),
        (("ZZ", None, None, None), None),
    ],
)
def test_who_governs(row, expected):
    assert resolve(PolicySet.base(), (*row, DAY))["policy_id"].to_list() == [expected]


def test_an_ungoverned_claim_has_no_parameters():
    found = resolve(PolicySet.base(), (None, None, None, None, DAY)).row(0, named=True)
    assert set(found) == {"policy_id", "payer_class", "payer_unverified"} | {f"payer_{n}" for n in PARAMETERS}
    assert found.pop("payer_unverified") in ([], None)
    assert set(found.values()) == {None}


def test_no_date_gives_only_undated_values():
    found = resolve(PolicySet.base(), (*MEDICARE, None)).row(0, named=True)
    assert found["payer_requires_ndc"] is False
    assert found["payer_jz_demand"] is None


def test_rows_keep_their_order():
    rows = [(*MEDICARE, DAY), ("MC", None, None, None, DAY), (*MEDICARE, date(2023, 6, 30))]
    found = resolve(PolicySet.base(), *rows)
    assert found["policy_id"].to_list() == ["medicare-part-b", "medicaid", "medicare-part-b"]
    assert found["payer_jz_demand"].to_list() == ["required", None, "optional"]


def test_a_users_policy_without_match_governs_all():
    mine = policy("mine", extends="medicare-part-b", parameters={"charge_limit": "500.00", "jz_demand": None})
    policies = PolicySet.base([mine])
    assert policies.forced is mine
    found = resolve(policies, (None, None, None, None, DAY), ("MC", None, None, None, DAY))
    assert found["policy_id"].to_list() == ["mine", "mine"]
    assert found["payer_class"].to_list() == ["medicare_part_b"] * 2
    assert found["payer_charge_limit"].to_list() == [Decimal("500.00")] * 2
    assert found["payer_jw_demand"].to_list() == ["required"] * 2
    assert found["payer_jz_demand"].to_list() == [None, None]


def test_a_users_policy_with_match_comes_first():
    mine = policy(
        "mine",
        match=[{"payer_ids": ["77"]}, {"payer_name_patterns": ["^my plan"]}],
        parameters={"requires_ndc": True},
        confidence="D",
    )
    policies = PolicySet.base([mine])
    assert policies.forced is None
    rows = [
        ("MB", "77", None, None, DAY),
        ("CI", "78", "My Plan of X", None, DAY),
        ("CI", "78", None, None, DAY),
    ]
    found = resolve(policies, *rows)
    assert found["policy_id"].to_list() == ["mine", "mine", "commercial"]
    assert found["payer_unverified"].to_list()[0] == ["requires_ndc"]


def test_find():
    policies = PolicySet.base([policy("mine", aliases=["My Plan"], match=[{"payer_ids": ["77"]}])])
    assert policies.find("MY plan ").id == "mine"
    assert policies.find("Mine").id == "mine"
    assert policies.find("Medicare").id == "medicare-part-b"
    assert policies.get("nobody") is None
    with pytest.raises(PolicyError, match=r"there is no policy nobody\. Known: .*medicaid"):
        policies.find("nobody")


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ([policy("medicaid")], "policy id medicaid is used twice"),
        ([policy("a"), policy("a")], "policy id a is used twice"),
        ([policy("a", extends="nobody")], "a: extends nobody, which is no policy"),
        ([policy("a", extends="a")], "circle: a -> a"),
        ([policy("a", extends="b"), policy("b", extends="a")], "circle: a -> b -> a"),
        ([policy("a", aliases=["Medicare"])], "alias medicare already names the policy a"),
        ([policy("a", aliases=["medicaid"])], "alias medicaid already names the policy medicaid"),
    ],
)
def test_policies_that_do_not_go_together(own, words):
    with pytest.raises(PolicyError) as caught:
        PolicySet.base(own)
    assert words in caught.value.one_line()


def test_every_shipped_value_becomes_a_column():
    days = [date(2015, 1, 1), DAY, date(2026, 11, 23)]
    policies = PolicySet.base()
    for shipped in shipped_policies():
        alone = PolicySet.base([policy("mine", extends=shipped.id)])
        found = resolve(alone, *((None, None, None, None, d) for d in days))
        for name in PARAMETERS:
            said = [policies.value(shipped, name, d) for d in days]
            values = [s.value if s else None for s in said]
            if PARAMETERS[name].dtype.is_decimal():
                values = [None if v is None else Decimal(v) for v in values]
            assert found[f"payer_{name}"].to_list() == values, name


def test_a_policy_file_as_a_user_writes_it():
    text = """\
id: my-mac
name: My contractor
extends: medicare-part-b
reviewed_on: 2026-01-01
parameters:
  jz_demand:
    - value: required
      from: 2023-10-01
      reason: Denied from then on.
      citation: {source: MAC, text: "Unprocessable from 2023-10-01.", confidence: B}
"""
    policies = PolicySet.base([parse_policy(text, "my-mac.yaml")])
    assert discard_rule(policies, "my-mac", date(2023, 9, 30)).jz == Demand.UNKNOWN
    assert discard_rule(policies, "my-mac", date(2023, 10, 1)).jz == Demand.REQUIRED
