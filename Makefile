# Everything a developer runs. `make` alone prints this list.
# Each target installs what it needs first (deploy/local/bootstrap.sh: .venv from the lock, Kafka's jars).

PYTHON ?=
VENV := .venv/bin
TESTS ?= tests
WORKERS ?= 4
export PYTHON
# A stack is 40 processes and each worker reads every test: what was compiled once is kept, also
# where the environment says otherwise (it saves every second run a minute of a core).
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo up down test all-tests browser collected check lint types quick-tests fmt bench

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what the other targets need
	@sh deploy/local/bootstrap.sh

demo: setup ## tell the story of one bonus on a stack of its own, stay up until Ctrl-C (ONCE=1: end after the story)
	@$(VENV)/python -m deploy.demo $(if $(ONCE),--once)

up: setup ## start your own stack and leave it running
	@$(VENV)/cashback stack up

down: setup ## stop your own stack; its data stay
	@$(VENV)/cashback stack down

test: setup lint ## lint, types and all tests, on real servers
	@$(MAKE) --no-print-directory -j 3 types all-tests

all-tests: browser collected
	@$(VENV)/python -m pytest $(TESTS) -n $(WORKERS) --dist loadgroup

browser:
	@sh deploy/local/bootstrap.sh tests

# While the browser is fetched: else each worker compiles every test. What fails here fails there.
collected:
	@$(VENV)/python -m pytest $(TESTS) --collect-only -q -q >/dev/null 2>&1 || true

check: setup ## the quick part: format, lint, types, and the tests that need no server
	@$(MAKE) --no-print-directory -j 2 lint types quick-tests

lint:
	@$(VENV)/ruff format --check .
	@$(VENV)/ruff check .

types:
	@$(VENV)/mypy

quick-tests:
	@$(VENV)/python -m pytest tests/unit tests/contract tests/architecture -n $(WORKERS)

fmt: setup ## format the code and mend what the linter can
	@$(VENV)/ruff format .
	@$(VENV)/ruff check --fix .

bench: setup ## measure against nginx, pgbench and plain Flask; prints the README's table
	@$(VENV)/python -m tests.bench
