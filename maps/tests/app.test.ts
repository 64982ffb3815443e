import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import page from "../index.html?raw";
import { byId } from "../src/dom";
import { AREA, fakeFetch, json, PROPERTIES, SERVICE } from "./samples";

class NoResize {
  observe(): void {}
}

const DEPTH = { ...SERVICE, name: "depth", title: { fr: "Inondation", en: "Flooding" } };
const OTHER = { ...AREA, id: "other", name: "Montclair", synthetic: false, base: null };
let asked: string[] = [];
/** Pages of earlier tests must not follow a link that is pasted into a later one. */
let closed = new AbortController();

async function open(hash = "", table: Parameters<typeof fakeFetch>[0] = {}): Promise<void> {
  const faked = fakeFetch({
    "/areas": json({ areas: [AREA, OTHER] }),
    "/services": json({ services: [SERVICE, DEPTH] }),
    "/services/heat/at": json({ properties: PROPERTIES }),
    ...table,
  });
  asked = faked.asked;
  vi.stubGlobal("fetch", faked.fetch);
  history.replaceState(null, "", `/maps/${hash}`);
  vi.resetModules();
  await import("../src/main");
  await new Promise((resolve) => setTimeout(resolve, 0));
}

function text(id: string): string {
  return (byId(id).textContent ?? "").replaceAll("\u202f", " ");
}

beforeEach(() => {
  vi.stubGlobal("ResizeObserver", NoResize);
  closed = new AbortController();
  const { signal } = closed;
  const listen = window.addEventListener.bind(window);
  vi.spyOn(window, "addEventListener").mockImplementation((type: string, run: EventListenerOrEventListenerObject) =>
    listen(type, run, { signal }),
  );
  blank();
});

function blank(): void {
  document.body.replaceWith(new DOMParser().parseFromString(page, "text/html").body);
}

