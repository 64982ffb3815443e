/** What a citizen must be told: what is missing, what is a guess, what a link no longer shows. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import page from "../index.html?raw";
import { renderAbout, renderNotes } from "../src/about";
import { missed, tellMissed } from "../src/catalogue";
import { byId } from "../src/dom";
import { Words } from "../src/i18n";
import { remember, remembered } from "../src/memory";
import { permitted } from "../src/osm";
import { renderBanner, shareOf } from "../src/outside";
import type { Edition } from "../src/types";
import { AREA, fakeFetch, SERVICE } from "./samples";

const EN = new Words("en");
const FR = new Words("fr");
const EDITION = AREA.editions[0] as Edition;
const SCRIPT = '"><img src=x onerror=alert(1)>';

beforeEach(() => {
  document.body.replaceWith(new DOMParser().parseFromString(page, "text/html").body);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("remarks of an edition", () => {
  const features = ["ndvi", "water_distance", "slope"].map((name) => ({
    name,
    title: { fr: `Titre ${name}`, en: `Title ${name}` },
  }));

  it("name the inputs that a town lacks, and count them", () => {
    const partial = { ...EDITION, features_missing: ["water_distance", "slope"] };
    const told = renderNotes({ ...SERVICE, features }, partial, EN, true)?.textContent;
    expect(told).toContain("Made without title water_distance and title slope: 2 of 3 inputs");
  });

  it("leave what is missing to the server, where it says so itself", () => {
    const missing = { code: "missing", fr: "Sans pente.", en: "Without slope." };
    const partial = { ...EDITION, features_missing: ["slope"], warnings: [missing] };
    const told = renderNotes({ ...SERVICE, features }, partial, EN, true);
    expect([...(told?.querySelectorAll("li") ?? [])].map((row) => row.textContent)).toEqual(["Without slope."]);
  });

  it("say what the numbers are relative to, above everything else", () => {
    const text = { fr: "par rapport à ce territoire", en: "relative to this area" };
    const quantity = { fr: "température", en: "temperature" };
    const told = renderNotes(SERVICE, { ...EDITION, quantity, reference: { text } }, FR, false);
    expect(told?.textContent).toBe("Température, par rapport à ce territoire");
  });

  it("are none where nothing is the matter", () => {
    expect(renderNotes(SERVICE, EDITION, EN, true)).toBeNull();
  });

  it("stand beside date, model and what the map is not, even without an edition", () => {
    renderAbout(AREA, SERVICE, null, EN);
    expect(byId("about").textContent).toContain("Not air temperature.");
  });
});

describe("a town that the model has not seen", () => {
  it.each([
    [100, 0, "all"],
    [60, 3, "most"],
    [60, 20, "half"],
    [60, 50, null],
    [100, 100, null],
    [0, 0, null],
    [null, null, null],
    [undefined, undefined, null],
  ])("is one with %s %% answered, %s %% like what it saw: %s", (answered, applicable, share) => {
    const shares = { answered_percent: answered ?? null, applicable_percent: applicable ?? null };
    expect(shareOf({ ...EDITION, ...shares })).toBe(share);
    expect(shareOf(null)).toBeNull();
  });

  it("is told in one sentence that names where the model learned", () => {
    const other = { ...AREA, id: "other", name: "Montclair" };
    const shares = { answered_percent: 100, applicable_percent: 0 };
    const edition = { ...EDITION, ...shares, reference: { borrowed_from: ["other"] } };
    renderBanner(AREA, edition, [AREA, other], EN);
    expect(byId("banner").textContent).toBe(
      "To be read as a guess: the model learned in Montclair and saw nothing like Valbourg.",
    );
    expect(byId("banner").hidden).toBe(false);
  });

  it("gets no banner where the server does not know", () => {
    renderBanner(AREA, EDITION, [AREA], EN);
    expect(byId("banner").hidden).toBe(true);
  });
});

describe("a link", () => {
  it("to what is gone says so in its own words", () => {
    tellMissed(missed({ area: "nowhere" }, AREA, SERVICE), EN);
    expect(byId("notice").textContent).toContain("“nowhere”");
  });

  it.each([SCRIPT, "call 0800 000 and pay", "x".repeat(41)])("quotes nothing like %s", (name) => {
    tellMissed(missed({ area: name }, AREA, SERVICE), EN);
    expect(byId("notice").textContent).toContain("names something that is not here");
    expect(byId("notice").textContent).not.toContain(name);
    expect(byId("notice").querySelector("img")).toBeNull();
  });

  it("made for an older edition says that newer data are shown", () => {
    expect(missed({ edition: "E1" }, AREA, SERVICE)).toBeNull();
    tellMissed(missed({ edition: "E0" }, AREA, SERVICE), EN);
    expect(byId("notice").textContent).toContain("Newer data");
  });
});

describe("the language", () => {
  it("is kept for the next visit", () => {
    remember("en");
    expect(remembered()).toBe("en");
    localStorage.setItem("geoml.lang", "../../de");
    expect(remembered()).toBeUndefined();
  });

  it("is none where the browser keeps nothing", () => {
    const forbidden = (): never => {
      throw new DOMException("denied", "SecurityError");
    };
    vi.spyOn(Storage.prototype, "getItem").mockImplementation(forbidden);
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(forbidden);
    remember("en");
    expect(remembered()).toBeUndefined();
  });
});

describe("OpenStreetMap", () => {
  it.each([
    ["default-src 'self'; img-src 'self' data: blob:", false],
    ["default-src 'self'", false],
    ["default-src 'self'; img-src 'self' https://tile.openstreetmap.org", true],
    ["default-src 'self'; img-src *", true],
    ["", true],
  ])("is offered under %j: %s", async (policy, offered) => {
    const headers = { "content-security-policy": policy };
    vi.stubGlobal("fetch", async () => new Response("", { headers }));
    expect(await permitted()).toBe(offered);
  });

  it("is not offered where nobody says", async () => {
    vi.stubGlobal("fetch", fakeFetch({}).fetch);
    expect(await permitted()).toBe(false);
  });
});
