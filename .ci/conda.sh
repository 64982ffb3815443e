#!/bin/sh
# conda.sh EXTRA,...: print the part of environment.yml that these extras need.
# The parts begin at its `# [extra]` lines; what stands before the first of them is always needed.
set -eu
awk -v wanted=",$1," '
  /^ *# \[/ { name = $2; gsub(/[][]/, "", name); drop = !index(wanted, "," name ","); next }
  / - pip:$/ { held = $0; drop = 0; next }     # printed only before something that it holds
  /^ *#/ || drop { next }
  held != "" { print held; held = "" }
  { print }
' "$(dirname "$0")/../environment.yml"
