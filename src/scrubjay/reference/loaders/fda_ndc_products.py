"""FDA NDC directory, product.txt: names, form, routes and strength of every marketed drug product.

Written to the published layout; no real release was at hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.codes import product_ndc_expr
from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader, Release
from scrubjay.reference.loaders.fda_ndc_rows import (
    LAYOUT,
    directory_release,
    flag,
    kept_apart,
    listed,
    marketed,
)
from scrubjay.reference.loaders.plain_table import (
    Layout,
    read_plain,
    recognises_layout,
    without,
    without_bad_dates,
)

if TYPE_CHECKING:
    from scrubjay.reference.loaders.base import SourceFile

NAME = "fda-ndc-products"
_TABLE = Layout(
    source="the FDA NDC directory, product.txt",
    published=(
        "productid", "productndc", "producttypename", "proprietaryname", "proprietarynamesuffix",
        "nonproprietaryname", "dosageformname", "routename", "startmarketingdate", "endmarketingdate",
        "marketingcategoryname", "applicationnumber", "labelername", "substancename",
        "active_numerator_strength", "active_ingred_unit", "pharm_classes", "deaschedule",
        "ndc_exclude_flag", "listing_record_certified_through",
    ),
    wanted={
        "productid": "product_id",
        "productndc": "product_ndc_as_published",
        "producttypename": "product_type",
        "proprietaryname": "proprietary",
        "proprietarynamesuffix": "suffix",
        "nonproprietaryname": "nonproprietary",
        "dosageformname": "dosage_form",
        "routename": "routes",
        "startmarketingdate": "start",
        "endmarketingdate": "end",
        "marketingcategoryname": "category",
        "applicationnumber": "application",
        "labelername": "labeler",
        "substancename": "substances",
        "active_numerator_strength": "strengths",
        "active_ingred_unit": "strength_units",
        "deaschedule": "dea",
        "ndc_exclude_flag": "is_excluded",
        "listing_record_certified_through": "certified_to",
    },
    # Added in later years.
    optional=frozenset({"ndc_exclude_flag", "listing_record_certified_through"}),
    separator="\t",
    is_quoted=False,
)  # fmt: skip


def _recognises(file: SourceFile) -> bool:
    return recognises_layout(file, _TABLE)


def _load(file: SourceFile) -> Release:
    table = read_plain(file, _TABLE)
    frame = table.frame.with_columns(
        product_ndc_expr("product_ndc_as_published").alias("product_ndc"),
        pl.concat_str("proprietary", "suffix", separator=" ", ignore_nulls=True)
        .replace("", None)
        .alias("proprietary"),
        *(listed(c) for c in ("routes", "substances", "strengths", "strength_units")),
        flag("is_excluded", "E"),
    ).drop("suffix")
    frame, odd = without(
        frame,
        frame.filter(pl.col("product_ndc").is_null()),
        "No labeler and product number in two parts",
        "product_ndc_as_published",
    )
    if frame.is_empty():
        raise ReferenceDataError(
            "holds no product.", where=file.name, hint="It may be damaged; get it again."
        )
    frame, undated = marketed(frame)
    frame, uncertified = without_bad_dates(frame, ("certified_to",))
    frame, twice = kept_apart(frame, "product_ndc")
    return directory_release(
        NAME,
        file,
        "products",
        frame,
        rows=table.frame.height,
        warnings=[*table.warnings, *odd, *undated, *uncertified, *twice],
    )


LOADER = Loader(
    NAME,
    "FDA NDC directory, products (product.txt)",
    ("products",),
    _recognises,
    _load,
    is_tested_on_real_file=False,
    layout=LAYOUT,
)
