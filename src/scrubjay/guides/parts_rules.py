"""Sections from this package's data: clinical context, modifiers, records, denials, similar codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrubjay.guides.lexicon import data
from scrubjay.guides.page import Section, Source, keyed, of
from scrubjay.guides.similar import find_alike

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrubjay.guides.about import About

_REASONS = {
    "listed": "known mix-up",
    "successor": "before or after",
    "amount": "same drug, another unit",
    "salt": "another salt or ester",
    "product": "another product",
    "sound": "name sounds alike",
    "number": "number looks alike",
}


def clinical(about: About) -> Section:
    """Uses with ICD-10-CM groups, labelled and not, from the data that is held."""
    section = Section("clinical", "Clinical context")
    held: dict[str, Any] | None = data("indications")["drugs"].get(about.answer.drug or "")
    if held is None:
        section.nothing(
            f"No indications of {about.drug} are held here. Read the label of the product and the payer's policy; none is guessed."
        )
    else:
        section.say(str(held["summary"]), keyed(held["summary_source"], held["summary_confidence"]))
        for kind, title in (("labelled", "Labelled uses"), ("unlabelled", "Beyond the label")):
            section.table(title, ("Use", "ICD-10-CM codes met with it"), list(_uses(held, kind)))
        section.say(
            "The codes are a starter list to check against the release of the date of service and the payer's policy, no rule of coverage.",
            keyed("SCRUBJAY", "D"),
        )
    for rows, title in ((_documents(about), "Medicare coverage documents that name the code"),):
        section.table(title, ("Document", "Title", "Days in force"), rows)
    for rule in data("indications")["rules"]:
        section.point(str(rule["text"]), keyed(rule["source"], rule["confidence"]))
    return section


def _uses(held: dict[str, Any], kind: str) -> Iterator[tuple[tuple[str, ...], tuple[Source, ...]]]:
    for group in held[kind]:
        source = keyed(group.get("source", held["source"]), group.get("confidence", held["confidence"]))
        yield (str(group["name"]), ", ".join(group["codes"]) or "-"), (source,)


def _documents(about: About) -> list[tuple[tuple[str, ...], tuple[Source, ...]]]:
    """Coverage documents in force on the day, where a coverage database was loaded."""
    named = {str(r["document"]) for r in about.catalog.rows("coverage_codes", about.on, hcpcs=about.code)}
    rows: list[tuple[tuple[str, ...], tuple[Source, ...]]] = []
    for document in sorted(named)[:30]:
        for row in about.catalog.rows("coverage_documents", about.on, document=document)[:1]:
            days = f"from {row['effective_from']}" if row["effective_from"] else ""
            rows.append(((document, str(row["title"] or ""), days), (of(_provenance(row)),)))
    return rows


def _provenance(row: dict[str, Any]) -> Any:
    from scrubjay.drugs.answers import provenance  # noqa: PLC0415

    return provenance(row)


def modifiers(about: About) -> Section:
    """Modifiers, each with the line that it belongs on."""
    section = Section("modifiers", "Common modifiers and the line each belongs on")
    rows: list[tuple[tuple[str, ...], tuple[Source, ...]]] = []
    for rule in data("modifier_rules")["modifiers"]:
        if about.fits(rule.get("when")):
            sources = (keyed(rule["source"], rule["confidence"]),)
            rows.append(((str(rule["modifier"]), str(rule["line"]), str(rule["rule"])), sources))
    section.table("", ("Modifier", "Line", "Rule"), rows)
    pairless = about.catalog.history("pairless", hcpcs=about.code)
    if pairless:
        section.say(
            f"No active code pair of the edition held contains {about.code}, so 59 and the X modifiers do nothing on its line.",
            *(of(_provenance(r)) for r in pairless[-1:]),
        )
    return section


def documentation(about: About) -> Section:
    """The checklist of the record."""
    section = Section("documentation", "Documentation checklist")
    rows: list[tuple[tuple[str, ...], tuple[Source, ...]]] = []
    for one in data("documentation")["elements"]:
        if about.fits(one.get("when")):
            denials = "; ".join(_code_words(about, c) for c in one["denials"]) or "-"
            rows.append(((str(one["element"]), str(one["need"]), denials), (keyed(one["source"], one["confidence"]), *_lists(about, one["denials"]))))  # fmt: skip
    section.table("", ("The record shows", "Needed", "What its absence brings"), rows)
    return section


def _lists(about: About, codes: list[str]) -> tuple[Source, ...]:
    found = [_remit_row(about, c) for c in codes]
    return tuple(dict.fromkeys(of(_provenance(r)) for r in found if r))


def _remit_row(about: About, code: str) -> dict[str, Any] | None:
    for name in ("carc", "rarc"):
        rows = about.catalog.history(name, **{f"{name}_code": code})
        if rows:
            return rows[-1]
    return None


def _code_words(about: About, code: str) -> str:
    row = _remit_row(about, code)
    return f"{code} ({row['paraphrase']})" if row and row["paraphrase"] else code


def denials(about: About) -> Section:
    """Denials with their codes, causes and remedies."""
    section = Section("denials", "Common denial reasons and remedies")
    rows: list[tuple[tuple[str, ...], tuple[Source, ...]]] = []
    for one in data("denials")["denials"]:
        if not about.fits(one.get("when")):
            continue
        codes = f"CARC {_code_words(about, one['carc'])}"
        remarks = "; ".join(_code_words(about, r) for r in one["rarc"])
        source = keyed(one.get("source", "SCRUBJAY"), one.get("confidence", "D"))
        cells = (
            str(one["cause"]),
            f"{one['group']} {codes}",
            remarks,
            str(one["remedy"]),
            str(one["evidence"]),
        )
        rows.append((cells, (source, *_lists(about, [one["carc"], *one["rarc"]]))))
    section.table("", ("Cause", "Group and CARC", "RARC met with it", "Remedy", "Evidence"), rows)
    section.say(
        "CO stays with an in-network provider; only PR, or a valid notice beforehand, makes the patient owe.",
        keyed("MMP-MUE", "B"),
        keyed("ABN-C", "C"),
    )
    return section


def similar(about: About) -> Section:
    """Codes that it is taken for, with the question that tells them apart."""
    section = Section("similar", "Similar codes and how to tell them apart")
    known = about.knowledge.code(about.code)
    alike = find_alike(known, about.knowledge) if known else []
    rows: list[tuple[tuple[str, ...], tuple[Source, ...]]] = []
    for one in alike:
        state = {True: "", False: " (ended)", None: ""}[one.in_force]
        name = f"{one.name}{f', {one.unit}' if one.unit else ''}{state}"
        why = ", ".join(_REASONS[r] for r in one.reasons)
        rows.append(((one.code or "-", name, why, one.question), tuple(_from_line(s) for s in one.sources)))
    section.table("", ("Code", "What it is", "Why it is mixed up", "What tells them apart"), rows)
    if not rows:
        section.nothing(f"Nothing that is taken for {about.code} is held.")
    return section


def _from_line(text: str) -> Source:
    """A source from its one line with the mark: `CMS HCPCS file 2025-10 [A]`."""
    head, _, mark = text.rpartition(" [")
    return Source(head, mark[:1]) if head and mark else Source(text)
