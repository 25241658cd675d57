"""What the user gives for a letter: letterhead, facts of the record, papers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from scrubjay.errors import UnreadableInputError, UsageError
from scrubjay.recovery.letters.facts import Fact

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAME = re.compile(r"(record|correction|policy|deadline|decision|sender|payer)\.[a-z_]+")
_FACT = re.compile(r"\s*([a-z_.]+)\s*=\s*(.+?)\s*@\s*([^@]+?)\s*", re.DOTALL)
_Text = Annotated[str, BeforeValidator(lambda v: str(v) if isinstance(v, int) else v), Field(min_length=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: _Text
    value: _Text
    source: _Text


_HEADS: TypeAdapter[dict[Literal["sender", "payer"], dict[str, _Text]]] = TypeAdapter(
    Annotated[dict[Literal["sender", "payer"], dict[str, _Text]], Field(min_length=1)]
)
_FACTS: TypeAdapter[list[_Entry]] = TypeAdapter(list[_Entry])


def parse_fact(text: str) -> Fact:
    """`record.dose=800 mg@administration record of 2026-01-05, page 2`.

    Raises:
        UsageError: no value or no source, or a name that a user may not give.
    """
    found = _FACT.fullmatch(text)
    if found is None:
        raise UsageError(
            "is no fact.", where="--fact", hint="Write NAME=VALUE@SOURCE, the source being where it stands."
        )
    return Fact(_known(found[1], "--fact"), found[2], found[3])


def _known(name: str, where: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise UsageError(
            f"{name!r} is no fact that can be given.",
            where=where,
            hint="Facts of the chart are called record.NAME; claim and remittance speak for themselves.",
        )
    return name


def load_letterhead(path: Path) -> list[Fact]:
    """Sender and payer from a YAML file: `sender: {name: ..., address: ..., ...}`, `payer: {...}`.

    Raises:
        UnreadableInputError: it cannot be read.
        UsageError: it is not in the form.
    """
    try:
        heads = _HEADS.validate_python(_yaml(path))
    except ValidationError as error:
        raise UsageError(
            "is no letterhead.", where=str(path), hint="Write sender: and payer:, each with name and address."
        ) from error
    return [
        Fact(_known(f"{head}.{key}", str(path)), value, f"letterhead {path.name}")
        for head, values in heads.items()
        for key, value in values.items()
    ]


def load_facts(path: Path) -> list[Fact]:
    """Facts from a YAML file: a list of `{name, value, source}`.

    Raises:
        UnreadableInputError: it cannot be read.
        UsageError: it is not in the form; the message names the entry.
    """
    try:
        entries = _FACTS.validate_python(_yaml(path))
    except ValidationError as error:
        place = error.errors()[0]["loc"]
        entry = f", entry {int(place[0]) + 1}" if place and isinstance(place[0], int) else ""
        raise UsageError(
            "is no list of facts.",
            where=f"{path}{entry}",
            hint="Write - {name: ..., value: ..., source: ...}.",
        ) from error
    return [Fact(_known(e.name, str(path)), e.value, e.source) for e in entries]


def parse_papers(texts: Sequence[str]) -> dict[str, Path]:
    """`order=order.pdf` for each paper.

    Raises:
        UsageError: another form, or a paper given twice.
    """
    papers: dict[str, Path] = {}
    for text in texts:
        name, mark, file = text.partition("=")
        if not mark or not name.strip() or not file.strip() or name.strip() in papers:
            raise UsageError("is no paper.", where="--attach", hint="Write NAME=FILE, each name once.")
        papers[name.strip()] = Path(file.strip())
    return papers


def _yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnreadableInputError(f"cannot be read ({error.strerror}).", where=str(path)) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError("is no YAML.", where=str(path), hint="See docs/letters.md.") from error
