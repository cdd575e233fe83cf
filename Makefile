# Rulewire. Each target sets up what it needs, once; `make` alone lists them.
#
# make run PYTHON=python3.12 chooses the interpreter of a new .venv; ARGS="..." is passed on to the
# program or to pytest: make test ARGS="-k withdrawn".

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run demo test check format lint types contracts dockerfile audit e2e faults bench fuzz lock clean

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
PEER_PYTHON := $(BIN)/python
PYTEST := $(BIN)/python -m pytest -q
PARALLEL := -n auto --dist loadfile

AUDIT := $(VENV)/audit/bin/pip-audit

# The local Slack of the end-to-end tests: one program, made for 64-bit Linux.
SLACK_VERSION := 0.1.8
SLACK_SHA256 := 3332007b797969d835f694b463ac526f7ef1fc66afac93f950f585105fe4815f
SLACK_HOME := .cache/local-slack-$(SLACK_VERSION)
SLACK := $(SLACK_HOME)/node_modules/local-slack-linux-x64/bin/local-slack
export LOCAL_SLACK := $(CURDIR)/$(SLACK)

# A Python that will do: 3.11 or newer, able to make a virtual environment, SQLite with STRICT tables.
SUITABLE := import ensurepip, sqlite3, sys, venv; \
	sys.exit(sys.version_info < (3, 11) or sqlite3.sqlite_version_info < (3, 37))
PYTHON = $(shell for each in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if "$$each" -c '$(SUITABLE)' 2>/dev/null; then command -v "$$each"; break; fi; done)

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: $(VENV)/.ready ## Run the bot: in Slack when its tokens are set, else in this terminal
	@$(BIN)/rulewire run $(ARGS)

demo: $(VENV)/.ready ## Tell the June 2020 story from bundled facts, offline
	@$(BIN)/rulewire demo $(ARGS)

test: $(VENV)/.ready-dev ## Run the unit and contract tests
	@$(PYTEST) $(PARALLEL) -m "not e2e" $(ARGS)

check: format lint types contracts dockerfile audit test ## Everything that must hold: format, lint, types, import contracts, Dockerfile, known vulnerabilities, tests

format: $(VENV)/.ready-dev
	@$(BIN)/ruff format --check --quiet || { echo "not formatted; $(BIN)/ruff format mends it:"; $(BIN)/ruff format --check; }

lint: $(VENV)/.ready-dev
	@$(BIN)/ruff check

types: $(VENV)/.ready-dev
	@$(BIN)/mypy

contracts: $(VENV)/.ready-dev
	@$(BIN)/lint-imports --no-cache --no-logo

dockerfile: $(VENV)/.ready-dev
	@if [ -x $(BIN)/hadolint ]; then $(BIN)/hadolint Dockerfile; else echo "Dockerfile: no hadolint wheel for this machine, not linted"; fi

# pip-audit has an environment of its own. Offline nothing is audited, which is said and no failure.
audit: $(VENV)/.ready-dev
	@[ -x $(AUDIT) ] || { $(BIN)/python -m venv $(VENV)/audit && \
		$(VENV)/audit/bin/python -m pip --disable-pip-version-check -qq install pip-audit==2.10.1 2>/dev/null; } || true
	@$(BIN)/python -m tests.audit $(AUDIT) requirements.txt requirements-build.txt requirements-dev.txt

e2e: $(VENV)/.ready-dev $(SLACK) ## Run the real program against loopback servers and a local Slack (Linux x86-64, npm)
	@$(PYTEST) -n 4 -m e2e tests/e2e $(ARGS)

faults: $(VENV)/.ready-dev ## Kill the bot among digests, floods and reminders, and let the machine fail it
	@$(PYTEST) -m e2e tests/faults $(ARGS)

bench: $(VENV)/.ready-dev $(VENV)/.ready-peer ## Measure polling, ingest, search, matching, stories, start-up, delivering and answering, beside their peers
	@for each in poll ingest search match near startup deliver answer; do \
		READER_PYTHON=$(VENV)/peer/bin/python NEAR_PYTHON=$(VENV)/peer/bin/python $(BIN)/python -m tests.benchmarks.$$each $(ARGS) || exit 1; done

