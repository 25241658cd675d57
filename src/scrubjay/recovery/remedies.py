"""The way back for each line: what the cause table proposes, the payer's own words, hard guards, a person's word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import UsageError
from scrubjay.recovery.causes import causes_by_id, cited, deciding
from scrubjay.recovery.conditions import (
    condition,
    remarked,
    with_answers,
    with_facts,
    with_payer_class,
)

if TYPE_CHECKING:
    from scrubjay.recovery.causes import Cause

_STRINGS = pl.List(pl.String())
_TROUBLE = ["denied", "reduced"]
_NEXT_LEVEL = ["G65", "G89"]
"""Rows that answer an appeal: the next one is a level higher."""
_PAIR_ROWS = ["G39", "G75", "G77"]
_LIMIT_ROWS = ["G51"]

OVERRIDES_SCHEMA = {
    "remit_claim_key": pl.Int64,
    "remit_line_key": pl.Int64,
    "remedy": pl.String,
    "reason": pl.String,
    "decided_by": pl.String,
    "decided_on": pl.Date,
    "accepts_guards": _STRINGS,
}
"""A person's word against a decision. A null line speaks of every line of the claim."""


def decide_remedies(
    lines: pl.DataFrame, classified: pl.DataFrame, *, answers: pl.DataFrame | None = None
) -> pl.DataFrame:
    """The remedy of each line.

    Args:
        lines: in the shape of `ANSWERED_LINES`, with any columns of `conditions.FACTS`.
        classified: what `classify` made of them, row by row.
        answers: what a person answered, in `conditions.ANSWERS_SCHEMA`.

    Returns:
        `classified` with `remedy`, `appeal_level`, `guards`, and with what decided added to `reasons` and what
        would make it certain to `missing`.

    Raises:
        UsageError: an answer is to a question that is not asked.
    """
    questions = list(deciding().questions)
    _refuse_unknown_questions(answers, questions)
    told = classified.drop("remit_claim_key", "remit_line_key", strict=False)
    frame = with_payer_class(with_facts(lines)).hstack(told.get_columns()).with_row_index("_row")
    frame = with_answers(frame, answers, questions)
    parts = frame.partition_by("rule_id", as_dict=True) if frame.height else {(None,): frame}
    chosen = pl.concat([_of_rule(part, key[0]) for key, part in parts.items()])
    frame = frame.join(chosen, on="_row", how="left", maintain_order="left")
    frame = _gated(frame)
    frame = _guarded(frame)
    frame = _as_the_payer_takes_it(frame)
    return frame.select(
        *classified.columns[: classified.columns.index("denied_amount") + 1],
        "remedy",
        _appeal_level().alias("appeal_level"),
        "guards",
        pl.concat_list("reasons", "_why").list.drop_nulls().alias("reasons"),
        pl.concat_list("missing", "_asks", _more_missing()).list.drop_nulls().list.unique(maintain_order=True).alias("missing"),
        "stage",
        "payer_class",
        "finding_edit",
        "replay_verdict",
    )  # fmt: skip


def _refuse_unknown_questions(answers: pl.DataFrame | None, questions: list[str]) -> None:
    if answers is None:
        return
    unknown = sorted(set(answers["question"].drop_nulls()) - set(questions))
    if unknown:
        raise UsageError(
            f"{unknown[0]!r} is no question that a decision asks.",
            hint=f"The questions are {', '.join(sorted(questions))}.",
        )


def _of_rule(part: pl.DataFrame, rule_id: object) -> pl.DataFrame:
    """The choice of one row of the cause table for the lines that it answers to."""
    cause = causes_by_id().get(str(rule_id)) if rule_id is not None else None
    if cause is None:
        is_cut = pl.col("root_cause").is_in(["units-cut-by-payer", "code-changed-by-payer"])
        return part.select(
            "_row",
            pl.when(is_cut).then(pl.lit("APP")).alias("_chosen"),
            pl.lit(None, pl.String).alias("_note"),
            pl.when(is_cut)
            .then(pl.lit(["What contract or fee schedule allows for the line."]))
            .otherwise(pl.lit([], _STRINGS))
            .alias("_asks"),
        )
    return part.select("_row", *_choice(cause))


