"""Medicare Coverage Database exports: every table in the published layout, written by hand."""

from __future__ import annotations

from datetime import date

import pytest

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders import mcd_index, sad_lists
from scrubjay.reference.loaders.base import Release, SourceFile
from scrubjay.reference.loaders.coverage import LOADER
from scrubjay.reference.sets import SETS

DAY = date(2026, 9, 3)
STAMP = "2026-08-20 10:00:00.123000000"
ARTICLE_HEADER = (
    "article_id,article_version,article_type,title,article_pub_date,article_eff_date,article_end_date,description,"
    "other_comments,sad_url,status,last_updated,history_exp,key_article,icd9_covered_para,icd9_noncovered_para,"
    "revenue_para,thirty_percent,article_rev_end_date,source_article_id,date_retired,keywords,icd10_doc,"
    "add_icd10_info,cms_cov_policy,display_id,reference_article\n"
)


def article(
    number: int,
    version: int,
    begins: str,
    *,
    ends: str = "",
    rev: str = "",
    status: str = "A",
    display: str = "",
) -> str:
    return (
        f'{number},{version},5,"Billing, ""coding""",2026-01-01 00:00:00,{begins},{ends},"<p>Long\n\ntext, of pages'
        f'</p>",,,{status},{STAMP},,N,,,,N,{rev},,,"a, b",Y,,,{display},N\n'
    )


ARTICLES = (
    ARTICLE_HEADER
    + article(52840, 25, "2024-10-01 00:00:00")
    + article(52840, 26, "2026-10-01 00:00:00")
    + article(
        57114, 3, "2020-01-01 00:00:00", ends="2025-06-30 00:00:00", rev="2025-05-31 00:00:00", status="R"
    )
    + article(60001, 1, "2026-01-01 00:00:00", status="P", display="DA60001")
)
HCPC = (
    "article_id,article_version,hcpc_code_id,hcpc_code_version,hcpc_code_group,range,last_updated,long_description,"
    "short_description\n"
    f'52840,25,j1010,5,1,N,{STAMP},"INJECTION, SOMETHING, 1 MG",Inj\n'
    f"52840,25,20610,5,1,N,{STAMP},some words,words\n"
    f"52840,25,20610,5,2,N,{STAMP},some words,words\n"
    f"52840,25,XX000,1,1,N,{STAMP},Not Applicable,NA\n"
)
COVERED = (
    "article_id,article_version,icd10_code_id,icd10_code_version,icd10_covered_group,range,last_updated,sort_order,"
    "description,asterisk\n"
    f'52840,25,M17.11,5,1,N,{STAMP},1,"Unilateral, right",\n'
    f"52840,25,m17.12,5,1,N,{STAMP},2,left,*\n"
    f"52840,25,M17.11,5,2,N,{STAMP},1,right,\n"
    f"52840,25,XX000,5,3,N,{STAMP},1,Not Applicable,\n"
)
NONCOVERED = (
    "article_id,article_version,icd10_code_id,icd10_code_version,icd10_noncovered_group,range,last_updated,"
    "sort_order,description\n"
    f"52840,25,Z00.00,5,1,B,{STAMP},1,exam\n52840,25,Z00.01,5,1,E,{STAMP},2,exam\n"
)
JURISDICTIONS = (
    "article_id,article_version,article_type,contractor_id,contractor_type_id,contractor_version,last_updated\n"
    f"52840,25,5,361,9,1,{STAMP}\n52840,25,5,362,9,1,{STAMP}\n"
)
CONTRACTORS = (
    "contractor_id,contractor_type_id,contractor_version,contractor_bus_name,contractor_number,dmerc_rgn,address1,"
    "address2,address3,city,state_id,zipcode,phone,fax,status,last_updated,url,email,ignore,status_flag,cmd_name,"
    "cmd_title,contractor_subtype_id\n"
    f'361,9,1,"Some Solutions, LLC",02101,,Street,,,Town,2,99999,1,2,A,{STAMP},u,e,N,Y,n,t,3\n'
)
LCD = (
    "lcd_id,lcd_version,title,determination_number,orig_det_eff_date,ent_det_end_date,rev_eff_date,rev_end_date,"
    "indication,status,last_updated,display_id,date_retired\n"
    f"33912,40,Injections,,2015-10-01 00:00:00,,2024-03-01 00:00:00,,<p>x</p>,A,{STAMP},,\n"
    f"33913,1,Older,,2015-10-01 00:00:00,,,,<p>x</p>,A,{STAMP},,\n"
    f"33914,1,Undated,,,,,,<p>x</p>,A,{STAMP},,\n"
)
LCD_CODES = HCPC.replace("article_id,article_version", "lcd_id,lcd_version")
LCD_JURISDICTIONS = (
    "lcd_id,lcd_version,contractor_id,contractor_type_id,contractor_version,last_updated\n"
    f"33912,40,361,9,1,{STAMP}\n"
)
NCD = (
    "NCD_id,NCD_vrsn_num,natl_cvrg_type,cvrg_lvl_cd,NCD_mnl_sect,NCD_mnl_sect_title,NCD_efctv_dt,NCD_impltn_dt,"
    "NCD_trmntn_dt,itm_srvc_desc,indctn_lmtn,last_updt_tmstmp\n"
    "1,3,True,2,110.21,Erythropoiesis,2007-07-30 00:00:00,,,x,y,2025-05-27 12:20:33\n"
    "9,1,False,4,20.3,Provision,1990-01-01 00:00:00,,2001-12-31 00:00:00,x,y,2025-05-20 12:20:33\n"
)