afterEach(() => {
  closed.abort();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("the page", () => {
  it("starts with the first area, the score and its legend, and asks this server alone", async () => {
    await open("#//////en");
    expect(document.title).toBe("Heat islands · Valbourg");
    expect(document.documentElement.lang).toBe("en");
    expect(text("dock")).toContain("Score 0–100");
    expect(text("about")).toContain("Not air temperature.");
    expect(text("about")).toContain("18 July 2026");
    expect(text("about")).toContain("Model heat@v7");
    expect(document.querySelector("#map img[src*='heat-demo-score@E1']")).not.toBeNull();
    expect(document.querySelector("#map img[src*='heat-demo-applicability@E1']")).not.toBeNull();
    const hosts = [...document.images].map((image) => new URL(image.src).host);
    expect(new Set([...hosts, ...asked.map((url) => new URL(url).host)])).toEqual(new Set([location.host]));
  });

  it("writes credits as text", async () => {
    await open("#demo/heat/score");
    expect(text("credits")).toContain("<b>nobody</b>");
  });

  it("disables services that the area does not have", async () => {
    await open("#//////en");
    const maps = [...document.querySelectorAll<HTMLInputElement>("#service input[type=radio]")];
    expect(maps.map(({ value, checked, disabled }) => [value, checked, disabled])).toEqual([
      ["heat", true, false],
      ["depth", false, true],
    ]);
  });

  it("puts the layers of causes in a row of their own, and draws the one that is chosen", async () => {
    const [edition] = AREA.editions;
    const first = edition?.layers[0];
    const cause = { ...first, id: "c", name: "sea", title: { fr: "Mer", en: "Sea" }, url: "/tiles/sea/{z}/{x}/{y}.png" };
    const town = { ...AREA, editions: [{ ...edition, layers: [...(edition?.layers ?? []), cause] }] };
    const parts = [{ name: "sea", title: cause.title, summary: cause.title }];
    await open("#demo/heat/sea////en", {
      "/areas": json({ areas: [town] }),
      "/services": json({ services: [{ ...SERVICE, parts }] }),
    });
    const rows = [...document.querySelectorAll("#controls fieldset")].map((one) => one.textContent);
    expect(rows).toEqual(["Layerlayer scorelayer lowerlayer upper", "Cause by causeSea"]);
    expect(document.querySelector<HTMLInputElement>("input[value=sea]")?.checked).toBe(true);
    expect(document.querySelector("#map img[src*='/tiles/sea/']")).not.toBeNull();
  });

  it("answers Enter at the centre of the map, and Escape closes", async () => {
    await open("#//////en");
    byId("map").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
    await vi.waitFor(() => expect(byId("answer").dataset["answer"]).toBe("ready"));
    expect(text("answer")).toContain("+5.6 K");
    expect(text("spoken")).toContain("Score 63");
    expect(location.hash).toMatch(/^#demo\/heat\/score@E1\/[\d.]+\/48\.\d+\/-1\.\d+\/en\/48\.\d+,-1\.\d+$/);
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    expect(byId("answer").hidden).toBe(true);
    expect(location.hash).toMatch(/\/en$/);
  });

  it("opens a link: layer, language and the place that was asked about", async () => {
    await open("#demo/heat/upper/13/48.10000/-1.68000/fr/48.10000,-1.68000");
    expect(document.querySelector("#map img[src*='heat-demo-upper@E1']")).not.toBeNull();
    expect(document.querySelector<HTMLInputElement>("input[value=upper]")?.checked).toBe(true);
    await vi.waitFor(() => expect(byId("answer").dataset["answer"]).toBe("ready"));
    expect(text("answer")).toContain("sur 100");
  });

  it("changes language in place, the answer too, and asks nothing again", async () => {
    await open("#demo/heat/score/13/48.1/-1.68/fr/48.1,-1.68");
    await vi.waitFor(() => expect(byId("answer").dataset["answer"]).toBe("ready"));
    const before = asked.length;
    document.querySelector<HTMLButtonElement>("#langs [lang=en]")?.click();
    expect(text("answer")).toContain("out of 100");
    expect(document.documentElement.lang).toBe("en");
    expect(asked).toHaveLength(before);
  });

  it("changes the area", async () => {
    await open("#//////en");
    const select = document.querySelector<HTMLSelectElement>("#area select") as HTMLSelectElement;
    select.value = "other";
    select.dispatchEvent(new Event("change"));
    expect(document.title).toContain("Montclair");
    expect(location.hash).toMatch(/^#other\//);
    expect(document.querySelector(".badge")).toBeNull();
  });

  it("says so when a link names an area that is gone", async () => {
    await open("#nowhere/heat/score/13/48.1/-1.68/en");
    expect(text("notice")).toContain("“nowhere”");
    expect(document.title).toContain("Valbourg");
  });

  it("says so too when the link is pasted into the open page", async () => {
    await open("#other//////en");
    history.replaceState(null, "", "#nowhere//////fr");
    window.dispatchEvent(new HashChangeEvent("hashchange"));
    expect(byId("notice").hidden).toBe(false);
    expect(text("notice")).toContain("« nowhere »");
  });

  it("shows what holds for the whole map without a question, each text once", async () => {
    const said = ["one", "two", "two", "three", "four"].map((en) => ({ en, fr: `fr-${en}` }));
    const date_of = { fr: "date des images", en: "date of the images" };
    const edition = { ...AREA.editions[0], warnings: said, synthetic_model: true, date_of };
    const real = { ...AREA, synthetic: false, editions: [edition] };
    await open("#//////fr", { "/areas": json({ areas: [real] }) });
    const rows = [...document.querySelectorAll("#dock .warnings li")].map((row) => row.textContent);
    expect(rows).toEqual(["fr-one", "fr-two", "fr-three", "fr-four"]);
    expect(document.querySelector("#dock .count")?.textContent).toBe("4 remarques");
    expect(text("about")).toContain("18 juillet 2026(date des images)");
    expect(text("about")).toContain("Modèle appris sur des données générées");
    expect(text("about")).not.toContain("Données générées");
  });

  it("calls a generated town generated, whatever its model learned from", async () => {
    const edition = { ...AREA.editions[0], synthetic_model: true, date: null, date_of: { fr: "x", en: "x" } };
    await open("#//////en", { "/areas": json({ areas: [{ ...AREA, editions: [edition] }] }) });
    const badges = [...document.querySelectorAll("#about .badge")].map((badge) => badge.textContent);
    expect(badges).toEqual(["Generated data"]);
    expect(document.querySelector("#about .when")?.textContent).toBe("Date unknownGenerated data");
  });
});

describe("trouble", () => {
  it("is told, and can be tried again", async () => {
    await open("#//////en", { "/areas": new TypeError("refused") });
    await vi.waitFor(() => expect(document.documentElement.dataset["state"]).toBe("error"));
    expect(text("notice")).toContain("The server does not answer");
    vi.stubGlobal("fetch", fakeFetch({ "/areas": json({ areas: [AREA] }), "/services": json({ services: [SERVICE] }) }).fetch);
    byId("notice").querySelector("button")?.click();
    await vi.waitFor(() => expect(text("title")).toBe("Heat islands"));
  });

  it("an empty server says what to do", async () => {
    await open("#//////en", { "/areas": json({ areas: [] }) });
    await vi.waitFor(() => expect(document.documentElement.dataset["state"]).toBe("empty"));
    expect(text("notice")).toContain("geoml demo");
  });

  it("an area without an edition keeps the page usable", async () => {
    await open("#//////en", { "/areas": json({ areas: [{ ...AREA, editions: [] }] }) });
    expect(document.documentElement.dataset["state"]).toBe("empty");
    expect(text("notice")).toContain("No map of Valbourg yet");
  });

  it("outside the data is an answer too", async () => {
    const gone = json({ title: "Not Found", status: 404, detail: "no cell" }, 404);
    // Inside the bounds: the server is asked, and its own words stay out of sight.
    await open("#demo/heat/score/13/48.1/-1.68/en/48.1,-1.68", { "/services/heat/at": gone });
    await vi.waitFor(() => expect(byId("answer").dataset["answer"]).toBe("error"));
    expect(text("answer")).toContain("No answer here");
    expect(text("answer")).not.toContain("no cell");
  });

  it("outside the edition is answered without asking the server", async () => {
    await open("#demo/heat/score/13/48.1/-1.68/fr/48.20000,-1.68000");
    expect(byId("answer").dataset["answer"]).toBe("error");
    expect(text("answer")).toContain("Pas de réponse ici");
    expect(asked.filter((url) => url.includes("/at?"))).toEqual([]);
    expect(location.hash).toContain("48.20000,-1.68000");
  });

  it("an edition that was replaced meanwhile is told apart from a place without data", async () => {
    const gone = json({ title: "Not Found", status: 404, detail: "" }, 404);
    await open("#demo/heat/score/13/48.1/-1.68/en", { "/services/heat/at": gone });
    const edition = { ...AREA.editions[0], edition: "E2" };
    const now = json({ areas: [{ ...AREA, editions: [edition] }] });
    vi.stubGlobal("fetch", fakeFetch({ "/services/heat/at": gone, "/areas": now }).fetch);
    byId("map").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
    await vi.waitFor(() => expect(byId("answer").dataset["answer"]).toBe("error"));
    expect(text("answer")).toContain("no longer published");
  });

  it("offline is told, and the notice goes with the return of the network", async () => {
    await open("#//////en");
    vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    window.dispatchEvent(new Event("offline"));
    expect(text("notice")).toContain("You are offline");
    vi.spyOn(navigator, "onLine", "get").mockReturnValue(true);
    window.dispatchEvent(new Event("online"));
    expect(text("notice")).not.toContain("You are offline");
  });

  it("a language that was chosen once is spoken at the next visit", async () => {
    await open("#//////fr");
    document.querySelector<HTMLButtonElement>("#langs [lang=en]")?.click();
    blank();
    await open("");
    expect(document.documentElement.lang).toBe("en");
    localStorage.clear();
  });
});
