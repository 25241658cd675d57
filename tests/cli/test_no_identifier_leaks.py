"""A patient whose every value is unlike any other: none may appear where it must not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scrubjay.testing.x12 import ClaimSpec, LineSpec, OtherPayerSpec, PersonSpec, make_837

NAMES = ("QZLASTQZ", "QZFIRSTQZ", "QZDEPLASTQZ", "QZDEPFIRSTQZ", "QZOTHERQZ")
VALUES = (*NAMES, "9QZ8QZ7QZ65", "19370203", "1937-02-03", "20090909", "2009-09-09", "QZOTHERMEMBERQZ")
CONTROL = "QZCONTROLQZ"

SUBSCRIBER = PersonSpec("QZLASTQZ", "QZFIRSTQZ", "9QZ8QZ7QZ65", "19370203")
DEPENDENT = PersonSpec("QZDEPLASTQZ", "QZDEPFIRSTQZ", "", "20090909")
OTHER = OtherPayerSpec("OTH1", paid="5", subscriber=PersonSpec("QZOTHERQZ", "QZFIRSTQZ", "QZOTHERMEMBERQZ"))
FAULTY = ClaimSpec(
    CONTROL,
    [
        LineSpec("J1320", "50", "0.5", ("25", "25"), ndc="0143975325", description="METHYLPREDNISOLONE"),
        LineSpec("99213", "50", "1", pointers=("9",)),
        LineSpec("96372", "50", "1"),
        LineSpec("J2919", "999", "25", service_from=None),
    ],
    charge="1",
    diagnoses=(),
    subscriber=SUBSCRIBER,
    other_payers=[OTHER],
    rendering_npi="1111111111",
)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("claims")
    whole = make_837([FAULTY, replace(FAULTY, dependent=DEPENDENT), replace(FAULTY, frequency="7")])
    texts = {
        "whole": whole,
        "cut": whole[: whole.index("LX*3")],
        "damaged": whole.replace("*50*UN", "*QZLASTQZ*UN").replace("DMG*D8*19370203", "DMG*D8*1937020399"),
        "shuffled": whole.replace("CLM*", "XYZ*1~CLM*").replace("HL*", "HL*QZLASTQZ*"),
    }
    for name, text in texts.items():
        (folder / f"{name}.837").write_text(text)
    return [folder / f"{name}.837" for name in texts]


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "csv", "html"])
def test_reports_show_the_control_number_and_nothing_else(scrubjay, files, form):
    done = scrubjay(
        "check",
        *files,
        "--format",
        form,
        "--as-of",
        "2024-06-10",
        "--all" if form == "text" else "--fail-on=error",
    )
    for value in VALUES:
        assert value not in done.stdout
    assert CONTROL in done.stdout
    for value in (*VALUES, CONTROL):
        assert value not in done.stderr


def test_problems_hold_no_identifier(scrubjay, files):
    import json

    done = scrubjay("check", *files, "--json", "--as-of", "2024-06-10")
    data = json.loads(done.stdout)
    text = json.dumps(
        [
            data["files"],
            data["summary"],
            [f["message"] for f in data["findings"]],
            [f["fix"] for f in data["findings"]],
        ]
    )
    assert data["summary"]["problems"]
    for value in (*VALUES, CONTROL):
        assert value not in text
