"""`scrubjay reference load` on what is broken: one message each, nothing half loaded; and loads that are killed."""

from __future__ import annotations

import io
import json
import random
import signal
import subprocess
import sys
import time
import zipfile
from datetime import date

import pytest

from scrubjay.reference import Reference
from scrubjay.reference.library import Library

COLUMNS = (
    "HCPCS Code,Short Description,HCPCS Code Dosage,Payment Limit,Co-insurance Percentage,Vaccine AWP%,Vaccine Limit,"
    "Blood AWP%,Blood limit,Clotting Factor,Notes"
)
J2919 = "J2919,Methylpred,5 MG,0.264,20,,,,,,"
J1010 = "J1010,Methylpred acetate,1 MG,0.5,20,,,,,,"
NOTICE = """<!DOCTYPE html><html><head><title>License for Use of CPT</title></head><body>
End User Point and Click Agreement: CPT codes are copyright American Medical Association</body></html>"""
MUE = "HCPCS/CPT Code,Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n"
PTP_NAME = "medicare-ncci-2026q1-practitioner-ptp-edits-ccipra-v320r0-f1.csv"


def limits(*rows: str, columns: str = COLUMNS, period: str = "January 1, 2026 through March 31, 2026") -> str:
    top = f'Payment Allowance Limits for Medicare Part B Drugs,,,,,,,,,,\n"Effective {period}",,,,,,,,,,\n'
    return top + "".join(f"{line}\n" for line in (columns, *rows))


def record(code: str, descriptor: str, *, added: str = "20250101", ended: str = "") -> str:
    """A record of the HCPCS file in CMS's fixed columns."""
    line = [" "] * 320
    placed = {
        1: code,
        6: "00100",
        11: "3",
        12: descriptor,
        120: "51",
        128: "A",
        230: "D",
        257: "O1E",
        261: "1P",
    }
    placed |= {269: added, 277: added, 285: ended, 293: "A"}
    for begin, value in placed.items():
        line[begin - 1 : begin - 1 + len(value)] = value
    return "".join(line) + "\r\n"


@pytest.fixture
def load(scrubjay, tmp_path):
    """Load files given by name and content into a new folder."""

    def call(files: dict[str, str | bytes], *args):
        folder = tmp_path / "in"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        paths = [folder / name for name in files]
        return scrubjay("reference", "load", *paths, "--reference", tmp_path / "ref", *args, cwd=tmp_path)

    return call


@pytest.fixture
def held(tmp_path):
    """Set and edition of all that is held; no file may be left that the manifest does not name."""

    def names() -> list[tuple[str, str]]:
        library = Library(tmp_path / "ref")
        assert [f for f in library.check() if f.is_broken or f.kind == "extra-file"] == []
        return [(e.set_name, e.edition) for e in library.held()]

    return names


BOTH = [("asp_dosage", "2026-01"), ("payment_limits", "2026-01")]


def zipped(members: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return buffer.getvalue()


# What is refused ------------------------------------------------------------------------------------


def _truncated() -> bytes:
    body = zipped(
        {f"limits{n}.csv": limits(*(f"J{i:04d},x,1 MG,{i}.5,20,,,,,," for i in range(500))) for n in "12"}
    )
    return body[: len(body) // 2]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("limits.zip", _truncated(), "is damaged or was cut off. Download it again"),
        (
            "limits.csv",
            limits(J2919, columns=COLUMNS.replace("Payment Limit", "Something")),
            "has no column for payment limit",
        ),
        ("limits.csv", limits(J2919, period="the year of the rat"), "does not say which quarter"),
        (
            "limits.csv",
            limits("J2919,Methylpred,5 MG,0.2")[:-1],
            "ends in the middle of a row. The file was cut off",
        ),
        (
            "mue.csv",
            MUE + "J1320,0,3 Date of Service Edit: Clinical,\n",
            "does not say which release of the NCCI MUE table it is",
        ),
        ("limits.html", NOTICE, "a web page with a licence notice, saved in place of the file"),
        ("limits.zip", NOTICE, "a web page with a licence notice, saved in place of the file"),
        ("limits.csv", NOTICE, "accept the licence in the browser"),
        ("limits.zip", zipped({"AMA license.html": NOTICE}), "a web page with a licence notice"),
        ("limits.csv", b"", "an empty file"),
        ("limits.csv", b"\x00\x01\x02\x03" * 100, "neither text nor spreadsheet"),
        ("claims.837", "ISA*00*          *00*          *ZZ*A~ST*837*0001~", "judge it with `scrubjay check`"),
        ("notes.txt", "hello", "no release of a known source"),
    ],
)
def test_refused_with_one_message(*, load, held, one_line, tmp_path, name, content, says) -> None:
    done = load({name: content})
    assert done.returncode == 3
    assert held() == []
    if name != "limits.zip" or "AMA" not in str(content[:200]):
        line = one_line(done.stderr)
        assert name in line
        assert says in line
    else:
        assert says in done.stdout


