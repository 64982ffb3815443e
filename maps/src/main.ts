/** Starts the map: asks what there is, then hands over to the app. */

import "leaflet/dist/leaflet.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/legend.css";
import "./styles/controls.css";
import "./styles/answer.css";
import "./styles/map.css";
import "./styles/notices.css";

import { areas, Problem, services } from "./api";
import { App } from "./app";
import { isOffline } from "./device";
import { byId } from "./dom";
import { preferred, Words } from "./i18n";
import { remember, remembered } from "./memory";
import { hush, notify } from "./notices";
import { setState, speak } from "./page";
import { format, parse } from "./permalink";
import type { Link } from "./permalink";

async function start(): Promise<void> {
  const link = parse(location.hash);
  const words = new Words(link.lang ?? remembered() ?? preferred(navigator.languages));
  hush();
  greet(link, words);
  setState("loading");
  notify("start", { kind: "loading", title: words.t("loading") });
  try {
    const [places, maps] = await Promise.all([areas(), services()]);
    notify("start", null);
    if (places.length === 0 || maps.length === 0) {
      setState("empty");
      notify("start", { kind: "info", title: words.t("no_area"), text: words.t("no_area_text") });
      return;
    }
    new App({ areas: places, services: maps }, link, words);
    performance.mark("geoml:interactive");
  } catch (error) {
    setState("error");
    notify("start", {
      kind: "trouble",
      title: words.t("error_title"),
      text: told(error, words),
      action: { label: words.t("retry"), run: () => void start() },
    });
    if (!(error instanceof Problem)) {
      throw error;
    }
  }
}

/** The words of the page before there is anything to show. */
function greet(link: Link, words: Words): void {
  speak(words, (lang) => {
    remember(lang);
    history.replaceState(null, "", format({ ...link, lang }));
    location.reload();
  });
  byId("skip").hidden = false;
}

function told(error: unknown, words: Words): string {
  if (error instanceof Problem && error.status === 0) {
    return words.t(isOffline() ? "offline_text" : "error_fetch");
  }
  const detail = error instanceof Error ? error.message : String(error);
  return `${words.t("error_other")} ${detail}`;
}

void start();
