/** What there is to show, and what a link that names something else gets instead. */

import type { Words } from "./i18n";
import { notify } from "./notices";
import { isPlain } from "./permalink";
import type { Link } from "./permalink";
import type { Area, Edition, Service } from "./types";

/** Never empty: a page without areas or services never gets this far. */
export interface Catalogue {
  readonly areas: readonly Area[];
  readonly services: readonly Service[];
}

/** The edition that an area has of a service. */
export function published(area: Area, service: Service): Edition | undefined {
  return area.editions.find((edition) => edition.service === service.name);
}

/** The area called `id`; else the first with something to show. */
export function areaOf({ areas }: Catalogue, id: string | undefined): Area {
  const first = areas.find((area) => area.editions.length > 0) ?? areas[0];
  return areas.find((area) => area.id === id) ?? (first as Area);
}

/** The service called `name` where the area has it; else the first that it has. */
export function serviceOf({ services }: Catalogue, name: string | undefined, area: Area): Service {
  const here = services.filter((one) => published(area, one));
  return here.find((one) => one.name === name) ?? here[0] ?? (services[0] as Service);
}

/** What a link names and the page does not show; an older edition is one such thing. */
export type Missed =
  | { readonly what: "area" | "service"; readonly name: string }
  | { readonly what: "edition" };

/** The first thing that a link names and the page does not show. */
export function missed(link: Link, area: Area, service: Service): Missed | null {
  if (link.area !== undefined && link.area !== area.id) {
    return { what: "area", name: link.area };
  }
  if (link.service !== undefined && link.service !== service.name) {
    return { what: "service", name: link.service };
  }
  const now = published(area, service)?.edition;
  return link.edition !== undefined && now !== undefined && link.edition !== now
    ? { what: "edition" }
    : null;
}

/** Says what a link names and the page does not show. */
export function tellMissed(found: Missed | null, words: Words): void {
  if (!found) {
    notify("link", null);
    return;
  }
  const action = { label: words.t("close"), run: () => notify("link", null) };
  notify("link", { kind: "info", title: quoted(found, words), action });
}

/** A link can say anything: only what looks like a name of ours is quoted. */
function quoted(found: Missed, words: Words): string {
  if (found.what === "edition") {
    return words.t("link_edition");
  }
  return isPlain(found.name) ? words.t("link_unknown", { name: found.name }) : words.t("link_broken");
}
