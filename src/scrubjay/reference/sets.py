"""The reference sets: names, keys, columns. Every row is one dated, cited fact.

Each set carries, after its own columns, the same eight:

- `effective_from`, `effective_to`: valid for dates of service in [from, to); null `to` is open,
  null `from` means since before anything we hold.
- `known_from`: the day the edition was published; a run `as_of` an earlier day does not see the row.
- `source`, `edition`: which official file or page and which release of it.
- `confidence`: A, B, C or D of shared/domain.md; C and D are shown to the user as unverified.
- `citation`: what a reader can look up.
- `note`: a conflict between sources or another remark, or null.

A set that covers a period only partly says so in `editions.csv` (`covers_from`, `covers_to`), so that
an absent row can be told apart from a period nobody loaded.
"""

from __future__ import annotations

import polars as pl

from scrubjay.tables.columns import CODE, DATE, QUANTITY, Column, Kind, Table

_TEXT = pl.String()
_FLAG = pl.Boolean()
_INT = pl.Int32()
_LIST = pl.List(pl.String())


def _c(name: str, about: str) -> Column:
    return Column(name, CODE, Kind.CODE, about)


def _t(name: str, about: str) -> Column:
    return Column(name, _TEXT, Kind.TEXT, about)


def _q(name: str, about: str) -> Column:
    return Column(name, QUANTITY, Kind.QUANTITY, about)


def _l(name: str, about: str) -> Column:
    return Column(name, _LIST, Kind.CODE, f"{about} (in CSV joined by `|`)")


def _f(name: str, about: str) -> Column:
    return Column(name, _FLAG, Kind.FLAG, about)


def _n(name: str, about: str) -> Column:
    return Column(name, _INT, Kind.COUNT, about)


PROVENANCE = (
    Column("effective_from", DATE, Kind.DATE, "first day of service, inclusive"),
    Column("effective_to", DATE, Kind.DATE, "first day of service that is no longer covered, exclusive"),
    Column("known_from", DATE, Kind.DATE, "publication day of the edition"),
    _t("source", "official file or page"),
    _t("edition", "release of the source"),
    _c("confidence", "A, B, C or D"),
    _t("citation", "where a reader finds it"),
    _t("note", "conflict or remark"),
)


class ReferenceSet(Table):
    """A reference table with the columns that identify a row on one day.

    `keys` are what a caller looks up by. Where one key may have several rows on one day (an NDC
    that bills under two codes), `identity` names the columns that tell those rows apart. `is_in_starter`
    is false for a set that only loaded files fill.
    """

    def __init__(
        self,
        name: str,
        keys: tuple[str, ...],
        columns: tuple[Column, ...],
        about: str,
        *,
        identity: tuple[str, ...] | None = None,
        is_in_starter: bool = True,
    ) -> None:
        super().__init__(name, (*columns, *PROVENANCE))
        self.keys = keys
        self.identity = identity or keys
        self.about = about
        self.is_in_starter = is_in_starter


