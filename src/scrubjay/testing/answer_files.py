"""A folder of synthetic answers and claims with everything that makes ingestion hard; the same seed, the same files.

Checks that come again in other files, cut files, payments off balance, reversals with corrections, payments of nothing
under one trace number, 837s, 999s and 277CAs.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from scrubjay.testing.x12 import AdjustmentSpec, ClaimSpec, LineSpec, make_837
from scrubjay.testing.x12_remits import (
    AcknowledgedSetSpec,
    PaymentSpec,
    RemitClaimSpec,
    RemitLineSpec,
    StatusSpec,
    make_277ca,
    make_835,
    make_999,
    reversal_of,
)

if TYPE_CHECKING:
    from pathlib import Path

_CODES = ("J2919", "J1010", "96372", "96374", "J1745", "99213")
_FIRST_DAY = date(2026, 1, 5)


def write_answer_files(folder: Path, count: int, *, seed: int = 835, claims: int = 12) -> list[Path]:
    """Write `count` files into `folder` and return their paths, in the order they were made.

    Args:
        folder: where to.
        count: how many files.
        seed: of the numbers drawn.
        claims: most claims of a payment.
    """
    rng = random.Random(seed)  # noqa: S311 - nothing secret
    made = _Maker(rng, claims)
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for number in range(1, count + 1):
        path = folder / f"answer-{number:04}.x12"
        path.write_text(made.file(number), encoding="ascii")
        paths.append(path)
    return paths


class _Maker:
    def __init__(self, rng: random.Random, claims: int) -> None:
        self._rng = rng
        self._most = claims
        self._claims = 0
        self._payments: list[PaymentSpec] = []
        self._paid: list[RemitClaimSpec] = []

    def file(self, number: int) -> str:
        """One file of a kind that is drawn; the first are remittances, so that there is something to repeat."""
        kind = self._rng.random() if number > 4 else 0.0
        if kind < 0.5:
            return make_835([self._payment() for _ in range(self._rng.randint(1, 3))], control_number=number)
        old = self._rng.choice(self._payments)
        if kind < 0.62:
            # The same check in a file of another name, beside a new one.
            return make_835([old, self._payment()], control_number=number)
        if kind < 0.70:
            whole = make_835([old], control_number=number)
            return whole[: int(len(whole) * self._rng.uniform(0.4, 0.95))]
        if kind < 0.76:
            broken = PaymentSpec(old.claims, amount="0.01", trace=f"OFF{number}", paid_on=old.paid_on)
            return make_835([broken], control_number=number)
        if kind < 0.90:
            return make_837([self._claim(old) for _ in range(3)], control_number=number)
        if kind < 0.95:
            return make_999(
                [AcknowledgedSetSpec("0001"), AcknowledgedSetSpec("0002", "R")], control_number=number
            )
        return make_277ca(
            [StatusSpec(f"P{number}"), StatusSpec(f"Q{number}", ["A7:507"], "U")], control_number=number
        )

    def _payment(self) -> PaymentSpec:
        rng = self._rng
        claims = [self._answer() for _ in range(rng.randint(1, self._most))]
        if self._paid and rng.random() < 0.4:
            old = rng.choice(self._paid)
            claims += [reversal_of(old), RemitClaimSpec(
                old.claim_id, [self._line() for _ in old.lines], payer_claim_number=f"{old.payer_claim_number}A",
            )]  # fmt: skip
        self._paid += claims[:2]
        is_nothing = rng.random() < 0.15
        if is_nothing:
            claims = [self._denied(c) for c in claims if c.status != "22"]
        payment = PaymentSpec(
            claims,
            provider_adjustments=[]
            if is_nothing or rng.random() < 0.7
            else [("WO", "OLD", self._cents(5000))],
            trace="NOCHECK" if is_nothing else f"EFT{rng.randint(10**6, 10**7)}",
            payer_originator=rng.choice(("1111111111", "1222222222")),
            paid_on=_FIRST_DAY + timedelta(days=rng.randrange(200)),
        )
        self._payments.append(payment)
        return payment

    def _answer(self) -> RemitClaimSpec:
        self._claims += 1
        lines = [self._line(f"K{self._claims}L{n}") for n in range(self._rng.randint(1, 4))]
        return RemitClaimSpec(f"K{self._claims}", lines, payer_claim_number=f"ICN{self._claims}")

    def _line(self, control: str | None = None) -> RemitLineSpec:
        charge = self._cents(90000)
        cut = (charge * self._rng.randint(0, 100) / 100).quantize(Decimal("0.01"))
        coinsurance = ((charge - cut) / 5).quantize(Decimal("0.01"))
        adjustments = [
            AdjustmentSpec("CO", [("45", cut, None)]),
            AdjustmentSpec("PR", [("2", coinsurance, None)]),
        ]
        return RemitLineSpec(
            self._rng.choice(_CODES),
            charge,
            adjustments=adjustments,
            control_number=control,
            remarks=["N620"],
        )

    def _denied(self, claim: RemitClaimSpec) -> RemitClaimSpec:
        lines = [
            RemitLineSpec(
                line.hcpcs, line.charge, adjustments=[AdjustmentSpec("CO", [("197", line.charge, None)])]
            )
            for line in claim.lines
        ]
        return RemitClaimSpec(claim.claim_id, lines, status="4", payer_claim_number=claim.payer_claim_number)

    def _claim(self, payment: PaymentSpec) -> ClaimSpec:
        answer = self._rng.choice(payment.claims)
        lines = [LineSpec(line.hcpcs, str(abs(Decimal(line.charge))), "1", control_number=line.control_number)
                 for line in answer.lines]  # fmt: skip
        return ClaimSpec(answer.claim_id, lines)

    def _cents(self, most: int) -> Decimal:
        return Decimal(self._rng.randint(1, most)).scaleb(-2)
