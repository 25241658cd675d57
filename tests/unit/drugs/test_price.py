"""Expected Medicare payment per line: worked by hand, packaged, refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from scrubjay.drugs.price import ExpectedPayment, expected_payment, expected_payments
from scrubjay.reference.sets import SETS
from scrubjay.reference.store import EditionFrame, Reference

if TYPE_CHECKING:
    from pathlib import Path

LATE = date(2026, 11, 1)
MARCH_2025 = date(2025, 3, 5)


def rows(name: str, records: list[dict[str, Any]]) -> EditionFrame:
    held = {
        "effective_from": date(2022, 1, 1), "effective_to": None, "known_from": date(2022, 1, 1), "source": "Made up",
        "edition": "x", "confidence": "A", "citation": "c",
    }  # fmt: skip
    schema = SETS[name].schema
    given = [{**held, **record} for record in records]
    columns = {c: t for c, t in schema.items() if any(c in r for r in given)}
    frame = SETS[name].conform(pl.DataFrame([{c: r.get(c) for c in columns} for r in given], schema=columns))
    return EditionFrame((), lambda: frame, rank=1)


def status(hcpcs: str, setting: str, indicator: str, rate: str | None, **more: object) -> dict[str, Any]:
    amount = None if rate is None else Decimal(rate)
    return {
        "hcpcs": hcpcs,
        "status_setting": setting,
        "status_indicator": indicator,
        "payment_rate": amount,
        **more,
    }


@pytest.fixture(scope="module")
def reference() -> Reference:
    year_2025 = {"effective_from": date(2025, 1, 1), "effective_to": date(2026, 1, 1)}
    return Reference(
        {
            "payment_limits": [
                rows(
                    "payment_limits",
                    [
                        {
                            "hcpcs": "J2919",
                            "payment_limit": Decimal("0.268"),
                            "coinsurance_percent": Decimal(20),
                        },
                        {
                            "hcpcs": "J0897",
                            "payment_limit": Decimal("29.457"),
                            "coinsurance_percent": Decimal("17.585"),
                        },
                        {
                            "hcpcs": "90670",
                            "payment_limit": Decimal("257.989"),
                            "coinsurance_percent": Decimal(0),
                        },
                        {"hcpcs": "J9998", "payment_limit": None, "coinsurance_percent": Decimal(20)},
                    ],
                )
            ],
            "status": [
                rows(
                    "status",
                    [
                        status("J2919", "hopd", "N", None, effective_to=date(2025, 1, 1)),
                        status("J2919", "hopd", "K", "0.268", **year_2025),
                        status("J2919", "asc", "K2", "0.27", **year_2025),
                        status("J2919", "asc", "N1", None, effective_from=date(2026, 1, 1)),
                        status("J0897", "hopd", "K", "29.457", adjusted_percent=Decimal("17.5")),
                        status("J1320", "hopd", "E2", None),
                        status("J1320", "asc", "K5", None),
                        status("C9999", "hopd", "G", "100"),
                        status("J9996", "hopd", "K", None),
                        status("96372", "hopd", "Q1", "73.56"),
                    ],
                )
            ],
        }
    )


def price(
    reference: Reference, hcpcs: str, units: int | str, on: date, setting: str, *modifiers: str
) -> ExpectedPayment:
    return expected_payment(hcpcs, Decimal(units), on, setting, reference, LATE, modifiers=modifiers)


def amounts(found: ExpectedPayment) -> tuple[str | None, ...]:
    return tuple(
        None if x is None else str(x)
        for x in (found.allowed, found.coinsurance, found.sequestration, found.amount)
    )


def test_office_line_as_the_remittance_of_the_domain_notes_shows_it(reference: Reference) -> None:
    """Section J2: 25 x 0.268 = 6.70; PR-2 1.34; CO-253 0.11; paid 5.25."""
    found = price(reference, "J2919", 25, MARCH_2025, "office", "JZ")
    assert amounts(found) == ("6.70", "1.34", "0.11", "5.25")
    assert found.reason is None
    assert [(s.formula, s.value) for s in found.steps] == [
        ("0.268 x 25", "6.70"),
        ("6.70 x 20 %", "1.34"),
        ("(6.70 - 1.34) x 2 %", "0.11"),
        ("6.70 - 1.34 - 0.11", "5.25"),
    ]
    assert [s.source for s in found.steps[:2]] == ["Made up x", "Made up x"]
    assert (found.steps[2].source or "").endswith("[B]")


def test_the_hospital_pays_by_the_status_of_the_year(reference: Reference) -> None:
    """Gold G34: 1 g of J2919 in 2024 packaged, in 2025 200 x 0.268 = 53.60."""
    packaged = price(reference, "J2919", 200, date(2024, 11, 5), "hopd")
    assert amounts(packaged) == ("0.00", "0.00", "0.00", "0.00")
    assert packaged.reason == "status N: packaged, no payment apart"
    assert [s.value for s in packaged.steps] == ["N", None]
    paid = price(reference, "J2919", 200, MARCH_2025, "hopd", "JZ", "TB")
    assert amounts(paid) == ("53.60", "10.72", "0.86", "42.02")
    assert (paid.steps[0].value, paid.steps[1].text) == ("K", "Published rate times units.")


def test_an_asc_pays_k2_and_packages_n1(reference: Reference) -> None:
    assert amounts(price(reference, "J2919", 10, MARCH_2025, "asc")) == ("2.70", "0.54", "0.04", "2.12")
    found = price(reference, "J2919", 10, date(2026, 2, 1), "asc")
    assert (found.amount, found.reason) == (Decimal(0), "status N1: packaged, no payment apart")


def test_what_is_not_payable_is_zero_with_its_reason(reference: Reference) -> None:
    for setting, reason in (("hopd", "status E2: not payable"), ("asc", "status K5: not payable")):
        found = price(reference, "J1320", 1, MARCH_2025, setting)
        assert (found.amount, found.reason) == (Decimal(0), reason)
    found = price(reference, "J2919", 1, MARCH_2025, "inpatient")
    assert (found.amount, found.reason) == (Decimal(0), "the setting inpatient is not paid for drugs apart")


def test_the_share_is_that_of_the_drug_and_quarter(reference: Reference) -> None:
    assert amounts(price(reference, "J0897", 60, MARCH_2025, "office")) == (
        "1767.42",
        "310.80",
        "29.13",
        "1427.49",
    )
    # Addendum B's own percent goes before that of the ASP file.
    assert amounts(price(reference, "J0897", 60, MARCH_2025, "hopd")) == (
        "1767.42",
        "309.30",
        "29.16",
        "1428.96",
    )
    assert amounts(price(reference, "90670", 1, MARCH_2025, "office")) == ("257.99", "0.00", "5.16", "252.83")


@pytest.mark.parametrize(
    ("on", "cut"),
    [
        (date(2022, 3, 31), "0.00"), (date(2022, 4, 1), "0.05"), (date(2022, 6, 30), "0.05"), (date(2022, 7, 1), "0.11"),
        (date(2026, 10, 1), "0.11"),
    ],
)  # fmt: skip
def test_sequestration_by_date_of_service(reference: Reference, on: date, cut: str) -> None:
    assert str(price(reference, "J2919", 25, on, "office").sequestration) == cut


def test_halves_of_a_cent_go_up_once() -> None:
    held = rows(
        "payment_limits",
        [{"hcpcs": "J0001", "payment_limit": Decimal("0.000999"), "coinsurance_percent": Decimal(20)}],
    )
    reference = Reference({"payment_limits": [held], "status": []})
    assert price(reference, "J0001", "5.004999", MARCH_2025, "office").allowed == Decimal("0.00")
    # 5.005005 x 0.000999 = 0.004999999995 is below half a cent; rounded to six decimals first it would not be.
    assert price(reference, "J0001", "5.005005", MARCH_2025, "office").allowed == Decimal("0.00")
    assert price(reference, "J0001", "5.005006", MARCH_2025, "office").allowed == Decimal("0.01")


@pytest.mark.parametrize(
    ("hcpcs", "units", "on", "setting", "modifiers", "reason"),
    [
        ("J0000", 1, MARCH_2025, "office", (), "no payment limit of J0000 on that day is in the reference"),
        ("J9998", 1, MARCH_2025, "office", (), "CMS lists J9998 that quarter without a payment limit"),
        ("J0000", 1, MARCH_2025, "hopd", (), "the hopd payment status of J0000 on that day is not in the reference"),
        ("J9996", 1, MARCH_2025, "hopd", (), "no rate of J9996, status K, on that day is in the reference"),
        ("96372", 1, MARCH_2025, "hopd", (), "status Q1 does not price 96372 as a drug by units"),
        ("J2919", 0, MARCH_2025, "office", (), "the line has no units above zero"),
        ("J2919", 1, MARCH_2025, "cah", (), "what Medicare pays for drugs in the setting cah is not in the reference"),
        ("J2919", 1, MARCH_2025, "moon", (), "what Medicare pays for drugs in the setting moon is not in the reference"),
        ("J2919", 1, MARCH_2025, "office", ("JZ", "GZ"), "not priced: HCPCS modifier GZ: denial expected as not reasonable and necessary"),
        ("J0897", 1, date(2022, 9, 27), "hopd", ("JG",), "not priced: America's Essential Hospitals on OPPS 2024: 340B cut of 2018-01-01 to 2022-09-27"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_refused(
    *,
    reference: Reference,
    hcpcs: str,
    units: int,
    on: date,
    setting: str,
    modifiers: tuple[str, ...],
    reason: str,
) -> None:
    found = price(reference, hcpcs, units, on, setting, *modifiers)
    assert amounts(found) == (None, None, None, None)
    assert found.reason == reason
    assert reason[1:] in found.steps[-1].text


def test_the_340b_cut_binds_hospitals_in_its_years_only(reference: Reference) -> None:
    assert price(reference, "J0897", 1, date(2022, 9, 28), "hopd", "JG").reason is None
    assert price(reference, "J0897", 1, date(2022, 9, 27), "office", "JG").reason is None


def test_an_unknown_share_leaves_the_allowed_amount(reference: Reference) -> None:
    found = price(reference, "C9999", 2, MARCH_2025, "hopd")
    assert amounts(found) == ("200.00", None, None, None)
    assert found.reason == "the beneficiary's share of C9999 in that quarter is not in the reference"
    assert [s.value for s in found.steps] == ["G", "200.00", None]


def test_days_before_the_first_sequestration_row_are_not_priced(reference: Reference) -> None:
    early = [
        {
            "hcpcs": "J1100",
            "payment_limit": Decimal(1),
            "coinsurance_percent": Decimal(20),
            "effective_from": None,
        }
    ]
    held = Reference({"payment_limits": [rows("payment_limits", early)], "status": []})
    found = price(held, "J1100", 10, date(2021, 12, 31), "office")
    assert amounts(found) == ("10.00", "2.00", None, None)
    assert found.reason == "the sequestration percent of that day is not in the reference"


def test_many_lines_come_out_like_single_ones_and_in_order(reference: Reference) -> None:
    asked = [
        ("J2919", "25", MARCH_2025, "office", ["JZ"]), ("J2919", "200", MARCH_2025, "hopd", []),
        ("J2919", "200", date(2024, 11, 5), "hopd", None), ("J0897", "60", MARCH_2025, "office", ["JW"]),
        ("J0000", "1", MARCH_2025, "office", []), ("J2919", "25", MARCH_2025, "office", ["GY"]),
        ("J2919", "25", MARCH_2025, "office", []),
    ]  # fmt: skip
    lines = pl.DataFrame(
        {
            "setting": [a[3] for a in asked],
            "hcpcs": [a[0] for a in asked],
            "units": [Decimal(a[1]) for a in asked],
            "service_date": [a[2] for a in asked],
            "modifiers": [a[4] for a in asked],
            "other": range(len(asked)),
        },
        schema_overrides={"units": pl.Decimal(18, 6), "modifiers": pl.List(pl.String)},
    )
    many = expected_payments(lines, reference, LATE)
    single = [price(reference, *a[:4], *(a[4] or [])) for a in asked]
    assert many.select(pl.exclude("expected_payment_source")).rows() == [
        (s.allowed, s.coinsurance, s.sequestration, s.amount, s.reason) for s in single
    ]
    assert many["expected_payment_amount"].to_list()[:3] == [
        Decimal("5.25"),
        Decimal("42.02"),
        Decimal("0.00"),
    ]
    assert many["expected_payment_source"].to_list() == ["Made up x"] * 4 + [None] + ["Made up x"] * 2


def test_lines_with_gaps_are_refused_each(reference: Reference) -> None:
    lines = pl.DataFrame(
        {
            "hcpcs": [None, "J2919", "J2919", "J2919"],
            "units": [Decimal(1), None, Decimal(1), Decimal(1)],
            "service_date": [MARCH_2025, MARCH_2025, None, MARCH_2025],
            "setting": ["office", "office", "office", None],
        },
        schema_overrides={"units": pl.Decimal(18, 6)},
    )
    found = expected_payments(lines, reference, LATE)
    assert found["expected_payment_amount"].null_count() == 4
    assert found["expected_payment_reason"].to_list() == [
        "the line has no code",
        "the line has no units above zero",
        "the line has no date of service",
        "the setting of the line is not known",
    ]
    assert expected_payments(lines.clear(), reference, LATE).height == 0


def test_a_missing_column_is_named(reference: Reference) -> None:
    with pytest.raises(ValueError, match=r"lack the columns \['units', 'service_date', 'setting'\]"):
        expected_payments(pl.DataFrame({"hcpcs": ["J2919"]}), reference, LATE)


def test_as_of_decides_what_is_known(reference: Reference) -> None:
    found = expected_payment("J2919", 25, MARCH_2025, "office", reference, date(2021, 1, 1))
    assert found.reason == "no payment limit of J2919 on that day is in the reference"


def test_with_the_starter_set() -> None:
    """The J2919 limit of January to March 2026, domain notes section 0."""
    found = expected_payment("J2919", 25, date(2026, 2, 3), "office", Reference.starter(), LATE)
    assert amounts(found) == ("6.60", "1.32", "0.11", "5.17")
    assert "2026-01" in (found.steps[0].source or "")


@pytest.mark.shared
def test_with_real_editions(shared: Path) -> None:
    """Gold G34 by the files themselves."""
    from scrubjay.reference.loaders import asp_payment_limits, opps_addendum_b
    from scrubjay.reference.loaders.base import SourceFile

    frames: dict[str, list[EditionFrame]] = {"payment_limits": [], "status": []}
    for loader, name in (
        (asp_payment_limits, "asp/asp_payment_limits_2025-07.csv"),
        (opps_addendum_b, "opps/opps_addendum_b_2025-07_rel20250725.csv"),
    ):
        raw = (shared / "data" / name).read_bytes()
        release = loader.LOADER.load(SourceFile(name, raw[:65536], len(raw), None, lambda raw=raw: raw))
        for held in release.sets:
            if held.set_name in frames:
                frames[held.set_name].append(EditionFrame((), lambda held=held: held.frame, rank=1))
    found = expected_payment("J2919", 200, date(2025, 8, 5), "hopd", Reference(frames), LATE)
    assert amounts(found) == ("51.80", "10.36", "0.83", "40.61")
    assert found.steps[1].source == "CMS OPPS Addendum B 2025-07.20250725"
