# make demo   a first campaign against a local Kavenegar, with its report
# make test   all tests
# make lint   ruff and mypy
# make schemas   the JSON Schemas in schemas/, after a change of what they describe
# make test-crash   hundreds of kills of the real process, then a table
# make test-model   two thousand random lives of a campaign
# make bench   up to three million recipients against bare loops, about 20 minutes; make bench-small   a minute of it
# make profile   where plan and apply spend their time
# make pictures   the README's picture of the sandbox's inbox, by chromium
PYTHON ?= python3.11
BIN := .venv/bin

.PHONY: demo test test-crash test-model bench bench-small profile lint format schemas pictures clean

.venv/ready: pyproject.toml requirements.lock
	@command -v $(PYTHON) >/dev/null || { echo "kaverun needs Python 3.11 or newer; set PYTHON=/path/to/python3"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing what kaverun needs into .venv (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q kaverun
	@touch $@

demo: .venv/ready
	@$(BIN)/kaverun apply campaigns/greeting/greeting.yaml --sandbox --yes

test: .venv/ready
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

test-crash: .venv/ready
	$(BIN)/python tests/crash/long_run.py

test-model: .venv/ready
	KAVERUN_MODEL_EXAMPLES=2000 KAVERUN_POWER_CUTS=4 $(BIN)/python -m pytest tests/model --numprocesses 2

bench: .venv/ready
	$(BIN)/python -m benchmarks

bench-small: .venv/ready
	$(BIN)/python -m benchmarks --small

profile: .venv/ready
	$(BIN)/python -m benchmarks.profile

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schemas: .venv/ready
	@for what in campaign tariff plan report; do $(BIN)/kaverun schema $$what > schemas/$$what.schema.json || exit 1; done

pictures: .venv/ready
	$(BIN)/python tests/data/pictures/make.py

clean:
	rm -rf .venv
