/** The answer at a place, and the thing it is about where a service answers for things. */

import { at, units } from "./api";
import type { Answer, Edition, Place, Service } from "./types";

/** Whether a service answers for things that it finds, such as roofs, and not for cells. */
export function isOfUnits(service: Service): boolean {
  return service.kind === "segmentation";
}

/** The published answer, with its subject and its outline; throws Problem as `at` does. */
export async function answerAt(
  service: Service,
  area: string,
  edition: Edition | null,
  place: Place,
  signal: AbortSignal,
): Promise<Answer> {
  if (!edition || !isOfUnits(service)) {
    return at(service, area, place, signal);
  }
  const { lat, lon } = place;
  const [answer, found] = await Promise.all([
    at(service, area, place, signal),
    units({ ...edition, area }, [lon, lat, lon, lat], 1, signal),
  ]);
  const subject = found.units[0] ?? null;
  return { ...answer, subject, cell: subject?.polygons[0]?.[0] ?? answer.cell };
}
