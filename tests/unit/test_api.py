"""The questions that the command line asks of the library: payer, policy and reference resolved here."""

from __future__ import annotations

from datetime import date

import pytest

from scrubjay import api
from scrubjay.drugs import UnitsRequest
from scrubjay.errors import PolicyError, ReferenceDataError

AS_OF = date(2026, 11, 23)
OWN = """\
id: my-plan
name: My plan
aliases: [My Plan]
reviewed_on: 2026-01-01
parameters:
  jw_demand: &not
    - {value: not_accepted, reason: Manual., citation: {source: M, text: No modifiers., confidence: B}}
  jz_demand: *not
  requires_ndc:
    - {value: true, reason: Manual., citation: {source: M, text: NDC., confidence: B}}
"""


def request(**more):
    return UnitsRequest(
        dose="62.5 mg",
        on=date(2024, 7, 10),
        code="J2919",
        vials=("125 mg",),
        container="single-dose",
        route="iv",
        minutes=5,
        **more,
    )


def drug_lines(answer):
    assert answer.refused is None
    return [(x.hcpcs, x.units, *x.modifiers) for x in answer.lines if x.role != "administration"]


def edits(answer):
    return {w.edit for w in answer.warnings}


@pytest.mark.parametrize("payer", [None, "medicare", "Medicare Part B", "medicare-part-b", "medicare-part-a"])
def test_medicare_is_meant_where_no_payer_is_named(payer):
    answer = api.units(request(payer=payer), as_of=AS_OF)
    assert drug_lines(answer) == [("J2919", "13"), ("J2919", "12", "JW")]
    assert edits(answer) == {"waste-not-minimal"}
    assert any("MUE of J2919" in s.text for s in answer.steps)


@pytest.mark.parametrize(
    ("payer", "offered"), [("somebody", "Known: "), ("uhc-comunity-plan-md", "Near: uhc-community-plan-md")]
)
def test_a_payer_without_a_policy_is_refused_and_not_guessed(payer, offered):
    refused = api.units(request(payer=payer), as_of=AS_OF).refused
    assert refused is not None
    assert refused.missing == ("payer",)
    assert "payer is unknown" in refused.reason
    assert offered in refused.reason


def test_a_payer_whose_policy_does_not_say():
    medicaid = api.units(request(payer="medicaid"), as_of=AS_OF)
    assert {"missing-discarded-drug-modifier", "missing-ndc"} <= edits(medicaid)
    # It pays discarded drug, so JW is honoured.
    assert drug_lines(api.units(request(payer="blue-cross-nc"), as_of=AS_OF))[1] == ("J2919", "12", "JW")


def test_a_policy_of_the_users_own(tmp_path):
    file = tmp_path / "my-plan.yaml"
    file.write_text(OWN, encoding="utf-8")
    for payer in (None, "my-plan", "MY PLAN"):
        answer = api.units(request(payer=payer), as_of=AS_OF, policies=[file])
        assert drug_lines(answer) == [("J2919", "13")]
        assert edits(answer) == {"missing-ndc"}
    answer = api.units(request(payer="medicare"), as_of=AS_OF, policies=[file])
    assert len(drug_lines(answer)) == 2
    file.write_text("id: x\n", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"my-plan\.yaml:1: "):
        api.units(request(), as_of=AS_OF, policies=[file])


def test_code_ndc_and_convert(tmp_path):
    on = date(2024, 6, 3)
    asked = {"on": on, "as_of": AS_OF, "reference_path": tmp_path}
    assert "J2919" in str(api.code("J2919", **asked).as_dict())
    assert api.ndc("0009-0047-22", **asked).refused is None
    assert "J2919" in str(api.convert("J2930", "1", **asked).as_dict())
    missing = asked | {"reference_path": tmp_path / "none"}
    for ask in (lambda: api.code("J2919", **missing), lambda: api.ndc("0009-0047-22", **missing)):
        with pytest.raises(ReferenceDataError):
            ask()
    with pytest.raises(ReferenceDataError):
        api.units(request(), as_of=AS_OF, reference_path=tmp_path / "none")
