/** How the page is used: by keyboard or not, and the sheet that holds the controls on a phone. */

import { byId } from "./dom";

/** Listens to the buttons of the sheet, and to keys and pointers. */
export function listenToSheet(): void {
  byId("sheet-toggle").addEventListener("click", toggle);
  byId("sheet-close").addEventListener("click", () => {
    closeSheet();
    byId("sheet-toggle").focus();
  });
  document.addEventListener("keydown", () => byKeyboard(true), { capture: true });
  document.addEventListener("pointerdown", () => byKeyboard(false), { capture: true });
}

/** Closes the sheet; true when it was open. */
export function closeSheet(): boolean {
  const open = byId("app").classList.contains("sheet-open");
  if (open) {
    toggle();
  }
  return open;
}

function toggle(): void {
  const open = byId("app").classList.toggle("sheet-open");
  byId("sheet-toggle").setAttribute("aria-expanded", String(open));
}

/** Help for the keyboard is shown to those who use it. */
function byKeyboard(on: boolean): void {
  byId("app").classList.toggle("by-keyboard", on);
}
