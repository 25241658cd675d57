"""Everything on the desk of who works denials: answers beside claims, decisions, the list, what was learned.

From files, or from the store; both give the same `Desk`. Over files the number of a case is its place among the
answered claims of the files, in the order in which they are named.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.edits.registry import all_edits
from scrubjay.edits.spec import Grain
from scrubjay.errors import UnreadableInputError, UsageError, reading_reason
from scrubjay.intake import ClaimReader
from scrubjay.intake.answers import AnswerReader
from scrubjay.intake.remits import collect
from scrubjay.intake.x12.sent_sets import sent_sets, with_sets
from scrubjay.recovery.decide import Decided, Sent, decide, rejected_claims
from scrubjay.recovery.match import match
from scrubjay.recovery.probability import HISTORY_SCHEMA, Model, learn, no_history
from scrubjay.recovery.rejected_sets import PLACES, rejected_sets
from scrubjay.recovery.underpayments import underpayments
from scrubjay.recovery.worklist import worklist
from scrubjay.store.answers import read_acknowledgments, read_claims, read_places, read_remits
from scrubjay.store.cases import CLOSED, read_cases, read_choices
from scrubjay.store.decisions import read_answers, read_outcomes, read_overrides
from scrubjay.tables import ADJUSTMENTS, CLAIMS, LINES, OTHER_PAYERS, ClaimBundle

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal
    from pathlib import Path

    from scrubjay.edits.spec import Edit
    from scrubjay.errors import Problem
    from scrubjay.recovery.decide import World
    from scrubjay.store import Store
    from scrubjay.tables.acknowledgments import AcknowledgmentBundle
    from scrubjay.tables.remits import RemitBundle


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the desk is to be laid out.

    Attributes:
        then: day on which things were known when the claims were sent, for the replay; null: the last payment.
        with_replay: judge the claims behind denials again.
        history: closed cases of a table of one's own, beside those of the store.
        cost_of_hour: dollars; null takes the stated assumption.
    """

    then: date | None = None
    with_replay: bool = True
    history: pl.DataFrame = field(default_factory=no_history)
    cost_of_hour: Decimal | None = None


@dataclass(slots=True)
class Desk:
    """What is on the desk.

    Attributes:
        claims: the claims that were sent; empty where none are at hand.
        decided: answered lines and decisions.
        rejected: claims refused before adjudication, one by one (`decide.rejected_claims`) or with the set that they
            were sent in (`rejected_sets`).
        unidentified: refusals of sets that no claims at hand could be found for.
        model: what the history says.
        listed: the list of work.
        outcomes: closed cases with the day (`store.decisions.read_outcomes`); empty over files.
        problems: what could not be read.
        as_of: day of the desk.
        world: policies, reference and contracts that it rests on.
    """

    claims: ClaimBundle
    decided: Decided
    rejected: pl.DataFrame
    unidentified: pl.DataFrame
    model: Model
    listed: pl.DataFrame
    outcomes: pl.DataFrame
    problems: list[Problem]
    as_of: date
    world: World


def edits_for_claims() -> list[Edit]:
    """The edits that judge claims."""
    return [e for e in all_edits() if e.grain in {Grain.LINE, Grain.CLAIM}]


def desk_of_files(answers: Sequence[Path], claims: Sequence[Path], world: World, wishes: Wishes) -> Desk:
    """A desk of files.

    Args:
        answers: 835 and 277CA files.
        claims: the 837s that were sent; may be empty.
        world: policies, reference, day.
        wishes: how.
    """
    reader = AnswerReader(answers)
    read = collect(reader)
    sent = ClaimReader(claims)
    whole = _whole(list(sent.batches()))
    sets = [
        with_sets(whole.claims.filter(pl.col("file_number") == number), sent_sets(path))
        for number, path in enumerate(claims, 1)
    ]
    places = pl.concat([s.select(p.cast(t) for p, t in _PLACES) for s in sets]) if sets else _NO_PLACES
    problems = [p for report in (*reader.reports, *sent.reports) for p in report.problems]
    return _laid_out(
        whole, read.remits, read.acknowledgments, places, world=world, wishes=wishes, problems=problems
    )