fuzz: $(VENV)/.ready-fuzz ## Fuzz one TARGET by hand, coverage-guided: tests/fuzz/README.md
	@mkdir -p .cache/fuzz/$(TARGET)
	@$(VENV)/fuzz/bin/python -m tests.fuzz $(TARGET) .cache/fuzz/$(TARGET) -artifact_prefix=.cache/fuzz/ $(ARGS)

lock: $(VENV)/.ready-lock ## Pin anew: the newest versions that pyproject.toml allows, with their hashes
	@rm -f requirements.txt requirements-build.txt requirements-dev.txt requirements-bench.txt
	@$(LOCK) pyproject.toml -o requirements.txt
	@$(LOCK) -c requirements.txt --group build -o requirements-build.txt
	@$(LOCK) -c requirements.txt -c requirements-build.txt --group dev -o requirements-dev.txt
	@$(LOCK) -c requirements.txt -c requirements-dev.txt --group bench -o requirements-bench.txt

clean: ## Remove what these targets made: .venv and the caches
	@rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis tests/e2e/screenshots

# uv resolves once for every Python and platform of pyproject.toml; nothing else needs it.
LOCK = UV_CUSTOM_COMPILE_COMMAND="make lock" $(VENV)/lock/bin/uv --no-config pip compile --quiet \
	--universal --generate-hashes --python-version 3.11

$(VENV)/.ready-lock: $(VENV)/pyvenv.cfg
	@$(BIN)/python -m venv $(VENV)/lock
	@$(VENV)/lock/bin/python -m pip --disable-pip-version-check -qq install uv==0.13.9
	@touch $@

$(VENV)/pyvenv.cfg:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Rulewire needs Python 3.11 or newer with its venv module and SQLite 3.37 or newer; none was found." >&2; \
		echo "On Debian and Ubuntu: apt-get install python3 python3-venv. Or name one: make PYTHON=/path/to/python3" >&2; \
		exit 1; fi
	@echo "Setting up $(VENV) with $$($(PYTHON) --version), once" >&2
	@$(PYTHON) -c '$(SUITABLE)' || { echo "$(PYTHON) is not Python 3.11 or newer with venv and SQLite 3.37 or newer." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: $(VENV)/pyvenv.cfg requirements.txt requirements-build.txt pyproject.toml
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --require-hashes -r requirements-build.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.txt
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

# reader has an environment of its own, and on request another Python: make bench PEER_PYTHON=python3.13
$(VENV)/.ready-peer: $(VENV)/pyvenv.cfg requirements-bench.txt
	@$(PEER_PYTHON) -m venv $(VENV)/peer
	@$(VENV)/peer/bin/python -m pip --disable-pip-version-check -qq install --require-hashes -r requirements-bench.txt
	@touch $@

# Atheris has an environment of its own: it is no dependency, and has wheels for some Pythons only.
$(VENV)/.ready-fuzz: $(VENV)/pyvenv.cfg requirements.txt
	@$(BIN)/python -m venv $(VENV)/fuzz
	@$(VENV)/fuzz/bin/python -m pip --disable-pip-version-check -qq install --require-hashes -r requirements.txt
	@$(VENV)/fuzz/bin/python -m pip --disable-pip-version-check -qq install 'atheris>=3,<4'
	@touch $@

$(SLACK):
	@[ "$$(uname -sm)" = "Linux x86_64" ] || { echo "The local Slack runs on 64-bit Linux only." >&2; exit 1; }
	@command -v npm >/dev/null || { echo "The end-to-end tests need npm (Debian: apt-get install npm)." >&2; exit 1; }
	@npm install --silent --no-save --prefix $(SLACK_HOME) local-slack-linux-x64@$(SLACK_VERSION) >&2
	@echo "$(SLACK_SHA256)  $@" | sha256sum --check --quiet
	@touch $@