def _choice(cause: Cause) -> list[pl.Expr]:
    """First choice whose conditions hold; at the first that is unknown, what is proposed until it is known."""
    remedy: pl.Expr = pl.lit(None, pl.String)
    note: pl.Expr = pl.lit(None, pl.String)
    asks: pl.Expr = pl.lit([], _STRINGS)
    for choice in reversed(cause.choices):
        if not choice.when:
            remedy, note = pl.lit(choice.remedy, pl.String), pl.lit(choice.note, pl.String)
            asks = pl.lit([], _STRINGS)
            continue
        holds = pl.lit(value=True)
        for name in choice.when:
            holds &= condition(name)
        questions = pl.concat_list(
            pl.when(condition(name).is_null()).then(pl.lit(_question(name))) for name in choice.when
        ).list.drop_nulls()
        unknown = holds.is_null()
        until = _note_of(cause, cause.until_known)
        remedy = (
            pl.when(unknown)
            .then(pl.lit(cause.until_known, pl.String))
            .when(holds)
            .then(pl.lit(choice.remedy, pl.String))
            .otherwise(remedy)
        )
        note = pl.when(unknown).then(until).when(holds).then(pl.lit(choice.note, pl.String)).otherwise(note)
        asks = pl.when(unknown).then(questions).when(holds).then(pl.lit([], _STRINGS)).otherwise(asks)
    return [remedy.alias("_chosen"), note.alias("_note"), asks.alias("_asks")]


def _note_of(cause: Cause, remedy: str | None) -> pl.Expr:
    return pl.lit(next((c.note for c in cause.choices if c.remedy == remedy), None), pl.String)


def _question(name: str) -> str:
    plain = name.removeprefix("not ")
    return deciding().questions.get(plain, f"Whether this holds: {plain}.")


def _gated(frame: pl.DataFrame) -> pl.DataFrame:
    """By outcome: nothing is asked back of what was paid, taken back or forwarded."""
    outcome = pl.col("outcome")
    is_old = pl.col("is_reversal").fill_null(value=False) | pl.col("is_superseded").fill_null(value=False)
    is_trouble = outcome.is_in([*_TROUBLE, "pending"])
    return frame.with_columns(
        pl.when(is_old)
        .then(pl.lit("NONE"))
        .when(outcome == "forwarded")
        .then(pl.lit("WAIT"))
        .when(outcome.is_null())
        .then(None)
        # Reason 45 on the whole charge is no fee schedule: the payer's real reason decides, so it is not dropped.
        .when(
            is_trouble & pl.col("root_cause").is_null() & (pl.col("rule_id") == "G28").fill_null(value=False)
        )
        .then(None)
        .when(is_trouble)
        .then("_chosen")
        .otherwise(pl.col("_chosen").fill_null("NONE"))
        .alias("remedy"),
        pl.when(is_trouble).then("_asks").otherwise(pl.lit([], _STRINGS)).alias("_asks"),
        pl.when(is_trouble & pl.col("_note").is_not_null())
        .then(pl.concat_list("_note"))
        .otherwise(pl.lit([], _STRINGS))
        .alias("_why"),
    )


def _guard_conditions() -> dict[str, pl.Expr]:
    trouble = pl.col("outcome").is_in(_TROUBLE)
    return {
        "payer-says-wait": trouble & remarked("N779"),
        "pending-is-no-denial": pl.col("outcome") == "pending",
        "sequestration-is-no-denial": pl.col("carc_code") == "253",
        "payer-asks-new-claim": trouble & remarked("N142"),
        "payer-asks-corrected-claim": trouble & remarked("N380"),
        "no-appeal-of-unprocessable": trouble & remarked("MA130", "N517"),
        "no-appeal-of-mai-2": trouble & pl.col("rule_id").is_in(_LIMIT_ROWS) & condition("mai-2"),
        "no-modifier-for-indicator-0": trouble & pl.col("rule_id").is_in(_PAIR_ROWS) & condition("pair-0"),
        "no-retro-authorization-after-refusal": trouble & (pl.col("carc_code") == "39"),
        "contractual-is-never-the-patients": trouble & (pl.col("group_code") == "CO"),
        "patient-only-with-pr-or-notice": trouble
        & pl.col("group_code").is_in(["OA", "PI", "CR"])
        & pl.col("answer:notice-valid").fill_null(value=False).not_(),
    }


