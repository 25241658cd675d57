"""Writes synthetic 835s of any size: 1 to 5 lines a claim, adjustments, remarks; all of them balance.

    python benchmarks/generate_remits.py 100000 out/remits-100k.835

The same size and seed give the same bytes. Everything in it is invented.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

CLAIMS_PER_PAYMENT = 1000
CODES = (
    "J2919:JZ",
    "96374",
    "96372",
    "J1745",
    "J1745:JW",
    "99213:25",
    "J0696:JZ",
    "96413",
    "J3420",
    "20610:RT",
)
DENIALS = (("CO", "16", "N822"), ("CO", "197", ""), ("CO", "97", "N19"), ("PR", "204", ""), ("CO", "29", ""))


def _dollars(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _claim(rng: random.Random, number: int) -> tuple[list[str], int]:
    body: list[str] = []
    charge = paid = owed = 0
    is_denied = rng.random() < 0.1
    day = f"2026{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}"
    for line in range(1, rng.randrange(1, 6) + 1):
        code = CODES[rng.randrange(len(CODES))]
        billed = rng.randrange(500, 200_000)
        units = rng.randrange(1, 40)
        if is_denied:
            group, carc, remark = DENIALS[rng.randrange(len(DENIALS))]
            got, cut = 0, [f"CAS*{group}*{carc}*{_dollars(billed)}"]
            owed += billed if group == "PR" else 0
            extra = [f"LQ*HE*{remark}"] if remark else []
        else:
            contract = billed * rng.randrange(10, 90) // 100
            coinsurance = (billed - contract) // 5
            sequestration = (billed - contract - coinsurance) * 2 // 100
            got = billed - contract - coinsurance - sequestration
            cut = [
                f"CAS*CO*45*{_dollars(contract)}**253*{_dollars(sequestration)}",
                f"CAS*PR*2*{_dollars(coinsurance)}",
            ]
            owed += coinsurance
            extra = [f"AMT*B6*{_dollars(billed - contract)}"]
        body += [
            f"SVC*HC:{code}*{_dollars(billed)}*{_dollars(got)}**{units}",
            f"DTM*472*{day}",
            *cut,
            f"REF*6R*B{number}L{line}",
            *extra,
        ]
        charge, paid = charge + billed, paid + got
    status = "4" if is_denied else "1"
    head = [
        f"CLP*B{number}*{status}*{_dollars(charge)}*{_dollars(paid)}*{_dollars(owed)}*MB*ICN{number:09d}*11*1",
        f"NM1*QC*1*PATIENT{number}*TEST****MI*M{number:09d}",
        "NM1*82*1*CLINICIAN*ADA****XX*1456789126",
        "MOA***MA01",
        f"DTM*050*{day}",
    ]
    return head + body, paid


def generate(claims: int, path: Path, seed: int = 835, per_payment: int = CLAIMS_PER_PAYMENT) -> None:
    """Write `claims` answered claims to `path`, a transaction set for each `per_payment` of them."""
    rng = random.Random(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="ascii", newline="") as out:
        out.write(
            "ISA*00*          *00*          *ZZ*PAYER1         *ZZ*CLINIC1        *260402*1200*^*00501*000000001*0*T*:~\n"
            "GS*HP*PAYER1*CLINIC1*20260402*1200*1*X*005010X221A1~\n"
        )
        payments = 0
        for start in range(0, claims, per_payment):
            payments += 1
            rows: list[str] = []
            total = 0
            for number in range(start, min(claims, start + per_payment)):
                segments, paid = _claim(rng, number + 1)
                rows += segments
                total += paid
            body = [
                f"ST*835*{payments:04d}",
                f"BPR*I*{_dollars(total - 1000)}*C*ACH*CCP*01*999999999*DA*1*1999999999**01*999999999*DA*2*20260402",
                f"TRN*1*EFT{payments:07d}*1999999999",
                "DTM*405*20260402",
                "N1*PR*EXAMPLE PAYER",
                "N3*1 PAYER WAY",
                "N4*HARTFORD*CT*06103",
                "PER*BL*HELP DESK*TE*5555550100",
                "N1*PE*EXAMPLE CLINIC*XX*1993999998",
                "REF*TJ*990000000",
                "LX*1",
                *rows,
                "PLB*1993999998*20261231*WO:OLD*10.00",
            ]
            body.append(f"SE*{len(body) + 1}*{payments:04d}")
            out.write("~\n".join(body) + "~\n")
        out.write(f"GE*{payments}*1~\nIEA*1*000000001~\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("claims", type=int)
    parser.add_argument("path", type=Path)
    parser.add_argument("--seed", type=int, default=835)
    arguments = parser.parse_args()
    generate(arguments.claims, arguments.path, arguments.seed)


if __name__ == "__main__":
    main()
