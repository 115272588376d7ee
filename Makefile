# cas-model: `make demo` and `make test` are all that a fresh machine needs (python3 3.11 or later, git, make).
#   make demo PYTHON=/path/to/python3.12    another Python
#   make test PYTEST="-k territory"         a part of the tests

PYTHON ?= python3
VENV ?= .venv
PYTEST ?=
SERVE ?=

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo serve test lint format docs bench validation conclusions reference theories clean distclean

# Nothing is written outside this folder, so that an empty or read-only home directory does.
export MPLCONFIGDIR := $(abspath $(VENV))/matplotlib
export MPLBACKEND := Agg

BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
RECIPE := pyproject.toml constraints.txt

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

$(VENV)/.created: .ci/create_venv
	@.ci/create_venv "$(PYTHON)" "$(VENV)"
	@touch $@

$(VENV)/.installed: $(VENV)/.created $(RECIPE)
	@echo "Installing cas-model into $(VENV) ..."
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.created $(RECIPE)
	@echo "Installing cas-model and what its tests need into $(VENV) ..."
	@$(INSTALL) --editable '.[dev]'
	@touch $(VENV)/.installed $(VENV)/.installed-server $@

$(VENV)/.installed-server: $(VENV)/.created $(RECIPE)
	@echo "Installing cas-model and its teaching page into $(VENV) ..."
	@$(INSTALL) --editable '.[server]'
	@touch $(VENV)/.installed $@

demo: $(VENV)/.installed  ## compare two ways of governing care in Flanders; report in results/demo
	$(BIN)/cas-model compare status_quo polycentric --replicates 5 --out results/demo --overwrite

serve: $(VENV)/.installed-server  ## open the teaching page; flags: make serve SERVE="--port 9000"
	$(BIN)/cas-model serve $(SERVE)

test: lint  ## check style, types and layers, then run every test
	$(BIN)/python -m pytest $(PYTEST)

lint: $(VENV)/.installed-dev  ## style, formatting, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev  ## put the code in the house's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.installed  ## write docs/evidence.md, docs/odd.md and docs/trace.md anew
	$(BIN)/cas-model docs evidence --out docs/evidence.md
	$(BIN)/cas-model docs odd --out docs/odd.md
	$(BIN)/cas-model docs trace --out docs/trace.md

validation: $(VENV)/.installed  ## judge figures and patterns, with registered and accepted parameters (half an hour)
	$(BIN)/cas-model validate --out results/validation --overwrite
	$(BIN)/cas-model validate --parameters calibrated --out results/validation_calibrated --overwrite
	for kept in validation validation_calibrated; do \
	  mkdir -p results/reference/$$kept; \
	  cp results/$$kept/*.csv results/$$kept/manifest.json results/reference/$$kept/; \
	done
	$(BIN)/cas-model docs trace --out docs/trace.md

conclusions: $(VENV)/.installed  ## ask which differences hold over accepted parameters and other rules (ten minutes)
	$(BIN)/cas-model conclusions --parameters calibrated --sets 10 --out results/conclusions
	mkdir -p results/reference/conclusions
	cp results/conclusions/answer.md results/conclusions/verdicts.csv results/conclusions/manifest.json results/reference/conclusions/
	$(BIN)/cas-model docs trace --out docs/trace.md

reference: $(VENV)/.installed  ## run every shipped experiment in full (an hour or two; goes on where it was cut)
	$(BIN)/cas-model experiment reference $(ONLY)
	$(BIN)/cas-model docs trace --out docs/trace.md

theories: $(VENV)/.installed  ## put every shipped theory on trial in full, keep the dossiers (half an hour)
	$(BIN)/cas-model theory test $(basename $(notdir $(wildcard theories/*.toml))) --out results/theories --overwrite
	$(BIN)/cas-model theory keep results/theories/* --out results/reference/theories

bench: $(VENV)/.installed-dev  ## time and memory at four sizes, beside plain Mesa
	$(BIN)/cas-model bench

clean:  ## remove caches and the demo's results
	rm -rf results/demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean  ## remove the environment too
	rm -rf "$(VENV)"
