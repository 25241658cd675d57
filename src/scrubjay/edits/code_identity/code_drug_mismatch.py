"""The drug named on the line, or its NDC, is not the drug of the code.

## What it checks
The drug that the code stands for is compared with the drug that the line itself names: in the description
(SV101-7), in the line's note, in the claim's note where the claim has one drug line only, and by the NDC.
Names are read with brands, usual short forms and salts. `methylprednisolone` alone fits every salt;
`methylprednisolone acetate` on the code of the sodium succinate does not, and `infliximab-dyyb` on the code of
infliximab does not. Notes that plainly speak of another drug (premedication, earlier treatment, allergy) and
diluents are left out. Unlisted codes are judged by the edit unlisted-code-though-specific-exists. A line that
names no drug and has no readable NDC has nothing to compare.

## Why it matters
A code for another drug is a false description of the service: it denies (code and NDC do not match), and
where it was paid it must be given back. Some guides name wrong codes: J1320 is amitriptyline, whatever a page
says about methylprednisolone.

## How to fix
Look in the chart which drug, which salt and which maker's product was given, and bill its code with units
counted by that code. Example: 40 mg of methylprednisolone sodium succinate billed as `J1320` x 1 on 2024-07-01
is `J2919` x 8.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed, lit, when  # noqa: A004

_NAMES_A_DRUG = col("named_drugs").list.len() > 0
# Where the crosswalk links NDC and code at all, a different wording of the name is no mismatch.
_NDC_DIFFERS = (col("ndc_drug") != col("drug")) & col("units_per_item").is_null()

EDIT = Edit(
    code="CD004",
    name="code-drug-mismatch",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("is_drug") & col("is_unlisted_drug").not_() & (_NAMES_A_DRUG | col("ndc").is_not_null()),
    fires=when(_NAMES_A_DRUG & col("does_text_name_other_drug").not_())
    # The text names the code's drug; an NDC that nothing is known of does not put that in doubt.
    .then(_NDC_DIFFERS.eq_missing(lit(value=True)))
    .when(_NAMES_A_DRUG)
    .then(col("does_text_name_other_drug") | _NDC_DIFFERS)
    .otherwise(_NDC_DIFFERS),
    message=format(
        "{} is {}, but {}.",
        "hcpcs",
        "drug",
        when(col("does_text_name_other_drug") & _NDC_DIFFERS.eq_missing(lit(value=True)))
        .then(
            format(
                "the line names {} and its NDC is {} ({})", listed("named_drugs"), "ndc_drug", "ndc_product"
            )
        )
        .when(col("does_text_name_other_drug"))
        .then(format("the line names {}", listed("named_drugs")))
        .otherwise(format("the NDC on the line is {} ({})", "ndc_drug", "ndc_product")),
    ),
    fix=Fix(
        advice=when(col("does_text_name_other_drug") & (col("codes_of_named_drug").list.len() > 0))
        .then(
            format(
                "Check in the chart what was given. What the line names is billed with {} on {}; count the units by "
                "that code.",
                listed("codes_of_named_drug"),
                "service_date",
            )
        )
        .when(col("ndc_hcpcs").list.len() > 0)
        .then(
            format(
                "Check in the chart what was given. This NDC is billed with {} on {}; correct the code and its units, "
                "or the NDC.",
                listed("ndc_hcpcs"),
                "service_date",
            )
        )
        .otherwise(
            lit("Check in the chart what was given; correct the code and its units, or the name and NDC.")
        )
    ),
    citations=(
        Citation(
            "HCPCS-2020", "J1320 is amitriptyline, up to 20 mg; each code stands for one drug and salt.", "A"
        ),
        Citation("ASPX26Q1", "CMS's crosswalk lists the code of each NDC.", "A"),
        Citation("X12-0826", "N846: the NDC does not go with the procedure code.", "A"),
    ),
    prevents_carc=("16",),
    prevents_rarc=("N846", "M51"),
)
