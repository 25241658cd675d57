"""The use cases of this package as `scrubjay.api` gives them; what one needs is imported within it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubjay.policies import PolicySet, load_policy_file
from scrubjay.reference import Reference

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from scrubjay.guides.charges import ChargeCheck
    from scrubjay.guides.check_text import GuideCheck
    from scrubjay.guides.page import GuidePage
    from scrubjay.guides.similar import SimilarAnswer


def similar(text: str, *, on: date, as_of: date, reference_path: Path | None = None) -> SimilarAnswer:
    """The codes that a code may be taken for; see `scrubjay.guides.similar`.

    Args:
        text: the code.
        on: date of service.
        as_of: the day on which things are known.
        reference_path: folder of loaded reference editions; null takes the usual one.

    Raises:
        UsageError: no code, or one that the reference does not hold.
    """
    from scrubjay.guides.similar import similar_codes  # noqa: PLC0415

    return similar_codes(text, Reference.open(reference_path), on=on, as_of=as_of)


def guide(
    text: str,
    *,
    on: date,
    as_of: date,
    payer: str | None = None,
    policies: Sequence[Path | str] = (),
    reference_path: Path | None = None,
) -> GuidePage:
    """The billing guide of a code; see `scrubjay.guides.write`.

    Args:
        text: the code.
        on: date of service.
        as_of: the day on which things are known.
        payer: id or alias of a payer's policy; null shows what every payer held asks.
        policies: policy files of the user's own, before those that ship.
        reference_path: folder of loaded reference editions; null takes the usual one.

    Raises:
        UsageError: no code of the reference.
        PolicyError: there is no such payer, or a policy file is broken.
    """
    from scrubjay.guides.write import write_guide  # noqa: PLC0415

    known = PolicySet.base([load_policy_file(p) for p in policies])
    return write_guide(text, Reference.open(reference_path), on=on, as_of=as_of, policies=known, payer=payer)


def guide_check(
    path: Path, *, on: date, as_of: date, reference_path: Path | None = None
) -> GuideCheck | ChargeCheck:
    """Judge a billing guide, or a charge master where the file is a table.

    Args:
        path: txt, md, html, pdf or docx; csv, tsv or xlsx for a charge master.
        on: the guide's day.
        as_of: the day on which things are known.
        reference_path: folder of loaded reference editions; null takes the usual one.

    Raises:
        UnreadableInputError: the file cannot be read.
    """
    from scrubjay.guides.charges import check_charges  # noqa: PLC0415
    from scrubjay.guides.check_text import check_document  # noqa: PLC0415
    from scrubjay.guides.text_file import is_table, read_document  # noqa: PLC0415

    reference = Reference.open(reference_path)
    if is_table(path):
        return check_charges(path, reference, on=on, as_of=as_of)
    return check_document(read_document(path), reference, on=on, as_of=as_of)
