"""Editions of OPPS Addendum B merged into one file, Level II codes only; each edition is a release of its own.

The file is not CMS's: softek/CMS.HCPCS kept the editions, with a label each. A label that is not the first
month of a quarter is placed by `opps_labels.yaml`, which says why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader, Release, SetRelease, SourceFile
from scrubjay.reference.loaders.opps_status import CITATION, TITLE, status_rows
from scrubjay.reference.loaders.release_period import Quarter, quarter_named
from scrubjay.reference.loaders.released_rows import one_per_key, quarter_rows
from scrubjay.reference.loaders.released_table import Wanted, coded, read_table, recognises_table

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

NAME = "opps-addendum-b-history"
HISTORY = f"{TITLE}, history of Level II codes"
_WANTED = (
    Wanted("label", "edition label"),
    Wanted("code", "hcpcs"),
    Wanted("status_indicator", "status indicator"),
    Wanted("payment_rate", "payment rate"),
    Wanted("repo_commit", "repo commit", is_required=False),
    Wanted("commit_date", "commit date", is_required=False),
    Wanted("short_descriptor", "short descriptor", is_required=False),
    Wanted("changed", "changed", is_required=False),
)


@dataclass(frozen=True, slots=True)
class _Label:
    """Where one label belongs."""

    edition: str
    quarter: Quarter
    known_from: date
    confidence: str
    note: str


@cache
def _labels() -> dict[str, Any]:
    text = (resources.files("scrubjay.reference") / "loaders" / "opps_labels.yaml").read_text(
        encoding="utf-8"
    )
    return yaml.safe_load(text)["labels"]


def _placed(label: str) -> _Label | None:
    """The quarter of a label, by its own words or by the list; null where neither says it."""
    by_name = quarter_named(label)
    entry: dict[str, Any] | None = _labels().get(label)
    if entry:
        quarter = quarter_named(entry["quarter"])
        if quarter is None:
            raise ReferenceDataError(
                f"has no quarter for the label {label}.", where="loaders/opps_labels.yaml"
            )
        return _Label(
            f"{quarter.name}.{label}",
            quarter,
            entry["known_from"],
            entry["confidence"],
            f"Labelled {label}. {entry['evidence'].strip()}",
        )
    return _Label(label, by_name, by_name.start, "A", f"Labelled {label}.") if by_name else None


def _recognises(file: SourceFile) -> bool:
    return recognises_table(file, _WANTED, lambda notes: notes.lower().startswith("edition_label"))


def _load(file: SourceFile) -> tuple[Release, ...]:
    table = read_table(file, _WANTED, source=HISTORY)
    given = table.frame.select("_row", "label", "code", "status_indicator", "payment_rate")
    counts = dict(given.group_by("label").len().iter_rows())
    frame, said = coded(given, by=("label",))
    rows, odd = status_rows(frame, "hopd", by=("label",))
    rows, twice = one_per_key(rows, ("label", "hcpcs", "status_setting"))
    warnings = [*table.warnings, *said, *odd, *twice]
    placed = {label: _placed(label) for label in sorted(rows["label"].drop_nulls().unique())}
    unplaced = [label for label, place in placed.items() if place is None]
    if unplaced:
        warnings.append(f"The labels {', '.join(unplaced)} name no quarter: their rows were not loaded.")
    parts = rows.drop_nulls("label").partition_by("label", as_dict=True, include_key=False)
    releases = [
        _release(place, parts[(label,)], counts[label])
        for label, place in placed.items()
        if place is not None
    ]
    if not releases:
        raise ReferenceDataError(
            "holds no edition that names its quarter.", where=file.name, hint="Get it again."
        )
    # What is odd in the file is told once.
    return (replace(releases[0], warnings=tuple(warnings)), *releases[1:])


def _release(place: _Label, rows: pl.DataFrame, count: int) -> Release:
    frame = quarter_rows(
        "status",
        rows,
        place.quarter,
        known_from=place.known_from,
        source=HISTORY,
        edition=place.edition,
        citation=f"{CITATION}, quarter from {place.quarter.start}, as kept by softek/CMS.HCPCS",
        confidence=place.confidence,
    )
    held = SetRelease(
        "status",
        frame,
        place.quarter.start,
        place.quarter.end,
        is_complete=False,
        note=f"Hospital outpatient status of Level II codes; CPT numbers are left out by the source. {place.note}",
    )
    return Release(NAME, HISTORY, place.edition, place.known_from, False, count, (held,))


LOADER = Loader(
    NAME,
    HISTORY,
    ("status",),
    _recognises,
    _load,
    is_tested_on_real_file=True,
    layout="https://github.com/softek/CMS.HCPCS",
)
