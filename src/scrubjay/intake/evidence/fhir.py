"""FHIR R4 resources out of JSON: one resource, a Bundle, a list, or one resource a line."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeGuard

from scrubjay.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scrubjay.intake.reports import ProblemLog

Resource = dict[str, Any]
_MOST_DEPTH = 8


def is_object(value: object) -> TypeGuard[Resource]:
    """A JSON object."""
    return isinstance(value, dict)


def objects(value: object) -> list[Resource]:
    """The objects of a JSON list; empty for anything else."""
    if not isinstance(value, list):
        return []
    return [one for one in value if is_object(one)]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def text(value: object) -> str | None:
    """A JSON text that is not empty, or null."""
    return value.strip() or None if isinstance(value, str) else None


def resources(data: bytes, log: ProblemLog) -> list[Resource]:
    """All resources of a file, those of Bundles included, in order; what is no JSON is named and left out."""
    content = data.decode("utf-8-sig", errors="replace")
    try:
        whole = [json.loads(content, parse_float=Decimal)]
    except (ValueError, RecursionError):
        whole = list(_lines(content, log))
    found = [r for one in whole for r in _within(one, 0)]
    if not found:
        log.add(
            Problem(
                "no-resource",
                "The file holds no FHIR resource.",
                "Give FHIR R4 JSON, a Bundle or NDJSON.",
                is_fatal=True,
            )
        )
    return found


def _lines(content: str, log: ProblemLog) -> Iterator[object]:
    rows = [(n, line) for n, line in enumerate(content.splitlines(), 1) if line.strip()]
    for number, line in rows:
        try:
            yield json.loads(line, parse_float=Decimal)
        except (ValueError, RecursionError):
            log.add(
                Problem(
                    "bad-json", f"Line {number} is no whole JSON; it was left out.", "Fetch the file again."
                )
            )


def _within(value: object, depth: int) -> Iterator[Resource]:
    if depth > _MOST_DEPTH:
        return
    if isinstance(value, list):
        for one in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _within(one, depth + 1)  # pyright: ignore[reportUnknownArgumentType]
    elif is_object(value) and text(value.get("resourceType")):
        if value["resourceType"] == "Bundle":
            for entry in objects(value.get("entry")):
                inner = entry.get("resource")
                if is_object(inner):
                    # The place that other resources refer to, where the resource has no id of its own.
                    inner.setdefault("_fullUrl", entry.get("fullUrl"))
                yield from _within(inner, depth + 1)
        else:
            yield value


class Index:
    """Finds what a reference points to, among the resources of a file and those contained in one."""

    def __init__(self, found: Iterable[Resource]) -> None:
        self._by_place: dict[str, Resource] = {}
        for one in found:
            kind, own = one.get("resourceType"), text(one.get("id"))
            if own:
                self._by_place.setdefault(f"{kind}/{own}", one)
            full = text(one.get("_fullUrl"))
            if full:
                self._by_place.setdefault(full, one)

    def find(self, reference: object, within: Resource) -> Resource | None:
        """The resource that a Reference names, or null."""
        place = text(reference.get("reference")) if is_object(reference) else None
        if place is None:
            return None
        if place.startswith("#"):
            return next((r for r in objects(within.get("contained")) if r.get("id") == place[1:]), None)
        tail = "/".join(place.split("/")[-2:])
        return self._by_place.get(place) or self._by_place.get(tail)


def codes(concept: object) -> list[tuple[str | None, str]]:
    """System and code of each coding of a CodeableConcept."""
    found = objects(concept.get("coding")) if is_object(concept) else []
    return [(text(c.get("system")), code) for c in found if (code := text(c.get("code")))]


def extensions(holder: object, tail: str) -> list[Resource]:
    """Extensions whose address ends with a word."""
    found = objects(holder.get("extension")) if is_object(holder) else []
    return [e for e in found if (text(e.get("url")) or "").rsplit("/", 1)[-1] == tail]


def identifiers(holder: object) -> list[tuple[str | None, str]]:
    """System and value of each identifier, whether one or several stand there."""
    if not is_object(holder):
        return []
    own = holder.get("identifier")
    found = [own] if is_object(own) else objects(own)
    return [(text(i.get("system")), value) for i in found if (value := text(i.get("value")))]
