"""The entry point: the commands, and how every way of failing becomes one line and an exit code."""

from __future__ import annotations

import io
import logging
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from scrubjay import __version__
from scrubjay.cli import audit, check, drugs, edits, evidence, fix, guide, policy, recover, reference, remit
from scrubjay.cli.common import say
from scrubjay.errors import ExitCode, ScrubjayError

if TYPE_CHECKING:
    from collections.abc import Sequence

_INTERRUPTED = 130

app = typer.Typer(
    name="scrubjay",
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""Examples:

- `scrubjay demo`
- `scrubjay check claims.837`
- `scrubjay check *.837 --fail-on warning -o report.html`
- `scrubjay code J1320`
- `scrubjay guide J2919 -o j2919.html`
- `scrubjay guide check page.html`
- `scrubjay units --drug "methylprednisolone sodium succinate" --dose "62.5 mg" --vial "125 mg" --container single-dose --on 2024-07-10 --route iv --minutes 5`

Exit codes: 0 nothing at or above the threshold, 1 findings, 2 the request cannot be understood or answered, 3 an input
could not be read, 4 a fault of the program.""",
)
check.register(app)
audit.register(app)
drugs.register(app)
edits.register(app)
evidence.register(app)
fix.register(app)
guide.register(app)
policy.register(app)
recover.register(app)
reference.register(app)
remit.register(app)


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"scrubjay {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Bills drugs right the first time: checks 837 claims before they go out, and answers what a biller asks."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _usage_line(error: typer.TyperException, arguments: Sequence[str]) -> str:
    message = error.format_message().rstrip(".").replace("Value error, ", "")
    context: Any = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "scrubjay"
    first = next((a for a in arguments if not a.startswith("-")), None)
    if first is not None and message.startswith("No such command") and Path(first).exists():
        return f"{message}. To check a file: scrubjay check {first}"
    return f"{message}{'' if message.endswith('?') else '.'} Try: {command} --help"


def _internal(error: BaseException) -> str:
    from scrubjay.phi import trace  # noqa: PLC0415 - only when something is broken

    last = trace(error).split(" > ")[-2:]
    return (
        f"internal error: {' '.join(reversed(last))}, version {__version__}. No result may be relied on. "
        "Please report this line at the project's issue tracker, without any claim data."
    )


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; nothing is raised but `SystemExit` of a closed pipe.

    Args:
        arguments: without the program's name.
    """
    try:
        command = typer.main.get_command(app)
        code = command.main(args=list(arguments), prog_name="scrubjay", standalone_mode=False)
        sys.stdout.flush()
        if code == _INTERRUPTED:
            say("stopped.")
        return int(code or 0)
    except ScrubjayError as error:
        say(error.one_line())
        return int(error.exit_code)
    except typer.TyperException as error:
        say(_usage_line(error, arguments))
        return int(ExitCode.USAGE)
    except (KeyboardInterrupt, typer.Abort):
        say("stopped.")
        return _INTERRUPTED
    except OSError as error:
        say(f"the system refused: {error.strerror or type(error).__name__}. No result may be relied on.")
        return int(ExitCode.INTERNAL)
    except MemoryError:
        say("out of memory. Check the files one at a time.")
        return int(ExitCode.INTERNAL)
    except (SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 - the last net, panics of polars included: no traceback reaches a user
        say(_internal(error))
        return int(ExitCode.INTERNAL)


def main() -> NoReturn:
    """Entry point of the console script: ends the process."""
    if hasattr(signal, "SIGPIPE"):
        # `scrubjay ... | head` ends quietly, as other tools do.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    # Reading goes on in threads while this one imports. They ask for the interpreter often and briefly, and
    # with the usual 5 ms they would wait for it most of the time.
    sys.setswitchinterval(0.0005)
    _quiet_logs()
    code = run(sys.argv[1:])
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        # What could not be written was said by `run`.
        with suppress(OSError, ValueError):
            stream.flush()
    # All is written. To give a million claims back piece by piece would take as long as to judge ten thousand.
    os._exit(code)


class _LateFilter(logging.Filter):
    """`scrubjay.phi.LogFilter`, loaded with the first record: most commands log nothing."""

    def filter(self, record: logging.LogRecord) -> bool:
        from scrubjay.phi import LogFilter  # noqa: PLC0415

        return LogFilter().filter(record)


def _quiet_logs() -> None:
    """Warnings of libraries go to standard error, with every identifier taken out."""
    handler = logging.StreamHandler()
    handler.addFilter(_LateFilter())
    logging.basicConfig(
        level=logging.WARNING, handlers=[handler], format="scrubjay: %(levelname)s: %(message)s"
    )
