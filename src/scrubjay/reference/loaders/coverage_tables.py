"""The tables of the Medicare Coverage Database's exports: their published columns, and how each becomes rows.

An export is one archive of many CSV tables that refer to one another by document, version and contractor
key. Each table loads alone; lookups join them by the same keys. Texts (HTML) are not read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.codes import hcpcs_is_well_formed, icd10_is_well_formed
from scrubjay.reference.loaders.coverage_rows import document, in_force, one_version_at_a_time
from scrubjay.reference.loaders.plain_table import Layout, without

if TYPE_CHECKING:
    from collections.abc import Callable

Built = tuple[pl.DataFrame, list[str]]
_STAMP = "last_updated"


@dataclass(frozen=True, slots=True)
class CoverageTable:
    """One table of an export.

    Attributes:
        name: name of the table, as its CSV file is called.
        set_name: the set that its rows become.
        layout: its columns.
        build: rows of the set with `_row`, from the wanted columns; and what was odd.
        stamp: our name of the column that says when a row was last changed.
    """

    name: str
    set_name: str
    layout: Layout
    build: Callable[[pl.DataFrame], Built]
    stamp: str = _STAMP


def _layout(name: str, published: str, wanted: dict[str, str], *, optional: str = "") -> Layout:
    return Layout(
        source=f"the Medicare Coverage Database, {name}.csv",
        published=published.split(),
        wanted=wanted,
        optional=frozenset(optional.split()),
    )


def _documents(kind: str, prefix: str, ends: tuple[str, ...]) -> Callable[[pl.DataFrame], Built]:
    def build(frame: pl.DataFrame) -> Built:
        said: list[str] = []
        drafts = frame.filter(pl.col("status") == "P")
        if drafts.height:
            said.append(f"{drafts.height:,} proposed documents are left out: they bind nobody yet.")
        frame = frame.filter(pl.col("status").is_in(["A", "R"])).with_columns(
            pl.coalesce("display_id", document("document_id", prefix)).alias("document"),
            pl.lit(kind).alias("kind"),
        )
        frame, odd = in_force(frame, "begins", ends, is_retired=pl.col("status") == "R")
        frame = frame.drop("display_id")
        frame, twice = one_version_at_a_time(frame)
        return frame, [*said, *odd, *twice]

    return build


def _ncds(frame: pl.DataFrame) -> Built:
    frame = frame.with_columns(
        pl.format("NCD {}", "section").alias("document"),
        pl.when(pl.col("is_national").str.to_lowercase().is_in(["false", "0", "no"]))
        .then(pl.lit("coverage-provision"))
        .otherwise(pl.lit("ncd"))
        .alias("kind"),
    ).drop("section", "is_national")
    frame, odd = in_force(frame, "begins", ("ends",), is_retired=pl.lit(value=False))
    frame, twice = one_version_at_a_time(frame)
    return frame, [*odd, *twice]


def _range_warning(frame: pl.DataFrame) -> list[str]:
    """Groups that mark the first code of a range and none in the middle may leave codes unlisted."""
    ends_only = (
        frame.group_by("document", "version", "group")
        .agg((pl.col("range") == "B").any().alias("begins"), (pl.col("range") == "M").any().alias("goes_on"))
        .filter(pl.col("begins") & ~pl.col("goes_on"))
    )
    if ends_only.is_empty():
        return []
    return [
        f"{ends_only.height:,} groups may give a range of codes by its ends only: ranges are not filled up."
    ]


def _codes(prefix: str) -> Callable[[pl.DataFrame], Built]:
    def build(frame: pl.DataFrame) -> Built:
        frame = frame.with_columns(
            document("document_id", prefix),
            pl.col("hcpcs").str.to_uppercase(),
            pl.col("group").fill_null("0"),
        )
        bad = frame.filter(~hcpcs_is_well_formed("hcpcs").fill_null(value=False))
        frame, odd = without(frame, bad, "No HCPCS code", "hcpcs")
        said = [*odd, *_range_warning(frame)]
        return frame.drop("document_id", "range").unique(
            ["document", "version", "hcpcs", "group"], keep="first", maintain_order=True
        ), said

    return build


def _diagnoses(*, is_covered: bool) -> Callable[[pl.DataFrame], Built]:
    def build(frame: pl.DataFrame) -> Built:
        frame = frame.with_columns(
            document("document_id", "A"),
            pl.col("diagnosis").str.to_uppercase().str.replace(".", "", literal=True),
            pl.col("group").fill_null("0"),
            pl.lit(is_covered).alias("is_covered"),
        )
        bad = frame.filter(~icd10_is_well_formed("diagnosis").fill_null(value=False))
        frame, odd = without(frame, bad, "No ICD-10-CM code", "diagnosis")
        said = [*odd, *_range_warning(frame)]
        starred = "asterisk" in frame.columns
        has_condition = pl.col("asterisk").is_in(["*", "Y", "y"]) if starred else pl.lit(None, pl.Boolean)
        frame = frame.with_columns(has_condition.alias("has_condition")).drop(
            "document_id", "range", "asterisk", strict=False
        )
        return frame.unique(
            ["document", "version", "diagnosis", "group"], keep="first", maintain_order=True
        ), said

    return build


_CONTRACTOR_KEY = pl.concat_str("contractor_id", "contractor_type", "contractor_version", separator=".")


def _jurisdictions(prefix: str) -> Callable[[pl.DataFrame], Built]:
    def build(frame: pl.DataFrame) -> Built:
        frame = frame.with_columns(
            document("document_id", prefix), _CONTRACTOR_KEY.alias("coverage_contractor")
        )
        bad = frame.filter(pl.col("coverage_contractor").is_null())
        frame, odd = without(frame, bad, "No contractor", "document")
        return frame.select("_row", "document", "version", "coverage_contractor", _STAMP).unique(
            ["document", "version", "coverage_contractor"], keep="first", maintain_order=True
        ), odd

    return build


def _contractors(frame: pl.DataFrame) -> Built:
    frame = frame.with_columns(_CONTRACTOR_KEY.alias("coverage_contractor"))
    bad = frame.filter(pl.col("coverage_contractor").is_null())
    frame, odd = without(frame, bad, "No contractor", "contractor_name")
    return frame.drop("contractor_id", "contractor_type", "contractor_version").unique(
        "coverage_contractor", keep="first", maintain_order=True
    ), odd


def _of(kind: str) -> dict[str, str]:
    return {f"{kind}_id": "document_id", f"{kind}_version": "version", "last_updated": _STAMP}


_CONTRACTOR = {
    "contractor_id": "contractor_id",
    "contractor_type_id": "contractor_type",
    "contractor_version": "contractor_version",
}
_HCPCS = {"hcpc_code_id": "hcpcs", "hcpc_code_group": "group", "range": "range"}

TABLES: tuple[CoverageTable, ...] = (
    CoverageTable(
        "article",
        "coverage_documents",
        _layout(
            "article",
            "article_id article_version article_type title article_pub_date article_eff_date "
            "article_end_date description other_comments sad_url status last_updated history_exp key_article "
            "icd9_covered_para icd9_noncovered_para revenue_para thirty_percent article_rev_end_date "
            "source_article_id date_retired keywords icd10_doc add_icd10_info cms_cov_policy display_id "
            "reference_article",
            {
                **_of("article"),
                "article_type": "article_type",
                "title": "title",
                "article_eff_date": "begins",
                "article_end_date": "ends",
                "article_rev_end_date": "revision_ends",
                "date_retired": "retired",
                "status": "status",
                "display_id": "display_id",
            },
        ),
        _documents("article", "A", ("ends", "revision_ends", "retired")),
    ),
    CoverageTable(
        "lcd",
        "coverage_documents",
        _layout(
            "lcd",
            "lcd_id lcd_version title determination_number orig_det_eff_date ent_det_end_date rev_eff_date "
            "rev_end_date indication diagnoses_support icd9_dont_support_para icd9_dont_support_ast "
            "diagnoses_dont_support coding_guidelines doc_reqs appendices util_guide source_info adv_meeting "
            "comment_start_dt comment_end_dt notice_start_dt rev_hist_num history_exp last_reviewed_on status "
            "last_updated cms_cov_policy display_id draft_contact revenue_para thirty_percent keywords "
            "associated_info notice_end_dt date_retired draft_released_date source_lcd_id add_icd10_info "
            "icd10_doc synopsis_changes bibliography summary_of_evidence analysis_of_evidence "
            "mcd_publish_date issue issue_change mac_initiated",
            {
                **_of("lcd"),
                "title": "title",
                "orig_det_eff_date": "first_begins",
                "rev_eff_date": "begins",
                "ent_det_end_date": "ends",
                "rev_end_date": "revision_ends",
                "date_retired": "retired",
                "status": "status",
                "display_id": "display_id",
            },
        ),
        _documents("lcd", "L", ("ends", "revision_ends", "retired")),
    ),
    CoverageTable(
        "ncd_trkg",
        "coverage_documents",
        _layout(
            "ncd_trkg",
            "ncd_id ncd_vrsn_num natl_cvrg_type cvrg_lvl_cd ncd_mnl_sect ncd_mnl_sect_title ncd_efctv_dt "
            "ncd_impltn_dt ncd_trmntn_dt itm_srvc_desc indctn_lmtn xref_txt othr_txt trnsmtl_num "
            "trnsmtl_issnc_dt trnsmtl_url chg_rqst_num pblctn_cd rev_hstry under_rvw creatd_tmstmp "
            "last_updt_tmstmp last_clrnc_tmstmp ncd_lab ncd_keyword ncd_ama",
            {
                "ncd_id": "document_id",
                "ncd_vrsn_num": "version",
                "natl_cvrg_type": "is_national",
                "cvrg_lvl_cd": "coverage_level",
                "ncd_mnl_sect": "section",
                "ncd_mnl_sect_title": "title",
                "ncd_efctv_dt": "begins",
                "ncd_trmntn_dt": "ends",
                "last_updt_tmstmp": _STAMP,
            },
        ),
        _ncds,
    ),
    *(
        CoverageTable(
            f"{kind}_x_hcpc_code",
            "coverage_codes",
            _layout(
                f"{kind}_x_hcpc_code",
                f"{kind}_id {kind}_version hcpc_code_id hcpc_code_version hcpc_code_group range last_updated "
                "long_description short_description",
                {**_of(kind), **_HCPCS},
            ),
            _codes(prefix),
        )
        for kind, prefix in (("article", "A"), ("lcd", "L"))
    ),
    CoverageTable(
        "article_x_icd10_covered",
        "coverage_diagnoses",
        _layout(
            "article_x_icd10_covered",
            "article_id article_version icd10_code_id icd10_code_version icd10_covered_group range "
            "last_updated sort_order description asterisk",
            {
                **_of("article"),
                "icd10_code_id": "diagnosis",
                "icd10_covered_group": "group",
                "range": "range",
                "asterisk": "asterisk",
            },
        ),
        _diagnoses(is_covered=True),
    ),
    CoverageTable(
        "article_x_icd10_noncovered",
        "coverage_diagnoses",
        _layout(
            "article_x_icd10_noncovered",
            "article_id article_version icd10_code_id icd10_code_version icd10_noncovered_group range "
            "last_updated sort_order description",
            {
                **_of("article"),
                "icd10_code_id": "diagnosis",
                "icd10_noncovered_group": "group",
                "range": "range",
            },
        ),
        _diagnoses(is_covered=False),
    ),
    *(
        CoverageTable(
            f"{kind}_x_contractor",
            "coverage_jurisdictions",
            _layout(
                f"{kind}_x_contractor",
                f"{kind}_id {kind}_version article_type contractor_id contractor_type_id contractor_version "
                "last_updated",
                {**_of(kind), **_CONTRACTOR},
            ),
            _jurisdictions(prefix),
        )
        for kind, prefix in (("article", "A"), ("lcd", "L"))
    ),
    CoverageTable(
        "contractor",
        "coverage_contractors",
        _layout(
            "contractor",
            "contractor_id contractor_type_id contractor_version contractor_bus_name contractor_number "
            "dmerc_rgn address1 address2 address3 city state_id zipcode phone fax status last_updated url "
            "email ignore status_flag cmd_name cmd_title contractor_subtype_id",
            {
                **_CONTRACTOR,
                "contractor_bus_name": "contractor_name",
                "contractor_number": "contractor",
                "status": "contractor_status",
                "last_updated": _STAMP,
            },
        ),
        _contractors,
    ),
)
