"""Writes the billing guide of a code: thirteen sections, every sentence from data with its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubjay.drugs.look_up import look_up_code
from scrubjay.errors import UsageError
from scrubjay.guides import parts_code, parts_payers, parts_rules, parts_units
from scrubjay.guides.about import About
from scrubjay.guides.page import GuidePage
from scrubjay.policies import PolicySet

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from scrubjay.guides.page import Section
    from scrubjay.reference import Reference

PARTS: tuple[Callable[[About], Section], ...] = (
    parts_code.definition,
    parts_code.life,
    parts_rules.clinical,
    parts_code.settings,
    parts_rules.modifiers,
    parts_rules.documentation,
    parts_rules.denials,
    parts_payers.payers,
    parts_rules.similar,
    parts_units.worked,
    parts_code.limits,
    parts_code.packages,
    parts_code.prices,
    parts_payers.deadlines,
)


def write_guide(
    text: str,
    reference: Reference,
    *,
    on: date,
    as_of: date,
    policies: PolicySet | None = None,
    payer: str | None = None,
) -> GuidePage:
    """The guide of a code.

    Args:
        text: the code.
        reference: where codes, packages, limits and prices stand.
        on: date of service.
        as_of: the day on which things are known.
        policies: of payers; null takes those that ship.
        payer: id or alias of one of them, which the guide is then written for.

    Raises:
        UsageError: no code of the reference.
        PolicyError: there is no such payer.
    """
    answer = look_up_code(text, on, reference, as_of)
    if not answer.is_known or answer.code is None:
        offered = ", ".join(h.code for h in answer.codes[:6])
        raise UsageError(
            " ".join(answer.unknown) or f"{text.strip()[:40]!r} may mean several codes.",
            hint=f"Name one of {offered}." if offered else "Name a code: scrubjay guide J2919",
        )
    chosen = policies or PolicySet.base()
    about = About(answer, reference, as_of, chosen, chosen.find(payer) if payer else None)
    return GuidePage(
        answer.code,
        f"{answer.code}: {about.drug}",
        on,
        as_of,
        about.payer.name if about.payer else None,
        tuple(part(about) for part in PARTS),
    )
