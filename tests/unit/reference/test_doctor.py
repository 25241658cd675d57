"""What the doctor complains of, worst first."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from scrubjay.reference.doctor import Severity, examine
from scrubjay.reference.store import Reference

AS_OF = date(2026, 2, 1)
YEAR = (date(2026, 1, 1), date(2026, 4, 1))


@pytest.fixture
def complaints(library, keep):
    """Complaints about some releases, by kind; those about the starter set are left out."""

    def of(*releases, as_of: date = AS_OF):
        for release in releases:
            keep(release)
        found = examine(library, lambda: Reference({n: [f for f in fs if f.rank] for n, fs in
                        Reference.open(library.folder).frames.items()}), as_of=as_of)  # fmt: skip
        ranks = [list(Severity).index(c.severity) for c in found]
        assert ranks == sorted(ranks)
        return {c.kind: c for c in found}

    return of


def drug(code: str, amount: str, unit: str = "mg", **more):
    return {"hcpcs": code, "drug": "x", "unit_amount": Decimal(amount), "unit": unit, **more}


def dosage(code: str, text: str, amount: str, unit: str):
    return {"hcpcs": code, "dosage": text, "dosage_amount": Decimal(amount), "dosage_unit": unit}


def test_nothing_wrong(complaints, make_release) -> None:
    assert complaints(make_release("2026-01", [drug("J2919", "5")], set_name="drugs")) == {}


def test_a_fault_of_the_folder_is_all_that_is_said(complaints, library, keep, make_release) -> None:
    held = keep(make_release("2026-01", [drug("J2919", "5")], set_name="drugs")).editions[0]
    (library.folder / held.parquet).unlink()
    found = complaints(make_release("2025-07", [drug("J2919", "5")], set_name="drugs", source="s2"))
    assert list(found) == ["missing-file"]
    assert found["missing-file"].severity is Severity.FAULT
    assert "reference load FILE" in found["missing-file"].hint


def test_a_unit_on_which_two_files_disagree(complaints, make_release) -> None:
    found = complaints(
        make_release("2026-01", [drug("J0001", "5"), drug("J0002", "1"), drug("J0003", "1", "g")], set_name="drugs"),
        make_release(
            "2026-01",
            [dosage("J0001", "10 MG", "10", "mg"), dosage("J0002", "1 MG", "1", "mg"),
             dosage("J0003", "1000 MG", "1000", "mg")],
            set_name="asp_dosage",
        ),
    )  # fmt: skip
    complaint = found["unit-disagrees"]
    assert (complaint.severity, complaint.codes) == (Severity.CONFLICT, ("J0001",))
    assert complaint.message == (
        "One unit of J0001 is 5 mg by its descriptor, and 10 MG by the ASP file (2026 Q1). The descriptor is followed."
    )


def test_an_ndc_under_two_codes(complaints, make_release) -> None:
    rows = [{"ndc": "00009004722", "hcpcs": c} for c in ("J2919", "J2930")] + [
        {"ndc": "00009004725", "hcpcs": "J2919"}
    ]
    complaint = complaints(make_release("2026-01", rows, set_name="ndc"))["ndc-under-several-codes"]
    assert complaint.codes == ("00009004722",)
    assert "1 NDC bills under more than one code" in complaint.message


def test_a_limit_of_a_code_that_had_ended(complaints, make_release) -> None:
    code = {
        "hcpcs": "J2930",
        "descriptor": "d",
        "effective_from": date(1984, 1, 1),
        "effective_to": date(2025, 4, 1),
    }
    found = complaints(
        make_release("2025-10", [code], set_name="hcpcs", covers=(date(2025, 10, 1), date(2026, 1, 1))),
        make_release("2026-01", [{"hcpcs": "J2930", "payment_limit": Decimal(1)}]),
    )
    assert found["listed-though-ended"].codes == ("J2930",)


def test_an_ended_drug_without_a_successor(complaints, make_release) -> None:
    ended = drug("J2930", "125", effective_from=date(1984, 1, 1), effective_to=date(2025, 4, 1))
    other = drug("J2920", "40", effective_from=date(1984, 1, 1), effective_to=date(2025, 4, 1))
    found = complaints(
        make_release("2026-01", [ended, other], set_name="drugs"),
        make_release("2026-01", [{"hcpcs": "J2920", "successor": "J2919"}], set_name="successors"),
    )
    assert found["ended-without-successor"].codes == ("J2930",)
    assert found["ended-without-successor"].severity is Severity.NOTE


def test_a_gap_and_what_is_not_known_yet(complaints, make_release) -> None:
    found = complaints(
        make_release("2025-07", [drug("J0001", "1")], set_name="drugs", covers=(date(2025, 7, 1), date(2025, 10, 1)),
                     published_on=date(2025, 6, 20)),
        make_release("2026-01", [drug("J0001", "1")], set_name="drugs"),
    )  # fmt: skip
    assert found["no-edition"].message == "No drug units for 2025 Q4."
    found = complaints(as_of=date(2025, 8, 1))
    assert "no-edition" not in found


def test_sets_of_which_only_the_starter_is_held(library, keep, make_release) -> None:
    keep(make_release("2026-01", [{"hcpcs": "J2919", "payment_limit": Decimal("0.264")}]))
    found = examine(library, lambda: Reference.open(library.folder), as_of=AS_OF)
    starter = {c.subject for c in found if c.kind == "starter-only"}
    assert "MUE" in starter
    assert "payment limits" not in starter
