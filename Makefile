# Annai. `make` alone lists what there is to call.
# Everything Python lives in .venv, everything written at run time in ANNAI_DATA_DIR (var/).

PYTHON ?= python3
PORT ?= 8000
ARGS ?=
MANAGE = .venv/bin/python manage.py
READY = .venv/.ready
LANGUAGES = $(sort ja $(notdir $(wildcard locale/*)))
CATALOGUES = $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
# Scripts carry no .py, so ruff and mypy have to be told which are Python.
PYTHON_SCRIPTS = $(shell grep -lE '^\#!.*python3' scripts/*)
LOCK = "$$uv" pip compile -q --generate-hashes --python-version 3.11 pyproject.toml $(ARGS)

export PORT

.PHONY: help setup demo serve test check bench screenshots messages lock system-packages
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-16s %s\n", $$1, $$2}' Makefile

setup: $(READY) $(CATALOGUES) ## everything Annai needs of Python, in .venv; translations compiled

$(READY): requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Annai needs Python 3.11 or later; name one with PYTHON=")'
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@echo "installing the locked dependencies into .venv (about a minute)" >&2
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	@touch $@

%.mo: %.po $(READY)
	@.venv/bin/pybabel --quiet compile --domain django --input-file $< --output-file $@

demo: export ANNAI_DATA_DIR := $(or $(ANNAI_DATA_DIR),var/demo)
demo: export ANNAI_BASE_URL := $(or $(ANNAI_BASE_URL),http://127.0.0.1:$(PORT))
demo: setup ## a running, filled portal on http://127.0.0.1:8000 (PORT=), English and Japanese
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) setup_portal
	@$(MANAGE) load_demo
	@scripts/serve

# Hashed and compressed static files, as a production install serves them.
serve: export ANNAI_HASHED_STATIC := true
serve: export ANNAI_BASE_URL := $(or $(ANNAI_BASE_URL),http://127.0.0.1:$(PORT))
serve: setup ## the portal under gunicorn with a worker, as in production, on PORT
	@$(MANAGE) collectstatic --noinput --verbosity 0
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) setup_portal
	@scripts/serve

test: setup ## the whole suite, with PostgreSQL, Elasticsearch and a browser (ARGS="tests/search -k x")
	@scripts/run-tests $(ARGS)

check: export ANNAI_DATA_DIR := var/check
check: setup ## lint, format, types, import contract, templates, translations, migrations, house rules
	.venv/bin/ruff check --quiet . $(PYTHON_SCRIPTS)
	.venv/bin/ruff format --quiet --check . $(PYTHON_SCRIPTS)
	.venv/bin/mypy --no-error-summary search config
	.venv/bin/lint-imports --no-logo
	.venv/bin/djlint . --check
	.venv/bin/djlint . --lint
	.venv/bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml
	$(MANAGE) check
	$(MANAGE) makemigrations --check --dry-run
	.venv/bin/python scripts/check-translations
	.venv/bin/python scripts/house-rules

bench: setup ## benchmarks (ARGS="--documents 20000 --engine elasticsearch"); never part of the tests
	@$(MANAGE) bench_search $(or $(ARGS),--documents 5000) --json

screenshots: setup ## the pictures of the manual, taken from the running product
	@.venv/bin/python scripts/screenshots $(ARGS)

messages: setup ## collect the texts of the interface into locale/ for translation
	.venv/bin/python -m django makemessages $(LANGUAGES:%=--locale %) --no-location --no-wrap \
	  --ignore var --ignore staticfiles --ignore tests --ignore docs --ignore scripts --ignore dist

lock: ## choose versions anew for pyproject.toml (ARGS=--upgrade for the newest), with hashes
	@set -e; uv=$$(command -v uv) || { \
	  folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	  $(PYTHON) -m venv "$$folder"; "$$folder/bin/pip" install --quiet uv; uv="$$folder/bin/uv"; }; \
	export UV_CUSTOM_COMPILE_COMMAND="make lock"; \
	$(LOCK) -o requirements.lock; \
	$(LOCK) --group dev -o requirements-dev.lock

system-packages: ## what the system has to have, on Debian and Ubuntu; as root
	@scripts/system-packages
