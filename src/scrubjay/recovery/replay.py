"""Judge the claims behind denials again, as of then and as of now: which finding explains the denial, if any.

A denial is explained where an edit that stands for its reason fires on the line or on its claim. Where every
such edit could be judged, some applied, and none fires, the claim was right by what is known and the payer wrong.
Anything else cannot be told. Filing limits are not judged by the engine, whose day would be that of the replay:
the day on which the payer received the claim decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.edits.spec import Grain, Severity, Verdict
from scrubjay.engine import run_edits
from scrubjay.recovery.conditions import with_facts, with_payer_class
from scrubjay.recovery.deadlines import with_deadlines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from scrubjay.edits.spec import Edit
    from scrubjay.policies import PolicySet
    from scrubjay.reference import Reference
    from scrubjay.tables import ClaimBundle

_LATE = "29"
_GENERAL = ["16", "96", "A1"]
"""Reasons that say something only with their remark."""
_TROUBLE = ["denied", "reduced"]
CLAIM_WRONG, PAYER_WRONG, CANNOT_TELL = "claim-was-wrong", "payer-was-wrong", "cannot-tell"

REPLAY_SCHEMA = {
    "replay_verdict": pl.String,
    "finding_edit": pl.String,
    "finding_message": pl.String,
    "finding_edit_then": pl.String,
}


def replay(
    batches: Callable[[], Iterable[ClaimBundle]],
    lines: pl.DataFrame,
    classified: pl.DataFrame,
    *,
    edits: Sequence[Edit],
    reference: Reference,
    policies: PolicySet,
    then: date,
    now: date,
) -> pl.DataFrame:
    """What explains each denial.

    Args:
        batches: gives the claims that were sent, with the keys that `lines` name; called twice.
        lines: in the shape of `ANSWERED_LINES`.
        classified: what `classify` made of them, row by row.
        edits: those of the run; only the ones that stand for a reason of a denial are judged.
        reference: where facts about codes come from.
        policies: where payer parameters come from.
        then: day on which things were known when the claims were sent or decided.
        now: day on which they are known now; it gives the verdict.

    Returns:
        Row by row of `lines`: `replay_verdict` (null where nothing was denied or the claim is not at hand),
        `finding_edit` and `finding_message` (what explains the denial by what is known now), and
        `finding_edit_then` (what would have foretold it).
    """
    asked = lines.with_row_index("_row").hstack(
        classified.select("outcome", "carc_code", "rarc_code").get_columns()
    )
    asked = asked.filter(pl.col("outcome").is_in(_TROUBLE), pl.col("carc_code").is_not_null())
    by_filing = _filing_verdicts(asked, policies, now)
    known = asked.filter(pl.col("claim_key").is_not_null(), pl.col("carc_code") != _LATE)
    denied = set(known["carc_code"].unique())
    telling = [e for e in edits if e.grain is not Grain.RUN and denied & set(e.prevents_carc) - {_LATE}]
    told = pl.concat([by_filing, _told(known, batches, telling, reference, policies, then, now)])
    return (
        lines.select(pl.int_range(pl.len(), dtype=pl.get_index_type()).alias("_row"))
        .join(told, on="_row", how="left", maintain_order="left")
        .select(REPLAY_SCHEMA.keys())
    )


def _told(  # noqa: PLR0917 - the two worlds of a replay
    known: pl.DataFrame,
    batches: Callable[[], Iterable[ClaimBundle]],
    telling: list[Edit],
    reference: Reference,
    policies: PolicySet,
    then: date,
    now: date,
) -> pl.DataFrame:
    schema = {"_row": pl.get_index_type(), **REPLAY_SCHEMA}
    if not known.height:
        return pl.DataFrame(schema=schema)
    if not telling:
        nothing = known.select("_row", pl.lit(CANNOT_TELL).alias("replay_verdict"))
        return pl.concat([pl.DataFrame(schema=schema), nothing], how="diagonal")
    wanted = known.select("claim_key").unique()
    worlds = [
        _judged(batches, known, wanted, telling, reference=reference, policies=policies, as_of=day)
        for day in (then, now)
    ]
    before, after = worlds
    return (
        known.select("_row")
        .join(after, on="_row", how="left", maintain_order="left")
        .join(
            before.select("_row", pl.col("finding_edit").alias("finding_edit_then")),
            on="_row",
            how="left",
            maintain_order="left",
        )
        .select(schema.keys())
    )


def _judged(
    batches: Callable[[], Iterable[ClaimBundle]],
    known: pl.DataFrame,
    wanted: pl.DataFrame,
    telling: list[Edit],
    *,
    reference: Reference,
    policies: PolicySet,
    as_of: date,
) -> pl.DataFrame:
    """`_row`, verdict and finding in one world."""
    # Duplicates are found among all claims, so all are judged; only what is asked about is kept.
    result = run_edits(
        batches(), telling, reference=reference, policies=policies, as_of=as_of, keep_verdicts=True
    )
    names = {e.name for e in telling}
    long = [
        frame.join(wanted, on="claim_key", how="semi")
        .with_columns(pl.lit(None, pl.Int64).alias("line_key") if "line_key" not in frame.columns else [])
        .unpivot(
            [c for c in frame.columns if c in names],
            index=["claim_key", "line_key"],
            variable_name="edit",
            value_name="verdict",
        )
        .filter(pl.col("verdict") != Verdict.NOT_APPLICABLE)
        for frame in result.verdicts
    ]
    schema = {"claim_key": pl.Int64, "line_key": pl.Int64, "edit": pl.String, "verdict": pl.UInt8}
    verdicts = pl.concat([pl.DataFrame(schema=schema), *long])
    reasons = _reasons(telling)
    row = known.select("_row", "claim_key", "line_key", pl.col("carc_code").alias("carc"), "rarc_codes")
    of_line = row.join(
        verdicts.filter(pl.col("line_key").is_not_null()), on=["claim_key", "line_key"], how="inner"
    )
    # A line that the answer names only as part of its claim is judged by all that was found on the claim.
    whole = row.filter(pl.col("line_key").is_null())
    of_claim = row.drop("line_key").join(
        verdicts.filter(pl.col("line_key").is_null()).drop("line_key"), on="claim_key", how="inner"
    )
    of_whole = (
        whole.drop("line_key")
        .join(verdicts.filter(pl.col("line_key").is_not_null()), on="claim_key", how="inner")
        .drop("line_key")
    )
    met = pl.concat([of_line.drop("line_key"), of_claim, of_whole]).join(reasons, on=["edit", "carc"])
    speaks = (
        pl.col("carc").is_in(_GENERAL).not_()
        | (pl.col("rarcs").list.len() == 0)
        | (pl.col("rarc_codes").list.set_intersection(pl.col("rarcs")).list.len() > 0)
    )
    met = met.filter(speaks)
    fires = pl.col("verdict") == Verdict.FIRES
    verdict = met.group_by("_row").agg(
        fires.any().alias("_fires"),
        (pl.col("verdict") == Verdict.NOT_EVALUATED).any().alias("_open"),
        pl.col("edit").filter(fires).sort_by(pl.col("rank").filter(fires)).first().alias("finding_edit"),
    )
    messages = result.findings.select("claim_key", "line_key", "edit", "message")
    return (
        row.join(verdict, on="_row", how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("_fires"))
            .then(pl.lit(CLAIM_WRONG))
            .when(pl.col("_open").not_())
            .then(pl.lit(PAYER_WRONG))
            .otherwise(pl.lit(CANNOT_TELL))
            .alias("replay_verdict")
        )
        .join(
            messages.unique(["claim_key", "line_key", "edit"], keep="first"),
            left_on=["claim_key", "line_key", "finding_edit"],
            right_on=["claim_key", "line_key", "edit"],
            how="left",
            maintain_order="left",
        )
        .join(
            messages.unique(["claim_key", "edit"], keep="first").select(
                "claim_key", "edit", pl.col("message").alias("_claim_message")
            ),
            left_on=["claim_key", "finding_edit"],
            right_on=["claim_key", "edit"],
            how="left",
            maintain_order="left",
        )
        .select(
            "_row",
            "replay_verdict",
            "finding_edit",
            pl.coalesce("message", "_claim_message").alias("finding_message"),
        )
    )


def _reasons(telling: list[Edit]) -> pl.DataFrame:
    """`edit`, `carc`, `rarcs` and `rank`: the graver edit goes first."""
    grave = list(Severity)
    rows = [
        (e.name, carc, list(e.prevents_rarc), grave.index(e.severity)) for e in telling for carc in e.prevents_carc
    ]  # fmt: skip
    return pl.DataFrame(
        rows,
        schema={"edit": pl.String, "carc": pl.String, "rarcs": pl.List(pl.String), "rank": pl.Int64},
        orient="row",
    )


def _filing_verdicts(asked: pl.DataFrame, policies: PolicySet, as_of: date) -> pl.DataFrame:
    """Reason 29 by the day on which the payer received the claim."""
    late = asked.filter(pl.col("carc_code") == _LATE)
    lines = with_payer_class(with_facts(late))
    new = lines.select(
        "remit_claim_key",
        "payer_class",
        pl.lit("NEW").alias("remedy"),
        pl.lit(None, pl.Int8).alias("appeal_level"),
        pl.lit(None, pl.Decimal(18, 2)).alias("denied_amount"),
        pl.lit([], pl.List(pl.String)).alias("missing"),
    )
    due = with_deadlines(new, late, policies=policies, as_of=as_of)
    received, hard = pl.col("received_date"), pl.col("hard_date")
    is_late = received > hard
    return late.with_columns(due["hard_date"]).select(
        "_row",
        pl.when(is_late)
        .then(pl.lit(CLAIM_WRONG))
        .when(is_late.not_())
        .then(pl.lit(PAYER_WRONG))
        .otherwise(pl.lit(CANNOT_TELL))
        .alias("replay_verdict"),
        pl.when(is_late).then(pl.lit("timely-filing-passed")).alias("finding_edit"),
        pl.when(is_late)
        .then(pl.format("Received on {}, and the limit was {}.", received, hard))
        .alias("finding_message"),
        pl.lit(None, pl.String).alias("finding_edit_then"),
    )


def with_replay(classified: pl.DataFrame, replayed: pl.DataFrame) -> pl.DataFrame:
    """Add to the reasons what the replay says; the columns of the replay go beside."""
    fires = pl.col("finding_edit").is_not_null()
    foretold = (pl.col("finding_edit_then") == pl.col("finding_edit")).fill_null(value=False)
    said = pl.concat_list(
        pl.when(fires).then(
            pl.format(
                "The edit {} explains it{}: {}",
                "finding_edit",
                pl.when(foretold)
                .then(pl.lit(" and would have foretold it"))
                .when(pl.col("finding_edit_then").is_null() & (pl.col("carc_code") != _LATE))
                .then(pl.lit(", by what is known now and was not then"))
                .otherwise(pl.lit("")),
                pl.col("finding_message").fill_null("see the finding."),
            )
        ),
        pl.when(pl.col("replay_verdict") == PAYER_WRONG).then(
            pl.lit("Replayed by what is known now the claim was right: no edit for this reason fires.")
        ),
    )
    frame = classified.hstack(replayed.get_columns())
    return frame.with_columns(pl.concat_list("reasons", said).list.drop_nulls().alias("reasons")).select(
        *classified.columns, *REPLAY_SCHEMA
    )
