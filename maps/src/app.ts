/** The state of the page, and what follows when a part of it changes. */

import { renderControls } from "./controls";
import type { Drawn } from "./controls";
import { byId } from "./dom";
import { Words } from "./i18n";
import { chosen, hatching } from "./layers";
import type { BaseKind } from "./layers";
import { MapView } from "./map";
import { reachable } from "./osm";
import { notify, renderCredits, renderDock, renderHead, renderPicker, setState, speak } from "./page";
import { format, parse } from "./permalink";
import type { Link } from "./permalink";
import { Question } from "./question";
import { closeSheet, listenToSheet } from "./sheet";
import type { Area, Edition, Lang, Layer, Service } from "./types";

const OPACITY = 0.75;

/** What there is to show; never empty. */
export interface Catalogue {
  readonly areas: readonly Area[];
  readonly services: readonly Service[];
}

export class App {
  private readonly map: MapView;
  private readonly question: Question;
  private area: Area;
  private service: Service;
  private drawn: Drawn;
  private words: Words;

  constructor(
    private readonly catalogue: Catalogue,
    link: Link,
    words: Words,
  ) {
    this.words = words;
    this.area = this.areaOf(link.area);
    this.service = this.serviceOf(link.service, this.area);
    this.drawn = {
      layer: link.layer ?? "",
      hatch: true,
      opacity: OPACITY,
      base: this.area.base ? "own" : "none",
    };
    this.map = new MapView(byId("map"), {
      ask: (place) => {
        closeSheet();
        void this.question.ask(place);
      },
      moved: () => this.remember(),
      tiles: (state) => this.tiles(state),
    });
    const now = () => ({
      area: this.area,
      service: this.service,
      edition: this.edition,
      words: this.words,
    });
    this.question = new Question(this.map, now, () => this.remember());
    this.open(link);
    this.listen();
  }

  private get edition(): Edition | null {
    return published(this.area, this.service) ?? null;
  }

  /** The layer of now; the edition's first where it has none of that name. */
  private get layer(): Layer | null {
    return this.edition ? chosen(this.edition, this.drawn.layer) : null;
  }

  /** Shows the area and service of now, at the view and the place of a link. */
  private open(link: Link): void {
    const view = link.view && this.map.shows(this.area.bbox, link.view) ? link.view : undefined;
    // Words first: the legend takes its room before the map looks how much is left.
    this.speak();
    this.map.look(this.area, view);
    this.map.showBase(this.drawn.base, this.area);
    this.draw();
    const lost = this.unknown(link);
    if (lost !== undefined) {
      const action = { label: this.words.t("close"), run: () => notify(null) };
      notify({ kind: "info", title: this.words.t("link_unknown", { name: lost }), action });
    }
    if (link.place) {
      void this.question.ask(link.place);
    }
  }

  /** All words of the page. */
  private speak(): void {
    const { words } = this;
    speak(words, (lang) => this.setLang(lang));
    this.map.label({
      map: words.t("map"),
      zoomIn: words.t("zoom_in"),
      zoomOut: words.t("zoom_out"),
    });
    renderHead(this.area, this.service, words);
    renderDock(this.area, this.service, this.edition, words);
    this.pickers();
    this.controls();
    this.credits();
    this.question.render();
  }

  private pickers(): void {
    const { areas, services } = this.catalogue;
    const { words } = this;
    const places = areas.map(({ id, name }) => ({ id, text: name }));
    renderPicker("area", words.t("area"), places, this.area.id, (id) => this.setArea(id));
    const maps = services.map((one) => {
      const here = published(this.area, one) !== undefined;
      const text = words.pick(one.title) + (here ? "" : ` (${words.t("none_here")})`);
      return { id: one.name, text, disabled: !here };
    });
    byId("service").hidden = maps.length === 1;
    byId("title").classList.toggle("hidden", maps.length > 1);
    renderPicker("service", words.t("service"), maps, this.service.name, (name) => this.setService(name));
  }

  private controls(): void {
    const drawn = { ...this.drawn, layer: this.layer?.name ?? "" };
    const shown = { area: this.area, edition: this.edition, drawn };
    renderControls(byId("controls-body"), shown, this.words, {
      layer: (layer) => {
        this.drawn = { ...this.drawn, layer };
        this.draw();
      },
      hatch: (hatch) => {
        this.drawn = { ...this.drawn, hatch };
        this.map.showHatch(this.hatchLayer());
      },
      opacity: (opacity) => {
        this.drawn = { ...this.drawn, opacity };
        this.map.fade(opacity);
      },
      base: (kind) => void this.setBase(kind),
    });
  }

