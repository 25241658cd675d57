"""The hierarchy of a 278 or 271: every segment with the levels that it stands under.

Such answers are small next to claims, so a file is held whole. The levels come in the order of a tree, so the
last level of each kind before a segment is the one that it stands under.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import with_article
from scrubjay.intake.sources import Source
from scrubjay.intake.x12.envelope import Envelope, Refusal, Transaction
from scrubjay.intake.x12.maps import ENVELOPE_TAGS, hint
from scrubjay.intake.x12.segments import Vocabulary, bodies
from scrubjay.intake.x12.tokens import Tokenizer
from scrubjay.intake.x12.values import elements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.intake.reports import FileReport, ProblemLog
    from scrubjay.intake.x12.maps import Implementation

_BATCH_BYTES = 6 * 2**20
_DETAILS = (
    *(
        "AAA",
        "AMT",
        "BHT",
        "CL1",
        "CR1",
        "CR2",
        "CR5",
        "CR6",
        "CRC",
        "DMG",
        "DTP",
        "EB",
        "HCR",
        "HI",
        "HSD",
        "III",
    ),
    *(
        "INS",
        "LE",
        "LS",
        "MPI",
        "MSG",
        "N3",
        "N4",
        "NM1",
        "PER",
        "PRV",
        "PWK",
        "REF",
        "SV1",
        "SV2",
        "SV3",
        "TOO",
    ),
    *("TRN", "UM"),
)


def vocabulary(set_id: str) -> Vocabulary:
    """The tags of a 278 or 271."""
    return Vocabulary((*ENVELOPE_TAGS, "HL"), _DETAILS, (*ENVELOPE_TAGS, "HL"), (set_id,))


@dataclass(slots=True)
class Leveled:
    """Segments of all sets of one file.

    Attributes:
        rows: `raw`, `segment`, `tag`, `set` (running number of the set), and per kind of level the number of the
            segment of its HL (`level_20` ...); null where none stands above in the set.
        transactions: the sets, by running number less one.
    """

    rows: pl.DataFrame
    transactions: list[Transaction]

    def of(self, tag: str, names: Sequence[str | None]) -> pl.DataFrame:
        """Segments of a tag, elements 1, 2 ... under `names` (none: left out), with their levels."""
        found = self.rows.filter(pl.col("tag") == tag)
        fields = elements(found["raw"], len(names))
        return found.drop("raw", "tag").hstack(
            [fields[i].alias(name) for i, name in enumerate(names, 1) if name is not None]
        )


def read_levels(
    data: bytes, set_id: str, kinds: Sequence[str], report: FileReport, log: ProblemLog
) -> Leveled:
    """All sets of one kind of a file; what is wrong with envelope or structure is in the log.

    Args:
        data: the file.
        set_id: `278` or `271`.
        kinds: HL03 of the levels that are asked about.
        report: takes counts.
        log: takes problems.
    """
    words = vocabulary(set_id)

    def refused(what: Implementation) -> Refusal | None:
        if what.kind == set_id:
            return None
        name = (
            "of a kind that is not known"
            if what.kind == "unknown"
            else f"{with_article(what.kind)}, not {with_article(set_id)}"
        )
        # What the claim reader says of an 837 would send the reader back to it.
        advice = f"Name the file with the {set_id}; claims go to `scrubjay check`."
        is_claim = what.kind.startswith("837")
        return Refusal(
            f"not-{set_id}", f"This transaction set is {name}.", advice if is_claim else hint(what.kind)
        )

    envelope = Envelope(report, log, {}, refusal=refused, again="The answer counts once.")
    tokens = Tokenizer(Source(io.BytesIO(data)), log, _BATCH_BYTES, wanted=set_id)
    parts: list[pl.DataFrame] = []
    transactions: list[Transaction] = []
    for body in bodies(tokens.chunks(), report, log, words):
        edges = body.rows.filter(pl.col("code") <= words.last_envelope).select("raw", "segment")
        transactions += envelope.walk(edges.iter_rows())
        parts.append(body.rows)
    envelope.close()
    empty = pl.DataFrame(schema={"raw": pl.String(), "segment": pl.Int64(), "code": pl.UInt8()})
    rows = pl.concat([empty, *parts])
    tags = {number: tag for tag, number in words.code.items()}
    tag = pl.col("code").replace_strict(tags, default=None, return_dtype=pl.String())
    rows = rows.with_columns(tag.alias("tag")).with_columns(
        (pl.col("tag") == "ST").fill_null(value=False).cum_sum().cast(pl.Int64).alias("set")
    )
    is_read = pl.Series([t.what.kind == set_id for t in transactions], dtype=pl.Boolean())
    numbers = pl.Series([n for n, good in enumerate(is_read, 1) if good], dtype=pl.Int64())
    rows = rows.filter(pl.col("set").is_in(numbers.implode()))
    level = elements(rows["raw"], 3)[3]
    is_level = pl.col("tag") == "HL"
    rows = rows.with_columns(level.alias("_kind")).with_columns(
        pl.when(is_level & (pl.col("_kind") == kind)).then("segment").alias(f"_own_{kind}") for kind in kinds
    )
    # A level ends where one that stands above it, or its like, begins.
    for at, kind in enumerate(kinds):
        above = [pl.col(f"_own_{k}").is_not_null() for k in kinds[:at]]
        begins = pl.any_horizontal(pl.col("tag") == "ST", *above) if above else pl.col("tag") == "ST"
        mark = pl.when(pl.col(f"_own_{kind}").is_not_null()).then(f"_own_{kind}").when(begins).then(-1)
        rows = rows.with_columns(mark.forward_fill().alias(f"level_{kind}")).with_columns(
            pl.when(pl.col(f"level_{kind}") > 0).then(f"level_{kind}").alias(f"level_{kind}")
        )
    kept = ("raw", "segment", "tag", "set", *(f"level_{kind}" for kind in kinds))
    return Leveled(rows.select(kept), transactions)


def first_of(frame: pl.DataFrame, owner: str, columns: dict[str, str]) -> pl.DataFrame:
    """The first row of each owner: `owner`, and columns under new names."""
    return (
        frame.filter(pl.col(owner).is_not_null())
        .unique(owner, keep="first", maintain_order=True)
        .select(owner, *(pl.col(old).alias(new) for old, new in columns.items()))
    )


def joined(frame: pl.DataFrame, owner: str, part: pl.DataFrame) -> pl.DataFrame:
    """`part` (one row for each owner) beside `frame`."""
    return frame.join(part, on=owner, how="left", maintain_order="left")
