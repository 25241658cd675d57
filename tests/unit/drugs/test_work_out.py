"""The use case on the scenarios of the domain specification and their neighbours."""

from __future__ import annotations

import json
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrubjay.drugs import Demand, DiscardRule, UnitsRequest, work_out_units
from scrubjay.quantity import plain
from scrubjay.reference import Reference

AS_OF = date(2026, 11, 23)
SS = "methylprednisolone sodium succinate"
AC = "methylprednisolone acetate"
PUSH = {"route": "iv", "minutes": 5}
_ASKS = {
    "confidence": "B",
    "follows_medicare_status": True,
    "ndc_required": False,
    "mue_tables": {"professional": "practitioner", "institutional": "outpatient_hospital"},
    "mue_sums_day": True,
}


def medicare(on):
    """What Medicare asks since 2017, as its policy says; the policy's own dates have tests of their own."""
    jz = (
        Demand.NOT_ACCEPTED
        if on.year < 2023
        else Demand.OPTIONAL
        if on < date(2023, 7, 1)
        else Demand.REQUIRED
    )
    return DiscardRule("medicare", Demand.REQUIRED, jz, "policy", **_ASKS)


def ask(dose, on, *, rule=None, **more):
    more = {"container": "single-dose"} | more
    if "drug" not in more and "code" not in more:
        more["drug"] = SS
    request = UnitsRequest(dose=dose, on=date.fromisoformat(on), **more)
    return work_out_units(request, Reference.starter(), AS_OF, rule or medicare(request.on))


def drug_lines(answer):
    assert answer.refused is None, answer.refused
    return [(x.hcpcs, x.units, *x.modifiers) for x in answer.lines if x.role != "administration"]


def edits(answer):
    return {w.edit for w in answer.warnings}


@pytest.mark.parametrize(
    ("dose", "on", "vials", "expected"),
    [
        ("125 mg", "2024-06-03", ["125 mg"], [("J2919", "25", "JZ")]),
        ("0.125 g", "2024-06-03", ["125 mg"], [("J2919", "25", "JZ")]),
        ("125000 mcg", "2024-06-03", ["0.125 g"], [("J2919", "25", "JZ")]),
        ("125 mg", "2024-03-31", ["125 mg"], [("J2930", "1", "JZ")]),
        ("125 mg", "2024-04-01", ["125 mg"], [("J2919", "25", "JZ")]),
        ("40 mg", "2024-03-31", ["40 mg"], [("J2920", "1", "JZ")]),
        ("62.5 mg", "2024-07-10", ["125 mg"], [("J2919", "13"), ("J2919", "12", "JW")]),
        ("80 mg", "2024-07-10", ["125 mg"], [("J2919", "16"), ("J2919", "9", "JW")]),
        ("83 mg", "2024-07-10", ["125 mg"], [("J2919", "17"), ("J2919", "8", "JW")]),
        ("30 mg", "2024-07-10", ["40 mg"], [("J2919", "6"), ("J2919", "2", "JW")]),
        ("37 mg", "2024-07-10", ["40 mg"], [("J2919", "8", "JZ")]),
        ("165 mg", "2024-07-10", ["125 mg", "40 mg"], [("J2919", "33", "JZ")]),
        ("150 mg", "2024-07-10", ["125 mg", "40 mg"], [("J2919", "30"), ("J2919", "3", "JW")]),
        ("100 mg", "2023-12-05", ["125 mg"], [("J2930", "1", "JZ")]),
        ("125 mg", "2022-12-31", ["125 mg"], [("J2930", "1")]),
        ("125 mg", "2023-06-30", ["125 mg"], [("J2930", "1")]),
        ("125 mg", "2023-07-01", ["125 mg"], [("J2930", "1", "JZ")]),
    ],
)
def test_sodium_succinate(dose, on, vials, expected):
    assert drug_lines(ask(dose, on, vials=tuple(vials), **PUSH)) == expected


