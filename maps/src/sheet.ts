/** How the page is used: by keyboard or not, and the sheet that holds the controls on a phone. */

import { byId } from "./dom";

/** Listens to the buttons of the sheet, and to keys and pointers. */
export function listenToSheet(): void {
  byId("sheet-toggle").addEventListener("click", toggle);
  byId("sheet-close").addEventListener("click", () => {
    closeSheet();
    byId("sheet-toggle").focus();
  });
  // Tab never goes behind the sheet: leaving it closes it.
  document.addEventListener("focusin", ({ target }) => {
    const inside = [byId("controls"), byId("sheet-toggle")].some((one) => one.contains(target as Node));
    if (!inside) {
      closeSheet();
    }
  });
  document.addEventListener("keydown", () => byKeyboard(true), { capture: true });
  document.addEventListener("pointerdown", () => byKeyboard(false), { capture: true });
}

/** Closes the sheet; true when it was open. */
export function closeSheet(): boolean {
  const open = byId("app").classList.contains("sheet-open");
  if (open) {
    const within = byId("controls").contains(document.activeElement);
    toggle();
    if (within) {
      byId("sheet-toggle").focus();
    }
  }
  return open;
}

function toggle(): void {
  const open = byId("app").classList.toggle("sheet-open");
  byId("sheet-toggle").setAttribute("aria-expanded", String(open));
  if (open) {
    byId("sheet-close").focus();
  }
}

/** Help for the keyboard is shown to those who use it. */
function byKeyboard(on: boolean): void {
  byId("app").classList.toggle("by-keyboard", on);
}
