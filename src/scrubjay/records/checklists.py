"""What is asked of a record beyond the elements that every drug line needs: data by code, drug, payer and practice."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scrubjay.errors import UsageError
from scrubjay.records.judge.model import Asked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from scrubjay.records.judge.model import Line

ASKABLE = ("prior", "weight", "lot", "consent")


class _Citation(BaseModel):
    model_config = ConfigDict(extra="forbid")
    source: str
    text: str
    confidence: str = Field(pattern="^[A-D]$")


class Rule(BaseModel):
    """One rule of a checklist; lists that are empty fit everything."""

    model_config = ConfigDict(extra="forbid")
    name: str
    codes: list[str] = []
    drugs: list[str] = []
    groups: list[str] = []
    policies: list[str] = []
    codes_beside: list[str] = []
    not_codes_beside: list[str] = []
    ask: list[str]
    citation: _Citation

    def fits(self, line: Line, beside: frozenset[str]) -> bool:
        """Does it speak of a line, given the other codes of its claim and day?"""
        return (
            (not self.codes or line.hcpcs in self.codes)
            and (
                not self.drugs
                or any(d == n or d.startswith((f"{n} ", f"{n}-")) for d in line.drugs for n in self.drugs)
            )
            and (not self.groups or line.group in self.groups)
            and (not self.policies or line.policy_id in self.policies)
            and (not self.codes_beside or bool(beside & set(self.codes_beside)))
            and not (beside & set(self.not_codes_beside))
        )

    def why(self) -> str:
        """Source and mark, for the report."""
        mark = ", unverified" if self.citation.confidence in ("C", "D") else ""
        return f"{self.citation.text} ({self.citation.source} [{self.citation.confidence}{mark}])"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rules: list[Rule]


def _parsed(text: str, where: str) -> list[Rule]:
    try:
        rules = _File.model_validate(yaml.safe_load(text)).rules
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = f"{where}:{mark.line + 1}" if mark is not None else where
        raise UsageError("is no YAML.", where=at, hint="See docs/records.md, Checklists.") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(p) for p in first["loc"])
        raise UsageError(
            f"{place}: {first['msg'].lower()}.", where=where, hint="See docs/records.md, Checklists."
        ) from None
    for rule in rules:
        wrong = [a for a in rule.ask if a not in ASKABLE]
        if wrong:
            raise UsageError(
                f"{rule.name} asks for {wrong[0]!r}.", where=where, hint=f"Use {', '.join(ASKABLE)}."
            )
    return rules


@cache
def shipped() -> tuple[Rule, ...]:
    """The rules that come with the program."""
    text = (resources.files("scrubjay.records") / "data" / "checklists.yaml").read_text(encoding="utf-8")
    return tuple(_parsed(text, "checklists.yaml"))


def load(paths: Iterable[Path]) -> list[Rule]:
    """Rules of a practice's own files.

    Raises:
        UsageError: a file cannot be read or is not in the form.
    """
    found: list[Rule] = []
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "is no text"
            raise UsageError(
                f"cannot be read ({reason}).", where=str(path), hint="Name a YAML file."
            ) from None
        found += _parsed(text, str(path))
    return found


def asked_of(line: Line, lines: Sequence[Line], rules: Iterable[Rule]) -> Asked:
    """What the rules and the payer ask of a line.

    Args:
        line: a drug line.
        lines: all lines of its claim.
        rules: of the program and of the practice.
    """
    beside = frozenset(n.hcpcs for n in lines if n.service_date == line.service_date)
    asked = Asked()
    for rule in rules:
        if rule.fits(line, beside):
            for what in rule.ask:
                setattr(asked, what, True)
                asked.sources.setdefault(what, rule.why())
    if not asked.lot:
        asked.lot = line.requires_ndc
        if line.requires_ndc:
            asked.sources["lot"] = "the payer's policy requires the NDC"
    return asked


def as_data(rules: Iterable[Rule]) -> list[dict[str, Any]]:
    """Rules as plain values, for reports."""
    return [r.model_dump() for r in rules]
