"""Guide leaves out a topic without which a drug claim cannot be billed or recovered.

## What it checks
A guide to billing a drug speaks of discarded drug (JW, JZ), the NDC, billing units, and deadlines. Each topic that is
never mentioned is one finding. Charge masters and texts without a code are not asked.

## Why it matters
These four are where drug claims fail most; a reader who trusts the guide does not learn of them.

## How to fix
Add the topic with its rule, its date and its source.
"""

from __future__ import annotations

from scrubjay.edits.spec import Citation, Edit, Fix, Grain, Severity, col, format  # noqa: A004

EDIT = Edit(
    code="GU005",
    name="required-topic-missing",
    severity=Severity.WARNING,
    grain=Grain.TEXT,
    applies=col("text_kind") == "topic",
    fires=col("is_text_topic_present").not_(),
    message=format("{}: {} {}", "text_place", "text_said", "text_fact"),
    fix=Fix("Add the topic with its rule, date and source."),
    citations=(
        Citation("FCSO-JWJZ", "JW or JZ on separately payable single-dose drugs from 2023-07-01.", "B"),
        Citation("NDC-NJ", "Medicaid and many other payers ask for the NDC on drug lines.", "B"),
        Citation("MCD-TF", "Claims have a filing limit; appeals have theirs.", "A"),
    ),
)
