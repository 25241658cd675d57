"""FDA NDC directory, package.txt: every marketed package with the words that describe it.

Names, form and strength stand in product.txt (`fda_ndc_products`); a lookup joins the two, so each file
loads alone. Written to the published layout; no real release was at hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from scrubjay.codes import ndc11_expr, product_ndc_expr
from scrubjay.errors import ReferenceDataError
from scrubjay.reference.loaders.base import Loader, Release
from scrubjay.reference.loaders.fda_ndc_rows import (
    LAYOUT,
    container_type,
    directory_release,
    flag,
    kept_apart,
    marketed,
    names_several_types,
    package_words,
)
from scrubjay.reference.loaders.plain_table import Layout, read_plain, recognises_layout, without

if TYPE_CHECKING:
    from scrubjay.reference.loaders.base import SourceFile

NAME = "fda-ndc-packages"
_BOTH = "The package holds single-dose and multi-dose containers."
_TABLE = Layout(
    source="the FDA NDC directory, package.txt",
    published=(
        "productid", "productndc", "ndcpackagecode", "packagedescription", "startmarketingdate",
        "endmarketingdate", "ndc_exclude_flag", "sample_package",
    ),
    wanted={
        "productid": "product_id",
        "productndc": "product_ndc",
        "ndcpackagecode": "ndc_as_published",
        "packagedescription": "package",
        "startmarketingdate": "start",
        "endmarketingdate": "end",
        "ndc_exclude_flag": "is_excluded",
        "sample_package": "is_sample",
    },
    # Files before 2019 end with the description.
    optional=frozenset({"startmarketingdate", "endmarketingdate", "ndc_exclude_flag", "sample_package"}),
    separator="\t",
    is_quoted=False,
)  # fmt: skip


def _recognises(file: SourceFile) -> bool:
    return recognises_layout(file, _TABLE)


def _load(file: SourceFile) -> Release:
    table = read_plain(file, _TABLE)
    frame = table.frame.with_columns(
        # Only a hyphened number tells which of its parts is short.
        pl.when(pl.col("ndc_as_published").str.contains("-"))
        .then(ndc11_expr("ndc_as_published"))
        .alias("ndc"),
        product_ndc_expr("product_ndc").alias("product_ndc"),
        package_words("package").alias("package_words"),
        container_type("package").alias("container_type"),
        flag("is_excluded", "E"),
        flag("is_sample", "Y"),
        pl.when(names_several_types("package")).then(pl.lit(_BOTH)).alias("note"),
    )
    frame, odd = without(
        frame,
        frame.filter(pl.col("ndc").is_null()),
        "No NDC of ten digits in three parts",
        "ndc_as_published",
    )
    if frame.is_empty():
        raise ReferenceDataError("holds no NDC.", where=file.name, hint="It may be damaged; get it again.")
    frame, undated = marketed(frame)
    frame, twice = kept_apart(frame, "ndc")
    return directory_release(
        NAME,
        file,
        "packages",
        frame,
        rows=table.frame.height,
        warnings=[*table.warnings, *odd, *undated, *twice],
    )


LOADER = Loader(
    NAME,
    "FDA NDC directory, packages (package.txt)",
    ("packages",),
    _recognises,
    _load,
    is_tested_on_real_file=False,
    layout=LAYOUT,
)
