import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Files that are served as they are: the API's own documentation page, and licences. */
const COPIED: Readonly<Record<string, string>> = {
  "swagger/swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
  "swagger/swagger-ui-bundle.js": "swagger-ui-dist/swagger-ui-bundle.js",
  "licences/swagger-ui.txt": "swagger-ui-dist/LICENSE",
  "licences/swagger-ui-notice.txt": "swagger-ui-dist/NOTICE",
  "licences/leaflet.txt": "leaflet/LICENSE",
};

function copied(): Plugin {
  return {
    name: "copied",
    apply: "build",
    generateBundle() {
      for (const [fileName, from] of Object.entries(COPIED)) {
        const source = readFileSync(here(`node_modules/${from}`));
        this.emitFile({ type: "asset", fileName, source });
      }
    },
  };
}

const API = process.env["GEOML_API"] ?? "http://127.0.0.1:8000";

export default defineConfig(({ command }) => ({
  // Relative, so that the same build works under /maps/ and under any sub-path.
  base: command === "serve" ? "/maps/" : "./",
  resolve: {
    alias: [{ find: /^leaflet$/, replacement: here("node_modules/leaflet/dist/leaflet-src.esm.js") }],
  },
  plugins: [copied()],
  build: { target: "es2022", modulePreload: false, assetsInlineLimit: 0 },
  server: {
    proxy: Object.fromEntries(["/areas", "/services", "/tiles"].map((path) => [path, API])),
  },
  // The first test of a file loads the page: on a machine that is busy that alone takes seconds.
  test: { environment: "jsdom", include: ["tests/**/*.test.ts"], testTimeout: 20_000 },
}));