  private credits(): void {
    const { base } = this.drawn;
    renderCredits(this.area, base === "osm", base === "own", this.words);
  }

  /** Draws the chosen layer of the edition of now. */
  private draw(): void {
    notify(null);
    const layer = this.layer;
    if (!layer) {
      setState("empty");
      const { words } = this;
      notify({ kind: "info", title: words.t("nothing"), text: words.t("nothing_text") });
    }
    this.map.showLayer(layer, this.drawn.opacity);
    this.map.showHatch(this.hatchLayer());
    this.map.fade(this.drawn.opacity);
    this.remember();
  }

  private hatchLayer(): ReturnType<typeof hatching> {
    return this.edition && this.drawn.hatch ? hatching(this.edition) : null;
  }

  private tiles(state: "loading" | "ready" | "error"): void {
    setState(state);
    byId("progress").hidden = state !== "loading";
    if (state === "error") {
      notify({
        kind: "trouble",
        title: this.words.t("error_tiles"),
        action: { label: this.words.t("retry"), run: () => this.draw() },
      });
    }
  }

  private setLang(lang: Lang): void {
    this.words = new Words(lang);
    notify(null);
    this.speak();
    this.remember();
  }

  private setArea(id: string): void {
    this.area = this.areaOf(id);
    this.service = this.serviceOf(this.service.name, this.area);
    const own = this.drawn.base !== "osm";
    this.drawn = { ...this.drawn, base: own ? (this.area.base ? "own" : "none") : "osm" };
    this.question.close();
    this.open({});
  }

  private setService(name: string): void {
    this.service = this.serviceOf(name, this.area);
    this.speak();
    this.draw();
    this.question.again();
  }

  private async setBase(kind: BaseKind): Promise<void> {
    const told = byId("base-told");
    told.textContent = kind === "osm" ? this.words.t("osm_asking") : "";
    if (kind === "osm" && !(await reachable())) {
      told.textContent = this.words.t("osm_failed");
      const select = byId("base");
      if (select instanceof HTMLSelectElement) {
        select.value = this.drawn.base;
      }
      return;
    }
    told.textContent = "";
    this.drawn = { ...this.drawn, base: kind };
    this.map.showBase(kind, this.area);
    this.credits();
  }

  private remember(): void {
    const link: Link = {
      area: this.area.id,
      service: this.service.name,
      layer: this.layer?.name,
      view: this.map.view(),
      lang: this.words.lang,
      place: this.question.place,
    };
    history.replaceState(null, "", format(link));
  }

  private listen(): void {
    window.addEventListener("hashchange", () => this.follow(parse(location.hash)));
    listenToSheet();
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !closeSheet()) {
        this.question.close(true);
      }
    });
    byId("skip").addEventListener("click", () => this.map.focus());
  }

  /** Goes where a link that was pasted into the open page leads. */
  private follow(link: Link): void {
    this.words = new Words(link.lang ?? this.words.lang);
    this.area = this.areaOf(link.area ?? this.area.id);
    this.service = this.serviceOf(link.service ?? this.service.name, this.area);
    this.drawn = { ...this.drawn, layer: link.layer ?? this.drawn.layer };
    this.question.close();
    this.open(link);
  }

  private areaOf(id: string | undefined): Area {
    const { areas } = this.catalogue;
    const first = areas.find((area) => area.editions.length > 0) ?? areas[0];
    return areas.find((area) => area.id === id) ?? (first as Area);
  }

  private serviceOf(name: string | undefined, area: Area): Service {
    const { services } = this.catalogue;
    const here = services.filter((one) => published(area, one));
    return here.find((one) => one.name === name) ?? here[0] ?? (services[0] as Service);
  }

  private unknown(link: Link): string | undefined {
    const wanted: readonly (readonly [string | undefined, string])[] = [
      [link.area, this.area.id],
      [link.service, this.service.name],
    ];
    return wanted.find(([asked, got]) => asked !== undefined && asked !== got)?.[0];
  }
}

function published(area: Area, service: Service): Edition | undefined {
  return area.editions.find((edition) => edition.service === service.name);
}
