"""The corpus on the command line; see the package."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scrubjay.errors import ScrubjayError
from scrubjay.testing.corpus.generate import make_corpus
from scrubjay.testing.corpus.measure import compare, error_scores, from_file, measure, to_json, wrong_places
from scrubjay.testing.corpus.pages import corpus_page, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrubjay.testing.corpus.measure import Measurement, Place

_SHOWN = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0 done, 1 something is missed, unasked or different, 2 wrong usage."""
    parser = argparse.ArgumentParser(
        prog="python -m scrubjay.testing.corpus", description="The frozen synthetic corpus of faults."
    )
    parser.add_argument("--root", type=Path, default=Path(), help="the checkout (default: here)")
    commands = parser.add_subparsers(dest="command")
    claims = commands.add_parser("claims", help="write the 837 files, what lies beside them, and the truth")
    claims.add_argument("folder", type=Path)
    measured = commands.add_parser("measure", help="judge the corpus and keep what fired")
    measured.add_argument("-o", "--output", type=Path, required=True)
    both = commands.add_parser("compare", help="what fires elsewhere than before")
    both.add_argument("before", type=Path)
    both.add_argument("after", type=Path, nargs="?", help="default: judge now")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "claims":
            return _claims(chosen.folder)
        if chosen.command == "measure":
            return _measure(chosen.output)
        if chosen.command == "compare":
            before = from_file(chosen.before)
            after = measure(make_corpus()) if chosen.after is None else from_file(chosen.after)
            return _compare(before, after)
        return _page(chosen.root)
    except (ScrubjayError, OSError) as error:
        said = error.one_line() if isinstance(error, ScrubjayError) else f"{error.filename}: {error.strerror}"
        sys.stderr.write(f"{said}\n")
        return 2


def _claims(folder: Path) -> int:
    corpus = make_corpus()
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {**corpus.files, **corpus.beside, "truth.csv": corpus.truth_csv()}.items():
        (folder / name).write_bytes(content)
    sys.stdout.write(f"{corpus.claims:,} claims, {len(corpus.truth):,} seeded verdicts in {folder}.\n")
    return 0


def _measure(path: Path) -> int:
    corpus = make_corpus()
    measured = measure(corpus)
    path.write_text(to_json(measured), encoding="utf-8")
    wrong = wrong_places(corpus, measured)
    scores = error_scores(corpus, measured)
    right, seeded, fired = (sum(getattr(s, n) for s in scores) for n in ("right", "seeded", "fired"))
    sys.stdout.write(
        f"Errors: {seeded:,} seeded, {fired:,} fired; recall {share(right, seeded)}, precision {share(right, fired)}.\n"
    )
    sys.stdout.writelines(f"  {words}\n" for words in wrong)
    return int(bool(wrong))


def _places(places: Sequence[Place]) -> str:
    shown = ", ".join(f"{claim}{f' line {line}' if line else ''}" for claim, line in places[:_SHOWN])
    more = f" and {len(places) - _SHOWN:,} more" if len(places) > _SHOWN else ""
    return f"{len(places):,} ({shown}{more})" if places else "none"


def _compare(before: Measurement, after: Measurement) -> int:
    shifts = compare(before, after)
    for one in shifts:
        sys.stdout.write(f"{one.edit}: fired {one.before:,} before, {one.after:,} after\n")
        sys.stdout.write(f"  new: {_places(one.gained)}\n  gone: {_places(one.lost)}\n")
        if one.unknown_before != one.unknown_after:
            sys.stdout.write(f"  not evaluated: {one.unknown_before:,} before, {one.unknown_after:,} after\n")
    sys.stdout.write(f"{len(shifts)} edits differ.\n" if shifts else "Every edit does as before.\n")
    return int(bool(shifts))


def _page(root: Path) -> int:
    path = root / "docs" / "corpus.md"
    if not path.parent.is_dir():
        sys.stderr.write(f"{root}: holds no docs/. Run this in a checkout, or name it with --root.\n")
        return 2
    corpus = make_corpus()
    measured = measure(corpus)
    path.write_text(corpus_page(corpus, measured), encoding="utf-8", newline="\n")
    sys.stdout.write(f"{path} written.\n")
    return int(bool(wrong_places(corpus, measured)))


if __name__ == "__main__":
    sys.exit(main())