@pytest.mark.parametrize(
    ("dose", "on", "expected"),
    [
        ("80 mg", "2024-03-31", [("J1040", "1", "JZ")]),
        ("40 mg", "2024-03-31", [("J1030", "1"), ("J1030", "1", "JW")]),
        ("60 mg", "2024-03-31", [("J1030", "1"), ("J1020", "1"), ("J1020", "1", "JW")]),
        ("80 mg", "2024-04-01", [("J1010", "80", "JZ")]),
    ],
)
def test_acetate_sizes_of_code(dose, on, expected):
    assert drug_lines(ask(dose, on, drug=AC, vials=("80 mg",), route="im")) == expected


def test_weight_based_dose_with_hours():
    answer = ask(
        "5 mg/kg",
        "2024-07-08",
        drug="infliximab",
        weight="83",
        vials=("5 x 100 mg",),
        route="iv",
        minutes=125,
    )
    assert [(x.hcpcs, x.units, *x.modifiers) for x in answer.lines] == [
        ("J1745", "42"),
        ("J1745", "8", "JW"),
        ("96413", "1"),
        ("96415", "1"),
    ]


@pytest.mark.parametrize(
    ("setting", "on", "modifiers", "edit"),
    [
        ("hopd", "2024-11-05", (), "drug-packaged"),
        ("hopd", "2025-03-05", ("JZ",), None),
        ("hopd", "2026-03-05", (), "drug-packaged"),
        ("asc", "2025-03-05", ("JZ",), None),
        ("asc", "2026-03-05", (), "drug-packaged"),
        ("cah", "2024-11-05", ("JZ",), None),
        ("rhc", "2024-11-05", (), None),
        ("fqhc", "2024-11-05", (), None),
    ],
)
def test_settings(setting, on, modifiers, edit):
    answer = ask("1 g", on, vials=("1 g",), setting=setting, route="iv", minutes=60)
    assert drug_lines(answer) == [("J2919", "200", *modifiers)]
    assert edit is None or edit in edits(answer)
    assert "missing-discarded-drug-modifier" not in edits(answer)


def test_unknown_status_is_not_guessed():
    answer = ask("1 g", "2024-11-05", vials=("1 g",), setting="asc", route="iv", minutes=60)
    assert drug_lines(answer) == [("J2919", "200")]
    assert "missing-discarded-drug-modifier" in edits(answer)


def test_inpatient_has_no_part_b_line():
    answer = ask("125 mg", "2024-06-03", setting="inpatient", vials=("125 mg",))
    assert answer.lines == ()
    assert answer.refused is not None
    assert "inpatient" in answer.refused.reason
    assert edits(answer) == {"inpatient-drug"}


