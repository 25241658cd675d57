"""The store: two clocks, half-open periods, vectorised lookups, refusal to pick."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from scrubjay.errors import ReferenceDataError
from scrubjay.reference import Edition, Reference
from scrubjay.reference.sets import SETS
from scrubjay.reference.starter import EDITIONS, parse_csv
from scrubjay.reference.store import EditionFrame

LATE = date(2026, 11, 1)


def hcpcs_rows(*rows: dict[str, object]) -> pl.DataFrame:
    base = {"source": "s", "edition": "e", "confidence": "A", "descriptor": "d", "kind": "drug"}
    return SETS["hcpcs"].conform(pl.DataFrame([{**base, **row} for row in rows], infer_schema_length=None))


def reference(*frames: tuple[pl.DataFrame, int], name: str = "hcpcs") -> Reference:
    edition = Edition(name, "e", "s", None, None, None, 0, is_starter=True, is_complete=False, note=None)
    return Reference({name: [EditionFrame((edition,), lambda f=f: f, rank) for f, rank in frames]})


@pytest.fixture(scope="module")
def starter() -> Reference:
    return Reference.starter()


@pytest.mark.parametrize(
    ("on", "as_of", "to"),
    [
        (date(2024, 3, 31), date(2024, 3, 10), None),
        (date(2024, 4, 1), date(2024, 3, 10), None),
        (date(2024, 3, 31), date(2024, 4, 1), date(2024, 4, 1)),
    ],
)
def test_an_end_is_known_only_from_the_release_that_ended_it(
    starter: Reference, on: date, as_of: date, to: date | None
) -> None:
    row = starter.row("hcpcs", on=on, as_of=as_of, hcpcs="J2930")
    assert row is not None
    assert row["effective_from"] == date(1984, 1, 1)
    assert row["effective_to"] == to


def test_the_last_day_is_covered_and_the_next_is_not(starter: Reference) -> None:
    assert starter.row("hcpcs", on=date(2024, 3, 31), as_of=LATE, hcpcs="J2930") is not None
    assert starter.row("hcpcs", on=date(2024, 4, 1), as_of=LATE, hcpcs="J2930") is None
    assert starter.row("hcpcs", on=date(2024, 3, 31), as_of=LATE, hcpcs="J2919") is None
    assert starter.row("hcpcs", on=date(2024, 4, 1), as_of=LATE, hcpcs="J2919") is not None


def test_a_row_is_unseen_before_it_was_published(starter: Reference) -> None:
    asked = {"hcpcs": "J1010", "mue_setting": "practitioner"}
    assert starter.row("mue", on=date(2025, 12, 20), as_of=date(2025, 12, 15), **asked) is None
    assert starter.row("mue", on=date(2025, 12, 20), as_of=date(2025, 12, 16), **asked) is not None


def test_a_coming_code_is_seen_before_its_first_day(starter: Reference) -> None:
    # CMS announces the codes of a quarter before it begins; that a code is not yet valid must be known then.
    assert starter.row("hcpcs", on=date(2024, 5, 1), as_of=date(2024, 3, 25), hcpcs="J2919") is not None
    assert starter.row("hcpcs", on=date(2024, 3, 15), as_of=date(2024, 3, 25), hcpcs="J2919") is None


def test_a_later_known_row_cuts_an_overlapping_one_but_not_a_separate_one() -> None:
    store = reference(
        (
            hcpcs_rows(
                {"hcpcs": "A", "effective_from": date(2020, 1, 1), "known_from": date(2020, 1, 1)},
                {
                    "hcpcs": "A",
                    "descriptor": "new",
                    "effective_from": date(2022, 1, 1),
                    "effective_to": date(2023, 1, 1),
                    "known_from": date(2021, 12, 1),
                },
                {
                    "hcpcs": "A",
                    "descriptor": "history found late",
                    "effective_from": date(2010, 1, 1),
                    "effective_to": date(2011, 1, 1),
                    "known_from": date(2024, 1, 1),
                },
            ),
            0,
        )
    )
    seen = store.table("hcpcs", as_of=LATE).sort("effective_from")
    assert seen.select("descriptor", "effective_from", "effective_to").rows() == [
        ("history found late", date(2010, 1, 1), date(2011, 1, 1)),
        ("d", date(2020, 1, 1), date(2022, 1, 1)),
        ("new", date(2022, 1, 1), date(2023, 1, 1)),
    ]
    assert store.row("hcpcs", on=date(2023, 6, 1), as_of=LATE, hcpcs="A") is None
    before = store.row("hcpcs", on=date(2023, 6, 1), as_of=date(2021, 1, 1), hcpcs="A")
    assert before is not None
    assert before["effective_to"] is None


def test_a_row_known_since_ever_is_replaced_whole_when_the_later_one_has_no_start() -> None:
    store = reference(
        (
            hcpcs_rows(
                {"hcpcs": "A", "effective_to": None},
                {"hcpcs": "A", "effective_to": date(2023, 1, 1), "known_from": date(2022, 12, 1)},
            ),
            0,
        )
    )
    assert store.table("hcpcs", as_of=LATE)["effective_to"].to_list() == [date(2023, 1, 1)]


def test_loaded_rows_are_preferred_over_the_starter() -> None:
    old = hcpcs_rows(
        {"hcpcs": "A", "effective_from": date(2020, 1, 1), "known_from": date(2024, 1, 1)},
        {"hcpcs": "B", "effective_from": date(2020, 1, 1)},
    )
    loaded = hcpcs_rows({"hcpcs": "A", "descriptor": "loaded", "effective_from": date(2019, 1, 1)})
    seen = reference((old, 0), (loaded, 1)).table("hcpcs", as_of=LATE)
    assert seen.sort("hcpcs").select("hcpcs", "descriptor").rows() == [("A", "loaded"), ("B", "d")]


def test_table_has_exactly_the_declared_shape(starter: Reference) -> None:
    for name, declared in SETS.items():
        assert dict(starter.table(name, as_of=LATE).schema) == declared.schema, name


def test_lookup_keeps_height_and_order_and_gives_null_for_the_unknown(starter: Reference) -> None:
    keys = pl.DataFrame(
        {
            "line_key": [1, 2, 3, 4, 5, 6],
            "hcpcs": ["J2930", "J2930", "ZZZZZ", None, "J2919", "J2919"],
            "day": [
                date(2024, 3, 31),
                date(2024, 4, 1),
                date(2024, 4, 1),
                date(2024, 4, 1),
                None,
                date(2024, 4, 1),
            ],
        }
    )
    found = starter.lookup("drugs", keys, on="day", as_of=LATE)
    assert found.height == keys.height
    assert found.columns == [c for c in SETS["drugs"].columns if c != "hcpcs"]
    assert found["unit_amount"].to_list() == [Decimal(125), None, None, None, None, Decimal(5)]
    assert found["qualifier"].to_list() == ["up_to", None, None, None, None, "exact"]


def test_lookup_of_no_keys(starter: Reference) -> None:
    keys = pl.DataFrame(schema={"hcpcs": pl.String(), "day": pl.Date()})
    assert (
        starter.lookup("mue", keys.with_columns(mue_setting=pl.lit("dme")), on="day", as_of=LATE).height == 0
    )


def test_lookup_takes_nothing_where_two_rows_differ(starter: Reference) -> None:
    keys = pl.DataFrame(
        {"ndc": ["55513014810"] * 2, "hcpcs": ["J0885", "Q4081"], "day": [date(2024, 7, 1)] * 2}
    )
    alone = starter.lookup("ndc", keys, on="day", as_of=LATE)
    assert alone["hcpcs"].to_list() == [None, None]
    assert alone["units_per_item"].to_list() == [None, None]
    assert alone["drug"].to_list() == ["epoetin alfa"] * 2
    decided = starter.lookup("ndc", keys, on="day", as_of=LATE, also=["hcpcs"])
    assert "hcpcs" not in decided.columns
    assert decided["units_per_item"].to_list() == [Decimal(4), Decimal(40)]
    assert len(starter.rows("ndc", on=date(2024, 7, 1), as_of=LATE, ndc="55513014810")) == 2
    row = starter.row("ndc", on=date(2024, 7, 1), as_of=LATE, ndc="55513014810")
    assert row is not None
    assert row["hcpcs"] is None
    assert row["drug"] == "epoetin alfa"


def test_lookup_names_the_missing_key_column(starter: Reference) -> None:
    with pytest.raises(ValueError, match="mue_setting"):
        starter.lookup("mue", pl.DataFrame({"hcpcs": ["J1320"], "day": [LATE]}), on="day", as_of=LATE)


def test_unknown_set(starter: Reference) -> None:
    with pytest.raises(KeyError):
        starter.table("nothing", as_of=LATE)


@pytest.mark.parametrize(
    ("name", "on", "as_of", "expected"),
    [
        ("ndc", date(2024, 6, 3), date(2024, 6, 10), True),
        ("ndc", date(2023, 12, 31), LATE, False),
        ("ndc", date(2026, 4, 1), LATE, False),
        ("ndc", date(2026, 1, 15), date(2025, 12, 1), False),
        ("mue", date(2024, 6, 30), LATE, False),
        ("mue", date(2024, 7, 1), date(2024, 7, 1), True),
        ("mue", date(2024, 7, 1), date(2024, 6, 30), False),
    ],
)
def test_covers(starter: Reference, name: str, on: date, as_of: date, *, expected: bool) -> None:
    assert starter.covers(name, on=on, as_of=as_of) is expected


def test_only_whole_code_sets_say_that_they_are_complete(starter: Reference) -> None:
    on = date(2024, 6, 3)
    complete = {name for name in SETS if starter.is_complete(name, on=on, as_of=LATE)}
    assert complete == {"modifiers", "place_of_service"}


def test_the_starter_is_one_object_and_open_gives_it(starter: Reference) -> None:
    assert Reference.starter() is starter
    assert Reference.open() is starter


def test_open_refuses_what_is_no_folder(tmp_path) -> None:
    with pytest.raises(ReferenceDataError, match="no folder"):
        Reference.open(tmp_path / "absent")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("set_name,colour\nhcpcs,red\n", "colour"),
        ("set_name,published_on\nhcpcs,2024-1-1\n", "line 2"),
        ("set_name,is_complete\nhcpcs,true\nhcpcs,yes\n", "line 3"),
    ],
)
def test_a_broken_csv_is_named_with_its_line(text: str, what: str) -> None:
    with pytest.raises(ReferenceDataError, match=what):
        parse_csv(EDITIONS, text, where="x.csv")


def test_surplus_decimals_are_refused_not_rounded() -> None:
    with pytest.raises(ReferenceDataError, match=r"line 2.*payment_limit"):
        parse_csv(SETS["payment_limits"], "hcpcs,payment_limit\nJ1,0.1234567\n", where="x.csv")
