"""What a new edition changes for open claims, as text, JSON and CSV."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

import polars as pl
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from scrubjay import phi
from scrubjay.engine.impact import (
    ANSWERED,
    CHANGED,
    GONE,
    NEW,
    ORDER,
    PAYMENT,
    UNANSWERED,
    Judged,
    World,
    changes,
    paid_otherwise,
)
from scrubjay.reports.model import money, plural
from scrubjay.reports.summary import claim_stakes
from scrubjay.reports.tabular import formula_safe
from scrubjay.reports.text import STYLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, RenderableType

    from scrubjay.engine import RunResult
    from scrubjay.intake import FileReport

_WORDS = {
    NEW: ("new", "bold red"),
    GONE: ("gone", "green"),
    CHANGED: ("changed", "yellow"),
    PAYMENT: ("payment", "cyan"),
    UNANSWERED: ("no longer answered", "magenta"),
    ANSWERED: ("now answered", "green"),
}


@dataclass(frozen=True, slots=True)
class Tally:
    """The numbers of a comparison.

    Attributes:
        claims: claims judged.
        claims_changed: claims with any change, that of an expected payment included.
        findings: how many findings are new, changed, gone, and questions answered or no longer answered.
        newly_at_stake: charges at stake after beyond those before, claim by claim, each dollar once.
        no_longer_at_stake: charges at stake before beyond those after.
        lines_paid_otherwise: lines whose expected Medicare payment is known in both and differs.
        payment_before: what Medicare was expected to pay for those lines.
        payment_after: what it is expected to pay now.
        payment_newly_known: lines whose expected payment is known now only.
        payment_no_longer_known: lines whose expected payment was known before only.
    """

    claims: int
    claims_changed: int
    findings: dict[str, int]
    newly_at_stake: Decimal
    no_longer_at_stake: Decimal
    lines_paid_otherwise: int
    payment_before: Decimal
    payment_after: Decimal
    payment_newly_known: int
    payment_no_longer_known: int


class ImpactReport:
    """Two runs over the same files, and what changed from the one to the other.

    Args:
        before: what was known first.
        after: what is known now.
        judged: both runs, in that order.
        files: one report per input.
    """

    def __init__(
        self, before: World, after: World, judged: tuple[Judged, Judged], files: Sequence[FileReport]
    ) -> None:
        self.before = before
        self.after = after
        self.files = files
        self._judged = judged
        self.changes = changes(*judged)
        self.tally = _tally(*judged, self.changes)

    def table(self) -> pl.DataFrame:
        """One row per change, in the order of the files.

        Returns:
            Columns claim_id, patient_control_number, payer_name, line_number, hcpcs, service_date, units, change,
            edit, code, severity_before, severity_after, message_before, message_after, charge_amount,
            payment_before, payment_after, payment_difference, payment_source_before, payment_source_after, file,
            transaction, segment.
        """
        result = self._judged[1].result
        names = {f.file_number: f.path for f in self.files}
        lines = result.lines.select(
            "line_key",
            "line_number",
            "hcpcs",
            "units",
            "service_date",
            pl.col("segment").alias("_line_segment"),
        )
        return (
            self.changes.join(lines, on="line_key", how="left", maintain_order="left")
            .join(result.claims, on="claim_key", how="left", maintain_order="left")
            .select(
                "claim_id",
                "patient_control_number",
                "payer_name",
                "line_number",
                "hcpcs",
                "service_date",
                "units",
                "change",
                "edit",
                "code",
                "severity_before",
                "severity_after",
                "message_before",
                "message_after",
                "charge_amount",
                "payment_before",
                "payment_after",
                (pl.col("payment_after") - pl.col("payment_before")).alias("payment_difference"),
                "payment_source_before",
                "payment_source_after",
                pl.col("file_number")
                .replace_strict(names, default=None, return_dtype=pl.String)
                .alias("file"),
                "transaction",
                pl.coalesce("_line_segment", "segment").alias("segment"),
            )
        )


def _tally(before: Judged, after: Judged, found: pl.DataFrame) -> Tally:
    counted = dict(found.group_by("change").len().iter_rows())
    paid = paid_otherwise(before, after)
    known = paid.drop_nulls(["payment_before", "payment_after"])
    stakes = _stakes(before.result).join(
        _stakes(after.result), on="claim_key", how="full", coalesce=True, suffix="_after"
    )
    old, new = (stakes[c].fill_null(Decimal(0)) for c in ("at_stake_amount", "at_stake_amount_after"))
    moved = new - old
    return Tally(
        claims=after.result.claims.height,
        claims_changed=found["claim_key"].n_unique(),
        findings={k: int(counted.get(k, 0)) for k in ORDER if k != PAYMENT},
        newly_at_stake=_sum(moved.filter(moved > 0)),
        no_longer_at_stake=-_sum(moved.filter(moved < 0)),
        lines_paid_otherwise=known.height,
        payment_before=_sum(known["payment_before"]),
        payment_after=_sum(known["payment_after"]),
        payment_newly_known=paid["payment_before"].null_count(),
        payment_no_longer_known=paid["payment_after"].null_count(),
    )


def _stakes(result: RunResult) -> pl.DataFrame:
    return claim_stakes(result.findings.filter(pl.col("waiver").is_null()))


def _sum(amounts: pl.Series) -> Decimal:
    total = amounts.sum()
    return total if isinstance(total, Decimal) else Decimal(0)


def print_impact(report: ImpactReport, console: Console, *, limit: int | None) -> None:
    """Claim by claim what changed, then the dollars.

    Args:
        report: the comparison.
        console: where to.
        limit: most claims to print; null prints all.
    """
    tally = report.tally
    console.print(
        Text.assemble(
            ("What changes ", "bold"),
            f"for {plural(tally.claims, 'claim')} of {plural(len(report.files), 'file')}: "
            f"{report.after.name}, against {report.before.name}.",
        )
    )
    table = report.table()
    shown = 0
    for _, rows in table.group_by("claim_id", maintain_order=True):
        if limit is not None and shown >= limit:
            break
        shown += 1
        for part in _claim(rows):
            console.print(part)
    hidden = tally.claims_changed - shown
    if hidden > 0:
        console.print()
        console.print(
            Text(f"{plural(hidden, 'more claim')} changed; --all prints them, -o changes.csv keeps them.")
        )
    for part in _numbers(tally):
        console.print(part)


def _claim(rows: pl.DataFrame) -> Iterator[RenderableType]:
    first = rows.row(0, named=True)
    yield Text()
    yield Rule(style="dim")
    yield Text.assemble(
        ("Claim ", "bold"),
        (phi.control_number(first["patient_control_number"]), "bold"),
        (f"  {phi.clean(first['payer_name'])}, {phi.clean(first['file'])}", "dim"),
    )
    for row in rows.iter_rows(named=True):
        yield Padding(_change(row), (0, 0, 0, 2))


def _change(row: dict[str, Any]) -> Table:
    word, style = _WORDS[row["change"]]
    grid = Table(box=None, show_header=False, padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    body = Text()
    if row["line_number"] is not None:
        body.append(f"Line {row['line_number']} {phi.clean(row['hcpcs'])}  ", style="bold")
    if row["edit"]:
        severity = row["severity_after"] or row["severity_before"]
        body.append(
            f"{row['edit']}{f' ({severity})' if severity else ''}", style=STYLES.get(str(severity), "")
        )
        for text in dict.fromkeys((row["message_before"], row["message_after"])):
            if text:
                was = "was: " if text == row["message_before"] and row["message_after"] else ""
                body.append(f"\n{was}{phi.clean(text)}")
    if row["payment_before"] is not None or row["payment_after"] is not None:
        lead = "\n" if row["edit"] else ""
        by = f" by {phi.clean(row['payment_source_after'])}" if row["payment_source_after"] else ""
        body.append(
            f"{lead}Medicare pays {money(row['payment_after'])}{by}, {money(row['payment_before'])} before",
            style="cyan",
        )
    grid.add_row(Text(word, style=style), body)
    return grid


def _numbers(tally: Tally) -> Iterator[RenderableType]:
    yield Text()
    yield Rule("Summary")
    if not tally.claims_changed:
        yield Text("Nothing changes for these claims.", style="green")
        return
    counts = tally.findings
    yield Text(
        f"{plural(tally.claims_changed, 'claim')} of {tally.claims:,} changed: {plural(counts[NEW], 'new finding')}, "
        f"{counts[CHANGED]:,} changed, {counts[GONE]:,} gone; {plural(counts[ANSWERED], 'question')} now answered, "
        f"{counts[UNANSWERED]:,} no longer."
    )
    yield Text(
        f"Newly at stake {money(tally.newly_at_stake)} of charges; no longer at stake {money(tally.no_longer_at_stake)}."
    )
    if tally.lines_paid_otherwise:
        moved = tally.payment_after - tally.payment_before
        yield Text(
            f"Expected Medicare payment of {plural(tally.lines_paid_otherwise, 'line')}: {money(tally.payment_before)} "
            f"before, {money(tally.payment_after)} now ({'+' if moved > 0 else ''}{money(moved)})."
        )
    if tally.payment_newly_known or tally.payment_no_longer_known:
        yield Text(
            f"The expected payment of {plural(tally.payment_newly_known, 'line')} is known now and was not; of "
            f"{plural(tally.payment_no_longer_known, 'line')} it was known and is no longer."
        )


def impact_dict(report: ImpactReport) -> dict[str, Any]:
    """Both worlds, the numbers, one object per change; money as strings."""
    tally = asdict(report.tally)
    return {
        "before": _world(report.before),
        "after": _world(report.after),
        "summary": {k: str(v) if isinstance(v, Decimal) else v for k, v in tally.items()},
        "changes": [{k: _plain(v) for k, v in row.items()} for row in report.table().iter_rows(named=True)],
    }


def _world(world: World) -> dict[str, str]:
    return {"name": world.name, "as_of": world.as_of.isoformat()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if hasattr(value, "isoformat") else value


def write_impact_csv(report: ImpactReport, out: BinaryIO) -> None:
    """One row per change, safe to open in a spreadsheet."""
    formula_safe(report.table()).write_csv(out)
