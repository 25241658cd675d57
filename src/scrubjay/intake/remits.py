"""Whole payments: put the batches of a reader together, recognise what came before, say what may be posted.

A payment is counted once, whatever it comes in and however often. Two payments are the same if their
`recognition_key` is. Which copy counts follows from what the copies say, never from the order they came in: a
sound one before one that is off balance or cut short, then the one with more claims, then the smaller digest.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import polars as pl

from scrubjay.errors import Problem
from scrubjay.intake.answers import AnswerBundle
from scrubjay.intake.content import digests
from scrubjay.intake.x12.remit.maps import AGAIN
from scrubjay.tables.acknowledgments import AcknowledgmentBundle
from scrubjay.tables.remits import REMIT_CLAIMS, REMIT_TRANSACTIONS, RemitBundle

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future
    from typing import Self

    from scrubjay.intake.answers import AnswerReader

_REMITS = ("transactions", "claims", "lines", "adjustments", "remarks", "provider_adjustments")
_ACKNOWLEDGMENTS = ("acknowledgments", "errors", "claim_statuses", "status_codes")
# Where a payment stood, what it was numbered, and what is told of it later: no part of what it says.
_NOT_CONTENT = (
    *("remit_key", "remit_claim_key", "remit_line_key", "remit_claim_id", "file_number", "transaction", "segment"),
    *("claim_number", "group_control_number", "interchange_key", "recognition_key", "content_digest"),
    *("seen_before_remit_key", "reverses_remit_claim_key", "corrected_by_remit_claim_key", "is_postable"),
)  # fmt: skip


def collect(reader: AnswerReader) -> AnswerBundle:
    """Everything that a reader has left to give, settled; what came before is a problem of its file's report.

    All of it is held in memory. No bad input raises.
    """
    bundles: list[AnswerBundle] = []
    with _Digests() as running:
        for bundle in reader.batches():
            bundles.append(bundle)
            running.take(bundle.remits)
        digested = running.finished()
    remits, answers = RemitBundle(), AcknowledgmentBundle()
    for name in _REMITS:
        setattr(remits, name, _joined([remits, *(b.remits for b in bundles)], name))
    for name in _ACKNOWLEDGMENTS:
        parts = (getattr(b.acknowledgments, name) for b in bundles)
        setattr(answers, name, pl.concat([getattr(answers, name), *parts]))
    # A group is handed on when its set has ended, after the sets that it speaks of.
    answers.acknowledgments = answers.acknowledgments.sort("file_number", "segment", maintain_order=True)
    remits.transactions = recognised(_identified(remits.transactions, digested))
    remits.claims = settled(remits.claims, remits.transactions)
    _tell(remits.transactions, reader)
    return AnswerBundle(remits, answers)


def _joined(parts: Sequence[RemitBundle], name: str) -> pl.DataFrame:
    return pl.concat([getattr(part, name) for part in parts])


def _identified(payments: pl.DataFrame, digested: pl.DataFrame) -> pl.DataFrame:
    """The payments with `content_digest` and `recognition_key`."""
    payments = payments.drop("content_digest").join(
        digested, on="remit_key", how="left", maintain_order="left"
    )
    return REMIT_TRANSACTIONS.conform(payments.with_columns(_recognition_key()))


class _Digests:
    """What payments say, worked out while the next ones are read, some at a time: as text it is several times as large."""

    _CLAIMS_AT_ONCE = 10_000
    _IN_FLIGHT = 2

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="scrubjay-digests")
        self._waiting: list[RemitBundle] = []
        self._running: deque[Future[pl.DataFrame]] = deque()
        self._done: list[pl.DataFrame] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.shutdown(cancel_futures=True)

    def take(self, remits: RemitBundle) -> None:
        """Take a bundle; payments that ended in it are whole."""
        self._waiting.append(remits)
        if remits.transactions.height and sum(w.claims.height for w in self._waiting) >= self._CLAIMS_AT_ONCE:
            self._begin()

    def finished(self) -> pl.DataFrame:
        """`remit_key` and `content_digest` of all payments taken."""
        if any(w.transactions.height for w in self._waiting):
            self._begin()
        self._done += [one.result() for one in self._running]
        self._running.clear()
        return pl.concat([REMIT_TRANSACTIONS.empty().select("remit_key", "content_digest"), *self._done])

    def _begin(self) -> None:
        held = RemitBundle(**{name: _joined(self._waiting, name) for name in _REMITS})
        # Keys ascend with the place in the files, so what has not ended comes last.
        last = held.transactions["remit_key"].max()
        is_whole = pl.col("remit_key") <= last
        open_claims = held.claims.filter(~is_whole)
        self._waiting = []
        if open_claims.height:
            of_open = pl.col("remit_claim_key") >= open_claims["remit_claim_key"].min()
            self._waiting = [_part(held, ~is_whole, of_open)]
            held = _part(held, is_whole, ~of_open)
        if len(self._running) >= self._IN_FLIGHT:
            self._done.append(self._running.popleft().result())
        self._running.append(self._worker.submit(_content_digests, held))


def _part(remits: RemitBundle, of_payment: pl.Expr, of_claim: pl.Expr) -> RemitBundle:
    return RemitBundle(
        transactions=remits.transactions.filter(of_payment),
        claims=remits.claims.filter(of_payment),
        lines=remits.lines.filter(of_claim),
        adjustments=remits.adjustments.filter(of_claim),
        remarks=remits.remarks.filter(of_claim),
        provider_adjustments=remits.provider_adjustments.filter(of_payment),
    )


def _content_digests(remits: RemitBundle) -> pl.DataFrame:
    """`remit_key` and `content_digest` of whole payments."""
    to_payment = remits.claims.select("remit_claim_key", "remit_key")
    frames = [remits.transactions.sort("remit_key"), remits.claims.sort("remit_claim_key")]
    for part, by in ((remits.lines, ["remit_line_key"]), (remits.adjustments, ["segment", "adjustment_number"]),
                     (remits.remarks, ["segment"])):  # fmt: skip
        owned = part.join(to_payment, on="remit_claim_key", how="inner")
        # To which claim and line of the payment a row belongs is part of what it says.
        keys = [c for c in ("remit_claim_key", "remit_line_key") if c in owned.columns]
        within = [(pl.col(k) - pl.col(k).min().over("remit_key")).alias(f"_{k}") for k in keys]
        frames.append(owned.sort("remit_claim_key", *by, maintain_order=True).with_columns(within))
    frames.append(remits.provider_adjustments.sort("segment", "adjustment_number", maintain_order=True))
    return digests(frames, "remit_key", _NOT_CONTENT)


def _recognition_key() -> pl.Expr:
    key, digest = pl.col("payment_key"), pl.col("content_digest")
    numbers = pl.concat_str("interchange_key", "group_control_number", "transaction", separator="|")
    return (
        # Payers reuse one trace number for all that pays nothing: there the content decides.
        pl.when(key.is_not_null() & (pl.col("payment_amount") != 0)).then(pl.format("k|{}", key))
        .when(key.is_not_null()).then(pl.format("z|{}", digest))
        .when(numbers.is_not_null()).then(pl.format("i|{}", numbers))
        .otherwise(pl.format("d|{}", digest)).alias("recognition_key")
    )  # fmt: skip


def recognised(payments: pl.DataFrame) -> pl.DataFrame:
    """Payments with `seen_before_remit_key`: of each `recognition_key` one counts, whatever the order of the rows.

    Args:
        payments: with recognition_key, content_digest, remit_key, is_balanced, is_whole, claim_count. What
            `is_quarantined` held before is not looked at.
    """
    is_sound = pl.col("is_balanced").fill_null(value=False) & pl.col("is_whole").fill_null(value=False)
    ranked = payments.select(
        "remit_key", "recognition_key", is_sound.alias("sound"), "claim_count", "content_digest"
    )
    best = ranked.sort(
        "sound", "claim_count", "content_digest", "remit_key", descending=[True, True, False, False]
    ).unique("recognition_key", keep="first", maintain_order=True)
    payments = payments.drop("seen_before_remit_key").join(
        best.select("recognition_key", pl.col("remit_key").alias("_best")),
        on="recognition_key", how="left", maintain_order="left",
    )  # fmt: skip
    is_other = pl.col("_best") != pl.col("remit_key")
    payments = payments.with_columns(pl.when(is_other).then("_best").alias("seen_before_remit_key"))
    is_held = ~is_sound | pl.col("seen_before_remit_key").is_not_null()
    return REMIT_TRANSACTIONS.conform(payments.with_columns(is_held.alias("is_quarantined")).drop("_best"))


def settled(claims: pl.DataFrame, payments: pl.DataFrame) -> pl.DataFrame:
    """Claims with `is_postable` and, of reversals, what they take back and what replaces it."""
    held = payments.select("remit_key", pl.col("is_quarantined").alias("_held"), "payment_date", "payer_id")
    links = ("reverses_remit_claim_key", "corrected_by_remit_claim_key")
    claims = claims.drop(links).join(held, on="remit_key", how="left", maintain_order="left")
    claims = claims.with_columns((~(pl.col("is_quarantined") | pl.col("_held"))).alias("is_postable"))
    ordered = claims.sort("payment_date", "remit_claim_key", nulls_last=True).with_row_index("_order")
    ordered = ordered.with_columns(pl.col("_order").cast(pl.Int64()))
    back = _taken_back(ordered)
    claims = claims.join(back, on="remit_claim_key", how="left", maintain_order="left")
    claims = claims.join(_replaced(claims), on="remit_claim_key", how="left", maintain_order="left")
    return REMIT_CLAIMS.conform(claims.drop("_held", "payment_date", "payer_id"))


def _taken_back(ordered: pl.DataFrame) -> pl.DataFrame:
    """remit_claim_key of each reversal with the nearest earlier answer to the same claim."""
    given = ordered.filter(~pl.col("is_reversal") & pl.col("is_postable"))
    left = ordered.filter("is_reversal")
    found: list[pl.DataFrame] = []
    # By the payer's number; else by our number where the amount is the same with the other sign.
    ways = (["claim_answer_key"], ["payer_id", "patient_control_number", "_size"])
    size = pl.col("charge_amount").abs().alias("_size")
    for by in ways:
        if not left.height:
            break
        earlier = given.with_columns(size).drop_nulls(by).select(
            *by, "_order", pl.col("remit_claim_key").alias("reverses_remit_claim_key")
        )  # fmt: skip
        joined = left.with_columns(size).drop_nulls(by).sort("_order").join_asof(
            earlier.sort("_order"), on="_order", by=by, strategy="backward", check_sortedness=False
        )  # fmt: skip
        hits = joined.drop_nulls("reverses_remit_claim_key")
        found.append(hits.select("remit_claim_key", "reverses_remit_claim_key"))
        left = left.join(hits, on="remit_claim_key", how="anti")
    empty = REMIT_CLAIMS.empty().select("remit_claim_key", "reverses_remit_claim_key")
    return pl.concat([empty, *found])


def _replaced(claims: pl.DataFrame) -> pl.DataFrame:
    """remit_claim_key of each reversal with the answer of its payment that replaces what it took back."""
    by = ["remit_key", "patient_control_number"]
    new = claims.filter(~pl.col("is_reversal")).drop_nulls(by).select(
        *by, "remit_claim_key", pl.col("remit_claim_key").alias("corrected_by_remit_claim_key")
    )  # fmt: skip
    old = claims.filter("is_reversal").drop_nulls(by).select(*by, "remit_claim_key").sort("remit_claim_key")
    joined = old.join_asof(
        new.sort("remit_claim_key"), on="remit_claim_key", by=by, strategy="forward", check_sortedness=False
    )
    return joined.select("remit_claim_key", "corrected_by_remit_claim_key")


def _tell(payments: pl.DataFrame, reader: AnswerReader) -> None:
    """A problem in its file's report for each payment that came before."""
    again = payments.drop_nulls("seen_before_remit_key")
    if not again.height:
        return
    files = {report.file_number: report for report in reader.reports}
    place = dict(payments.select("remit_key", "file_number").iter_rows())
    columns = ("file_number", "transaction", "segment", "seen_before_remit_key")
    for number, transaction, segment, counted in again.select(columns).iter_rows():
        report, other = files[number], files[place[counted]].path
        where = "in this file" if other == report.path else f"in {other}"
        report.problems.append(Problem(
            "duplicate-payment",
            f"A payment of the same payer, trace number, amount and date is {where}; that one counts, this one is held.",
            AGAIN, file=report.path, transaction=transaction, segment=segment,
        ))  # fmt: skip
