"""`scrubjay guide`, `guide check` and `similar` as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scrubjay.cli.main import run

GUIDES = Path(__file__).parents[1] / "data" / "guides"
AS_OF = ["--as-of", "2026-11-26"]


def answer(capsysbinary: pytest.CaptureFixture[bytes], *arguments: str) -> tuple[int, str, str]:
    code = run([*arguments, *AS_OF])
    out, err = capsysbinary.readouterr()
    return code, out.decode(), err.decode()


def test_check_shows_what_is_wrong_and_where(capsysbinary) -> None:
    code, out, _ = answer(capsysbinary, "guide", "check", str(GUIDES / "denosumab_wrong.html"))
    assert code == 1
    assert "GU002 billing-unit-misstated" in out
    assert "line 6, characters" in out
    code, out, _ = answer(capsysbinary, "guide", "check", str(GUIDES / "infliximab_right.md"))
    assert code == 0
    assert "33 true" in out


def test_check_as_json_of_several_files(capsysbinary) -> None:
    files = [str(GUIDES / n) for n in ("ondansetron_right.txt", "charges.csv")]
    code, out, _ = answer(capsysbinary, "guide", "check", *files, "--json", "--on", "2026-03-01")
    text, charges = json.loads(out)
    assert code == 1
    assert text["kind"] == "txt"
    assert charges["kind"] == "charges"
    assert charges["findings"][0]["row"] == 4


def test_fail_on(capsysbinary) -> None:
    path = str(GUIDES / "denosumab_wrong.html")
    assert answer(capsysbinary, "guide", "check", path, "--fail-on", "never")[0] == 0
    history = str(GUIDES / "history_right.txt")
    assert answer(capsysbinary, "guide", "check", history)[0] == 0
    assert answer(capsysbinary, "guide", "check", history, "--fail-on", "warning")[0] == 1


@pytest.mark.parametrize("ending", ["html", "md", "pdf", "json", "txt"])
def test_guide_into_a_file(tmp_path: Path, capsysbinary, ending: str) -> None:
    path = tmp_path / f"g.{ending}"
    code, out, err = answer(capsysbinary, "guide", "J2919", "--on", "2026-02-01", "-o", str(path))
    assert (code, out) == (0, "")
    assert "wrote" in err
    assert path.stat().st_size > 2_000


def test_guide_in_a_terminal_and_as_json(capsysbinary) -> None:
    code, out, _ = answer(capsysbinary, "guide", "J1320")
    assert code == 0
    assert "amitriptyline" in out
    value = json.loads(answer(capsysbinary, "guide", "J1320", "--json")[1])
    assert value["sources"][0]["number"] == 1
    assert all(line["sources"] for s in value["sections"] for line in s["lines"])


def test_similar(capsysbinary) -> None:
    code, out, _ = answer(capsysbinary, "similar", "J2919", "--json")
    assert code == 0
    assert {"J1010", "J2920"} <= {a["code"] for a in json.loads(out)["similar"]}
    assert "Which ester" in answer(capsysbinary, "similar", "j2919")[1].replace("\n", " ")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["guide", "J9998"], 2),
        (["guide", "J2919", "J1010"], 2),
        (["guide", "check"], 2),
        (["guide", "check", "none.txt"], 3),
        (["guide", "check", "none.txt", "--payer", "x"], 2),
        (["guide", "check", str(GUIDES / "charges.csv"), "--format", "pdf"], 2),
        (["guide", "J2919", "--payer", "nobody"], 2),
        (["guide", "J2919", "--on", "yesterday"], 2),
        (["similar", "solumedrol"], 2),
        (["similar"], 2),
    ],
)
def test_bad_requests_are_one_line(capsysbinary, arguments: list[str], code: int) -> None:
    found, out, err = answer(capsysbinary, *arguments)
    assert found == code
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err
