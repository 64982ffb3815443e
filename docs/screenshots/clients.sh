#!/usr/bin/env bash
# Prints what docs/gis-clients.md shows: GDAL's programs against `geoml serve` over the demo town.
# Usage: docs/screenshots/clients.sh [ADDRESS [COLLECTION]]   (needs gdal-bin; the server runs)
# With TOKEN set to one of `geoml token create`, what is for staff is listed too.
set -euo pipefail
address="${1:-http://127.0.0.1:8000}"
town="${2:-$(curl -fsS "$address/collections" | python3 -c '
import json, sys
print(next(one["id"] for one in json.load(sys.stdin)["collections"] if one["id"].endswith("-demo")))')}"
layer="$town-score"
folder="$(mktemp -d)"
trap 'rm -r "$folder"' EXIT
cd "$folder"

show() {  # show COMMAND...: the command, then what it says
  printf '$'; printf ' %q' "$@"; printf '\n'
  "$@" 2>&1
  printf '\n'
}

show ogrinfo -so "OAPIF:$address"
show ogr2ogr -f GPKG units.gpkg "OAPIF:$address" "$town" -spat 1.88 46.97 1.89 46.98
show ogrinfo -so -nomd units.gpkg "$town"
show gdal_translate -q -outsize 50% 50% \
  "WMTS:$address/wmts/$layer/1.0.0/WMTSCapabilities.xml,layer=$layer,style=default" map.tif
show gdalinfo -nomd map.tif
file="$(curl -fsS "$address/areas" | python3 -c '
import json, sys
demo = next(area for area in json.load(sys.stdin)["areas"] if area["id"] == "demo")
edition = next(one for one in demo["editions"] if sys.argv[1].startswith(one["service"]))
print(next(f["href"] for f in edition["files"] if f["name"] == "score.tif"))' "$town")"
show gdallocationinfo -wgs84 "/vsicurl/$address$file" 1.89 46.98
if [ -n "${TOKEN:-}" ]; then
  # shellcheck disable=SC2016  # the name of the variable is shown, not the token
  printf '$ ogrinfo -so --config GDAL_HTTP_HEADERS "Authorization: Bearer $TOKEN" OAPIF:%s\n' "$address"
  ogrinfo -so --config GDAL_HTTP_HEADERS "Authorization: Bearer $TOKEN" "OAPIF:$address"
fi
