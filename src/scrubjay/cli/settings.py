"""Reads `scrubjay.toml`: the options of a check as a site wants them, so that nobody types them.

[check]                          # named like the options of `scrubjay check`
policy = ["our-plans.yaml"]      # paths are relative to this file
ignore = ["TF"]
fail-on = "warning"
strict = true
edits-dir = ["our_edits"]

[severity]                       # by edit name, code or family
duplicate-claim = "warning"

[waivers]
files = ["waivers.yaml"]

[store]
url = "billing.sqlite"           # or postgresql://user@host/database; for `scrubjay recover`

[[profile]]                      # chosen with --profile; what it names wins over the above
name = "medicaid"
select = ["ND", "DU"]
severity = { missing-ndc = "error" }
"""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidationError,
)

from scrubjay.errors import SettingsError, all_faults, form_words

FILE_NAME = "scrubjay.toml"
_HINT = "docs/settings.md shows the form."


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _as_text(value: Any) -> Any:
    # TOML has days of its own; an option is typed as a text.
    return value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value


_Text = Annotated[StrictStr, Field(min_length=1)]
_Texts = Annotated[list[_Text], BeforeValidator(_as_list)]
_Severity = Literal["error", "warning", "info"]


def _hyphened(name: str) -> str:
    return name.replace("_", "-")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=_hyphened, frozen=True)


class Options(_Strict):
    """Options of a check; null where the file does not say."""

    as_of: Annotated[_Text | None, BeforeValidator(_as_text)] = None
    policy: _Texts | None = None
    select: _Texts | None = None
    ignore: _Texts | None = None
    fail_on: Literal["error", "warning", "never"] | None = None
    strict: StrictBool | None = None
    format: Literal["text", "json", "jsonl", "csv", "parquet", "html", "xlsx"] | None = None
    output: _Text | None = None
    limit: Annotated[StrictInt, Field(ge=0)] | None = None
    all: StrictBool | None = None
    not_evaluated: StrictBool | None = None
    reference: _Text | None = None
    edits_dir: _Texts | None = None


class _Waivers(_Strict):
    files: _Texts = Field(default_factory=list[str])


class _Store(_Strict):
    url: _Text | None = None


class Profile(Options):
    """Options under a name."""

    name: _Text
    severity: dict[_Text, _Severity] = Field(default_factory=dict[str, _Severity])
    waivers: _Texts | None = None


class _File(_Strict):
    check: Options = Field(default_factory=Options)
    severity: dict[_Text, _Severity] = Field(default_factory=dict[str, _Severity])
    waivers: _Waivers = Field(default_factory=_Waivers)
    store: _Store = Field(default_factory=_Store)
    profile: list[Profile] = Field(default_factory=list[Profile])


class Settings(BaseModel):
    """What holds for a run.

    Attributes:
        path: the file that was read; null without one.
        options: options of [check], those of the chosen profile in their place; paths are ready to open.
        severities: severity by edit name, code or family.
        waivers: waiver files, ready to open.
        store: path or URL of the store; null where the file does not say.
    """

    model_config = ConfigDict(frozen=True)

    path: Path | None = None
    options: Options = Field(default_factory=Options)
    severities: dict[str, str] = Field(default_factory=dict[str, str])
    waivers: list[Path] = Field(default_factory=list[Path])
    store: str | None = None

    def paths(self, name: Literal["policy", "edits_dir"]) -> list[Path]:
        """The files or folders of an option."""
        named = self.options.policy if name == "policy" else self.options.edits_dir
        return [Path(p) for p in named or []]


def find_settings(start: Path) -> Path | None:
    """The nearest `scrubjay.toml` in `start` or a folder above it."""
    for folder in (start, *start.parents):
        file = folder / FILE_NAME
        if file.is_file():
            return file
    return None