def source(content: str, name: str = "table.csv", modified_on: date | None = DAY) -> SourceFile:
    raw = content.encode()
    return SourceFile(name, raw[:65_536], len(raw), modified_on, lambda: raw)


def load(content: str, modified_on: date | None = DAY) -> Release:
    file = source(content, modified_on=modified_on)
    assert LOADER.recognises(file)
    release = LOADER.load(file)
    assert isinstance(release, Release)
    return release


@pytest.mark.parametrize(
    ("content", "table", "set_name", "rows", "kept"),
    [
        (ARTICLES, "article", "coverage_documents", 4, 3),
        (LCD, "lcd", "coverage_documents", 3, 2),
        (NCD, "ncd_trkg", "coverage_documents", 2, 2),
        (HCPC, "article_x_hcpc_code", "coverage_codes", 4, 3),
        (LCD_CODES, "lcd_x_hcpc_code", "coverage_codes", 4, 3),
        (COVERED, "article_x_icd10_covered", "coverage_diagnoses", 4, 3),
        (NONCOVERED, "article_x_icd10_noncovered", "coverage_diagnoses", 2, 2),
        (JURISDICTIONS, "article_x_contractor", "coverage_jurisdictions", 2, 2),
        (LCD_JURISDICTIONS, "lcd_x_contractor", "coverage_jurisdictions", 1, 1),
        (CONTRACTORS, "contractor", "coverage_contractors", 1, 1),
    ],
)
def test_every_table_is_recognised_and_counted(
    content: str, table: str, set_name: str, rows: int, kept: int
) -> None:
    release = load(content)
    (part,) = release.sets
    assert release.source == f"CMS Medicare Coverage Database, {table}"
    assert (part.set_name, release.rows, part.frame.height) == (set_name, rows, kept)
    assert part.frame.schema == SETS[set_name].schema
    assert (release.edition, release.is_published_stated) == ("2026-09-03", True)
    assert not mcd_index.LOADER.recognises(source(content))
    assert not sad_lists.LOADER.recognises(source(content))
    assert set(LOADER.sets) >= {set_name}


def test_no_text_of_a_page_or_code_is_kept() -> None:
    for content in (ARTICLES, LCD, HCPC, COVERED, NCD):
        kept = str(load(content).sets[0].frame.to_dicts())
        assert "<p>" not in kept
        assert "words" not in kept
        assert "Unilateral" not in kept


def test_articles_have_days_in_force_one_version_at_a_time() -> None:
    release = load(ARTICLES)
    rows = {(r["document"], r["version"]): r for r in release.sets[0].frame.to_dicts()}
    now, later, ended = rows["A52840", "25"], rows["A52840", "26"], rows["A57114", "3"]
    assert (now["effective_from"], now["effective_to"]) == (date(2024, 10, 1), date(2026, 10, 1))
    assert (later["effective_from"], later["effective_to"]) == (date(2026, 10, 1), None)
    # The earliest of its last days, inclusive in the source.
    assert ended["effective_to"] == date(2025, 6, 1)
    assert [r["status"] for r in (now, later, ended)] == ["in-force", "future", "retired"]
    assert (now["kind"], now["title"], now["article_type"]) == ("article", 'Billing, "coding"', "5")
    assert now["updated_on"] == date(2026, 8, 20)
    assert "1 proposed documents are left out: they bind nobody yet." in release.warnings


