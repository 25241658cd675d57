"""Facts of code, NDC, text, MUE, modifiers and look-alikes, from whole claims."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from scrubjay.engine.compute import compute_groups
from scrubjay.engine.plan import _in_order, _owner
from scrubjay.facts import FactContext, column
from scrubjay.intake import read_claims_bytes
from scrubjay.policies import PolicySet
from scrubjay.reference import Reference
from scrubjay.testing.x12 import ClaimSpec, LineSpec, PayerSpec, make_837

JUNE = date(2024, 6, 3)
AUGUST = date(2024, 8, 20)


def lines_with(
    names: list[str], claims: list[ClaimSpec], *, as_of: date = date(2024, 9, 1), kind: Any = "professional"
):
    bundle, report = read_claims_bytes(make_837(claims, kind=kind).encode(), "t.837")
    assert not [p for p in report.problems if p.is_fatal]
    groups = _in_order(names, _owner())
    needed = {n for g in groups for n in g.needs} | set(names)
    on_lines = sorted(n for n in needed if column(n).grain == "claim")
    ctx = FactContext(
        bundle.lines,
        bundle.claims,
        bundle.adjustments,
        bundle.other_payers,
        Reference.starter(),
        PolicySet.base(),
        as_of,
    )
    compute_groups(groups, ctx, on_lines)
    return ctx.lines.select(names).to_dicts()


def one(
    names: list[str], line: dict[str, Any], *, as_of: date = date(2024, 9, 1), **claim: Any
) -> dict[str, Any]:
    return lines_with(names, [ClaimSpec(lines=[LineSpec(**line)], **claim)], as_of=as_of)[0]


CODE = [
    "is_code_known",
    "is_level_two",
    "is_code_well_formed",
    "code_first_day",
    "code_last_day",
    "code_kind",
]


def test_the_life_of_a_replaced_code() -> None:
    row = one([*CODE, "successor", "successor_units", "drug"], {"hcpcs": "J2920", "units": "2"})
    assert row == {
        "is_code_known": True,
        "is_level_two": True,
        "is_code_well_formed": True,
        "code_first_day": date(1982, 1, 1),
        "code_last_day": date(2024, 3, 31),
        "code_kind": "drug",
        "successor": "J2919",
        "successor_units": Decimal(16),
        "drug": "methylprednisolone sodium succinate",
    }


def test_before_the_end_was_published_the_code_is_open() -> None:
    row = one(
        ["code_last_day"], {"hcpcs": "J2920", "service_from": date(2024, 3, 1)}, as_of=date(2024, 3, 10)
    )
    assert row["code_last_day"] is None


def test_two_successors_are_both_named() -> None:
    row = one(["successor", "successor_units", "predecessor"], {"hcpcs": "J0171"}, as_of=date(2025, 9, 1))
    assert row == {"successor": "J0165 or J0169", "successor_units": Decimal(25), "predecessor": None}
    assert one(["predecessor"], {"hcpcs": "J2919"})["predecessor"] == "J2920 or J2930"


@pytest.mark.parametrize(
    ("code", "known", "well_formed"),
    [
        ("J29I9", False, False),
        ("J1234", None, True),
        ("96372", True, True),
        ("12345", None, True),
        ("W1234", False, False),
    ],
)
def test_form_and_knowledge(code: str, known: bool | None, well_formed: bool) -> None:
    row = one(["is_code_known", "is_code_well_formed"], {"hcpcs": code})
    assert row == {"is_code_known": known, "is_code_well_formed": well_formed}


@pytest.mark.parametrize(
    ("code", "drug", "administration", "visit"),
    [
        ("J2919", True, False, False),
        ("96372", False, True, False),
        ("99213", False, False, True),
        ("20610", False, False, False),
        ("J0001", True, False, False),
        ("Q9999", None, False, False),
        ("80053", False, False, False),
    ],
)
def test_nature(code: str, drug: bool | None, administration: bool | None, visit: bool | None) -> None:
    row = one(["is_drug", "is_administration", "is_visit"], {"hcpcs": code})
    assert tuple(row.values()) == (drug, administration, visit)


NDC = ["ndc", "ndc_form", "ndc_hcpcs", "units_per_item", "ndc_drug", "is_ndc_known"]


def test_the_units_in_a_vial_follow_the_code() -> None:
    ndc = {"ndc": "00009-0047-22", "ndc_quantity": "1"}
    old = one(NDC, {"hcpcs": "J2930", "service_from": date(2024, 3, 1), **ndc})
    new = one(NDC, {"hcpcs": "J2919", "service_from": JUNE, **ndc})
    assert (old["ndc_hcpcs"], old["units_per_item"]) == (["J2930"], 1)
    assert (new["ndc_hcpcs"], new["units_per_item"]) == (["J2919"], 25)
    assert old["ndc"] == new["ndc"] == "00009004722"


def test_an_ndc_of_another_code_has_no_units_of_this_one() -> None:
    row = one(
        NDC, {"hcpcs": "J1320", "ndc": "00009003928", "ndc_quantity": "1", "service_from": date(2024, 7, 1)}
    )
    assert row["units_per_item"] is None
    assert row["ndc_hcpcs"] == ["J2919"]
    assert row["ndc_drug"] == "methylprednisolone sodium succinate"


@pytest.mark.parametrize(
    ("sent", "form", "ndc"),
    [
        ("0143975325", "ndc11", "00143975325"),
        ("1234567890", "ambiguous", None),
        ("12345", "malformed", None),
        ("43598-129-25", "ndc11", "43598012925"),
        ("99999999999", "ndc11", "99999999999"),
    ],
)
def test_forms(sent: str, form: str, ndc: str | None) -> None:
    row = one(["ndc_form", "ndc", "has_ndc", "is_ndc_known"], {"ndc": sent, "ndc_quantity": "1"})
    assert (row["ndc_form"], row["ndc"], row["has_ndc"]) == (form, ndc, True)
    assert row["is_ndc_known"] in (True, None)


def test_no_crosswalk_row_on_the_day_is_unknown_not_empty() -> None:
    row = one(
        NDC, {"hcpcs": "J2930", "ndc": "00009004722", "ndc_quantity": "1", "service_from": date(2021, 12, 5)}
    )
    assert row["ndc_hcpcs"] is None
    assert row["is_ndc_known"] is True
    assert row["units_per_item"] == 1


QUANTITY = ["units_by_ndc", "does_ndc_quantity_agree"]


@pytest.mark.parametrize(
    ("line", "units", "agrees"),
    [
        ({"units": "25", "ndc": "00009004722", "ndc_quantity": "1"}, "25", True),
        ({"units": "13", "ndc": "00009004722", "ndc_quantity": "0.5"}, "12.5", True),
        ({"units": "12", "ndc": "00009004722", "ndc_quantity": "0.5"}, "12.5", True),
        ({"units": "14", "ndc": "00009004722", "ndc_quantity": "0.5"}, "12.5", False),
        ({"units": "625", "ndc": "00009004722", "ndc_quantity": "1"}, "25", False),
        ({"units": "25", "ndc": "00009004722", "ndc_quantity": "125", "ndc_unit": "ME"}, "25", True),
        ({"units": "25", "ndc": "00009004722", "ndc_quantity": "2", "ndc_unit": "ML"}, None, None),
        ({"units": "25", "ndc": "00009004722", "ndc_quantity": "1", "ndc_unit": "GR"}, None, None),
        ({"units": "25", "ndc": "00009004722", "ndc_quantity": "0"}, None, None),
        ({"units": "25", "ndc": "99999999999", "ndc_quantity": "1"}, None, None),
        ({"units": "25"}, None, None),
    ],
)
def test_ndc_quantity(line: dict[str, Any], units: str | None, agrees: bool | None) -> None:
    row = one(QUANTITY, line)
    assert row["units_by_ndc"] == (None if units is None else Decimal(units))
    assert row["does_ndc_quantity_agree"] is agrees


def test_a_payer_without_a_tolerance_still_rounds() -> None:
    stranger = PayerSpec(name="NOBODY", payer_id="X", filing_code="ZZ")
    exact = one(QUANTITY, {"units": "13", "ndc": "00009004722", "ndc_quantity": "0.5"}, payer=stranger)
    off = one(QUANTITY, {"units": "25", "ndc": "00009004722", "ndc_quantity": "2"}, payer=stranger)
    assert exact["does_ndc_quantity_agree"] is True
    assert off["does_ndc_quantity_agree"] is None


MUE = ["mue_setting", "has_mue", "mue_value", "mue_mai"]


def test_mue_follows_payer_kind_and_date() -> None:
    line = {"hcpcs": "96372", "service_from": AUGUST}
    assert one(MUE, line) == {"mue_setting": "practitioner", "has_mue": True, "mue_value": 4, "mue_mai": "3"}
    (hospital,) = lines_with(MUE, [ClaimSpec(place="13", lines=[LineSpec(**line)])], kind="institutional")
    assert (hospital["mue_setting"], hospital["mue_value"]) == ("outpatient_hospital", 5)
    early = one(MUE, {**line, "service_from": date(2024, 6, 30)})
    assert (early["has_mue"], early["mue_value"]) == (None, None)
    medicaid = one(MUE, line, payer=PayerSpec(name="EXAMPLE MEDICAID", payer_id="M", filing_code="MC"))
    assert (medicaid["mue_setting"], medicaid["has_mue"]) == ("medicaid_practitioner", None)


def test_a_silent_table_is_no_gap_but_an_unknown_code_is() -> None:
    assert one(MUE, {"hcpcs": "J2919", "service_from": AUGUST})["has_mue"] is False
    assert one(MUE, {"hcpcs": "J1234", "service_from": AUGUST})["has_mue"] is None
    # J1171 is younger than the table that is held.
    assert (
        one(MUE, {"hcpcs": "J1171", "service_from": date(2024, 10, 1)}, as_of=date(2024, 11, 1))["has_mue"]
        is None
    )


DAY = ["code_day_units", "code_day_discarded_units", "code_day_line_count"]


def test_day_sums_by_code_day_and_provider() -> None:
    rows = lines_with(
        DAY,
        [
            ClaimSpec(
                "A",
                lines=[
                    LineSpec(units="13"),
                    LineSpec(units="12", modifiers=("JW",)),
                    LineSpec(units="5", service_from=date(2024, 6, 4)),
                    LineSpec(units="7", rendering_npi="1234567893"),
                    LineSpec(hcpcs="96374", units="1"),
                ],
            ),
            ClaimSpec("B", lines=[LineSpec(units="1")]),
        ],
    )
    assert [tuple(map(int, r.values())) for r in rows] == [
        (25, 12, 2),
        (25, 12, 2),
        (5, 0, 1),
        (7, 0, 1),
        (1, 0, 1),
        (1, 0, 1),
    ]


def test_a_line_without_units_makes_the_sum_unknown() -> None:
    rows = lines_with(DAY, [ClaimSpec(lines=[LineSpec(units="13"), LineSpec(units="")])])
    assert [r["code_day_units"] for r in rows] == [None, None]


@pytest.mark.parametrize(
    ("modifiers", "day", "unknown", "out", "valid"),
    [
        ((), JUNE, [], [], True),
        (("JZ",), JUNE, [], [], True),
        (("JZ",), date(2022, 12, 31), [], ["JZ"], False),
        (("JZ",), date(2023, 1, 1), [], [], True),
        (("59", "RT"), JUNE, [], [], True),
        (("Z9", "JZ"), JUNE, ["Z9"], [], False),
        (("Z9",), date(2026, 6, 1), [], [], None),
        (("JZ", "!!"), JUNE, ["!!"], [], False),
    ],
)
def test_modifiers(
    modifiers: tuple[str, ...], day: date, unknown: list[str], out: list[str], valid: bool | None
) -> None:
    row = one(
        ["unknown_modifiers", "modifiers_out_of_force", "are_modifiers_valid"],
        {"modifiers": modifiers, "service_from": day},
        as_of=date(2026, 7, 1),
    )
    assert tuple(row.values()) == (unknown, out, valid)


@pytest.mark.parametrize(
    ("code", "text", "named", "other"),
    [
        ("J1320", "METHYLPREDNISOLONE SODIUM SUCC 40 MG", ["methylprednisolone sodium succinate"], True),
        ("J2919", "METHYLPRED ACETATE 40MG", ["methylprednisolone acetate"], True),
        ("J2919", "METHYLPRED SS", ["methylprednisolone sodium succinate"], False),
        ("J2919", "METHYLPREDNISOLONE", ["methylprednisolone"], False),
        ("J2919", "SOLU-MEDROL", ["methylprednisolone sodium succinate"], False),
        ("J1745", "INFLIXIMAB-DYYB", ["infliximab-dyyb"], True),
        ("Q5103", "INFLIXIMAB", ["infliximab"], False),
        ("Q5103", "REMICADE", ["infliximab"], True),
        ("J9354", "TRASTUZUMAB EMTANSINE", ["ado-trastuzumab emtansine"], False),
        ("J1745", "REMICADE IN SODIUM CHLORIDE 0.9%", ["infliximab"], False),
        ("J1745", "IN NORMAL SALINE 250 ML", [], False),
        ("J2540", "PENICILLIN G POTASSIUM", [], False),
        ("J1234", "REMICADE", ["infliximab"], None),
        ("J2919", "NOTHING KNOWN", [], False),
    ],
)
def test_drug_named_on_the_line(code: str, text: str, named: list[str], other: bool | None) -> None:
    row = one(["named_drugs", "does_text_name_other_drug"], {"hcpcs": code, "description": text})
    assert (row["named_drugs"], row["does_text_name_other_drug"]) == (named, other)


def test_codes_of_the_named_drug_follow_the_date() -> None:
    text = {"hcpcs": "J3490", "description": "SOLUMEDROL"}
    assert one(["codes_of_named_drug"], {**text, "service_from": date(2024, 3, 1)}) == {
        "codes_of_named_drug": ["J2920", "J2930"]
    }
    assert one(["codes_of_named_drug"], {**text, "service_from": JUNE}) == {"codes_of_named_drug": ["J2919"]}
    two = {"hcpcs": "J3490", "description": "KETOROLAC / LIDOCAINE"}
    assert one(["codes_of_named_drug"], two) == {"codes_of_named_drug": []}


def test_which_text_counts() -> None:
    own = one(["drug_text"], {"hcpcs": "J1745", "description": "REMICADE", "notes": ["400 MG IV"]})
    assert own["drug_text"] == "REMICADE ; 400 MG IV"
    other = one(["drug_text"], {"hcpcs": "J1745", "notes": ["PREMEDICATED WITH BENADRYL"]})
    assert other["drug_text"] is None
    single = lines_with(
        ["drug_text"],
        [ClaimSpec(notes=["SOLU-MEDROL"], lines=[LineSpec(), LineSpec(hcpcs="96374", units="1")])],
    )
    assert [r["drug_text"] for r in single] == ["SOLU-MEDROL", None]
    two = lines_with(
        ["drug_text"], [ClaimSpec(notes=["SOLU-MEDROL"], lines=[LineSpec(), LineSpec(hcpcs="J1745")])]
    )
    assert [r["drug_text"] for r in two] == [None, None]


DOSE = ["is_dose_stated", "units_of_stated_dose", "do_units_fit_stated_dose"]


@pytest.mark.parametrize(
    ("line", "stated", "units", "fit"),
    [
        ({"units": "25", "description": "125 MG"}, True, "25", True),
        ({"units": "13", "description": "62.5 MG"}, True, "13", True),
        ({"units": "12", "description": "62.5 MG"}, True, "13", False),
        ({"hcpcs": "J0702", "units": "1", "description": "6 MG"}, False, None, None),
        ({"hcpcs": "J0585", "units": "155", "description": "BOTOX 155 UNITS"}, True, "155", True),
        ({"hcpcs": "J2919", "units": "25", "description": "25 UNITS"}, False, None, None),
        ({"hcpcs": "J0885", "units": "40", "description": "PROCRIT 40 UNITS"}, True, "1", True),
        ({"hcpcs": "J0885", "units": "40", "description": "PROCRIT 40,000 UNITS"}, True, "40", True),
        ({"hcpcs": "J1234", "units": "1", "description": "125 MG"}, None, None, None),
        ({"hcpcs": "J1320", "units": "1", "description": "SOLU-MEDROL 40 MG"}, False, None, None),
        (
            {"units": "8", "description": "125 MG", "ndc": "00009004722", "ndc_quantity": "0.32"},
            True,
            "25",
            True,
        ),
        (
            {"units": "8", "description": "125 MG", "ndc": "00009004722", "ndc_quantity": "1"},
            True,
            "25",
            False,
        ),
        ({"units": "25"}, False, None, None),
    ],
)
def test_units_of_a_stated_dose(
    line: dict[str, Any], stated: bool | None, units: str | None, fit: bool | None
) -> None:
    row = one(DOSE, line)
    assert row["is_dose_stated"] is stated
    assert row["units_of_stated_dose"] == (None if units is None else Decimal(units))
    if stated:
        assert row["do_units_fit_stated_dose"] is fit


@pytest.mark.parametrize(
    ("code", "units", "as_mg", "as_vials"),
    [
        ("J2919", "125", True, False),
        ("J2919", "25", False, False),
        ("J2919", "1", False, True),
        ("J2919", "2", False, True),
        ("J2919", "3", False, False),
        ("J2930", "1", False, False),
        ("J3301", "1", False, False),
        ("J3301", "40", True, False),
        ("J0897", "1", False, True),
        ("J0897", "60", False, False),
        ("J2506", "6", True, False),
        ("J2506", "12", False, False),
        ("J1100", "1", False, False),
        ("J1745", "42", False, False),
        ("J1885", "2", False, False),
    ],
)
def test_look_alikes(code: str, units: str, as_mg: bool, as_vials: bool) -> None:
    row = one(
        ["are_units_a_usual_mg_dose", "are_units_a_vial_count"],
        {"hcpcs": code, "units": units, "service_from": date(2024, 3, 1) if code == "J2930" else JUNE},
    )
    assert tuple(row.values()) == (as_mg, as_vials)


def test_a_smallest_container_that_is_not_known_is_unknown() -> None:
    row = one(["are_units_a_vial_count"], {"hcpcs": "J1050", "units": "1"})
    assert row["are_units_a_vial_count"] is None


def test_container_of_the_ndc_before_that_of_the_code() -> None:
    names = ["container_type", "is_container_unverified"]
    single = one(names, {"hcpcs": "J2919", "ndc": "00009004722", "ndc_quantity": "1"})
    multi = one(names, {"hcpcs": "J1010", "ndc": "00009030602", "ndc_quantity": "1", "ndc_unit": "ML"})
    unknown = one(names, {"hcpcs": "J1010"})
    assert single["container_type"] == "single-dose"
    assert multi == {"container_type": "multi-dose", "is_container_unverified": False}
    assert unknown["container_type"] is None


def test_status_flips_by_year() -> None:
    names = ["status_indicator", "is_packaged", "is_separately_payable_drug"]

    def hospital(day: date) -> tuple[Any, ...]:
        claims = [ClaimSpec(place="13", lines=[LineSpec(service_from=day)])]
        return tuple(lines_with(names, claims, kind="institutional", as_of=date(2026, 7, 1))[0].values())

    assert hospital(date(2024, 12, 31)) == ("N", True, False)
    assert hospital(date(2025, 1, 1)) == ("K", False, True)
    assert hospital(date(2026, 1, 1)) == ("N", True, False)
    office = one(names, {"service_from": JUNE})
    assert tuple(office.values()) == (None, False, True)


def test_facts_keep_the_order_and_number_of_lines() -> None:
    codes = ["J2919", "96372", "J1745", "J2919", "J1010"]
    rows = lines_with(
        ["hcpcs", "drug", "ndc", "named_drugs", "are_modifiers_valid", "mue_value"],
        [
            ClaimSpec(
                str(i),
                lines=[
                    LineSpec(hcpcs=c, description="SOLU-MEDROL" if i % 2 else None)
                    for i, c in enumerate(codes)
                ],
            )
            for i in range(3)
        ],
    )
    assert [r["hcpcs"] for r in rows] == codes * 3
    assert pl.DataFrame(rows).height == 15
