# make run        set everything up, make the sample store if there is none, serve on 127.0.0.1:8501
# make test       set everything up, a browser and a PostgreSQL included, and run every test not marked slow
# make test-slow  full-size worlds, fuzz, simulations and million-account tests
# make bench      print the ratios of the hot-spot search, the page, reading and rolling up events, cohorts, health, and exceptions
# make lint       style; make format mends it
# make lock       turn requirements.txt into requirements.lock

SHELL := /bin/bash
PYTHON ?= $(firstword $(foreach name,python3.13 python3.12 python3.11 python3,$(if $(shell $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo yes),$(name))))
VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv
# as lib/__init__.py has it, whatever imports numpy first
export OPENBLAS_NUM_THREADS ?= 1
# what was compiled once is read by every process after: servers, children, workers of the tests
unexport PYTHONDONTWRITEBYTECODE
STORE := $(or $(HEADLIGHT_STORE),data/store)

.PHONY: setup run test test-slow bench lint format lock browser postgres pdftotext clean

setup: $(VENV)/ready

$(VENV)/ready: requirements.lock .ci/uv.lock
	@test -n "$(PYTHON)" || { echo "Headlight needs Python 3.11 or newer; none was found."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r .ci/uv.lock
	$(UV) pip install --quiet --python $(PY) --compile-bytecode --require-hashes -r requirements.lock
	@touch $@

run: setup
	@test -f "$(STORE)/current" || { echo "No data yet: making the sample."; $(PY) -m lib sample --store "$(STORE)"; }
	@$(PY) -m lib refold --if-needed --store "$(STORE)"
	@echo "Headlight: http://127.0.0.1:8501"
	HEADLIGHT_STORE="$(STORE)" $(PY) -m streamlit run app.py

test: setup browser postgres pdftotext lint
	$(PY) -m pytest -n 2 --dist worksteal -m "not slow"

test-slow: setup browser postgres pdftotext
	$(PY) -m pytest -n 2 --dist worksteal -m slow --timeout 3600

bench: $(VENV)/bench-ready
	$(PY) -m tests.bench.hotspots
	$(PY) -m tests.bench.page
	$(PY) -m tests.bench.events
	$(PY) -m tests.bench.rollups
	$(PY) -m tests.bench.cohorts
	$(PY) -m tests.bench.health
	$(PY) -m tests.bench.exceptions

$(VENV)/bench-ready: $(VENV)/ready tests/bench/requirements.txt
	$(UV) pip install --quiet --python $(PY) --compile-bytecode --require-hashes -r tests/bench/requirements.txt
	@touch $@

lint: setup
	$(PY) -m ruff check --quiet .
	$(PY) -m ruff format --quiet --check .

format: setup
	$(PY) -m ruff check --quiet --fix . || true
	$(PY) -m ruff format --quiet .

lock: setup
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements.lock requirements.txt

# a Chromium that the tests can drive: the system's, else Debian's package, else Playwright's own build
browser: setup
	@$(PY) -m tests.browser || .ci/install-browser

# a PostgreSQL that the tests of sync can start for themselves: the system's, else Debian's package
postgres: setup
	@$(PY) -m tests.postgres || .ci/install-postgres

# pdftotext, by which tests read what was printed: the system's, else Debian's package
pdftotext:
	@command -v pdftotext >/dev/null || .ci/install-pdftotext

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis
