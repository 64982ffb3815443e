/** Elements from text nodes only: nothing the server says is ever parsed as HTML. */

type Child = Node | string | null;
type Attributes = Readonly<Record<string, string | boolean | EventListener>>;

/** An element; functions are listeners, `true` is an empty attribute, `false` none. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      made.addEventListener(name, value);
    } else if (value !== false) {
      made.setAttribute(name, value === true ? "" : value);
    }
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** The element of the page with this id; the page is ours, so it is there. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) {
    throw new Error(`the page has no element #${id}`);
  }
  return found;
}

/** Sets custom properties through the CSSOM, which a strict content policy allows. */
export function vars<E extends HTMLElement>(
  element: E,
  values: Readonly<Record<string, string | number>>,
): E {
  for (const [name, value] of Object.entries(values)) {
    element.style.setProperty(`--${name}`, String(value));
  }
  return element;
}
