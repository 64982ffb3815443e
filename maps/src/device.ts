/** What the device and its owner prefer. */

/** The width below which the page is laid out for a phone; the style sheet says the same. */
const NARROW = "(max-width: 760px), (max-height: 480px)";

/** Whether the page is laid out for a phone. */
export function isNarrow(): boolean {
  return matches(NARROW);
}

/** Whether somebody asked their system for less motion. */
export function prefersStill(): boolean {
  return matches("(prefers-reduced-motion: reduce)");
}

/** Whether the browser knows that it has no network. */
export function isOffline(): boolean {
  return navigator.onLine === false;
}

function matches(query: string): boolean {
  return typeof globalThis.matchMedia === "function" && globalThis.matchMedia(query).matches;
}
