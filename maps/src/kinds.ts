/** What an answer's numbers are: a quantity with a unit, a probability, or an index without one. */

import { decimal, percent, withUnit } from "./format";
import type { Words } from "./i18n";
import type { Answer, ScoreKind, Service } from "./types";

/** The value beside the score; empty for an index, whose score says all there is to say. */
export function value(answer: Answer, service: Service, words: Words): string {
  const { target, scoreKind } = answer;
  if (target === null) {
    return words.t("unknown");
  }
  return {
    anchored: () => withUnit(signed(target, service, words), service.target.unit),
    probability: () => words.t("probability_of", { value: percent(target, words.lang) }),
    index: () => "",
  }[scoreKind]();
}

/** Between which two values the answer lies, in the same words; null where no interval is known. */
export function between(answer: Answer, service: Service, words: Words): string | null {
  const { lower, upper, scoreLower, scoreUpper, scoreKind } = answer;
  const ends = scoreKind === "anchored" ? [lower, upper] : [scoreLower, scoreUpper];
  const [least, most] = ends;
  if (least == null || most == null) {
    return null;
  }
  const { unit } = service.target;
  const whole = (score: number): string => decimal(score, words.lang, { digits: 0 });
  const told = {
    anchored: () => [signed(least, service, words), withUnit(signed(most, service, words), unit)],
    probability: () => [percent(least / 100, words.lang), percent(most / 100, words.lang)],
    index: () => [whole(least), whole(most)],
  }[scoreKind]();
  return words.t("estimate", { low: told[0] ?? "", high: told[1] ?? "" });
}

/** In what the inputs' shares of the answer are counted, and how many of these one target is. */
export function shares(answer: Answer, service: Service, words: Words): [string, number] {
  if (answer.scoreKind === "anchored") {
    return [answer.unit, 1];
  }
  const { zero, hundred } = service.score;
  return [words.t("points"), 100 / (hundred - zero)];
}

/** What the score is, where it stands for no quantity; empty where it does. */
export function nature(kind: ScoreKind, words: Words): string {
  const key = { anchored: null, probability: "kind_probability", index: "kind_index" } as const;
  const found = key[kind];
  return found === null ? "" : words.t(found);
}

/** Whether the target is a difference, so that its numbers want a plus sign. */
export function isSigned(service: Service): boolean {
  return Math.min(service.score.zero, service.target.valid?.[0] ?? 0) < 0;
}

/** A value of the target, without its unit: large numbers carry no decimals that nobody knows. */
export function signed(number: number, service: Service, words: Words): string {
  return decimal(number, words.lang, { digits: digits(service), signed: isSigned(service) });
}

/** How many decimals mean something, by the anchors of the score. */
export function digits({ score }: Service): number {
  return Math.max(Math.abs(score.zero), Math.abs(score.hundred)) >= 100 ? 0 : 1;
}
