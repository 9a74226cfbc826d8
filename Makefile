# Two commands set everything up: `make run` and `make test`. They need nothing but python3.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# What Python has compiled serves the next run too, also where the shell forbids it.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup run test check types style browser core coverage journeys bench clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --no-compile --constraint constraints.txt --editable ".[dev]"
	-$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib  # on all cores, which pip does on one
	touch $(READY)

run: setup
	$(BIN)/labelcore demo

# Two, so that with `--jobs 2` one core has the types and the other all else.
check: types style

types: setup
	$(BIN)/mypy

style: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache

# Types and unit tests of what runs in a browser, with node's runner and TypeScript as a checker.
browser:
	@if command -v npm > /dev/null; then \
	  cd tests/browser && { [ node_modules -nt package.json ] || npm install --silent --no-audit --no-fund; } && \
	  node_modules/.bin/tsc && node --test --test-reporter=spec; \
	elif [ -n "$$CI" ]; then echo "Checking the browser code needs node 20 with npm."; exit 1; \
	else echo "The browser code is not checked: there is no node with npm here."; fi

# Both cores; whoever is done early takes over from the other.
BOTH := -n 2 --dist worksteal

# Those of a file share a server and a browser, and stand in the order that they run in (tests/journeys/conftest.py).
# They wait for what is drawn, so three keep two cores at work. At the end it says which took longest.
JOURNEYS := tests/journeys
APART := -n 3 --dist loadfile --no-loadscope-reorder --durations 25

# Pages, journeys and what strangers try at the door are not even collected; properties are tried on fewer examples
# than in `make test`.
CORE := -m "not slow and not whole" --ignore tests/pages --ignore $(JOURNEYS) --ignore tests/access --hypothesis-profile core

core: setup
	$(BIN)/pytest $(BOTH) $(CORE)

# Branches that no core test takes, by file; slower than the tests alone.
coverage: setup
	$(BIN)/pytest $(BOTH) $(CORE) --cov --cov-branch --cov-report=term-missing:skip-covered

journeys: setup
	$(BIN)/python tests/bring_chromium.py
	$(BIN)/pytest -m "journey or slow or page"

test: check browser
	$(BIN)/python tests/bring_chromium.py
	$(BIN)/pytest $(BOTH) --durations 40 --ignore $(JOURNEYS)
	$(BIN)/pytest $(APART) $(JOURNEYS)

bench: setup
	$(BIN)/python tests/bench/import_speed.py
	$(BIN)/python tests/bench/judge_speed.py
	PYTHONPATH=. $(BIN)/python tests/bench/judge_endpoint.py --rounds 1
	PYTHONPATH=. $(BIN)/python tests/bench/offline_quality.py --corpus sample --splits 5
	$(BIN)/python tests/bench/align_speed.py
	$(BIN)/python tests/bench/choose_speed.py
	PYTHONPATH=. $(BIN)/python tests/bench/coverage.py
	PYTHONPATH=. $(BIN)/python tests/bench/slices.py

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