def _guarded(frame: pl.DataFrame) -> pl.DataFrame:
    """Which guards stand, and the remedy that they leave."""
    conditions = _guard_conditions()
    guards = deciding().guards
    flags = [conditions[g.name].fill_null(value=False).alias(f"_guard:{g.name}") for g in guards]
    frame = frame.with_columns(flags)
    for guard in guards:
        stands = pl.col(f"_guard:{guard.name}")
        turned = pl.col("remedy").is_in(list(guard.shuts)).fill_null(value=False)
        if guard.obeys:
            turned = turned | (pl.col("remedy") != guard.instead).fill_null(value=True)
        moves = stands & turned & (pl.col("remedy") != "WAIT").fill_null(value=True)
        why = pl.lit([f"{guard.reason} ({cited(guard.source, guard.confidence)})"])
        frame = frame.with_columns(
            # What was said for the way that is shut no longer holds.
            pl.when(moves).then(why).otherwise("_why").alias("_why"),
            pl.when(moves).then(pl.lit(guard.instead, pl.String)).otherwise("remedy").alias("remedy"),
        )
    named = pl.concat_list(pl.when(pl.col(f"_guard:{g.name}")).then(pl.lit(g.name)) for g in guards)
    return frame.with_columns(named.list.drop_nulls().alias("guards"))


def _as_the_payer_takes_it(frame: pl.DataFrame) -> pl.DataFrame:
    """A correction in the form that the payer takes: Part B reopens, Part A adjusts, others replace."""
    is_correction = (pl.col("remedy") == "REPL").fill_null(value=False)
    part_b = is_correction & (pl.col("payer_class") == "medicare_part_b").fill_null(value=False)
    part_a = is_correction & (pl.col("payer_class") == "medicare_part_a").fill_null(value=False)
    refuses = is_correction & part_b.not_() & pl.col("takes_frequency_7").not_().fill_null(value=False)
    said = pl.concat_list(
        pl.when(part_b).then(
            pl.lit(
                "Medicare Part B takes no replacement claim: a clerical error reopening instead (NGS-REO [B])."
            )
        ),
        pl.when(part_a).then(
            pl.lit("As an adjustment bill, type of bill xx7, with the number of CLP07 (NOR-CSE [B]).")
        ),
        pl.when(is_correction & part_b.not_() & part_a.not_()).then(
            pl.lit("Frequency 7 with the number of CLP07 in REF*F8 (X12-RFI2173 [A]).")
        ),
    )
    asks = pl.concat_list(
        pl.when(is_correction & pl.col("payer_class").is_null()).then(
            pl.lit("What kind of payer it is: Medicare Part B takes no replacement claim.")
        ),
        pl.when(refuses).then(
            pl.lit("How the payer takes corrections: by its policy it takes no frequency 7.")
        ),
        pl.when(is_correction & part_b.not_() & pl.col("payer_claim_control_number").is_null()).then(
            pl.lit("The payer's claim control number (CLP07), which a replacement must name.")
        ),
    )
    return frame.with_columns(
        pl.when(part_b).then(pl.lit("CER")).otherwise("remedy").alias("remedy"),
        pl.concat_list("_why", said).list.drop_nulls().alias("_why"),
        pl.concat_list("_asks", asks).list.drop_nulls().alias("_asks"),
    )


def _appeal_level() -> pl.Expr:
    before = pl.col("appeal_level_decided")
    level = (
        pl.when(pl.col("rule_id").is_in(_NEXT_LEVEL).fill_null(value=False))
        .then(before + 1)
        .otherwise(before.fill_null(0) + 1)
    )
    return pl.when(pl.col("remedy") == "APP").then(level).cast(pl.Int8)


def _more_missing() -> pl.Expr:
    asks_level = (
        (pl.col("remedy") == "APP")
        & pl.col("rule_id").is_in(_NEXT_LEVEL)
        & pl.col("appeal_level_decided").is_null()
    )
    return pl.concat_list(pl.when(asks_level).then(pl.lit("Which level of appeal was decided.")))


