/** Every word of the map, in both languages; the compiler checks that none is missing. */

import type { Lang, Text } from "./types";

const EN = {
  about_unknown: "Date unknown",
  all_inputs: "All inputs",
  answer: "Answer at this place",
  answer_hint: "Pick a place to see its score, and why",
  area: "Area",
  asking: "Asking…",
  asking_long: "Still asking: the network or the server is slow.",
  average: "Model average",
  base: "Background",
  base_hillshade: "Hillshade of the area",
  base_imagery: "Imagery of the area",
  base_none: "None",
  base_osm: "OpenStreetMap (needs the internet)",
  close: "Close",
  coordinates: "Place",
  date: "Data taken",
  difference: "difference in {quantity}",
  drivers: "What explains it",
  drivers_none: "The contributions of this model are not available.",
  drivers_points: "in points of the score",
  drivers_unit: "in {unit}, against the model average",
  edition: "Edition",
  error_fetch: "The server does not answer: it may be stopped, or the network is down.",
  error_gone: "This map has changed",
  error_gone_text: "What this page shows is no longer published. Load what is published now.",
  error_other: "The server could not answer.",
  error_outside: "No answer here",
  error_outside_text: "This place is outside the published data, or hidden by a cloud.",
  error_tiles: "Some map tiles could not be loaded.",
  error_tiles_text: "Colours or hatching may be missing: do not read the map there yet.",
  error_title: "The map could not be loaded",
  estimate: "between {low} and {high}",
  estimate_level: "{level} interval",
  hatch: "Hatch where the model is guessing",
  hatch_legend: "Hatched: unlike what the model has seen",
  is_not: "What this map is not:",
  kind_index: "An index: it ranks places, it is not a probability",
  kind_probability: "Probability, in percent",
  keyboard: "Arrows move · + and \u2212 zoom · Enter asks about the centre",
  lacking: "Made without {list}: {count} of {all} inputs are missing here.",
  language: "Language",
  layer: "Layer",
  leaflet: "Map: Leaflet",
  legend: "Legend",
  link_broken: "This link names something that is not here. Showing what is.",
  link_edition: "Newer data were published since this link was made. Showing the newer ones.",
  link_unknown: "This link names “{name}”, which is not here. Showing what is.",
  loading: "Loading the map…",
  map: "Map. Arrow keys move it, plus and minus zoom, Enter asks about the centre.",
  model: "Model",
  no_area: "No town yet",
  no_area_text: "Nothing was added to this server. Its operator can make an invented town with “geoml demo”, or add one with “geoml area”.",
  no_connection: "No connection",
  no_edition: "No map of {area} yet",
  no_edition_text: "Its data are here, but nothing was published. Its operator can publish with “geoml run”.",
  nodata: "No colour: unknown",
  none_here: "not published here",
  note: "{count} remark",
  notes: "{count} remarks",
  offline: "You are offline",
  offline_text: "There is no network. What is drawn stays; the rest comes back with the network.",
  opacity: "Opacity",
  osm_asking: "Asking openstreetmap.org…",
  osm_failed: "OpenStreetMap cannot be reached from here: no network, or blocked by this server.",
  other: "Other inputs",
  outside_all: "nothing like {area}",
  outside_from: "To be read as a guess: the model learned in {there} and saw {what}.",
  outside_half: "nothing like most of {area}",
  outside_most: "almost nothing like {area}",
  outside_why: "To be read as a guess: the model has seen {what}.",
  parts: "Cause by cause",
  parts_most: "The score is that of the strongest cause.",
  points: "points",
  probability_of: "{value} probable",
  quantity: "Quantity",
  reference: "Reference",
  reload: "Load the map of now",
  retry: "Try again",
  score: "Score",
  score_of: "out of 100",
  score_range: "Score 0\u2013100",
  score_spoken: "Score {score} out of 100.",
  service: "Map of",
  settings: "Layers",
  skip: "Skip to the map",
  synthetic: "Generated data",
  synthetic_model: "Model made on generated data",
  synthetic_model_text: "The model learned from towns that do not exist; only its inputs here are real.",
  synthetic_text: "This town does not exist; it was generated to show how the map works.",
  unknown: "unknown",
  zoom: "Zoom",
  zoom_all: "Show the whole area",
  zoom_in: "Zoom in",
  zoom_out: "Zoom out",
} as const;

export type Key = keyof typeof EN;

