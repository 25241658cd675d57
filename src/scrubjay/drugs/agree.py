"""Whether what was stated agrees with the package of the stated NDC: its drug, container and content.

A contradiction with a verified fact (confidence A or B) refuses the request, since either statement may be the
wrong one and both decide what is billed; with an unverified one (C or D) it warns.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from scrubjay.drugs import ndc
from scrubjay.drugs.answers import UNVERIFIED, RefusedError, provenance
from scrubjay.drugs.resolve import Product, mismatch_warning, quantity_text
from scrubjay.quantity import EACH, plain
from scrubjay.reference.descriptor import Qualifier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.drugs.job import Job

_ROUNDED = Fraction(1, 100)
"""Part of a billing unit by which the crosswalk's units of an item may be rounded."""


def check_drug(job: Job, product: Product, ndc_rows: Sequence[dict[str, Any]]) -> None:
    """Refuse an NDC of another drug; warn of one that bills under another code of the substance.

    Args:
        job: the request.
        product: the code that the drug or code named.
        ndc_rows: rows of the crosswalk on the day, none of them under a code of the drug.

    Raises:
        RefusedError: no row is of a drug that shares a name with the drug that was named.
    """
    drugs = {str(r["drug"]) for r in ndc_rows if r["drug"]}
    if product.drug and drugs and not any(_share_a_name(job, product.drug, d) for d in drugs):
        row = ndc_rows[0]
        is_of = " or ".join(
            f"{r['drug'] or r['product'] or 'a drug'} ({r['hcpcs']})"
            for r in sorted(ndc_rows, key=lambda r: str(r["hcpcs"]))
        )
        raise RefusedError(
            f"The NDC {ndc.hyphened(str(row['ndc']))} is {is_of}, not {product.drug} ({product.code}), "
            f"{provenance(row).one_line()}. Give the NDC of the drug given, or name the drug of this NDC.",
            "NDC that agrees with the drug",
        )
    job.warnings.append(mismatch_warning(product, ndc_rows))


def _share_a_name(job: Job, one: str, other: str) -> bool:
    """Whether one way of writing stands for both, as a substance without its salt does."""
    return one == other or any({one, other} <= drugs for _, drugs in job.catalog.written.values())


def check_container(job: Job, is_single_dose: bool, product: Product, ndc_row: dict[str, Any] | None) -> None:
    """Compare the stated container with that of the NDC, or of all forms of the code where the NDC has none.

    Raises:
        RefusedError: a verified source says the other kind.
    """
    stated = "single-dose" if is_single_dose else "multi-dose"
    what, held, confidence = _held_container(job, product, ndc_row)
    if held is None or held["container_type"] == stated:
        return
    mark = f"[{confidence}{', unverified' if confidence in UNVERIFIED else ''}]"
    note = f" ({str(held['note']).rstrip('.')})" if held["note"] else ""
    text = (
        f"The container was stated as {stated}, and {what} is held as {held['container_type']} {mark}{note}, "
        f"{provenance(held).citation}."
    )
    if confidence in UNVERIFIED:
        job.warn(
            "discarded-modifier-on-multi-dose" if is_single_dose else "missing-discarded-drug-modifier",
            f"{text} Read the label: the statement was followed.",
        )
        return
    raise RefusedError(
        f"{text} Whether waste may be billed rests on it: read the label, and give the container or the NDC anew.",
        "container",
    )


def _held_container(
    job: Job, product: Product, ndc_row: dict[str, Any] | None
) -> tuple[str, dict[str, Any] | None, str | None]:
    if ndc_row and ndc_row["container_type"]:
        named = f"NDC {ndc.hyphened(str(ndc_row['ndc']))}"
        return named, ndc_row, ndc_row["container_confidence"] or ndc_row["confidence"]
    row = job.catalog.row("containers", job.on, hcpcs=product.code)
    if row and row["container_type"]:
        return f"{product.code}, all marketed forms,", row, row["confidence"]
    return "", None, None


def check_vials(
    job: Job, labels: Sequence[Fraction], product: Product, ndc_row: dict[str, Any] | None
) -> None:
    """Compare each stated vial with what one item of the NDC holds.

    Args:
        job: the request.
        labels: content of each vial in the unit of the code.
        product: the code.
        ndc_row: the crosswalk's row of the NDC under that code, or null.

    Raises:
        RefusedError: a verified row says another content.
    """
    if ndc_row is None or not ndc_row["units_per_item"] or product.unit.unit is EACH or product.components:
        return
    per_item = Fraction(ndc_row["units_per_item"])
    other = next((label for label in labels if not holds(per_item, product, label)), None)
    if other is None:
        return
    amount = per_item * product.unit.amount
    most = "at most " if product.qualifier != Qualifier.EXACT else ""
    name = f", {ndc_row['product']}," if ndc_row["product"] else ""
    text = (
        f"A vial was stated as {quantity_text(other, product)}, and NDC {ndc.hyphened(str(ndc_row['ndc']))}{name} "
        f"holds {most}{quantity_text(amount, product)} in one item ({plain(per_item)} units of {product.code}), "
        f"{provenance(ndc_row).one_line()}."
    )
    if ndc_row["confidence"] in UNVERIFIED:
        job.warn("units-disagree-with-ndc-quantity", text)
        return
    raise RefusedError(
        f"{text} Give the vial or the NDC that was used; vials of different NDCs are asked about apart.",
        "vial",
    )


def holds(per_item: Fraction, product: Product, label: Fraction) -> bool:
    """Whether one item of so many units can have a label.

    A unit of an exact code is its amount; one of an "up to" code is any amount above the unit before it.
    """
    units = label / product.unit.amount
    if product.qualifier == Qualifier.EXACT:
        return abs(units - per_item) < _ROUNDED
    return per_item - 1 < units <= per_item
