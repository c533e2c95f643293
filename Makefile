# make demo | test | lint | bench | bench-quality | lock | lock-bench | clean; each sets up what it needs
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
BENCH := .venv-bench/bin
DATA ?= ../shared/data

.PHONY: demo test lint docs bench bench-weeks bench-quality lock lock-bench clean
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

bench-weeks: $(READY)
	OPENBLAS_NUM_THREADS=1 $(BIN)/python benchmarks/weeks.py

bench-quality: .venv-bench/ready
	OPENBLAS_NUM_THREADS=1 $(BENCH)/python benchmarks/quality.py $(DATA)

# a new environment whenever what it is made from changes, so that none is left over from before
$(READY): requirements.lock pyproject.toml
	rm -rf .venv
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# the peers that voc is compared with stay out of its own environment
.venv-bench/ready: benchmarks/requirements-bench.lock pyproject.toml
	rm -rf .venv-bench
	$(PYTHON) -m venv .venv-bench
	$(BENCH)/pip install --quiet --disable-pip-version-check -r benchmarks/requirements-bench.lock
	$(BENCH)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# every package that a fresh install of voc[dev] brings, at the release it brings today; local tags (+cpu) left out
lock:
	rm -rf build/lock
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet --disable-pip-version-check '.[dev]'
	{ echo "# Made by: make lock"; build/lock/bin/pip freeze --all --exclude pip --exclude voc \
		| sed -E 's/\+[a-z0-9.]+$$//'; } > requirements.lock

# the same with the group `bench`; what voc needs is at the releases of requirements.lock. Groups need pip 25.1
lock-bench:
	rm -rf build/lock-bench
	$(PYTHON) -m venv build/lock-bench
	build/lock-bench/bin/pip install --quiet --disable-pip-version-check 'pip>=25.1'
	build/lock-bench/bin/pip install --quiet -c requirements.lock --group bench .
	{ echo "# Made by: make lock-bench"; build/lock-bench/bin/pip freeze --all --exclude pip --exclude voc \
		| sed -E 's/\+[a-z0-9.]+$$//'; } > benchmarks/requirements-bench.lock

clean:
	rm -rf .venv .venv-bench build dist out voc-demo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find src tests benchmarks -name __pycache__ -prune -exec rm -rf {} +
