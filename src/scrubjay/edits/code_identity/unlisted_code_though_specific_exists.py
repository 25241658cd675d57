"""An unlisted code is billed for a drug that has a code of its own.

## What it checks
On unlisted drug codes (J3490, J3590, J9999, C9399 ...): whether the line's description, note or NDC names a
drug that has a code in force on the date. Compounded drugs, pellets and other routes than the code's
(intravitreal, topical, oral) are left out, because there the unlisted code can be right.

## Why it matters
An unlisted code is priced by hand, slowly, and is denied where a specific code exists.

## How to fix
Bill the specific code and count the units by its own amount. Example: `J3490` x 1 with the description
"SOLU-MEDROL 125 MG" on 2024-06-03 is `J2919` x 25. Where the line names a drug without its salt, several codes
are listed: the product given decides.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed, when  # noqa: A004

_OTHER_FORM = r"(?i)\b(compound\w*|pellets?|intravitreal|ophthalm\w*|topical\w*|oral\w*|tabs?|tablets?|nebul\w*|eye|cream|gel)\b"
_BY_TEXT = col("codes_of_named_drug").list.len() > 0
_BY_NDC = (col("ndc_hcpcs").list.len() > 0) & col("ndc_hcpcs").list.contains(col("hcpcs")).not_()

EDIT = Edit(
    code="CD005",
    name="unlisted-code-though-specific-exists",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("is_drug")
    & col("is_unlisted_drug")
    & ((col("named_drugs").list.len() > 0) | col("ndc").is_not_null())
    & (col("drug_text").is_null() | col("drug_text").str.contains(_OTHER_FORM).not_()),
    fires=_BY_TEXT | when(col("ndc").is_not_null()).then(_BY_NDC).otherwise(statement=False),
    message=format(
        "{} is an unlisted code, but the line's {}, which {} stands for on {}.",
        "hcpcs",
        when(_BY_TEXT)
        .then(format("text names {}", listed("named_drugs")))
        .otherwise(format("NDC is {} ({})", "ndc_drug", "ndc_product")),
        when(_BY_TEXT).then(listed("codes_of_named_drug")).otherwise(listed("ndc_hcpcs")),
        "service_date",
    ),
    fix=Fix(
        advice=format(
            "Bill {} instead and count the units by its own amount.",
            when(_BY_TEXT)
            .then(col("codes_of_named_drug").list.join(" or "))
            .otherwise(col("ndc_hcpcs").list.join(" or ")),
        )
    ),
    citations=(
        Citation("X12-0826", "CARC 189: an unlisted code was used where a specific one exists.", "A"),
        Citation("PAL-NOC", "Unlisted drug codes are for drugs without a code of their own.", "B"),
    ),
    prevents_carc=("189",),
    prevents_rarc=("N657",),
)
