# Works with GNU make 3.81 (macOS). `make help` explains itself.
SHELL := /bin/sh
.DEFAULT_GOAL := help

# Conda where there is one, else a plain virtual environment with the tested set of versions.
# The demo needs the extras of DEMO, the tests those of DEV; `make env-deep` adds PyTorch.
CONDA := $(firstword $(foreach tool,micromamba mamba conda,$(shell command -v $(tool) 2>/dev/null)))
ENV   := $(if $(CONDA),.conda,.venv)
PY    := $(ENV)/bin/python
GEOML := $(ENV)/bin/geoml
PIP   := .venv/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt
DEMO  := serve,learn
DEV   := $(DEMO),openvino,postgres,orchestrate,report,console,notebooks,docs,dev

export GEOML_HOME ?= $(CURDIR)/data
# Nothing that we depend on may phone home.
export DO_NOT_TRACK = 1
export MLFLOW_DISABLE_TELEMETRY = true
export ORT_DISABLE_TELEMETRY = 1
export GIT_PYTHON_REFRESH = quiet

PORT    ?= 8000
DOCS_PORT ?= 8001
SERVE   ?= 1
SERVICE ?=
MAPS_SOURCES := $(shell find maps/src maps/public -type f 2>/dev/null) maps/index.html maps/package-lock.json maps/vite.config.ts

.PHONY: help demo serve smoke test test-slow lint format types layers maps maps-test wheel \
        check bench validation screenshots docs docs-serve notebooks clean check-env hooks env env-dev env-deep test-deep

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST) | sort

demo: $(ENV)/.demo maps/dist/index.html  ## Make the demo town and serve it (SERVE=0 stops before serving, PORT=8000, GEOML_HOME=data)
	$(GEOML) demo
	@if [ "$(SERVE)" != "0" ]; then exec $(GEOML) serve --port $(PORT); fi

serve: $(ENV)/.demo maps/dist/index.html  ## Serve what is in GEOML_HOME on 127.0.0.1 (PORT=8000)
	exec $(GEOML) serve --port $(PORT)

smoke: $(ENV)/.demo maps/dist/index.html  ## Start the server on a free port, ask every published service (or SERVICE=name), stop it
	$(GEOML) smoke $(SERVICE)

test: $(ENV)/.dev  ## Every test that needs no server or browser
	$(PY) -m pytest -q -n 2 -m "not slow"

# Three on two processors: a fifth of the time these tests wait for servers, browsers and disks.
test-slow: $(ENV)/.dev maps/dist/index.html  ## Servers, Chromium, kill loops, real data
	$(PY) -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder --durations=15 -m slow

test-deep: $(ENV)/.deep  ## The tests that need PyTorch
	$(PY) -m pytest -q -m deep

lint: $(ENV)/.dev  ## Style and spelling
	$(ENV)/bin/ruff check .
	$(ENV)/bin/ruff format --check .
	$(ENV)/bin/codespell geoml tiles tests docs benchmarks README.md CONTRIBUTING.md CHANGELOG.md
	$(ENV)/bin/shellcheck .ci/run .ci/*.sh maps/npm.sh
	$(ENV)/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml

format: $(ENV)/.dev  ## Put the code in order
	$(ENV)/bin/ruff check --fix .
	$(ENV)/bin/ruff format .

types: $(ENV)/.dev  ## Strict types
	$(ENV)/bin/mypy

layers: $(ENV)/.dev  ## Who may import whom
	$(ENV)/bin/lint-imports

maps: maps/dist/index.html  ## Build the map

maps-test: maps/dist/index.html  ## Types and unit tests of the map
	sh maps/npm.sh $(PY) run check
	sh maps/npm.sh $(PY) test

wheel: $(ENV)/.dev maps/dist/index.html  ## Build the wheel, install it in an empty environment, serve the demo from it
	sh .ci/wheel.sh $(PY)

check: check-env lint types layers maps-test test test-slow wheel  ## All that CI runs, in CI's order

check-env:  ## What is here, what is missing, and the next step; installs nothing
	@if [ -x $(PY) ]; then $(PY) -m geoml.environment; else python3 -m geoml.environment; fi

hooks: $(ENV)/.dev  ## Check what is committed, before it is
	$(ENV)/bin/pre-commit install

bench: $(ENV)/.dev maps/dist/index.html  ## Measure, beside the peers, into benchmarks/results.json
	$(PY) -m benchmarks.run

validation: $(ENV)/.dev  ## Check against the world (../shared/data), into docs/validation.md
	$(PY) -m benchmarks.validation

screenshots: $(ENV)/.dev maps/dist/index.html  ## Take the pictures of docs/screenshots again
	$(PY) docs/screenshots/take.py

docs: $(ENV)/.dev  ## Build the documentation into build/site
	NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict

docs-serve: docs  ## Read the documentation on 127.0.0.1 (DOCS_PORT=8001)
	$(PY) -m http.server $(DOCS_PORT) --bind 127.0.0.1 --directory build/site

notebooks: $(ENV)/.dev maps/dist/index.html  ## Run the notebooks into build/notebooks, outputs included
	@mkdir -p build/notebooks
	for book in notebooks/*.ipynb; do \
	  $(ENV)/bin/jupyter-execute --output="$(CURDIR)/build/$$book" "$$book" || exit; done

clean:  ## Remove what was built; data and environments stay
	rm -rf dist build maps/dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

env: $(ENV)/.demo  ## The environment that the demo needs
env-dev: $(ENV)/.dev  ## The environment that the tests need
env-deep: $(ENV)/.deep  ## The same with PyTorch (TORCH_INDEX=URL of a CPU build)

maps/dist/index.html: $(ENV)/.demo $(MAPS_SOURCES)
	sh maps/npm.sh $(PY) ci --no-progress
	sh maps/npm.sh $(PY) run build
	@touch $@

.venv/.demo: pyproject.toml constraints.txt
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "geoml needs Python 3.11 or newer; got $$(python3 --version)"; exit 4; }
	[ -x .venv/bin/python ] || python3 -m venv .venv
	$(PIP) -e '.[$(DEMO)]'
	@touch $@

.venv/.dev: .venv/.demo
	$(PIP) -e '.[$(DEV)]'
	@touch $@

# TORCH_INDEX=URL: where pip finds a CPU build. The default index has CUDA's on Linux x64: gigabytes.
.venv/.deep: .venv/.dev
	$(if $(TORCH_INDEX),$(PIP) --index-url $(TORCH_INDEX) torch torchvision)
	$(PIP) -e '.[deep]'
	@touch $@

.conda/.demo: environment.yml pyproject.toml .ci/conda.sh
	sh .ci/conda.sh $(DEMO) >.conda-part.yml
	$(CONDA) $(if $(findstring micromamba,$(CONDA)),create,env create) -y -p $(CURDIR)/.conda -f .conda-part.yml
	.conda/bin/python -m pip install -q --no-deps -e .
	@touch $@

.conda/.dev: .conda/.demo
	sh .ci/conda.sh $(DEV) >.conda-part.yml
	$(CONDA) $(if $(findstring micromamba,$(CONDA)),install -y,env update) -p $(CURDIR)/.conda -f .conda-part.yml
	@touch $@

.conda/.deep: .conda/.dev
	sh .ci/conda.sh $(DEV),deep >.conda-part.yml
	$(CONDA) $(if $(findstring micromamba,$(CONDA)),install -y,env update) -p $(CURDIR)/.conda -f .conda-part.yml
	@touch $@
