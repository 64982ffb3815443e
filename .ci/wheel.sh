#!/bin/sh
# wheel.sh PYTHON: build the wheel, install it in an empty environment, serve the demo from it.
set -eu
python=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
root=$(pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM

"$python" -m build --wheel --outdir "$scratch/dist" "$root" >"$scratch/build.log" 2>&1 || { cat "$scratch/build.log"; exit 1; }
"$python" - "$scratch"/dist/*.whl <<'PY'
import sys, zipfile
names = {name.split("/")[0] for name in zipfile.ZipFile(sys.argv[1]).namelist()}
folders = {name for name in names if not name.endswith(".dist-info")}
if folders != {"geoml", "tiles"}:
    sys.exit(f"the wheel's top-level names are {sorted(folders)}, expected geoml and tiles")
PY
"$python" -m venv "$scratch/venv"
"$scratch/venv/bin/python" -m pip install -q -c "$root/constraints.txt" "$(echo "$scratch"/dist/*.whl)[serve,learn]"
cd "$scratch"   # outside the checkout, so that only the installed wheel can be imported
GEOML_HOME="$scratch/data"; export GEOML_HOME
"$scratch/venv/bin/geoml" demo --only demo
"$scratch/venv/bin/geoml" smoke
echo "wheel: 1 passed, 0 failed"
