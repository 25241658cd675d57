"""What a policy file may hold, and where the message says that it does not."""

from __future__ import annotations

from datetime import date

import pytest

from scrubjay.errors import PolicyError
from scrubjay.policies.loader import parse_policy

HEAD = "id: mine\nname: Mine\nreviewed_on: 2026-01-01\n"
CITED = "{source: MANUAL, text: Chapter 7., confidence: B}"


def dated(value, more=""):
    return f"    - value: {value}\n      reason: Manual.\n      citation: {CITED}\n{more}"


def parameter(name, *values):
    return f"{HEAD}parameters:\n  {name}:\n{''.join(values)}"


def refusal(text):
    with pytest.raises(PolicyError) as caught:
        parse_policy(text, "mine.yaml")
    line = caught.value.one_line()
    assert "\n" not in line
    assert "Value error" not in line
    return line


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (f"{HEAD}colour: red\n", 4, "colour: is no key here"),
        ("id: mine\nname: Mine\n", 1, "reviewed_on: is missing"),
        ("id: My Plan\nname: Mine\nreviewed_on: 2026-01-01\n", 1, "id: is not written in the form"),
        ("id: mine\nname: Mine\nreviewed_on: 2026-13-01\n", 3, "reviewed_on: is no date"),
        ("id: mine\nname: Mine\nreviewed_on: 20260101\n", 3, "reviewed_on: is no date"),
        (f"{HEAD}aliases: medicare\n", 4, "aliases: must be a list"),
        (
            f"{HEAD}match:\n  - claim_filing_codes: [MB, 12]\n",
            5,
            "claim_filing_codes.1: must be a text",
        ),
        (f"{HEAD}match:\n  - payer_name_patterns: ['(blue']\n", 5, "payer_name_patterns.0: is no regular"),
        (parameter("requires_jz", dated("true")), 5, "parameters.requires_jz: is no parameter"),
        (parameter("requires_ndc", dated("true", "      from: 1.1.2024\n")), 9, "from: is no date"),
        (parameter("requires_ndc", dated("true", "      from: 2024-02-30\n")), 9, "from: is no date"),
        (
            parameter("requires_ndc", dated("true", "      from: 2024-02-01\n      to: 2024-02-01\n")),
            10,
            "to: is not after `from`",
        ),
        (
            parameter("requires_ndc", dated("true", "      from: 2024-03-01\n      to: 2024-02-01\n")),
            10,
            "to: is not after `from`",
        ),
        (
            parameter("requires_ndc", dated("true", "      to: 2024-02-01\n"), dated("false")),
            10,
            "requires_ndc.1: overlaps another value",
        ),
        (
            parameter(
                "requires_ndc",
                dated("true", "      from: 2024-02-01\n"),
                dated("false", "      to: 2024-02-02\n"),
            ),
            6,
            "requires_ndc.0: overlaps another value",
        ),
        (parameter("requires_ndc", "    - {value: true, reason: Manual.}\n"), 6, "citation: is missing"),
        (
            parameter("requires_ndc", f"    - {{reason: Manual., citation: {CITED}}}\n"),
            6,
            "value: is missing",
        ),
        (
            parameter(
                "requires_ndc",
                "    - value: true\n      reason: Manual.\n      citation: {source: M, text: T, confidence: E}\n",
            ),
            8,
            "citation.confidence",
        ),
        (f"{HEAD}severities: []\n", 4, "severities"),
    ],
)
def test_a_fault_names_file_and_line(text, line, words):
    found = refusal(text)
    assert found.startswith(f"mine.yaml:{line}: ")
    assert words in found


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("requires_ndc", "'yes'", "true or false"),
        ("requires_ndc", "1", "true or false"),
        ("timely_filing_days", "'90'", "whole number"),
        ("timely_filing_days", "90.5", "whole number"),
        ("timely_filing_days", "-1", "whole number"),
        ("timely_filing_days", "true", "whole number"),
        ("ndc_units_accepted", "UN", "list of texts"),
        ("drug_revenue_codes", "[636]", "list of texts"),
        ("charge_limit", "99999.99", "exact number, written in quotes"),
        ("charge_limit", "'1e99'", "exact number"),
        ("charge_limit", "'many'", "exact number"),
        ("charge_limit", "'NaN'", "exact number"),
        ("charge_limit", "'0.001'", "exact number"),
        ("jz_demand", "mandatory", "must be one of required, optional, not_accepted, unknown"),
        ("jz_demand", "[required]", "must be one of"),
        ("member_id_form", "MBI", "must be one of mbi, any"),
        ("mue_setting_professional", "5", "must be a text"),
    ],
)
def test_a_value_of_another_kind_is_refused(name, value, words):
    found = refusal(parameter(name, dated(value)))
    assert found.startswith("mine.yaml:6: ")
    assert f"parameters.{name}.0.value: " in found
    assert words in found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("requires_ndc", "true"),
        ("timely_filing_days", "90"),
        ("drug_revenue_codes", "['0636']"),
        ("charge_limit", "'99999.99'"),
        ("charge_limit", "100000"),
        ("jw_demand", "optional"),
        ("requires_ndc", "null"),
        ("charge_limit", "null"),
    ],
)
def test_a_value_of_its_kind_is_taken(name, value):
    assert name in parse_policy(parameter(name, dated(value)), "mine.yaml").parameters


def test_days_are_half_open():
    text = parameter("requires_ndc", dated("true", "      from: 2024-02-01\n      to: 2024-03-01\n"))
    value = parse_policy(text, "mine.yaml").parameters["requires_ndc"][0]
    days = [date(2024, 1, 31), date(2024, 2, 1), date(2024, 2, 29), date(2024, 3, 1)]
    assert [value.covers(d) for d in days] == [False, True, True, False]
    touching = parameter(
        "requires_ndc",
        dated("false", "      from: 2024-02-01\n"),
        dated("true", "      to: 2024-02-01\n"),
    )
    assert len(parse_policy(touching, "mine.yaml").parameters["requires_ndc"]) == 2


def test_a_list_of_known_words_takes_no_other():
    from scrubjay.facts.parameters import PARAMETERS
    from scrubjay.policies.model import _wrong_value

    kinds = PARAMETERS["complete_coverage_kinds"]
    assert _wrong_value(kinds, ["channel", "limits"]) is None
    assert "must be some of prior_authorization" in (_wrong_value(kinds, ["chanel"]) or "")
