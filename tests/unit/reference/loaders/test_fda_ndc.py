"""FDA NDC directory: both files in the published layout, and the lookup that joins them."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders import fda_ndc_packages, fda_ndc_products, injectable_ndc
from scrubjay.reference.loaders.base import Loader, Release, SourceFile
from scrubjay.reference.packages import package_rows
from scrubjay.reference.sets import SETS
from scrubjay.reference.starter import Edition
from scrubjay.reference.store import EditionFrame, Reference

DAY = date(2026, 9, 1)
PRODUCT_HEADER = (
    "PRODUCTID\tPRODUCTNDC\tPRODUCTTYPENAME\tPROPRIETARYNAME\tPROPRIETARYNAMESUFFIX\tNONPROPRIETARYNAME\t"
    "DOSAGEFORMNAME\tROUTENAME\tSTARTMARKETINGDATE\tENDMARKETINGDATE\tMARKETINGCATEGORYNAME\t"
    "APPLICATIONNUMBER\tLABELERNAME\tSUBSTANCENAME\tACTIVE_NUMERATOR_STRENGTH\tACTIVE_INGRED_UNIT\t"
    "PHARM_CLASSES\tDEASCHEDULE\tNDC_EXCLUDE_FLAG\tLISTING_RECORD_CERTIFIED_THROUGH\r\n"
)
PRODUCTS = PRODUCT_HEADER + (
    "0009-0047_aaa\t0009-0047\tHUMAN PRESCRIPTION DRUG\tSolu-Medrol\t\tmethylprednisolone sodium succinate\t"
    "INJECTION, POWDER, FOR SOLUTION\tINTRAMUSCULAR; INTRAVENOUS\t19590402\t\tNDA\tNDA011856\t"
    'Pharmacia "P" Company LLC\tMETHYLPREDNISOLONE SODIUM SUCCINATE\t125\tmg/2mL\tsteroid\t\tN\t20271231\r\n'
    "99999-123_bbb\t99999-123\tHUMAN PRESCRIPTION DRUG\tPair\tForte\tone and two\tKIT\t\t20200101\t20241231\t"
    "ANDA\tANDA1\tMaker\tONE; TWO\t3; 25\tmg/mL; ug/mL\t\tCII\tE\t\r\n"
)
PACKAGE_HEADER = (
    "PRODUCTID\tPRODUCTNDC\tNDCPACKAGECODE\tPACKAGEDESCRIPTION\tSTARTMARKETINGDATE\tENDMARKETINGDATE\t"
    "NDC_EXCLUDE_FLAG\tSAMPLE_PACKAGE\r\n"
)
PACKAGE_ROWS = (
    "0009-0047_aaa\t0009-0047\t0009-0047-22\t25 VIAL in 1 CARTON (0009-0047-22)  / 2 mL in 1 VIAL\t19590402\t\tN\tN\r\n",
    "51662-1263_c\t51662-1263\t51662-1263-1\t1 mL in 1 VIAL, SINGLE-USE (51662-1263-1) \t20180901\t\tN\tN\r\n",
    (
        "0009-0306_d\t0009-0306\t0009-0306-02\t1 VIAL, MULTI-DOSE in 1 CARTON (0009-0306-02)  > 5 mL in 1 VIAL, "
        "MULTI-DOSE\t19590506\t20251231\tN\tN\r\n"
    ),
    (
        "99999-123_bbb\t99999-123\t99999-123-01\t1 KIT in 1 CARTON * 1 mL in 1 VIAL, SINGLE-DOSE * 5 mL in 1 VIAL, "
        "MULTI-DOSE\t20200101\t20241231\tE\tY\r\n"
    ),
)
PACKAGES = PACKAGE_HEADER + "".join(PACKAGE_ROWS)
LAYOUTS = [
    pytest.param(fda_ndc_packages.LOADER, PACKAGES, "package.txt", id="packages"),
    pytest.param(fda_ndc_products.LOADER, PRODUCTS, "product.txt", id="products"),
]


def source(content: str | bytes, name: str, modified_on: date | None = DAY) -> SourceFile:
    raw = content.encode() if isinstance(content, str) else content
    return SourceFile(name, raw[:65_536], len(raw), modified_on, lambda: raw)


def read(loader: Loader, content: str | bytes, name: str, modified_on: date | None = DAY) -> Release:
    file = source(content, name, modified_on)
    assert loader.recognises(file)
    release = loader.load(file)
    assert isinstance(release, Release)
    return release


def packages(content: str | bytes = PACKAGES, **options: date | None) -> Release:
    return read(fda_ndc_packages.LOADER, content, "ndctext.zip/package.txt", **options)


def one(release: Release, **key: str) -> dict[str, object]:
    (row,) = release.sets[0].frame.filter(**key).to_dicts()
    return row


@pytest.mark.parametrize(("loader", "content", "name"), LAYOUTS)
def test_shape_edition_and_rows(loader: Loader, content: str, name: str) -> None:
    release = read(loader, content, name)
    (part,) = release.sets
    assert part.frame.schema == SETS[part.set_name].schema
    assert part.frame.height == release.rows == content.count("\r\n") - 1
    assert (release.source, release.edition, release.published_on) == ("FDA NDC directory", "2026-09-01", DAY)
    assert release.is_published_stated
    assert part.frame.select(pl.col("known_from", "confidence").n_unique()).row(0) == (1, 1)
    assert release.warnings == ()
    assert not loader.is_tested_on_real_file


@pytest.mark.parametrize(
    ("published", "ndc"),
    [
        ("0009-0047-22", "00009004722"),  # 4-4-2
        ("51662-126-01", "51662012601"),  # 5-3-2
        ("51662-1263-1", "51662126301"),  # 5-4-1
    ],
)
def test_ten_digits_become_eleven_by_their_form(published: str, ndc: str) -> None:
    product = published.rpartition("-")[0]
    row = f"x\t{product}\t{published}\t1 VIAL in 1 BOX\t20200101\t\tN\tN\r\n"
    found = one(packages(PACKAGE_HEADER + row))
    assert (found["ndc"], found["product_ndc"], found["ndc_as_published"]) == (ndc, ndc[:9], published)


def test_a_number_without_its_hyphens_is_left_out_and_named() -> None:
    row = "x\t0009-0047\t0009004722\t1 VIAL in 1 BOX\t20200101\t\tN\tN\r\n"
    release = packages(PACKAGE_HEADER + PACKAGE_ROWS[0] + row)
    assert release.rows == 2
    assert release.sets[0].frame["ndc"].to_list() == ["00009004722"]
    assert release.warnings == ("No NDC of ten digits in three parts in row 3 (`0009004722`): left out.",)


@pytest.mark.parametrize(
    ("ndc", "kind", "words"),
    [
        ("00009004722", None, ["VIAL", "CARTON"]),
        ("51662126301", "single-dose", ["VIAL, SINGLE-USE"]),
        ("00009030602", "multi-dose", ["VIAL, MULTI-DOSE", "CARTON"]),
        ("99999012301", None, ["KIT", "CARTON", "VIAL, SINGLE-DOSE", "VIAL, MULTI-DOSE"]),
    ],
)
def test_container_type_only_where_the_words_say_so(ndc: str, kind: str | None, words: list[str]) -> None:
    row = one(packages(), ndc=ndc)
    assert (row["container_type"], row["package_words"]) == (kind, words)


def test_a_kit_of_both_types_says_so() -> None:
    release = packages()
    assert (
        one(release, ndc="99999012301")["note"] == "The package holds single-dose and multi-dose containers."
    )
    assert one(release, ndc="00009004722")["note"] is None


def test_marketing_dates_become_a_half_open_period() -> None:
    release = packages()
    ended = one(release, ndc="00009030602")
    assert (ended["effective_from"], ended["effective_to"]) == (date(1959, 5, 6), date(2026, 1, 1))
    assert one(release, ndc="00009004722")["effective_to"] is None


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("20209999", "", "No date in `start` of row 3 (`20209999`)"),
        ("20200101", "20191231", "Marketing ends before it begins in row 3 (`2019-12-31`)"),
    ],
)
def test_dates_that_make_no_period_leave_the_row_out(start: str, end: str, words: str) -> None:
    row = f"x\t1111-2222\t1111-2222-33\t1 VIAL in 1 BOX\t{start}\t{end}\tN\tN\r\n"
    release = packages(PACKAGE_HEADER + PACKAGE_ROWS[0] + row)
    assert release.sets[0].frame.height == 1
    assert words in release.warnings[0]


def test_the_same_package_under_two_records() -> None:
    again = PACKAGE_ROWS[0].replace("_aaa", "_zzz")
    release = packages(PACKAGES + again)
    assert (release.rows, release.sets[0].frame.height, release.warnings) == (5, 4, ())
    other = again.replace("25 VIAL", "10 VIAL")
    release = packages(PACKAGES + other)
    assert release.sets[0].frame.height == 5
    assert "no value is taken: row 2 (`00009004722`)" in release.warnings[0]


def test_products() -> None:
    release = read(fda_ndc_products.LOADER, PRODUCTS, "product.txt")
    first = one(release, product_ndc="000090047")
    assert (first["proprietary"], first["routes"]) == ("Solu-Medrol", ["INTRAMUSCULAR", "INTRAVENOUS"])
    assert (first["strengths"], first["strength_units"]) == (["125"], ["mg/2mL"])
    # Quotes are plain signs in this file.
    assert first["labeler"] == 'Pharmacia "P" Company LLC'
    assert (first["certified_to"], first["is_excluded"], first["dea"]) == (date(2027, 12, 31), False, None)
    second = one(release, product_ndc="999990123")
    assert (second["proprietary"], second["routes"], second["substances"]) == (
        "Pair Forte",
        None,
        ["ONE", "TWO"],
    )
    assert (second["dea"], second["is_excluded"], second["effective_to"]) == ("CII", True, date(2025, 1, 1))


def test_windows_signs_are_read() -> None:
    content = PRODUCTS.replace("Solu-Medrol", "Solu-Medrol®").encode("cp1252")
    release = read(fda_ndc_products.LOADER, content, "product.txt")
    assert one(release, product_ndc="000090047")["proprietary"] == "Solu-Medrol®"


def test_an_older_layout_and_a_newer_column() -> None:
    old = "PRODUCTID\tPRODUCTNDC\tNDCPACKAGECODE\tPACKAGEDESCRIPTION\r\nx\t0009-0047\t0009-0047-22\t1 VIAL in 1 BOX\r\n"
    row = one(packages(old))
    assert (row["is_sample"], row["is_excluded"]) == (None, None)
    # Without marketing dates nothing is claimed of the days before the release.
    assert (row["effective_from"], row["effective_to"]) == (DAY, None)
    assert "counts from the day of the release" in str(row["note"])
    new = (
        PACKAGES.replace("SAMPLE_PACKAGE\r", "SAMPLE_PACKAGE\tSERIAL\r")
        .replace("\tN\r", "\tN\tz\r")
        .replace("\tY\r", "\tY\tz\r")
    )
    release = packages(new)
    assert release.sets[0].frame.height == 4
    assert release.warnings == ("Columns that are not read: `serial`.",)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (PACKAGES[:-30], "ends in the middle of a row"),
        (PACKAGES.replace("\tN\tN\r\n51662", "\r\n51662"), r"row 2: has 6 cells where the header names 8"),
        (PACKAGE_HEADER, "holds a header and no rows"),
        (PACKAGE_HEADER + "x\tmany\tnone\t1 VIAL\t\t\tN\tN\r\n", "holds no NDC"),
    ],
)
def test_broken_files_are_refused(content: str, what: str) -> None:
    with pytest.raises(ReferenceDataError, match=what):
        packages(content)


def test_a_file_that_says_no_day_is_refused_unless_its_name_does() -> None:
    with pytest.raises(ReferenceDataError, match="which day's FDA NDC directory"):
        packages(modified_on=None)
    named = read(fda_ndc_packages.LOADER, PACKAGES, "package_2026-08-30.txt", None)
    assert named.edition == "2026-08-30"


def test_the_two_files_are_told_apart() -> None:
    assert not fda_ndc_packages.LOADER.recognises(source(PRODUCTS, "package.txt"))
    assert not fda_ndc_products.LOADER.recognises(source(PACKAGES, "product.txt"))
    for loader in (fda_ndc_packages.LOADER, fda_ndc_products.LOADER):
        for other in ("", "\n", "<html>", "PK\x03\x04", "\x00\xff"):
            assert not loader.recognises(source(other, "package.txt"))


def reference(*releases: Release) -> Reference:
    frames: dict[str, list[EditionFrame]] = {}
    for release in releases:
        for part in release.sets:
            edition = Edition(
                set_name=part.set_name, edition=release.edition, source=release.source,
                published_on=release.published_on, covers_from=part.covers_from, covers_to=part.covers_to,
                rows=part.frame.height, is_starter=False, is_complete=part.is_complete, note=part.note,
            )  # fmt: skip
            frames.setdefault(part.set_name, []).append(EditionFrame((edition,), lambda f=part.frame: f, 1))
    return Reference(frames)


def test_a_lookup_joins_package_and_product() -> None:
    held = reference(packages(), read(fda_ndc_products.LOADER, PRODUCTS, "product.txt"))
    (row,) = package_rows(held, "00009004722", on=date(2026, 9, 2), as_of=date(2026, 9, 2))
    assert (row["proprietary"], row["routes"], row["package_words"]) == (
        "Solu-Medrol", ["INTRAMUSCULAR", "INTRAVENOUS"], ["VIAL", "CARTON"],
    )  # fmt: skip
    assert (row["labeler"], row["product_edition"]) == ('Pharmacia "P" Company LLC', "2026-09-01")
    # Nothing is known before the release.
    assert package_rows(held, "00009004722", on=date(2026, 9, 2), as_of=date(2026, 8, 31)) == []
    # Nor on a day after the marketing.
    assert package_rows(held, "00009030602", on=date(2026, 1, 1), as_of=DAY) == []


def test_packages_alone_leave_the_product_unknown() -> None:
    (row,) = package_rows(reference(packages()), "00009004722", on=DAY, as_of=DAY)
    assert (row["proprietary"], row["labeler"], row["product_edition"]) == (None, None, None)


def test_directories_that_differ_are_both_shown() -> None:
    qumi = read(
        injectable_ndc.LOADER,
        "NDC,RXCUI,QUMI Code,Package Count,Supplier,Description,Dosage Form,Dosage Route,Strength,Measure,ANDA,"
        "Generic Description,DEA\n00009-0047-22,1,2,25,Pfizer,Methylprednisolone 125 mg Vial,Vial,INJECTABLE,"
        "125,mg,NDA011856,METHYLPREDNISOLONE,\n",
        "list_2023-10-23.csv",
        None,
    )
    held = reference(packages(), qumi)
    both = package_rows(held, "00009004722", on=DAY, as_of=DAY)
    assert [(r["source"], r["confidence"], r["labeler"]) for r in both] == [
        ("FDA NDC directory", "A", None),
        ("QUMI injectable NDC list", "C", "Pfizer"),
    ]
    (then,) = package_rows(held, "00009004722", on=date(2024, 1, 1), as_of=date(2024, 1, 1))
    assert then["strengths"] == ["125"]
