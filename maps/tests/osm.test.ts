import { expect, it, vi } from "vitest";

import { reachable } from "../src/osm";

it.each([
  ["load", true],
  ["error", false],
] as const)("OpenStreetMap after %s: %s", async (event, answer) => {
  const image = document.createElement("img");
  const asked = reachable(image);
  image.dispatchEvent(new Event(event));
  expect(await asked).toBe(answer);
  expect(image.src).toMatch(/^https:\/\/tile\.openstreetmap\.org\//);
});

it("is given up after a while", async () => {
  vi.useFakeTimers();
  const asked = reachable(document.createElement("img"));
  vi.advanceTimersByTime(10_000);
  expect(await asked).toBe(false);
  vi.useRealTimers();
});
