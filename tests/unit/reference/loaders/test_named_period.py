"""What the names of releases tell: every way in which CMS writes a quarter."""

from __future__ import annotations

from datetime import date

import pytest

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import SourceFile
from scrubjay.reference.loaders.named_period import day_in, period_of, setting_in, short_name
from scrubjay.reference.loaders.ncci_names import SETTINGS, program_of, setting_of


def named(name: str, packed: date | None = None) -> SourceFile:
    return SourceFile(name, b"", 0, packed, lambda: b"")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("medicare_ptp_prac_2024-07-01_full.csv", date(2024, 7, 1)),
        ("MCR_MUE_PractitionerServices_Eff_07-01-2024.csv", date(2024, 7, 1)),
        ("add-code-edits-medicare-effective-07012026.zip", date(2026, 7, 1)),
        ("medicaid_mue_practitioner_2026q1.csv", date(2026, 1, 1)),
        ("AOC_V2024Q2-MCR.txt", date(2024, 4, 1)),
        ("ccipra-v302r0-f1.TXT", date(2024, 7, 1)),
        ("ccipra-v323r0-f1.txt", date(2026, 10, 1)),
        ("hcpcs_modifiers_2025_10.csv", date(2025, 10, 1)),
        ("eff. 4/1/2025", date(2025, 4, 1)),
        ("20240615", date(2024, 6, 15)),
        ("2024-02-30", None),
        ("file1.csv", None),
        ("codes_2026.csv", None),
    ],
)
def test_day_in_a_name(text: str, day: date | None) -> None:
    assert day_in(text) == day


def test_edition_names_revision_and_part() -> None:
    period = period_of(named("x/medicare-2024q3.zip/ccipra-v302r1-f2.txt"), source="s", example="e")
    assert (period.edition, period.revision, period.part) == ("2024-07-01.r1.f2", 1, 2)
    assert (period.quarter_from, period.quarter_to) == (date(2024, 7, 1), date(2024, 10, 1))
    late = period_of(named("AOC_V2025Q4_01-MCR.txt"), source="s", example="e")
    assert (late.edition, late.quarter_to) == ("2025-10-01.r1", date(2026, 1, 1))


def test_notes_come_before_the_name_but_a_copyright_year_does_not() -> None:
    notes = "CPT only copyright 2023 American Medical Association\nEffective 04/01/2025"
    assert period_of(named("mue_2024-07-01.csv"), notes, source="s", example="e").day == date(2025, 4, 1)
    notes = "CPT only copyright 2023 American Medical Association"
    assert period_of(named("mue_2024-07-01.csv"), notes, source="s", example="e").day == date(2024, 7, 1)


def test_folders_above_say_nothing() -> None:
    assert short_name(named("/home/out/2023-01-01/table.csv")) == "table.csv"
    assert short_name(named("a/b-2024q1.zip/in/table.csv")) == "b-2024q1.zip/in/table.csv"
    with pytest.raises(
        ReferenceDataError, match=r"table\.csv: does not say which release .* name that tells the day"
    ):
        period_of(named("/home/2023-01-01/table.csv"), source="s", example="e")


@pytest.mark.parametrize(
    ("packed", "published"),
    [
        (date(2024, 6, 3), (date(2024, 6, 3), True)),
        (date(2024, 8, 20), (date(2024, 8, 20), True)),
        (date(2025, 11, 1), (date(2024, 7, 1), False)),
        (date(2023, 1, 1), (date(2024, 7, 1), False)),
        (None, (date(2024, 7, 1), False)),
    ],
)
def test_day_of_packing_counts_near_the_period_only(
    packed: date | None, published: tuple[date, bool]
) -> None:
    file = named("ccipra-v302r0.zip/ccipra-v302r0.txt", packed)
    assert period_of(file, source="s", example="e").published(file) == published


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("ccipra-v302r0-f1.txt", "practitioner"),
        ("ccioph-v302r0-f4.xlsx", "outpatient_hospital"),
        ("medicare_ptp_out_2024-07-01_full.csv", "outpatient_hospital"),
        ("medicare_mue_dme_2024-07-01.csv", "dme"),
        ("MCR_MUE_OutpatientHospitalServices_Eff_07-01-2024.csv", "outpatient_hospital"),
        ("MCD_MUE_DMESupplierServices.csv", "dme"),
        ("routine.csv", None),
    ],
)
def test_settings_by_name(name: str, setting: str | None) -> None:
    assert setting_in([name], SETTINGS) == setting


def test_setting_that_nothing_tells_is_refused() -> None:
    with pytest.raises(ReferenceDataError, match=r"x\.csv: does not say which services"):
        setting_of(named("x.csv"), source="table")


def test_programs_by_name() -> None:
    assert program_of(named("MCD_MUE.csv")) == "medicaid"
    assert program_of(named("AOC_V2024Q2-MCR.txt")) == "medicare"
    assert program_of(named("mue.csv")) is None