SETS: dict[str, ReferenceSet] = {
    s.name: s
    for s in (
        ReferenceSet(
            "hcpcs",
            ("hcpcs",),
            (
                _c("hcpcs", "HCPCS Level II code, or a CPT number without any wording"),
                _t(
                    "descriptor",
                    "CMS long descriptor of a Level II code; our own short label of a CPT number",
                ),
                _c("kind", "drug, vaccine, administration, visit, procedure, other"),
            ),
            "Code set: what a code is, from its first to its last day.",
        ),
        ReferenceSet(
            "drugs",
            ("hcpcs",),
            (
                _c("hcpcs", "drug code"),
                _c("drug", "normal name of the substance with its salt or ester, lower case"),
                _l("brands", "brand names"),
                _q("unit_amount", "how much one billing unit stands for"),
                _c("unit", "of what: mg, mcg, g, iu, units, ml, each, meq, mci ..."),
                _c("qualifier", "`exact` (divisible), `up_to`, `each`"),
                _l("routes", "routes it is given by: iv im sc ia intravitreal ..."),
                _c(
                    "administration_class",
                    "`therapeutic`, `complex` (964xx), `complex_hormonal`, `hydration`, `procedure` (eye, joint, "
                    "nerve and the like), `vaccine`, or null if unknown",
                ),
                _f("is_unlisted", "a not-otherwise-classified code"),
                _c(
                    "container_type",
                    "single-dose or multi-dose if all marketed forms of the code are; else null",
                ),
                _l("usual_doses_mg", "doses in mg that are usual per visit, for look-alike edits"),
                _c("group", "therapeutic group of the starter set, e.g. steroid, iron, ESA"),
                _c(
                    "use_confidence",
                    "confidence of brands, routes, class and usual doses, which no descriptor gives",
                ),
            ),
            "What a drug code stands for and what one unit of it is.",
        ),
        ReferenceSet(
            "successors",
            ("hcpcs",),
            (
                _c("hcpcs", "the ended code"),
                _c("successor", "the code that took over"),
                _q("unit_ratio", "units of the successor for one unit of the ended code, exact"),
            ),
            "Which code replaced which, and the ratio of their units.",
            identity=("hcpcs", "successor"),
        ),
        ReferenceSet(
            "hcpcs_attributes",
            ("hcpcs",),
            (
                _c("hcpcs", "HCPCS Level II code"),
                _c(
                    "action",
                    "what the release did to the code: letter of the record layout, A added, N nothing ...",
                ),
                Column("action_on", DATE, Kind.DATE, "day that the last action took effect"),
                _c(
                    "coverage",
                    "C carrier judgment, D special instructions, I not payable, M or S not covered",
                ),
                _c("betos", "Berenson-Eggers type of service"),
                _l("type_of_service", "CMS types of service"),
                _l("pricing", "pricing indicators, e.g. 51 drugs, 53 statute, 54 vaccinations"),
                _c("multiple_pricing", "multiple pricing indicator"),
                _l("cross_references", "codes that the record refers to"),
                _c("statute", "section of the statute that the coverage rests on"),
                _l("manual_sections", "sections of the coverage and carriers manuals"),
                _l("laboratory", "laboratory certification codes"),
                _c("asc_group", "YY: approved for ambulatory surgical centres"),
                Column("asc_from", DATE, Kind.DATE, "day of that approval"),
                _c("processing_note", "number of the processing note"),
                _n("anesthesia_units", "anesthesia base units"),
            ),
            "Medicare's coverage, payment and maintenance data of a code, as each release gives them.",
            is_in_starter=False,
        ),
        ReferenceSet(
            "code_changes",
            ("hcpcs",),
            (
                _c("hcpcs", "HCPCS Level II code or modifier"),
                _c("action", "action code of the HCPCS record layout: A, B, C, D, F, P, R, S or T"),
                _t("meaning", "the action in our own words"),
                Column("action_on", DATE, Kind.DATE, "day it took effect"),
            ),
            "What each HCPCS release did to a code: added, discontinued, re-described ...",
            identity=("hcpcs", "action", "action_on"),
            is_in_starter=False,
        ),
        ReferenceSet(
            "unlisted_codes",
            ("hcpcs",),
            (
                _c("hcpcs", "code"),
                _t("descriptor", "CMS long descriptor"),
            ),
            "CMS's list of codes that are not otherwise classified or specified.",
            is_in_starter=False,
        ),
        ReferenceSet(
            "listed_codes",
            ("hcpcs",),
            (
                _c("hcpcs", "HCPCS Level II code or modifier"),
                _t("descriptor", "CMS long descriptor, null where the listing has none"),
                Column("added_on", DATE, Kind.DATE, "first day of the code"),
                _n("action_year", "year of the last action on the code"),
            ),
            "Codes that a release lists without saying which have ended: an absent code is not in the release, "
            "a listed one may have ended up to four years before.",
            is_in_starter=False,
        ),
        ReferenceSet(
            "mue",
            ("hcpcs", "mue_setting"),
            (
                _c("hcpcs", "code"),
                _c(
                    "mue_setting",
                    "practitioner, outpatient_hospital or dme; for Medicaid with medicaid_ before it",
                ),
                _n("mue_value", "most units"),
                _c("mue_mai", "1 line, 2 day by policy, 3 day by clinical evidence; null if not published"),
                _t("mue_rationale", "CMS's stated reason"),
            ),
            "Medically unlikely edits.",
        ),
        ReferenceSet(
            "payment_limits",
            ("hcpcs",),
            (
                _c("hcpcs", "drug code"),
                _q("payment_limit", "Medicare limit in dollars per billing unit, add-on included"),
                _q("coinsurance_percent", "beneficiary share in percent"),
                _q("vaccine_awp_percent", "percent of the average wholesale price, for a vaccine"),
                _q("vaccine_limit", "limit by that percent"),
                _q("blood_awp_percent", "percent of the average wholesale price, for a blood product"),
                _q("blood_limit", "limit by that percent"),
                _f("is_clotting_factor", "a furnishing fee is paid beside the limit; null if not listed so"),
                _t("limit_note", "CMS's remark on the limit"),
            ),
            "ASP payment limits by quarter.",
        ),
        ReferenceSet(
            "asp_dosage",
            ("hcpcs",),
            (
                _c("hcpcs", "drug code"),
                _t("dosage", "what one billing unit is, as the ASP file writes it"),
                _q("dosage_amount", "its amount where it is one plain amount, else null"),
                _c("dosage_unit", "its unit, lower case, where it is one plain amount, else null"),
            ),
            "What one unit is according to the ASP file: a cross-check of the descriptor, never a rule.",
            is_in_starter=False,
        ),
        ReferenceSet(
            "noc_limits",
            ("generic_name",),
            (
                _t("generic_name", "drug as the file names it, labeler in brackets where given"),
                _t("dosage", "what the limit is for, as written"),
                _q("payment_limit", "Medicare limit in dollars for that dosage"),
                _t("limit_note", "CMS's remark on the limit"),
            ),
            "Payment limits of drugs that have no code of their own and go under an unlisted one.",
            is_in_starter=False,
        ),
        ReferenceSet(
            "noc_ndcs",
            ("ndc",),
            (
                _c("ndc", "11 digits, 5-4-2"),
                _t("generic_name", "as in `noc_limits`"),
                _t("product", "labelled product name"),
                _t("labeler", "labeler name"),
                _t("dosage", "what the limit is for, as written"),
                _q("package_size", "amount in one item (PKG SIZE)"),
                _q("package_quantity", "items in the package (PKG QTY)"),
                _q("units_per_item", "multiples of the dosage in one item (BILLUNITS)"),
            ),
            "NDC packages of drugs that have no code of their own.",
            identity=("ndc", "generic_name"),
            is_in_starter=False,
        ),
        ReferenceSet(
            "status",
            ("hcpcs", "status_setting"),
            (
                _c("hcpcs", "code"),
                _c("status_setting", "hopd (OPPS indicator) or asc (ASC indicator)"),
                _c("status_indicator", "N, K, G, E1, E2, S, Q1 ... or N1, K2, K5 ..."),
                _q("payment_rate", "dollars per unit, null where packaged"),
                _q("minimum_copayment", "OPPS minimum unadjusted copayment per unit in dollars"),
                _q("adjusted_copayment", "copayment per unit after the inflation or deductible adjustment"),
                _q("adjusted_percent", "beneficiary share in percent where inflation-adjusted, else null"),
                _t("status_note", "CMS's remark on the payment"),
            ),
            "Hospital and ASC payment status by period.",
        ),
        ReferenceSet(
            "ndc",
            ("ndc",),
            (
                _c("ndc", "11 digits, 5-4-2"),
                _c("hcpcs", "code that the CMS crosswalk gives it in the period"),
                _c("drug", "normal name, as in `drugs`"),
                _t("product", "labelled product name and strength"),
                _t("labeler", "labeler name"),
                _q("package_size", "amount in one item: mL of a liquid, 1 of a powder vial (PKG SIZE)"),
                _q("package_quantity", "items in the package (PKG QTY)"),
                _q("units_per_item", "billing units in one item (BILLUNITS)"),
                _c("ndc_billing_unit", "NCPDP unit of the NDC quantity: ML, UN, GR; null if unknown"),
                _c("container_type", "single-dose, multi-dose or null"),
                _c("ndc_unit_confidence", "confidence of ndc_billing_unit, which is not in the crosswalk"),
                _c("container_confidence", "confidence of container_type, which is not in the crosswalk"),
            ),
            "NDC packages: the code they bill under, contents, container.",
            identity=("ndc", "hcpcs"),
        ),
        ReferenceSet(
            "containers",
            ("hcpcs",),
            (
                _c("hcpcs", "drug code"),
                _c("container_type", "single-dose or multi-dose, where every marketed form of the code is"),
            ),
            "Container of a code whose forms are all alike; the row of an NDC is the better witness.",
        ),
        ReferenceSet(
            "modifiers",
            ("modifier",),
            (
                _c("modifier", "two characters"),
                _t("meaning", "CMS descriptor of a Level II modifier; our own label of a CPT modifier"),
                _l("families", "lines it belongs on: drug, administration, visit, procedure, any"),
            ),
            "Modifiers, and the kind of line each belongs on.",
        ),
        ReferenceSet(
            "place_of_service",
            ("place_of_service_code",),
            (
                _c("place_of_service_code", "two digits"),
                _t("meaning", "name"),
                _c("setting", "office, hopd, asc, inpatient, home, rhc, fqhc, snf, esrd, other"),
                _f("is_facility", "facility for Medicare payment"),
            ),
            "Places of service.",
        ),
        ReferenceSet(
            "bill_types",
            ("bill_type_prefix",),
            (
                _c("bill_type_prefix", "first two digits of the type of bill, without the leading zero"),
                _c("setting", "hopd, inpatient, asc, cah, rhc, fqhc, snf, home, esrd, other"),
            ),
            "Settings by type of bill.",
        ),
        ReferenceSet(
            "administration",
            ("hcpcs",),
            (
                _c("hcpcs", "CPT number, no wording"),
                _t("meaning", "our own label"),
                _c(
                    "family",
                    "hydration, infusion, push, injection, sc_infusion, complex_infusion, complex_push, "
                    "complex_injection, immunization, joint, other",
                ),
                _c("role", "initial, additional_hour, sequential, concurrent, each, repeat, pump"),
                _l("routes", "routes it gives a drug by: iv im sc ia ..."),
                _n("minutes_from", "least minutes, inclusive, null if not timed"),
                _n("minutes_to", "most minutes, inclusive, null if open"),
                _c(
                    "administration_class",
                    "class of drug, as in `drugs`, where codes of one family differ in it; else null",
                ),
            ),
            "Drug administration and injection procedure codes by number.",
        ),
        ReferenceSet(
            "pairs",
            ("column1", "column2", "pair_setting"),
            (
                _c("column1", "code that is paid"),
                _c("column2", "code that denies"),
                _c(
                    "pair_setting",
                    "practitioner, outpatient_hospital or dme; for Medicaid with medicaid_ before it",
                ),
                _c("modifier_indicator", "0 never, 1 a modifier may bypass, 9 deleted"),
            ),
            "NCCI procedure-to-procedure pairs.",
        ),
        ReferenceSet(
            "pairless",
            ("hcpcs", "pair_setting"),
            (
                _c("hcpcs", "code"),
                _c("pair_setting", "practitioner or outpatient_hospital"),
            ),
            "Codes that no active pair of the edition contains, in either column.",
        ),
        ReferenceSet(
            "add_ons",
            ("add_on", "primary"),
            (
                _c("add_on", "add-on code"),
                _c("primary", "a primary it may go with; CCCCC where the contractor defines them"),
                _c("add_on_type", "1 listed primaries, 2 contractor-defined, 3 some listed"),
            ),
            "Add-on codes and their primaries.",
        ),
        ReferenceSet(
            "carc",
            ("carc_code",),
            (
                _c("carc_code", "claim adjustment reason code"),
                _t("paraphrase", "our own words"),
                _f("is_active", ""),
            ),
            "Claim adjustment reason codes by number, paraphrased.",
        ),
        ReferenceSet(
            "rarc",
            ("rarc_code",),
            (
                _c("rarc_code", "remittance advice remark code"),
                _t("paraphrase", "our own words"),
                _f("is_active", ""),
            ),
            "Remittance remark codes by number, paraphrased.",
        ),
        ReferenceSet(
            "adjustment_groups",
            ("adjustment_group",),
            (_c("adjustment_group", "two letters of an adjustment in a remittance: who bears the amount"),),
            "Claim adjustment group codes, without wording.",
            is_in_starter=False,
        ),
        ReferenceSet(
            "contractors",
            ("contractor",),
            (
                _c("contractor", "five digits of a Medicare contractor's workload"),
                _t("meaning", "area and company, as CMS writes them"),
            ),
            "Medicare contractors by number.",
            is_in_starter=False,
        ),
        ReferenceSet(
            "specialties",
            ("specialty",),
            (_c("specialty", "two characters"), _t("meaning", "CMS's name of the specialty")),
            "Medicare provider specialties.",
            is_in_starter=False,
        ),
        ReferenceSet(
            "diagnoses",
            ("diagnosis",),
            (
                _c("diagnosis", "ICD-10-CM code without the dot, upper case"),
                _t("descriptor", "CMS/NCHS descriptor"),
                _f("is_billable", "false for a header that needs more characters"),
                _c("side", "right, left, bilateral, or null"),
            ),
            "Dated facts about single diagnosis codes (headers created, codes added).",
        ),
        ReferenceSet(
            "names",
            ("name",),
            (
                _c("name", "how people write it, lower case: brand, short form, common misspelling"),
                _c("drug", "normal name in `drugs`, or the bare substance where the salt decides"),
                _c("name_kind", "generic, brand, short, misspelling"),
            ),
            "Names and short forms of drugs, for search and for reading descriptions.",
            identity=("name", "drug"),
        ),
        ReferenceSet(
            "confusables",
            ("hcpcs", "confused_with"),
            (
                _c("hcpcs", "code"),
                _c("confused_with", "code or drug it is taken for"),
                _t("difference", "how to tell them apart, one sentence"),
            ),
            "Codes that are taken for one another, and the question that tells them apart.",
        ),
        ReferenceSet(
            "products",
            ("product_ndc",),
            (
                _c("product_ndc", "labeler and product, 9 digits, 5-4"),
                _c("product_ndc_as_published", "with its hyphen, as the source writes it"),
                _c("product_id", "key of the source that ties packages to the product within one release"),
                _t("proprietary", "brand name with its suffix"),
                _t("nonproprietary", "generic name"),
                _t("labeler", "labeler name"),
                _t("dosage_form", "as published"),
                _l("routes", "routes as published"),
                _l("substances", "active ingredients"),
                _l("strengths", "number of each ingredient's strength, in the order of `substances`"),
                _l("strength_units", "unit of each strength"),
                _c("product_type", "kind of product as published"),
                _c("category", "marketing category: NDA, ANDA, BLA, unapproved ..."),
                _c("application", "application number"),
                _c("dea", "controlled substance schedule as published"),
                _f("is_excluded", "the FDA has taken the listing out of the directory"),
                Column("certified_to", DATE, Kind.DATE, "day that the listing record expires"),
            ),
            "Drug products: names, form, routes, strength. Marketing dates are the period of a row.",
            identity=("product_ndc", "source"),
            is_in_starter=False,
        ),
        ReferenceSet(
            "packages",
            ("ndc",),
            (
                _c("ndc", "11 digits, 5-4-2"),
                _c("ndc_as_published", "with its hyphens, as the source writes it"),
                _c("product_ndc", "labeler and product, 9 digits, 5-4; see `products`"),
                _c("product_id", "key of the source that ties packages to the product within one release"),
                _t("product", "labelled product name and strength, where the source gives them by package"),
                _t("labeler", "labeler name, where the source gives it by package"),
                _t("package", "description of the package"),
                _l(
                    "package_words",
                    "what the description names: VIAL, CARTON ..., in the order in which it names them",
                ),
                _c(
                    "container_type",
                    "single-dose or multi-dose where the description says so in words, else null",
                ),
                _q("package_quantity", "items in the package, where the source gives it"),
                _f("is_sample", "a sample package"),
                _f("is_excluded", "the FDA has taken the listing out of the directory"),
            ),
            "NDC packages as a drug directory describes them. Marketing dates are the period of a row.",
            identity=("ndc", "source"),
            is_in_starter=False,
        ),
        ReferenceSet(
            "self_administered",
            ("hcpcs",),
            (
                _c("hcpcs", "drug code"),
                _c("document", "article that holds the list, e.g. A52527"),
                _c("version", "version of the article"),
                _t("brand", "drug or route that the entry is about, as written; `-` where none is named"),
                _t("contractor", "contractor, where the source names it beside the entry"),
                _t("reason", "the contractor's remark"),
            ),
            "Drugs that a contractor excludes from Part B as usually self-administered, with the days of "
            "exclusion. An entry may be about one brand or route of a code only.",
            identity=("hcpcs", "document", "brand"),
            is_in_starter=False,
        ),
        ReferenceSet(
            "coverage_documents",
            ("document",),
            (
                _c("document", "display number: L36668, A52527, NCD 110.21"),
                _c("kind", "lcd, article or ncd"),
                _c("document_id", "number in the Medicare Coverage Database"),
                _c("version", "version of the document"),
                _t("title", "title"),
                _c("status", "in-force, future, retired"),
                _c("article_type", "number of the article's type in the database"),
                _l("contractors", "contractors with their contract types, where the source names them"),
                _c("coverage_level", "of an NCD: 1 full, 2 restricted, 3 none; other values as published"),
                Column("updated_on", DATE, Kind.DATE, "day of the last change"),
            ),
            "National and local coverage determinations and articles. Days in force are the period of a row; "
            "a version ends where the next one of the document begins.",
            is_in_starter=False,
        ),
        ReferenceSet(
            "coverage_codes",
            ("hcpcs",),
            (
                _c("document", "as in `coverage_documents`"),
                _c("version", "version of the document"),
                _c("hcpcs", "code that the document is about"),
                _c("group", "group of codes in the document"),
            ),
            "Codes that a coverage document is about. The document's row says when it is in force. Groups of "
            "codes and groups of diagnoses are numbered apart: which go together only the document's text says.",
            identity=("document", "version", "hcpcs", "group"),
            is_in_starter=False,
        ),
        ReferenceSet(
            "coverage_diagnoses",
            ("document", "diagnosis"),
            (
                _c("document", "as in `coverage_documents`"),
                _c("version", "version of the document"),
                _c("diagnosis", "ICD-10-CM code without the dot, upper case"),
                _c("group", "group of diagnoses in the document"),
                _f("is_covered", "listed as supporting necessity; false: listed as not supporting it"),
                _f("has_condition", "starred: the group's text sets a condition, such as a second diagnosis"),
            ),
            "Diagnoses that a coverage document lists, by group, as supporting necessity or not.",
            identity=("document", "version", "diagnosis", "group", "is_covered"),
            is_in_starter=False,
        ),
        ReferenceSet(
            "coverage_jurisdictions",
            ("document",),
            (
                _c("document", "as in `coverage_documents`"),
                _c("version", "version of the document"),
                _c("coverage_contractor", "contractor's key in the database, as in `coverage_contractors`"),
            ),
            "Contractors that a coverage document holds for.",
            identity=("document", "version", "coverage_contractor"),
            is_in_starter=False,
        ),
        ReferenceSet(
            "coverage_contractors",
            ("coverage_contractor",),
            (
                _c("coverage_contractor", "contractor's key in the database: number, type and version"),
                _c("contractor", "contract number, five digits"),
                _t("contractor_name", "business name"),
                _c("contractor_status", "A approved, D deleted, as published"),
            ),
            "Contractors of the Medicare Coverage Database.",
            is_in_starter=False,
        ),
        ReferenceSet(
            "successor_evidence",
            ("hcpcs",),
            (
                _c("hcpcs", "code that packages were billed under"),
                _c("successor", "code that they are billed under one quarter later"),
                _n("ndcs_before", "packages under the first code in its last quarter"),
                _n("ndcs_moved", "of these, packages under the other code in the next quarter"),
                _c("last_quarter", "last quarter of the crosswalk with the packages under the first code"),
                _c("next_quarter", "first quarter without"),
                Column("ended_on", DATE, Kind.DATE, "last day of the first code, where known"),
            ),
            "Packages that changed their code from one quarter to the next: evidence for a successor, computed "
            "from crosswalks, never a rule.",
            identity=("hcpcs", "successor"),
            is_in_starter=False,
        ),
    )
}
