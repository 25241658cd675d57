"""The whole decision on answered lines: cause, remedy, guards, a person's word, deadline."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.recovery.causes import cited, load_data
from scrubjay.recovery.classify import classify
from scrubjay.recovery.context import with_known_facts, with_policy_ids
from scrubjay.recovery.deadlines import with_deadlines
from scrubjay.recovery.remedies import apply_overrides, decide_remedies
from scrubjay.recovery.replay import replay, with_replay
from scrubjay.tables.recovery import ANSWERED_LINES, DECISIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from scrubjay.edits.spec import Edit
    from scrubjay.policies import PolicySet
    from scrubjay.reference import Reference
    from scrubjay.tables import ClaimBundle
    from scrubjay.tables.acknowledgments import AcknowledgmentBundle


@dataclass(frozen=True, slots=True)
class World:
    """What decisions rest on.

    Attributes:
        policies: payers' rules and contract terms.
        reference: codes, limits, rates.
        as_of: the day of the decision.
        contracts: rates of the user's own (`contracts.CONTRACTS_SCHEMA`).
    """

    policies: PolicySet
    reference: Reference
    as_of: date
    contracts: pl.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The claims that were sent, for the replay.

    Attributes:
        batches: gives them, with the keys that the answered lines name; called twice.
        edits: to judge them by.
        then: day on which things were known when they were sent.
    """

    batches: Callable[[], Iterable[ClaimBundle]]
    edits: Sequence[Edit]
    then: date


@dataclass(slots=True)
class Decided:
    """What was decided.

    Attributes:
        lines: the answered lines, with policy and facts filled in.
        decisions: in the shape of `DECISIONS`, row by row of `lines`.
        refused: overrides that were not taken: claim key, line key, why.
    """

    lines: pl.DataFrame
    decisions: pl.DataFrame
    refused: list[tuple[int, int | None, str]] = field(default_factory=list["tuple[int, int | None, str]"])


def decide(
    lines: pl.DataFrame,
    world: World,
    *,
    sent: Sent | None = None,
    answers: pl.DataFrame | None = None,
    overrides: pl.DataFrame | None = None,
) -> Decided:
    """Decide on every answered line.

    Args:
        lines: in the shape of `ANSWERED_LINES`, perhaps with further columns of `conditions.FACTS`.
        world: policies, reference, day, contracts.
        sent: the claims, where denials shall be replayed.
        answers: what a person answered (`conditions.ANSWERS_SCHEMA`).
        overrides: a person's word against decisions (`remedies.OVERRIDES_SCHEMA`).

    Raises:
        UsageError: an answer is to a question that is not asked.
    """
    known = with_policy_ids(lines, world.policies)
    known = with_known_facts(
        known,
        policies=world.policies,
        reference=world.reference,
        as_of=world.as_of,
        contracts=world.contracts,
    )
    classified = classify(known)
    if sent is not None:
        replayed = replay(
            sent.batches,
            known,
            classified,
            edits=sent.edits,
            reference=world.reference,
            policies=world.policies,
            then=sent.then,
            now=world.as_of,
        )
        told = with_replay(classified, replayed)
        known = known.with_columns(told["replay_verdict"], told["finding_edit"])
        classified = told.select(classified.columns)
    decided = decide_remedies(known, classified, answers=answers)
    refused: list[tuple[int, int | None, str]] = []
    if overrides is not None:
        decided, refused = apply_overrides(decided, overrides)
    dated = with_deadlines(decided, known, policies=world.policies, as_of=world.as_of)
    shaped = DECISIONS.conform(dated.select(c for c in DECISIONS.columns if c in dated.columns))
    return Decided(known, shaped, refused)


def as_answered(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame of answered lines in exactly the declared shape, facts left out."""
    return ANSWERED_LINES.conform(frame.select(c for c in ANSWERED_LINES.columns if c in frame.columns))


REJECTION_COLUMNS = ("claim_status_key", "patient_control_number", "status_category_code", "status_code")


def rejected_claims(acknowledged: AcknowledgmentBundle) -> pl.DataFrame:
    """Decisions on claims that a 277CA refused: no claim is on file, so there is no denial and nothing to appeal.

    Args:
        acknowledged: what the answer reader gave.

    Returns:
        One row per refused claim: the columns of `DECISIONS` (keys of a remittance null) and
        `REJECTION_COLUMNS`. The remedy is a new claim; its deadline is that of the first filing.
    """
    table = load_data("deciding")["rejections"]
    causes = pl.DataFrame(
        [(r["category"], r["status"], r["entity"], r["cause"], cited(r["source"], r["confidence"])) for r in table],
        schema={"_category": pl.String, "_status": pl.String, "_entity": pl.String, "root_cause": pl.String, "_cited": pl.String},
        orient="row",
    )  # fmt: skip
    categories = load_data("deciding")["rejection_categories"]
    codes = (
        acknowledged.status_codes.filter(pl.col("status_category_code").is_in(categories))
        .join(
            causes,
            left_on=["status_category_code", "status_code"],
            right_on=["_category", "_status"],
            how="left",
            maintain_order="left",
        )
        .filter(pl.col("_entity").is_null() | (pl.col("_entity") == pl.col("entity_code")))
        .sort("claim_status_key", pl.col("root_cause").is_null(), maintain_order=True)
        .unique("claim_status_key", keep="first", maintain_order=True)
    )
    refused = acknowledged.claim_statuses.filter(pl.col("level") == "claim").join(
        codes.select("claim_status_key", "status_category_code", "status_code", "root_cause", "_cited"),
        on="claim_status_key",
        how="left",
        maintain_order="left",
    )
    refused = refused.filter(
        pl.col("status_category_code").is_not_null() | pl.col("is_accepted").not_().fill_null(value=False)
    )
    coded = pl.format("{}:{}", "status_category_code", "status_code")
    shaped = refused.select(
        *REJECTION_COLUMNS,
        pl.lit("rejected").alias("outcome"),
        "root_cause",
        pl.lit("soft").alias("hardness"),
        pl.lit("NEW").alias("remedy"),
        pl.concat_list(
            pl.format("Rejected before adjudication ({}): no claim is on file, so mend it and send a new one.", coded.fill_null("no code")),
            pl.when(pl.col("root_cause").is_not_null()).then(pl.format("{}: {} ({})", coded, "root_cause", "_cited")),
        ).list.drop_nulls().alias("reasons"),
        pl.concat_list(
            pl.when(pl.col("root_cause").is_null()).then(
                pl.format("What the status {} means: no row of ours answers to it.", coded.fill_null("(none)"))
            )
        ).list.drop_nulls().alias("missing"),
        pl.lit("The filing limit of the first claim goes on running; a rejected claim does not stop it.").alias("deadline_rule"),
    )  # fmt: skip
    conformed = DECISIONS.conform(shaped.select(c for c in DECISIONS.columns if c in shaped.columns))
    return conformed.hstack(shaped.select(REJECTION_COLUMNS).get_columns())
