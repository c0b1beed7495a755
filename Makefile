# `make check` runs the main job; `make test` runs the fast tests; both build .venv when it is missing or stale.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: check test types fast test-all lint docs bench clean

check: $(VENV)/.installed
	$(BIN)/verifier check theorem1

test: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(MAKE) --jobs=2 types fast

# The door and the kernel as `mypy --strict` has them; by themselves, with a cache of their own, as its options differ.
types:
	$(BIN)/mypy
	$(BIN)/mypy --strict --follow-imports=silent --cache-dir .mypy_cache/strict \
	  -p verifier.kernel -m verifier -m verifier.door -m verifier.errors

fast:
	$(BIN)/python -m pytest -m "not slow" -n auto --dist worksteal

test-all: $(VENV)/.installed-test
	$(BIN)/python -m pytest

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(MAKE) types

# The site, to be opened at build/site/index.html; a link that leads nowhere or a page that no page lists is an error.
docs: $(VENV)/.installed-test
	$(BIN)/python -m sphinx -q -W --keep-going -c docs -b html . build/site

bench: $(VENV)/.installed
	$(BIN)/python -m benchmarks.samplers

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "verifier needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.installed: $(VENV)/.created pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.installed-test: $(VENV)/.created pyproject.toml
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) .verifier build dist
