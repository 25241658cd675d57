"""The same claims judged in two worlds: findings that come and go, questions, and what Medicare would pay."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest

from scrubjay import api
from scrubjay.engine.impact import worlds
from scrubjay.errors import UsageError
from scrubjay.reference.library import Library
from scrubjay.reference.loaders.base import Release, SetRelease
from scrubjay.reference.sets import SETS
from scrubjay.testing.claim_specs import ClaimSpec, LineSpec, PayerSpec
from scrubjay.testing.x12 import PersonSpec, make_837

ON = date(2025, 7, 10)
Q3 = (date(2025, 7, 1), date(2025, 10, 1))
FIRST, SECOND = date(2025, 6, 20), date(2025, 7, 25)
LIMITS, MUE = "CMS Medicare Part B drug payment limits (ASP)", "CMS Medicare NCCI MUE table, practitioner"


def keep(library: Library, set_name: str, source: str, edition: str, known: date, **row) -> None:
    base = {"source": source, "edition": edition, "confidence": "A", "known_from": known,
            "effective_from": Q3[0], "effective_to": Q3[1], "hcpcs": "J2919"}  # fmt: skip
    rows = [{**base, **row, "hcpcs": c} for c in row.pop("codes", ("J2919",))]
    frame = SETS[set_name].conform(pl.DataFrame(rows, infer_schema_length=None))
    part = SetRelease(set_name, frame, *Q3, is_complete=True)
    release = Release("a-loader", source, edition, known, True, 1, (part,))
    library.add(
        release, file=edition, sha256=f"{set_name} {edition}", loaded_at=datetime(2025, 8, 1, tzinfo=UTC)
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Limits of a quarter, published twice, and an MUE that came out with the second."""
    library = Library(tmp_path_factory.mktemp("impact") / "reference")
    limit = {"coinsurance_percent": Decimal(20)}
    keep(library, "payment_limits", LIMITS, "2025-07", FIRST, payment_limit=Decimal("1.000"), **limit)
    keep(library, "payment_limits", LIMITS, "2025-07.b", SECOND, payment_limit=Decimal("2.000"), **limit)
    keep(library, "mue", MUE, "2025-07-01", SECOND, mue_setting="practitioner", mue_value=10, mue_mai="3",
         codes=("J2919", "J0224"))  # fmt: skip
    return library.folder


@pytest.fixture
def claims(tmp_path):
    def lines(*units: str):
        return [LineSpec("J2919", charge="60", units=u, modifiers=("JZ",), service_from=ON) for u in units]

    path = tmp_path / "open.837"
    text = make_837(
        [
            ClaimSpec("OVER", lines=lines("25")),
            # Of another patient: the units of one patient's day add up.
            ClaimSpec("UNDER", lines=lines("8"), subscriber=PersonSpec("ROE", "RICK", "1EG4TE5MK74")),
            # No code of the starter set, so that only a loaded table has an MUE of it.
            ClaimSpec(
                "RARE", lines=[LineSpec("J0224", charge="60", units="9", modifiers=("JZ",), service_from=ON)]
            ),
            ClaimSpec("OTHER", lines=lines("8"), payer=PayerSpec("ACME", "ACME", "CI")),
        ]
    )
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def impact(folder, claims):
    def call(**options):
        # Nobody gives the drugs of these claims: that is the same in both worlds, and puts all at stake.
        options = {
            "before": SECOND.replace(day=15),
            "after": SECOND,
            "ignore": ["drug-without-administration"],
            **options,
        }
        return api.impact([claims], reference_path=folder, **options)

    return call


def rows(report, *columns: str) -> list[tuple]:
    return report.table().select("patient_control_number", *columns).rows()


def test_an_edition_that_came_out_between_two_days(impact) -> None:
    report = impact()
    assert (report.before.name, report.after.name) == ("as known on 2025-07-15", "as known on 2025-07-25")
    found = rows(report, "change", "edit", "payment_before", "payment_after")
    # 25 x 1.000 less 20 % is 20.00, less 2 % of it 19.60; twice that by the second release.
    assert ("OVER", "new", "units-exceed-mue", Decimal("19.60"), Decimal("39.20")) in found
    assert ("UNDER", "payment", None, Decimal("6.27"), Decimal("12.54")) in found
    assert not [f for f in found if f[0] == "OTHER" and f[3] is not None], "a plan may pay otherwise"
    assert report.tally.findings["new"] == 1
    assert (report.tally.payment_before, report.tally.payment_after) == (Decimal("25.87"), Decimal("51.74"))
    assert report.tally.newly_at_stake == Decimal(60)
    assert (report.tally.claims, report.tally.lines_paid_otherwise) == (4, 2)


def test_the_other_way_round_it_goes(impact) -> None:
    report = impact(before=SECOND, after=SECOND.replace(day=15))
    assert ("OVER", "gone", "units-exceed-mue") in rows(report, "change", "edit")
    assert (report.tally.newly_at_stake, report.tally.no_longer_at_stake) == (Decimal(0), Decimal(60))


def test_the_same_day_twice_changes_nothing(impact) -> None:
    report = impact(before=SECOND, after=SECOND)
    assert report.table().is_empty()
    assert report.tally.claims_changed == 0


def test_without_one_edition(impact) -> None:
    report = impact(before=SECOND, after=SECOND, edition="2025-07-01")
    assert report.before.name == f"without {MUE} 2025-07-01"
    assert report.after.name == f"with {MUE} 2025-07-01"
    assert [r[:3] for r in rows(report, "change", "edit") if r[1] == "new"] == [
        ("OVER", "new", "units-exceed-mue")
    ]
    assert report.tally.lines_paid_otherwise == 0


def test_a_question_that_an_edition_answers(impact) -> None:
    report = impact(before=SECOND, after=SECOND, edition="2025-07-01")
    assert ("RARE", "now answered", "units-exceed-mue") in rows(report, "change", "edit")
    assert report.tally.findings["now answered"] >= 1


def test_some_edits_only(impact) -> None:
    table = impact(ignore=["BU", "drug-without-administration"]).table()
    assert "units-exceed-mue" not in set(table["edit"])
    assert "payment" in set(table["change"])


def test_what_no_edition_is_called(folder) -> None:
    day = {"before": SECOND, "after": SECOND}
    with pytest.raises(UsageError, match="no loaded edition is called '1999-01'"):
        worlds(folder, **day, edition="1999-01")
    with pytest.raises(UsageError, match="no loaded edition of a source named like 'FDA'"):
        worlds(folder, **day, edition="2025-07-01", source="FDA")


def test_an_edition_that_is_not_out_yet(folder) -> None:
    with pytest.raises(UsageError, match=r"known from 2025-07-25 on.*Judge with --as-of 2025-07-25 or later"):
        worlds(folder, before=FIRST, after=FIRST, edition="2025-07-01")


def test_the_starter_set_stays_in_both_worlds(folder) -> None:
    before, after = worlds(folder, before=SECOND, after=SECOND, edition="2025-07-01")
    for world in (before, after):
        assert world.reference.row("hcpcs", on=ON, as_of=SECOND, hcpcs="J2919") is not None
    loaded = [sum(f.rank for fs in w.reference.frames.values() for f in fs) for w in (before, after)]
    assert loaded == [2, 3]