def test_what_is_missing(load, one_line, tmp_path) -> None:
    done = load({}, tmp_path / "none.zip")
    assert done.returncode == 3
    assert "none.zip: does not exist." in one_line(done.stderr)


def test_the_good_part_of_a_folder_goes_through(load, held, one_line) -> None:
    done = load({"a.zip": _truncated(), "b.csv": limits(J2919), "c.html": NOTICE})
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 2
    assert held() == BOTH


def test_a_correction_that_is_broken_changes_nothing(load, held, tmp_path) -> None:
    assert load({"limits.csv": limits(J2919)}).returncode == 0
    before = (tmp_path / "ref/manifest.json").read_bytes()
    assert load({"limits.csv": limits(J2919, "J2930,Methylpred,125 MG")[:-1]}).returncode == 3
    assert (tmp_path / "ref/manifest.json").read_bytes() == before
    assert held() == BOTH


# What is taken, with a word ------------------------------------------------------------------------------


def warnings(done) -> list[str]:
    return [w for f in json.loads(done.stdout)["files"] for w in f["warnings"]]


def test_a_newer_layout_with_an_added_column(load, held) -> None:
    done = load({"limits.csv": limits(J2919 + ",new", columns=COLUMNS + ",Something New")}, "--json")
    assert (done.returncode, held()) == (0, BOTH)
    (said,) = warnings(done)
    assert "Something New" in said or "something new" in said


def test_duplicate_rows_are_kept_once(load, tmp_path) -> None:
    done = load({"limits.csv": limits(J2919, J1010, J2919)}, "--json")
    assert done.returncode == 0
    (said,) = [w for w in warnings(done) if "J2919" in w]
    assert "once" in said
    rows = Reference.open(tmp_path / "ref").rows(
        "payment_limits", on=date(2026, 2, 1), as_of=date(2026, 2, 1)
    )
    assert sorted(r["hcpcs"] for r in rows if r["edition"] == "2026-01" and r["hcpcs"] in ("J2919", "J1010")) == [
        "J1010", "J2919",
    ]  # fmt: skip


def test_two_values_on_one_day_are_said_and_neither_is_taken(load, tmp_path) -> None:
    done = load({"limits.csv": limits(J2919, J2919.replace("0.264", "0.999"))}, "--json")
    assert done.returncode == 0
    (said,) = warnings(done)
    assert "Listed more than once, with different values, which were left empty: J2919" in said
    on = date(2026, 2, 1)
    row = Reference.open(tmp_path / "ref").row("payment_limits", on=on, as_of=on, hcpcs="J2919")
    assert (row["edition"], row["payment_limit"]) == ("2026-01", None)


# Records of one code by hand: the edition is that of the latest date in them.
OTHERS = "".join(record(f"J{n:04d}", f"Injection, drug {n}, 1 mg") for n in range(100, 130))