@pytest.mark.parametrize(
    ("request_", "word", "missing"),
    [
        ({"dose": "125"}, "dose unit", "dose unit"),
        ({"dose": "-5 mg"}, "negative", "dose"),
        ({"dose": "0 mg"}, "positive", "dose"),
        ({"dose": "100 units"}, "units", "dose unit"),
        ({"dose": "100 iu"}, "international units", "dose unit"),
        ({"dose": "2 mL"}, "strength", "strength"),
        ({"dose": "5 mg/kg"}, "weight", "weight"),
        ({"dose": "5 mg/kg", "weight": "-1"}, "weight", "weight"),
        ({"dose": "130 mg", "vials": ("125 mg",)}, "vials", "vial"),
        ({"dose": "125 mg", "vials": ("125",)}, "vial unit", "vial"),
        ({"dose": "125 mg", "drug": "methylprednisolone"}, "ambiguous", "salt or ester"),
        ({"dose": "125 mg", "drug": "frobnicate"}, "unknown drug", "drug"),
        ({"dose": "125 mg", "drug": "solu-medroll"}, "Near names", "drug"),
        ({"dose": "125 mg", "code": "J2930"}, "J2919", "code in force"),
        ({"dose": "125 mg", "code": "J9ZZZ"}, "HCPCS", "code"),
        ({"dose": "125 mg", "code": "J0001"}, "unknown", "code"),
        ({"dose": "125 mg", "code": "99213"}, "not a drug", "drug code"),
        ({"dose": "125 mg", "code": "J3490"}, "unlisted", "billing unit"),
        ({"dose": "125 mg", "code": "J1320", "drug": SS}, "amitriptyline", "code that agrees with the drug"),
        ({"dose": "125 mg", "container": "bottle"}, "container", "container"),
        ({"dose": "125 mg", "setting": "moon"}, "setting", "setting"),
        ({"dose": "125 mg", "route": "by mouth"}, "route", "route"),
        ({"dose": "125 mg", "route": "iv", "minutes": 0}, "minutes", "minutes"),
        ({"dose": "125 mg", "ndc": "0009-0306-0X"}, "NDC", "ndc"),
        ({"dose": "125 mg", "ndc": "1234567890"}, "ambiguous", "ndc"),
        ({"dose": "10000 units", "drug": "epoetin alfa"}, "Q4081", "code"),
    ],
)
def test_refusals(request_, word, missing):
    values = {"dose": "125 mg", "on": date(2024, 6, 3)} | request_
    if "drug" not in values and "code" not in values:
        values["drug"] = SS
    answer = work_out_units(UnitsRequest(**values), Reference.starter(), AS_OF, medicare(values["on"]))
    assert answer.lines == ()
    assert answer.refused is not None
    assert word in answer.refused.reason
    assert missing in answer.refused.missing
    assert "\n" not in answer.refused.reason


def test_a_code_before_its_first_day_names_what_came_before():
    answer = ask("125 mg", "2024-03-01", code="J2919")
    assert answer.refused is not None
    assert "2024-04-01" in answer.refused.reason
    assert "J2930" in answer.refused.reason


def test_nothing_known_yet_on_an_early_as_of_day():
    request = UnitsRequest(dose="125 mg", on=date(2024, 6, 3), drug=SS, container="single-dose")
    answer = work_out_units(request, Reference.starter(), date(2024, 3, 1), medicare(request.on))
    assert not any(line.hcpcs == "J2919" for line in answer.lines)


def test_ndc_quantity_container_and_volume():
    for dose in ("40 mg", "0.5 mL"):
        answer = ask(dose, "2024-08-20", drug=AC, ndc="0009-0306-02", container=None, route="im")
        line = answer.lines[0]
        assert (line.hcpcs, line.units, line.modifiers) == ("J1010", "40", ())
        assert (line.ndc, line.ndc_quantity, line.ndc_unit) == ("00009030602", "0.5", "ML")


def test_ndc_stands_on_both_lines():
    answer = ask("62.5 mg", "2024-07-10", ndc="00009-0047-22", vials=("125 mg",), **PUSH)
    parts = [Fraction(x.ndc_quantity) for x in answer.lines if x.role != "administration"]
    assert parts == [Fraction("0.52"), Fraction("0.48")]


def test_ndc_of_another_code():
    answer = ask("40 mg", "2024-07-10", ndc="00009030602", vials=("40 mg",), route="im")
    assert "ndc-not-for-code" in edits(answer)
    assert answer.lines[0].ndc is None


def test_a_listed_misspelling_is_not_known_as_written():
    refused = ask("40 mg", "2024-08-20", drug="methylprednisilone").refused
    assert refused is not None
    for word in ("not known as written", "near name: methylprednisolone,", "ambiguous", "J1010", "J2919"):
        assert word in refused.reason
    assert refused.missing == ("salt or ester",)


def test_part_of_a_brand_offers_the_brands():
    refused = ask("40 mg", "2024-08-20", drug="medrol").refused
    assert refused is not None
    for word in ("unknown drug", "Depo-Medrol", "Solu-Medrol"):
        assert word in refused.reason
    assert "medral" not in refused.reason


