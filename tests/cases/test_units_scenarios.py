"""Doses as billers meet them, with the lines to bill worked out by hand from the domain notes (B, D, L).

A line is written `CODExUNITS-MODIFIER`; `refused: words` is a refusal that says them; warnings follow `|`.
"""

from __future__ import annotations

import json
import shlex
from datetime import date
from typing import TYPE_CHECKING

import pytest

from scrubjay import api
from scrubjay.drugs import UnitsRequest

if TYPE_CHECKING:
    from pathlib import Path

_SS = '--drug "methylprednisolone sodium succinate"'
_AC = '--drug "methylprednisolone acetate"'
_SDV125 = '--vial "125 mg" --container single-dose'

SCENARIOS = f"""
# Days: JW from 2017, JZ from 2023-07-01, new codes from 2024-04-01
{_SS} --dose "62.5 mg" --on 2016-12-31 {_SDV125} --route im => J2930x1 96372x1
{_SS} --dose "125 mg" --on 2023-06-30 {_SDV125} --route im => J2930x1 96372x1
{_SS} --dose "125 mg" --on 2023-07-01 {_SDV125} --route im => J2930x1-JZ 96372x1
{_SS} --dose "125 mg" --on 2024-03-31 {_SDV125} --route im => J2930x1-JZ 96372x1
{_SS} --dose "125 mg" --on 2024-04-01 {_SDV125} --route im => J2919x25-JZ 96372x1
--drug remicade --dose "415 mg" --on 2017-01-01 --vial "5 x 100 mg" --container single-dose --route iv --minutes 125 => J1745x42 J1745x8-JW 96413x1 96415x1
--drug remicade --dose "415 mg" --on 2016-12-31 --vial "5 x 100 mg" --container single-dose --route iv --minutes 125 => J1745x42 96413x1 96415x1 | missing-discarded-drug-modifier
# Published examples of the arithmetic
--code J9271 --dose "331 mg" --on 2024-07-01 --vial "360 mg" --container single-dose --route iv --minutes 30 => J9271x331 J9271x29-JW 96413x1
--code J1745 --dose "77 mg" --on 2024-07-01 --vial "100 mg" --container single-dose --route iv --minutes 60 => J1745x8 J1745x2-JW 96413x1
--code J1745 --dose "305 mg" --on 2024-07-01 --vial "4 x 100 mg" --container single-dose --route iv --minutes 120 => J1745x31 J1745x9-JW 96413x1 96415x1
--code J1720 --dose "70 mg" --on 2024-07-01 --vial "100 mg" --container single-dose --route im => J1720x1-JZ 96372x1
{_SS} --dose "80 mg" --on 2024-09-02 {_SDV125} --route im => J2919x16 J2919x9-JW 96372x1
{_SS} --dose "83 mg" --on 2024-09-02 {_SDV125} --route im => J2919x17 J2919x8-JW 96372x1
{_SS} --dose "121 mg" --on 2024-09-02 {_SDV125} --route im => J2919x25-JZ 96372x1
# Several vials, several sizes of code
{_SS} --dose "150 mg" --on 2024-09-02 --vial "125 mg" --vial "40 mg" --container single-dose --route iv --minutes 16 => J2919x30 J2919x3-JW 96365x1
{_SS} --dose "165 mg" --on 2024-03-15 --vial "125 mg" --vial "40 mg" --container single-dose --route iv --minutes 15 => J2930x1-JZ J2920x1-JZ 96374x1
{_SS} --dose "130 mg" --on 2024-03-15 --vial "2 x 125 mg" --container single-dose --route iv --minutes 10 => J2930x2-JZ 96374x1
{_AC} --dose "120 mg" --on 2024-03-31 --container multi-dose --route im => J1040x1 J1030x1 96372x1
{_AC} --dose "80 mg" --on 2024-03-31 --vial "80 mg" --container single-dose --route im => J1040x1-JZ 96372x1
{_AC} --dose "60 mg" --on 2024-08-20 --vial "80 mg" --container single-dose --route im => J1010x60 J1010x20-JW 96372x1
--code J1745 --dose "415 mg" --on 2024-07-08 --vial "6 x 100 mg" --container single-dose --route iv --minutes 120 => J1745x42 J1745x18-JW 96413x1 96415x1 | waste-not-minimal
# Routes
{_AC} --dose "80 mg" --on 2024-08-20 --vial "80 mg" --container single-dose --route ia => J1010x80-JZ | drug-without-administration
{_AC} --dose "80 mg" --on 2024-08-20 --vial "80 mg" --container single-dose --route iv --minutes 5 => J1010x80-JZ | route-conflict
{_SS} --dose "40 mg" --on 2024-06-03 --vial "40 mg" --container single-dose --route ia => J2919x8-JZ | route-conflict
{_SS} --dose "1 g" --on 2024-06-03 --vial "1 g" --container single-dose --route iv --minutes 5 => J2919x200-JZ 96374x1 | infusion-time-disagrees
{_SS} --dose "1 g" --on 2024-06-03 --vial "1 g" --container single-dose --route iv --minutes 211 => J2919x200-JZ 96365x1 96366x3
--drug botox --dose "155 units" --on 2024-07-01 --vial "200 units" --container single-dose --route im => J0585x155 J0585x45-JW | drug-without-administration
--drug eylea --dose "2 mg" --on 2024-07-01 --vial "2 mg" --container single-dose --route intravitreal => J0178x2-JZ | drug-without-administration
--drug hizentra --dose "10 g" --on 2024-07-01 --vial "10 g" --container single-dose --route sc --minutes 95 => J1559x100-JZ 96369x1 96370x1
--code J7030 --dose "1 L" --on 2024-07-01 --route iv --minutes 91 --container single-dose --vial "1 L" => J7030x1-JZ 96360x1 96361x1
--code J7030 --dose "1 L" --on 2024-07-01 --route iv --minutes 30 --container single-dose --vial "1 L" => J7030x1-JZ | drug-without-administration
# Settings and payers
{_SS} --dose "1 g" --on 2024-11-05 --vial "1 g" --container single-dose --route iv --minutes 60 --setting hopd => J2919x200 96365x1 | drug-packaged
{_SS} --dose "1,000 mg" --on 2025-03-05 --vial "1 g" --container single-dose --route iv --minutes 60 --setting hopd => J2919x200-JZ 96365x1
{_SS} --dose "62.5 mg" --on 2025-03-05 {_SDV125} --route im --setting asc => J2919x13 J2919x12-JW 96372x1
{_SS} --dose "62.5 mg" --on 2024-08-05 {_SDV125} --route im --setting asc => J2919x13 96372x1 | missing-discarded-drug-modifier
{_SS} --dose "62.5 mg" --on 2025-03-05 {_SDV125} --route im --setting cah => J2919x13 J2919x12-JW 96372x1
{_SS} --dose "62.5 mg" --on 2025-03-05 {_SDV125} --route im --setting rhc => J2919x13 96372x1
{_SS} --dose "125 mg" --on 2025-03-05 {_SDV125} --route im --setting inpatient => refused: inpatient
{_SS} --dose "125 mg" --on 2024-06-03 {_SDV125} --route im --payer medicaid => J2919x25 96372x1 | missing-ndc, missing-discarded-drug-modifier
{_SS} --dose "62.5 mg" --on 2024-06-03 {_SDV125} --route im --payer blue-cross-nc => J2919x13 J2919x12-JW 96372x1
{_SS} --dose "125 mg" --on 2024-06-03 {_SDV125} --route im --payer nobody => refused: payer is unknown
--drug infliximab --dose "5 mg" --on 2025-07-10 --vial "100 mg" --container single-dose --payer uhc-community-plan-md => J1745x1 | discarded-modifier-not-required
--drug infliximab --dose "10 mg" --on 2025-07-10 --vial "100 mg" --container single-dose --payer uhc-community-plan-md => J1745x1 J1745x9-JW
--drug infliximab --dose "5 mg" --on 2025-07-10 --vial "100 mg" --container single-dose => J1745x1 J1745x9-JW
# Containers: an unverified one is no ground for JZ
--drug prolia --dose "60 mg" --on 2024-07-08 --vial "60 mg" --route sc => J0897x60 96372x1 | missing-discarded-drug-modifier
{_SS} --dose "125 mg" --on 2024-06-03 --vial "125 mg" --container multi-dose --route im => J2919x25 96372x1
# Ordinary and complex drugs
--drug toradol --dose "30 mg" --on 2024-07-01 --vial "30 mg" --container single-dose --route im => J1885x2-JZ 96372x1
--drug rocephin --dose "1 g" --on 2024-07-01 --vial "1 g" --container single-dose --route im => J0696x4-JZ 96372x1
--drug "vitamin b12" --dose "1 mg" --on 2024-07-01 --container multi-dose --route im => J3420x1 96372x1
--drug dexamethasone --dose "10 mg" --on 2024-07-01 --vial "10 mg" --container single-dose --route iv --minutes 2 => J1100x10-JZ 96374x1
--drug venofer --dose "200 mg" --on 2024-07-01 --vial "2 x 100 mg" --container single-dose --route iv --minutes 5 => J1756x200-JZ 96374x1
--drug reclast --dose "5 mg" --on 2024-07-01 --vial "5 mg" --container single-dose --route iv --minutes 30 => J3489x5-JZ 96365x1
--code J0885 --dose "10,000 units" --on 2024-07-01 --vial "10000 units" --container single-dose --route sc => J0885x10-JZ 96372x1
--drug "celestone soluspan" --dose "12 mg" --on 2024-07-01 --container multi-dose --route im => J0702x2 96372x1
--drug zosyn --dose "3.375 g" --on 2024-07-01 --vial "3.375 g" --container single-dose --route iv --minutes 30 => J2543x3-JZ 96365x1
--drug "bicillin l-a" --dose "1.2 million units" --on 2024-07-01 --vial "1.2 million units" --container single-dose --route im => J0561x12-JZ 96372x1
--drug fulvestrant --dose "500 mg" --on 2024-07-01 --vial "2 x 250 mg" --container single-dose --route im => J9395x20-JZ 96402x1
--drug bortezomib --dose "2.3 mg" --on 2024-07-01 --vial "3.5 mg" --container single-dose --route sc => J9041x23 J9041x12-JW 96401x1
--drug eligard --dose "22.5 mg" --on 2024-07-01 --vial "22.5 mg" --container single-dose --route sc => J9217x3-JZ 96402x1
--drug stelara --dose "90 mg" --on 2024-07-01 --vial "90 mg" --container single-dose --route sc => J3357x90-JZ 96372x1
--drug neulasta --dose "6 mg" --on 2021-12-31 --vial "6 mg" --container single-dose --route sc => J2505x1 96372x1
--drug soliris --dose "900 mg" --on 2025-04-01 --vial "3 x 300 mg" --container single-dose --route iv --minutes 35 => J1299x450-JZ | drug-without-administration
# NDC and volume
--code J1010 --dose "0.5 mL" --ndc 00009-0306-02 --on 2024-08-20 --route im --container multi-dose => J1010x40 96372x1
--drug methylprednisolone --dose "40 mg" --ndc 0009-3073-01 --on 2024-08-20 --route im --container multi-dose => J1010x40 96372x1
{_SS} --dose "40 mg" --ndc 0009-3073-01 --on 2024-06-03 --route im --container multi-dose => J2919x8 96372x1 | ndc-not-for-code
# Limits
--code J1320 --dose "20 mg" --on 2024-07-01 --container multi-dose --route im => J1320x1 96372x1 | units-exceed-mue, code-not-payable
--code J3301 --dose "200 mg" --on 2024-07-01 --container multi-dose --route im => J3301x20 96372x1 | units-exceed-mue
# Refusals
{_SS} --dose "2 mL" --on 2024-06-03 => refused: strength
{_SS} --dose "125 IU" --on 2024-06-03 => refused: international units
{_SS} --dose "1 mg/kg" --on 2024-06-03 => refused: weight
{_SS} --dose "1 vial" --on 2024-06-03 => refused: counts containers
{_SS} --dose "0 mg" --on 2024-06-03 => refused: zero
{_SS} --dose "-5 mg" --on 2024-06-03 => refused: negative
{_SS} --dose "125 mg" --vial "40 mg" --on 2024-06-03 => refused: more than the vials hold
--drug methylprednisolone --dose "125 mg" --route iv --on 2024-06-03 => refused: ambiguous
--drug metylprednisolone-sodium --dose "40 mg" --on 2024-06-03 => refused: unknown drug
--code J2920 --dose "40 mg" --on 2024-05-01 => refused: expired
--code J2919 --dose "40 mg" --on 2024-03-31 => refused: not yet effective
--code J3490 --dose "40 mg" --on 2024-05-01 => refused: unlisted
--code J1320 {_SS} --dose "40 mg" --on 2024-07-01 => refused: J1320 is amitriptyline
"""
_ROWS = [row for row in SCENARIOS.splitlines() if row and not row.startswith("#")]
_FIELDS = {"--minutes": int, "--on": date.fromisoformat}


