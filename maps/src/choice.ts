/** One of several things that exclude each other; `.row` shows them as buttons, one of them pressed. */

import { el } from "./dom";

export interface Choice {
  readonly name: string;
  readonly value: string;
  readonly label: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
}

/** A radio button and its words; `chosen` is called when somebody presses it. */
export function choice({ name, value, label, checked, disabled = false }: Choice, chosen: () => void): HTMLElement {
  const input = el("input", { type: "radio", name, value, checked, disabled });
  input.addEventListener("change", chosen);
  return el("label", { class: "choice" }, input, el("span", {}, label));
}
