"""Facts that come from loaded files: the FDA's directory, lists of self-administered drugs, coverage articles."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from scrubjay.edits.registry import all_edits
from scrubjay.edits.spec import Verdict
from scrubjay.engine import run_edits
from scrubjay.intake import read_claims_bytes
from scrubjay.policies import PolicySet
from scrubjay.policies.loader import parse_policy
from scrubjay.reference.loaders import fda_ndc_packages, fda_ndc_products, sad_lists
from scrubjay.reference.loaders.base import Release, SourceFile
from scrubjay.reference.loaders.coverage import LOADER as COVERAGE
from scrubjay.reference.starter import Edition
from scrubjay.reference.store import EditionFrame, Reference
from scrubjay.testing.x12 import ClaimSpec, LineSpec, PayerSpec, make_837

LOADED = date(2026, 1, 5)
AS_OF = date(2026, 6, 1)
STAMP = "2026-01-02 10:00:00"
PRODUCTS = (
    "PRODUCTID\tPRODUCTNDC\tPRODUCTTYPENAME\tPROPRIETARYNAME\tPROPRIETARYNAMESUFFIX\tNONPROPRIETARYNAME\t"
    "DOSAGEFORMNAME\tROUTENAME\tSTARTMARKETINGDATE\tENDMARKETINGDATE\tMARKETINGCATEGORYNAME\t"
    "APPLICATIONNUMBER\tLABELERNAME\tSUBSTANCENAME\tACTIVE_NUMERATOR_STRENGTH\tACTIVE_INGRED_UNIT\t"
    "PHARM_CLASSES\tDEASCHEDULE\tNDC_EXCLUDE_FLAG\tLISTING_RECORD_CERTIFIED_THROUGH\r\n"
    "11111-111_a\t11111-111\tHUMAN\tPow\t\tx\tINJECTION, POWDER, LYOPHILIZED, FOR SOLUTION\tIV\t20200101\t\tNDA\tN1\tM\tX\t1\tmg\t\t\tN\t\r\n"
    "22222-222_b\t22222-222\tHUMAN\tLiq\t\tx\tINJECTION, SOLUTION\tIV\t20200101\t20260331\tNDA\tN2\tM\tX\t1\tmg\t\t\tN\t\r\n"
    "33333-333_c\t33333-333\tHUMAN\tKit\t\tx\tKIT\tIV\t\t\tNDA\tN3\tM\tX\t1\tmg\t\t\tN\t\r\n"
)
PACKAGES = (
    "PRODUCTID\tPRODUCTNDC\tNDCPACKAGECODE\tPACKAGEDESCRIPTION\tSTARTMARKETINGDATE\tENDMARKETINGDATE\t"
    "NDC_EXCLUDE_FLAG\tSAMPLE_PACKAGE\r\n"
    "11111-111_a\t11111-111\t11111-111-11\t1 VIAL\t20200101\t\tN\tN\r\n"
    "22222-222_b\t22222-222\t22222-222-22\t1 VIAL\t20200101\t20260331\tN\tN\r\n"
    "33333-333_c\t33333-333\t33333-333-33\t1 KIT\t\t\tN\tN\r\n"
)
SAD = (
    "article_id,article_version,article_type,code_table_row,brand_name,eff_date,end_date,comments,hcpc_code_id,"
    "hcpc_code_version,last_updated,short_description,long_description\n"
    f"52571,130,7,1,Humira,2026-02-01 00:00:00,2026-03-31 00:00:00,,J0135,5,{STAMP},Inj,long\n"
)
ARTICLES = (
    "article_id,article_version,article_type,title,article_pub_date,article_eff_date,article_end_date,description,"
    "other_comments,sad_url,status,last_updated,history_exp,key_article,icd9_covered_para,icd9_noncovered_para,"
    "revenue_para,thirty_percent,article_rev_end_date,source_article_id,date_retired,keywords,icd10_doc,"
    "add_icd10_info,cms_cov_policy,display_id,reference_article\n"
    f"52840,25,5,Billing,2026-01-01 00:00:00,2024-10-01 00:00:00,,x,,,A,{STAMP},,N,,,,N,,,,a,Y,,,,N\n"
    f"60001,1,5,Two groups,2026-01-01 00:00:00,2024-10-01 00:00:00,,x,,,A,{STAMP},,N,,,,N,,,,a,Y,,,,N\n"
)
CODES = (
    "article_id,article_version,hcpc_code_id,hcpc_code_version,hcpc_code_group,range,last_updated,long_description,"
    "short_description\n"
    f"52840,25,J1745,5,1,N,{STAMP},x,x\n60001,1,J3301,5,1,N,{STAMP},x,x\n"
)
COVERED = (
    "article_id,article_version,icd10_code_id,icd10_code_version,icd10_covered_group,range,last_updated,sort_order,"
    "description,asterisk\n"
    f"52840,25,K50.00,5,1,N,{STAMP},1,x,\n52840,25,M05.79,5,1,N,{STAMP},2,x,*\n"
    f"60001,1,M17.11,5,1,N,{STAMP},1,x,\n60001,1,M17.12,5,1,N,{STAMP},1,x,\n60001,1,M17.11,5,2,N,{STAMP},1,x,\n"
)
PLACES = (
    "article_id,article_version,article_type,contractor_id,contractor_type_id,contractor_version,last_updated\n"
    f"52840,25,5,361,9,1,{STAMP}\n60001,1,5,361,9,1,{STAMP}\n"
)
CONTRACTORS = (
    "contractor_id,contractor_type_id,contractor_version,contractor_bus_name,contractor_number,dmerc_rgn,address1,"
    "address2,address3,city,state_id,zipcode,phone,fax,status,last_updated,url,email,ignore,status_flag,cmd_name,"
    "cmd_title,contractor_subtype_id\n"
    f"361,9,1,Some Solutions,02101,,Street,,,Town,2,99999,1,2,A,{STAMP},u,e,N,Y,n,t,3\n"
)
MINE = """
id: my-medicare
name: Medicare Part B here
extends: medicare-part-b
reviewed_on: 2026-01-01
parameters:
  coverage_contractors:
    - {value: ["02101"], reason: Ours., citation: {source: SCRUBJAY, text: Ours., confidence: D}}
