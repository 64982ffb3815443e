/** The state of the page, and what follows when a part of it changes. */

import { renderAbout } from "./about";
import { areaOf, missed, published, serviceOf, tellMissed } from "./catalogue";
import type { Catalogue } from "./catalogue";
import { renderControls } from "./controls";
import type { Drawn } from "./controls";
import { byId } from "./dom";
import { Words } from "./i18n";
import { chosen, extent, hatching } from "./layers";
import type { BaseKind } from "./layers";
import { MapView } from "./map";
import { remember } from "./memory";
import { watchNetwork } from "./network";
import { notify } from "./notices";
import { permitted, reachable } from "./osm";
import { renderBanner, shareOf } from "./outside";
import { renderCredits, renderDock, renderHead, renderPicker, renderTabs, setState, speak } from "./page";
import { format, parse } from "./permalink";
import type { Link } from "./permalink";
import { Question } from "./question";
import { closeSheet, listenToSheet } from "./sheet";
import { isOfUnits } from "./subject";
import type { Area, Bounds, Edition, Lang, Layer, Service } from "./types";

const OPACITY = 0.8;

export class App {
  private readonly map: MapView;
  private readonly question: Question;
  private area: Area;
  private service: Service;
  private drawn: Drawn;

  constructor(
    private readonly catalogue: Catalogue,
    link: Link,
    private words: Words,
  ) {
    this.area = areaOf(catalogue, link.area);
    this.service = serviceOf(catalogue, link.service, this.area);
    this.drawn = {
      layer: link.layer ?? "",
      hatch: true,
      opacity: OPACITY,
      base: this.area.base ? "own" : "none",
      osm: false,
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
    byId("app").classList.add("started");
    void this.offerOsm();
  }

  private get edition(): Edition | null {
    return published(this.area, this.service) ?? null;
  }

  /** The layer of now; the edition's first where it has none of that name. */
  private get layer(): Layer | null {
    return this.edition ? chosen(this.edition, this.drawn.layer) : null;
  }

  private get extent(): Bounds {
    return extent(this.edition, this.area);
  }

  /** Shows the area and service of now, at the view and the place of a link. */
  private open(link: Link): void {
    const view = link.view && this.map.shows(this.area.bbox, link.view) ? link.view : undefined;
    // Words first: the legend takes its room before the map looks how much is left.
    this.speak();
    this.map.look(this.area, this.extent, view);
    this.map.showBase(this.drawn.base, this.area);
    this.draw();
    tellMissed(missed(link, this.area, this.service), this.words);
    if (link.place) {
      void this.question.ask(link.place);
    }
  }

  /** All words of the page. */
  private speak(): void {
    const { words } = this;
    speak(words, (lang) => this.setLang(lang));
    byId("zoom").hidden = false;
    byId("hint").hidden = this.question.place !== undefined;
    this.map.label(words.t("map"));
    renderHead(this.area, this.service, words);
    this.dock();
    renderAbout(this.area, this.service, this.edition, words);
    renderBanner(this.area, this.edition, this.catalogue.areas, words);
    this.pickers();
    this.controls();
    this.credits();
    this.question.render();
  }

  private dock(): void {
    renderDock(this.service, this.edition, this.layer, this.words);
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
    renderTabs("service", words.t("service"), maps, this.service.name, (name) => this.setService(name));
  }

  private controls(): void {
    const drawn = { ...this.drawn, layer: this.layer?.name ?? "" };
    const shown = { area: this.area, edition: this.edition, parts: this.service.parts, drawn };
    renderControls(byId("controls-body"), shown, this.words, {
      layer: (layer) => {
        this.drawn = { ...this.drawn, layer };
        this.dock();
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
    const { layer, words } = this;
    notify("tiles", null);
    if (!layer) {
      const title = words.t("no_edition", { area: this.area.name });
      notify("tiles", { kind: "info", title, text: words.t("no_edition_text") });
      byId("hint").hidden = true;
    }
    this.map.showLayer(layer, this.drawn.opacity);
    this.map.showHatch(this.hatchLayer());
    this.outline();
    this.map.soften(shareOf(this.edition) !== null);
    this.map.fade(this.drawn.opacity);
    if (!layer) {
      setState("empty");
    }
    this.remember();
  }

  private outline(): void {
    const { area, edition, service } = this;
    void this.map.showOutlines(edition && isOfUnits(service) ? { ...edition, area: area.id } : null);
  }

  private hatchLayer(): Layer | null {
    return this.edition && this.drawn.hatch ? hatching(this.edition) : null;
  }

  private tiles(state: "loading" | "ready" | "error"): void {
    setState(state);
    byId("progress").hidden = state !== "loading";
    const { words } = this;
    if (state === "ready") {
      notify("tiles", null);
    } else if (state === "error") {
      const action = { label: words.t("retry"), run: () => this.draw() };
      const text = words.t("error_tiles_text");
      notify("tiles", { kind: "trouble", title: words.t("error_tiles"), text, action });
    }
  }

  private setLang(lang: Lang): void {
    this.words = new Words(lang);
    remember(lang);
    notify("link", null);
    this.speak();
    this.remember();
    document.querySelector<HTMLElement>(`#langs [lang=${lang}]`)?.focus();
  }

  private setArea(id: string): void {
    this.area = areaOf(this.catalogue, id);
    this.service = serviceOf(this.catalogue, this.service.name, this.area);
    const own = this.drawn.base !== "osm";
    this.drawn = { ...this.drawn, base: own ? (this.area.base ? "own" : "none") : "osm" };
    this.question.close();
    this.open({});
    byId("area").querySelector("select")?.focus();
  }

  private setService(name: string): void {
    this.service = serviceOf(this.catalogue, name, this.area);
    this.speak();
    this.map.approach(this.extent);
    this.draw();
    this.question.again();
    byId("service").querySelector<HTMLElement>("select, :checked")?.focus();
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

  /** OpenStreetMap is a choice only where the policy of this server lets the browser ask for it. */
  private async offerOsm(): Promise<void> {
    if (await permitted()) {
      this.drawn = { ...this.drawn, osm: true };
      this.controls();
    }
  }

  private remember(): void {
    const link: Link = {
      area: this.area.id,
      service: this.service.name,
      layer: this.layer?.name,
      edition: this.edition?.edition,
      view: this.map.view(),
      lang: this.words.lang,
      place: this.question.place,
    };
    history.replaceState(null, "", format(link));
  }

  private listen(): void {
    window.addEventListener("hashchange", () => this.follow(parse(location.hash)));
    listenToSheet();
    watchNetwork(
      () => this.words,
      () => this.draw(),
    );
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !closeSheet()) {
        this.question.close(true);
      }
    });
    byId("skip").addEventListener("click", () => this.map.focus());
    byId("zoom-in").addEventListener("click", () => this.map.zoomBy(1));
    byId("zoom-out").addEventListener("click", () => this.map.zoomBy(-1));
    byId("zoom-all").addEventListener("click", () => this.map.look(this.area, this.extent, undefined));
  }

  /** Goes where a link that was pasted into the open page leads. */
  private follow(link: Link): void {
    this.words = new Words(link.lang ?? this.words.lang);
    this.area = areaOf(this.catalogue, link.area ?? this.area.id);
    this.service = serviceOf(this.catalogue, link.service ?? this.service.name, this.area);
    this.drawn = { ...this.drawn, layer: link.layer ?? this.drawn.layer };
    this.question.close();
    this.open(link);
  }
}
