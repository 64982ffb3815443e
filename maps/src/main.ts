/** Starts the map: asks what there is, then hands over to the app. */

import "leaflet/dist/leaflet.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/legend.css";
import "./styles/controls.css";
import "./styles/answer.css";
import "./styles/map.css";

import { areas, Problem, services } from "./api";
import { App } from "./app";
import { preferred, Words } from "./i18n";
import { notify, setState, speak } from "./page";
import { format, parse } from "./permalink";

async function start(): Promise<void> {
  const link = parse(location.hash);
  const words = new Words(link.lang ?? preferred(navigator.languages));
  speak(words, (lang) => {
    location.hash = format({ ...link, lang });
    location.reload();
  });
  setState("loading");
  notify({ kind: "loading", title: words.t("loading") });
  try {
    const [places, maps] = await Promise.all([areas(), services()]);
    if (places.length === 0 || maps.length === 0) {
      setState("empty");
      notify({ kind: "info", title: words.t("nothing"), text: words.t("nothing_text") });
      return;
    }
    new App({ areas: places, services: maps }, link, words);
  } catch (error) {
    setState("error");
    notify({
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

function told(error: unknown, words: Words): string {
  if (error instanceof Problem && error.status === 0) {
    return words.t("error_fetch");
  }
  const detail = error instanceof Error ? error.message : String(error);
  return `${words.t("error_other")} ${detail}`;
}

void start();
