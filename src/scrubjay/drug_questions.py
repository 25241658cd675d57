"""The questions about drugs, codes and NDCs; `scrubjay.api` offers them beside the checks.

What only one of them needs is imported within it, so that the others do not wait for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrubjay.errors import PolicyError
from scrubjay.policies import PolicySet, load_policy_file
from scrubjay.reference import Reference

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from scrubjay.drugs import CodeAnswer, ConvertAnswer, NdcAnswer, UnitsAnswer, UnitsRequest

DEFAULT_PAYER = "medicare"
"""Alias of the policy that answers `units` where no payer is named."""


def code(text: str, *, on: date, as_of: date, reference_path: Path | None = None) -> CodeAnswer:
    """What a code is, or which codes a drug has; see `scrubjay.drugs.look_up_code`.

    Args:
        text: a code, drug, brand, or a few words.
        on: date of service.
        as_of: the day on which things are known.
        reference_path: folder of loaded reference editions; null takes the usual one.
    """
    from scrubjay.drugs import look_up_code  # noqa: PLC0415

    return look_up_code(text, on, Reference.open(reference_path), as_of)


def units(
    request: UnitsRequest,
    *,
    as_of: date,
    reference_path: Path | None = None,
    policies: Sequence[Path | str] = (),
) -> UnitsAnswer:
    """The lines to bill for one dose; see `scrubjay.drugs.work_out_units`.

    Args:
        request: the dose and what is known around it. Its payer is the id or alias of a policy; where it is
            null, the policy of `policies` that has no `match` answers, else Medicare Part B. What a payer
            whose policy is silent asks of JW and JZ is unknown, and the answer says so; a payer that no policy
            names is refused with the ids written alike.
        as_of: the day on which things are known.
        reference_path: folder of loaded reference editions; null takes the usual one.
        policies: policy files of the user's own, before those that ship.

    Raises:
        PolicyError: a policy file is broken.
    """
    from scrubjay.drugs import Refusal, UnitsAnswer, work_out_units  # noqa: PLC0415
    from scrubjay.policies.discard import discard_rule  # noqa: PLC0415
    from scrubjay.policies.show import find_policy  # noqa: PLC0415

    known = PolicySet.base([load_policy_file(p) for p in policies])
    payer = request.payer or (known.forced.id if known.forced else DEFAULT_PAYER)
    try:
        policy = find_policy(known, payer)
    except PolicyError as error:
        reason = f"The payer is unknown: {error.one_line()} A policy of your own (--policy) can name it."
        return UnitsAnswer(refused=Refusal(reason, ("payer",)))
    return work_out_units(
        request, Reference.open(reference_path), as_of, discard_rule(known, policy.id, request.on)
    )


def ndc(text: str, *, on: date, as_of: date, reference_path: Path | None = None) -> NdcAnswer:
    """What an NDC is and which code it bills under; see `scrubjay.drugs.look_up_ndc`.

    Args:
        text: the NDC, as on the package or as on a claim.
        on: date of service.
        as_of: the day on which things are known.
        reference_path: folder of loaded reference editions; null takes the usual one.
    """
    from scrubjay.drugs import look_up_ndc  # noqa: PLC0415

    return look_up_ndc(text, on, Reference.open(reference_path), as_of)


def convert(
    hcpcs: str, units: str, *, on: date, as_of: date, reference_path: Path | None = None
) -> ConvertAnswer:
    """Units of an ended code as units of the code that took over; see `scrubjay.drugs.convert_units`.

    Args:
        hcpcs: the ended code.
        units: units of it.
        on: date of service.
        as_of: the day on which things are known.
        reference_path: folder of loaded reference editions; null takes the usual one.
    """
    from scrubjay.drugs import convert_units  # noqa: PLC0415

    return convert_units(hcpcs, units, on, Reference.open(reference_path), as_of)
