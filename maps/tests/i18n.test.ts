import { describe, expect, it } from "vitest";

import page from "../index.html?raw";
import { LANGS, preferred, translate, Words } from "../src/i18n";
import catalogue from "../src/i18n?raw";

const sources = import.meta.glob<string>("../src/*.ts", { query: "?raw", import: "default", eager: true });

describe("catalogue", () => {
  const keys = [...catalogue.matchAll(/^ {2}(\w+): "/gm)].map(([, key]) => key as string);

  it("has every key twice and uses every key", () => {
    const code = Object.entries(sources)
      .filter(([path]) => !path.endsWith("i18n.ts"))
      .map(([, text]) => text)
      .concat(page)
      .join("\n");
    const unused = [...new Set(keys)].filter((key) => !code.includes(`"${key}"`));
    expect(unused).toEqual([]);
    expect(keys.length).toBe(2 * new Set(keys).size);
  });

  it("has every key that the page asks for", () => {
    const asked = [...page.matchAll(/data-t(?:-label)?="(\w+)"/g)].map(([, key]) => key as string);
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter((key) => !keys.includes(key))).toEqual([]);
  });

  it("has every key in both languages", () => {
    const half = keys.length / 2;
    expect(keys.slice(half)).toEqual(keys.slice(0, half));
  });

  it("uses the same {names} in both languages", () => {
    const names = (text: string | undefined): string => (text?.match(/\{\w+\}/g) ?? []).sort().join();
    for (const key of new Set(keys)) {
      const [one, other] = [...catalogue.matchAll(new RegExp(`^ {2}${key}: "(.*)"`, "gm"))];
      expect(names(one?.[1]), key).toBe(names(other?.[1]));
    }
  });
});

describe("words", () => {
  it("takes the browser's first language that is known", () => {
    expect(preferred(["de-DE", "en-US", "fr"])).toBe("en");
    expect(preferred(["de"])).toBe("fr");
    expect(LANGS).toContain(preferred([]));
  });

  it("fills values in and leaves unknown names", () => {
    expect(new Words("en").t("estimate", { low: "1" })).toBe("between 1 and {high}");
  });

  it("falls back on the other language of a server text", () => {
    expect(new Words("fr").pick({ fr: "", en: "only" })).toBe("only");
    expect(new Words("fr").pick(null)).toBe("");
  });

  it("lets no French colon start a line", () => {
    const text = { fr: "0 : peu ; 100 : le plus", en: "0: hardly" };
    expect(new Words("fr").pick(text)).toBe("0\u00a0: peu\u00a0; 100\u00a0: le plus");
    expect(new Words("en").pick(text)).toBe(text.en);
  });

  it("translates the page", () => {
    document.body.innerHTML = '<p data-t="score"></p><i data-t-label="close"></i>';
    translate(document, new Words("fr"));
    expect(document.querySelector("p")?.textContent).toBe("Score");
    expect(document.querySelector("i")?.getAttribute("aria-label")).toBe("Fermer");
  });
});
