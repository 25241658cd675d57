"""The crosswalk gives this NDC to another code on the date.

## What it checks
CMS's crosswalk of NDCs and codes, in the quarter of the date of service: whether the NDC on a drug line is billed
under the code of the line. Lines whose code has ended, or has not begun, are left to code-expired and
code-not-yet-effective; unlisted codes to unlisted-code-though-specific-exists. An NDC without a row in that
quarter is *not evaluated*: the crosswalk is not complete, and neither is the starter.

## Why it matters
Payers make the same comparison. A pair that does not match denies, and one of the two is false: the code
describes another drug, or the package reported is not the one used.

## How to fix
Compare code and package with the chart and correct the one that is wrong; count the units again. Example:
NDC 00009-0039-28 is Solu-Medrol 40 mg, on 2024-07-01 `J2919`; on a line of `J1320` one of the two is false.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed, lit  # noqa: A004

EDIT = Edit(
    code="ND005",
    name="ndc-not-for-code",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("ndc").is_not_null()
    & col("hcpcs").is_not_null()
    & col("is_drug_or_vaccine")
    & col("is_unlisted_drug").ne_missing(lit(value=True))
    & (col("code_last_day").is_null() | (col("service_date") <= col("code_last_day")))
    & (col("code_first_day").is_null() | (col("service_date") >= col("code_first_day"))),
    fires=col("ndc_hcpcs").list.contains(col("hcpcs")).not_(),
    message=format(
        "NDC {} ({}) is billed under {} on {}, not under {}.",
        "ndc",
        "ndc_product",
        listed("ndc_hcpcs"),
        "service_date",
        "hcpcs",
    ),
    fix=Fix(
        advice=format(
            "Compare code and package with the chart. If this package was used, bill {} and count the units by it; if "
            "not, report the NDC that was used.",
            listed("ndc_hcpcs"),
        )
    ),
    citations=(
        Citation("ASPX26Q1", "CMS's crosswalk of NDCs and codes by quarter; no NDC is given to J1320.", "A"),
        Citation("X12-0826", "N846: the NDC does not go with the procedure code.", "A"),
    ),
    prevents_carc=("16",),
    prevents_rarc=("N846",),
)
