# Two commands: `make run` and `make test`. The rest are their parts.
PYTHON ?= python3.11
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export DVC_NO_ANALYTICS := 1
export ZENML_ANALYTICS_OPT_IN := false
export BENTOML_DO_NOT_TRACK := true

.PHONY: run test install lint check lock clean

run: install ## sample data, stack, training pipeline, registered and packed models
	dvc repro
	tryon summary

test: install check ## everything: style, types, import contract, tests, the pipeline on a small sample
	python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

install: $(BIN)/.installed ## the environment, every version pinned

$(BIN)/.installed: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet uv==0.13.9
	$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	$(BIN)/python -m tryon.cli doctor
	touch $@

check: install ## style, types, room borders
	ruff check .
	ruff format --check .
	mypy
	lint-imports

lock: ## resolve the pinned requirements again, for this platform
	$(BIN)/uv pip compile pyproject.toml --extra train --extra dev --python-version 3.11 --no-header --no-annotate -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml -c requirements.lock --python-version 3.11 --no-header --no-annotate -o requirements.serve.lock

clean: ## remove what runs made in this checkout (never the versioned data)
	rm -rf var mlruns mlflow.db metrics
