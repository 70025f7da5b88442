.DEFAULT_GOAL := help
.PHONY: help demo test verify verify-full lint bench

PYTHON = $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo "$$p" && break; done)
UV = $(shell command -v uv 2>/dev/null)
BIN = .venv/bin

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: .venv/project ## two examples from files to workbook and page, in out/
	$(BIN)/cx-impact demo

test: .venv/project ## the tests that need nothing but Python
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -m "not verify and not full"

verify: .venv/engines ## the slower tests, with LibreOffice, Chromium, PostgreSQL and Spark
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -m verify

verify-full: .venv/project ## hours of simulation
	$(BIN)/python -m pytest -q -m full

lint: .venv/project ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/project ## the speed of each part beside its peer
	@for part in bench/*.py; do $(BIN)/python "$$part" || exit 1; done

# A list that changed makes the environment anew, so that nothing dropped from it lingers.
.venv/packages: requirements.txt
	@test -n "$(PYTHON)" || { echo "No Python 3.11, 3.12 or 3.13 on the path: install one (with its venv module)."; exit 2; }
ifneq ($(UV),)
	$(UV) venv --quiet --clear --seed --python "$(PYTHON)" .venv
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.txt
else
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
endif
	@touch $@

.venv/engines: requirements-engines.txt .venv/project
ifneq ($(UV),)
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements-engines.txt
else
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-engines.txt
endif
	@touch $@

.venv/project: .venv/packages pyproject.toml
ifneq ($(UV),)
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
else
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
endif
	@touch $@