def _request(text: str) -> UnitsRequest:
    words = shlex.split(text)
    values: dict = {"vials": ()}
    for option, value in zip(words[::2], words[1::2], strict=True):
        name = option.removeprefix("--")
        if name == "vial":
            values["vials"] += (value,)
        else:
            values[name] = _FIELDS.get(option, str)(value)
    return UnitsRequest(**values)


@pytest.mark.parametrize("row", _ROWS)
def test_units(row: str, tmp_path: Path) -> None:
    asked, _, expected = row.partition(" => ")
    answer = api.units(_request(asked), as_of=date(2026, 11, 23), reference_path=tmp_path).as_dict()
    json.dumps(answer)
    assert set(answer) == {"lines", "refused", "steps", "warnings"}
    if expected.startswith("refused: "):
        assert answer["lines"] == []
        assert expected.removeprefix("refused: ") in answer["refused"]["reason"]
        return
    lines, _, warnings = expected.partition(" | ")
    got = ["-".join((f"{d['hcpcs']}x{d['units']}", *d["modifiers"])) for d in answer["lines"]]
    assert sorted(got) == sorted(lines.split())
    assert {w["edit"] for w in answer["warnings"]} >= {w.strip() for w in warnings.split(",") if w}
    for d in answer["lines"]:
        is_drug = not d["hcpcs"].startswith("9")
        role = "discarded" if "JW" in d["modifiers"] else "drug" if is_drug else "administration"
        assert d["role"] == role
    without = "drug-without-administration" in {w["edit"] for w in answer["warnings"]}
    assert without is False or "administration" not in {d["role"] for d in answer["lines"]}
