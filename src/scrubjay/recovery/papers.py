"""Corrected claims over files: find the claim, the payer's number of it and what the payer takes; then write."""

from __future__ import annotations

import getpass
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import UnreadableInputError, UsageError
from scrubjay.intake import read_claims
from scrubjay.intake.answers import AnswerReader
from scrubjay.intake.x12.one_claim import claim_numbers
from scrubjay.recovery.corrected import AddLine, Change, Corrected, DropLine, Kind, SetValue, corrected_claim
from scrubjay.recovery.sent import SentLedger, key_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from scrubjay.policies import PolicySet

_DECIDED = ("1", "2", "3", "4", "19", "20", "21")
"""CLP02 of a claim that the payer decided."""
_AS_PAYER = (("P", ("1", "19")), ("S", ("2", "20")), ("T", ("3", "21")))
"""SBR01 of a claim, and the CLP02 by which that payer answers as such; 4 (denied) is any payer's."""
_NOT_DECIDED = frozenset({"MA130", "N517"})
"""Remarks by which a claim with a decision's status was returned all the same."""
_FREQUENCIES = "frequency_codes_accepted"
_SET = re.compile(r"(claim|\d{1,3})\.([a-z_]+)=(.*)", re.DOTALL)
_PAIR = re.compile(r"([a-z_]+)=([^;]*)")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a remittance says of one claim."""

    payer_claim_control_number: str | None
    is_decided: bool


def parse_set(text: str) -> SetValue:
    """`1.modifiers=JZ` or `claim.prior_authorization_number=A1`.

    Raises:
        UsageError: another form.
    """
    found = _SET.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            "is no change.",
            where="--set",
            hint="Write LINE.COLUMN=VALUE or claim.COLUMN=VALUE, as 1.modifiers=JZ.",
        )
    line = None if found[1] == "claim" else int(found[1])
    return SetValue(line, found[2], found[3].strip())


def parse_add(text: str) -> AddLine:
    """`1:modifiers=JW;units=12;charge_amount=43.20`, a line like line 1 but for what is named.

    Raises:
        UsageError: another form.
    """
    like, _, rest = text.partition(":")
    pairs = [_PAIR.fullmatch(p.strip()) for p in rest.split(";") if p.strip()]
    if not re.fullmatch(r"\d{1,3}", like.strip()) or not pairs or any(p is None for p in pairs):
        raise UsageError(
            "is no line.", where="--add-line", hint="Write 1:modifiers=JW;units=12;charge_amount=43.20."
        )
    return AddLine(int(like), tuple((p[1], p[2].strip()) for p in pairs if p))


def changes_of(sets: Sequence[str], adds: Sequence[str], drops: Sequence[int]) -> list[Change]:
    """The changes that were typed, in the order set, add, drop."""
    return [*map(parse_set, sets), *map(parse_add, adds), *map(DropLine, drops)]


def answers_to(
    paths: Sequence[Path], patient_control_number: str, responsibility: str | None
) -> list[Answer]:
    """What remittances say of a claim, reversals and what they take back left out.

    Args:
        paths: remittances.
        patient_control_number: CLM01.
        responsibility: SBR01 of the claim. An answer that another payer's place in the order gives (CLP02) is not
            about this sending of the claim, and its number must not be named to this payer.

    Raises:
        UnreadableInputError: a file holds no remittance that can be read.
    """
    reader = AnswerReader(paths)
    claims: list[pl.DataFrame] = []
    remarks: list[pl.DataFrame] = []
    for bundle in reader.batches():
        mine = bundle.remits.claims.filter(pl.col("patient_control_number") == patient_control_number)
        claims.append(mine)
        remarks.append(
            bundle.remits.remarks.join(mine.select("remit_claim_key"), on="remit_claim_key", how="semi")
        )
    for report in reader.reports:
        fatal = next((p for p in report.problems if p.is_fatal), None)
        if fatal is not None:
            raise UnreadableInputError(fatal.message, where=report.path, hint=fatal.hint)
    if not claims:
        return []
    others = [status for place, status in _AS_PAYER if place != responsibility] if responsibility else []
    elsewhere = pl.col("claim_status_code").is_in([s for statuses in others for s in statuses])
    found = pl.concat(claims).filter(~elsewhere.fill_null(value=False))
    said = pl.concat(remarks)
    taken_back = found.filter("is_reversal")["payer_claim_control_number"].implode()
    # A correction comes with a number of its own; the one that was taken back is not to be named.
    alive = found.filter(
        ~pl.col("is_reversal"),
        ~pl.col("payer_claim_control_number").is_in(taken_back).fill_null(value=False)
        | pl.col("remit_claim_key").is_in(found["corrected_by_remit_claim_key"].drop_nulls().implode()),
    )
    returned = said.filter(pl.col("rarc_code").is_in(list(_NOT_DECIDED)))["remit_claim_key"]
    decided = pl.col("claim_status_code").is_in(_DECIDED) & ~pl.col("remit_claim_key").is_in(
        returned.implode()
    )
    rows = alive.select("payer_claim_control_number", decided.fill_null(value=False).alias("decided"))
    return [Answer(number, is_decided) for number, is_decided in rows.unique(maintain_order=True).iter_rows()]


def claim_in(path: Path, *, number: int | None, patient_control_number: str | None) -> tuple[bytes, int]:
    """The bytes of an 837 and the number of the claim that is meant.

    Raises:
        UsageError: neither or both are given, or the control number stands on no claim, or on several.
        UnreadableInputError: the file cannot be read.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableInputError(
            f"cannot be read ({error.strerror}).", where=str(path), hint="Name an 837 file."
        ) from error
    if (number is None) == (patient_control_number is None):
        raise UsageError("name the claim with --claim N or --control-number ID.")
    if number is not None:
        return data, number
    found = claim_numbers(data, patient_control_number or "")
    if len(found) != 1:
        how = "no claim" if not found else f"{len(found)} claims"
        raise UsageError(
            f"the file has {how} with that control number.", where=str(path), hint="Name it with --claim N."
        )
    return data, found[0]


