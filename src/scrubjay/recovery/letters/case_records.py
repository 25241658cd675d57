"""The records of one case: what the claim, the answer, the decision and the reference say, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scrubjay.drugs.units import billing_units
from scrubjay.errors import UsageError
from scrubjay.quantity import parse_quantity, plain
from scrubjay.recovery.letters.facts import Fact, Records, day, from_row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from fractions import Fraction

    from scrubjay.reference import Reference

_SETTING = {"professional": "practitioner", "institutional": "outpatient_hospital"}


@dataclass(frozen=True, slots=True)
class Case:
    """One answered line with what belongs to it.

    Attributes:
        answer: a row of `ANSWERED_LINES`, with its place.
        decision: a row of `DECISIONS`.
        claim: a row of `CLAIMS` with its place; empty where the claim is not at hand.
        answer_source, claim_source: where the rows were read, e.g. `march.835, transaction 0001, segment 31`.
        given: what the user says of the record, the sender, the payer; each with its own source.
    """

    answer: Mapping[str, Any]
    decision: Mapping[str, Any]
    answer_source: str
    claim: Mapping[str, Any] = field(default_factory=dict[str, Any])
    claim_source: str = ""
    given: Sequence[Fact] = ()


def case_records(case: Case, reference: Reference, *, as_of: date, written_on: date) -> Records:
    """All that a letter about the case may say.

    Args:
        case: the answered line.
        reference: for what the code is and what its limits are.
        as_of: day that reference facts are known on.
        written_on: date of the letter.
    """
    facts = [
        *_claim_facts(case),
        *from_row("answer", case.answer, case.answer_source),
        *_line_facts(case),
        *_decision_facts(case, reference, as_of),
        *_reference_facts(case, reference, as_of),
        *_replay_facts(case, as_of),
        Fact("letter.date", day(written_on), "the day of writing"),
    ]
    records = Records(facts).with_facts(case.given)
    return records.with_facts(_arithmetic(case, records, reference, as_of))


def _claim_facts(case: Case) -> list[Fact]:
    claim, source = case.claim, case.claim_source
    if not claim:
        return []
    facts = from_row("claim", {k: v for k, v in claim.items() if k not in _NAMES}, source)
    name = " ".join(
        str(claim[k]) for k in ("patient_first_name", "patient_last_name") if claim.get(k) is not None
    )
    return [*facts, *([Fact("claim.patient_name", name, source)] if name else [])]


_NAMES = frozenset({"patient_first_name", "patient_last_name", "claim_key", "file_number", "segment"})


def _line_facts(case: Case) -> list[Fact]:
    of_line = (
        *("hcpcs", "modifiers", "units_billed", "units_paid", "service_date", "charge_amount"),
        *("allowed_amount", "paid_amount", "place_of_service_code"),
    )
    source = case.claim_source or case.answer_source
    return from_row("line", {k: case.answer.get(k) for k in of_line}, source)


def _decision_facts(case: Case, reference: Reference, as_of: date) -> list[Fact]:
    decision = case.decision
    said = {k: decision.get(k) for k in ("group_code", "carc_code", "rarc_code", "denied_amount")}
    facts = from_row("decision", said, case.answer_source)
    on = case.answer.get("production_date") or as_of
    for kind in ("carc", "rarc"):
        code = decision.get(f"{kind}_code")
        row = reference.row(kind, on=on, as_of=as_of, **{f"{kind}_code": code}) if code else None
        if row and row["paraphrase"]:
            facts.append(
                Fact(f"decision.{kind}_meaning", row["paraphrase"], row["source"], row["confidence"])
            )
    if decision.get("hard_date") and decision.get("deadline_rule"):
        # The tag of confidence is for us, not for the payer.
        rule = re.sub(r" ?\[[A-D]\]", "", str(decision["deadline_rule"]))
        facts += [
            Fact("deadline.hard_date", day(decision["hard_date"]), rule),
            Fact("deadline.rule", rule, rule),
        ]
    return facts


_CLEAN = "payer-was-wrong"


def _replay_facts(case: Case, as_of: date) -> list[Fact]:
    """What judging the claim again showed, where it speaks for the provider."""
    if case.decision.get("replay_verdict") != _CLEAN:
        return []
    words = "We judged the line again by the rules in force on the date of service and found no fault in it"
    return [Fact("replay.text", f"{words}.", f"scrubjay, with what was known on {as_of}")]


def _reference_facts(case: Case, reference: Reference, as_of: date) -> list[Fact]:
    code, on = case.answer.get("hcpcs"), case.answer.get("service_date")
    if code is None or on is None:
        return []
    facts: list[Fact] = []
    row = reference.row("hcpcs", on=on, as_of=as_of, hcpcs=code)
    if row and row["descriptor"]:
        facts.append(Fact("reference.descriptor", row["descriptor"], _where(row), row["confidence"]))
    unit = _unit(case, reference, as_of)
    if unit is not None:
        amount, name, row = unit
        facts.append(Fact("reference.unit", f"{plain(amount)} {name}", _where(row), row["confidence"]))
    setting = _SETTING.get(str(case.answer.get("claim_kind")))
    mue = reference.row("mue", on=on, as_of=as_of, hcpcs=code, mue_setting=setting) if setting else None
    if mue and mue["mue_value"] is not None:
        facts += [
            Fact("reference.mue_value", plain(mue["mue_value"]), _where(mue), mue["confidence"]),
            Fact("reference.mue_adjudication", str(mue["mue_mai"]), _where(mue), mue["confidence"]),
        ]
        billed = case.answer.get("units_billed")
        if billed is not None:
            name, text = ("mue_above", "above") if billed > mue["mue_value"] else ("mue_within", "within")
            facts.append(Fact(f"reference.{name}", text, _where(mue), mue["confidence"]))
    return facts


def _unit(case: Case, reference: Reference, as_of: date) -> tuple[Fraction, str, dict[str, Any]] | None:
    code, on = case.answer.get("hcpcs"), case.answer.get("service_date")
    row = reference.row("drugs", on=on, as_of=as_of, hcpcs=code) if code and on else None
    if not row or row["unit_amount"] is None or not row["unit"]:
        return None
    quantity = parse_quantity(f"{plain(row['unit_amount'])} {row['unit']}", what="billing unit")
    return quantity.amount, row["unit"], row


def _where(row: Mapping[str, Any]) -> str:
    return f"{row['source']}, {row['edition']}"


def _arithmetic(case: Case, records: Records, reference: Reference, as_of: date) -> list[Fact]:
    """The units that follow from the dose that the record states."""
    unit = _unit(case, reference, as_of)
    if "record.dose" not in records or unit is None:
        return []
    dose = records["record.dose"]
    amount, name, row = unit
    try:
        given = parse_quantity(dose.text)
        of_one = parse_quantity(f"{plain(amount)} {name}", what="billing unit")
        total = given.to(of_one.unit)
    except UsageError:
        return []
    units = billing_units(total.amount, of_one.amount)
    text = f"{plain(total.amount)} {name} divided by {plain(of_one.amount)} {name} a unit, rounded up, is {units} units"
    return [Fact("arithmetic.units", text, f"{dose.source}; {_where(row)}", row["confidence"])]
