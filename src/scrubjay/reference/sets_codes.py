"""Sets about codes: what they are, what one unit is, how their lines are built."""

from __future__ import annotations

from scrubjay.reference.set_columns import ReferenceSet, code, count, flag, listed, quantity, text
from scrubjay.tables.columns import DATE, Column, Kind

SETS_CODES = (
    ReferenceSet(
        "hcpcs",
        ("hcpcs",),
        (
            code("hcpcs", "HCPCS Level II code, or a CPT number without any wording"),
            text(
                "descriptor",
                "CMS long descriptor of a Level II code; our own short label of a CPT number",
            ),
            code("kind", "drug, vaccine, administration, visit, procedure, other"),
        ),
        "Code set: what a code is, from its first to its last day.",
    ),
    ReferenceSet(
        "drugs",
        ("hcpcs",),
        (
            code("hcpcs", "drug code"),
            code("drug", "normal name of the substance with its salt or ester, lower case"),
            listed("brands", "brand names"),
            quantity("unit_amount", "how much one billing unit stands for"),
            code("unit", "of what: mg, mcg, g, iu, units, ml, each, meq, mci ..."),
            code("qualifier", "`exact` (divisible), `up_to`, `each`"),
            listed("routes", "routes it is given by: iv im sc ia intravitreal ..."),
            code(
                "administration_class",
                "`therapeutic`, `complex` (964xx), `complex_hormonal`, `hydration`, `procedure` (eye, joint, "
                "nerve and the like), `vaccine`, or null if unknown",
            ),
            flag("is_unlisted", "a not-otherwise-classified code"),
            code(
                "container_type",
                "single-dose or multi-dose if all marketed forms of the code are; else null",
            ),
            listed("usual_doses_mg", "doses in mg that are usual per visit, for look-alike edits"),
            code("group", "therapeutic group of the starter set, e.g. steroid, iron, ESA"),
            code(
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
            code("hcpcs", "the ended code"),
            code("successor", "the code that took over"),
            quantity("unit_ratio", "units of the successor for one unit of the ended code, exact"),
        ),
        "Which code replaced which, and the ratio of their units.",
        identity=("hcpcs", "successor"),
    ),
    ReferenceSet(
        "hcpcs_attributes",
        ("hcpcs",),
        (
            code("hcpcs", "HCPCS Level II code"),
            code(
                "action",
                "what the release did to the code: letter of the record layout, A added, N nothing ...",
            ),
            Column("action_on", DATE, Kind.DATE, "day that the last action took effect"),
            code(
                "coverage",
                "C carrier judgment, D special instructions, I not payable, M or S not covered",
            ),
            code("betos", "Berenson-Eggers type of service"),
            listed("type_of_service", "CMS types of service"),
            listed("pricing", "pricing indicators, e.g. 51 drugs, 53 statute, 54 vaccinations"),
            code("multiple_pricing", "multiple pricing indicator"),
            listed("cross_references", "codes that the record refers to"),
            code("statute", "section of the statute that the coverage rests on"),
            listed("manual_sections", "sections of the coverage and carriers manuals"),
            listed("laboratory", "laboratory certification codes"),
            code("asc_group", "YY: approved for ambulatory surgical centres"),
            Column("asc_from", DATE, Kind.DATE, "day of that approval"),
            code("processing_note", "number of the processing note"),
            count("anesthesia_units", "anesthesia base units"),
        ),
        "Medicare's coverage, payment and maintenance data of a code, as each release gives them.",
        is_in_starter=False,
    ),
    ReferenceSet(
        "code_changes",
        ("hcpcs",),
        (
            code("hcpcs", "HCPCS Level II code or modifier"),
            code("action", "action code of the HCPCS record layout: A, B, C, D, F, P, R, S or T"),
            text("meaning", "the action in our own words"),
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
            code("hcpcs", "code"),
            text("descriptor", "CMS long descriptor"),
        ),
        "CMS's list of codes that are not otherwise classified or specified.",
        is_in_starter=False,
    ),
    ReferenceSet(
        "listed_codes",
        ("hcpcs",),
        (
            code("hcpcs", "HCPCS Level II code or modifier"),
            text("descriptor", "CMS long descriptor, null where the listing has none"),
            Column("added_on", DATE, Kind.DATE, "first day of the code"),
            count("action_year", "year of the last action on the code"),
        ),
        "Codes that a release lists without saying which have ended: an absent code is not in the release, "
        "a listed one may have ended up to four years before.",
        is_in_starter=False,
    ),
    ReferenceSet(
        "modifiers",
        ("modifier",),
        (
            code("modifier", "two characters"),
            text("meaning", "CMS descriptor of a Level II modifier; our own label of a CPT modifier"),
            listed("families", "lines it belongs on: drug, administration, visit, procedure, any"),
        ),
        "Modifiers, and the kind of line each belongs on.",
    ),
    ReferenceSet(
        "place_of_service",
        ("place_of_service_code",),
        (
            code("place_of_service_code", "two digits"),
            text("meaning", "name"),
            code("setting", "office, hopd, asc, inpatient, home, rhc, fqhc, snf, esrd, other"),
            flag("is_facility", "facility for Medicare payment"),
        ),
        "Places of service.",
    ),
    ReferenceSet(
        "bill_types",
        ("bill_type_prefix",),
        (
            code("bill_type_prefix", "first two digits of the type of bill, without the leading zero"),
            code("setting", "hopd, inpatient, asc, cah, rhc, fqhc, snf, home, esrd, other"),
        ),
        "Settings by type of bill.",
    ),
    ReferenceSet(
        "administration",
        ("hcpcs",),
        (
            code("hcpcs", "CPT number, no wording"),
            text("meaning", "our own label"),
            code(
                "family",
                "hydration, infusion, push, injection, sc_infusion, complex_infusion, complex_push, "
                "complex_injection, immunization, joint, other",
            ),
            code("role", "initial, additional_hour, sequential, concurrent, each, repeat, pump"),
            listed("routes", "routes it gives a drug by: iv im sc ia ..."),
            count("minutes_from", "least minutes, inclusive, null if not timed"),
            count("minutes_to", "most minutes, inclusive, null if open"),
            code(
                "administration_class",
                "class of drug, as in `drugs`, where codes of one family differ in it; else null",
            ),
        ),
        "Drug administration and injection procedure codes by number.",
    ),
    ReferenceSet(
        "diagnoses",
        ("diagnosis",),
        (
            code("diagnosis", "ICD-10-CM code without the dot, upper case"),
            text("descriptor", "CMS/NCHS descriptor"),
            flag("is_billable", "false for a header that needs more characters"),
            code("side", "right, left, bilateral, or null"),
        ),
        "Dated facts about single diagnosis codes (headers created, codes added).",
    ),
    ReferenceSet(
        "names",
        ("name",),
        (
            code("name", "how people write it, lower case: brand, short form, common misspelling"),
            code("drug", "normal name in `drugs`, or the bare substance where the salt decides"),
            code("name_kind", "generic, brand, short, misspelling"),
        ),
        "Names and short forms of drugs, for search and for reading descriptions.",
        identity=("name", "drug"),
    ),
    ReferenceSet(
        "confusables",
        ("hcpcs", "confused_with"),
        (
            code("hcpcs", "code"),
            code("confused_with", "code or drug it is taken for"),
            text("difference", "how to tell them apart, one sentence"),
        ),
        "Codes that are taken for one another, and the question that tells them apart.",
    ),
    ReferenceSet(
        "successor_evidence",
        ("hcpcs",),
        (
            code("hcpcs", "code that packages were billed under"),
            code("successor", "code that they are billed under one quarter later"),
            count("ndcs_before", "packages under the first code in its last quarter"),
            count("ndcs_moved", "of these, packages under the other code in the next quarter"),
            code("last_quarter", "last quarter of the crosswalk with the packages under the first code"),
            code("next_quarter", "first quarter without"),
            Column("ended_on", DATE, Kind.DATE, "last day of the first code, where known"),
        ),
        "Packages that changed their code from one quarter to the next: evidence for a successor, computed "
        "from crosswalks, never a rule.",
        identity=("hcpcs", "successor"),
        is_in_starter=False,
    ),
)
