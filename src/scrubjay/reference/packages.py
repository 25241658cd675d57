"""What drug directories say about an NDC: the package's row, and its product's row joined to it.

A directory publishes packages and products in two files, which load alone. Directories are kept apart: where
two of them describe one package each gives its own row, and a reader sees that they differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

    from scrubjay.reference.store import Reference

_OF_PRODUCT = (
    "proprietary", "nonproprietary", "labeler", "dosage_form", "routes", "substances", "strengths",
    "strength_units", "product_type", "category", "application", "dea", "certified_to",
)  # fmt: skip


def package_rows(reference: Reference, ndc: str, *, on: date, as_of: date) -> list[dict[str, Any]]:
    """The rows of `packages` for an NDC, each with what its own directory says about the product.

    The product is found by the directory's key where that is in the loaded release, else by labeler and
    product number; values on which several rows differ are null.

    Args:
        reference: where to look.
        ndc: 11 digits.
        on: day of service.
        as_of: the day of the run.

    Returns:
        One dict per directory that lists the package, latest known first: the columns of `packages`, those
        of `products` that describe the product (`labeler` of the package wins), and `product_edition`, the
        release that these came from. Empty where no directory lists it.
    """
    found = reference.rows("packages", on=on, as_of=as_of, ndc=ndc)
    found.sort(key=lambda row: row["known_from"], reverse=True)
    return [{**_product(reference, row, on, as_of), **_given(row)} for row in found]


def _given(row: dict[str, Any]) -> dict[str, Any]:
    """A package's own values; a null that the product fills is left out."""
    return {name: value for name, value in row.items() if value is not None or name not in _OF_PRODUCT}


def _product(reference: Reference, package: dict[str, Any], on: date, as_of: date) -> dict[str, Any]:
    by_number = reference.rows(
        "products", on=on, as_of=as_of, product_ndc=package["product_ndc"] or "", source=package["source"]
    )
    by_key = [p for p in by_number if p["product_id"] and p["product_id"] == package["product_id"]]
    candidates = by_key or by_number
    names = (*_OF_PRODUCT, "edition")
    agreed = {
        name: candidates[0][name]
        if candidates and all(c[name] == candidates[0][name] for c in candidates)
        else None
        for name in names
    }
    edition = agreed.pop("edition")
    return {**agreed, "product_edition": edition}
