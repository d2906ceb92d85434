# One command per chore, the same for a person and for CI.
PY ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PORT ?= 8000
EVAL ?= ../shared/eval/dev.jsonl

.PHONY: run test train evaluate check bench lint format lock screenshots clean

run: $(STAMP)            ## the page and the API on http://127.0.0.1:8000 with the demo shop
	$(BIN)/miaohui serve --port $(PORT)

test: $(STAMP) lint check   ## everything CI runs
	$(BIN)/pytest -n auto --dist loadfile

train: $(STAMP)          ## train a new version of the model from intents/ into models/
	$(BIN)/miaohui train

evaluate: $(STAMP)       ## cross-validation, and the labelled file EVAL where it exists
	$(BIN)/miaohui evaluate
	@if [ -f "$(EVAL)" ]; then $(BIN)/miaohui evaluate --data "$(EVAL)"; fi

check: $(STAMP)          ## do intents, scripts, rules, lexicon and shops agree?
	$(BIN)/miaohui check

bench: $(STAMP)          ## speed, start, memory, growth and the page, as ratios in one run: some six minutes
	$(BIN)/python -m tests.bench --growth
	$(BIN)/python -m tests.bench_page

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/hadolint Dockerfile

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

screenshots: $(STAMP)    ## draw docs/screenshots again
	$(BIN)/python -m tests.screenshots

lock:                    ## pin requirements.txt with hashes again (needs uv)
	uv pip compile pyproject.toml --extra dev --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --python-version 3.11 --quiet --output-file requirements.txt

$(STAMP): requirements.txt pyproject.toml
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --allow-existing --python $(PY) $(VENV) && \
	  uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.txt && \
	  uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
	  $(PY) -m venv $(VENV) && \
	  $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt && \
	  $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@touch $(STAMP)

clean:
	rm -rf $(VENV) build ./*.egg-info var models/*/ models/current models/history
