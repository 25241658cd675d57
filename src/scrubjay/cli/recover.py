"""`scrubjay recover`: the group of commands that get money back. Each command has a module; it is listed here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from scrubjay.cli import (
    recover_corrected,
    recover_decide,
    recover_dispute,
    recover_ingest,
    recover_kept,
    recover_learn,
    recover_match,
    recover_packet,
    recover_report,
    recover_unmatched,
    recover_worklist,
)

if TYPE_CHECKING:
    from collections.abc import Callable

COMMANDS: tuple[Callable[[typer.Typer], None], ...] = (
    recover_ingest.register,
    recover_kept.register,
    recover_unmatched.register,
    recover_match.register,
    recover_worklist.register,
    recover_decide.register,
    recover_report.register,
    recover_learn.register,
    recover_corrected.register,
    recover_packet.register,
    recover_dispute.register,
)
"""What adds each command to the group, in the order of the help."""


def register(app: typer.Typer) -> None:
    """Add the group with its commands."""
    group = typer.Typer(
        name="recover",
        no_args_is_help=False,
        rich_markup_mode="markdown",
        help="Keep answers of payers beside the claims, and get back what was denied.",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for add in COMMANDS:
        add(group)
    app.add_typer(group)
