"""The published addresses of official releases, from `addresses.yaml`, filled in for a day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

import pydantic
import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from scrubjay.errors import ReferenceDataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_FILE = "addresses.yaml"
_UNVERIFIED = "unverified"
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_NCCI_ZERO = 1994
_FISCAL_MONTH = 10
_PLACEHOLDER = re.compile(r"\{([A-Za-z_]+)\}")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip


def _secure(address: str) -> str:
    url = urlsplit(address)
    if not url.hostname or (url.scheme != "https" and not (url.scheme == "http" and url.hostname in _HERE)):
        raise ValueError("must begin with https:// (http:// only for this machine itself)")
    return address


_Address = Annotated[str, AfterValidator(_secure)]


def _day_or_unverified(value: object) -> str:
    # YAML reads an unquoted day as one.
    text = value.isoformat() if isinstance(value, date) else str(value)
    if text != _UNVERIFIED and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, flags=re.ASCII):
        raise ValueError(f"must be a day as 2026-04-01, or {_UNVERIFIED}")
    return text


class Source(BaseModel):
    """Where one official source publishes its current release.

    Attributes:
        name: one may be asked for by it.
        title: in the user's words.
        period: how the addresses move.
        addresses: tried in order, with placeholders.
        parts: fills `{part}` where a release comes in several files.
        page: where a person finds the release.
        link: pattern of the release's link on the page, with placeholders; null where it is not looked for.
        licence: key of the terms that a person has to accept first, or null.
        citation: where the address is from.
        verified_on: the day on which it gave the file, or `unverified`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    period: Literal["none", "quarter", "fiscal-year"]
    addresses: tuple[_Address, ...]
    parts: tuple[str, ...] = ()
    page: _Address
    link: str | None
    licence: str | None
    citation: str
    verified_on: Annotated[str, BeforeValidator(_day_or_unverified)]

    @property
    def is_verified(self) -> bool:
        """Somebody opened the address and it gave the file."""
        return self.verified_on != _UNVERIFIED

    def wanted(self, on: date) -> tuple[Wanted, ...]:
        """The files of the release that is current on a day, one per part.

        Args:
            on: the day.
        """
        parts = self.parts or ("",)
        return tuple(self._wanted({**_placeholders(on), "part": part}) for part in parts)

    def _wanted(self, values: dict[str, str]) -> Wanted:
        link = None
        if self.link is not None:
            link = re.compile(_filled(self.link, values), re.IGNORECASE)
        return Wanted(tuple(_filled(a, values) for a in self.addresses), self.page, link)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file to fetch.

    Attributes:
        addresses: to be tried in order.
        page: where the file is listed.
        link: pattern of its link on the page, or null.
    """

    addresses: tuple[str, ...]
    page: str
    link: re.Pattern[str] | None


class Addresses(BaseModel):
    """A file of addresses.

    Attributes:
        licences: what each licence asks for, by its key.
        sources: in the order of the file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    licences: dict[str, str]
    sources: tuple[Source, ...]

    def named(self, names: Iterable[str]) -> tuple[Source, ...]:
        """The sources with these names, or all where none is given.

        Raises:
            UsageError: a name that no source has.
        """
        wanted = list(names)
        known = {source.name: source for source in self.sources}
        for name in wanted:
            if name not in known:
                raise UsageError(f"no source is called {name!r}.", hint=f"Known are {', '.join(known)}.")
        return tuple(known[name] for name in dict.fromkeys(wanted)) or self.sources

    def accepted(self, licences: Iterable[str]) -> frozenset[str]:
        """The licences that a user has accepted, each of them one of the file's.

        Raises:
            UsageError: a licence that the file does not know.
        """
        wanted = frozenset(licences)
        for licence in sorted(wanted - set(self.licences)):
            raise UsageError(
                f"no licence is called {licence!r}.",
                where="--accept-licence",
                hint=f"Known are {', '.join(sorted(self.licences))}.",
            )
        return wanted

    def terms(self, licence: str) -> str:
        """What a licence asks for, in one or two sentences."""
        return self.licences[licence].strip()


def read_addresses(path: Path | None = None) -> Addresses:
    """The addresses of the package, or of a file of the user's in the same form.

    Args:
        path: that file; null for the package's own.

    Raises:
        UsageError: the user's file cannot be read, or is not in the form.
        ReferenceDataError: the packaged file is broken.
    """
    if path is None:
        return _packaged()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "is no text in UTF-8"
        raise UsageError(f"cannot be read ({reason}).", where=str(path)) from error
    try:
        return _parsed(text)
    except ValueError as error:
        raise UsageError(
            f"is no file of addresses: {error}.",
            where=str(path),
            hint="docs/reference-data.md shows the form.",
        ) from error


@cache
def _packaged() -> Addresses:
    try:
        return _parsed(resources.files("scrubjay.reference").joinpath(_FILE).read_text("utf-8"))
    except ValueError as error:
        raise ReferenceDataError(
            f"cannot be understood: {error}.", where=_FILE, hint="Install scrubjay anew."
        ) from error


def _parsed(text: str) -> Addresses:
    """A file of addresses.

    Raises:
        ValueError: what is wrong with it, in one line.
    """
    try:
        read = Addresses.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ValueError(f"no YAML (line {mark.line + 1})" if mark is not None else "no YAML") from error
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(p) for p in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise ValueError(f"{place} {said}" if place else said) from error
    names = [source.name for source in read.sources]
    for source in read.sources:
        if names.count(source.name) > 1:
            raise ValueError(f"two sources are called {source.name}")
        _check(source, read.licences)
    return read


def _check(source: Source, licences: dict[str, str]) -> None:
    known = {*_placeholders_of_any_day(), "part"}
    for text in (*source.addresses, source.link or ""):
        # A pattern counts with braces too: {8} is no placeholder.
        unknown = sorted(set(_PLACEHOLDER.findall(text)) - known)
        if unknown:
            raise ValueError(f"{source.name} has an unknown placeholder {{{unknown[0]}}}")
    if source.licence is not None and source.licence not in licences:
        raise ValueError(f"{source.name} names an unknown licence, {source.licence}")
    try:
        re.compile(_PLACEHOLDER.sub("", source.link or ""))
    except re.error as error:
        raise ValueError(f"the link of {source.name} is no pattern ({error})") from error
    if not source.addresses and source.link is None:
        raise ValueError(f"{source.name} has neither an address nor a link to look for")


def _placeholders_of_any_day() -> tuple[str, ...]:
    return ("year", "quarter", "month", "Month", "fiscal_year", "ncci")


def _placeholders(on: date) -> dict[str, str]:
    quarter = (on.month + 2) // 3
    month = _MONTHS[3 * (quarter - 1)]
    values = (
        str(on.year),
        str(quarter),
        month,
        month.capitalize(),
        str(on.year + (on.month >= _FISCAL_MONTH)),
        f"{on.year - _NCCI_ZERO}{quarter - 1}",
    )
    return dict(zip(_placeholders_of_any_day(), values, strict=True))


def _filled(text: str, values: dict[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)
