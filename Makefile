# Two commands do all: `make up` starts jinn with a furnished demo home, `make test` runs every test.
.PHONY: up demo test fuzz bench lock setup setup-dev clean

JINN = .venv/bin/jinn

up: setup
	@$(JINN) up $(ARGS)

demo: setup
	@$(JINN) demo

test: setup-dev
	@.venv/bin/ruff format --check src tests bench tools device
	@.venv/bin/ruff check src tests bench tools device
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo 2>/dev/null || .venv/bin/lint-imports
	@PATH="$$PWD/.venv/bin:$$PATH" .venv/bin/python -m pytest $(ARGS)

# Looks for input that breaks a parser, with other examples each time.
fuzz: setup-dev
	@.venv/bin/python -m pytest tests/property --hypothesis-profile=explore $(ARGS)

bench: setup-dev
	@PYTHONPATH=src .venv/bin/python bench/all.py $(ARGS)

setup:
	@sh tools/setup.sh

setup-dev:
	@sh tools/setup.sh --dev

# Writes the lock files anew from requirements/*.in.
lock:
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header requirements/bootstrap.in -o requirements/bootstrap.lock
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header requirements/base.in -o requirements/base.lock
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-deps requirements/nodeps.in -o requirements/nodeps.lock
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header requirements/dev.in -o requirements/dev.lock
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-deps requirements/dev-nodeps.in -o requirements/dev-nodeps.lock

clean:
	rm -rf .venv screen/dist screen/node_modules
