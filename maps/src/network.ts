/** Offline and online again: what is drawn stays, what failed is tried again. */

import { isOffline } from "./device";
import type { Words } from "./i18n";
import { notify } from "./notices";

/** Says when the network goes, and calls `back` when it returns. */
export function watchNetwork(words: () => Words, back: () => void): void {
  const say = (): void => {
    const told = { kind: "trouble", title: words().t("offline"), text: words().t("offline_text") } as const;
    notify("network", isOffline() ? told : null);
  };
  window.addEventListener("offline", say);
  window.addEventListener("online", () => {
    say();
    back();
  });
  say();
}
