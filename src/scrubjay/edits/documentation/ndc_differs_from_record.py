"""The NDC in the chart is another than the NDC on the line.

## What it checks
Where the chart and the line both give an NDC that can be read in eleven digits: whether they are the same.

## Why it matters
The NDC on the claim is that of the package opened. Another one is another product, with another price and sometimes
another code.

## How to fix
Bill the NDC of the package that was opened. Example: chart 0009-0047-22, claim 00009003928.
"""

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="DO019",
    name="ndc-differs-from-record",
    severity=Severity.WARNING,
    grain=Grain.CHART,
    applies=col("has_chart") & col("is_chart_drug") & col("ndc_as_sent").is_not_null(),
    fires=col("recorded_ndc") != col("billed_ndc"),
    message=format(
        "{} on {} is billed with NDC {}; the chart shows {}.",
        "hcpcs",
        "service_date",
        "billed_ndc",
        "recorded_ndc",
    ),
    fix=Fix("Bill the NDC of the package that was opened."),
    citations=(Citation("DOC-LISTS", "NDC and lot in the record belong to the package opened.", "B"),),
    prevents_carc=("16",),
    prevents_rarc=("M119",),
)