def test_two_descriptors_on_one_day(load, tmp_path, scrubjay) -> None:
    text = OTHERS + record("J0002", "Injection, oldamab, 5 mg") + record("J0002", "Injection, newamab, 9 mg")
    done = load({"HCPC2025_JAN_ANWEB.txt": text}, "--json")
    assert done.returncode == 0, done.stderr
    assert [w for w in warnings(done) if "Two descriptors on one day, so neither is used there: J0002" in w]
    on = date(2025, 2, 1)
    row = Reference.open(tmp_path / "ref").row("hcpcs", on=on, as_of=on, hcpcs="J0002")
    assert row["descriptor"] is None
    check = scrubjay("reference", "doctor", "--reference", tmp_path / "ref", "--as-of", "2025-02-01")
    assert "J0002" in check.stdout


def test_overlapping_periods_of_one_code(load) -> None:
    text = OTHERS + record("J0001", "Injection, oldamab, 5 mg", added="20200101", ended="20241231")
    text += record("J0001", "Injection, oldamab, 5 mg", added="20240101", ended="20250331")
    done = load({"HCPC2025_JAN_ANWEB.txt": text}, "--json")
    assert done.returncode == 0, done.stderr
    assert [w for w in warnings(done) if "Periods of one code overlap: J0001" in w]


def test_overlapping_periods_of_one_pair(load) -> None:
    top = (
        "CPT only copyright 2023 American Medical Association.  All rights reserved.\r\nColumn1/Column2 Edits\r\n"
        "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n"
        "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\r\n\t\t\t\t*=no data\t1=allowed\t\r\n"
        "\t\t\t\t\t9=not applicable\t\r\n"
    )
    rows = ("20610\t20600\t\t20100101\t20191231\t1\tx\r\n", "20610\t20600\t\t20190101\t*\t0\tx\r\n")
    done = load({PTP_NAME: top + "".join(rows)}, "--json")
    assert done.returncode == 0, done.stderr
    assert [w for w in warnings(done) if "1 row(s) overlap an earlier row of the same pair" in w]


# Killed ----------------------------------------------------------------------------------------------


def test_killed_at_random_moments(tmp_path) -> None:
    """An edition is whole or absent whenever the load dies. On real files: benchmarks/reference.py kill."""
    folder = tmp_path / "in"
    folder.mkdir()
    spans = (("January 1", "March 31", 1), ("April 1", "June 30", 4), ("July 1", "September 30", 7),
             ("October 1", "December 31", 10))  # fmt: skip
    quarters = [
        (f"{first}, {year} through {last}, {year}", f"{year}-{month:02}")
        for year in range(2011, 2026)
        for first, last, month in spans
    ]
    rows = [f"J{n:04d},x,1 MG,{n}.5,20,,,,,," for n in range(300)]
    for words, name in quarters:
        (folder / f"limits_{name}.csv").write_text(limits(*rows, period=words), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "scrubjay",
        "reference",
        "load",
        str(folder),
        "--reference",
        str(tmp_path / "ref"),
    ]
    chosen, library = random.Random(7), Library(tmp_path / "ref")
    seen = set()
    for _ in range(8):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        give_up = time.monotonic() + 60
        started = len(library.held())
        # Past the imports, then at any moment of the work.
        while len(library.held()) <= started and process.poll() is None and time.monotonic() < give_up:
            time.sleep(0.005)
        time.sleep(chosen.uniform(0, 0.15))
        process.send_signal(signal.SIGKILL)
        process.wait()
        editions: dict[str, list[str]] = {}
        for edition in library.held():
            editions.setdefault(edition.edition, []).append(edition.set_name)
        assert all(sorted(sets) == ["asp_dosage", "payment_limits"] for sets in editions.values())
        assert [f.what for f in library.check() if f.is_broken] == []
        if editions:
            reference = Reference.open(tmp_path / "ref")
            newest = max(editions)
            day = date.fromisoformat(f"{newest}-15")
            assert (
                reference.row("payment_limits", on=day, as_of=day, hcpcs="J0007")["payment_limit"] is not None
            )
        seen.add(len(editions))
    assert len(seen) > 1, "the kills came at different moments"
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    assert len({e.edition for e in library.held()}) == len(quarters)
    assert library.check() == []
