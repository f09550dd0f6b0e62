# make help lists the targets. Each does all the set-up that it needs, on a fresh machine with
# python3 (3.11 or newer), pip and make; uv is used where it is present.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EVENHAND := $(BIN)/evenhand
AGORA := examples/agora
STORY := agora:1265255835124539392

# Compiled files are kept: without them every command compiles the libraries anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run serve test check docs clean bench

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 12

run: $(VENV)/run.ok ## the main job on the example platform, and one post's whole story
	@$(EVENHAND) init $(AGORA)
	@$(EVENHAND) check $(AGORA)/terms
	@$(EVENHAND) publish -c $(AGORA)
	@$(EVENHAND) run -c $(AGORA)
	@$(EVENHAND) verify -c $(AGORA)
	@echo
	@$(EVENHAND) show -c $(AGORA) $(STORY)
	@echo
	@echo "make serve shows all of it as pages"

serve: run ## the same, and then its pages in a browser, until Ctrl+C
	@$(EVENHAND) serve -c $(AGORA)

test: $(VENV)/dev.ok ## set up and run every test, style and types among them
	$(BIN)/pytest -n 2 --dist loadfile

check: $(VENV)/dev.ok ## style, types and the house
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -q tests/test_house.py

docs: $(VENV)/dev.ok ## the site, for a browser: build/docs/index.html
	$(BIN)/sphinx-build -q -E -a -W --keep-going -c docs -d build/doctrees . build/docs
	@echo "open build/docs/index.html"

bench: $(VENV)/dev.ok ## the figures that we claim, measured here
	for what in workload whole stages path scan conditions assess backtest store match rank propose gate robust million copies ledger; do $(BIN)/python benchmarks/$$what.py || exit 1; done

clean: ## forget the environment and the example's data
	rm -rf $(VENV) build src/*.egg-info $(AGORA)/data $(AGORA)/keys

# A lock names no registry: pip's own configuration says where packages come from.
$(VENV)/run.ok: requirements/run.txt pyproject.toml
	@$(call install,run)
$(VENV)/dev.ok: requirements/dev.txt pyproject.toml
	@$(call install,dev)
	@touch $(VENV)/run.ok

define install
set -e; \
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
  echo "evenhand needs Python 3.11 or newer; $$($(PYTHON) --version) is here. Try: make PYTHON=python3.12" >&2; exit 1; }; \
test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
  echo "the venv module is missing. On Debian or Ubuntu: apt install python3-venv" >&2; rm -rf $(VENV); exit 1; }; \
echo "setting up $(VENV) from requirements/$(1).txt ..."; \
if command -v uv >/dev/null; then \
  uv pip install -q --python $(BIN)/python --require-hashes -r requirements/$(1).txt; \
  uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .; \
else \
  $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --only-binary=:all: -r requirements/$(1).txt; \
  $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .; \
fi; \
touch $(VENV)/$(1).ok
endef