const FR: Readonly<Record<Key, string>> = {
  about_unknown: "Date inconnue",
  all_inputs: "Toutes les variables",
  answer: "Réponse en ce lieu",
  answer_hint: "Choisissez un lieu : son score, et pourquoi",
  area: "Territoire",
  asking: "Interrogation…",
  asking_long: "Toujours en attente : le réseau ou le serveur est lent.",
  average: "Moyenne du modèle",
  base: "Fond de carte",
  base_hillshade: "Relief ombré du territoire",
  base_imagery: "Image du territoire",
  base_none: "Aucun",
  base_osm: "OpenStreetMap (demande Internet)",
  close: "Fermer",
  coordinates: "Lieu",
  date: "Données du",
  difference: "écart de {quantity}",
  drivers: "Ce qui l’explique",
  drivers_none: "Les contributions de ce modèle ne sont pas disponibles.",
  drivers_points: "en points du score",
  drivers_unit: "en {unit}, par rapport à la moyenne du modèle",
  edition: "Édition",
  error_fetch: "Le serveur ne répond pas : il est peut-être arrêté, ou le réseau coupé.",
  error_gone: "Cette carte a changé",
  error_gone_text: "Ce que montre cette page n’est plus publié. Chargez ce qui l’est maintenant.",
  error_other: "Le serveur n’a pas pu répondre.",
  error_outside: "Pas de réponse ici",
  error_outside_text: "Ce lieu est hors des données publiées, ou caché par un nuage.",
  error_tiles: "Certaines tuiles de la carte n’ont pas pu être chargées.",
  error_tiles_text: "Des couleurs ou des hachures peuvent manquer : ne lisez pas encore la carte à ces endroits.",
  error_title: "La carte n’a pas pu être chargée",
  estimate: "entre {low} et {high}",
  estimate_level: "intervalle à {level}",
  hatch: "Hachurer là où le modèle devine",
  hatch_legend: "Hachuré : le modèle n’a rien vu de tel",
  is_not: "Ce que cette carte n’est pas :",
  kind_index: "Un indice : il classe les lieux, ce n’est pas une probabilité",
  kind_probability: "Probabilité, en pour cent",
  keyboard: "Flèches : déplacer · + et \u2212 : zoom · Entrée : interroger le centre",
  lacking: "Établi sans {list} : {count} variables sur {all} manquent ici.",
  language: "Langue",
  layer: "Couche",
  leaflet: "Carte : Leaflet",
  legend: "Légende",
  link_broken: "Ce lien cite quelque chose qui n’est pas ici. Voici ce qui existe.",
  link_edition: "Des données plus récentes ont été publiées depuis ce lien. Ce sont elles que vous voyez.",
  link_unknown: "Ce lien cite « {name} », qui n’est pas ici. Voici ce qui existe.",
  loading: "Chargement de la carte…",
  map: "Carte. Les flèches la déplacent, plus et moins zooment, Entrée interroge le centre.",
  model: "Modèle",
  no_area: "Aucun territoire pour l’instant",
  no_area_text: "Rien n’a été ajouté à ce serveur. Son exploitant peut créer une ville inventée avec « geoml demo », ou en ajouter une avec « geoml area ».",
  no_connection: "Pas de connexion",
  no_edition: "Pas encore de carte de {area}",
  no_edition_text: "Ses données sont là, mais rien n’est publié. L’exploitant peut publier avec « geoml run ».",
  nodata: "Sans couleur : inconnu",
  none_here: "non publié ici",
  note: "{count} remarque",
  notes: "{count} remarques",
  offline: "Vous êtes hors ligne",
  offline_text: "Il n’y a pas de réseau. Ce qui est dessiné reste ; le reste reviendra avec le réseau.",
  opacity: "Opacité",
  osm_asking: "Interrogation d’openstreetmap.org…",
  osm_failed: "OpenStreetMap est injoignable d’ici : pas de réseau, ou bloqué par ce serveur.",
  other: "Autres variables",
  outside_all: "rien vu de semblable à {area}",
  outside_from: "À lire comme une supposition : le modèle a appris à {there} et n’y a {what}.",
  outside_half: "rien vu de semblable à la plus grande partie de {area}",
  outside_most: "presque rien vu de semblable à {area}",
  outside_why: "À lire comme une supposition : le modèle n’a {what}.",
  parts: "Cause par cause",
  parts_most: "Le score est celui de la cause la plus forte.",
  points: "points",
  probability_of: "probable à {value}",
  quantity: "Grandeur",
  reference: "Référence",
  reload: "Charger la carte actuelle",
  retry: "Réessayer",
  score: "Score",
  score_of: "sur 100",
  score_range: "Score 0\u2013100",
  score_spoken: "Score {score} sur 100.",
  service: "Carte",
  settings: "Couches",
  skip: "Aller à la carte",
  synthetic: "Données générées",
  synthetic_model: "Modèle appris sur des données générées",
  synthetic_model_text: "Le modèle a appris sur des villes qui n’existent pas ; seules ses entrées d’ici sont réelles.",
  synthetic_text: "Cette ville n’existe pas ; elle a été générée pour montrer la carte.",
  unknown: "inconnu",
  zoom: "Zoom",
  zoom_all: "Voir tout le territoire",
  zoom_in: "Zoomer",
  zoom_out: "Dézoomer",
};

const CATALOGUE: Readonly<Record<Lang, Readonly<Record<Key, string>>>> = { en: EN, fr: FR };

export const LANGS: readonly Lang[] = ["fr", "en"];

/** Whether a string names a language of the catalogue. */
export function isLang(value: string | undefined): value is Lang {
  return LANGS.some((lang) => lang === value);
}

/** The first language of the browser that the catalogue has; French otherwise. */
export function preferred(asked: readonly string[]): Lang {
  const known = asked.map((tag) => tag.slice(0, 2).toLowerCase());
  return known.find(isLang) ?? "fr";
}

/** The words of one language: `t("estimate", { low, high })`. */
export class Words {
  constructor(readonly lang: Lang) {}

  /** A text of the catalogue, its {names} replaced. */
  t(key: Key, values: Readonly<Record<string, string>> = {}): string {
    return CATALOGUE[this.lang][key].replace(/\{(\w+)\}/g, (all, name: string) => values[name] ?? all);
  }

  /** A text of the server; the other language where this one is missing. No French colon starts a line. */
  pick(text: Partial<Text> | null | undefined): string {
    const told = text?.[this.lang] || text?.en || text?.fr || "";
    return this.lang === "fr" ? told.replace(/ (?=[:;?!»%])/g, "\u00a0") : told;
  }
}

/** Fills every element that carries `data-t` (its text) or `data-t-label` (its aria-label). */
export function translate(page: ParentNode, words: Words): void {
  for (const element of page.querySelectorAll<HTMLElement>("[data-t]")) {
    element.textContent = words.t(element.dataset["t"] as Key);
  }
  for (const element of page.querySelectorAll<HTMLElement>("[data-t-label]")) {
    element.setAttribute("aria-label", words.t(element.dataset["tLabel"] as Key));
  }
}
