# The tasks of the project; continuous integration calls these very recipes.
# BIN: where the tools are; the README's commands make .venv.
BIN ?= .venv/bin

.PHONY: check lint format types directions test fuzz worlds pages queries visibility api-fuzz damage faults load portal docs wheel audit demo

check: lint types directions test  ## everything that must pass before a commit lands

lint:  ## style, formatting and unused things
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format:  ## put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types:  ## static types, strict, code and tests
	$(BIN)/mypy
	$(BIN)/mypy tests bench

directions:  ## which room may import which
	$(BIN)/lint-imports

test:  ## all tests with coverage of lines and branches
	$(BIN)/pytest --cov --cov-report=term

fuzz:  ## a million damaged documents per parser; an hour at most, goes on where it was
	nice -n 10 $(BIN)/python -m tests.fuzz.run

worlds:  ## five thousand simulated worlds; an hour at most, goes on where it was
	nice -n 10 $(BIN)/python -m tests.world.run

pages:  ## two hundred and forty simulated worlds as pages tell them; goes on where it was
	nice -n 10 $(BIN)/python -m tests.world_pages.run

queries:  ## twenty thousand random queries; an hour at most, goes on where it was
	nice -n 10 $(BIN)/python -m tests.queries.run

visibility:  ## a thousand ledgers through the eyes of six parties in turn; goes on where it was
	nice -n 10 $(BIN)/python -m tests.visibility.run

api-fuzz:  ## two hundred random requests per operation; an hour at most, goes on where it was
	nice -n 10 $(BIN)/python -m tests.api.interface.run_fuzz

damage:  ## a thousand bit flips, changed rows, rollbacks, split views; goes on where it was
	nice -n 10 $(BIN)/python -m tests.reliability.run --f11

faults:  ## servers killed, system calls failing, power lost, disks full; each an hour at most, goes on where it was
	nice -n 10 $(BIN)/python -m tests.reliability.run --f1
	nice -n 10 $(BIN)/python -m tests.reliability.run --f2
	nice -n 10 $(BIN)/python -m tests.reliability.run --f3
	nice -n 10 $(BIN)/python -m tests.reliability.run --f4

load:  ## fifty clients at once for twice five minutes; writes docs/load.md
	$(BIN)/python -m tests.load.run --into docs/load.md

portal:  ## ten thousand lots to a portal with all faults, through a day without it and a hundred kills
	nice -n 10 $(BIN)/python -m tests.portal.run

wheel:  ## build the wheel and run it in an environment of its own
	sh .ci/wheel

audit:  ## known vulnerabilities of the versions in constraints.txt, where a service can be asked
	sh .ci/audit

demo:  ## the sample chains in a browser
	$(BIN)/epcis demo
