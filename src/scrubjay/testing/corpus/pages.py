"""docs/corpus.md: how the edits do on the corpus."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scrubjay.testing.corpus.generate import AS_OF, COMBINED, FAULTY_PER_RECIPE, SEED
from scrubjay.testing.corpus.measure import Score, error_scores, wrong_places
from scrubjay.testing.corpus.recipes import NOT_SEEDED, RECIPES
from scrubjay.testing.corpus.visits import VISITS
from scrubjay.testing.markdown import page, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scrubjay.testing.corpus.generate import Corpus
    from scrubjay.testing.corpus.measure import Measurement

_ABOUT = """A frozen corpus of synthetic claims with seeded, known faults, and what the edits of severity *error* make of it.
Nobody's data: patients, ids and charges are made up. Seed and generator are the freeze; the hash below is that of the
files and the truth, and a test compares it.

```
python -m scrubjay.testing.corpus                        # measure, and write this page
python -m scrubjay.testing.corpus claims out/            # the 837 files, the files beside them, and truth.csv
python -m scrubjay.testing.corpus measure -o before.json # before a change ...
python -m scrubjay.testing.corpus measure -o after.json  # ... and after it
python -m scrubjay.testing.corpus compare before.json after.json
```

Claims are ordinary visits. A recipe spoils one and says which edits that implies, and why; what it does not say must not
fire, and a claim without a recipe must have no error. The truth comes from the recipes, never from what fired. The faults
are the classic ones, one or two to a claim: the figures show that nothing is lost or invented on them, not how common each
is in the field. Beside the claims lie made-up authorizations, answers on eligibility, a plan's policy and a directory of
NDCs, so that what needs them is measured too."""


def score_rows(scores: Iterable[Score]) -> list[Sequence[object]]:
    """Rows of the table of scores, a row of sums at the end."""
    listed = list(scores)
    rows: list[Sequence[object]] = [(s.code, f"[{s.edit}](edits/{s.edit}.md)", *_numbers(s)) for s in listed]
    total = Score(
        "all",
        "",
        sum(s.seeded for s in listed),
        sum(s.fired for s in listed),
        sum(s.right for s in listed),
        sum(s.unknown for s in listed),
    )
    return [*rows, ("", "**all**", *_numbers(total))]


def _numbers(score: Score) -> tuple[object, ...]:
    return (
        score.seeded,
        score.fired,
        score.right,
        score.missed,
        score.surplus,
        share(score.right, score.seeded),
        share(score.right, score.fired),
    )


def share(part: int, whole: int) -> str:
    """A share with four decimals, cut off and never rounded up; empty where there is nothing to divide by."""
    if not whole:
        return ""
    units = part * 10_000 // whole
    return f"{units // 10_000}.{units % 10_000:04}"


def corpus_page(corpus: Corpus, measured: Measurement) -> str:
    """The page.

    Args:
        corpus: the corpus.
        measured: what fired on it.
    """
    kinds = Counter(v.kind for v in VISITS)
    lines = sum(content.count(b"\nLX*") for content in corpus.files.values())
    facts = (
        ("Claims, lines", f"{corpus.claims:,}, {lines:,}"),
        ("Claims with a seeded fault", f"{corpus.faulty:,}"),
        ("Recipes", f"{len(RECIPES)}, each {FAULTY_PER_RECIPE} times, and {COMBINED} claims with two faults"),
        ("Kinds of visits", f"{kinds['professional']} professional, {kinds['institutional']} institutional"),
        ("Seed", SEED),
        ("Judged as of", AS_OF),
        ("SHA-256", f"`{corpus.sha256()}`"),
    )
    wrong = wrong_places(corpus, measured)
    missing = sorted(set(_errors(corpus, measured)) - {r.marks[0].edit for r in RECIPES})
    recipes = [
        (
            r.marks[0].edit,
            r.name,
            r.visit,
            "; ".join(f"{m.edit}: {m.why}" for m in r.marks[1:]),
        )
        for r in RECIPES
    ]
    return page(
        "Corpus",
        _ABOUT,
        table(("", ""), facts),
        "## Recall and precision of errors",
        table(
            ("Code", "Edit", "Seeded", "Fired", "Right", "Missed", "Unasked", "Recall", "Precision"),
            score_rows(error_scores(corpus, measured)),
        ),
        "## What is wrong" if wrong else "Nothing is missed, and nothing fires unasked.",
        "\n".join(f"- {words}" for words in wrong),
        "## Errors without a recipe" if missing else "Every error that ships has a recipe.",
        table(("Edit", "Why"), [(m, NOT_SEEDED.get(m, "no recipe yet")) for m in missing]) if missing else "",
        "## Recipes",
        "What is changed in which visit. The first edit is what the recipe is about; what else the change says is named with "
        "its reason.",
        table(("Edit", "Fault", "Visit", "Also implied, and why"), recipes),
        by="python -m scrubjay.testing.corpus",
    )


def _errors(corpus: Corpus, measured: Measurement) -> list[str]:
    return [s.edit for s in error_scores(corpus, measured)]
