#!/bin/sh
# tool.sh NAME ARGS...: run a tool of the project's own environment, so that there is one version.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
name=$1
shift
for bin in "$root/.conda/bin" "$root/.venv/bin"; do
  if [ -x "$bin/$name" ]; then
    PATH=$bin:$PATH; export PATH
    exec "$bin/$name" "$@"
  fi
done
command -v "$name" >/dev/null 2>&1 || { echo "$name is not installed; run: make env-dev" >&2; exit 4; }
exec "$name" "$@"