def load_settings(path: Path | None, profile: str | None = None) -> Settings:
    """The settings of a file, with a profile of it.

    Args:
        path: the file; null stands for an empty one.
        profile: name of a profile; null takes none.

    Raises:
        SettingsError: the file cannot be read or is not in the form, or has no such profile.
    """
    file = _File() if path is None else _parse(path)
    chosen: Profile | None = None
    if profile is not None:
        chosen = next((p for p in file.profile if p.name == profile), None)
        if chosen is None:
            names = ", ".join(p.name for p in file.profile)
            known = f"Known: {names}." if names else f"Write a [[profile]] into {FILE_NAME}."
            raise SettingsError(f"there is no profile {profile!r}.", where=str(path or FILE_NAME), hint=known)
    options = file.check.model_dump(exclude_none=True)
    severities: dict[str, str] = dict(file.severity)
    waivers = file.waivers.files
    if chosen is not None:
        options |= chosen.model_dump(exclude={"name", "severity", "waivers"}, exclude_none=True)
        severities |= chosen.severity
        waivers = waivers if chosen.waivers is None else chosen.waivers
    folder = Path() if path is None else path.parent
    for name in ("policy", "edits_dir"):
        if name in options:
            options[name] = [str(_below(folder, p)) for p in options[name]]
    for name in ("reference", "output"):
        if name in options and options[name] != "-":
            options[name] = str(_below(folder, options[name]))
    return Settings(
        path=path,
        options=Options.model_validate({_hyphened(k): v for k, v in options.items()}),
        severities=severities,
        waivers=[_below(folder, w) for w in waivers],
        store=_store(folder, file.store.url),
    )


def _store(folder: Path, url: str | None) -> str | None:
    return str(_below(folder, url)) if url is not None and "://" not in url else url


def _below(folder: Path, name: str) -> Path:
    """A path of the file; relative ones begin at its folder, and are shown from the current one if they can be."""
    path = folder / Path(name).expanduser()
    here = Path.cwd()
    return path.relative_to(here) if path.is_absolute() and path.is_relative_to(here) else path


def _parse(path: Path) -> _File:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
        raise SettingsError(
            f"cannot be read ({reason}).", where=str(path), hint="Name a settings file."
        ) from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        where = f"{path}:{line[1]}" if line else str(path)
        raise SettingsError("is no valid TOML.", where=where, hint=_HINT) from None
    except RecursionError:
        raise SettingsError("is nested too deeply.", where=str(path), hint=_HINT) from None
    try:
        found = _File.model_validate(data)
    except ValidationError as error:
        faults: list[tuple[int | None, str]] = []
        for one in error.errors():
            place = ".".join(str(step) for step in one["loc"])
            words = "is no setting" if one["type"] == "extra_forbidden" else form_words(one)
            faults.append((_line_of(text, one["loc"]), f"{place}: {words}"))
        faults.sort(key=lambda fault: fault[0] or 0)
        line = faults[0][0]
        where = f"{path}:{line}" if line else str(path)
        raise SettingsError(all_faults(faults), where=where, hint=_HINT) from None
    names = [p.name for p in found.profile]
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice is not None:
        raise SettingsError(f"two profiles are called {twice!r}.", where=str(path), hint=_HINT)
    return found


def _line_of(text: str, location: tuple[int | str, ...]) -> int | None:
    """Line of the key that an error is about, as near as it can be found."""
    tables = [s for s in location if isinstance(s, str)]
    count = next((s for s in location if isinstance(s, int)), 0) if tables[:1] == ["profile"] else 0
    current, seen, best = "", -1, None
    for number, line in enumerate(text.splitlines(), 1):
        head = re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line)
        if head:
            current = head[1]
            seen += current == tables[0] if tables else 0
            if tables and current == tables[0] and seen == count and best is None:
                best = number
            continue
        key = re.match(r"\s*[\"']?([\w-]+)[\"']?\s*=", line)
        if key and key[1] in tables[1:] and current == tables[0] and seen == count:
            return number
        if key and not current and key[1] == (tables[0] if tables else ""):
            return number
    return best
