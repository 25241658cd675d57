"""`scrubjay recover runs` and `scrubjay recover waivers`: what the store knows beside claims and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from scrubjay.cli.common import JsonFlag, console, print_json
from scrubjay.cli.stores import StoreAddress, opened_store
from scrubjay.errors import ExitCode

if TYPE_CHECKING:
    from scrubjay.engine.waiver_file import Waiver


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the group `recover`."""
    app.command(
        epilog="""Examples:

- `scrubjay recover runs`
- `scrubjay recover runs --limit 5 --json`

Exit codes: 0; 2 wrong usage or no such store; 4 the store failed."""
    )(runs)
    app.command(
        epilog="""Examples:

- `scrubjay recover ingest accepted.yaml`, then `scrubjay recover waivers`
- `scrubjay check claims.837 --store billing.sqlite` marks findings by them

Exit codes: 0; 2 wrong usage or no such store; 4 the store failed."""
    )(waivers)


def runs(
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many, the last one first.")] = 20,
    store: StoreAddress = None,
    as_json: JsonFlag = False,
) -> int:
    """List the commands that changed the store: which, when, by whom, with what version, and what they counted."""
    from scrubjay.store.runs import read_runs  # noqa: PLC0415 - slow to import

    opened = opened_store(store, create=False)
    try:
        with opened.reading() as connection:
            found = read_runs(connection, limit)
    finally:
        opened.close()
    if as_json:
        print_json({"runs": [{k: _plain(v) for k, v in run.items()} for run in found]})
        return int(ExitCode.CLEAN)
    out = console()
    for run in found:
        end = run["finished_at"]
        took = "was stopped half-way; what it took in by then is safe" if end is None else f"took {(end - run['started_at']).total_seconds():.1f} s"  # fmt: skip
        out.print(
            f"{run['id']}  {run['started_at']:%Y-%m-%d %H:%M} UTC  {run['kind']} by {run['actor']}, version {run['version']}, {took}"
        )
        told = _told(run["summary"])
        if told:
            out.print(f"    {told}")
    if not found:
        out.print("No command has changed this store.")
    return int(ExitCode.CLEAN)


def _told(summary: dict[str, Any]) -> str:
    parts: list[str] = []
    for name, value in summary.items():
        if isinstance(value, list):
            parts.append(f"{name} {len(value)}")  # pyright: ignore[reportUnknownArgumentType] - out of JSON
        elif value not in (None, 0, ""):
            parts.append(f"{name.replace('_', ' ')} {value}")
    return ", ".join(parts)


def waivers(*, store: StoreAddress = None, as_json: JsonFlag = False) -> int:
    """List the waivers that the store keeps; of one id that which was taken in last."""
    from scrubjay.store.grants import read_waivers  # noqa: PLC0415 - slow to import

    opened = opened_store(store, create=False)
    try:
        with opened.reading() as connection:
            found = read_waivers(connection)
    finally:
        opened.close()
    if as_json:
        print_json({"waivers": [_waiver(w) for w in found]})
        return int(ExitCode.CLEAN)
    out = console()
    for w in found:
        limits = "; ".join(f"{name} {', '.join(getattr(w, name))}" for name in w.limits())
        out.print(f"{w.id}  {w.edit}  until {w.expires} (not included), by {w.who}: {w.reason}")
        out.print(f"    {limits or 'limited to nothing'}; {w.place}")
    if not found:
        out.print("The store keeps no waiver.")
    return int(ExitCode.CLEAN)


def _waiver(waiver: Waiver) -> dict[str, Any]:
    shown = waiver.model_dump(mode="json", by_alias=True)
    return {**shown, "place": waiver.place}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
