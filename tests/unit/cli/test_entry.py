"""How failing becomes one line and an exit code, and the small helpers of the commands."""

from __future__ import annotations

import errno
from datetime import date
from pathlib import Path

import pytest

from scrubjay.cli import check, common, main
from scrubjay.cli.formats import chosen_format
from scrubjay.errors import ExitCode, PolicyError, UnreadableInputError, UsageError


class Panic(BaseException):
    """As polars raises when its Rust part fails."""


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (UsageError("no good.", where="--x", hint="Try y."), ExitCode.USAGE, "--x: no good. Try y."),
        (UnreadableInputError("gone.", where="a.837"), ExitCode.UNREADABLE, "a.837: gone."),
        (PolicyError("bad.", where="p.yaml:3"), ExitCode.USAGE, "p.yaml:3: bad."),
        (KeyboardInterrupt(), 130, "stopped"),
        (OSError(errno.ENOSPC, "No space left on device"), ExitCode.INTERNAL, "No space left on device"),
        (MemoryError(), ExitCode.INTERNAL, "out of memory"),
        (KeyError("JANE DOE"), ExitCode.INTERNAL, "internal error: KeyError"),
        (RecursionError(), ExitCode.INTERNAL, "internal error: RecursionError"),
        (Panic("JANE DOE"), ExitCode.INTERNAL, "internal error: Panic"),
    ],
)
def test_every_failure_is_one_line(monkeypatch, capsys, error, code, says):
    def fail(*_args, **_options):
        raise error

    monkeypatch.setattr(check, "_judge", fail)
    assert main.run(["check", "a.837"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("scrubjay: ")
    assert says in err
    assert "JANE" not in err


def test_a_message_of_several_lines_becomes_one(capsys):
    common.say("a\n  b\n\nc")
    assert capsys.readouterr().err == "scrubjay: a b c\n"


@pytest.mark.parametrize(
    "text",
    ["2024-7-1", "01/02/2024", "20240701", "2023-02-29", "", "today", "２０２４-07-01", "2024-07-01T00"],
)
def test_wrong_days(text):
    with pytest.raises(UsageError, match=r"--on: .* is no date\. Write it as YYYY-MM-DD"):
        common.parse_day(text, "--on")


def test_days():
    assert common.parse_day(" 2024-02-29 ", "--on") == date(2024, 2, 29)
    assert common.day_or_today("2024-02-29", "--on") == date(2024, 2, 29)
    assert common.day_or_today(None, "--on") == common.today()


def test_output_appears_only_when_whole(tmp_path):
    target = tmp_path / "a.json"
    target.write_text("before")

    def half():
        with common.output(target) as out:
            out.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]
    with common.output(target) as out:
        out.write(b"after")
    assert target.read_text() == "after"


def test_format_by_option_then_by_name():
    def chosen(given, output, *, as_json):
        return chosen_format(check.Format, given, output, as_json=as_json)

    assert chosen(None, None, as_json=False) is check.Format.TEXT
    assert chosen(None, Path("a.HTML"), as_json=False) is check.Format.HTML
    assert chosen(None, Path("a"), as_json=False) is check.Format.TEXT
    assert chosen(check.Format.TEXT, Path("a.log"), as_json=False) is check.Format.TEXT
    assert chosen(check.Format.CSV, Path("a.html"), as_json=False) is check.Format.CSV
    assert chosen(None, None, as_json=True) is check.Format.JSON
    with pytest.raises(UsageError):
        chosen(check.Format.CSV, None, as_json=True)
    with pytest.raises(UsageError, match="--format"):
        chosen(None, Path("a.pdf"), as_json=False)


def test_limits():
    assert check._limit(None, check.Format.TEXT, print_all=False) == 50
    assert check._limit(None, check.Format.HTML, print_all=False) == 1000
    assert check._limit(3, check.Format.TEXT, print_all=False) == 3
    assert check._limit(3, check.Format.TEXT, print_all=True) is None


def test_sample_files_are_named_from_here(monkeypatch):
    monkeypatch.chdir(Path(__file__).parents[3])
    assert check.sample_files()[0] == Path("examples/01-clean-infusion-clinic.837")


@pytest.mark.parametrize(
    ("size", "name", "is_asked"),
    [(10, "a.837", False), (300 << 20, "a.837", True), (40 << 20, "a.837.gz", True)],
)
def test_memory_goes_back_soon_where_files_are_large(tmp_path, monkeypatch, size, name, is_asked):
    monkeypatch.delenv("_RJEM_MALLOC_CONF", raising=False)
    with (tmp_path / name).open("wb") as sparse:
        sparse.truncate(size)
    monkeypatch.setattr(check.os, "environ", {})
    check._spare_memory([tmp_path / name, tmp_path / "absent.837"])
    assert ("dirty_decay_ms" in check.os.environ["_RJEM_MALLOC_CONF"]) is is_asked
    monkeypatch.setattr(check.os, "environ", {"_RJEM_MALLOC_CONF": "mine"})
    check._spare_memory([tmp_path / name])
    assert check.os.environ["_RJEM_MALLOC_CONF"] == "mine"