def desk_of_store(store: Store, world: World, wishes: Wishes) -> Desk:
    """A desk of the store: with what people decided, answered and noted, and how cases ended."""
    with store.reading() as connection:
        remits, claims = read_remits(connection), read_claims(connection)
        acknowledged, places = read_acknowledgments(connection), read_places(connection)
        kept = _Kept(
            read_answers(connection),
            read_overrides(connection),
            read_cases(connection),
            read_outcomes(connection),
            read_choices(connection),
        )
    return _laid_out(claims, remits, acknowledged, places, world=world, wishes=wishes, kept=kept)


@dataclass(frozen=True, slots=True)
class _Kept:
    answers: pl.DataFrame
    overrides: pl.DataFrame
    cases: pl.DataFrame
    outcomes: pl.DataFrame
    choices: pl.DataFrame


_PLACES = [(pl.col(name), dtype) for name, dtype in PLACES.items()]
_NO_PLACES = pl.DataFrame(schema=PLACES)
_NO_OUTCOMES = pl.DataFrame(schema={"remit_claim_key": pl.Int64, **HISTORY_SCHEMA, "decided_on": pl.Date})


def _laid_out(
    claims: ClaimBundle,
    remits: RemitBundle,
    acknowledged: AcknowledgmentBundle,
    places: pl.DataFrame,
    *,
    world: World,
    wishes: Wishes,
    kept: _Kept | None = None,
    problems: list[Problem] | None = None,
) -> Desk:
    answered = match(remits, claims, world.policies, chosen=kept.choices if kept else None).answered
    sent = None
    if wishes.with_replay and claims.claims.height:
        before = answered.filter(pl.col("production_date") <= world.as_of)["production_date"]
        last = before.max() if before.len() else None
        then = wishes.then or (last if isinstance(last, date) else world.as_of)
        sent = Sent(lambda: [claims], edits_for_claims(), then)
    decided = decide(
        answered,
        world,
        sent=sent,
        answers=kept.answers if kept else None,
        overrides=kept.overrides if kept else None,
    )
    decided.lines = _numbered(decided.lines, claims.lines)
    outcomes = kept.outcomes if kept else _NO_OUTCOMES
    model = learn(pl.concat([wishes.history, outcomes.select(HISTORY_SCHEMA.keys())]))
    # What does not balance or came twice is not worked; its lines are listed by `recover unmatched` and `remit`.
    stands = decided.lines["is_postable"].fill_null(value=False)
    closed = kept.cases.filter(pl.col("work_status") == CLOSED) if kept else None
    lines, decisions = decided.lines.filter(stands), decided.decisions.filter(stands)
    listed = worklist(
        lines,
        decisions,
        model,
        as_of=world.as_of,
        cost_of_hour=wishes.cost_of_hour,
        cases=kept.cases if kept else None,
    )
    if closed is not None:
        listed = listed.join(closed, on="remit_claim_key", how="anti", maintain_order="left")
    of_sets, unidentified = rejected_sets(acknowledged, claims.claims, places)
    return Desk(
        claims, decided, pl.concat([rejected_claims(acknowledged), of_sets]), unidentified, model, listed, outcomes,
        problems or [], world.as_of, world,
    )  # fmt: skip


def _numbered(lines: pl.DataFrame, sent: pl.DataFrame) -> pl.DataFrame:
    """The answered lines with `line_number`, the place in the answer, and `claim_line_number`, that of the line sent."""
    place = pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("remit_claim_key")
    return lines.with_columns(
        pl.when(pl.col("remit_line_key").is_not_null()).then(place).alias("line_number")
    ).join(
        sent.select("line_key", pl.col("line_number").alias("claim_line_number")),
        on="line_key",
        how="left",
        maintain_order="left",
    )


