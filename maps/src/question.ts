/** One question at a time: the panel, the mark on the map, and the call behind them. */

import { areas, Problem } from "./api";
import { published } from "./catalogue";
import { byId } from "./dom";
import type { Words } from "./i18n";
import { covers } from "./layers";
import type { MapView } from "./map";
import { renderPanel, spoken } from "./panel";
import type { Reply } from "./panel";
import { answerAt } from "./subject";
import type { Area, Edition, Place, Service } from "./types";

interface Now {
  readonly area: Area;
  readonly service: Service;
  readonly edition: Edition | null;
  readonly words: Words;
}

/** Waiting is announced, and shown by the style sheet, only when it lasts. */
const PATIENCE_MS = 300;

export class Question {
  /** The place that was asked about; undefined when the panel is closed. */
  place: Place | undefined;
  private reply: Reply = { state: "loading" };
  private pending: AbortController | null = null;
  private speaking: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly map: MapView,
    private readonly now: () => Now,
    private readonly changed: () => void,
  ) {
    byId("close").addEventListener("click", () => this.close(true));
  }

  /** Asks about a place; an earlier question that is still on its way is dropped. */
  async ask(place: Place): Promise<void> {
    this.pending?.abort();
    const pending = new AbortController();
    this.pending = pending;
    this.place = place;
    byId("hint").hidden = true;
    this.map.point(place);
    const { area, service, edition } = this.now();
    if (edition && !covers(edition, place)) {
      this.show({ state: "error", problem: new Problem(404, "outside the edition", "") });
      this.changed();
      return;
    }
    this.show({ state: "loading" });
    this.changed();
    try {
      const answer = await answerAt(service, area.id, edition, place, pending.signal);
      if (this.pending === pending) {
        this.map.point(place, answer.cell);
        this.show({ state: "ready", answer });
        this.reveal(place);
      }
    } catch (error) {
      const problem = await cause(error, area, service, edition);
      if (this.pending === pending) {
        this.show({ state: "error", problem });
        this.reveal(place);
      }
    }
  }

  /** Asks again about the same place, for another area or service. */
  again(): void {
    if (this.place) {
      void this.ask(this.place);
    }
  }

  /** Shows the same reply in the words of now. */
  render(): void {
    if (this.place) {
      this.show(this.reply);
    }
  }

  /** Forgets the question; true when there was one. */
  close(focus = false): boolean {
    if (!this.place) {
      return false;
    }
    this.pending?.abort();
    this.pending = null;
    clearTimeout(this.speaking);
    this.place = undefined;
    this.map.unpoint();
    byId("app").classList.remove("answering");
    byId("spoken").textContent = "";
    const panel = byId("answer");
    panel.hidden = true;
    delete panel.dataset["answer"];
    if (focus) {
      this.map.focus();
    }
    this.changed();
    return true;
  }

  private show(reply: Reply): void {
    if (!this.place) {
      return;
    }
    this.reply = reply;
    const { area, service, words } = this.now();
    const asked = { place: this.place, area, service, reply };
    const panel = byId("answer");
    panel.hidden = false;
    byId("app").classList.add("answering");
    const gone = reply.state === "error" && reply.problem.status === 410;
    const retry = gone ? () => location.reload() : () => this.again();
    renderPanel(panel, byId("answer-body"), asked, words, retry);
    this.say(asked, reply.state === "loading" ? PATIENCE_MS : 0);
  }

  /** Says the reply to a screen reader; a quick answer is not announced twice. */
  private say(asked: Parameters<typeof spoken>[0], after: number): void {
    clearTimeout(this.speaking);
    const { words } = this.now();
    const speak = (): void => {
      byId("spoken").textContent = spoken(asked, words);
    };
    if (after > 0) {
      this.speaking = setTimeout(speak, after);
    } else {
      speak();
    }
  }

  private reveal(place: Place): void {
    const stage = byId("stage").getBoundingClientRect();
    const panel = byId("answer").getBoundingClientRect();
    const beside = panel.width < stage.width * 0.8;
    this.map.reveal(place, beside ? panel.width : 0, beside ? 0 : panel.height);
  }
}

/** What went wrong. A 404 where the edition that the page shows is gone is 410: it was replaced. */
async function cause(
  error: unknown,
  area: Area,
  service: Service,
  edition: Edition | null,
): Promise<Problem> {
  const problem = error instanceof Problem ? error : new Problem(-1, "", String(error));
  if (problem.status !== 404) {
    return problem;
  }
  const now = await areas().catch(() => null);
  const here = now?.find((one) => one.id === area.id);
  const same = here && published(here, service)?.edition === edition?.edition;
  return now === null || same ? problem : new Problem(410, "replaced", "");
}
