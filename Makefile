# Two targets do everything on a machine with Python 3.11+, git and make:
#   make demo   sets up and checks the sample claims in examples/
#   make test   sets up and runs every test and check
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test setup lint types layers docs docs-check chart-scores corpus lock bench clean

demo: $(STAMP)
	$(BIN)/scrubjay demo

test: $(STAMP) lint types layers docs-check
	$(BIN)/python -W error::DeprecationWarning:scrubjay -m pytest

setup: $(STAMP)

$(STAMP): requirements/dev.lock requirements/judges.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 14) else "scrubjay needs Python 3.11 to 3.13; this is %d.%d. Name another with: make demo PYTHON=python3.12" % sys.version_info[:2])'
	@echo 'Setting up $(VENV), once: a minute or so.'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q src
	$(BIN)/python -m pip download --quiet --no-deps --only-binary=:all: --python-version 3.12 --require-hashes \
	  --dest $(VENV)/judges -r requirements/judges.lock
	@touch $(STAMP)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/pyright

layers: $(STAMP)
	$(BIN)/lint-imports

docs: $(STAMP)
	$(BIN)/python -m scrubjay.testing.docs write

docs-check: $(STAMP)
	$(BIN)/python -m scrubjay.testing.docs check

# Precision and recall of the edits of charts; renews docs/chart-scores.md.
chart-scores: $(STAMP)
	$(BIN)/python -m scrubjay.testing.chart_scores --write

# Judges 10,000 synthetic claims with seeded faults and writes docs/corpus.md.
corpus: $(STAMP)
	$(BIN)/python -m scrubjay.testing.corpus

bench: $(STAMP)
	$(BIN)/python benchmarks/run.py

# Needs uv (pip install uv); writes hashes and no index addresses.
lock:
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate -o requirements/dev.lock

clean:
	rm -rf $(VENV) out .pytest_cache .ruff_cache .hypothesis
