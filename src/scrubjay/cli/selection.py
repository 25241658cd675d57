"""Which edits a command asks, and with which severities, waivers and settings: options and `scrubjay.toml` as one.

What is typed wins over the profile, the profile over [check], that over the defaults. Lists are not added up: a
typed `--ignore` stands in place of the one in the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scrubjay.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.cli.settings import Settings
    from scrubjay.edits.spec import Edit

SelectWords = Annotated[
    list[str] | None,
    typer.Option(
        "--select",
        metavar="EDIT",
        help="Only these edits, by name, code or family (DD); repeatable, commas too.",
    ),
]
IgnoreWords = Annotated[
    list[str] | None,
    typer.Option("--ignore", metavar="EDIT", help="All edits but these; repeatable, commas too."),
]
EditsDirs = Annotated[
    list[Path] | None,
    typer.Option(
        "--edits-dir",
        metavar="FOLDER",
        help="Edits of your own, two files each; repeatable. Its Python files are run.",
    ),
]
WaiverFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--waivers",
        metavar="FILE",
        help="Findings that were accepted (YAML): marked, not counted; repeatable.",
    ),
]
Strict = Annotated[
    bool | None,
    typer.Option(
        "--strict/--no-strict",
        help="For the exit code, count a question that could not be answered as a finding.",
        show_default=False,
    ),
]
ProfileName = Annotated[
    str | None, typer.Option("--profile", metavar="NAME", help="A [[profile]] of scrubjay.toml.")
]
SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="Settings file. Default: the nearest scrubjay.toml here or in a folder above.",
        show_default=False,
    ),
]
NoSettings = Annotated[bool, typer.Option("--no-config", help="Read no scrubjay.toml.")]


@dataclass(frozen=True, slots=True)
class Selection:
    """What a command shall ask.

    Attributes:
        select, ignore: words for edits.
        severities: severity by edit name, code or family.
        own: edits of the site.
        waivers: waiver files.
    """

    select: list[str]
    ignore: list[str]
    severities: dict[str, str]
    own: list[Edit]
    waivers: list[Path]


def words(values: Sequence[str] | None) -> list[str]:
    """Words of a repeatable option, also divided by commas."""
    return [word.strip() for value in values or [] for word in value.split(",") if word.strip()]


def read_settings(config: Path | None, profile: str | None, *, no_config: bool) -> Settings:
    """The settings that hold here.

    Args:
        config: a file that was named; null looks for the nearest.
        profile: name of a profile.
        no_config: read none.

    Raises:
        UsageError: `--config` and `--no-config` together.
        SettingsError: the file cannot be read or is not in the form, or has no such profile.
    """
    from scrubjay.cli.settings import find_settings, load_settings  # noqa: PLC0415 - pydantic is slow to import

    if no_config and config is not None:
        raise UsageError("--config and --no-config exclude each other.")
    path = None if no_config else config or find_settings(Path.cwd())
    return load_settings(path, profile)


def selection(
    settings: Settings,
    *,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    edits_dirs: Sequence[Path] | None = None,
    waivers: Sequence[Path] | None = None,
) -> Selection:
    """What is asked, from what was typed and what the settings say.

    Raises:
        EditDefinitionError: an edit of the site breaks the contract.
    """
    options = settings.options
    return Selection(
        select=words(options.select if select is None else select),
        ignore=words(options.ignore if ignore is None else ignore),
        severities=settings.severities,
        own=own_edits(settings.paths("edits_dir") if edits_dirs is None else edits_dirs),
        waivers=list(settings.waivers if waivers is None else waivers),
    )


def own_edits(folders: Sequence[Path]) -> list[Edit]:
    """Edits of installed packages and of folders.

    Raises:
        EditDefinitionError: one of them breaks the contract.
    """
    from scrubjay.edits.site import edits_of_folder, edits_of_packages  # noqa: PLC0415 - heavy: polars

    return [*edits_of_packages(), *(e for folder in folders for e in edits_of_folder(folder))]
