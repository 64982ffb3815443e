/**
 * A stand-in for `geoml serve`, to work on the map without data: two invented areas, three services,
 * tiles drawn on the fly, the content policy of the real server. Development only.
 *
 * `npm run build && npm run mock -- [PORT] [/sub/path]`
 */

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

import { items } from "./roofs.mjs";
import { answer, areasDocument, servicesDocument } from "./town.mjs";
import { tile } from "./tiles.mjs";

const PORT = Number(process.argv[2] ?? 8009);
const PREFIX = process.argv[3] ?? "";
const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".txt": "text/plain",
};
const CSP = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'";

createServer(async (request, response) => {
  const url = new URL(request.url ?? "/", "http://localhost");
  const { status, type, body } = await reply(url);
  response.writeHead(status, { "content-type": type, "content-security-policy": CSP });
  response.end(body);
}).listen(PORT, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${PORT}${PREFIX}/maps/`);
});

async function reply(url) {
  if (!url.pathname.startsWith(PREFIX)) {
    return problem(404, "outside the sub-path");
  }
  const path = url.pathname.slice(PREFIX.length);
  if (path.startsWith("/maps/")) {
    return file(path.slice("/maps/".length) || "index.html");
  }
  if (path === "/areas") {
    return json(areasDocument(PREFIX));
  }
  if (path === "/services") {
    return json(servicesDocument());
  }
  const asked = /^\/services\/(\w+)\/at$/.exec(path);
  if (asked) {
    await new Promise((resolve) => setTimeout(resolve, 150));
    const found = answer(asked[1], url.searchParams);
    return found ? json(found) : problem(404, "no published answer covers this place");
  }
  if (/^\/collections\/roofs-demo@[\w-]+\/items$/.test(path)) {
    return json(items(url.searchParams));
  }
  const drawn = /^\/tiles\/([\w@-]+)\/(\d+)\/(\d+)\/(\d+)\.png$/.exec(path);
  if (drawn) {
    const [, layer, z, x, y] = drawn;
    return { status: 200, type: "image/png", body: tile(layer, Number(z), Number(x), Number(y)) };
  }
  return problem(404, "no such path");
}

async function file(name) {
  const path = normalize(join(DIST, name));
  try {
    const body = await readFile(path.startsWith(DIST) ? path : "");
    return { status: 200, type: TYPES[extname(path)] ?? "application/octet-stream", body };
  } catch {
    return problem(404, "no such file; run npm run build");
  }
}

function json(document) {
  return { status: 200, type: "application/json", body: JSON.stringify(document) };
}

function problem(status, detail) {
  const body = JSON.stringify({ type: "about:blank", title: "Not Found", status, detail });
  return { status, type: "application/problem+json", body };
}
