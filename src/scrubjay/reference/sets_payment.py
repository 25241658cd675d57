"""Sets about payment: edits on units and pairs, limits, status, remittance codes."""

from __future__ import annotations

from scrubjay.reference.set_columns import ReferenceSet, code, count, flag, quantity, text

SETS_PAYMENT = (
    ReferenceSet(
        "mue",
        ("hcpcs", "mue_setting"),
        (
            code("hcpcs", "code"),
            code(
                "mue_setting",
                "practitioner, outpatient_hospital or dme; for Medicaid with medicaid_ before it",
            ),
            count("mue_value", "most units"),
            code("mue_mai", "1 line, 2 day by policy, 3 day by clinical evidence; null if not published"),
            text("mue_rationale", "CMS's stated reason"),
        ),
        "Medically unlikely edits.",
    ),
    ReferenceSet(
        "payment_limits",
        ("hcpcs",),
        (
            code("hcpcs", "drug code"),
            quantity("payment_limit", "Medicare limit in dollars per billing unit, add-on included"),
            quantity("coinsurance_percent", "beneficiary share in percent"),
            quantity("vaccine_awp_percent", "percent of the average wholesale price, for a vaccine"),
            quantity("vaccine_limit", "limit by that percent"),
            quantity("blood_awp_percent", "percent of the average wholesale price, for a blood product"),
            quantity("blood_limit", "limit by that percent"),
            flag("is_clotting_factor", "a furnishing fee is paid beside the limit; null if not listed so"),
            text("limit_note", "CMS's remark on the limit"),
        ),
        "ASP payment limits by quarter.",
    ),
    ReferenceSet(
        "asp_dosage",
        ("hcpcs",),
        (
            code("hcpcs", "drug code"),
            text("dosage", "what one billing unit is, as the ASP file writes it"),
            quantity("dosage_amount", "its amount where it is one plain amount, else null"),
            code("dosage_unit", "its unit, lower case, where it is one plain amount, else null"),
        ),
        "What one unit is according to the ASP file: a cross-check of the descriptor, never a rule.",
        is_in_starter=False,
    ),
    ReferenceSet(
        "noc_limits",
        ("generic_name",),
        (
            text("generic_name", "drug as the file names it, labeler in brackets where given"),
            text("dosage", "what the limit is for, as written"),
            quantity("payment_limit", "Medicare limit in dollars for that dosage"),
            text("limit_note", "CMS's remark on the limit"),
        ),
        "Payment limits of drugs that have no code of their own and go under an unlisted one.",
        is_in_starter=False,
    ),
    ReferenceSet(
        "noc_ndcs",
        ("ndc",),
        (
            code("ndc", "11 digits, 5-4-2"),
            text("generic_name", "as in `noc_limits`"),
            text("product", "labelled product name"),
            text("labeler", "labeler name"),
            text("dosage", "what the limit is for, as written"),
            quantity("package_size", "amount in one item (PKG SIZE)"),
            quantity("package_quantity", "items in the package (PKG QTY)"),
            quantity("units_per_item", "multiples of the dosage in one item (BILLUNITS)"),
        ),
        "NDC packages of drugs that have no code of their own.",
        identity=("ndc", "generic_name"),
        is_in_starter=False,
    ),
    ReferenceSet(
        "status",
        ("hcpcs", "status_setting"),
        (
            code("hcpcs", "code"),
            code("status_setting", "hopd (OPPS indicator) or asc (ASC indicator)"),
            code("status_indicator", "N, K, G, E1, E2, S, Q1 ... or N1, K2, K5 ..."),
            quantity("payment_rate", "dollars per unit, null where packaged"),
            quantity("minimum_copayment", "OPPS minimum unadjusted copayment per unit in dollars"),
            quantity("adjusted_copayment", "copayment per unit after the inflation or deductible adjustment"),
            quantity("adjusted_percent", "beneficiary share in percent where inflation-adjusted, else null"),
            text("status_note", "CMS's remark on the payment"),
        ),
        "Hospital and ASC payment status by period.",
    ),
    ReferenceSet(
        "pairs",
        ("column1", "column2", "pair_setting"),
        (
            code("column1", "code that is paid"),
            code("column2", "code that denies"),
            code(
                "pair_setting",
                "practitioner, outpatient_hospital or dme; for Medicaid with medicaid_ before it",
            ),
            code("modifier_indicator", "0 never, 1 a modifier may bypass, 9 deleted"),
        ),
        "NCCI procedure-to-procedure pairs.",
    ),
    ReferenceSet(
        "pairless",
        ("hcpcs", "pair_setting"),
        (
            code("hcpcs", "code"),
            code("pair_setting", "practitioner or outpatient_hospital"),
        ),
        "Codes that no active pair of the edition contains, in either column.",
    ),
    ReferenceSet(
        "add_ons",
        ("add_on", "primary"),
        (
            code("add_on", "add-on code"),
            code("primary", "a primary it may go with; CCCCC where the contractor defines them"),
            code("add_on_type", "1 listed primaries, 2 contractor-defined, 3 some listed"),
        ),
        "Add-on codes and their primaries.",
    ),
    ReferenceSet(
        "carc",
        ("carc_code",),
        (
            code("carc_code", "claim adjustment reason code"),
            text("paraphrase", "our own words"),
            flag("is_active", ""),
        ),
        "Claim adjustment reason codes by number, paraphrased.",
    ),
    ReferenceSet(
        "rarc",
        ("rarc_code",),
        (
            code("rarc_code", "remittance advice remark code"),
            text("paraphrase", "our own words"),
            flag("is_active", ""),
        ),
        "Remittance remark codes by number, paraphrased.",
    ),
    ReferenceSet(
        "adjustment_groups",
        ("adjustment_group",),
        (code("adjustment_group", "two letters of an adjustment in a remittance: who bears the amount"),),
        "Claim adjustment group codes, without wording.",
        is_in_starter=False,
    ),
    ReferenceSet(
        "contractors",
        ("contractor",),
        (
            code("contractor", "five digits of a Medicare contractor's workload"),
            text("meaning", "area and company, as CMS writes them"),
        ),
        "Medicare contractors by number.",
        is_in_starter=False,
    ),
    ReferenceSet(
        "specialties",
        ("specialty",),
        (code("specialty", "two characters"), text("meaning", "CMS's name of the specialty")),
        "Medicare provider specialties.",
        is_in_starter=False,
    ),
)
