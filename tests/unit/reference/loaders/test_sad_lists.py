"""Self-administered drug exclusion lists: the export's table and the report, written by hand."""

from __future__ import annotations

from datetime import date

import pytest

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Release, SourceFile
from scrubjay.reference.loaders.sad_lists import LOADER
from scrubjay.reference.sets import SETS

DAY = date(2026, 9, 3)
STAMP = "2026-08-20 10:00:00"
TABLE = (
    "article_id,article_version,article_type,code_table_row,brand_name,eff_date,end_date,comments,hcpc_code_id,"
    "hcpc_code_version,last_updated,short_description,long_description\n"
    f'52571,130,7,1,Humira&reg;,2008-02-01 00:00:00,,"<p>Apparent&nbsp;on its\nface</p>",J0135,5,{STAMP},Inj,'
    '"INJECTION, X, 20 MG"\n'
    f"52571,130,7,2,Orencia SC,2021-04-01 00:00:00,2025-12-31 00:00:00,,J0129,5,{STAMP},Inj,long\n"
    f"52571,130,7,3,Rebif,2017-07-16 00:00:00,,,J3590,5,{STAMP},U,long\n"
    f"52571,130,7,4,Skyrizi,2020-01-12 00:00:00,,,J3590,5,{STAMP},U,long\n"
    f"52571,130,7,5,,2020-01-12 00:00:00,,,J9999,5,{STAMP},U,long\n"
)
REPORT = (
    "Self-Administered Drug (SAD) Exclusion List Report,,,,,,\n,,,,,,\n"
    "Article ID,Contractor Name,HCPCS Code,Code Descriptor,Brand Name,Exclusion Effective Date,Exclusion End Date\n"
    'A52571,"First, Inc.",J0135,"INJECTION, X, 20 MG",Humira,2/1/2008,\n'
    'A52800,"Second, LLC",J0129,long,Orencia,04/01/2021,12/31/2025\n'
)


def source(content: str, modified_on: date | None = DAY, name: str = "list.csv") -> SourceFile:
    raw = content.encode()
    return SourceFile(name, raw[:65_536], len(raw), modified_on, lambda: raw)


def load(content: str, modified_on: date | None = DAY) -> Release:
    file = source(content, modified_on)
    assert LOADER.recognises(file)
    release = LOADER.load(file)
    assert isinstance(release, Release)
    return release


def test_the_table_of_the_export() -> None:
    release = load(TABLE)
    (part,) = release.sets
    assert part.frame.schema == SETS["self_administered"].schema
    assert (release.rows, part.frame.height, release.warnings) == (5, 5, ())
    first, second, *others = part.frame.to_dicts()
    assert (first["hcpcs"], first["document"], first["version"]) == ("J0135", "A52571", "130")
    assert (first["brand"], first["reason"]) == ("Humira®", "Apparent on its face")
    assert (first["effective_from"], first["effective_to"]) == (date(2008, 2, 1), None)
    # The last day of exclusion is inclusive in the source.
    assert second["effective_to"] == date(2026, 1, 1)
    assert [(r["hcpcs"], r["brand"]) for r in others] == [
        ("J3590", "Rebif"),
        ("J3590", "Skyrizi"),
        ("J9999", "-"),
    ]
    assert "INJECTION" not in str(part.frame.to_dicts())


def test_the_report() -> None:
    release = load(REPORT)
    first, second = release.sets[0].frame.to_dicts()
    assert (first["document"], first["contractor"], first["effective_from"]) == (
        "A52571", "First, Inc.", date(2008, 2, 1),
    )  # fmt: skip
    assert (second["hcpcs"], second["effective_to"]) == ("J0129", date(2026, 1, 1))
    assert release.source.endswith("SAD exclusion list report")


def test_a_report_that_says_no_day_needs_it_in_its_name() -> None:
    with pytest.raises(ReferenceDataError, match="which day's"):
        load(REPORT, None)
    file = source(REPORT, None, "sad_2026-09-01.csv")
    release = LOADER.load(file)
    assert isinstance(release, Release)
    assert release.edition == "2026-09-01"
    # The export's rows say when they were changed.
    assert load(TABLE, None).published_on == date(2026, 8, 20)


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (f"52571,130,7,6,Odd,2020-01-12 00:00:00,,,J35,5,{STAMP},U,l\n", "No HCPCS code in row 7 (`J35`)"),
        (f"52571,130,7,6,Odd,,,,J3590,5,{STAMP},U,l\n", "No first day of exclusion in row 7 (`J3590`)"),
        (f"52571,130,7,6,Odd,2020-13-12,,,J3590,5,{STAMP},U,l\n", "No date in `begins` of row 7"),
        (f",130,7,6,Odd,2020-01-12 00:00:00,,,J3590,5,{STAMP},U,l\n", "No article in row 7"),
        (
            f"52571,130,7,6,Rebif,2017-07-16 00:00:00,,,J3590,5,{STAMP},U,l\n",
            "Listed more than once, kept once: row 7 (`J3590`).",
        ),
    ],
)
def test_rows_that_do_not_say_enough_are_left_out(row: str, what: str) -> None:
    release = load(TABLE + row)
    assert (release.rows, release.sets[0].frame.height) == (6, 5)
    assert what in release.warnings[0]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (TABLE[:-5], "ends in the middle of a row"),
        (TABLE.partition("\n")[0] + "\n", "holds a header and no rows"),
        (REPORT.replace("J0135", "none").replace("J0129", "none"), "holds no excluded drug"),
    ],
)
def test_broken_lists_are_refused(content: str, what: str) -> None:
    with pytest.raises(ReferenceDataError, match=what):
        load(content)


def test_other_files_are_not_taken_for_a_list() -> None:
    for other in ("", "<html>", "HCPCS Code,Effective Date,Article\nJ0135,1/1/2020,A1\n", "exclusion,list\n"):
        assert not LOADER.recognises(source(other))
