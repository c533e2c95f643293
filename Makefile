# make demo | test | lint | bench | lock | clean; each sets up what it needs
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: demo test lint docs bench lock clean
.DELETE_ON_ERROR:

demo: $(READY)
	$(BIN)/voc run corpora/demo -o out
	@echo "The report: out/report.md, out/report.html; its first lines:"
	@head -n 24 out/report.md

test: $(READY)
	$(BIN)/python -m pytest

lint: $(READY)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tests/docs.py

docs: $(READY)
	$(BIN)/python tests/docs.py --write

bench: $(READY)
	$(BIN)/python benchmarks/run.py

# a new environment whenever what it is made from changes, so that none is left over from before
$(READY): requirements.lock pyproject.toml
	rm -rf .venv
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# every package that a fresh install of voc[dev] brings, at the release it brings today; local tags (+cpu) left out
lock:
	rm -rf build/lock
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet --disable-pip-version-check '.[dev]'
	{ echo "# Made by: make lock"; build/lock/bin/pip freeze --all --exclude pip --exclude voc \
		| sed -E 's/\+[a-z0-9.]+$$//'; } > requirements.lock

clean:
	rm -rf .venv build dist out voc-demo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find src tests benchmarks -name __pycache__ -prune -exec rm -rf {} +
