# One verb per need. Everything is installed into .venv here; nothing outside this folder is touched.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help demo test check run bench load cleaning evaluate model clean

help:  ## what can be done here
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/'

.venv/.installed: pyproject.toml constraints.txt tools/bootstrap.py
	$(PYTHON) tools/bootstrap.py

.venv/.installed-dev: pyproject.toml constraints.txt tools/bootstrap.py
	$(PYTHON) tools/bootstrap.py --dev

demo: .venv/.installed  ## set up, ingest the demo corpus, answer three questions, then chat if this is a terminal
	$(BIN)/xianwen ingest examples/articles
	$(BIN)/python tools/demo.py

test: .venv/.installed-dev  ## set up and pass the tests
	$(BIN)/python -m pytest

check: .venv/.installed-dev  ## what CI runs besides the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

run: .venv/.installed  ## the Telegram bot; needs XIANWEN_TELEGRAM_TOKEN
	$(BIN)/xianwen run

bench: .venv/.installed-dev  ## speed and memory
	$(BIN)/python -m tools.bench

load: .venv/.installed-dev  ## the bot under load, by polling and by webhook
	$(BIN)/python -m tools.load --mode polling
	$(BIN)/python -m tools.load --mode webhook

cleaning: .venv/.installed-dev  ## our extraction of articles beside that of others, on pages of our own
	$(BIN)/python -m benchmarks.cleaning

evaluate: .venv/.installed-dev  ## the golden questions over the demo corpus, with their gate
	$(BIN)/xianwen evaluate

model: .venv/.installed-dev  ## train the bundled embedding model anew; CORPORA names the folder of training text
	$(BIN)/python -m training.make_model --corpora $(CORPORA) --out retrieval/model

clean:  ## remove the environment and caches, never data/
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache build dist *.egg-info
