"""Writes a synthetic 837P of any size: 1 to 6 lines a claim, NDCs, a known share of seeded faults.

    python benchmarks/generate.py 100000 out/claims-100k.837

The same size and seed give the same bytes. Names and ids are invented; NPIs have right check digits.
"""

from __future__ import annotations

import argparse
import random
from datetime import date, timedelta
from pathlib import Path

CLAIMS_PER_TRANSACTION = 5000
FAULT_SHARE = 0.05
FIRST_DAY, DAYS = date(2026, 1, 2), 88

# (code, modifiers, units, charge, NDC, NDC quantity, NDC unit)
Line = tuple[str, str, str, str, str, str, str]
SOLU_125: Line = ("J2919", ":JZ", "25", "30", "00009004722", "1", "UN")
SOLU_40: Line = ("J2919", ":JZ", "8", "14", "00009003928", "1", "UN")
VISITS: tuple[tuple[Line, ...], ...] = (
    (SOLU_125, ("96374", "", "1", "140", "", "", "")),
    (SOLU_40, ("96372", "", "1", "45", "", "", "")),
    (("99213", ":25", "1", "160", "", "", ""), ("96372", "", "1", "45", "", "", ""), SOLU_40),
    (
        ("J1745", "", "42", "4200", "57894003001", "4.2", "UN"),
        ("J1745", ":JW", "8", "800", "57894003001", "0.8", "UN"),
        ("96413", "", "1", "420", "", "", ""),
        ("96415", "", "1", "90", "", "", ""),
    ),
    (("20610", ":RT", "1", "210", "", "", ""), ("J1010", ":JZ", "80", "40", "50090602400", "1", "ML")),
    (("J1885", ":JZ", "2", "20", "", "", ""), ("96372", "", "1", "45", "", "", "")),
    (
        ("99214", ":25", "1", "230", "", "", ""),
        ("J0696", ":JZ", "4", "60", "", "", ""),
        ("96372", "", "1", "45", "", "", ""),
        ("J3420", "", "1", "12", "", "", ""),
        ("96372", ":59", "1", "45", "", "", ""),
    ),
    (("J0897", ":JZ", "60", "2600", "", "", ""), ("96372", "", "1", "45", "", "", "")),
    (("99213", "", "1", "160", "", "", ""),),
    (
        ("J9271", ":JZ", "200", "16000", "", "", ""),
        ("96413", "", "1", "420", "", "", ""),
        ("J1100", "", "10", "10", "", "", ""),
        ("J2405", ":JZ", "8", "16", "", "", ""),
        ("96375", "", "2", "120", "", "", ""),
    ),
    (
        ("99215", ":25", "1", "280", "", "", ""),
        ("J9299", ":JZ", "480", "15400", "00003373413", "48", "ML"),
        ("96413", "", "1", "420", "", "", ""),
        ("J1200", ":JZ", "1", "4", "", "", ""),
        ("J2405", ":JZ", "8", "16", "", "", ""),
        ("96375", "", "2", "120", "", "", ""),
    ),
)
FAULTS = ("drop-jz", "wrong-total", "old-code", "vials-as-units", "both-modifiers", "no-diagnosis")
_LETTERS = "ACDEFGHJKMNPQRTUVWXY"
DIAGNOSES = ("L500", "M1711", "M0579", "K5000", "C3490", "M810")


def _npi(base: int) -> str:
    digits = f"{base:09d}"
    total = 24
    for i, d in enumerate(reversed(digits)):
        n = int(d) * 2 if i % 2 == 0 else int(d)
        total += n - 9 if n > 9 else n
    return digits + str((10 - total % 10) % 10)