def apply_overrides(
    decisions: pl.DataFrame, overrides: pl.DataFrame
) -> tuple[pl.DataFrame, list[tuple[int, int | None, str]]]:
    """A person's word in place of a decision.

    Args:
        decisions: what `decide_remedies` gave.
        overrides: in `OVERRIDES_SCHEMA`; of several on one line the last counts.

    Returns:
        The decisions, with who overruled what and why among the reasons; and per override that was not taken
        the keys and why: it gives no reason, names no remedy, or a guard shuts the way and is not named in
        `accepts_guards`.
    """
    if not overrides.height:
        return decisions, []
    known = list(deciding().remedies)
    keys = ["remit_claim_key", "remit_line_key"]
    given = overrides.select(*keys, pl.struct(*OVERRIDES_SCHEMA.keys()).alias("_given"))
    of_line = given.filter(pl.col("remit_line_key").is_not_null()).unique(keys, keep="last")
    of_claim = given.filter(pl.col("remit_line_key").is_null()).unique("remit_claim_key", keep="last")
    frame = (
        decisions.join(of_line, on=keys, how="left", maintain_order="left")
        .join(
            of_claim.select("remit_claim_key", pl.col("_given").alias("_of_claim")),
            on="remit_claim_key",
            how="left",
            maintain_order="left",
        )
        .with_columns(pl.coalesce("_given", "_of_claim").alias("_given"))
    )
    wanted = pl.col("_given").struct.field("remedy")
    shut = pl.concat_list(
        pl.when(pl.col("guards").list.contains(g.name) & wanted.is_in(list(g.shuts))).then(pl.lit(g.name))
        for g in deciding().guards
    ).list.drop_nulls()
    accepted = pl.col("_given").struct.field("accepts_guards").fill_null([])
    reason = pl.col("_given").struct.field("reason").fill_null("").str.strip_chars()
    frame = frame.with_columns(
        shut.list.set_difference(accepted).alias("_shut"), shut.alias("_all_shut")
    ).with_columns(
        pl.when(pl.col("_given").is_null() | wanted.is_null())
        .then(None)
        .when(reason == "")
        .then(pl.lit("an override needs a reason."))
        .when(wanted.is_in(known).not_())
        .then(pl.format("{} is no remedy.", wanted.fill_null("?")))
        .when(pl.col("_shut").list.len() > 0)
        .then(
            pl.format(
                "{} is shut by {}; name the guard to overrule it.", wanted, pl.col("_shut").list.join(", ")
            )
        )
        .alias("_refusal")
    )
    refused = frame.filter(pl.col("_refusal").is_not_null()).select(*keys, "_refusal").rows()
    takes = pl.col("_given").is_not_null() & wanted.is_not_null() & pl.col("_refusal").is_null()
    words = pl.concat_str(
        pl.lit("Overruled by "),
        pl.col("_given").struct.field("decided_by").fill_null("somebody"),
        pl.lit(" on "),
        pl.col("_given").struct.field("decided_on").dt.to_string("%Y-%m-%d").fill_null("an unknown day"),
        pl.lit(": "),
        pl.col("remedy").fill_null("no remedy"),
        pl.lit(" to "),
        wanted,
        pl.when(pl.col("_all_shut").list.len() > 0)
        .then(pl.format(", against the guard {}", pl.col("_all_shut").list.join(", ")))
        .otherwise(pl.lit("")),
        pl.lit(". "),
        reason,
    )
    level = pl.when(takes & (wanted == "APP")).then(pl.col("appeal_level").fill_null(1)).cast(pl.Int8)
    frame = frame.with_columns(
        pl.when(takes)
        .then(pl.concat_list("reasons", words))
        .otherwise("reasons")
        .alias("reasons"),
        pl.when(takes).then(level).otherwise("appeal_level").alias("appeal_level"),
        pl.when(takes).then(wanted).otherwise("remedy").alias("remedy"),
    )  # fmt: skip
    return frame.select(decisions.columns), refused
