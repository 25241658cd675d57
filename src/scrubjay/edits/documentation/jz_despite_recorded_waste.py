"""JZ states that nothing payable was discarded, and the chart shows whole units left.

## What it checks
A line with JZ, where the dose and the vials of the chart leave one whole unit or more.

## Why it matters
JZ is an attestation. Against the record it is a false one, and the waste that could be paid is given away.

## How to fix
Take JZ off and bill the discarded units with JW. Waste of less than one unit keeps JZ. Example: 80 mg from a 125 mg
vial of J2919 leaves 9 units, so JZ is wrong; 124 mg leaves less than one, so JZ is right.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, number  # noqa: A004

EDIT = Edit(
    code="DO017",
    name="jz-despite-recorded-waste",
    severity=Severity.ERROR,
    grain=Grain.CHART,
    applies=col("has_chart") & col("is_chart_drug") & col("modifiers").list.contains("JZ"),
    fires=col("discarded_units_of_record") > 0,
    message=format(
        "{} on {} carries JZ, and the chart leaves {} whole units in the vials. The record supports: {}.",
        "hcpcs",
        "service_date",
        number("discarded_units_of_record"),
        "expected_lines",
    ),
    fix=Fix(format("Take JZ off, and bill what the record supports: {}.", "expected_lines")),
    citations=(
        Citation("FCSO-HD", "JZ attests that nothing eligible for payment was discarded.", "B"),
        Citation("NOR-JZ", "Waste below one unit carries JZ, not JW.", "B"),
    ),
    prevents_carc=("16",),
)
