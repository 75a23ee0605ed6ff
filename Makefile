# make run   the demo county on this machine: environment, data, web, worker and beat (PORT=8000, SIZE=small or full)
# make test  the whole suite on the embedded default, and on PostgreSQL and Redis where their URLs are set
# make bench the figures of bench/, printed with the machine
# make lock  the locked requirements from the .in files
# make clean the environment and the demo's data

PYTHON ?= $(shell command -v python3.11 || echo python3)
PORT ?= 8000
SIZE ?= small
DATA_DIR ?= $(CURDIR)/var
PY = .venv/bin/python
export DATA_DIR
export BUSINESS_CLOCK = $(DATA_DIR)/clock

.PHONY: run test bench lock clean

run: .venv/run.lock
	@mkdir -p $(DATA_DIR)
	@$(PY) manage.py demo --size $(SIZE) --port $(PORT)

test: .venv/dev.lock
	@echo "== embedded default: SQLite, message files"
	@env -u TEST_DATABASE_URL -u TEST_REDIS_URL $(PY) -m pytest -q -n auto $(ARGS)
	@if [ -n "$$TEST_DATABASE_URL" ]; then \
		echo "== PostgreSQL$${TEST_REDIS_URL:+ and Redis}"; $(PY) -m pytest -q -n auto $(ARGS); \
	else echo "== PostgreSQL and Redis: not tried (set TEST_DATABASE_URL and TEST_REDIS_URL)"; fi

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

clean:
	rm -rf .venv var
