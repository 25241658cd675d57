"""QUMI list of injectable packages: NDC, name, form, strength, labeler. Not an agency's file.

It says nothing of how often a container may be opened. One row describes a package and its product, so it
fills both sets of a drug directory, under its own name: a conflict with the FDA's directory stays visible.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.codes import ndc11_expr
from scrubjay.reference.loaders.base import Loader, Release, SetRelease
from scrubjay.reference.loaders.fda_ndc_rows import listed
from scrubjay.reference.loaders.plain_table import (
    ROW,
    Layout,
    read_plain,
    recognises_layout,
    release_day,
    without,
)
from scrubjay.reference.loaders.released_rows import one_per_key
from scrubjay.reference.loaders.released_table import number, number_warnings
from scrubjay.reference.sets import SETS

if TYPE_CHECKING:
    from scrubjay.reference.loaders.base import SourceFile

NAME = "qumi-injectable-ndc"
SOURCE = "QUMI injectable NDC list"
_NOTE = (
    "A list of injectable drugs that a project gathered; not an agency's file. It holds no marketing dates: its "
    "rows count from the day of the list."
)
_HEADER = (
    "ndc", "rxcui", "qumi code", "package count", "supplier", "description", "dosage form", "dosage route",
    "strength", "measure", "anda", "generic description", "dea",
)  # fmt: skip
_TABLE = Layout(
    source=SOURCE,
    published=_HEADER,
    wanted={
        "ndc": "ndc_as_published",
        "package count": "package_quantity",
        "supplier": "labeler",
        "description": "product",
        "dosage form": "dosage_form",
        "dosage route": "routes",
        "strength": "strengths",
        "measure": "strength_units",
        "anda": "application",
        "generic description": "substances",
        "dea": "dea",
    },
)
_PRODUCT = (
    "labeler", "dosage_form", "routes", "substances", "strengths", "strength_units", "application", "dea",
)  # fmt: skip


def _recognises(file: SourceFile) -> bool:
    return recognises_layout(file, _TABLE)


def _load(file: SourceFile) -> Release:
    table = read_plain(file, _TABLE)
    frame = table.frame.with_columns(ndc11_expr("ndc_as_published").alias("ndc"))
    frame, odd = without(
        frame, frame.filter(pl.col("ndc").is_null()), "No NDC in three parts", "ndc_as_published"
    )
    said = [*odd, *number_warnings(frame, ("package_quantity",))]
    frame = frame.with_columns(
        pl.col("ndc").str.slice(0, 9).alias("product_ndc"),
        number("package_quantity").alias("package_quantity"),
    )
    packages, twice = one_per_key(frame.drop("product_ndc_as_published", strict=False), ("ndc",))
    # Packages of one product may differ in a cell (750 mg under one number); the product then has none.
    products, _ = one_per_key(frame.select(ROW, "product_ndc", *_PRODUCT), ("product_ndc",))
    products = products.with_columns(
        listed(c) for c in ("routes", "substances", "strengths", "strength_units")
    )
    published_on, is_stated = release_day(file, None, source=SOURCE)
    edition = published_on.isoformat()
    provenance = (
        pl.lit(published_on).alias("effective_from"),
        pl.lit(published_on).alias("known_from"),
        pl.lit(SOURCE).alias("source"),
        pl.lit(edition).alias("edition"),
        pl.lit("C").alias("confidence"),
        pl.lit(f"QUMI (universal-med-ids), injectable NDC list of {edition}").alias("citation"),
    )
    sets = tuple(
        SetRelease(
            name,
            SETS[name].conform(
                rows.select(c for c in rows.columns if c in SETS[name].columns).with_columns(provenance)
            ),
            published_on,
            None,
            is_complete=False,
            note=_NOTE,
        )
        for name, rows in (("packages", packages), ("products", products))
    )
    return Release(
        NAME,
        SOURCE,
        edition,
        published_on,
        is_stated,
        table.frame.height,
        sets,
        (*table.warnings, *said, *twice),
    )


LOADER = Loader(
    NAME,
    "QUMI list of injectable packages",
    ("packages", "products"),
    _recognises,
    _load,
    is_tested_on_real_file=True,
    layout="https://github.com/QuicksortRx/universal-med-ids",
)
