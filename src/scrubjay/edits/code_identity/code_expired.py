"""The code had ended before the date of service.

## What it checks
That the date of service is not after the code's last day. If a successor is known, the message names it and
turns the billed units into its units, exactly.

## Why it matters
CMS replaces drug codes by codes with a smaller unit. The old code is refused at the front end (277CA A7:507)
or denied as invalid on the date. It cannot be appealed: a new claim with the right code is the only way.
The unit changes with the code, so changing the code alone makes a second error.

## How to fix
Bill the successor with units counted from the dose. Where the old code stood for *up to* an amount, the
converted number is the most it can be, and the dose decides. Example: `J2920` x 1 (up to 40 mg) ended on
2024-03-31; 40 mg given on 2024-04-02 is `J2919` x 8, 30 mg is `J2919` x 6.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, lit, number, when  # noqa: A004

_CONVERTED = (
    when(col("successor").is_null())
    .then(lit(""))
    .when(col("successor_units").is_null())
    .then(format(" {} took over.", "successor"))
    .when(col("unit_qualifier") == "up_to")
    .then(
        format(
            " {} took over: {} x {} is {}, at most {} units ({} for one, which stood for up to its amount: the dose "
            "decides).",
            "successor",
            number("units"),
            "hcpcs",
            "successor",
            number("successor_units"),
            number("successor_unit_ratio"),
        )
    )
    .otherwise(
        format(
            " {} took over: {} x {} is {} x {} ({} for one).",
            "successor",
            number("units"),
            "hcpcs",
            number("successor_units"),
            "successor",
            number("successor_unit_ratio"),
        )
    )
)

EDIT = Edit(
    code="CD003",
    name="code-expired",
    severity=Severity.ERROR,
    grain=Grain.LINE,
    applies=col("hcpcs").is_not_null()
    & (col("procedure_qualifier").is_null() | (col("procedure_qualifier") == "HC"))
    & col("is_code_well_formed")
    & (col("is_level_two") | col("is_code_known").is_not_null())
    & col("is_code_known").ne_missing(lit(value=False)),
    # A known code without a last day was still open in the newest edition held.
    fires=when(col("is_code_known")).then(
        col("code_last_day").is_not_null() & (col("service_date") > col("code_last_day"))
    ),
    message=format(
        "{} was valid to {}; the line is of {}.{}", "hcpcs", "code_last_day", "service_date", _CONVERTED
    ),
    fix=Fix(
        advice=when(col("successor").is_not_null())
        .then(
            format(
                "Send a new claim with {}; count its units from the dose in the chart and report the NDC again.",
                "successor",
            )
        )
        .otherwise(
            lit("Send a new claim with the code that is in force on the day; look it up by the drug's name.")
        )
    ),
    citations=(
        Citation(
            "HCPCS-APR24", "The HCPCS file gives the last day, e.g. J2920 and J2930 on 2024-03-31.", "A"
        ),
        Citation(
            "CEDI",
            "A procedure code that is not valid on the date is rejected at the front end (A7:507).",
            "B",
        ),
        Citation("NOR-DEN", "Invalid procedure code denials are answered by a new claim.", "B"),
    ),
    prevents_carc=("16", "181"),
    prevents_rarc=("M51", "N56"),
)
