"""How likely a remedy brings money: from the user's own closed cases, shrunk where they are few.

Counts of won cases are binomial with a share that varies by group: payer, cause and remedy within cause and
remedy within remedy. Each level's share is drawn towards that of the wider one, as strongly as the history says
the groups resemble one another, and the widest towards a stated prior (`data/priors.yaml`, unverified). The
interval is that of the beta distribution that results: wide where little is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from scrubjay.recovery.beta import fitted_strength, interval
from scrubjay.recovery.causes import load_data

HISTORY_SCHEMA = {
    "payer_id": pl.String,
    "root_cause": pl.String,
    "remedy": pl.String,
    "at_stake_amount": pl.Decimal(18, 2),
    "recovered_amount": pl.Decimal(18, 2),
}
"""Closed cases: what was at stake (as the worklist counts it) and what came of it. A null amount recovered is a case still open: left out."""

_LEVELS = (["remedy"], ["root_cause", "remedy"], ["payer_id", "root_cause", "remedy"])
SHARE = pl.Decimal(5, 4)
"""Shares and probabilities as they meet money."""


@dataclass(frozen=True, slots=True)
class Model:
    """What history and priors say.

    Attributes:
        groups: per payer, cause and remedy: `wider` (mean of the others of the wider group), `won`, `tried`.
        by_cause: per cause and remedy: the same, and `mean`.
        by_remedy: per remedy: `mean`, `won`, `tried`, `share`, `is_prior_only`.
        shares: per payer and remedy: part of the amount that comes where any comes.
        strengths: of the remedy's share for a cause, and of the cause's share for a payer.
        cases: closed cases that it rests on.
    """

    groups: pl.DataFrame
    by_cause: pl.DataFrame
    by_remedy: pl.DataFrame
    shares: pl.DataFrame
    strengths: tuple[float, float]
    cases: int


def priors() -> dict[str, dict[str, Any]]:
    """The stated priors and minutes by remedy."""
    return load_data("priors")["remedies"]


def no_history() -> pl.DataFrame:
    """A history without cases."""
    return pl.DataFrame(schema=HISTORY_SCHEMA)


def learn(history: pl.DataFrame) -> Model:
    """A model of closed cases.

    Args:
        history: in `HISTORY_SCHEMA`. Cases without a remedy or with an unknown result are left out.
    """
    closed = history.filter(
        pl.col("remedy").is_in(list(priors())),
        pl.col("recovered_amount").is_not_null(),
        pl.col("at_stake_amount") > 0,
    )
    won = pl.col("recovered_amount") > 0
    ratio = (pl.col("recovered_amount").cast(pl.Float64) / pl.col("at_stake_amount").cast(pl.Float64)).clip(
        0, 1
    )
    counted = [
        closed.group_by(keys, maintain_order=True).agg(
            won.sum().cast(pl.Int64).alias("won"),
            pl.len().cast(pl.Int64).alias("tried"),
            ratio.filter(won).sum().alias("ratios"),
        )
        for keys in _LEVELS
    ]
    stated = pl.DataFrame(
        [(r, float(p["probability"]), float(p["strength"]), float(p["share"])) for r, p in priors().items()],
        schema={"remedy": pl.String, "prior": pl.Float64, "strength": pl.Float64, "prior_share": pl.Float64},
        orient="row",
    )
    by_remedy = (
        stated.join(counted[0], on="remedy", how="left", maintain_order="left")
        .with_columns(pl.col("won", "tried", "ratios").fill_null(0))
        .select(
            "remedy",
            (
                (pl.col("prior") * pl.col("strength") + pl.col("won"))
                / (pl.col("strength") + pl.col("tried"))
            ).alias("mean"),
            "won",
            "tried",
            (
                (pl.col("prior_share") * pl.col("strength") + pl.col("ratios"))
                / (pl.col("strength") + pl.col("won"))
            ).alias("share"),
            (pl.col("tried") == 0).alias("is_prior_only"),
        )
    )
    otherwise = float(load_data("priors")["strength_of_wider_group"])
    # A group is drawn towards the others of the wider one: its own cases do not count twice.
    by_cause = _beside(
        counted[1],
        by_remedy.join(stated, on="remedy").select(
            "remedy", pl.col("prior").alias("centre"), pl.col("strength").alias("pull"), "won", "tried"
        ),
        ["remedy"],
    )
    to_cause = _strength(by_cause, otherwise)
    by_cause = by_cause.with_columns(_shrunk(to_cause).alias("mean"))
    groups = _beside(
        counted[2],
        by_cause.select(
            "root_cause",
            "remedy",
            pl.col("wider").alias("centre"),
            pl.lit(to_cause).alias("pull"),
            "won",
            "tried",
        ),
        ["root_cause", "remedy"],
    )
    shares = (
        counted[2]
        .group_by("payer_id", "remedy")
        .agg(pl.col("won", "ratios").sum())
        .join(by_remedy.select("remedy", "share"), on="remedy")
        .select(
            "payer_id",
            "remedy",
            ((pl.col("share") * otherwise + pl.col("ratios")) / (otherwise + pl.col("won"))).alias(
                "own_share"
            ),
        )
    )
    strengths = (to_cause, _strength(groups, otherwise))
    return Model(groups, by_cause, by_remedy, shares, strengths, closed.height)


def _strength(counts: pl.DataFrame, otherwise: float) -> float:
    return fitted_strength(
        counts["won"].to_list(), counts["tried"].to_list(), counts["wider"].to_list(), otherwise
    )


def _beside(counts: pl.DataFrame, wider: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """The counts with `wider`, the mean of the other groups of the wider one, drawn towards its own centre."""
    joined = counts.join(
        wider.rename({"won": "_won", "tried": "_tried"}),
        on=keys,
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    others_won, others_tried = pl.col("_won") - pl.col("won"), pl.col("_tried") - pl.col("tried")
    mean = (pl.col("centre") * pl.col("pull") + others_won) / (pl.col("pull") + others_tried)
    return joined.with_columns(mean.alias("wider")).drop("_won", "_tried", "centre", "pull")


def _shrunk(strength: float) -> pl.Expr:
    return (pl.col("wider") * strength + pl.col("won")) / (strength + pl.col("tried"))


def predict(model: Model, frame: pl.DataFrame) -> pl.DataFrame:
    """Probability that money comes, for each row.

    Args:
        model: what `learn` gave.
        frame: `payer_id`, `root_cause`, `remedy`.

    Returns:
        Row by row: `probability`, `probability_low`, `probability_high` (null where the remedy brings no money
        from a payer), `recovered_share` (part of the amount that comes where any comes), `cases` (closed cases of
        the same payer, cause and remedy) and `probability_basis`, what it rests on, in words.
    """
    keys = frame.select("payer_id", "root_cause", "remedy").unique(maintain_order=True)
    told = (
        keys.join(
            model.by_remedy.select("remedy", pl.col("mean").alias("_of_remedy"), "share", "is_prior_only"),
            on="remedy",
            how="left",
            maintain_order="left",
        )
        .join(
            model.by_cause.select("root_cause", "remedy", pl.col("mean").alias("_of_cause"), pl.col("tried").alias("_tried_cause")),
            on=["root_cause", "remedy"],
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
        .join(
            model.groups.select("payer_id", "root_cause", "remedy", "won", "tried", "wider"),
            on=["payer_id", "root_cause", "remedy"],
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
        .join(model.shares, on=["payer_id", "remedy"], how="left", nulls_equal=True, maintain_order="left")
        .with_columns(
            pl.col("won", "tried").fill_null(0),
            pl.coalesce("wider", "_of_cause", "_of_remedy").alias("_wider"),
            pl.coalesce("own_share", "share").alias("share"),
        )
    )  # fmt: skip
    to_cause, to_payer = model.strengths
    # A cause without cases is as uncertain as causes differ from one another within their remedy.
    strength = pl.when(pl.col("_tried_cause").is_null()).then(min(to_cause, to_payer)).otherwise(to_payer)
    told = told.with_columns(
        (pl.col("_wider") * strength + pl.col("won")).alias("_a"),
        ((1 - pl.col("_wider")) * strength + pl.col("tried") - pl.col("won")).alias("_b"),
    )
    part = float(load_data("priors")["interval"])
    bounds = [
        (None, None) if a is None or b is None else interval(round(a, 6), round(b, 6), part)
        for a, b in told.select("_a", "_b").iter_rows()
    ]
    told = told.with_columns(
        (pl.col("_a") / (pl.col("_a") + pl.col("_b"))).cast(SHARE).alias("probability"),
        pl.Series("probability_low", [low for low, _ in bounds], dtype=pl.Float64).cast(SHARE),
        pl.Series("probability_high", [high for _, high in bounds], dtype=pl.Float64).cast(SHARE),
        pl.col("share").cast(SHARE).alias("recovered_share"),
        pl.col("tried").alias("cases"),
        pl.when(pl.col("_of_remedy").is_null())
        .then(None)
        .when(pl.col("tried") > 0)
        .then(pl.format("{} of {} cases of this payer, cause and remedy came back", "won", "tried"))
        .when(pl.col("_tried_cause") > 0)
        .then(pl.format("no case of this payer; {} of the same cause elsewhere", "_tried_cause"))
        .when(pl.col("is_prior_only").not_())
        .then(pl.lit("no case of this cause; other causes with the same remedy"))
        .otherwise(pl.lit("no case of your own: an assumption of ours (SCRUBJAY [D, unverified])"))
        .alias("probability_basis"),
    )
    return frame.select("payer_id", "root_cause", "remedy").join(
        told, on=["payer_id", "root_cause", "remedy"], how="left", nulls_equal=True, maintain_order="left"
    ).select(
        "probability", "probability_low", "probability_high", "recovered_share", "cases", "probability_basis"
    )  # fmt: skip


def minutes_of(remedy: str, level: int | None) -> int:
    """Minutes of work on one claim.

    Args:
        remedy: one that brings money from a payer.
        level: of an appeal.
    """
    stated = priors()[remedy]
    return int(stated.get("minutes_by_level", {}).get(level, stated["minutes"]))


def hour_cost() -> Decimal:
    """Dollars of an hour of work, where the user states no other."""
    return Decimal(load_data("priors")["hour_cost"])
