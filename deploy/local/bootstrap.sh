#!/bin/sh
# Installs what this repository needs, once: .venv from requirements.lock, and the jars of Kafka.
# `bootstrap.sh tests` brings a browser too. Nothing is done when the lock is the one that was installed last.
# What cannot be installed here is one sentence.
set -eu

cd "$(dirname "$0")/../.."
venv=.venv
stamp=$venv/.installed

say() { printf '%s\n' "set-up: $*" >&2; }
stop() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
sum_of() { cat "$@" | cksum; }

# Debian's packages, where we may install them.
apt_install() {
  have apt-get && [ "$(id -u)" = 0 ] || return 1
  say "apt-get install $*"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >/dev/null
}

find_python() {
  for python in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if have "$python" && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      printf '%s\n' "$python"
      return
    fi
  done
  return 1
}

make_venv() {
  say "a virtual environment in $venv"
  rm -rf "$venv"
  if have uv && uv venv -q --python "$1" "$venv" 2>/dev/null; then return; fi
  "$1" -c 'import ensurepip, venv' 2>/dev/null || apt_install python3-venv ||
    stop "Python's venv is missing: install it (Debian, Ubuntu: apt-get install python3-venv) and start again."
  "$1" -m venv "$venv"
}

# uv in the version of the lock, brought by pip.
find_uv() {
  if have uv; then command -v uv; return; fi
  awk '/^uv==/ { ours = 1; print; next } /^[a-z]/ { ours = 0 } ours' requirements.lock > "$venv/uv.txt"
  "$venv/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r "$venv/uv.txt" &&
    printf '%s\n' "$venv/bin/uv"
}

# Compiled once here: else each of the thirty processes that start next would compile for itself.
by_uv() {
  uv=$(find_uv) && "$uv" pip install -q --compile-bytecode --python "$venv/bin/python" --require-hashes -r requirements.lock
}

# Where pip alone knows the way to a package index, pip does it, in five times the time.
by_pip() {
  "$venv/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
}

install_packages() {
  say "Python packages from requirements.lock (first time: half a minute)"
  "$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip >/dev/null
  by_uv || by_pip || stop "The packages cannot be installed: is there a way to a package index?"
  "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
}

fetch_kafka() {
  if [ -n "$("$venv/bin/python" -m deploy.local.kafka_jars --cached)" ]; then return; fi
  have mvn || apt_install maven || { have brew && brew install -q maven; } ||
    stop "Maven is missing, it fetches Apache Kafka: install it (Debian, Ubuntu: apt-get install maven; a Mac: brew install maven) and start again."
  say "Apache Kafka by Maven, 43 MB (once for this user)"
  "$venv/bin/python" -m deploy.local.kafka_jars >/dev/null
}

# Tests look at the pages as people do; nothing else needs a browser.
find_browser() {
  have chromium || have chromium-browser || have google-chrome || apt_install chromium ||
    stop "A browser is missing, the tests look at the pages with it: install Chromium (Debian: apt-get install chromium) and start again."
}

wanted=$(sum_of requirements.lock pyproject.toml)
if [ ! -x "$venv/bin/python" ] || [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
  python=$(find_python) ||
    stop "Python 3.11 or newer is missing: install it, or name it (make demo PYTHON=/path/to/python3), and start again."
  [ -x "$venv/bin/python" ] || make_venv "$python"
  install_packages
  printf '%s\n' "$wanted" > "$stamp"
fi
fetch_kafka
if [ "${1:-}" = tests ]; then find_browser; fi
