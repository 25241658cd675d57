"""Claims of a transaction, group or interchange that was refused before anybody looked at its claims (999, 997, TA1).

An acknowledgement names the control numbers of what was sent. Its claims are listed where one set that was sent has
these numbers, between the same two parties; where several have them, or none, nothing is guessed: it is counted as not
identified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.recovery.decide import REJECTION_COLUMNS
from scrubjay.tables.recovery import DECISIONS

if TYPE_CHECKING:
    from scrubjay.tables.acknowledgments import AcknowledgmentBundle

PLACES = {
    "claim_key": pl.Int64,
    "file_number": pl.Int64,
    "transaction": pl.String,
    "group_control_number": pl.String,
    "interchange_key": pl.String,
    "interchange_date": pl.Date,
}
"""Where a claim was sent: one row for each time it stood in a file; `file_number` grows with time."""

_SET = ("file_number", "interchange_key", "group_control_number", "transaction")
_CLAIMS = ("837", "HC")
_PARTLY = "P"
_KIND = {"interchange": "TA1", "group": "999", "transaction": "999"}


def rejected_sets(
    acknowledged: AcknowledgmentBundle, claims: pl.DataFrame, places: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Decisions on claims whose transaction was refused: there is no denial and nothing to appeal.

    Args:
        acknowledged: what was answered.
        claims: those that were sent: `claim_key`, `patient_control_number`.
        places: where each was sent (`PLACES`).

    Returns:
        One row for each claim that stands in a refused set and was not sent again since (the same claim, or another
        one of its control number, in a later set that is not refused): the columns of `DECISIONS` and
        `REJECTION_COLUMNS`; and the refusals that no set could be found for: `level`, `answered_control_number`,
        `answered_group_control_number`, `status_code`.
    """
    refused = acknowledged.acknowledgments.filter(
        pl.col("is_accepted").not_().fill_null(value=False),
        (pl.col("level") == "interchange") | pl.col("answered_set").is_in(_CLAIMS),
        # A group that is accepted in part names the sets that are not.
        (pl.col("level") != "group") | (pl.col("status_code") != _PARTLY),
    )
    sets = places.select(*_SET, "interchange_date").unique(maintain_order=True)
    found, unknown = _identified(refused, sets)
    told = found.join(_faults(acknowledged), on="acknowledgment_key", how="left", maintain_order="left")
    # The narrowest answer says most: a set's own before that of its group, and of its interchange.
    told = (
        told.sort(
            pl.col("level").replace_strict({"transaction": 0, "group": 1, "interchange": 2}),
            maintain_order=True,
        )
        .unique(_SET, keep="first", maintain_order=True)
        .select(
            *_SET,
            "acknowledgment_key",
            "level",
            "answered_control_number",
            "status_code",
            "error_codes",
            "_faults",
        )
    )
    sent = places.join(told, on=_SET, how="left", nulls_equal=True).join(
        claims.select("claim_key", "patient_control_number"), on="claim_key", how="inner"
    )
    is_refused = pl.col("acknowledgment_key").is_not_null()
    sound = sent.filter(is_refused.not_())
    later = sound.group_by("patient_control_number").agg(pl.col("file_number").max().alias("_later"))
    rows = (
        sent.filter(is_refused)
        .sort("file_number", "claim_key")
        .unique("claim_key", keep="last", maintain_order=True)
        .join(sound.select("claim_key"), on="claim_key", how="anti", maintain_order="left")
        .join(later, on="patient_control_number", how="left", maintain_order="left")
        .filter((pl.col("_later") > pl.col("file_number")).not_().fill_null(value=True))
    )
    return _decisions(rows), unknown


