"""More was given than the payer's policy, or the label, foresees.

## What it checks

Drug lines for which the payer's policy sets a most for units on a day, in a period or in the patient's life, or for
milligrams per kilogram; where it sets none by day or weight, the most of the label, as far as it is held. Units of
the patient's day are added up over the claims of the run and the earlier ones (`--history`); discarded units are left
out, and a dose in milligrams may be one unit less than billed, because units are rounded up. The weight comes from
a table of earlier claims, at most 90 days old. What is missing (weight, earlier claims that reach back far enough)
makes the edit *not evaluated*, unless another limit is passed for certain.

## Why it matters

The excess denies as not necessary. A dose above the label is often a slip: milligrams for units, or two vials for one.

## How to fix

Compare the units with the order and the administration record. If the dose is right, send the literature or the
authorization for it; do not cut the units to fit.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, lit, number, when  # noqa: A004

_limit = col("over_limit")
_amount, _most = number("over_limit_amount"), number("over_limit_most")
_words = (
    when(_limit == "period")
    .then(format("{} units within {} days, above {}", _amount, "payer_limit_period_days", _most))
    .when(_limit == "life")
    .then(format("{} units in all, above {}", _amount, _most))
    .when(_limit == "day")
    .then(format("{} units on the day, above {}", _amount, _most))
    .otherwise(format("{} mg on the day, above {} mg", _amount, _most))
)
_is_label = _limit.is_in(["label_day", "label_weight"])
_source = when(_is_label).then(lit("by the label")).otherwise(col("payer_limits_rule"))

EDIT = Edit(
    code="BU006",
    name="dose-above-policy-maximum",
    severity=Severity.WARNING,
    grain=Grain.LINE,
    applies=col("is_drug") & (col("claim_frequency_code") != "8") & col("has_dose_limit"),
    fires=col("is_over_day_limit") | col("is_over_weight_limit") | col("is_over_period_limit"),
    message=format("{} on {}: {} ({}).", "hcpcs", "service_date", _words, _source),
    fix=Fix(
        "Compare the units with the order and the record; if the dose is right, show why with the claim."
    ),
    citations=(
        Citation("X12-0826", "153: the dose is not supported; 222, 119: above the most; N362, N378.", "A"),
        Citation(
            "SCRUBJAY", "Most that the labels of a few drugs foresee, by practice, not read in them.", "D"
        ),
    ),
    prevents_carc=("153", "151", "222", "119"),
    prevents_rarc=("N362", "N378"),
    unverified=_is_label | col("payer_limits_confidence").is_in(["C", "D"]),
)
