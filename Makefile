# `make run` and `make test` are all a newcomer needs; both build .venv by themselves. `make help` lists the rest.
PYTHON ?= python3
BIN := .venv/bin

# Where `make run` listens; 0: any free port. ONCE=1: it ends by itself when the sample is done.
PORT ?= 8620
ONCE ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1
PIP := $(BIN)/python -m pip install --quiet

.DEFAULT_GOAL := help
.PHONY: help run batch test test-ci test-long lint format types imports unit docs picture bench quality services lock upgrade clean dashboard screenshots

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/runtime .venv/dashboard ## bring up a service under load, until Ctrl-C; ONCE=1: until its sample is done
	@$(BIN)/python demo/live.py --port $(PORT) $(if $(ONCE),--once)

batch: .venv/runtime ## run the sample's tasks without a service; some fail on purpose, which is exit code 1
	@$(BIN)/apportion run demo/tasks.jsonl --fleet demo/fleet.toml --results demo/out/batch --fresh || test $$? -eq 1

test: lint types imports unit ## everything a change must pass

test-ci: .venv/dev .venv/dashboard ## proofs that take longer: clean installs, other Pythons
	$(BIN)/pytest -m proof --numprocesses 2 --dist loadfile

test-long: .venv/dev ## tests too long for every change
	$(BIN)/pytest -m long

lint: .venv/dev ## style and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: .venv/dev ## put style and format right where that is mechanical
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: .venv/dev ## both type checkers, strict
	$(BIN)/mypy
	$(BIN)/basedpyright

imports: .venv/dev ## the floors: imports point down only
	$(BIN)/lint-imports

unit: .venv/dev .venv/dashboard ## the tests, a file in one of two processes
	$(BIN)/pytest --numprocesses 2 --dist loadfile

dashboard: .venv/dashboard ## build the dashboard from ui/, where that has changed

docs: .venv/runtime ## draw the diagrams in docs/ and the dashboard in deploy/ that are made from the code
	$(BIN)/python -m scripts.diagrams
	$(BIN)/python -m scripts.grafana

picture: .venv/runtime ## draw docs/images/ anew from a real run of the demo
	$(BIN)/python -m scripts.picture
	$(BIN)/python -m scripts.top_picture

screenshots: .venv/dev .venv/dashboard ## draw the pictures of the dashboard anew, in Chromium
	$(BIN)/python -m scripts.screenshots

bench: .venv/runtime ## measure, results as data
	$(BIN)/python -m bench

quality: .venv/runtime ## judge decisions on simulated worlds, into docs/quality.md
	$(BIN)/python -m bench.quality

services: ## install the services that tests talk to
	scripts/services

lock: .venv/dev ## pin what is not pinned yet in requirements/*.txt
	scripts/lock

upgrade: .venv/dev ## move every pin to the newest release
	scripts/lock --upgrade

clean: ## remove whatever was made here
	rm -rf .venv .*_cache .hypothesis build dist demo/out ui/node_modules src/apportion/service/static/dashboard
	find . -name __pycache__ -prune -exec rm -rf {} +

# Each stamp is newer than what it was installed from, so set-up costs nothing until that changes.
.venv/runtime: requirements/runtime.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) --require-hashes -r requirements/runtime.txt
	APPORTION_WITHOUT_DASHBOARD=1 $(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# Where it cannot be built, the rest is still worth having; the next `make` tries again.
.venv/dashboard: .venv/runtime hatch_build.py $(shell find ui -type f -not -path '*/node_modules/*')
	@$(BIN)/python hatch_build.py && touch $@ || true

.venv/dev: .venv/runtime requirements/test.txt requirements/dev.txt
	$(PIP) --require-hashes -r requirements/test.txt -r requirements/dev.txt
	@touch $@
