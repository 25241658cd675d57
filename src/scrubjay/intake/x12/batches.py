"""Batches of whole claims: number the segments, find the loops, cut where a claim ends.

A batch is one frame of segments and one much smaller frame of *sections*: the segments that begin a
stretch with one owner (an HL, a claim, another payer's loop, a line ...). A detail segment finds its
owner by its section, so the work per segment is one running count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.intake.x12.envelope import NO_TRANSACTION, Envelope, Transaction
from scrubjay.intake.x12.maps import (
    CODE,
    ELEMENT,
    ENVELOPE_TAGS,
    LAST_ENVELOPE,
    LAST_SECTION,
    OTHER_TAGS,
    SECTION_TAGS,
)
from scrubjay.intake.x12.segments import Body, Vocabulary, bodies

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scrubjay.intake.reports import FileReport, ProblemLog
    from scrubjay.intake.x12.tokens import Chunk

# Owners of a section.
NOWHERE, HEADER, CLAIM, OTHER_PAYER, LINE, ADJUDICATION = range(6)

_KEPT_HEADER_TAGS = [CODE[tag] for tag in ("HL", "PRV", "NM1", "REF", "SBR", "DMG")]
VOCABULARY = Vocabulary(SECTION_TAGS, OTHER_TAGS, (*ENVELOPE_TAGS, "HL", "CLM"), ("837",))
OUTER: list[int] = VOCABULARY.outer_codes


@dataclass(slots=True)
class Batch:
    """Segments of whole claims with their sections.

    Attributes:
        rows: raw, segment, code (number of the tag in `maps.TAGS`, null if unknown), section.
        sections: segment, code, raw, and per section: `set_number` (index into `transactions`), `is_in_set`,
            `hl` and `claim`, `line`, `other`, `decision` (running numbers in the batch, 0 before the first),
            `area`.
        levels: the HL segments: set_number, level, id, parent, `is_sound`, `billing` and `subscriber`
            (the HL numbers of its 20 and 22).
        transactions: index 0 is the set that was open when the batch began.
        first_segment: segments before it were repeated from an earlier batch.
        next_code: the tag (its number) of the segment after the batch; null at the end of the file.
        first_claim: claims of the file before this batch.
        has_damage: some segment holds `maps.DAMAGE`.
    """

    rows: pl.DataFrame
    sections: pl.DataFrame
    levels: pl.DataFrame
    transactions: list[Transaction]
    first_segment: int
    next_code: int | None
    first_claim: int
    has_damage: bool


class Batcher:
    """Turns the chunks of one file into batches."""

    def __init__(self, report: FileReport, log: ProblemLog, envelope: Envelope) -> None:
        self._report = report
        self._log = log
        self._envelope = envelope
        self._claims = 0

    def batches(self, chunks: Iterable[Chunk]) -> Iterator[Batch]:
        """Batches in file order; every segment is in exactly one, but for the repeated headers."""
        context = _no_rows()
        for body in bodies(chunks, self._report, self._log, VOCABULARY):
            batch = self._batch(context, body)
            context = _context(batch)
            yield batch
        self._envelope.close()

    def _batch(self, context: pl.DataFrame, part: Body) -> Batch:
        body = part.rows
        opened = (self._envelope.current, self._envelope.is_open)
        envelope = body.filter(pl.col("code") <= LAST_ENVELOPE).select("raw", "segment")
        transactions = [opened[0], *self._envelope.walk(envelope.iter_rows())]
        rows = pl.concat([context, body], rechunk=True) if context.height else body
        is_section = pl.col("code").fill_null(255) <= LAST_SECTION
        rows = rows.with_columns(is_section.cum_sum().alias("section"))
        sections = _sections(rows.filter(is_section), is_open=opened[1])
        claims = int(sections["claim"].max() or 0) if sections.height else 0  # pyright: ignore[reportArgumentType]
        batch = Batch(
            rows,
            sections,
            _levels(sections),
            transactions,
            int(body["segment"][0]) if body.height else 0,
            next_code=part.next_code,
            first_claim=self._claims,
            has_damage=part.has_damage,
        )
        self._claims += claims
        return batch


def _no_rows() -> pl.DataFrame:
    return pl.DataFrame(schema={"raw": pl.String(), "segment": pl.Int64(), "code": pl.UInt8()})


def _sections(found: pl.DataFrame, *, is_open: bool) -> pl.DataFrame:
    """Number the sections and name the area each belongs to; linear in their count."""
    code = pl.col("code")
    is_service = code.is_in([CODE["SV1"], CODE["SV2"]])
    previous = code.shift(1).fill_null(255)
    # A service segment without its own LX is a line too; so hcpcs is never lost to a missing LX.
    starts_line = (code == CODE["LX"]) | (is_service & (previous != CODE["LX"]))
    is_set_edge = code <= LAST_ENVELOPE
    in_set = (
        pl.when(code == CODE["ST"]).then(pl.lit(value=True)).when(is_set_edge).then(pl.lit(value=False))
    )  # fmt: skip
    in_claim = (
        pl.when(code == CODE["CLM"])
        .then(pl.lit(value=True))
        .when(code.is_in(OUTER))
        .then(pl.lit(value=False))
    )
    numbered = found.with_columns(
        (code == CODE["ST"]).cum_sum().cast(pl.UInt32()).alias("set_number"),
        in_set.forward_fill().fill_null(value=is_open).alias("is_in_set"),
        in_claim.forward_fill().fill_null(value=False).alias("is_in_claim"),
        (code == CODE["HL"]).cum_sum().cast(pl.UInt32()).alias("hl"),
        (code == CODE["CLM"]).cum_sum().cast(pl.UInt32()).alias("claim"),
        starts_line.alias("starts_line"),
    )
    in_claim = pl.col("is_in_claim")
    return (
        numbered.with_columns(
            pl.when(code == CODE["CLM"]).then(CLAIM)
            .when(in_claim & (code == CODE["SBR"])).then(OTHER_PAYER)
            .when(in_claim & (code == CODE["SVD"])).then(ADJUDICATION)
            .when(in_claim & (code.is_in([CODE["LX"], CODE["SV1"], CODE["SV2"]]))).then(LINE)
            .when(code.is_in([CODE["HL"], CODE["SBR"]]) & ~in_claim).then(HEADER)
            .otherwise(NOWHERE).cast(pl.UInt8()).alias("area"),
            (in_claim & pl.col("starts_line")).alias("starts_line"),
        )
        .with_columns(
            pl.col("starts_line").cum_sum().cast(pl.UInt32()).alias("line"),
            (pl.col("area") == OTHER_PAYER).cum_sum().cast(pl.UInt32()).alias("other"),
            (pl.col("area") == ADJUDICATION).cum_sum().cast(pl.UInt32()).alias("decision"),
        )
    )  # fmt: skip


def _levels(sections: pl.DataFrame) -> pl.DataFrame:
    """The HL segments with the 20 and 22 each stands under, and whether its parent is the open one."""
    hl = sections.filter(pl.col("code") == CODE["HL"])
    part = hl["raw"].str.splitn(ELEMENT, 5)
    number = pl.col("hl")
    level = pl.col("level")
    frame = hl.select(
        "hl",
        "set_number",
        "segment",
        part.struct.field("field_1").alias("id"),
        part.struct.field("field_2").fill_null("").alias("parent"),
        part.struct.field("field_3").fill_null("").alias("level"),
    ).with_columns(
        pl.when(level == "20").then(number).forward_fill().alias("billing"),
        pl.when(level == "22").then(number).forward_fill().alias("subscriber"),
    )
    own = pl.col("set_number")
    billing, subscriber = pl.col("billing") - 1, pl.col("subscriber") - 1
    frame = frame.with_columns(
        pl.when(own.gather(billing) == own).then(pl.col("billing")).alias("billing"),
        pl.when((own.gather(subscriber) == own) & (pl.col("subscriber") > pl.col("billing")))
        .then(pl.col("subscriber")).alias("subscriber"),
    )  # fmt: skip
    ids = pl.col("id")
    is_own_sound = (
        pl.when(level == "20").then(pl.col("parent") == "")
        .when(level == "22").then(pl.col("parent") == ids.gather(billing))
        .when(level == "23").then(pl.col("parent") == ids.gather(subscriber))
        .otherwise(pl.lit(value=False)).fill_null(value=False)
    )  # fmt: skip
    frame = frame.with_columns(is_own_sound.alias("is_own_sound"))
    own_sound = pl.col("is_own_sound")
    under_billing = (level == "20") | own_sound.gather(billing).fill_null(value=False)
    under_subscriber = (level != "23") | own_sound.gather(subscriber).fill_null(value=False)
    return frame.with_columns((own_sound & under_billing & under_subscriber).alias("is_sound"))


def _context(batch: Batch) -> pl.DataFrame:
    """The header segments of the HLs that are still open: the next batch begins with them."""
    if not batch.levels.height:
        return _no_rows()
    last = batch.levels.row(-1, named=True)
    if last["set_number"] != len(batch.transactions) - 1:
        return _no_rows()
    numbers = {last["hl"], last["billing"], last["subscriber"]} - {None}
    owner = batch.sections.select("hl", "area")
    section = pl.col("section") - 1
    rows = batch.rows.filter(pl.col("code").is_in(_KEPT_HEADER_TAGS) & (pl.col("section") > 0))
    kept = rows.with_columns(
        owner["hl"].gather(rows.select(section).to_series()).alias("hl"),
        owner["area"].gather(rows.select(section).to_series()).alias("area"),
    ).filter((pl.col("area") == HEADER) & pl.col("hl").is_in(list(numbers)))
    return kept.select("raw", "segment", "code")


__all__ = ["NO_TRANSACTION", "Batch", "Batcher"]
