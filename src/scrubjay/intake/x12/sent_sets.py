"""Where in the envelope the sets of a file stand: an answer to a file (TA1, 999) names these numbers, not its claims."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.intake.sources import Source, SourceError, open_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

SENT_SETS = {
    "segment": pl.Int64,
    "transaction": pl.String,
    "group_control_number": pl.String,
    "interchange_key": pl.String,
    "interchange_date": pl.Date,
}
"""Per ST: its number in the file, ST02, GS06; ISA06, ISA08 and ISA13 joined by a bar; ISA09."""

_ISA = 106
_PIECE = 2**22


def sent_sets(path: Path | str) -> pl.DataFrame:
    """The sets of one file, plain or gzip.

    Args:
        path: the file.

    Returns:
        `SENT_SETS` in file order; empty where the file cannot be read or is no X12.
    """
    try:
        with open_path(Path(path)) as stream:
            source = Source(stream)
            data = b"".join(iter(lambda: source.read(_PIECE), b""))
    except SourceError:
        data = b""
    return pl.DataFrame(list(_sets(data)), schema=SENT_SETS, orient="row")


def _sets(data: bytes) -> Iterator[tuple[int, str | None, str | None, str, date | None]]:
    # ISA has a fixed length, so its separators stand at fixed places.
    start = data.find(b"ISA")
    before = 0
    while start >= 0 and start + _ISA <= len(data):
        mark, end = data[start + 3 : start + 4], data[start + 105 : start + 106]
        close, part = re.escape(end), re.escape(mark)
        # The next interchange may have separators of its own.
        heads = re.compile(close + rb"\s*(?:(GS|ST)" + part + rb"([^" + close + rb"]*)|(ISA)[^A-Za-z0-9\s])")
        isa = [value.decode("latin-1").strip() for value in data[start : start + 105].split(mark)]
        if len(isa) != 17:
            return
        key, day = "|".join((isa[6], isa[8], isa[13])), _day(isa[9])
        group: str | None = None
        counted, at = start, before + 1
        following = -1
        for found in heads.finditer(data, start):
            # A terminator closes the segment before: the one found is the next.
            at += data.count(end, counted, found.start() + 1)
            counted = found.start() + 1
            if found[3]:
                following = found.start(3)
                break
            fields = [value.decode("latin-1").strip() for value in found[2].split(mark)]
            if found[1] == b"GS":
                group = fields[5] if len(fields) > 5 else None
            else:
                yield at, fields[1] if len(fields) > 1 else None, group, key, day
        before, start = at - 1, following


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%y%m%d").date()  # noqa: DTZ007 - a day without a zone, as sent
    except ValueError:
        return None


def with_sets(claims: pl.DataFrame, sets: pl.DataFrame) -> pl.DataFrame:
    """Claims of one file with the numbers of the set that each stands in.

    Args:
        claims: `segment` and `transaction` of each.
        sets: from `sent_sets`.

    Returns:
        The claims in their order with the columns of `SENT_SETS` that they lack; null where the set is not found.
    """
    numbered = claims.with_row_index("_row").sort("segment")
    joined = numbered.join_asof(
        sets.rename({"transaction": "_transaction"}).sort("segment"), on="segment", strategy="backward"
    )
    agrees = pl.col("_transaction").eq_missing(pl.col("transaction"))
    names = [n for n in SENT_SETS if n not in {"segment", "transaction"}]
    return (
        joined.with_columns(pl.when(agrees).then(c).alias(c) for c in names)
        .sort("_row")
        .drop("_row", "_transaction")
    )