def test_ndc_settles_the_salt():
    answer = ask(
        "40 mg", "2024-08-20", drug="methylprednisolone", ndc="00009030602", container=None, route="im"
    )
    assert drug_lines(answer) == [("J1010", "40")]


def test_volume_with_strength_of_dose_or_vial():
    for more in ({"dose": "0.5 mL of 80 mg/mL"}, {"dose": "0.5 mL", "vials": ("80 mg/mL 5 mL",)}):
        dose = more.pop("dose")
        assert drug_lines(ask(dose, "2024-08-20", drug=AC, container="multi-dose", route="im", **more)) == [
            ("J1010", "40")
        ]


def test_mue_zero_is_said():
    answer = ask("20 mg", "2024-07-01", code="J1320", route="im")
    assert {"units-exceed-mue", "code-not-payable"} <= edits(answer)


def test_units_above_the_mue():
    answer = ask("1600 mg", "2024-07-08", drug="infliximab", vials=("16 x 100 mg",), route="iv", minutes=125)
    assert "units-exceed-mue" in edits(answer)


def test_an_ndc_under_two_codes_does_not_pick_one():
    two = UnitsRequest(dose="2000 units", on=date(2025, 2, 1), ndc="00069130510")
    refused = work_out_units(two, Reference.starter(), AS_OF, medicare(two.on)).refused
    assert refused is not None
    assert "Q5105 or Q5106" in refused.reason
    line = ask("2000 units", "2025-02-01", code="Q5106", ndc="00069130510", container=None).lines[0]
    assert (line.hcpcs, line.units, line.ndc_quantity) == ("Q5106", "2", "1")


def test_waste_that_smaller_vials_would_save():
    assert "waste-not-minimal" in edits(ask("40 mg", "2024-07-10", vials=("125 mg",), **PUSH))
    assert "waste-not-minimal" in edits(ask("125 mg", "2024-07-10", vials=("125 mg", "125 mg"), **PUSH))
    assert "waste-not-minimal" not in edits(ask("125 mg", "2024-07-10", vials=("125 mg",), **PUSH))


def test_joint_and_route_warnings():
    answer = ask("80 mg", "2024-08-20", drug=AC, vials=("80 mg",), route="ia")
    assert [x.hcpcs for x in answer.lines] == ["J1010"]
    assert "drug-without-administration" in edits(answer)
    assert "route-conflict" in edits(ask("125 mg", "2024-06-03", vials=("125 mg",), route="ia"))
    assert "route-conflict" in edits(ask("40 mg", "2024-06-03", drug=AC, vials=("40 mg",), **PUSH))


def test_payers():
    nothing = DiscardRule("commercial", Demand.UNKNOWN, Demand.UNKNOWN, "no policy of this payer is loaded")
    unknown = ask("62.5 mg", "2024-07-10", rule=nothing, vials=("125 mg",), **PUSH)
    assert drug_lines(unknown) == [("J2919", "13")]
    assert "missing-discarded-drug-modifier" in edits(unknown)
    honours = DiscardRule("bcbsnd", Demand.OPTIONAL, Demand.OPTIONAL, "payer page", "B")
    assert drug_lines(ask("62.5 mg", "2024-07-10", rule=honours, vials=("125 mg",), **PUSH))[1] == (
        "J2919",
        "12",
        "JW",
    )
    assert drug_lines(ask("125 mg", "2024-07-10", rule=honours, vials=("125 mg",), **PUSH)) == [
        ("J2919", "25")
    ]
    wants_ndc = DiscardRule("medicaid", Demand.UNKNOWN, Demand.UNKNOWN, "policy", ndc_required=True)
    assert "missing-ndc" in edits(ask("125 mg", "2024-07-10", rule=wants_ndc, vials=("125 mg",), **PUSH))


