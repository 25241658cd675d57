"""The packaged starter set: shape, provenance, and the facts that the domain notes fix."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from importlib import resources

import polars as pl
import pytest

from scrubjay.reference import Reference
from scrubjay.reference.sets import SETS
from scrubjay.reference.starter import EDITIONS, parse_csv, read_editions, read_set

LATE = date(2026, 11, 1)
EVER, NEVER = date(1, 1, 1), date(9999, 12, 31)
FOLDER = resources.files("scrubjay.reference") / "starter"


@pytest.fixture(scope="module")
def starter() -> Reference:
    return Reference.starter()


SHIPPED = [name for name, reference_set in SETS.items() if reference_set.is_in_starter]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_set_has_a_sorted_utf8_lf_csv_of_its_shape(name: str) -> None:
    raw = (FOLDER / f"{name}.csv").read_bytes()
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    frame = parse_csv(SETS[name], raw.decode("utf-8"), where=name)
    assert frame.height > 0
    keys = frame.select(SETS[name].keys[0]).to_series().to_list()
    if name not in {"carc", "rarc"}:  # sorted by number, not by text
        assert keys == sorted(keys)


def test_no_file_belongs_to_no_set() -> None:
    names = {p.name for p in FOLDER.iterdir() if p.name.endswith(".csv")}
    assert names == {f"{name}.csv" for name in SHIPPED} | {"editions.csv"}


@pytest.mark.parametrize("name", list(SETS))
def test_every_row_says_where_it_is_from(name: str) -> None:
    frame = read_set(name)
    assert frame.filter(pl.any_horizontal(pl.col("source", "confidence", "citation").is_null())).is_empty()
    assert set(frame["confidence"]) <= set("ABCD")
    assert frame.filter(pl.any_horizontal(pl.col(*SETS[name].identity).is_null())).is_empty()
    assert frame.filter(pl.col("effective_from") >= pl.col("effective_to")).is_empty()


@pytest.mark.parametrize("name", list(SETS))
@pytest.mark.parametrize("as_of", [date(2024, 3, 10), date(2024, 7, 10), date(2025, 8, 1), LATE])
def test_no_two_rows_of_one_identity_overlap_once_resolved(
    starter: Reference, name: str, as_of: date
) -> None:
    seen = (
        starter.table(name, as_of=as_of)
        .with_columns(
            pl.col("effective_from").fill_null(EVER).alias("_f"),
            pl.col("effective_to").fill_null(NEVER).alias("_t"),
        )
        .with_row_index("_i")
    )
    twice = seen.join(seen, on=list(SETS[name].identity), suffix="_b").filter(
        pl.col("_i") < pl.col("_i_b"), pl.col("_f") < pl.col("_t_b"), pl.col("_f_b") < pl.col("_t")
    )
    assert twice.is_empty()


def test_every_edition_of_a_row_is_listed() -> None:
    listed = {(str(e["set_name"]), str(e["edition"])) for e in read_editions()}
    assert {name for name, _ in listed} == set(SHIPPED)
    for name in SETS:
        used = {e.split("..")[0] for e in read_set(name)["edition"].drop_nulls()}
        assert {(name, e) for e in used} <= listed, name


def test_editions_are_dated_half_open() -> None:
    frame = parse_csv(EDITIONS, (FOLDER / "editions.csv").read_text(encoding="utf-8"), where="editions")
    assert frame.filter(pl.col("covers_from") >= pl.col("covers_to")).is_empty()
    assert frame.select("set_name", "edition", "source").is_unique().all()


# The code family, domain notes section 0 ------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "first", "end", "words", "unit"),
    [
        ("J1320", date(1982, 1, 1), None, "amitriptyline", (Decimal(20), "mg", "up_to")),
        ("J2920", date(1982, 1, 1), date(2024, 4, 1), "sodium succinate", (Decimal(40), "mg", "up_to")),
        ("J2930", date(1984, 1, 1), date(2024, 4, 1), "sodium succinate", (Decimal(125), "mg", "up_to")),
        ("J2919", date(2024, 4, 1), None, "sodium succinate", (Decimal(5), "mg", "exact")),
        ("J1020", date(1982, 1, 1), date(2024, 4, 1), "acetate", (Decimal(20), "mg", "exact")),
        ("J1030", date(1982, 1, 1), date(2024, 4, 1), "acetate", (Decimal(40), "mg", "exact")),
        ("J1040", date(1982, 1, 1), date(2024, 4, 1), "acetate", (Decimal(80), "mg", "exact")),
        ("J1010", date(2024, 4, 1), None, "acetate", (Decimal(1), "mg", "exact")),
    ],
)
def test_the_code_family(
    *,
    starter: Reference,
    code: str,
    first: date,
    end: date | None,
    words: str,
    unit: tuple[Decimal, str, str],
) -> None:
    row = starter.row("hcpcs", on=first, as_of=LATE, hcpcs=code)
    drug = starter.row("drugs", on=first, as_of=LATE, hcpcs=code)
    assert row is not None
    assert drug is not None
    assert (row["effective_from"], row["effective_to"], row["confidence"]) == (first, end, "A")
    assert words in row["descriptor"]
    assert (drug["unit_amount"], drug["unit"], drug["qualifier"]) == unit


@pytest.mark.parametrize(
    ("on", "hopd", "asc"),
    [
        (date(2024, 6, 1), "N", None),
        (date(2025, 6, 1), "K", "K2"),
        (date(2026, 2, 1), "N", "N1"),
    ],
)
@pytest.mark.parametrize("code", ["J2919", "J1010"])
def test_setting_status_flips(starter: Reference, code: str, on: date, hopd: str, asc: str | None) -> None:
    def indicator(setting: str) -> str | None:
        row = starter.row("status", on=on, as_of=LATE, hcpcs=code, status_setting=setting)
        return None if row is None else row["status_indicator"]

    assert (indicator("hopd"), indicator("asc")) == (hopd, asc)


def test_hospital_rates_of_2025(starter: Reference) -> None:
    days = [date(2025, m, 15) for m in (2, 5, 8, 11)]
    rates = {
        code: [
            starter.row("status", on=on, as_of=LATE, hcpcs=code, status_setting="hopd")["payment_rate"]
            for on in days
        ]
        for code in ("J2919", "J1010")
    }
    assert rates == {
        "J2919": [Decimal(r) for r in ("0.268", "0.251", "0.259", "0.210")],
        "J1010": [Decimal(r) for r in ("0.117", "0.110", "0.120", "0.119")],
    }


def test_j1320_is_not_payable(starter: Reference) -> None:
    on, as_of = date(2024, 7, 1), date(2024, 7, 10)
    for setting in ("practitioner", "outpatient_hospital", "dme"):
        row = starter.row("mue", on=on, as_of=as_of, hcpcs="J1320", mue_setting=setting)
        assert row is not None
        assert (row["mue_value"], row["mue_mai"], row["mue_rationale"]) == (0, "3", "Drug discontinued")
    e2 = starter.row("status", on=date(2026, 1, 1), as_of=LATE, hcpcs="J1320", status_setting="hopd")
    assert e2 is not None
    assert e2["status_indicator"] == "E2"
    assert read_set("ndc").filter(hcpcs="J1320").is_empty()


def test_the_mue_of_the_new_codes_is_marked_unverified(starter: Reference) -> None:
    for code, value in (("J2919", 5400), ("J1010", 160)):
        assert (
            starter.row("mue", on=date(2024, 7, 1), as_of=LATE, hcpcs=code, mue_setting="practitioner")
            is None
        )
        row = starter.row("mue", on=date(2026, 2, 1), as_of=LATE, hcpcs=code, mue_setting="practitioner")
        assert row is not None
        assert (row["mue_value"], row["mue_mai"], row["confidence"]) == (value, None, "C")


@pytest.mark.parametrize(
    ("code", "setting", "value", "mai"),
    [
        ("96372", "practitioner", 4, "3"),
        ("96372", "outpatient_hospital", 5, "3"),
        ("96376", "practitioner", 0, "3"),
        ("96368", "practitioner", 1, "2"),
        ("J3301", "practitioner", 16, "3"),
        ("J1745", "practitioner", 150, "3"),
        ("J0178", "practitioner", 4, "2"),
        ("J3304", "practitioner", 64, "2"),
    ],
)
def test_mue_fixtures(starter: Reference, code: str, setting: str, value: int, mai: str) -> None:
    row = starter.row("mue", on=date(2024, 7, 1), as_of=LATE, hcpcs=code, mue_setting=setting)
    assert row is not None
    assert (row["mue_value"], row["mue_mai"]) == (value, mai)


@pytest.mark.parametrize(
    ("ndc", "on", "code", "units", "container"),
    [
        ("00009004722", date(2024, 3, 1), "J2930", 1, "single-dose"),
        ("00009004722", date(2024, 6, 3), "J2919", 25, "single-dose"),
        ("00009003928", date(2024, 7, 1), "J2919", 8, "single-dose"),
        ("50090602400", date(2024, 8, 20), "J1010", 80, "single-dose"),
        ("00009030602", date(2024, 8, 20), "J1010", 400, "multi-dose"),
        ("00009075801", date(2024, 8, 20), "J2919", 100, None),
        ("00009069801", date(2024, 8, 20), "J2919", 200, None),
        ("00009085001", date(2024, 8, 20), "J2919", 400, None),
        ("00009028002", date(2024, 8, 20), "J1010", 200, "multi-dose"),
        ("00009347501", date(2024, 8, 20), "J1010", 80, "single-dose"),
        ("00143975325", date(2024, 8, 20), "J2919", 8, "single-dose"),
        ("43598012925", date(2024, 8, 20), "J2919", 25, None),
    ],
)
def test_ndcs_of_the_family(
    *, starter: Reference, ndc: str, on: date, code: str, units: int, container: str | None
) -> None:
    row = starter.row("ndc", on=on, as_of=on, ndc=ndc)
    assert row is not None
    assert (row["hcpcs"], row["units_per_item"], row["container_type"]) == (code, units, container)


# Shape of the drug facts ----------------------------------------------------------------------


def test_units_are_structured_or_null() -> None:
    drugs = read_set("drugs")
    assert drugs["hcpcs"].n_unique() >= 150
    assert set(drugs["qualifier"].drop_nulls()) == {"exact", "up_to", "each"}
    classes = {"therapeutic", "complex", "complex_hormonal", "hydration", "procedure", "vaccine"}
    assert set(drugs["administration_class"].drop_nulls()) <= classes
    unlisted = drugs.filter("is_unlisted")
    assert {"J3490", "J3590", "J9999", "C9399", "J7999", "J7799"} <= set(unlisted["hcpcs"])
    assert unlisted["unit_amount"].null_count() == unlisted.height
    assert drugs.filter(~pl.col("is_unlisted") & pl.col("qualifier").is_null()).is_empty()
    no_amount = drugs.filter(~pl.col("is_unlisted") & pl.col("unit_amount").is_null())
    assert set(no_amount["hcpcs"]) == {"J0702", "J2543"}


def test_unit_amounts_stand_in_the_descriptors() -> None:
    both = read_set("drugs").join(read_set("hcpcs").select("hcpcs", "descriptor").unique(), on="hcpcs")
    for row in both.filter(pl.col("unit_amount").is_not_null()).iter_rows(named=True):
        text = row["descriptor"].lower().replace(",", "")
        number = f"{row['unit_amount'].normalize():f}"
        assert row["qualifier"] == "each" or re.search(rf"(?<![\d.]){re.escape(number)}(?![\d.])", text), row[
            "hcpcs"
        ]
        assert ("up to" in text) == (row["qualifier"] == "up_to"), row["hcpcs"]


def test_successor_ratios_are_the_arithmetic_of_the_units() -> None:
    amount = {r["hcpcs"]: r for r in read_set("drugs").iter_rows(named=True)}
    for row in read_set("successors").iter_rows(named=True):
        old, new = amount[row["hcpcs"]], amount[row["successor"]]
        assert old["unit"] == new["unit"]
        assert Fraction(old["unit_amount"]) / Fraction(new["unit_amount"]) == Fraction(row["unit_ratio"])


def test_drugs_live_as_long_as_their_codes() -> None:
    period = ["hcpcs", "effective_from", "effective_to", "known_from"]
    drugs, codes = read_set("drugs"), read_set("hcpcs").filter(kind="drug")
    assert drugs.select(period).sort(period).equals(codes.select(period).sort(period))


def test_names_lead_to_drugs_or_to_a_substance_whose_salt_decides() -> None:
    drugs, names = set(read_set("drugs")["drug"]), read_set("names")
    bare = set(names["drug"]) - drugs
    assert all(any(d.startswith(b) for d in drugs) for b in bare)
    found = names.filter(pl.col("name") == "solumedrol")["drug"].to_list()
    assert found == ["methylprednisolone sodium succinate"]
    assert names["name"].str.to_lowercase().equals(names["name"])


def test_confusable_and_paired_codes_are_known() -> None:
    codes = set(read_set("hcpcs")["hcpcs"])
    assert set(read_set("confusables")["hcpcs"]) <= codes
    pairs = read_set("pairs")
    assert set(pairs["column1"]) | set(pairs["column2"]) <= codes
    assert set(read_set("administration")["hcpcs"]) <= codes


@pytest.mark.parametrize(
    ("column1", "column2", "setting", "indicator"),
    [
        ("96372", "99211", "practitioner", "0"),
        ("96372", "99211", "outpatient_hospital", "1"),
        ("96372", "99213", "practitioner", "1"),
        ("99231", "96372", "practitioner", "0"),
        ("20610", "J2001", "practitioner", "1"),
        ("20610", "96372", "outpatient_hospital", "1"),
    ],
)
def test_pairs(starter: Reference, column1: str, column2: str, setting: str, indicator: str) -> None:
    row = starter.row(
        "pairs", on=date(2024, 8, 20), as_of=LATE, column1=column1, column2=column2, pair_setting=setting
    )
    assert row is not None
    assert row["modifier_indicator"] == indicator


def test_no_pair_holds_the_family() -> None:
    free = read_set("pairless").filter(pair_setting="practitioner")["hcpcs"].to_list()
    assert {"J2919", "J2920", "J2930", "J1010", "J1020", "J1030", "J1040", "J1320"} <= set(free)
    assert not {"J2001", "J0670", "J1642", "J1644"} & set(free)


def test_modifier_days(starter: Reference) -> None:
    def on(modifier: str, day: date) -> bool:
        return starter.row("modifiers", on=day, as_of=LATE, modifier=modifier) is not None

    assert not on("JZ", date(2022, 12, 31))
    assert on("JZ", date(2023, 1, 1))
    assert on("JW", date(2003, 1, 1))
    assert on("25", date(2024, 1, 1))
    assert on("CP", date(2017, 12, 31))
    assert not on("CP", date(2018, 1, 1))
    assert on("JG", date(2025, 6, 1))


def test_g35_becomes_a_header(starter: Reference) -> None:
    assert starter.row("diagnoses", on=date(2025, 9, 30), as_of=LATE, diagnosis="G35")["is_billable"] is True
    assert starter.row("diagnoses", on=date(2025, 10, 1), as_of=LATE, diagnosis="G35")["is_billable"] is False
    assert starter.row("diagnoses", on=date(2025, 9, 30), as_of=LATE, diagnosis="G35A") is None
    assert starter.row("diagnoses", on=date(2024, 8, 20), as_of=LATE, diagnosis="M1711")["side"] == "right"
    assert starter.row("diagnoses", on=date(2024, 8, 20), as_of=LATE, diagnosis="M1712")["side"] == "left"


def test_administration_times(starter: Reference) -> None:
    frame = starter.table("administration", as_of=LATE)
    times = {r["hcpcs"]: (r["minutes_from"], r["minutes_to"]) for r in frame.iter_rows(named=True)}
    assert times["96360"] == (31, 90)
    assert times["96369"] == (16, 90)
    assert times["96365"] == times["96413"] == (16, 90)
    assert times["96374"] == (None, 15)
    assert times["96372"] == (None, None)
