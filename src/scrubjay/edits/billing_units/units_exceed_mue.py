"""The units exceed the medically unlikely edit in force for the setting.

## What it checks
The units against CMS's MUE value of the payer's table (practitioner, outpatient hospital, Medicaid) in force on
the date. The MUE adjudication indicator (MAI) decides what is compared:

- 1: each line by itself. The whole line denies.
- 2 and 3: the sum of the code over the day by one provider, discarded (JW) units included. All units of the day
  deny, not only the excess. 2 is absolute, by policy; 3 can be paid on review.

Where the indicator is not held, a line over the value fires, without saying what the payer then does, and a day
over it is *not evaluated*. A line that spans several days may have the value for each day. A value of 0 is the edit code-not-payable.

## Why it matters
An MUE denial is a coding denial: the provider bears it, a notice to the patient does not shift it.

## How to fix
Check the units against the dose first: most are a unit error. If they are right: MAI 1, split onto lines with
the modifier that is true (76, 77, 59, anatomic); MAI 2, the limit cannot be passed; MAI 3, bill as given and
appeal with the record that shows dose, weight and need; do not split. Example: 20 units of J3301 (200 mg) on a
day exceed its MUE of 16 with MAI 3: all 20 deny.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, has_any, lit, number, when  # noqa: A004

_LIMIT = col("mue_value") * col("service_days")
_LINE_OVER = col("units") > _LIMIT
_DAY_OVER = col("code_day_units") > _LIMIT
_COUNTS_DAY = col("mue_mai").is_in(["2", "3"]) & col("payer_mue_sums_day")
_BY_DAY = _COUNTS_DAY.eq_missing(lit(value=True))
# A payer that counts no days denies the line, whatever the indicator; else the indicator decides.
_IS_KIND_OPEN = col("mue_mai").is_null() & col("payer_mue_sums_day").ne_missing(lit(value=False))
_IS_VALUE_UNVERIFIED = col("mue_confidence").is_in(["C", "D"])

EDIT = Edit(
    code="BU001",
    name="units-exceed-mue",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("hcpcs").is_not_null()
    & (col("unit_of_measure").is_null() | (col("unit_of_measure") != "MJ"))
    & col("payer_uses_mue")
    & col("has_mue")
    & (col("mue_value") > 0),
    fires=_LINE_OVER | (_DAY_OVER & _COUNTS_DAY),
    message=when(_BY_DAY)
    .then(
        format(
            "{} units of {} on {} exceed its MUE of {} a day (MAI {}, table {}): all units of the day deny, not only "
            "the excess.",
            number("code_day_units"),
            "hcpcs",
            "service_date",
            "mue_value",
            "mue_mai",
            "mue_edition",
        )
    )
    .when(_IS_KIND_OPEN)
    .then(
        format(
            "{} units of {} on one line exceed its MUE of {} (table {}{}). Its adjudication indicator (MAI) is not held, "
            "so whether the line or all units of the day deny is not known.",
            number("units"),
            "hcpcs",
            "mue_value",
            "mue_edition",
            when(_IS_VALUE_UNVERIFIED)
            .then(format("; the value is not verified, confidence {}", "mue_confidence"))
            .otherwise(lit("")),
        )
    )
    .otherwise(
        format(
            "{} units of {} on one line exceed its MUE of {} (MAI {}, table {}): the whole line denies.",
            number("units"),
            "hcpcs",
            "mue_value",
            "mue_mai",
            "mue_edition",
        )
    ),
    fix=Fix(
        advice=when(col("mue_mai") == "2")
        .then(
            lit(
                "Check the units against the dose. This limit is absolute by policy: contractors cannot pay more on "
                "the claim, a reopening or a first appeal. Correct units or code."
            )
        )
        .when(col("mue_mai") == "3")
        .then(
            lit(
                "Check the units against the dose. If they are right, bill them as given and, after the denial, "
                "appeal with order, dose, weight and the reason for the dose; splitting the line does not help."
            )
        )
        .when(col("mue_mai") == "1")
        .then(
            lit(
                "Check the units against the dose. If they are right, split them onto lines that each stay within "
                "the value, with the modifier that is true (76, 77, 59 or anatomic)."
            )
        )
        .otherwise(
            lit("Check the units against the dose; how this payer lets more units through is not published.")
        )
    ),
    citations=(
        Citation("NGS-MUE", "MAI 1 compares each line, 2 and 3 the sum of the day.", "B"),
        Citation(
            "MMP-MUE", "MAI 3 is payable on review with evidence, MAI 2 is absolute; provider-liable.", "B"
        ),
        Citation("MUE24Q3", "Values, indicators and reasons of the tables effective 2024-07-01.", "A"),
        Citation(
            "SCRUBJAY", "That the day's sum includes JW units follows from its wording; not sourced.", "D"
        ),
    ),
    prevents_carc=("151", "222"),
    prevents_rarc=("N362", "N430", "N640"),
    unverified=_IS_VALUE_UNVERIFIED
    | has_any("payer_unverified", ["uses_mue"])
    | (_BY_DAY & ((col("code_day_units") - col("code_day_discarded_units")) <= _LIMIT)),
)