def corrected(
    path: Path,
    *,
    number: int | None,
    patient_control_number: str | None,
    kind: Kind,
    changes: Sequence[Change],
    answers: Sequence[Path],
    payer_claim_control_number: str | None,
    policies: PolicySet,
    control_number: int,
    created_at: datetime,
) -> Corrected:
    """Write a claim of a file again.

    Args:
        path: the 837 that it was sent in.
        number: its 1-based number in the file.
        patient_control_number: CLM01, where no number is given.
        kind: what it is sent as.
        changes: what was accepted.
        answers: remittances, from which the payer's number is taken and whether the claim was decided.
        payer_claim_control_number: given by hand; must agree with the remittances.
        policies: for the frequency codes that the payer takes.
        control_number: of the new interchange.
        created_at: stamped into it.

    Raises:
        UsageError: it cannot be sent so; nothing is written.
        UnreadableInputError: a file cannot be read.
    """
    data, at = claim_in(path, number=number, patient_control_number=patient_control_number)
    bundle, _ = read_claims(path)
    rows = bundle.claims.filter(pl.col("claim_number") == at)
    if rows.is_empty():
        raise UsageError(
            f"claim {at} of the file cannot be read whole.",
            where=str(path),
            hint="`scrubjay check` says why.",
        )
    claim = rows.row(0, named=True)
    found = (
        answers_to(answers, claim["patient_control_number"], claim["payer_responsibility_code"])
        if answers
        else []
    )
    if kind is Kind.NEW and any(a.is_decided for a in found):
        raise UsageError(
            "the payer decided this claim, so a new one would be denied as a duplicate.",
            hint="Write a replacement, or appeal.",
        )
    payer_number = payer_claim_control_number
    if kind is not Kind.NEW:
        payer_number = _payer_number(found, payer_claim_control_number)
    first = bundle.lines.filter(pl.col("claim_key") == claim["claim_key"])["service_date_from"].min()
    accepted = None
    policy_id = policies.governing(rows.select("claim_filing_code", "payer_id", "payer_name", "claim_kind"))[
        0
    ]
    if policy_id is not None and first is not None:
        value = policies.value(policies.find(policy_id), _FREQUENCIES, first)  # pyright: ignore[reportArgumentType]
        accepted = None if value is None else list(value.value)
    return corrected_claim(
        data,
        at,
        kind=kind,
        changes=changes,
        payer_claim_control_number=payer_number,
        frequencies_accepted=accepted,
        control_number=control_number,
        created_at=created_at,
    )


def _payer_number(found: Sequence[Answer], given: str | None) -> str | None:
    numbers = list(dict.fromkeys(a.payer_claim_control_number for a in found if a.payer_claim_control_number))
    if given is not None and numbers and given not in numbers:
        raise UsageError(
            "is not the number in the remittances.", where="--payer-claim-number", hint="Look at CLP07."
        )
    if given is None and len(numbers) > 1:
        raise UsageError(
            f"the remittances give {len(numbers)} payer's numbers for this claim.",
            hint="Name the one to replace with --payer-claim-number.",
        )
    return given if given is not None else next(iter(numbers), None)


def enter(
    done: Corrected, ledger: SentLedger, *, file: str, by: str | None, at: datetime, again: str | None
) -> None:
    """Enter a corrected claim in the record of papers before it is handed out.

    One replacement, void or new claim for one answer of the payer; a second needs a reason.

    Raises:
        UsageError: it was written before.
    """
    key = key_of("corrected", done.patient_control_number, done.replaces)
    ledger.record(
        key, done.kind.value, file=file, data=done.data, by=by or getpass.getuser(), at=at, again=again
    )
