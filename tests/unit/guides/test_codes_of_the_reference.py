"""Every code of the reference, in its own words: nothing that the code set says is called false."""

from __future__ import annotations

from datetime import date

import pytest

from scrubjay.guides.check_text import check_document
from scrubjay.guides.knowledge import Knowledge
from scrubjay.guides.said import TextVerdict
from scrubjay.guides.text_file import Builder
from scrubjay.reference import Reference

ON, AS_OF = date(2025, 11, 1), date(2026, 11, 26)
LEADS = {"up_to": "up to ", "exact": "per ", "each": "per "}


def texts(reference: Reference) -> tuple[Builder, Builder, int]:
    knowledge = Knowledge(reference, ON, AS_OF)
    own, ours, count = Builder("own.txt", "txt"), Builder("ours.txt", "txt"), 0
    for code in knowledge.drug_codes:
        known = knowledge.code(code)
        if known is None or known.is_unlisted:
            continue
        own.add("paragraph", f"HCPCS code {code} is described as: {known.descriptor}.", line=1)
        if known.unit and known.drugs:
            unit = f"{LEADS[known.unit.qualifier]}{known.unit.amount} {known.unit.symbol}"
            ours.add(
                "paragraph", f"HCPCS code {code} represents an injection of {known.name}, {unit}.", line=1
            )
            count += 1
    return own, ours, count


def false_of(builder: Builder, reference: Reference):
    found = check_document(builder.done(), reference, on=ON, as_of=AS_OF)
    true = {s.code for s in found.statements if s.kind == "identity" and s.verdict is TextVerdict.TRUE}
    return [(s.said, s.fact) for s in found.statements if s.verdict is TextVerdict.FALSE], true


def test_the_starter_set_in_its_own_words() -> None:
    reference = Reference.starter()
    own, ours, count = texts(reference)
    for builder in (own, ours):
        false, true = false_of(builder, reference)
        assert false == []
        assert len(true) > 0.85 * count


def test_every_drug_under_the_code_of_another_is_false() -> None:
    reference = Reference.starter()
    knowledge = Knowledge(reference, ON, AS_OF)
    listed = [
        k
        for c in knowledge.drug_codes
        if (k := knowledge.code(c)) and k.in_force and k.drugs and not k.is_unlisted
    ]
    builder, wanted = Builder("mixed.txt", "txt"), set()
    for one, other in zip(listed, listed[37:] + listed[:37], strict=True):
        if (
            one.name.split()[0].split("-")[0] == other.name.split()[0].split("-")[0]
            or "," in other.name
            or "(" in other.name
        ):
            continue
        builder.add("paragraph", f"{one.code} represents an injection of {other.name}.", line=1)
        wanted.add(one.code)
    found = check_document(builder.done(), reference, on=ON, as_of=AS_OF)
    false = {s.code for s in found.statements if s.edit == "GU001"}
    true = {s.code for s in found.statements if s.kind == "identity" and s.verdict is TextVerdict.TRUE}
    assert not wanted & true
    assert len(wanted & false) > 0.95 * len(wanted)


@pytest.mark.shared
def test_every_loaded_code_in_its_own_words(loaded_reference: Reference) -> None:
    own, ours, count = texts(loaded_reference)
    assert count > 1_000
    for builder in (own, ours):
        false, true = false_of(builder, loaded_reference)
        assert len(false) <= 0.005 * count, false
        assert len(true) > 0.85 * count
