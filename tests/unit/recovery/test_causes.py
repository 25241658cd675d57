"""Each of the 99 rows of the domain notes' section G gives the remedy that is stated there.

The table below was written from the notes, not from `causes.yaml`: what comes out must agree with it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from scrubjay.recovery.causes import causes, deciding
from scrubjay.recovery.classify import classify
from scrubjay.recovery.remedies import decide_remedies
from scrubjay.testing.answered import answered, answers, denied

if TYPE_CHECKING:
    from pathlib import Path

MB = {"claim_filing_code": "MB"}
YES, NO = True, False


def over(mai: str) -> dict[str, Any]:
    return {"mue_mai": mai, "mue_value": 10, "day_units": 25}


# row, group and reason, remarks, what else is known, what a person answered, remedy
ROWS: list[tuple[str, str, list[str], dict[str, Any], dict[str, bool], str | None]] = [
    ("G1", "CO-4", ["N822"], {}, {}, "REPL"),
    ("G1", "CO-4", ["N519", "MA130"], {}, {}, "NEW"),
    ("G1", "CO-16", ["N823", "MA130"], {}, {}, "NEW"),
    ("G1", "CO-4", ["N823"], MB, {}, "CER"),
    ("G2", "CO-5", ["M77"], {}, {"facility-bills": NO}, "REPL"),
    ("G2", "CO-5", ["M77"], {}, {"facility-bills": YES}, "WO"),
    ("G3", "CO-6", ["N129"], {}, {"birth-date-wrong": YES}, "REPL"),
    ("G3", "CO-6", ["N129"], {}, {"birth-date-wrong": NO}, "APP"),
    ("G4", "CO-7", [], {}, {}, "REPL"),
    ("G4", "CO-10", [], {}, {}, "REPL"),
    ("G5", "CO-8", ["N95"], {}, {}, "REPL"),
    ("G6", "CO-9", [], {}, {}, "REPL"),
    ("G7", "CO-11", ["N657"], {}, {"diagnosis-documented": YES}, "REPL"),
    ("G7", "CO-11", [], {}, {"diagnosis-documented": NO}, "APP"),
    ("G8", "CO-16", ["M51"], {}, {}, "NEW"),
    ("G8", "CO-16", ["N56"], MB, {}, "NEW"),
    ("G9", "CO-16", ["M53"], {}, {}, "NEW"),
    ("G10", "CO-16", ["M119"], MB, {}, "NEW"),
    ("G10", "CO-16", ["N815"], {"takes_frequency_7": YES}, {}, "REPL"),
    ("G11", "CO-16", ["N846"], {}, {}, "REPL"),
    ("G12", "CO-16", ["M123"], {}, {}, "NEW"),
    ("G13", "CO-16", ["M76"], {}, {}, "NEW"),
    ("G14", "CO-16", ["N264"], {}, {}, "NEW"),
    ("G15", "CO-16", ["M47"], {}, {}, "REPL"),
    ("G16", "CO-16", ["MA130"], {}, {}, "NEW"),
    ("G16", "CO-16", ["N517"], MB, {}, "NEW"),
    ("G17", "CO-16", ["MA04"], {}, {}, "COB"),
    ("G17", "CO-22", ["MA04"], {}, {}, "COB"),
    ("G18", "OA-18", ["N522"], {}, {"repeat-is-real": YES}, "REPL"),
    ("G18", "OA-18", ["M86"], {}, {"repeat-is-real": NO}, "WO"),
    ("G19", "CO-19", ["N725"], {}, {}, "ROUTE"),
    ("G19", "OA-21", [], {}, {}, "ROUTE"),
    ("G20", "OA-22", ["N155"], {}, {}, "COB"),
    ("G21", "OA-23", [], {}, {}, "NONE"),
    ("G22", "CO-24", [], {}, {}, "ROUTE"),
    ("G23", "CO-26", ["N30"], {}, {"other-coverage": YES}, "ROUTE"),
    ("G23", "PR-27", [], {}, {"other-coverage": NO, "covered-on-date": NO}, "PT"),
    ("G24", "CO-29", ["N211"], {}, {"proof-of-timely-filing": YES}, "APP"),
    ("G24", "CO-29", ["N211"], {}, {"proof-of-timely-filing": NO}, "WO"),
    ("G25", "PR-31", ["N382"], {}, {}, "NEW"),
    ("G26", "CO-39", ["N54"], {}, {}, "APP"),
    ("G27", "CO-40", [], {}, {}, "APP"),
    ("G28", "CO-45", [], {"paid_amount": "6.70", "allowed_amount": "6.70", "expected_allowed_amount": "6.70"}, {}, "WO"),
    ("G28", "CO-45", [], {"paid_amount": "5.00", "allowed_amount": "5.00", "expected_allowed_amount": "6.70"}, {}, "APP"),
    ("G29", "PR-49", ["N429"], {}, {"diagnosis-documented": YES}, "REPL"),
    ("G29", "PR-49", ["N429"], {}, {"diagnosis-documented": NO}, "PT"),
    ("G30", "CO-50", ["N115"], {}, {"diagnosis-documented": NO}, "APP"),
    ("G30", "CO-50", ["N386"], MB, {"diagnosis-documented": YES}, "CER"),
    ("G30", "CO-50", ["N661"], {}, {"diagnosis-documented": YES}, "REPL"),
    ("G30", "PR-50", [], {"modifiers": ["GA"]}, {}, "PT"),
    ("G30", "CO-50", [], {"modifiers": ["GZ"]}, {}, "WO"),
    ("G31", "PR-51", ["N204"], {}, {}, "APP"),
    ("G32", "CO-54", [], {}, {"recode-documented": NO}, "WO"),
    ("G32", "CO-54", [], {}, {"recode-documented": YES}, "REPL"),
    ("G33", "CO-55", ["N130"], {}, {}, "APP"),
    ("G34", "CO-56", [], {}, {}, "APP"),
    ("G35", "CO-58", ["N428"], {}, {"place-wrong-on-claim": NO}, "APP"),
    ("G35", "CO-58", ["M77"], {}, {"place-wrong-on-claim": YES}, "REPL"),
    ("G36", "CO-59", [], {}, {}, "NONE"),
    ("G37", "CO-60", ["MA133"], {}, {"unrelated-to-stay": NO}, "ROUTE"),
    ("G37", "CO-60", ["M2"], {}, {"unrelated-to-stay": YES}, "APP"),
    ("G38", "PR-96", ["N425"], {}, {"pharmacy-benefit": NO, "misclassified": NO}, "PT"),
    ("G38", "CO-96", ["N426"], {}, {"pharmacy-benefit": YES}, "ROUTE"),
    ("G38", "CO-96", ["N448"], {}, {"pharmacy-benefit": NO, "misclassified": YES}, "APP"),
    ("G39", "CO-97", ["M15"], {"pair_indicator": "1"}, {"separate-service": YES}, "REPL"),
    ("G39", "CO-97", ["M80"], {"pair_indicator": "1", **MB}, {"separate-service": YES}, "CER"),
    ("G39", "CO-97", ["N19"], {"pair_indicator": "1"}, {"separate-service": NO}, "WO"),
    ("G40", "CO-107", ["N122"], {}, {}, "REPL"),
    ("G41", "CO-109", ["N418"], {}, {}, "ROUTE"),
    ("G42", "CO-112", ["N206"], {}, {}, "APP"),
    ("G43", "CO-114", [], {}, {"product-approved": YES}, "APP"),
    ("G43", "CO-114", [], {}, {"product-approved": NO}, "WO"),
    ("G44", "PR-119", ["N362"], {}, {"accumulator-wrong": YES}, "APP"),
    ("G44", "PR-119", ["N640"], {}, {"accumulator-wrong": NO}, "PT"),
    ("G45", "CO-129", ["MA04"], {}, {}, "REPL"),
    ("G46", "OA-133", [], {}, {}, "WAIT"),
    ("G47", "CO-140", [], {}, {}, "NEW"),
    ("G48", "CO-146", ["M76"], {}, {}, "REPL"),
    ("G48", "CO-146", ["M81"], MB, {}, "CER"),
    ("G49", "CO-147", [], {}, {}, "APP"),
    ("G50", "CO-150", ["N237"], {}, {}, "APP"),
    ("G51", "CO-151", ["N362"], over("1") | MB, {"claim-was-wrong": NO}, "CER"),
    ("G51", "CO-151", ["N362"], over("3"), {"claim-was-wrong": NO}, "APP"),
    ("G51", "CO-151", ["N362"], over("2"), {"claim-was-wrong": NO}, "WO"),
    ("G51", "CO-151", ["N362"], over("2"), {"claim-was-wrong": YES}, "REPL"),
    ("G52", "CO-152", [], {}, {"claim-was-wrong": NO}, "APP"),
    ("G53", "CO-153", ["N378"], {}, {"claim-was-wrong": NO}, "APP"),
    ("G53", "CO-154", [], {}, {"claim-was-wrong": YES}, "REPL"),
    ("G54", "CO-163", ["N706"], {}, {}, "SEND"),
    ("G54", "CO-164", [], {}, {}, "SEND"),
    ("G55", "CO-167", ["N569"], {}, {"diagnosis-documented": NO}, "APP"),
    ("G55", "PR-167", [], {"modifiers": ["GA"]}, {}, "PT"),
    ("G56", "CO-170", ["N95"], {}, {"right-provider-known": YES}, "REPL"),
    ("G56", "CO-185", ["N570"], {}, {"right-provider-known": NO}, "WO"),
    ("G57", "CO-175", ["N456"], {}, {"order-predates-service": YES}, "SEND"),
    ("G58", "CO-177", ["N30"], {}, {"other-coverage": YES}, "ROUTE"),
    ("G58", "PR-180", [], {}, {"other-coverage": NO, "covered-on-date": NO}, "PT"),
    ("G59", "CO-181", ["N56"], {}, {}, "NEW"),
    ("G60", "CO-182", ["N822"], MB, {}, "NEW"),
    ("G60", "CO-182", ["N823"], {"takes_frequency_7": YES}, {}, "REPL"),
    ("G61", "CO-183", ["N574"], {}, {"right-provider-known": YES}, "REPL"),
    ("G61", "CO-184", [], {}, {"right-provider-known": NO}, "WO"),
    ("G62", "CO-188", [], {}, {}, "APP"),
    ("G63", "CO-189", ["N657"], {}, {}, "REPL"),
    ("G64", "CO-190", ["N106"], {}, {"unrelated-to-stay": NO}, "ROUTE"),
    ("G64", "CO-B9", [], {}, {"unrelated-to-stay": YES}, "REPL"),
    ("G65", "CO-193", [], {"appeal_level_decided": 1}, {}, "APP"),
    ("G66", "CO-197", ["M62"], {}, {"authorization-on-file": NO, "authorization-window-open": YES}, "RPA"),
    ("G66", "CO-197", ["N54"], {}, {"authorization-on-file": NO, "authorization-window-open": NO}, "APP"),
    ("G67", "CO-198", ["N54"], {}, {"authorization-covers": NO}, "RPA"),
    ("G67", "CO-198", ["N362"], {}, {"authorization-covers": YES}, "REPL"),
    ("G68", "PR-204", ["N130"], {}, {"pharmacy-benefit": NO}, "PT"),
    ("G68", "PR-204", ["N216"], {}, {"pharmacy-benefit": YES}, "ROUTE"),
    ("G69", "CO-210", ["N351"], {}, {"authorization-window-open": YES}, "RPA"),
    ("G69", "CO-302", [], {}, {"authorization-window-open": NO}, "APP"),
    ("G70", "CO-211", ["M119"], {}, {"ndc-wrong-on-claim": YES}, "REPL"),
    ("G70", "CO-211", ["M119"], {}, {"ndc-wrong-on-claim": NO}, "WO"),
    ("G71", "CO-216", ["N661"], {}, {}, "APP"),
    ("G72", "CO-222", ["N362"], {}, {}, "APP"),
    ("G73", "CO-226", ["M127"], {}, {}, "SEND"),
    ("G74", "PR-227", ["N179"], {}, {}, "SEND"),
    ("G75", "CO-231", ["M80"], {"pair_indicator": "1"}, {"separate-service": YES}, "REPL"),
    ("G75", "CO-231", ["M80"], {"pair_indicator": "1"}, {"separate-service": NO}, "WO"),
    ("G76", "CO-234", ["N20"], {"replay_verdict": "payer-was-wrong"}, {}, "APP"),
    ("G76", "CO-234", ["M15"], {"replay_verdict": "claim-was-wrong"}, {}, "WO"),
    ("G77", "CO-236", ["M80"], {"pair_indicator": "1", **MB}, {"separate-service": YES}, "CER"),
    ("G77", "CO-236", ["N20"], {"pair_indicator": "0"}, {"separate-service": YES}, "WO"),
    ("G78", "PR-242", ["N381"], {}, {"gap-exception-possible": NO}, "PT"),
    ("G78", "CO-279", [], {}, {}, "APP"),
    ("G79", "CO-246", ["N620"], {}, {}, "NONE"),
    ("G80", "CO-250", ["N705"], {}, {}, "SEND"),
    ("G80", "CO-251", ["N206"], {}, {}, "SEND"),
    ("G81", "CO-252", ["M127"], {}, {}, "SEND"),
    ("G82", "CO-253", [], {}, {}, "NONE"),
    ("G83", "CO-256", ["N773"], {}, {"contract-allows": YES}, "WO"),
    ("G83", "CO-256", ["N381"], {}, {"contract-allows": YES}, "APP"),
    ("G84", "CO-261", ["N702"], {}, {}, "APP"),
    ("G85", "CO-272", ["N115"], {}, {}, "APP"),
    ("G85", "CO-273", ["N435"], {}, {}, "APP"),
    ("G86", "OA-276", ["N36"], {}, {}, "COB"),
    ("G86", "OA-136", [], {}, {}, "COB"),
    ("G87", "CO-280", ["N426"], {}, {}, "ROUTE"),
    ("G87", "CO-292", [], {}, {}, "ROUTE"),
    ("G88", "CO-284", ["N54"], {}, {}, "REPL"),
    ("G88", "CO-296", ["M62"], {}, {}, "REPL"),
    ("G89", "CO-285", ["N921"], {"appeal_level_decided": 1}, {}, "APP"),
    ("G90", "CO-287", ["N630"], {}, {"referral-on-file": NO}, "RPA"),
    ("G90", "CO-288", [], {}, {"referral-on-file": YES}, "REPL"),
    ("G91", "CO-299", ["N761"], {}, {"enrolment-can-be-mended": YES}, "REPL"),
    ("G92", "CO-A1", [], {}, {}, None),
    ("G93", "CO-B7", ["N570"], {}, {}, "REPL"),
    ("G94", "CO-B8", ["N449"], {}, {}, "APP"),
    ("G95", "CO-B12", ["N206"], {}, {}, "APP"),
    ("G96", "CO-B13", ["N111"], {}, {}, "NONE"),
    ("G97", "CO-B15", ["N122"], {}, {}, "REPL"),
    ("G98", "CO-B16", [], {}, {"recode-documented": YES}, "REPL"),
    ("G98", "CO-B20", [], {}, {"recode-documented": NO}, "WO"),
    ("G99", "PR-1", [], {}, {}, "PT"),
    ("G99", "PR-241", [], {}, {}, "PT"),
]  # fmt: skip

HARDNESS = {"S": "soft", "H": "hard", "H-ish": "hard", "M": "depends", "-": None}


def decide(code: str, rarcs: list[str], known: dict[str, Any], said: dict[str, bool]) -> dict[str, Any]:
    lines = answered(denied(code, *rarcs, amount="93.30", **known))
    decided = decide_remedies(lines, classify(lines), answers=answers(*said.items()))
    return decided.row(0, named=True)


@pytest.mark.parametrize(
    ("row", "code", "rarcs", "known", "said", "remedy"), ROWS, ids=[f"{r[0]}-{n}" for n, r in enumerate(ROWS)]
)
def test_row_gives_its_remedy(  # noqa: PLR0917 - the columns of the table
    row: str, code: str, rarcs: list[str], known: dict[str, Any], said: dict[str, bool], remedy: str | None
) -> None:
    got = decide(code, rarcs, known, said)
    assert (got["rule_id"], got["remedy"]) == (row, remedy)


def test_every_row_is_tested_here() -> None:
    assert {r[0] for r in ROWS} == {f"G{n}" for n in range(1, 100)} == {c.id for c in causes()}


def test_every_reason_of_a_row_finds_it() -> None:
    """Every reason of a row leads to it: alone, or with each of its remarks where it needs one."""
    for cause in causes():
        pairs = [(carc, []) for carc in cause.carcs] + [
            (carc, [rarc]) for carc in cause.carcs_with_rarc for rarc in cause.rarcs
        ]
        for carc, rarcs in pairs:
            got = decide(f"{cause.groups[0]}-{carc}", list(rarcs), {}, {})
            assert got["rule_id"] == cause.id, (cause.id, carc, rarcs)


def test_the_table_is_that_of_the_notes(shared: Path) -> None:
    """Reasons, remarks, groups and hardness of each row are those written in section G."""
    text = (shared / "domain.md").read_text(encoding="utf-8")
    section = text[text.index("# G. Denials") : text.index("# H. Deadlines")]
    rows = {
        m[0]: [c.strip() for c in m[1].split("|")]
        for m in re.findall(r"^\| (\d+) \| (.*) \|", section, re.MULTILINE)
    }
    assert len(rows) == 99
    for cause in causes():
        carcs, groups, rarcs, _, hardness, *_ = rows[cause.id[1:]]
        wanted = []
        for part in re.findall(r"[A-Z]?\d+(?:-\d+)?", carcs):
            first, _, last = part.partition("-")
            wanted += [str(n) for n in range(int(first), int(last) + 1)] if last else [first]
        wanted = ["A1"] if carcs == "A1" else wanted
        ours = {*cause.carcs, *cause.carcs_with_rarc} - ({"16"} if cause.id == "G1" else set())
        assert ours == set(wanted), cause.id
        assert set(cause.rarcs) == set(re.findall(r"\b(?:MA|M|N)\d+\b", rarcs)), cause.id
        assert set(cause.groups) == set(re.findall(r"\b(?:CO|PR|OA|PI)\b", re.sub(r"\(GA\)", "", groups.replace("(PR OON)", "PR").replace("*", "")))), cause.id  # fmt: skip
        assert cause.hardness == HARDNESS[hardness.replace("*", "")], cause.id


def test_every_condition_has_words_and_every_remedy_is_known() -> None:
    for cause in causes():
        for choice in cause.choices:
            assert choice.remedy is None or choice.remedy in deciding().remedies
        assert cause.stage in deciding().stages
        # Money is not given up while an answer is outstanding.
        if cause.until_known in {"WO", "PT"}:
            assert all(c.remedy in {"WO", "PT", "NONE"} for c in cause.choices), cause.id
