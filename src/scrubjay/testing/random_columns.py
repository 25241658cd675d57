"""Random columns that are the same on every machine: a counter-based generator (splitmix64) in Polars integers."""

from __future__ import annotations

from math import pi

import polars as pl

_GAMMA, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_MASK = (1 << 64) - 1


def uniform(count: int, seed: int) -> pl.Series:
    """Numbers from 0 up to 1, one per row; another seed gives another column."""
    start = (seed * 0xD1342543DE82EF95 + 0x2545F4914F6CDD1D) & _MASK
    x = pl.int_range(1, count + 1, dtype=pl.UInt64, eager=True).alias("u").to_frame()
    u = pl.col("u")
    return x.select(u * pl.lit(_GAMMA, pl.UInt64) + pl.lit(start, pl.UInt64)).select(
        (u ^ (u // (1 << 30))) * pl.lit(_FIRST, pl.UInt64)
    ).select(
        (u ^ (u // (1 << 27))) * pl.lit(_SECOND, pl.UInt64)
    ).select(u ^ (u // (1 << 31))).select(
        (u // (1 << 11)).cast(pl.Float64) / float(1 << 53)
    )["u"]  # fmt: skip


def normal(count: int, seed: int) -> pl.Series:
    """Standard normal numbers (Box and Muller)."""
    frame = pl.DataFrame({"a": uniform(count, seed * 2 + 1), "b": uniform(count, seed * 2 + 2)})
    return frame.select(((-2 * (1 - pl.col("a")).log()).sqrt() * (2 * pi * pl.col("b")).cos()).alias("z"))[
        "z"
    ]


def drawn(count: int, seed: int, weights: list[float]) -> pl.Series:
    """Numbers of rows of a table, drawn by weight."""
    total = sum(weights)
    edges: list[float] = []
    reached = 0.0
    for weight in weights[:-1]:
        reached += weight / total
        edges.append(reached)
    table = pl.Series("edges", edges, dtype=pl.Float64)
    return table.search_sorted(uniform(count, seed), side="right").cast(pl.Int64)
