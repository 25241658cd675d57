"""Single FHIR resources to rows of `CHART_EVENTS`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, cast

from scrubjay.intake.notes.heads import day_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

Row = dict[str, Any]
_WEIGHTS = frozenset({"29463-7", "3141-9", "3142-7", "8335-2"})
"""LOINC numbers of body weight."""
_NDC = "http://hl7.org/fhir/sid/ndc"
_CREDENTIAL = re.compile(
    r"\b(M\.?D\.?|D\.?O\.?|NP|FNP|ARNP|APRN|CRNP|PA-C|PA|DPM|RN|LPN|LVN|CMA|MA|PharmD)\b\.?"
)


def many(value: Any) -> list[Row]:
    """The objects of a JSON list; [] for anything else."""
    return (
        [cast("Row", v) for v in cast("list[Any]", value) if isinstance(v, dict)]
        if isinstance(value, list)
        else []
    )


def one(value: Any) -> Row:
    """A JSON object; empty for anything else."""
    return cast("Row", value) if isinstance(value, dict) else {}


def words(value: Any) -> list[str]:
    """The texts of a JSON list; [] for anything else."""
    return [str(v) for v in cast("list[Any]", value)] if isinstance(value, list) else []


def codings(concept: Any) -> list[Row]:
    """The codings of a CodeableConcept; [] for anything else."""
    return many(one(concept).get("coding"))


def text_of(concept: Any) -> str:
    """The words of a CodeableConcept: its text, else the first display, else the first code."""
    held = codings(concept)
    found = one(concept).get("text") or next((c["display"] for c in held if c.get("display")), None)
    return str(found or next((c["code"] for c in held if c.get("code")), ""))


def _day(value: Any) -> date | None:
    return day_of(str(value or "")[:10])


_US_OFFSETS = (timedelta(hours=-10), timedelta(hours=-4))
"""From Hawaii to the Atlantic, the zones in which US providers give drugs."""


def _day_given(value: Any) -> date | None:
    """The day of an instant where it was given; null where universal time leaves it open."""
    text = str(value or "")
    if not re.search(r"T\d{2}:\d{2}.*(?:Z|[+-]00:?00)$", text):
        return _day(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _day(text)
    # Systems also write local time as if it were universal, so the day as written must agree too.
    days = {(moment + offset).date() for offset in (*_US_OFFSETS, timedelta(0))}
    return days.pop() if len(days) == 1 else None


def _clock(value: Any) -> str | None:
    """The time of day as written, in the zone in which it was written."""
    found = re.match(r"\d{4}-\d{2}-\d{2}T(\d{2}:\d{2})", str(value or ""))
    return found[1] if found else None


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


class EventMaker:
    """Makes rows of events from resources; references are looked up in `index`."""

    def __init__(self, index: dict[str, Row]) -> None:
        self._index = index
        self._by_kind: dict[str, Callable[[Row], Iterator[Row]]] = {
            "MedicationAdministration": self._administration,
            "MedicationRequest": self._request,
            "Encounter": self._encounter,
            "Condition": self._condition,
            "Observation": self._observation,
            "Consent": self._consent,
            "Procedure": self._procedure,
        }

    @property
    def kinds(self) -> frozenset[str]:
        """Types of resources that events are made from."""
        return frozenset(self._by_kind)

    def events(self, resource: Row, place: str, number: int) -> list[Row]:
        """Rows of one resource; [] for a type that states nothing of a drug's record."""
        make = self._by_kind.get(str(resource.get("resourceType")))
        if make is None or resource.get("status") == "entered-in-error":
            return []
        found: list[Row] = []
        for row in make(resource):
            value = str(row.get("value") or "")
            whole: Row = {
                "act": None,
                "drugs": [],
                "is_negated": False,
                "is_historical": False,
                "quote": value,
                **row,
            }
            found.append(
                {
                    **whole,
                    "statement": number,
                    "extractor": "fhir",
                    "place": f"{place}{row.get('place') or ''}",
                }
            )
        return found

    def _follow(self, reference: Any) -> Row:
        text = one(reference).get("reference")
        return self._index.get(str(text), {}) if text else {}

    def _drug(self, resource: Row) -> tuple[list[str], str | None, str | None]:
        """Names as written, NDC and lot of a resource's medication."""
        medication = self._follow(resource.get("medicationReference"))
        parts = [i.get("itemCodeableConcept") for i in many(medication.get("ingredient"))]
        concepts = [
            one(c) for c in (resource.get("medicationCodeableConcept"), medication.get("code"), *parts)
        ]
        written = [n for c in concepts for n in (c.get("text"), *(k.get("display") for k in codings(c)))]
        written.append(one(resource.get("medicationReference")).get("display"))
        ndc = next(
            (str(k.get("code")) for c in concepts for k in codings(c) if k.get("system") == _NDC), None
        )
        lot = one(medication.get("batch")).get("lotNumber")
        return [str(n) for n in written if n], ndc, str(lot) if lot else None

    def _credential(self, reference: Any) -> str:
        """The credential of a practitioner; empty where none is stated."""
        person = self._follow(reference)
        if person.get("resourceType") == "PractitionerRole":
            person = self._follow(person.get("practitioner")) or person
        texts: list[str] = []
        for held in many(person.get("qualification")):
            texts += [
                text_of(held.get("code")),
                *(str(c.get("code") or "") for c in codings(held.get("code"))),
            ]
        for name in many(person.get("name")):
            texts += [*words(name.get("suffix")), *words(name.get("prefix")), str(name.get("text") or "")]
        texts.append(str(one(reference).get("display") or ""))
        for text in texts:
            found = _CREDENTIAL.search(text)
            if found:
                return found[1].replace(".", "").upper()
            if re.match(r"Dr\b", text):
                return "DR"
        return ""

    def _administration(self, resource: Row) -> Iterator[Row]:
        names, ndc, lot = self._drug(resource)
        period = one(resource.get("effectivePeriod"))
        moment = resource.get("effectiveDateTime") or period.get("start")
        status = resource.get("status")
        if status in ("unknown", None):
            return
        refused = status in ("not-done", "on-hold", "stopped") and not resource.get("dosage")
        refused = refused or status == "not-done"
        common = {"act": "given", "drugs": names, "date": _day_given(moment), "is_negated": refused}
        yield {
            "kind": "refusal" if refused else "administration",
            "value": names[0] if names else "a drug",
            **common,
        }
        dosage = one(resource.get("dosage"))
        yield from self._amount(dosage.get("dose"), common, ".dosage.dose")
        for name in ("route", "site"):
            if text_of(dosage.get(name)):
                yield {"kind": name, "value": text_of(dosage[name]), "place": f".dosage.{name}", **common}
        if period:
            for kind, key in (("start", "start"), ("stop", "end")):
                if _clock(period.get(key)):
                    yield {
                        "kind": kind,
                        "value": _clock(period[key]),
                        "place": f".effectivePeriod.{key}",
                        **common,
                    }
        elif _clock(moment):
            yield {"kind": "time", "value": _clock(moment), "place": ".effectiveDateTime", **common}
        for person in many(resource.get("performer")):
            actor = one(person.get("actor"))
            yield {
                "kind": "performer",
                "value": self._credential(actor) or "initials",
                "quote": str(actor.get("display") or actor.get("reference") or ""),
                "place": ".performer",
                **common,
            }
        for kind, value in (("lot", lot), ("ndc", ndc)):
            if value:
                yield {"kind": kind, "value": value, "place": f".{kind}", **common}
        for reason in many(resource.get("reasonCode")):
            yield from self._diagnosis(reason)
        for note in many(resource.get("note")):
            yield {"kind": "note", "value": str(note.get("text") or ""), "place": ".note", **common}
        if dosage.get("text"):
            yield {"kind": "note", "value": str(dosage["text"]), "place": ".dosage.text", **common}

    def _amount(self, quantity: Any, common: Row, place: str) -> Iterator[Row]:
        quantity = one(quantity)
        number = _number(quantity.get("value"))
        if number is None:
            return
        unit = str(quantity.get("unit") or quantity.get("code") or "")
        kind = (
            "dose_per_kg"
            if re.search(r"/\s*(?:kg|m2)", unit)
            else "volume"
            if unit.lower() in ("ml", "cc")
            else "dose"
        )
        yield {
            "kind": kind,
            "quantity": number,
            "unit": "mL" if kind == "volume" else unit,
            "value": f"{number} {unit}",
            "place": place,
            **common,
        }

    def _request(self, resource: Row) -> Iterator[Row]:
        if resource.get("status") in ("cancelled", "draft", "stopped"):
            return
        # A proposal, a plan or an option is nobody's order.
        if resource.get("intent") in ("proposal", "plan", "option"):
            return
        names, _, _ = self._drug(resource)
        common = {"act": "order", "drugs": names, "date": _day(resource.get("authoredOn"))}
        yield {"kind": "order", "value": names[0] if names else "a drug", **common}
        for dosage in many(resource.get("dosageInstruction")):
            for rate in many(dosage.get("doseAndRate")):
                yield from self._amount(rate.get("doseQuantity"), common, ".dosageInstruction.doseAndRate")
            if text_of(dosage.get("route")):
                yield {
                    "kind": "route",
                    "value": text_of(dosage["route"]),
                    "place": ".dosageInstruction.route",
                    **common,
                }
            if dosage.get("text"):
                yield {
                    "kind": "note",
                    "value": str(dosage["text"]),
                    "place": ".dosageInstruction.text",
                    **common,
                }
        requester = one(resource.get("requester"))
        if requester:
            quote = str(requester.get("display") or requester.get("reference") or "")
            yield {
                "kind": "signature",
                "value": self._credential(requester),
                "quote": quote,
                "place": ".requester",
                "date": common["date"],
            }
        for reason in many(resource.get("reasonCode")):
            yield from self._diagnosis(reason)

    def _diagnosis(self, concept: Any, *, is_negated: bool = False) -> Iterator[Row]:
        for coding in codings(concept):
            if "icd-10" in str(coding.get("system")).lower() and coding.get("code"):
                code = str(coding["code"]).replace(".", "").upper()
                yield {
                    "kind": "diagnosis",
                    "value": code,
                    "unit": "ICD-10-CM",
                    "quote": str(coding["code"]),
                    "is_negated": is_negated,
                }
        if text_of(concept):
            yield {"kind": "diagnosis", "value": text_of(concept), "is_negated": is_negated}

    def _encounter(self, resource: Row) -> Iterator[Row]:
        for reason in many(resource.get("reasonCode")):
            yield from self._diagnosis(reason)

    def _condition(self, resource: Row) -> Iterator[Row]:
        status = {str(c.get("code")) for c in codings(resource.get("verificationStatus"))}
        yield from self._diagnosis(
            resource.get("code"), is_negated=bool(status & {"refuted", "entered-in-error"})
        )

    def _observation(self, resource: Row) -> Iterator[Row]:
        codes = {str(c.get("code")) for c in codings(resource.get("code"))}
        quantity = one(resource.get("valueQuantity"))
        number = _number(quantity.get("value"))
        if codes & _WEIGHTS and number is not None:
            unit = str(quantity.get("unit") or quantity.get("code") or "")
            yield {
                "kind": "weight",
                "quantity": number,
                "unit": "lb" if "lb" in unit else unit,
                "value": f"{number} {unit}",
                "date": _day(resource.get("effectiveDateTime")),
            }

    def _consent(self, resource: Row) -> Iterator[Row]:
        status = str(resource.get("status") or "")
        if status in ("active", "rejected", "inactive"):
            yield {
                "kind": "consent",
                "value": f"consent {status}",
                "is_negated": status != "active",
                "date": _day(resource.get("dateTime")),
            }

    def _procedure(self, resource: Row) -> Iterator[Row]:
        for reason in many(resource.get("reasonCode")):
            yield from self._diagnosis(reason)
        for note in many(resource.get("note")):
            yield {
                "kind": "note",
                "value": str(note.get("text") or ""),
                "date": _day(resource.get("performedDateTime")),
                "place": ".note",
            }
