# The targets that people use. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
INSTALLED := .venv/.installed
CATALOGUES := $(wildcard signer/translations/*/LC_MESSAGES/*.po)

# Each process that tests start would compile the whole program again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install demo quick test coverage check bench proof format lock static screenshots

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

install: $(INSTALLED) ## Make the virtual environment with hash-locked dependencies, and build the catalogues

$(INSTALLED): requirements/dev.lock pyproject.toml $(CATALOGUES)
	@test -n "$(PYTHON)" || { echo "signer needs Python 3.11 or later; on Debian or Ubuntu: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "this Python cannot make virtual environments; on Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/pybabel --quiet compile --domain "messages console" --directory signer/translations
	@touch $@

demo: install ## Serve the demonstration initiative at http://127.0.0.1:8000
	@$(BIN)/signer demo

quick: install ## Run the tests that need no browser, no PostgreSQL and no process of their own
	$(BIN)/pytest --numprocesses auto -m "not long and not slow"

test: install ## Run all tests
	$(BIN)/pytest --numprocesses auto

coverage: install ## Run all tests, and show which branches none of them takes
	$(BIN)/pytest --numprocesses auto --cov --cov-report=term

check: install ## Format, lint, types, import contracts, dead code, translations
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m tests.architecture.dead_code
	$(BIN)/python -m tests.web.catalogues

bench: install ## Measure what signing costs, as ratios (JSON)
	@$(BIN)/python -m bench

proof: install ## Run the long forms of the promises' tests, or PART=name of them, into docs/proof.md; PART=list lists them
	@$(BIN)/python -m tests.proof $(PART)

screenshots: install ## Take a picture of every page and state into screenshots/ (needs Chromium)
	$(BIN)/python -m tests.screenshots

format: install ## Format the code and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## Resolve the dependencies anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes pyproject.toml --output-file requirements/offline.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra service pyproject.toml --output-file requirements/service.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra service --extra dev pyproject.toml --output-file requirements/dev.lock

static: ## Build the style sheets anew (needs Node)
	npm ci --no-audit --no-fund
	npm run build
