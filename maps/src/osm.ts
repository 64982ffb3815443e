/** OpenStreetMap as a background: only when someone asks for it, and only if it answers. */

const TILE = "https://tile.openstreetmap.org";
const PATIENCE_MS = 6000;

export const OSM_URL = `${TILE}/{z}/{x}/{y}.png`;
export const OSM_MAX_ZOOM = 19;
export const OSM_ATTRIBUTION = "© OpenStreetMap";
export const OSM_COPYRIGHT = "https://www.openstreetmap.org/copyright";

/** Whether the content policy of this page lets the browser ask: a choice that cannot work is none. */
export async function permitted(): Promise<boolean> {
  const page = document.baseURI.replace(/#.*/s, "");
  const answer = await fetch(page, { method: "HEAD" }).catch(() => null);
  const policy = answer?.headers.get("content-security-policy") ?? "";
  const rule = (name: string): string | undefined =>
    policy.split(";").find((part) => part.trim().split(/\s+/)[0] === name);
  const images = rule("img-src") ?? rule("default-src");
  const allowed = images === undefined || / (\*|https:|https:\/\/(tile|\*)\.openstreetmap\.org)( |$)/.test(images);
  return answer?.ok === true && allowed;
}

/** Whether one tile loads: no where there is no network, and where a content policy forbids it. */
export function reachable(image: HTMLImageElement = new Image()): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), PATIENCE_MS);
    const settle = (answer: boolean) => () => {
      clearTimeout(timer);
      resolve(answer);
    };
    image.addEventListener("load", settle(true), { once: true });
    image.addEventListener("error", settle(false), { once: true });
    image.referrerPolicy = "origin";
    image.src = `${TILE}/0/0/0.png`;
  });
}