def test_lcds_count_from_their_revision_and_never_without_a_day() -> None:
    release = load(LCD)
    rows = {r["document"]: r for r in release.sets[0].frame.to_dicts()}
    assert rows["L33912"]["effective_from"] == date(2024, 3, 1)
    assert rows["L33913"]["effective_from"] == date(2015, 10, 1)
    assert release.warnings == ("No first day in force in row 4 (`L33914`): left out.",)


def test_ncds() -> None:
    esa, provision = load(NCD).sets[0].frame.to_dicts()
    assert (esa["document"], esa["kind"], esa["coverage_level"]) == ("NCD 110.21", "ncd", "2")
    assert (provision["kind"], provision["effective_to"]) == ("coverage-provision", date(2002, 1, 1))
    assert provision["status"] == "retired"


def test_codes_keep_numbers_and_groups_only() -> None:
    release = load(HCPC)
    rows = release.sets[0].frame.select("document", "version", "hcpcs", "group").rows()
    assert rows == [
        ("A52840", "25", "J1010", "1"),
        ("A52840", "25", "20610", "1"),
        ("A52840", "25", "20610", "2"),
    ]
    assert release.warnings == ("No HCPCS code in row 5 (`XX000`): left out.",)


def test_diagnoses_covered_and_not_by_group() -> None:
    covered, refused = load(COVERED), load(NONCOVERED)
    columns = ("document", "diagnosis", "group", "is_covered", "has_condition")
    assert covered.sets[0].frame.select(columns).rows() == [
        ("A52840", "M1711", "1", True, None),
        ("A52840", "M1712", "1", True, True),
        ("A52840", "M1711", "2", True, None),
    ]
    assert refused.sets[0].frame.select(columns).rows()[0] == ("A52840", "Z0000", "1", False, None)
    assert refused.warnings == (
        "1 groups may give a range of codes by its ends only: ranges are not filled up.",
    )


def test_contractors_join_to_jurisdictions() -> None:
    contractor = load(CONTRACTORS).sets[0].frame.row(0, named=True)
    places = load(JURISDICTIONS).sets[0].frame["coverage_contractor"].to_list()
    assert contractor["coverage_contractor"] in places
    assert (contractor["contractor"], contractor["contractor_name"]) == ("02101", "Some Solutions, LLC")


def test_an_export_without_its_archive_is_as_old_as_its_latest_change() -> None:
    release = load(HCPC, modified_on=None)
    assert (release.published_on, release.is_published_stated) == (date(2026, 8, 20), False)


def test_a_newer_column_is_named_and_the_rest_is_read() -> None:
    header, _, rows = COVERED.partition("\n")
    release = load(f"{header},tier\n" + rows.replace("\n", ",x\n"))
    assert release.warnings[0] == "Columns that are not read: `tier`."
    assert release.sets[0].frame.height == 3


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (HCPC[:-9], "ends in the middle of a row"),
        (HCPC + f"52840,25,J1010,5,1,N,{STAMP},a,b,c,d\n", r"row 6: has 11 cells where the header names 9"),
        (HCPC + "52840,25,J1010\n", r"row 6: has 3 cells where the header names 9"),
        (HCPC + '52840,25,"J1010,5,1,N,x,y,z\n', r"row 6: has a stray quote"),
        (HCPC + f",25,J1010,5,1,N,{STAMP},a,b\n", "without the number or version"),
        (HCPC.partition("\n")[0] + "\n", "holds a header and no rows"),
    ],
)
def test_broken_tables_are_refused(content: str, what: str) -> None:
    with pytest.raises(ReferenceDataError, match=what):
        load(content)


def test_dates_that_cannot_be_read_leave_the_row_out() -> None:
    release = load(LCD.replace("2024-03-01 00:00:00", "next spring"))
    assert release.sets[0].frame["document"].to_list() == ["L33913"]
    assert "No date in `begins` of row 2 (`next spring`): these rows are left out." in release.warnings
