# `make help` lists the targets. Needs python3 (3.11 or newer, with venv) and make; brings the rest.
PY ?= python3
V := .venv
PIP_FLAGS := -qq --disable-pip-version-check
WORKERS ?= 2
export CHROMIUM
# uv installs sources alone: where this is set, every program that a test starts compiles them all
# again, which is most of the seconds it takes to start.
unexport PYTHONDONTWRITEBYTECODE

# uv where there is one, or where pip can fetch it (5 times as fast); else pip alone.
UV := $(or $(shell command -v uv 2>/dev/null),$(V)/bin/uv)
define install
	@{ [ -x "$(UV)" ] && "$(UV)" pip install -q --python $(V)/bin/python $(1); } || \
	  $(V)/bin/python -m pip install $(PIP_FLAGS) $(1)
endef

.PHONY: help demo dev test test-long check format docs locales widget bench lock clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' Makefile

demo: $(V)/.runtime  ## install, fill a demo workspace and serve it (PORT=8123, ARGS=--no-serve)
	@$(V)/bin/feedback demo $(if $(PORT),--port $(PORT)) $(ARGS)

dev: $(V)/.dev  ## serve the demo workspace, again whenever a file changes
	@$(V)/bin/feedback demo --reload $(if $(PORT),--port $(PORT)) $(ARGS)

test: $(V)/.dev $(V)/.widget  ## every test on SQLite, PostgreSQL and Chromium, with coverage (ARGS="-k board")
	@chromium=$$(scripts/chromium) && $(V)/bin/coverage erase && \
	  { CHROMIUM="$$chromium" $(V)/bin/coverage run -m pytest -n $(WORKERS) --dist worksteal --durations 10 $(ARGS); \
	    tests=$$?; $(V)/bin/coverage combine -q && \
	    $(V)/bin/coverage report $(if $(ARGS),--fail-under=0) && exit $$tests; }

test-long: $(V)/.dev  ## what CI does a tenth of: 2,000 quiet and changed years (20 minutes of two cores), 50 kills
	@chromium=$$(scripts/chromium) && CHROMIUM="$$chromium" TEST_LONG=1 \
	  nice -n 10 $(V)/bin/python -m pytest -s --timeout 0 --durations 10 tests/dashboards/test_quiet_years.py \
	  tests/scoring/test_watch.py tests/scoring/test_effect.py tests/scoring/test_verdicts.py \
	  tests/actions/test_rates.py tests/comparisons/test_rates.py tests/priorities/test_grid.py \
	  tests/faults tests/backups/test_under_writes.py tests/packaging/test_operators_path.py \
	  tests/packaging/test_compose_steps.py tests/browser/test_widget_away.py \
	  tests/browser/test_lost_replies.py $(ARGS)

check: $(V)/.dev  ## what a commit must pass: format, lint, types, docs, tests
	$(V)/bin/ruff format --check .
	$(V)/bin/ruff check .
	$(V)/bin/mypy
	@$(MAKE) test

format: $(V)/.dev  ## format, sort imports, mend what ruff can mend
	$(V)/bin/ruff check --fix .
	$(V)/bin/ruff format .

docs: $(V)/.dev  ## check that the docs name what the program has
	$(V)/bin/python -m pytest -q tests/test_docs.py

locales: $(V)/.dev  ## find new words of the interface and put them into every catalogue
	@$(V)/bin/python scripts/locales.py

widget: $(V)/.widget  ## build widget.js, widget-after.js and kiosk.js from their sources
	@$(V)/bin/python scripts/widget.py build

bench: $(V)/.dev  ## the measured budgets, side by side with their limits
	@$(V)/bin/python -m bench $(ARGS)

lock: $(V)/.dev  ## refresh both lock files from pyproject.toml (ARGS=--upgrade)
	$(call compile,build,requirements.lock)
	$(call compile,dev,requirements-dev.lock) --all-extras -c requirements.lock

clean:  ## remove what the other targets made, the demo's data included
	rm -rf $(V) feedback/widget/node_modules feedback-demo.* build dist htmlcov .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

define compile
"$(UV)" pip compile -q pyproject.toml --group $(1) --universal --generate-hashes \
  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(ARGS) -o $(2)
endef

$(V)/bin/python:
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PY) is $$($(PY) -V 2>&1); feedback needs 3.11 or newer: make PY=python3.13 $(MAKECMDGOALS)"; exit 1; }
	@$(PY) -m venv $(V) || { rm -rf $(V); \
	  echo "$(PY) cannot make a virtual environment; on Debian: apt-get install python3-venv"; exit 1; }
	@[ -x "$(UV)" ] || { awk '/^[^ #]/ { on = /^uv==/ } on' requirements-dev.lock >$(V)/uv.lock && \
	  $(V)/bin/python -m pip install $(PIP_FLAGS) --require-hashes -r $(V)/uv.lock; } \
	  || echo "No uv to be had: installing with pip, which takes a minute longer."

$(V)/.runtime: requirements.lock pyproject.toml hatch_build.py | $(V)/bin/python
	@echo "Installing feedback into $(V)"
	$(call install,--require-hashes -r requirements.lock)
	$(call install,--no-deps --no-build-isolation -e .)
	@touch $@

$(V)/.dev: requirements-dev.lock $(V)/.runtime
	@echo "Installing the development tools into $(V)"
	$(call install,--require-hashes -r requirements-dev.lock)
	@touch $@

# Without it the tests of the built widget are skipped; CI then fails.
$(V)/.widget: feedback/widget/package-lock.json $(V)/.dev
	@$(V)/bin/python scripts/widget.py install && touch $@ || echo "No packages of the widget's build."
