"""Reads waiver files. A waiver says: this finding is known, accepted, by whom, why, and until when.

    waivers:
      - id: office-jz-2026             # shown beside each finding that it marks
        edit: missing-discarded-drug-modifier   # name or code of one edit
        payers: ["ACME*"]              # payer id or name; * and ? as in file names
        codes: [J2919]                 # HCPCS code of the line
        claims: ["2026-*"]             # patient control number
        providers: ["1345678910"]      # NPI of the billing or rendering provider
        dates: {from: 2026-01-01, to: 2026-04-01}   # dates of service, `to` not included
        reason: The plan dropped JZ; letter of 2026-01-04.
        who: A. Biller
        expires: 2026-07-01            # the first day on which it marks nothing any more

A finding is marked if the edit is the one named and every list that is given holds a pattern that fits.
What is unknown (a claim without payer id, a line without date) fits nothing.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictStr,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from scrubjay.errors import WaiverError, all_faults, form_words

if TYPE_CHECKING:
    from collections.abc import Sequence

_HINT = "docs/waivers.md shows the form."
MATCHES_ALL = "*"


def _day(value: Any) -> Any:
    # Otherwise a number would be read as seconds since 1970.
    if value is None or isinstance(value, date):
        return value
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("day", "is no date; write it as YYYY-MM-DD")


_Day = Annotated[date, BeforeValidator(_day)]
_Text = Annotated[StrictStr, Field(min_length=1)]
_Patterns = Annotated[list[_Text], Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True, frozen=True)


class Days(_Strict):
    """Dates of service, `to` not included."""

    from_: _Day | None = Field(default=None, alias="from")
    to: _Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Days:
        if self.from_ is None and self.to is None:
            raise PydanticCustomError("days", "says neither `from` nor `to`")
        if self.from_ is not None and self.to is not None and self.from_ >= self.to:
            raise PydanticCustomError("days", "`to` is not after `from`")
        return self


class Waiver(_Strict):
    """One waiver; `place` is file and line where it stands."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    edit: _Text
    claims: _Patterns | None = None
    payers: _Patterns | None = None
    codes: _Patterns | None = None
    providers: _Patterns | None = None
    dates: Days | None = None
    reason: _Text
    who: _Text
    expires: _Day
    place: str = Field(default="", exclude=True)

    def limits(self) -> list[str]:
        """Names of the lists that narrow it; a pattern that fits everything narrows nothing."""
        lists = {
            "claims": self.claims,
            "payers": self.payers,
            "codes": self.codes,
            "providers": self.providers,
        }
        return [
            name
            for name, patterns in lists.items()
            if patterns is not None and not any(set(p) <= {MATCHES_ALL} for p in patterns)
        ]


class _File(_Strict):
    waivers: list[Waiver]


class _TwiceError(yaml.MarkedYAMLError):
    """A key stands twice in one mapping, of which YAML would silently keep the last."""


class _Loader(yaml.SafeLoader):
    """Leaves dates as texts, which the model reads, and refuses a key that stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise _TwiceError(problem=name, problem_mark=key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _line_of(node: Any, place: Sequence[int | str]) -> int:
    line = 1
    for step in place:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if found is not None:
                line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line


def parse_waivers(text: str, name: str) -> list[Waiver]:
    """Waivers from YAML text.

    Args:
        text: the YAML.
        name: file name for messages.

    Raises:
        WaiverError: not YAML, or not in the form; `where` is file and line.
    """
    try:
        loader: Any = _Loader(text)
        node: Any = loader.get_single_node()
        data: Any = loader.construct_document(node) if node is not None else None
    except yaml.YAMLError as error:
        mark: yaml.Mark | None = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark is not None else name
        what = f"{error.problem} stands twice." if isinstance(error, _TwiceError) else "is no valid YAML."
        raise WaiverError(what, where=where, hint=_HINT) from None
    except RecursionError:
        raise WaiverError("is nested too deeply.", where=name, hint=_HINT) from None
    if not isinstance(data, dict):
        raise WaiverError("holds no list `waivers`.", where=f"{name}:1", hint=_HINT)
    try:
        found = _File.model_validate(data).waivers
    except ValidationError as error:
        faults: list[tuple[int | None, str]] = []
        for one in error.errors():
            path = ".".join(str(step) for step in one["loc"])
            words = form_words(one)
            faults.append((_line_of(node, one["loc"]), f"{path}: {words}" if path else words))
        faults.sort(key=lambda fault: fault[0] or 0)
        raise WaiverError(all_faults(faults), where=f"{name}:{faults[0][0]}", hint=_HINT) from None
    placed = [
        w.model_copy(update={"place": f"{name}:{_line_of(node, ('waivers', n))}"})
        for n, w in enumerate(found)
    ]
    return _distinct(placed)


def _distinct(waivers: Sequence[Waiver]) -> list[Waiver]:
    seen: dict[str, str] = {}
    for waiver in waivers:
        if waiver.id in seen:
            raise WaiverError(
                f"the id {waiver.id} is also that of {seen[waiver.id]}.",
                where=waiver.place,
                hint="Give each waiver an id of its own.",
            )
        seen[waiver.id] = waiver.place
    return list(waivers)


def load_waivers(paths: Sequence[Path | str]) -> list[Waiver]:
    """The waivers of some files, in their order.

    Raises:
        WaiverError: a file cannot be read or is not in the form, or two waivers have one id.
    """
    found: list[Waiver] = []
    for path in paths:
        try:
            text = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
            raise WaiverError(
                f"cannot be read ({reason}).", where=str(path), hint="Name a waiver file in YAML."
            ) from None
        found += parse_waivers(text, str(path))
    return _distinct(found)
