"""The payer wants other drugs tried first, and the earlier claims show none.

## What it checks

Drug lines for which the payer's policy asks that other drugs are tried first: whether so many of them were given to the
patient before, within the look-back, as the claims of the run and the earlier ones (`--history`) show. Where the rule
is for new starts only, who had the drug itself in that time is exempt. Claims do not show drugs that a pharmacy billed,
nor tablets; where a trial must have lasted a time and the claims show it shorter, and where the earlier claims do
not reach back far enough, the edit is *not evaluated*. Exceptions of the policy are named, not judged.

## Why it matters

The payer denies a drug whose preferred alternative was not tried, or not shown to have been tried.

## How to fix

Look in the chart for the trial, or for the reason against it, and send it with the request for authorization. If there
was none, ask for an exception or begin with the preferred drug.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format, listed, lit, when  # noqa: A004

_except = (
    when(col("payer_step_exceptions").list.len() > 0)
    .then(format(" Exceptions: {}.", listed("payer_step_exceptions")))
    .otherwise(lit(""))
)

EDIT = Edit(
    code="CV004",
    name="step-therapy-not-met",
    severity=Severity.WARNING,
    grain=Grain.LINE,
    applies=col("is_drug") & (col("claim_frequency_code") != "8") & col("has_step_rule"),
    fires=col("is_step_met").not_(),
    message=format(
        "{} asks for {} of {} before ({}); earlier claims show: {}.",
        "hcpcs",
        "payer_step_products_needed",
        listed("payer_step_products"),
        "payer_step_therapy_rule",
        listed("step_products_seen"),
    ),
    fix=Fix(
        format("Show the trial, or the reason against it, with the request for authorization.{}", _except)
    ),
    citations=(
        Citation(
            "X12-0826", "B8 with N449: another treatment should have been used; 272: guidelines not met.", "A"
        ),
        Citation(
            "PAY-BCNC-PARTB", "One Medicare Advantage plan prefers named biosimilars under Part B.", "B"
        ),
    ),
    prevents_carc=("B8", "272", "197"),
    prevents_rarc=("N449", "N115"),
    unverified=col("payer_step_therapy_confidence").is_in(["C", "D"]),
)
