# Two commands matter: `make demo` shows the whole way from homework to feedback, `make test` runs
# the test suite. Each makes the environment in .venv when it is not there, and reuses it after.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
GRADER := $(BIN)/grader
PYTEST := $(BIN)/python -m pytest
# One thread a process: the machine's cores are shared out over processes instead.
export OMP_NUM_THREADS ?= 1

.PHONY: help demo test test-slow test-browser release grade lint format bench attacks budget-attacks slides screenshots clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Only requirements.txt and pyproject.toml decide what is installed, so only they make it anew.
$(READY): requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@

demo: $(READY)  ## grade the example class from end to end in demo/
	$(BIN)/python examples/demo.py

test: $(READY)  ## run the test suite
	$(PYTEST) -n 2 --dist loadfile -m "not slow"

test-slow: $(READY)  ## run the tests that take minutes
	$(PYTEST) -m slow

bench: $(READY)  ## compare our engine with stock nbgrader (half an hour)
	PYTHONPATH=examples:benchmarks:. $(BIN)/python benchmarks/bench.py

test-browser: $(READY) build/axe  ## run the tests that look at pages in Chromium (needs npm)
	$(BIN)/python -m pip install --quiet --editable ".[browser]"
	$(PYTEST) tests/browser

build/axe:
	npm install --silent --no-save --ignore-scripts --prefix $@ axe-core@4.14.1

attacks: $(READY)  ## draw up docs/attacks.md, with stock nbgrader beside ours (half an hour)
	PYTHONPATH=tests $(BIN)/python -m attacks.table docs/attacks.md

budget-attacks: $(READY)  ## measure what costly submissions cost others (ATTACKS=a module)
	PYTHONPATH=tests:examples $(BIN)/python -m attacks.budget $(or $(ATTACKS),attacks.costly)

release: $(READY)  ## build notebooks/ and dist/student.zip from solutions/
	$(GRADER) release --zip dist/student.zip

grade: $(READY)  ## grade submitted/, then write feedback/ and reports/
	$(GRADER) grade
	$(GRADER) feedback
	$(GRADER) report

lint: $(READY)  ## check layout, style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY)  ## lay the code out as lint wants it
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## remove all that was built, but not the environment or anything of a student's
	rm -rf build dist demo *.egg-info .mypy_cache .ruff_cache .pytest_cache

slides: $(READY) build/slides  ## make a deck of each demonstration in dist/slides/
	$(BIN)/jupyter nbconvert --to slides --execute --template docs/slides \
		--TemplateExporter.extra_template_paths=build/slides \
		--output-dir dist/slides notebooks/demos/*.ipynb

# The two libraries a deck is made of, as Python wheels, so that it works without a network.
build/slides: docs/slides/requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --upgrade --target $@ --requirement $<
	touch $@

screenshots: $(READY)  ## take pictures of the notebooks in JupyterLab (needs Chromium)
	$(BIN)/python -m pip install --quiet --editable ".[browser]"
	$(BIN)/python tests/browser/pictures.py dist/screenshots/student notebooks/*_*/*.ipynb
	$(BIN)/python tests/browser/pictures.py --run dist/screenshots/run solutions/*/*.ipynb \
		notebooks/demos/*.ipynb
