# make map    the regime map of RUN (default: the default map), as NetCDF and as a picture
# make replicate  all figures and tables of the docs, made again in the folder OUT (default: replication)
# make replicate-check  the differences between OUT and AGAINST (default: the manifest of the docs)
# make figures  the same as replicate; then the figures of the docs are copied into docs
# make test   all checks: lint, tests, doctests, pure and bounds, one after the other
# make tests  only the tests; make tests ROOM=maps: the tests of one package: a folder of src/foedus, or kernels, or io
# make docs   the pages of the docs, in docs/_build/html
# make tables  the tables of parameters, variables, codes and claims in the docs, written again
# make notebooks  the notebooks of the examples, run again and saved with their outputs
# make bench  speed and memory, measured by asv
# make bench-against  the same for this commit and the one before, with the differences
# make peers  speed compared with other ways to solve the same games; needs a C compiler
# make peers-check, bench-check, cuda  tests of these peers, of the benchmarks, and of the kernels on CUDA
# make package  the wheel and the source distribution in dist, checked, and tried in a new environment
# Each command first installs what it needs in .venv. To use another Python than python3, set PYTHON.

PYTHON ?= python3
RUN ?= examples/regimes.toml
OUT ?= replication
AGAINST ?= docs/manifest.json
BASE ?= HEAD~1
VENV := .venv
BIN := $(VENV)/bin
SOURCES := pyproject.toml README.md $(wildcard kernels/*.py kernels/*/*.py kernels/*/*/*.py io/*.py src/foedus/*.py src/foedus/py.typed src/foedus/*/*)
# ignore the user's settings for where pip installs
unexport PIP_TARGET PIP_PREFIX PIP_ROOT PIP_REQUIRE_VIRTUALENV
export PIP_USER = 0
# otherwise every process would compile the tests to bytecode again
unexport PYTHONDONTWRITEBYTECODE
INSTALL := $(BIN)/python -m pip install --quiet
TRIED = $(shell sed -n 's/.*Python :: \(3\.[0-9]*\)".*/\1/p' pyproject.toml)
FAILED = echo "foedus could not be installed, for the reason above. It works with Python $(TRIED); \
to use one of these: make clean map PYTHON=python3.11" >&2; exit 2
REPLICATE := $(BIN)/python examples/replication/replicate.py
# two processes; each file runs in one of them, so that what its tests share is set up once
SHARED := -n 2 --dist loadfile --no-loadscope-reorder
KERNEL_TESTS := tests/kernels tests/alliance/test_game.py
ASV := $(BIN)/asv --config benchmarks/asv.conf.json

.PHONY: map replicate replicate-check figures test lint tests doctests pure bounds bench bench-against bench-check peers peers-check cuda docs tables notebooks package clean

map: $(VENV)/installed
	$(BIN)/foedus map $(RUN) --overwrite

replicate: $(VENV)/installed-test
	$(REPLICATE) $(OUT)

replicate-check: $(VENV)/installed-test
	$(REPLICATE) $(OUT) --against $(AGAINST)

# the figures that the docs show, with the manifest that says how they were made
figures: replicate
	cp $(OUT)/*.png $(OUT)/speed-table.md $(OUT)/manifest.json docs

# each stage runs even if an earlier one has failed; the results of all stages are printed at the end
test: $(VENV)/installed-test
	@failed=0; verdict=; \
	for stage in lint tests doctests pure bounds; do \
	    begun=$$(date +%s); found=passed; \
	    $(MAKE) --no-print-directory --assume-old=$< $$stage || { found=failed; failed=1; }; \
	    verdict="$$verdict$$(printf '%-8s %s, %4d s' $$stage $$found $$(($$(date +%s) - begun)))\n"; \
	done; \
	printf "\n$$verdict"; exit $$failed

lint: $(VENV)/installed-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	cd tests && ../$(BIN)/mypy --config-file ../pyproject.toml -p foedus

tests: $(VENV)/installed-test
	$(BIN)/pytest $(SHARED) tests/$(ROOM)

doctests: $(VENV)/installed-test
	$(BIN)/pytest --doctest-modules --pyargs foedus

# the kernels as plain Python, with every branch covered
pure: $(VENV)/installed-test
	$(BIN)/coverage erase
	NUMBA_DISABLE_JIT=1 $(BIN)/coverage run -m pytest $(SHARED) $(KERNEL_TESTS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# every array index is checked; the searches that check results are left out; there is a separate cache, because
# numba's cache does not distinguish kernels compiled with these checks from kernels compiled without them
bounds: $(VENV)/installed-test
	NUMBA_BOUNDSCHECK=1 NUMBA_CACHE_DIR=$(VENV)/bounds $(BIN)/pytest $(SHARED) $(KERNEL_TESTS) \
	    -k "not twin_agrees and not nobody_gains and not certificate"

bench: $(VENV)/installed-bench
	$(ASV) machine --yes > /dev/null
	$(ASV) run --python=same --show-stderr

# compares this commit with another (BASE; default: the one before), in all benchmarks or those that BENCH names
bench-against: $(VENV)/installed-bench
	$(ASV) machine --yes > /dev/null
	$(ASV) continuous --factor 1.1 --show-stderr $(if $(BENCH),--bench "$(BENCH)") $(BASE) HEAD

# the record, the table and the figure of docs/speed.md
peers: $(VENV)/installed-peers
	$(BIN)/python -m benchmarks.peers docs

peers-check: $(VENV)/installed-peers
	$(BIN)/pytest tests/project/test_peers.py

bench-check: $(VENV)/installed-bench
	$(ASV) machine --yes > /dev/null
	$(ASV) check --python=same

cuda: $(VENV)/installed-cuda
	$(BIN)/pytest tests/kernels/test_kernels.py -k cuda

# every warning is an error; the pages load nothing from other hosts
docs: $(VENV)/installed-docs
	$(BIN)/sphinx-build --fail-on-warning --keep-going --nitpicky --quiet --fresh-env docs docs/_build/html

# the tables come from the models
tables: $(VENV)/installed-test
	$(BIN)/python docs/_ext/write_tables.py

# so that people who view the repository see the outputs
notebooks: $(VENV)/installed-test
	$(BIN)/python docs/_ext/run_notebooks.py

# build both distributions, check them as PyPI does, and try the wheel in an empty environment
package: $(VENV)/installed-package
	rm -rf build dist
	$(BIN)/python -m build
	$(BIN)/twine check --strict dist/*
	$(BIN)/pytest tests/project/test_package.py
	$(PYTHON) -m venv --clear $(VENV)/apart
	$(VENV)/apart/bin/pip install --quiet dist/*.whl
	cd $(VENV)/apart && bin/foedus --version && bin/foedus solve --ally-cost 0.4 && bin/foedus doctor

# pip is installed last, so an unfinished environment is made again the next time
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "foedus needs Python 3.11 or newer; name one with PYTHON=..." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(SOURCES) | $(BIN)/pip
	@echo "installing foedus into $(VENV): a minute or two, the first time"
	rm -rf build  # otherwise a module that was removed would be installed from there
	@$(INSTALL) . || { $(FAILED); }
	touch $@

EXTRAS = test,$*
$(VENV)/installed-docs: EXTRAS = docs
$(VENV)/installed-%: $(SOURCES) | $(BIN)/pip
	@echo "installing foedus and the packages of its extra '$*' into $(VENV): some minutes, the first time"
	rm -rf build
	@$(INSTALL) ".[$(EXTRAS)]" || { $(FAILED); }
	touch $@ $(VENV)/installed

clean:
	rm -rf $(VENV) build dist *.egg-info .asv docs/_build docs/notebooks
