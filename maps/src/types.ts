/** The documents that the API answers with, as far as the map reads them. */

export type Lang = "fr" | "en";

/** A text in both languages. */
export type Text = Readonly<Record<Lang, string>>;

/** west, south, east, north in degrees. */
export type Bounds = readonly [number, number, number, number];

export interface Layer {
  readonly id: string;
  readonly name: string;
  readonly title: Text;
  readonly url: string;
  readonly minzoom: number;
  readonly maxzoom: number;
  readonly bounds: Bounds;
  /** Its own classes, where they are not those of the score. */
  readonly legend?: Legend | null;
}

/** What an anomaly is relative to; `borrowed_from` names areas whose reference it is. */
export interface Reference {
  readonly mode?: string;
  readonly text?: Text;
  readonly borrowed_from?: readonly string[];
}

/** A text that holds for the whole map; `code` says what it is about. */
export type Warning = Text & { readonly code?: string };

/** What a score is: a probability, a physical quantity between two anchors, or an index. */
export type ScoreKind = "probability" | "anchored" | "index";

export interface Edition {
  readonly service: string;
  readonly edition: string;
  readonly created: string;
  /** When the data were taken; older servers do not say. */
  readonly date?: string | null;
  /** What the date is the date of, where it is not that of the measurement. */
  readonly date_of?: Text | null;
  /** What the label measured, such as brightness temperature; it is not always the target's name. */
  readonly quantity?: Text | null;
  readonly reference?: Reference | null;
  readonly model?: string;
  /** Inputs of the service that this town has nothing to compute from. */
  readonly features_missing?: readonly string[];
  /** Of the cells of the area: those with an answer, and those that the model has seen the like of. */
  readonly answered_percent?: number | null;
  readonly applicable_percent?: number | null;
  /** Whether the model learned from generated data. */
  readonly synthetic_model?: boolean;
  /** What the score is in this edition, where its model knows better than the service. */
  readonly score_kind?: ScoreKind;
  /** What holds for the whole map. */
  readonly warnings?: readonly Warning[];
  readonly layers: readonly Layer[];
}

/** A number that was chosen, not measured; `unit` is 1 for a share. */
export type Assumption = Text & { readonly value: number; readonly unit: string };

export interface Base {
  readonly url: string;
  readonly kind: "imagery" | "hillshade";
  readonly minzoom: number;
  readonly maxzoom: number;
  readonly bounds?: Bounds;
  /** A finer picture of a part: tiles of the same address, from the zoom after `maxzoom` on. */
  readonly detail?: { readonly maxzoom: number; readonly bounds: Bounds } | null;
  readonly attribution: string | null;
}

export interface Area {
  readonly id: string;
  readonly name: string;
  readonly bbox: Bounds;
  readonly synthetic: boolean;
  readonly base: Base | null;
  readonly editions: readonly Edition[];
}

export interface Legend {
  readonly edges: readonly number[];
  readonly colours: readonly string[];
  readonly labels: readonly Text[];
}

/** One thing that is known of every unit, as the service declares it. */
export interface Column {
  readonly name: string;
  readonly title: Text;
  readonly unit: string;
}

export interface Service {
  readonly name: string;
  /** Whether it answers for every cell of a grid, or for things that it finds in a picture. */
  readonly kind?: "tabular" | "segmentation";
  readonly columns?: readonly Column[];
  /** What every figure of its units rests on, by name. */
  readonly assumptions?: Readonly<Record<string, Assumption>>;
  readonly title: Text;
  readonly summary: Text;
  readonly is_not: Text;
  readonly score_kind: ScoreKind;
  /** Causes that are always shown apart; the answer is the largest of them. */
  readonly parts?: readonly { readonly name: string; readonly title: Text; readonly summary: Text }[];
  readonly target: {
    readonly name: string;
    readonly title: Text;
    readonly unit: string;
    readonly valid?: readonly [number, number];
  };
  readonly features?: readonly { readonly name: string; readonly title: Text }[];
  readonly score: { readonly zero: number; readonly hundred: number };
  readonly legend: Legend;
}

/** How much one input moves one answer, in the unit of the target. */
export interface Contribution {
  readonly feature: string;
  readonly title: Text;
  readonly value: number | null;
  readonly unit: string;
  readonly contribution: number | null;
}

/** One cause of an answer, with a score of its own; null is unknown. */
export interface AnswerPart {
  readonly title: Text;
  readonly score: number | null;
}

/** Longitude and latitude, closed. */
export type Ring = readonly (readonly [number, number])[];

/** A thing on the ground that an answer is about, such as a roof, with all that is known of it. */
export interface Unit {
  readonly id: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Polygons, the outer ring of each before its holes. */
  readonly polygons: readonly (readonly Ring[])[];
}

/** The published answer at a place; null numbers are unknown. */
export interface Answer {
  readonly area: string;
  readonly edition: string;
  readonly model: string;
  readonly date: string | null;
  readonly dateOf?: Text | null;
  readonly quantity?: Text | null;
  readonly reference?: Reference | null;
  readonly score: number | null;
  readonly target: number | null;
  readonly unit: string;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly scoreLower: number | null;
  readonly scoreUpper: number | null;
  readonly intervalLevel: number | null;
  readonly applicable: boolean;
  readonly scoreKind: ScoreKind;
  readonly parts: readonly AnswerPart[];
  readonly syntheticModel?: boolean;
  readonly average: number | null;
  readonly contributions: readonly Contribution[];
  /** Outline of the cell or of the unit; empty when unknown. */
  readonly cell: Ring;
  /** The thing that the answer is about, where it is about one and not about a cell. */
  readonly subject?: Unit | null;
  readonly warnings: readonly Text[];
}

export interface Place {
  readonly lat: number;
  readonly lon: number;
}
