# langportal: what a person types. `make help` lists it. Needs Python 3.11 or newer and make, no more.

PYTHON ?= $(firstword $(foreach name,python3.13 python3.12 python3.11 python3,\
	$(shell $(name) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
		2>/dev/null && command -v $(name))))
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8000
DEBUG ?= true
DEMO ?= true
# Processes that share a pass of the tests.
JOBS ?= 2
# Requests of each kind for each operation and role in `make fuzz`.
FUZZ_EXAMPLES ?= 25
# Rounds of a measurement, the length of each run in it, attempts in its large database, and
# answers after which a server's memory is looked at.
ROUNDS ?= 3
SECONDS ?= 4
ROWS ?= 1000000
ANSWERS ?= 200000

UV_LOCK := UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --generate-hashes \
	--universal --python-version 3.11 --no-emit-index-url --no-emit-find-links

.DEFAULT_GOAL := help
.PHONY: help bench run test test-fast torture fuzz check format lock clean

help: ## List the commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(VENV)/.installed ## Migrate, seed the demo and serve at http://127.0.0.1:8000/ (PORT=… for another)
	@exec env DEBUG=$(DEBUG) DEMO=$(DEMO) $(BIN)/python manage.py serve --port $(PORT)

test: $(VENV)/.installed-test ## Run the tests on Postgres and Redis, what may differ on SQLite, and in a browser
	$(BIN)/python -m pytest -n $(JOBS) -m "not browser and not torture" --database postgres --pass first
	$(BIN)/python -m pytest -n $(JOBS) -m "not browser and not torture" --database sqlite --pass second
	$(BIN)/python -m pytest -m browser --database sqlite
	@echo "Passed. What kills, freezes, fills or cuts servers: make torture. More requests made from\
	 the API document: make fuzz. Lint, types and contracts: make check."

torture: $(VENV)/.installed-test ## Kill, freeze, fill and cut real servers: on Postgres and Redis, then on SQLite
	$(BIN)/python -m pytest -n $(JOBS) -m torture --database postgres --pass first
	$(BIN)/python -m pytest -n $(JOBS) -m torture --database sqlite --pass second

test-fast: $(VENV)/.installed-test ## Run what needs only SQLite and this one process
	$(BIN)/python -m pytest -n $(JOBS) -m "not torture" --in-process

bench: $(VENV)/.installed-test ## Measure against the peers and write docs/performance.md (ROWS=10000000 for all of it)
	@$(BIN)/pip install -qq --disable-pip-version-check -r bench/requirements.txt
	$(BIN)/python -m bench --rounds $(ROUNDS) --seconds $(SECONDS) --write
	$(BIN)/python -m bench.operations --rounds $(ROUNDS) --seconds $(SECONDS) --write
	$(BIN)/python -m bench.growth --rows $(ROWS) --rounds $(ROUNDS) --write
	$(BIN)/python -m bench.endurance --answers $(ANSWERS) --write
	$(BIN)/python -m bench.fanout --rounds $(ROUNDS) --seconds $(SECONDS) --write
	$(BIN)/python -m bench.judge
	$(BIN)/python -m bench.drivers

fuzz: $(VENV)/.installed-test ## Send 20,000 requests made from the API document (FUZZ_EXAMPLES=… for more)
	FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) $(BIN)/python -m pytest -n $(JOBS) tests/fuzz --database postgres

check: export DEBUG = true
check: export LOG_LEVEL = WARNING
check: export DATABASE_URL = sqlite:///$(CURDIR)/var/check.sqlite3
check: $(VENV)/.installed-test ## Lint, format, import contracts, types, system checks, schema
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python manage.py check
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py spectacular --fail-on-warn --validate --file /dev/null

format: $(VENV)/.installed-test ## Let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.installed-test ## Lock requirements*.in again, with hashes
	$(UV_LOCK) requirements.in -o requirements.txt
	$(UV_LOCK) --constraint requirements.txt requirements-test.in -o requirements-test.txt

clean: ## Remove the environment and the local data
	rm -rf $(VENV) var

$(BIN)/pip:
	@test -n "$(PYTHON)" || { echo "langportal needs Python 3.11, 3.12 or 3.13, and found none.\
	 Install one, or name it: make run PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "$(PYTHON) could not make a virtual\
	 environment. On Debian and Ubuntu: apt install python3-venv"; exit 1; }

$(VENV)/.installed: requirements.txt | $(BIN)/pip
	@echo "Installing langportal's libraries into $(VENV) (once)…"
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.installed-test: requirements-test.txt $(VENV)/.installed
	@echo "Installing what the tests need into $(VENV) (once)…"
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements-test.txt
	@touch $@