def _identified(refused: pl.DataFrame, sets: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The sets that each refusal is about, and refusals that are about none or several."""
    parties = sets.with_columns(
        pl.col("interchange_key").str.split("|").list.get(n, null_on_oob=True).alias(name)
        for n, name in enumerate(("_from", "_to", "_number"))
    )
    answered = refused.select(
        "acknowledgment_key", "level", "answered_set", "answered_control_number", "answered_group_control_number",
        "answered_date", "status_code", "error_codes",
        # Who answers was the receiver of what was sent.
        *(pl.col("interchange_key").str.split("|").list.get(n, null_on_oob=True).alias(name) for n, name in
          enumerate(("_answer_from", "_answer_to"))),
    )  # fmt: skip
    names_parties = (pl.col("_answer_from") == pl.col("_to")) & (pl.col("_answer_to") == pl.col("_from"))
    by_level = {
        "transaction": (
            ["answered_control_number", "answered_group_control_number"],
            ["transaction", "group_control_number"],
        ),
        "group": (["answered_control_number"], ["group_control_number"]),
        "interchange": (["answered_control_number", "answered_date"], ["_number", "interchange_date"]),
    }
    parts: list[pl.DataFrame] = []
    for level, (said, stands) in by_level.items():
        both = answered.filter(pl.col("level") == level).join(
            parties, left_on=said, right_on=stands, how="inner", coalesce=False
        )
        parts.append(both if level == "interchange" else both.filter(names_parties))
    every = pl.concat(parts)
    # Of one refusal all sets stand in one interchange of one file, else it is not known which is meant.
    one = pl.struct("file_number", "interchange_key").n_unique().over("acknowledgment_key") == 1
    found = every.filter(one)
    unknown = refused.join(found, on="acknowledgment_key", how="anti", maintain_order="left").select(
        "level", "answered_control_number", "answered_group_control_number", "status_code"
    )
    return found, unknown


def _faults(acknowledged: AcknowledgmentBundle) -> pl.DataFrame:
    """What was wrong of each answer, in words without a value of what was sent: at most three places."""
    place = pl.format(
        "segment {} of the set ({}), error {}",
        pl.col("faulty_segment_number").cast(pl.String).fill_null("unknown"),
        pl.concat_str("faulty_segment", "faulty_element", separator=" element ", ignore_nulls=True),
        pl.coalesce("element_error_code", "segment_error_code", pl.lit("not told")),
    )
    said = acknowledged.errors.select("acknowledgment_key", place.alias("_place"))
    return said.group_by("acknowledgment_key", maintain_order=True).agg(
        pl.col("_place").unique(maintain_order=True).head(3).str.join("; ").alias("_faults")
    )


def _decisions(rows: pl.DataFrame) -> pl.DataFrame:
    kind = pl.col("level").replace_strict(_KIND, default=None, return_dtype=pl.String)
    coded = pl.format(
        "{} {}{}",
        kind,
        "status_code",
        pl.when(pl.col("error_codes").list.len() > 0)
        .then(pl.format(" ({})", pl.col("error_codes").list.join(", ")))
        .otherwise(pl.lit("")),
    )
    shaped = rows.select(
        pl.lit(None, pl.Int64).alias("claim_status_key"),
        "patient_control_number",
        pl.lit(None, pl.String).alias("status_category_code"),
        coded.alias("status_code"),
        pl.lit("rejected").alias("outcome"),
        pl.lit("soft").alias("hardness"),
        pl.lit("NEW").alias("remedy"),
        pl.concat_list(
            pl.format(
                "The {} {} that it was sent in was refused before adjudication ({}): no claim is on file, so mend it and send a new one.",
                "level", "answered_control_number", coded,
            ),
            pl.when(pl.col("_faults").is_not_null()).then(pl.format("Refused for {}.", "_faults")),
        ).list.drop_nulls().alias("reasons"),
        pl.concat_list(
            pl.when(pl.col("_faults").is_null()).then(
                pl.lit("Which segment was at fault: the answer does not say, and it may be another claim of the set.")
            )
        ).list.drop_nulls().alias("missing"),
        pl.lit("The filing limit of the first claim goes on running; a rejected claim does not stop it.").alias("deadline_rule"),
    )  # fmt: skip
    conformed = DECISIONS.conform(shaped.select(c for c in DECISIONS.columns if c in shaped.columns))
    return conformed.hstack(shaped.select(REJECTION_COLUMNS).get_columns())
