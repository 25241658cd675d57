"""A frozen synthetic corpus: 10,000 claims with seeded, known faults, and what the edits make of them.

    python -m scrubjay.testing.corpus                      # measure, and write docs/corpus.md
    python -m scrubjay.testing.corpus claims out/          # the 837 files and truth.csv
    python -m scrubjay.testing.corpus measure -o before.json
    python -m scrubjay.testing.corpus compare before.json after.json

Seed and generator are the freeze: the same version writes the same bytes, whose hash is committed. Claims are
ordinary visits (`visits`) of made-up patients; a faulty one is a visit changed by a recipe (`recipes`), and
the recipe says which edits the change implies, and why. A claim without a recipe must have no error.
"""

from scrubjay.testing.corpus.generate import Corpus, TruthRow, make_corpus
from scrubjay.testing.corpus.model import Mark, Recipe, Visit
from scrubjay.testing.corpus.recipes import RECIPES

__all__ = ["RECIPES", "Corpus", "Mark", "Recipe", "TruthRow", "Visit", "make_corpus"]
