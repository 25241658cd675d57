"""Templates of letters: versioned YAML, one per way back and payer class; no number stands in their words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from scrubjay.errors import UnreadableInputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SLOT = re.compile(r"\{([a-z0-9_]+(?:\.[a-z0-9_]+)+)\}")
_DIGIT = re.compile(r"\d")
_PARTS = "_parts.yaml"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Paragraph(_Strict):
    """A paragraph, or a heading.

    Attributes:
        text: words with slots such as `{line.hcpcs}`.
        heading: it is one.
        has: written only if these records are at hand; without it a missing record refuses the letter.
        causes: written only for these root causes; empty for all.
        each: written once for each of these records, as `basis.1.rule`, `basis.2.rule`; the slots leave the
            number out (`{basis.rule}`).
    """

    text: str
    heading: bool = False
    has: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    each: str | None = None

    @field_validator("text")
    @classmethod
    def _no_numbers(cls, text: str) -> str:
        if _DIGIT.search(SLOT.sub("", text)):
            raise ValueError("a number stands in the words; take it from a record")
        return " ".join(text.split())


class Evidence(_Strict):
    """A paper that belongs to the letter.

    Attributes:
        name: stable name, by which it is said to be on file.
        about: in words.
        must: the letter is weak without it.
        causes: asked for only these root causes; empty for all.
    """

    name: str
    about: str
    must: bool = False
    causes: tuple[str, ...] = ()


class Template(_Strict):
    """A letter of one kind.

    Attributes:
        id, version: named in the file of the letter, so that it can be told later which words were sent.
        remedy: of a decision: APP, RPA, CER, or DISPUTE for an underpayment.
        payer_classes: it is for; empty for any that no other template is for.
        level: of an appeal; null for any.
        confidence: of the rule that it follows; C and D are shown as unverified.
    """

    id: str
    version: int = Field(ge=1)
    remedy: str
    payer_classes: tuple[str, ...] = ()
    level: int | None = None
    title: str
    source: str
    confidence: str = Field(pattern="^[ABCD]$")
    paragraphs: tuple[Paragraph, ...]
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a letter is wanted for."""

    remedy: str
    payer_class: str | None
    level: int | None = None


@cache
def templates() -> tuple[Template, ...]:
    """All that ship.

    Raises:
        UsageError: one is not in the form.
    """
    folder = resources.files("scrubjay.recovery.letters") / "templates"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    return tuple(parse_template(f.read_text(encoding="utf-8"), f.name) for f in files if f.name != _PARTS)


@cache
def _parts() -> dict[str, list[dict[str, Any]]]:
    """Paragraphs that letters share; `use: NAME` puts them in."""
    folder = resources.files("scrubjay.recovery.letters") / "templates"
    return yaml.safe_load((folder / _PARTS).read_text(encoding="utf-8"))


def _with_parts(raw: Any) -> Any:
    """The raw template with every `use` replaced by the part it names."""
    if not isinstance(raw, dict) or not isinstance(raw.get("paragraphs"), list):  # pyright: ignore[reportUnknownMemberType]
        return raw  # pyright: ignore[reportUnknownVariableType] - the model says what is wrong
    template: dict[str, Any] = {**raw}
    paragraphs: list[Any] = []
    for one in template["paragraphs"]:
        name = one.get("use") if isinstance(one, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        if name in _parts():
            paragraphs += _parts()[name]
        else:
            paragraphs.append(one)
    return template | {"paragraphs": paragraphs}


def parse_template(text: str, name: str) -> Template:
    """A template from YAML.

    Raises:
        UsageError: it is not in the form; the message names the place.
    """
    try:
        raw: Any = yaml.safe_load(text)
        return Template.model_validate(_with_parts(raw))
    except yaml.YAMLError as error:
        raise UsageError("is no YAML.", where=name, hint="See docs/letters.md.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{place}: {first['msg']}.", where=name, hint="See docs/letters.md.") from error


def load_template(path: Path) -> Template:
    """A template of the user's own.

    Raises:
        UnreadableInputError: it cannot be read.
        UsageError: it is not in the form.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableInputError("cannot be read.", where=str(path), hint="Name a YAML file.") from error
    return parse_template(text, str(path))


def choose(wanted: Wanted, among: Sequence[Template]) -> Template:
    """The template for what is wanted: the narrowest that fits, of its versions the newest.

    Raises:
        UsageError: there is none.
    """
    fitting = [
        t
        for t in among
        if t.remedy == wanted.remedy
        and (not t.payer_classes or wanted.payer_class in t.payer_classes)
        and t.level in (None, wanted.level)
    ]
    if not fitting:
        level = f" of level {wanted.level}" if wanted.level else ""
        raise UsageError(
            f"there is no letter for the remedy {wanted.remedy}{level} with this payer.",
            hint="Write a template and give it with --template.",
        )
    return max(fitting, key=lambda t: (bool(t.payer_classes), t.level is not None, t.version))
