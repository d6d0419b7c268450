# Every target makes the virtual environment it needs. `make` alone proves the main spec.

VENV   ?= .venv
PYTHON ?= python3
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.stamp
SPEC   ?= specs/gso_ipoib.cbs

.PHONY: house map tables prove test lint check audit matrix bench curves oracle artefacts proofs mutants fuzz attack headers source clean
.DEFAULT_GOAL := prove

prove: $(STAMP)            ## the verdicts of the main spec
	@$(BIN)/cbprove $(SPEC)

test: $(STAMP)             ## what must pass before every commit, in a few minutes
	@$(BIN)/python -m pytest -q -n auto --dist worksteal -m "not slow"

lint: $(STAMP)             ## format, style, types, architecture
	@$(BIN)/ruff format --check -q .
	@$(BIN)/ruff check -q .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/mypy --no-error-summary --explicit-package-bases tests benchmarks
	@$(BIN)/lint-imports --no-logo >/dev/null || $(BIN)/lint-imports --no-logo

check: lint test           ## lint and test

audit: check oracle mutants fuzz matrix   ## everything, slow parts included; pages are driven in Debian's chromium, where there is one
	@! command -v chromium > /dev/null || $(BIN)/python -m pip install -q --disable-pip-version-check -e '.[browser]'
	@$(BIN)/python -m pytest -q -m slow

house: $(STAMP)            ## the house in numbers: modules, functions, lines, names
	@$(BIN)/python -m tests.house

map: $(STAMP)              ## every module with its first line
	@$(BIN)/python -m tests.house --map

tables: $(STAMP)           ## the grammar as the tables that the package ships
	@$(BIN)/python -c "from cbprove.syntax import tables as t; open(t.SHIPPED, 'w').write(t.shipped(open(t.GRAMMAR).read()))"

oracle: $(STAMP)           ## what the C compilers of all 8 targets say of 2,000 structs each, written down
	@$(BIN)/python -m tests.oracle.write

artefacts: $(STAMP)        ## every type of the running kernel's BTF, and of a module over it, against bpftool
	@$(BIN)/python -m tests.artifacts

headers: $(STAMP)          ## every struct of a Debian kernel's headers as a spec: read, and laid out as its BTF says
	@$(BIN)/python -m tests.headers

source: $(STAMP)           ## the specs of Linux 6.1 and 7.2 against their source, as Debian has it, read by two compilers
	@$(BIN)/python -m tests.source

SHIPPED := specs/gso_ipoib.cbs specs/cases specs/changes specs/linux

proofs: $(STAMP)           ## what every verdict on a shipped spec rests on, written anew and checked without Z3
	@$(BIN)/cbprove certify --clausal $(SHIPPED) -o build/proofs
	@$(BIN)/cbprove recheck build/proofs
	@$(BIN)/cbprove certify --clausal $(SPEC) -o proofs/gso_ipoib
	@$(BIN)/python -m tests.archive.records build/proofs

mutants: $(STAMP)          ## break the encoding on purpose: some test must notice each time
	@$(BIN)/python -m tests.mutants

attack: $(STAMP)          ## mutated specs, artefacts and archives: each is refused or answered, in 1 GB and 10 s
	@$(BIN)/python -m tests.attack

matrix: $(STAMP)          ## the oldest and newest versions of Python and dependencies that pyproject allows
	@$(BIN)/python -m tests.matrix

fuzz: $(STAMP)             ## random specs: prover against the reference, parser against noise
	@$(BIN)/python -m tests.fuzz

bench: $(STAMP)            ## how fast, against whom
	@$(BIN)/python -m benchmarks

curves: $(STAMP)           ## how the time grows with lines, structs, steps, paths, proposals, options, candidates, turns
	@$(BIN)/python -m benchmarks.curves

clean:
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist *.egg-info model/*.egg-info

$(STAMP): pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[dev]'
	@touch $@
