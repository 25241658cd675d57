"""A chart from FHIR R4 resources: one document of events per patient, and one document per attached text."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, cast

from scrubjay.errors import Problem
from scrubjay.intake.fhir.resources import EventMaker, codings, many, one, words
from scrubjay.intake.notes.heads import day_of
from scrubjay.intake.notes.model import ChartDocument
from scrubjay.intake.notes.pdf import text_of_pdf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

_SUBJECTS = ("subject", "patient")


def looks_like_fhir(resources: Iterable[Any]) -> bool:
    """Is any of the values a FHIR resource, or a list of them?"""
    return any("resourceType" in r for r in _flat(resources))


def _flat(resources: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for value in resources:
        if isinstance(value, list):
            yield from _flat(cast("list[Any]", value))
        elif isinstance(value, dict):
            yield cast("dict[str, Any]", value)


def _opened(resources: Iterable[Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every resource with its place and full URL; bundles and contained resources opened."""
    for number, value in enumerate(_flat(resources), 1):
        if value.get("resourceType") == "Bundle":
            for index, entry in enumerate(many(value.get("entry")), 1):
                inner = one(entry.get("resource"))
                if inner:
                    place = f"entry {index} {inner.get('resourceType')}"
                    yield from _with_contained(place, str(entry.get("fullUrl") or ""), inner)
        else:
            yield from _with_contained(f"resource {number} {value.get('resourceType')}", "", value)


def _with_contained(
    place: str, url: str, resource: dict[str, Any]
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    yield place, url, resource
    for inner in many(resource.get("contained")):
        yield f"{place} contained", "", inner


def read_fhir(resources: Iterable[Any], path: str) -> tuple[list[ChartDocument], list[Problem]]:
    """Documents and problems of FHIR resources.

    Args:
        resources: parsed JSON values: bundles, or single resources.
        path: the file, for problems.
    """
    every = list(_opened(resources))
    index: dict[str, dict[str, Any]] = {}
    for _, url, resource in every:
        for name in (f"{resource.get('resourceType')}/{resource.get('id')}", url, f"#{resource.get('id')}"):
            if name:
                index.setdefault(name, resource)
    patients = [r for _, _, r in every if r.get("resourceType") == "Patient"]
    if not patients:
        return [], [
            Problem(
                "no-patient",
                "The FHIR resources name no patient.",
                "Export them with the Patient resource.",
                file=path,
                is_fatal=True,
            )
        ]
    documents = {str(p.get("id")): _patient(p, path) for p in patients}
    only = next(iter(documents.values())) if len(documents) == 1 else None
    problems: list[Problem] = []
    texts: list[ChartDocument] = []
    maker = EventMaker(index)
    left_out = 0
    for number, (place, _, resource) in enumerate(every, 1):
        owner = _owner(resource, index, documents) or only
        if owner is None:
            left_out += resource.get("resourceType") in maker.kinds
            continue
        if resource.get("resourceType") == "DocumentReference":
            texts += _attached(resource, owner, path, place, problems)
            continue
        for row in maker.events(resource, place, number):
            if row["kind"] == "note":
                texts.append(_of(owner, path, str(row["place"]), str(row["value"]), row.get("date")))
            else:
                owner.events.append(row)
        if resource.get("resourceType") == "Encounter" and owner.service_date is None:
            owner.service_date = day_of(str(one(resource.get("period")).get("start") or "")[:10])
    if left_out:
        problems.append(
            Problem(
                "no-subject",
                f"{left_out} resources name none of the patients and were not used.",
                "Export them with their subject.",
                file=path,
            )
        )
    return [*documents.values(), *texts], problems


def _owner(
    resource: dict[str, Any], index: dict[str, dict[str, Any]], documents: dict[str, ChartDocument]
) -> ChartDocument | None:
    for name in _SUBJECTS:
        reference = one(resource.get(name)).get("reference")
        if reference:
            target = index.get(str(reference))
            return documents.get(str(target.get("id")) if target else str(reference).rpartition("/")[2])
    return None


def _patient(resource: dict[str, Any], path: str) -> ChartDocument:
    names = many(resource.get("name"))
    name = next((n for n in names if n.get("use") == "official"), names[0] if names else {})
    document = ChartDocument(
        path,
        "fhir",
        place=f"Patient/{resource.get('id')}",
        patient_last_name=str(name["family"]) if name.get("family") else None,
        patient_first_name=next(iter(words(name.get("given"))), None),
        patient_birth_date=day_of(str(resource.get("birthDate") or "")),
    )
    for identifier in many(resource.get("identifier")):
        kinds = {c.get("code") for c in codings(identifier.get("type"))}
        value = str(identifier.get("value") or "") or None
        if "MR" in kinds and document.record_number is None:
            document.record_number = value
        elif kinds & {"AN", "VN"} and document.control_number is None:
            document.control_number = value
    return document


def _attached(
    resource: dict[str, Any], owner: ChartDocument, path: str, place: str, problems: list[Problem]
) -> Iterator[ChartDocument]:
    for content in many(resource.get("content")):
        attachment = one(content.get("attachment"))
        kind = str(attachment.get("contentType") or "text/plain").partition(";")[0]
        if not attachment.get("data"):
            problems.append(
                Problem(
                    "attachment-elsewhere",
                    f"The text of {place} is not in the file.",
                    "Export it with its data.",
                    file=path,
                )
            )
            continue
        try:
            data = base64.b64decode(str(attachment["data"]), validate=False)
        except (binascii.Error, ValueError):
            problems.append(
                Problem(
                    "bad-attachment", f"The data of {place} are no base64.", "Export it again.", file=path
                )
            )
            continue
        text = (
            text_of_pdf(data)
            if kind == "application/pdf"
            else data.decode("utf-8", errors="replace").replace("\r\n", "\n")
        )
        if isinstance(text, Problem):
            problems.append(Problem(text.kind, f"{place}: {text.message}", text.hint, file=path))
            continue
        yield _of(owner, path, place, text, day_of(str(resource.get("date") or "")[:10]))


def _of(owner: ChartDocument, path: str, place: str, text: str, day: date | None) -> ChartDocument:
    """A text of a patient's chart."""
    return ChartDocument(
        path, "fhir", text=text, place=place, record_number=owner.record_number, control_number=owner.control_number,
        patient_last_name=owner.patient_last_name, patient_first_name=owner.patient_first_name,
        patient_birth_date=owner.patient_birth_date, service_date=day,
    )  # fmt: skip
