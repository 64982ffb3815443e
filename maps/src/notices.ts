/** What the page says over the map: one box for each thing that is the matter. */

import { byId, el } from "./dom";

/** What a notice is about; a newer one about the same replaces it. */
export type Topic = "start" | "link" | "tiles" | "network";

export interface Notice {
  readonly title: string;
  readonly text?: string;
  readonly kind: "loading" | "trouble" | "info";
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** Says something over the map; null takes what was said about the topic away. */
export function notify(topic: Topic, notice: Notice | null): void {
  const box = byId("notice");
  const old = box.querySelector(`[data-topic="${topic}"]`);
  if (!notice) {
    old?.remove();
    return;
  }
  const made = el("div", { class: "notice", "data-topic": topic, "data-kind": notice.kind });
  made.append(el("strong", {}, notice.title));
  if (notice.text) {
    made.append(el("p", {}, notice.text));
  }
  if (notice.action) {
    const { label, run } = notice.action;
    made.append(el("button", { type: "button", click: () => run() }, label));
  }
  if (old) {
    old.replaceWith(made);
  } else {
    box.append(made);
  }
}

/** Takes everything that was said away. */
export function hush(): void {
  byId("notice").replaceChildren();
}