def test_the_answer_is_the_json_contract():
    answer = json.loads(json.dumps(ask("62.5 mg", "2024-07-10", vials=("125 mg",), **PUSH).as_dict()))
    assert set(answer) == {"lines", "refused", "steps", "warnings"}
    assert set(answer["lines"][0]) == {
        "hcpcs",
        "units",
        "modifiers",
        "ndc",
        "ndc_quantity",
        "ndc_unit",
        "role",
    }
    assert all(set(s) == {"text", "formula", "value", "source"} for s in answer["steps"])
    assert any(s["formula"] == "ceil(62.5 / 5) = 13" for s in answer["steps"])
    assert any("floor((125 - 13 x 5) / 5) = 12" in (s["formula"] or "") for s in answer["steps"])
    refused = ask("125", "2024-07-10").as_dict()["refused"]
    assert set(refused) == {"reason", "missing"}


@settings(max_examples=60, deadline=None)
@given(
    dose=st.integers(1, 8000),
    vials=st.lists(st.sampled_from([40, 125, 500, 1000, 2000]), max_size=4),
    on=st.dates(date(2015, 1, 1), date(2026, 12, 31)),
    container=st.sampled_from([None, "single-dose", "multi-dose"]),
    setting=st.sampled_from(["office", "hopd", "asc", "rhc", "cah"]),
)
def test_invariants(dose, vials, on, container, setting):
    answer = ask(
        f"{plain(Fraction(dose, 4))} mg",
        on.isoformat(),
        vials=tuple(f"{v} mg" for v in vials),
        container=container,
        setting=setting,
        **PUSH,
    )
    if answer.refused:
        assert vials
        assert sum(vials) < Fraction(dose, 4)
        return
    lines = [x for x in answer.lines if x.role != "administration"]
    size = {"J2919": 5, "J2920": 40, "J2930": 125}[lines[0].hcpcs]
    units = {r: sum(int(x.units) for x in lines if x.role == r) for r in ("drug", "discarded")}
    assert units["drug"] * size >= Fraction(dose, 4) > (units["drug"] - 1) * size
    if vials:
        assert units["drug"] + units["discarded"] <= -(-sum(vials) // size)
    assert not any({"JW", "JZ"} <= set(x.modifiers) for x in lines)
    if units["discarded"]:
        assert container == "single-dose"
        assert not any("JZ" in x.modifiers for x in lines)


def test_mue_is_the_payers():
    more = {"code": "J1320", "container": "multi-dose", "route": "im"}
    quiet = DiscardRule("commercial", Demand.UNKNOWN, Demand.UNKNOWN, "policy")
    answer = ask("20 mg", "2026-02-01", rule=quiet, **more)
    assert "code-not-payable" not in edits(answer)
    assert any("No MUE is compared" in s.text for s in answer.steps)
    medicaid = DiscardRule(
        "medicaid",
        Demand.UNKNOWN,
        Demand.UNKNOWN,
        "policy",
        mue_tables={"professional": "medicaid_practitioner"},
        mue_sums_day=False,
    )
    answer = ask("20 mg", "2026-02-01", rule=medicaid, **more)
    assert "code-not-payable" in edits(answer)
    assert any("Medicaid" in (s.source or "") for s in answer.steps)
    hospital = ask("20 mg", "2026-02-01", rule=medicaid, setting="hopd", **more)
    assert "code-not-payable" not in edits(hospital)


def test_a_name_that_was_read_is_shown():
    answer = ask("400 mg", "2024-07-01", drug="remicaid")
    assert any('"remicaid", a listed misspelling, is read as infliximab' in s.text for s in answer.steps)
    assert not any("is read as" in s.text for s in ask("40 mg", "2024-07-01").steps)


def test_an_unknown_payer_is_not_answered_with_advice_on_vials():
    unknown = DiscardRule("acme", Demand.UNKNOWN, Demand.UNKNOWN, "no policy")
    (warning,) = [
        w
        for w in ask("125 mg", "2024-07-01", rule=unknown, vials=("125 mg",), route="im").warnings
        if w.edit == "missing-discarded-drug-modifier"
    ]
    assert "what this payer asks is not known" in warning.message
    assert "--vial" not in warning.message
    assert "--policy" in warning.message
