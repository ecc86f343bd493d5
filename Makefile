# `make demo` and `make test` do everything on a fresh Debian 12 with Python 3.11 (with venv) and make.

PYTHON ?= python3
BIN := .venv/bin
DEBIAN_PACKAGES := chromium firefox-esr mesa-vulkan-drivers nodejs npm coturn nginx-light nftables openssh-server openssh-client openssl

# Tests start a hundred programs: each would compile all that it imports once more where this is set.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test setup system lint types python js browser laboratory bench bench-picture wan network clean

# What has deadlines must not share the processors with what has none.
.NOTPARALLEL:

demo: setup
	$(BIN)/rtc-canvas demo

test: setup lint types js python browser laboratory

setup: system .venv/.installed node_modules/.installed

# What a browser test needs: installed where we may, else named in the one command that installs it. Only root can use
# iproute2 and nftables here, so nobody else is asked for them. The tests run their own nginx: that of Debian stays off.
system:
	@missing=""; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	command -v firefox-esr >/dev/null || missing="$$missing firefox-esr"; \
	command -v node >/dev/null || missing="$$missing nodejs"; \
	command -v npm >/dev/null || missing="$$missing npm"; \
	command -v turnserver >/dev/null || missing="$$missing coturn"; \
	test -x /usr/sbin/nginx || missing="$$missing nginx-light"; \
	test -x /usr/sbin/sshd || missing="$$missing openssh-server"; \
	command -v ssh >/dev/null || missing="$$missing openssh-client"; \
	command -v openssl >/dev/null || missing="$$missing openssl"; \
	ls /usr/share/vulkan/icd.d/lvp_icd.*.json >/dev/null 2>&1 || missing="$$missing mesa-vulkan-drivers"; \
	if [ "$$(id -u)" = 0 ]; then \
		command -v ip >/dev/null || missing="$$missing iproute2"; \
		command -v nft >/dev/null || missing="$$missing nftables"; \
	fi; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" != 0 ]; then \
		echo "Missing:$$missing. Install with: sudo apt-get install -y $(DEBIAN_PACKAGES)" >&2; exit 1; \
	fi; \
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing || exit 1; \
	case "$$missing" in *nginx*) systemctl disable --now --quiet nginx 2>/dev/null || true;; esac

# Modules are compiled when they are first imported, which most of them never are: that is a quarter of the time.
.venv/.installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --editable '.[dev]'
	touch $@

node_modules/.installed: package.json package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	touch $@

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy
	npx --no-install tsc -p .

# Two at once on two busy cores: what came too late so is tried once more, by itself.
python:
	$(BIN)/python -m pytest tests --ignore=tests/browser -m "not laboratory" --numprocesses 2 || \
	$(BIN)/python -m pytest tests --ignore=tests/browser -m "not laboratory" --last-failed

js:
	node --test tests/js/

# A browser that shares two busy cores is late now and then: what failed is tried once more, by itself.
browser:
	$(BIN)/python -m pytest tests/browser || $(BIN)/python -m pytest tests/browser --last-failed

# Some short runs over emulated links; where namespaces are forbidden they say so and are skipped.
laboratory:
	$(BIN)/python -m pytest tests/wan tests/network -m "laboratory and not long"

bench: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/benchmarks/requirements.txt
	$(BIN)/python -m tests.benchmarks

# How faithful pictures of rendered graphics are, and how soon they come.
bench-picture: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/benchmarks/requirements.txt
	$(BIN)/python -m tests.benchmarks.picture

# All of the link laboratory; takes most of an hour. QUICK=1 halves it.
wan: setup
	$(BIN)/python -m pytest tests/wan -m long
	$(BIN)/python -m tests.wan

# Every way from a browser to the program, over real parts; takes ten minutes. What was measured is not measured again:
# a run that was stopped goes on where it was, and FRESH=1 begins anew. The figures are in build/network.jsonl.
network: setup
	$(BIN)/python -m tests.network $(if $(FRESH),--fresh)

clean:
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
