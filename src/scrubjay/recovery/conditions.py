"""Conditions that the cause table and the guards ask for, as Boolean columns: true, false, or null for unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.recovery.causes import deciding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ANSWERS_SCHEMA = {
    "remit_claim_key": pl.Int64,
    "remit_line_key": pl.Int64,
    "question": pl.String,
    "answer": pl.Boolean,
}
"""What a person answered: a question of `data/deciding.yaml` for a line, or (null line) for the whole claim."""

FACTS = {
    "payer_class": pl.String,
    "mue_mai": pl.String,
    "mue_value": pl.Int32,
    "day_units": pl.Decimal(18, 6),
    "pair_indicator": pl.String,
    "takes_frequency_7": pl.Boolean,
    "expected_allowed_amount": pl.Decimal(18, 2),
    "replay_verdict": pl.String,
    "finding_edit": pl.String,
    "appeal_level_decided": pl.Int8,
}
"""Further facts about a line that a decision may rest on; a column that is absent is unknown."""


def with_facts(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with every column of `FACTS`, unknown where it was absent."""
    return frame.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in FACTS.items() if name not in frame.columns
    )


def with_payer_class(frame: pl.DataFrame) -> pl.DataFrame:
    """`payer_class` filled in by the claim filing code where no policy says it."""
    by_code = pl.col("claim_filing_code").replace_strict(
        deciding().payer_classes, default=None, return_dtype=pl.String
    )
    # Part B filing code on a hospital's bill: the contractor takes it as an institutional claim.
    by_code = (
        pl.when((by_code == "medicare_part_b") & (pl.col("claim_kind") == "institutional"))
        .then(pl.lit("medicare_part_a"))
        .otherwise(by_code)
    )
    return frame.with_columns(pl.coalesce("payer_class", by_code).alias("payer_class"))


def with_answers(frame: pl.DataFrame, answers: pl.DataFrame | None, questions: Iterable[str]) -> pl.DataFrame:
    """A Boolean column `answer:<question>` for each question; what was said of a line goes before the claim's.

    Args:
        frame: with the two keys.
        answers: in `ANSWERS_SCHEMA`; null for none.
        questions: names to make columns for.
    """
    names = list(questions)
    if answers is None or not answers.height:
        return frame.with_columns(pl.lit(None, pl.Boolean).alias(f"answer:{name}") for name in names)
    wide = {
        of_line: _wide(
            answers.filter(pl.col("remit_line_key").is_not_null() == of_line),
            ["remit_claim_key", "remit_line_key"] if of_line else ["remit_claim_key"],
            names,
            "l" if of_line else "c",
        )
        for of_line in (True, False)
    }
    joined = frame.join(
        wide[True], on=["remit_claim_key", "remit_line_key"], how="left", maintain_order="left"
    ).join(wide[False], on="remit_claim_key", how="left", maintain_order="left")
    return joined.with_columns(
        pl.coalesce(f"l:{name}", f"c:{name}").alias(f"answer:{name}") for name in names
    ).drop(f"{side}:{name}" for side in "lc" for name in names)


def _wide(answers: pl.DataFrame, keys: list[str], names: list[str], side: str) -> pl.DataFrame:
    return answers.group_by(keys).agg(
        pl.col("answer").filter(pl.col("question") == name).last().alias(f"{side}:{name}") for name in names
    )


def condition(name: str) -> pl.Expr:
    """A condition by name, over a frame with facts, classification and answers; `not ` turns it round."""
    if name.startswith("not "):
        return condition(name.removeprefix("not ")).not_()
    computed = _COMPUTED.get(name)
    if computed is None:
        return pl.col(f"answer:{name}")
    if name in deciding().questions:
        # What a person has looked up goes before what was worked out.
        return pl.coalesce(f"answer:{name}", computed())
    return computed()


def remarked(*codes: str) -> pl.Expr:
    """One of the remarks stands on the line or its claim."""
    return pl.col("rarc_codes").fill_null([]).list.set_intersection(list(codes)).list.len() > 0


def _has_modifier(code: str) -> pl.Expr:
    return pl.col("modifiers").list.contains(code)


def _mai(indicator: str) -> pl.Expr:
    is_over = pl.col("day_units") > pl.col("mue_value")
    return is_over & (pl.col("mue_mai") == indicator)


def _verdict(verdict: str) -> pl.Expr:
    known = pl.col("replay_verdict").is_in(["claim-was-wrong", "payer-was-wrong"])
    return pl.when(known).then(pl.col("replay_verdict") == verdict)


_COMPUTED: dict[str, Callable[[], pl.Expr]] = {
    "unprocessable": lambda: remarked("MA130", "N517"),
    "remark-n773": lambda: remarked("N773"),
    "group-pr": lambda: pl.col("group_code") == "PR",
    "medicare-b": lambda: pl.col("payer_class") == "medicare_part_b",
    "mai-1": lambda: _mai("1"),
    "mai-2": lambda: _mai("2"),
    "pair-0": lambda: pl.col("pair_indicator") == "0",
    "has-ga": lambda: _has_modifier("GA"),
    "has-gz": lambda: _has_modifier("GZ"),
    "frequency-7-taken": lambda: pl.col("takes_frequency_7"),
    "claim-was-wrong": lambda: _verdict("claim-was-wrong"),
    "payer-was-wrong": lambda: _verdict("payer-was-wrong"),
    # What the replay of a hospital's claim showed; without one neither holds, and the other questions decide.
    "replay-packaged": lambda: (pl.col("finding_edit") == "drug-packaged").fill_null(value=False),
    "replay-paid-apart": lambda: (
        (pl.col("claim_kind") == "institutional") & (pl.col("replay_verdict") == "payer-was-wrong")
    ).fill_null(value=False),
    "paid-as-contracted": lambda: pl.col("allowed_amount") >= pl.col("expected_allowed_amount"),
}
