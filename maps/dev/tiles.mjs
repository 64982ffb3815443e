/** PNG tiles of the invented town, drawn when they are asked for. */

import { crc32, deflateSync } from "node:zlib";

import { roofAt, score as sunny, SERVICE } from "./roofs.mjs";
import { anomaly, outside, PALETTE, paletteIndex } from "./town.mjs";

const SIDE = 256;
const SUN = SERVICE.legend.colours.map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));

/** One RGBA tile of a layer called like `heat-demo-score@EDITION` or `base-demo`. */
export function tile(layer, z, x, y) {
  const [first = "", second = "", third = ""] = layer.split("@")[0].split("-");
  const isBase = first === "base";
  const answer = first === "roofs" ? roof : score;
  const paint = isBase ? base : third === "applicability" ? hatch : answer;
  const shift = third === "lower" ? -1.6 : third === "upper" ? 1.8 : 0;
  const raw = Buffer.alloc(SIDE * (1 + 4 * SIDE));
  for (let row = 0; row < SIDE; row += 1) {
    const lat = latitude((y + (row + 0.5) / SIDE) / 2 ** z);
    for (let col = 0; col < SIDE; col += 1) {
      const lon = ((x + (col + 0.5) / SIDE) / 2 ** z) * 360 - 180;
      const colour = paint(second, lon, lat, { col, row, shift });
      raw.set(colour, row * (1 + 4 * SIDE) + 1 + 4 * col);
    }
  }
  return png(raw);
}

function score(area, lon, lat, { shift }) {
  const kelvin = anomaly(area, lon, lat);
  return kelvin === null ? [0, 0, 0, 0] : [...PALETTE[paletteIndex(kelvin + shift)], 255];
}

function roof(_area, lon, lat) {
  const found = roofAt(lon, lat);
  return found ? [...SUN[Math.min(4, Math.floor(sunny(found.sun) / 20))], 255] : [0, 0, 0, 0];
}

function hatch(area, lon, lat, { col, row }) {
  return outside(area, lon, lat) && (col + row) % 8 < 2 ? [20, 20, 20, 255] : [0, 0, 0, 0];
}

function base(area, lon, lat) {
  const kelvin = anomaly(area, lon, lat);
  if (kelvin === null) {
    return [0, 0, 0, 0];
  }
  const grain = Math.sin(Math.floor(lon * 9000) * 3.1 + Math.floor(lat * 9000) * 1.7) * 14;
  const built = Math.min(1, Math.max(0, (kelvin + 2) / 10));
  const mixed = [96 + 100 * built, 128 + 52 * built, 84 + 90 * built];
  return [...mixed.map((value) => Math.max(0, Math.min(255, Math.round(value + grain)))), 255];
}

function latitude(share) {
  return (Math.atan(Math.sinh(Math.PI * (1 - 2 * share))) * 180) / Math.PI;
}

function png(raw) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIDE, 0);
  header.writeUInt32BE(SIDE, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  const chunks = [["IHDR", header], ["IDAT", deflateSync(raw)], ["IEND", Buffer.alloc(0)]];
  return Buffer.concat([signature, ...chunks.map(([type, data]) => chunk(type, data))]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  size.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([size, body, sum]);
}