def _claim(rng: random.Random, number: int, hl: int) -> list[str]:
    lines = list(VISITS[rng.randrange(len(VISITS))])
    fault = rng.choice(FAULTS) if rng.random() < FAULT_SHARE else None
    first = next((i for i, line in enumerate(lines) if line[0].startswith("J")), None)
    if fault and first is not None:
        code, modifiers, units, *rest = lines[first]
        if fault == "drop-jz":
            modifiers = ""
        elif fault == "old-code":
            code = "J2930"
        elif fault == "vials-as-units":
            units = "1"
        elif fault == "both-modifiers":
            modifiers = ":JW:JZ"
        lines[first] = (code, modifiers, units, *rest)  # type: ignore[assignment]
    total = sum(int(line[3]) for line in lines) + (1 if fault == "wrong-total" else 0)
    day = (FIRST_DAY + timedelta(days=rng.randrange(DAYS))).strftime("%Y%m%d")
    a, b = _LETTERS[number // 10_000 % 20], _LETTERS[number // 200_000 % 20]
    member = f"1EG{number // 1000 % 10}{a}E{number // 100 % 10}{b}K{number % 100:02d}"
    out = [
        f"HL*{hl}*1*22*0",
        "SBR*P*18*******MB",
        f"NM1*IL*1*PATIENT{number}*TEST****MI*{member}",
        "N3*2 ELM ST",
        "N4*HARTFORD*CT*061031234",
        f"DMG*D8*19{rng.randrange(30, 99)}0214*F",
        "NM1*PR*2*MEDICARE B*****PI*MCARE",
        f"CLM*B{number}*{total}***11:B:1*Y*A*Y*Y",
    ]
    if fault != "no-diagnosis":
        out.append(f"HI*ABK:{DIAGNOSES[rng.randrange(len(DIAGNOSES))]}*ABF:R5383")
    out.append("NM1*82*1*CLINICIAN*ADA****XX*1456789126")
    for n, (code, modifiers, units, charge, ndc, quantity, unit) in enumerate(lines, 1):
        out += [
            f"LX*{n}",
            f"SV1*HC:{code}{modifiers}*{charge}*UN*{units}***1",
            f"DTP*472*D8*{day}",
            f"REF*6R*B{number}L{n}",
        ]
        if ndc:
            out += [f"LIN**N4*{ndc}", f"CTP****{quantity}*{unit}"]
    return out


def generate(claims: int, path: Path, seed: int = 837) -> None:
    """Write `claims` claims to `path`."""
    rng = random.Random(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="ascii", newline="") as out:
        out.write(
            "ISA*00*          *00*          *ZZ*SUBMIT1        *ZZ*MCARE          *260402*1200*^*00501*000000001*0*T*:~\n"
            "GS*HC*SUBMIT1*MCARE*20260402*1200*1*X*005010X222A1~\n"
        )
        transactions = 0
        for start in range(0, claims, CLAIMS_PER_TRANSACTION):
            transactions += 1
            body = [
                f"ST*837*{transactions:04d}*005010X222A1",
                f"BHT*0019*00*{transactions:06d}*20260402*1200*CH",
                "NM1*41*2*EXAMPLE CLINIC*****46*SUBMIT1",
                "PER*IC*BILLING*TE*5555550100",
                "NM1*40*2*MEDICARE B*****46*MCARE",
                "HL*1**20*1",
                "PRV*BI*PXC*207RR0500X",
                f"NM1*85*2*EXAMPLE CLINIC*****XX*{_npi(134567891)}",
                "N3*1 MAIN ST",
                "N4*HARTFORD*CT*061031234",
                "REF*EI*123456789",
            ]
            for n in range(start, min(claims, start + CLAIMS_PER_TRANSACTION)):
                body += _claim(rng, n + 1, n - start + 2)
            body.append(f"SE*{len(body) + 1}*{transactions:04d}")
            out.write("~\n".join(body) + "~\n")
        out.write(f"GE*{transactions}*1~\nIEA*1*000000001~\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("claims", type=int)
    parser.add_argument("path", type=Path)
    parser.add_argument("--seed", type=int, default=837)
    arguments = parser.parse_args()
    generate(arguments.claims, arguments.path, arguments.seed)


if __name__ == "__main__":
    main()
