# make serve: set up and serve the site.   make test: set up and run every check.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: serve build check test test-setup bench clean

serve: $(VENV)/.serve
	$(BIN)/python app.py serve

build: $(VENV)/.serve
	$(BIN)/python app.py build

check: $(VENV)/.serve
	$(BIN)/python app.py check

$(VENV)/.serve: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.test: requirements.txt requirements-test.txt $(VENV)/.serve
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-test.txt
	touch $@

# The browser, GDAL's own tools and node are real programs that the tests drive; apt-get brings what is missing, npm a linter and a map.
test-setup: $(VENV)/.test
	sh .ci/system-packages
	npm ci --prefix tests/node --ignore-scripts --no-audit --no-fund --loglevel=error

test: test-setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	node --test tests/js/*.test.mjs
	$(BIN)/python -m pytest -q

clean:
	rm -rf $(VENV) var