"""


def frames(loader, content: str, name: str) -> list[tuple[str, EditionFrame]]:
    raw = content.encode()
    file = SourceFile(name, raw[:65_536], len(raw), LOADED, lambda: raw)
    assert loader.recognises(file)
    release = loader.load(file)
    assert isinstance(release, Release)
    return [
        (
            part.set_name,
            EditionFrame(
                (
                    Edition(
                        set_name=part.set_name,
                        edition=release.edition,
                        source=release.source,
                        published_on=release.published_on,
                        covers_from=part.covers_from,
                        covers_to=part.covers_to,
                        is_complete=part.is_complete,
                        note=part.note,
                        rows=part.frame.height,
                        is_starter=False,
                    ),
                ),
                lambda frame=part.frame: frame,
                rank=1,
            ),
        )
        for part in release.sets
    ]


def reference(*files: tuple) -> Reference:
    held = {name: list(found) for name, found in Reference.starter().frames.items()}
    for file in files:
        for name, frame in frames(*file):
            held.setdefault(name, []).append(frame)
    return Reference(held)


FDA = ((fda_ndc_products.LOADER, PRODUCTS, "product.txt"), (fda_ndc_packages.LOADER, PACKAGES, "package.txt"))
ARTICLE_FILES = (
    (COVERAGE, ARTICLES, "article.csv"),
    (COVERAGE, CODES, "article_x_hcpc_code.csv"),
    (COVERAGE, COVERED, "article_x_icd10_covered.csv"),
    (COVERAGE, PLACES, "article_x_contractor.csv"),
    (COVERAGE, CONTRACTORS, "contractor.csv"),
)


def verdict(
    edit: str, claim: ClaimSpec, known: Reference, policy: str | None = None, kind="professional"
) -> str:
    bundle, _ = read_claims_bytes(make_837([claim], kind=kind).encode(), "t.837")
    own = [parse_policy(policy, "mine.yaml")] if policy else []
    result = run_edits(
        [bundle],
        [e for e in all_edits() if e.name == edit],
        reference=known,
        policies=PolicySet.base(own),
        as_of=AS_OF,
        keep_verdicts=True,
    )
    return Verdict(int(pl.concat(result.verdicts)[edit][0])).name.lower()


def ndc_claim(ndc: str, day: str = "20260302", unit: str = "UN") -> ClaimSpec:
    return ClaimSpec(lines=[LineSpec("J2919", ndc=ndc, ndc_quantity="1", ndc_unit=unit, service_from=day)])


@pytest.mark.parametrize(
    ("ndc", "expected"), [("11111011111", "clear"), ("00009004722", "clear"), ("99999999999", "fires")],
    ids=["in the directory", "in the crosswalk only", "in neither"],
)  # fmt: skip
def test_listed_in_the_loaded_directory(ndc, expected):
    assert verdict("ndc-not-in-directory", ndc_claim(ndc), reference(*FDA)) == expected


def test_without_a_directory_an_unlisted_ndc_is_not_evaluated():
    assert verdict("ndc-not-in-directory", ndc_claim("99999999999"), Reference.starter()) == "not_evaluated"


@pytest.mark.parametrize(
    ("ndc", "day", "expected"),
    [
        ("22222022222", "20260331", "clear"),
        ("22222022222", "20260401", "fires"),
        ("22222022222", "20200101", "clear"),
        ("22222022222", "20191231", "fires"),
        ("33333033333", "20260301", "clear"),
        ("33333033333", "20251201", "not_evaluated"),
        ("00009004722", "20260301", "not_evaluated"),
    ],
    ids=[
        "last day",
        "day after",
        "first day",
        "day before",
        "undated",
        "undated, before the release",
        "not listed",
    ],
)
def test_marketed_on_the_date(ndc, day, expected):
    assert verdict("ndc-not-marketed", ndc_claim(ndc, day), reference(*FDA)) == expected


@pytest.mark.parametrize(
    ("ndc", "unit", "expected"),
    [
        ("11111011111", "ML", "fires"),
        ("11111011111", "UN", "clear"),
        ("22222022222", "UN", "fires"),
        ("22222022222", "ML", "clear"),
        ("33333033333", "UN", "not_evaluated"),
    ],
)
def test_unit_by_the_dosage_form(ndc, unit, expected):
    assert verdict("ndc-unit-wrong-for-form", ndc_claim(ndc, unit=unit), reference(*FDA)) == expected


@pytest.mark.parametrize(
    ("day", "hcpcs", "modifiers", "expected"),
    [
        ("20260131", "J0135", (), "clear"),
        ("20260201", "J0135", (), "fires"),
        ("20260331", "J0135", (), "fires"),
        ("20260401", "J0135", (), "clear"),
        ("20260301", "J0135", ("JA",), "not_applicable"),
        ("20260301", "J1745", (), "clear"),
    ],
)
def test_list_of_self_administered_drugs(day, hcpcs, modifiers, expected):
    spec = ClaimSpec(lines=[LineSpec(hcpcs, modifiers=modifiers, service_from=day)])
    assert verdict("self-administered-drug", spec, reference((sad_lists.LOADER, SAD, "list.csv"))) == expected


def test_the_lists_say_nothing_of_other_payers():
    spec = ClaimSpec(
        payer=PayerSpec(name="EXAMPLE", payer_id="X", filing_code="CI"), lines=[LineSpec("J0135")]
    )
    known = reference((sad_lists.LOADER, SAD, "list.csv"))
    assert verdict("self-administered-drug", spec, known) == "not_evaluated"


@pytest.mark.parametrize(
    ("hcpcs", "diagnoses", "pointers", "expected"),
    [
        ("J1745", ("K5000", "R5383"), ("1",), "clear"),
        ("J1745", ("K5000", "R5383"), ("2",), "fires"),
        ("J1745", ("K5000", "R5383"), ("2", "1"), "clear"),
        ("J1745", ("M0579",), ("1",), "not_evaluated"),
        ("J3301", ("M1711",), ("1",), "clear"),
        ("J3301", ("M1712",), ("1",), "not_evaluated"),
        ("J3301", ("R5383",), ("1",), "fires"),
        ("J2919", ("R5383",), ("1",), "not_applicable"),
    ],
    ids=[
        "covered", "points to another", "points to both", "on a condition", "in every group", "in one of two groups",
        "in none", "no article about the code",
    ],
)  # fmt: skip
def test_articles_of_the_contractor(hcpcs, diagnoses, pointers, expected):
    spec = ClaimSpec(diagnoses=diagnoses, lines=[LineSpec(hcpcs, pointers=pointers, service_from="20260302")])
    assert verdict("diagnosis-not-covered", spec, reference(*ARTICLE_FILES), MINE) == expected


def test_articles_of_another_contractor_do_not_count():
    spec = ClaimSpec(diagnoses=("R5383",), lines=[LineSpec("J1745", service_from="20260302")])
    other = MINE.replace("02101", "05102")
    assert verdict("diagnosis-not-covered", spec, reference(*ARTICLE_FILES), other) == "not_applicable"


def test_which_contractor_it_is_must_be_known():
    spec = ClaimSpec(diagnoses=("R5383",), lines=[LineSpec("J1745", service_from="20260302")])
    assert verdict("diagnosis-not-covered", spec, reference(*ARTICLE_FILES)) == "not_evaluated"


GROUPS = """
id: my-plan
name: My plan
extends: commercial
reviewed_on: 2026-01-01
diagnosis_groups:
  bowel: [K50*, K51.90]
coverage:
  - id: infliximab
    hcpcs: [J1745]
    reason: A test.
    citation: {source: SCRUBJAY, text: A test., confidence: B}
    diagnosis: {groups: [bowel]}
"""


@pytest.mark.parametrize(
    ("diagnosis", "expected"),
    [("K5000", "clear"), ("K5190", "clear"), ("K5191", "fires"), ("R5383", "fires")],
)
def test_groups_of_the_policy(diagnosis, expected):
    spec = ClaimSpec(diagnoses=(diagnosis,), lines=[LineSpec("J1745", service_from="20260302")])
    assert verdict("diagnosis-not-covered", spec, Reference.starter(), GROUPS) == expected


def test_an_institutional_line_points_to_nothing_and_all_diagnoses_count():
    spec = ClaimSpec(
        place="13", diagnoses=("R5383", "K5000"), lines=[LineSpec("J1745", service_from="20260302")]
    )
    assert verdict("diagnosis-not-covered", spec, Reference.starter(), GROUPS, "institutional") == "clear"
