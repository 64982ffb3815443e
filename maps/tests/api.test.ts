import { afterEach, describe, expect, it, vi } from "vitest";

import { areas, at, Problem, services } from "../src/api";
import { AREA, fakeFetch, json, PROPERTIES, SERVICE } from "./samples";

afterEach(() => vi.unstubAllGlobals());

const PLACE = { lat: 48.1, lon: -1.68 };
const quiet = new AbortController().signal;

function answering(table: Parameters<typeof fakeFetch>[0]): string[] {
  const { fetch, asked } = fakeFetch(table);
  vi.stubGlobal("fetch", fetch);
  return asked;
}

describe("documents", () => {
  it("are found one level above the page, under any sub-path", async () => {
    const base = document.createElement("base");
    base.href = "http://town.example/geo/maps/";
    document.head.append(base);
    const asked = answering({ "/areas": json({ areas: [AREA] }) });
    expect((await areas())[0]?.id).toBe("demo");
    expect(asked).toEqual(["http://town.example/geo/areas"]);
    base.remove();
  });

  it("that are no list are refused in words", async () => {
    answering({ "/services": json({ detail: "no" }) });
    await expect(services()).rejects.toThrow("no list called services");
  });
});

describe("an answer", () => {
  it("gets plain names for those that follow the service", async () => {
    const asked = answering({ "/at": json({ type: "Feature", properties: PROPERTIES }) });
    const got = await at(SERVICE, "demo", PLACE, quiet);
    expect(got).toMatchObject({ score: 63.2, target: 5.584, lower: 4.1, model: "heat@v7" });
    expect(got.cell).toHaveLength(5);
    const query = new URL(asked[0] as string).searchParams;
    expect(Object.fromEntries(query)).toEqual({ lon: "-1.680000", lat: "48.100000", area: "demo" });
  });

  it("reads what newer servers add, and misses nothing on older ones", async () => {
    const added = { synthetic_model: true, date_of: { fr: "des images", en: "of the images" } };
    answering({ "/services/heat/at": json({ properties: { ...PROPERTIES, ...added } }) });
    expect(await at(SERVICE, "demo", PLACE, quiet)).toMatchObject({
      syntheticModel: true,
      dateOf: added.date_of,
    });
    answering({ "/services/heat/at": json({ properties: PROPERTIES }) });
    expect(await at(SERVICE, "demo", PLACE, quiet)).toMatchObject({ syntheticModel: false, dateOf: null });
  });

  it("keeps unknown numbers unknown", async () => {
    const properties = { ...PROPERTIES, dlst_k: null, lower: undefined, cell: undefined };
    answering({ "/at": json({ properties }) });
    expect(await at(SERVICE, "demo", PLACE, quiet)).toMatchObject({ target: null, lower: null, cell: [] });
  });
});

describe("causes", () => {
  const title = { fr: "Crue", en: "River" };
  const wet = { ...SERVICE, parts: [{ name: "river", title, summary: title }, { name: "sea", title, summary: title }] };

  it("come in the service's order, with their scores, and only those that are told", async () => {
    const parts = { other: { heat_score: 1 }, river: { heat_score: 12.5 } };
    answering({ "/at": json({ properties: { ...PROPERTIES, parts, score_kind: "index" } }) });
    const got = await at(wet, "demo", PLACE, quiet);
    expect(got).toMatchObject({ scoreKind: "index", parts: [{ title, score: 12.5 }] });
  });

  it("are none where the service has one, and the kind of score is the service's", async () => {
    answering({ "/at": json({ properties: PROPERTIES }) });
    expect(await at(SERVICE, "demo", PLACE, quiet)).toMatchObject({ scoreKind: "anchored", parts: [] });
  });
});

describe("problems", () => {
  it("carry the title and detail of problem+json", async () => {
    answering({ "/at": json({ title: "Not Found", status: 404, detail: "no cell" }, 404) });
    const caught = await at(SERVICE, "demo", PLACE, quiet).catch((error: unknown) => error);
    expect(caught).toBeInstanceOf(Problem);
    expect(caught).toMatchObject({ status: 404, title: "Not Found", detail: "no cell" });
  });

  it("survive a body that is not JSON", async () => {
    answering({ "/areas": new Response("<html>", { status: 502, statusText: "Bad Gateway" }) });
    await expect(areas()).rejects.toMatchObject({ status: 502, title: "Bad Gateway" });
  });

  it("have status 0 when nobody answers", async () => {
    answering({ "/areas": new TypeError("refused") });
    await expect(areas()).rejects.toMatchObject({ status: 0 });
  });
});
