"""Small frame helpers: find details by tag and owner, take the first of each, attach to owners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import polars as pl

from scrubjay.intake.x12.batches import ADJUDICATION, CLAIM, HEADER, LINE, OTHER_PAYER
from scrubjay.intake.x12.maps import CODE
from scrubjay.intake.x12.values import some_elements

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OWNER = {HEADER: "hl", CLAIM: "claim", OTHER_PAYER: "other", LINE: "line", ADJUDICATION: "decision"}


class Segmented(Protocol):
    """Segments with their sections: a batch of either reader."""

    @property
    def rows(self) -> pl.DataFrame:
        """Segments with `code` and `section`."""
        ...

    @property
    def sections(self) -> pl.DataFrame:
        """Segments that begin a stretch with one owner, with `area` and the running numbers."""
        ...


class Details:
    """Segments of a batch by tag, each with the running number of what it belongs to."""

    def __init__(
        self, batch: Segmented, code: Mapping[str, int] = CODE, owners: Mapping[int, str] = _OWNER
    ) -> None:
        """Set up.

        Args:
            batch: rows and sections.
            code: number of each tag.
            owners: for each area the section column that tells the owner.
        """
        self._rows = batch.rows
        self._sections = batch.sections
        self._code = code
        self._owners = owners
        self._found: dict[str, tuple[pl.DataFrame, pl.Series]] = {}
        self._areas: dict[tuple[str, int], pl.DataFrame] = {}

    def of(self, tag: str, area: int) -> pl.DataFrame:
        """The segments with this tag in this area, in file order: `owner`, `segment`, `raw`."""
        if (tag, area) not in self._areas:
            if tag not in self._found:
                found = self._rows.filter((pl.col("code") == self._code[tag]) & (pl.col("section") > 0))
                self._found[tag] = found, self._sections["area"].gather(found["section"] - 1)
            found, areas = self._found[tag]
            part = found.filter(areas == area)
            owner = self._sections[self._owners[area]].gather(part["section"] - 1).alias("owner")
            self._areas[tag, area] = part.select(owner, "segment", "raw")
        return self._areas[tag, area]

    def parts(self, tag: str, area: int, names: Sequence[str | None]) -> pl.DataFrame:
        """Like `of`, with elements 1, 2 ... under `names` (none: left out) instead of `raw`."""
        found = self.of(tag, area)
        if not found.height:
            kept = [name for name in names if name is not None]
            return found.select("owner", "segment", *(pl.lit(None, dtype=pl.String()).alias(n) for n in kept))
        places = {name: i for i, name in enumerate(names, 1) if name is not None}
        fields = some_elements(found["raw"], *places.values())
        return found.select("owner", "segment").hstack(
            [field.alias(name) for field, name in zip(fields, places, strict=True)]
        )


def first(frame: pl.DataFrame) -> pl.DataFrame:
    """The first row of each owner; rows are in file order, so owners never decrease."""
    owner = pl.col("owner")
    return frame.filter((owner != owner.shift(1)).fill_null(value=True))


def attach(base: pl.DataFrame, key: str, found: pl.DataFrame, columns: dict[str, str]) -> pl.DataFrame:
    """Add columns of `found` (one row per owner) to the rows of `base` that have that owner.

    Args:
        base: unique in `key`.
        key: column that `found["owner"]` refers to.
        found: details; only the first row of an owner counts.
        columns: name in `found` to name in the result.
    """
    if not found.height:
        types = found.schema
        return base.with_columns(pl.lit(None, dtype=types[old]).alias(new) for old, new in columns.items())
    one = first(found).select("owner", *(pl.col(old).alias(new) for old, new in columns.items()))
    if one.height == base.height and bool((one["owner"] == base[key]).all()):
        return base.hstack(one.drop("owner"))
    return base.join(one, left_on=key, right_on="owner", how="left", maintain_order="left")
