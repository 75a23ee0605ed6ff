# make run     the demo county on this machine: environment, data, web, worker and beat (PORT=8000, SIZE=small or full,
#              COUNTY=高阳县 or any of the five)
# make shell   Django's shell on the data of `make run`
# make test    the whole suite on the embedded default; on PostgreSQL and Redis, where their URLs are set, all of it
#              that touches a database: what touches none would show the same again, and the output says how many that are
#              FAST=1: in under a minute, on SQLite, without what is marked browser, slow or stress; says what it left out
#              ARGS="tests/collection -x" reaches pytest
# make fmt     format and sort, and mend what ruff can mend
# make lint    ruff, the directions of imports, migrations that match the models
# make types   mypy, strict but for the modules that pyproject.toml names
# make cov     the suite with coverage, subprocesses included; branches of money and scope must be whole
# make mutants the rules that decide money, changed one place at a time: the score of the tests by module
# make count   statements of the product's Python, by app
# make manual  static/manual: the pictures of the manual, taken of the demo
# make picture docs/architecture.svg, drawn from the imports
# make bench   the figures of bench/, printed with the machine
# make lock    the locked requirements from the .in files
# make slow    tests/slow.txt: the tests that make test FAST=1 leaves out, measured
# make clean   the environment and the demo's data

PYTHON ?= $(shell command -v python3.11 || echo python3)
PORT ?= 8000
SIZE ?= small
COUNTY ?= 内乡县
DATA_DIR ?= $(CURDIR)/var
PY = .venv/bin/python
export DATA_DIR
export BUSINESS_CLOCK = $(DATA_DIR)/clock
# Whoever starts processes by the dozen has them share what is compiled, whatever the image says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run shell test fmt lint types cov mutants count manual picture bench slow lock clean

help:
	@sed -n 's/^# //p' Makefile

run: .venv/run.lock
	@mkdir -p $(DATA_DIR)
	@# exec: a signal that make hands on must reach the demo itself, not a shell around it.
	@exec $(PY) manage.py demo --size $(SIZE) --county "$(COUNTY)" --port $(PORT)

shell: .venv/run.lock
	@$(PY) manage.py shell

ifdef FAST
test: .venv/dev.lock
	@env -u TEST_DATABASE_URL -u TEST_REDIS_URL $(PY) -m pytest -q -n auto --dist worksteal --fast $(ARGS)
else
test: .venv/dev.lock
	@echo "== embedded default: SQLite, message files"
	@env -u TEST_DATABASE_URL -u TEST_REDIS_URL $(PY) -m pytest -q -n auto --dist worksteal $(ARGS)
	@if [ -n "$$TEST_DATABASE_URL" ]; then \
		echo "== PostgreSQL$${TEST_REDIS_URL:+ and Redis}"; $(PY) -m pytest -q -n auto --dist worksteal --second-engine $(ARGS); \
	else echo "== PostgreSQL and Redis: not tried (set TEST_DATABASE_URL and TEST_REDIS_URL)"; fi
endif

fmt: .venv/dev.lock
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

lint: .venv/dev.lock
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/lint-imports
	@$(PY) manage.py makemigrations --check --dry-run

types: .venv/dev.lock
	@mkdir -p $(DATA_DIR)
	@.venv/bin/mypy $(ARGS)

cov: .venv/dev.lock
	@mkdir -p var/coverage && rm -f var/coverage/data*
	@env -u TEST_DATABASE_URL -u TEST_REDIS_URL .venv/bin/coverage run -m pytest -q -n auto --dist worksteal $(ARGS)
	@.venv/bin/coverage combine -q
	@.venv/bin/coverage report --skip-covered
	@.venv/bin/coverage report --include='collection/money/*,core/access/scope.py' --fail-under=100

mutants: .venv/dev.lock
	@$(PY) -m bench.mutants $(ARGS)

count: .venv/dev.lock
	@$(PY) -m bench.count $(ARGS)

manual: .venv/dev.lock
	@$(PY) -m docs.manual

picture: .venv/dev.lock
	@$(PY) -m docs.picture

slow: .venv/dev.lock
	@env -u TEST_DATABASE_URL -u TEST_REDIS_URL $(PY) -m pytest -q -n auto --dist worksteal -p tests.slow --write-slow $(ARGS)

bench: .venv/dev.lock
	@$(PY) -m bench $(ARGS)

.venv/run.lock: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 is needed; $(PYTHON) is not it. Install it, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@cp requirements.txt $@

.venv/dev.lock: .venv/run.lock requirements-dev.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@cp requirements-dev.txt $@

lock: .venv/dev.lock
	$(PY) -m pip install --quiet pip-tools
	CUSTOM_COMPILE_COMMAND="make lock" $(PY) -m piptools compile -q --generate-hashes --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --allow-unsafe -o requirements.txt requirements.in
	CUSTOM_COMPILE_COMMAND="make lock" $(PY) -m piptools compile -q --generate-hashes --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --allow-unsafe -o requirements-dev.txt requirements-dev.in
	CUSTOM_COMPILE_COMMAND="make lock" $(PY) -m piptools compile -q --generate-hashes --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --allow-unsafe -o requirements-ocr.txt requirements-ocr.in

clean:
	rm -rf .venv var
