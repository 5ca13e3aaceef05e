# `make help` lists what there is.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Tests start many processes of Python, which read compiled modules instead of compiling them again.
unexport PYTHONDONTWRITEBYTECODE
# Tests go to two processes more than there are processors, the longest first; a file stays in one (tests/conftest.py).
PYTEST := $(BIN)/python -m pytest -q -n auto --dist loadgroup --no-loadscope-reorder
# What is tested without the shipped data, a server, a browser or a program of others.
QUICK := geo tests/atlas tests/drafts/test_command.py tests/drafts/test_profiles.py tests/drafts/test_review.py tests/encodings \
  tests/ingest/checks tests/ingest/columns tests/ingest/seed tests/link tests/ocop tests/store/test_diff.py \
  tests/store/test_versions.py tests/test_architecture.py tests/test_schema.py tests/test_settings.py tests/test_text.py \
  tests/vn2000 tests/web/test_forms.py tests/web/test_params.py

.DEFAULT_GOAL := serve
.PHONY: help serve build check format lint pins lock audit node quick test test-setup programs checks test-long bench clean

help:  ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F '|' '{printf "make %-11s %s\n", $$1, $$2}'

serve: $(VENV)/.serve  ## set up and serve the site
	$(BIN)/python app.py serve

build: $(VENV)/.serve  ## publish the shipped data (the seed) to the store and the atlas
	$(BIN)/python app.py build

check: $(VENV)/.serve  ## print what is wrong with the shipped data
	$(BIN)/python app.py check

$(VENV)/.serve: requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

$(VENV)/.test: requirements.txt requirements-base.txt requirements-test.txt $(VENV)/.serve
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-test.txt
	touch $@

tests/harvest/.venv/.ready: tests/harvest/requirements.txt
	$(PYTHON) -m venv tests/harvest/.venv
	tests/harvest/.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r tests/harvest/requirements.txt
	touch $@

test-setup: $(VENV)/.test tests/harvest/.venv/.ready programs  ## install what the tests need

# The browser, GDAL's own tools and node are real programs that the tests drive; apt-get brings what is missing, npm a linter and a map.
programs:
	sh .ci/system-packages
	if [ -L tests/node/node_modules ]; then rm tests/node/node_modules; fi  # npm ci would empty the folder that the link names
	npm ci --prefix tests/node --ignore-scripts --no-audit --no-fund --loglevel=error

format: $(VENV)/.test  ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lint: $(VENV)/.test  ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

node:
	node --test tests/js/*.test.mjs

pins: $(VENV)/.test  ## check that the pinned packages exist for every Python that is supported, with their hashes
	$(BIN)/python -m tests.pins

lock: $(VENV)/.test  ## write the .lock files anew: the pins of requirements.txt and requirements-base.txt with the hashes of their files
	for name in requirements requirements-base; do \
	  $(BIN)/uv pip compile $$name.txt --no-deps --universal --python-version 3.11 --generate-hashes --only-binary :all: \
	    --no-annotate --custom-compile-command "make lock" --quiet --output-file $$name.lock || exit 1; \
	done

audit: $(VENV)/.test  ## ask the database of known vulnerabilities about the pinned packages
	$(BIN)/python -m tests.audit

quick: lint node  ## the checks of a minute: style, types, and the tests that need no shipped data, server or browser
	$(PYTEST) $(QUICK)

checks:
	$(MAKE) --no-print-directory --jobs=3 --output-sync=target test-setup
	$(MAKE) --no-print-directory --jobs=3 --output-sync=target lint node pins

test: checks  ## every check, with few repetitions of the random tests
	-$(BIN)/python -m tests.audit  # a new advisory is read by a person; it does not fail unrelated work
	$(PYTEST)

test-long: checks  ## every check, with many more killed processes, damaged files and random examples
	$(PYTEST) --long

bench: $(VENV)/.test  ## measure (docs/benchmarks.md); needs wrk
	$(BIN)/python -m tests.bench.encoding_confusion
	$(BIN)/python -m tests.bench.import_speed
	$(BIN)/python -m tests.bench.base_ground
	$(BIN)/python -m tests.bench.ogc_api --ours-only

clean:  ## remove the environment and the data that were made
	rm -rf $(VENV) var