def line_key(lines: pl.DataFrame, number: int) -> int:
    """The `remit_line_key` of a line of one case by its number, as `recover case` shows it.

    Args:
        lines: from `case_lines`.
        number: 1-based place in the answer.

    Raises:
        UsageError: the case has no such line.
    """
    found = lines.filter(pl.col("line_number") == number)
    if not found.height:
        numbers = lines["line_number"].drop_nulls()
        told = (
            f"It has {numbers.min()} to {numbers.max()}, as"
            if numbers.len() > 1
            else "It has line 1 alone, as"
        )
        raise UsageError(
            f"the case has no line {number}.",
            where="--line",
            hint=f"{told if numbers.len() else 'It was answered as a whole, as'} `recover case` shows.",
        )
    return int(found["remit_line_key"][0])


def _whole(bundles: list[ClaimBundle]) -> ClaimBundle:
    return ClaimBundle(
        pl.concat([CLAIMS.empty(), *(b.claims for b in bundles)]),
        pl.concat([LINES.empty(), *(b.lines for b in bundles)]),
        pl.concat([OTHER_PAYERS.empty(), *(b.other_payers for b in bundles)]),
        pl.concat([ADJUSTMENTS.empty(), *(b.adjustments for b in bundles)]),
    )


def compared(desk: Desk) -> pl.DataFrame:
    """Expected, allowed and paid of every line of the desk that was paid and may be posted (`underpayments`).

    With `line_number`, the place of the line in its answer.
    """
    lines = desk.decided.lines.filter(pl.col("is_postable").fill_null(value=False))
    world = desk.world
    found = underpayments(
        lines.drop("expected_allowed_amount", strict=False),
        reference=world.reference,
        as_of=world.as_of,
        contracts=world.contracts,
    )
    places = lines.select("remit_claim_key", "remit_line_key", "line_number")
    return found.join(
        places, on=["remit_claim_key", "remit_line_key"], how="left", nulls_equal=True, maintain_order="left"
    )


def load_history(path: Path) -> pl.DataFrame:
    """Closed cases of a CSV file with the columns of `HISTORY_SCHEMA`.

    Raises:
        UnreadableInputError: the file cannot be read.
        UsageError: a column is missing, or an amount is none; `where` is file and line.
    """
    try:
        raw = pl.read_csv(path, infer_schema=False, encoding="utf8")
    except OSError as error:
        raise UnreadableInputError(f"cannot be read: {reading_reason(error)}.", where=str(path)) from None
    except pl.exceptions.PolarsError:
        raise UnreadableInputError("is no CSV table.", where=str(path)) from None
    absent = [c for c in HISTORY_SCHEMA if c not in raw.columns]
    if absent:
        raise UsageError(
            f"lacks the column {absent[0]}.",
            where=str(path),
            hint=f"The columns are {', '.join(HISTORY_SCHEMA)}.",
        )
    shaped = raw.select(pl.col(c).cast(t, strict=False) for c, t in HISTORY_SCHEMA.items())
    for name in ("at_stake_amount", "recovered_amount"):
        wrong = (shaped[name].is_null() & raw[name].is_not_null()).arg_true()
        if wrong.len():
            raise UsageError(
                f"{name} is no amount.", where=f"{path}:{wrong[0] + 2}", hint="Write it as 120.50."
            )
    return shaped


def case_lines(desk: Desk, number: int) -> pl.DataFrame:
    """Lines of one case with facts and decisions side by side.

    Raises:
        UsageError: there is no such case.
    """
    both = desk.decided.lines.hstack(
        desk.decided.decisions.select(
            c for c in desk.decided.decisions.columns if c not in desk.decided.lines.columns
        ).get_columns()
    )
    found = both.filter(pl.col("remit_claim_key") == number)
    if not found.height:
        raise UsageError(f"there is no case {number}.", hint="`scrubjay recover worklist` lists them.")
    return found
