import type { LayerPlan, Section } from "./layers/layer.js";
import { type Model } from "./model.js";
import { type Layout, type Shape } from "./shapes.js";
import type { Columns } from "./tables.js";
/** A block of the tree's leaves. */
export interface LeafBlock {
    readonly log: number;
    readonly at: number;
}
export interface PlacedSection extends Section {
    /** One for each lookup. */
    readonly leaves: readonly LeafBlock[];
    /** The number of its first committed column among the witness's blocks. */
    readonly firstColumn: number;
}
export interface PlacedLayer {
    readonly layer: LayerPlan;
    readonly sections: readonly PlacedSection[];
    readonly firstColumn: number;
    /** The number of its first block in the model's matrix. */
    readonly firstWeights: number;
}
/** The range has tag 0 and no columns. */
export interface PlacedTable {
    readonly tag: number;
    readonly leaves: LeafBlock;
    readonly columns: Columns | null;
}
export interface Plan {
    readonly model: Model;
    /** Of the input and of each layer's output. */
    readonly shapes: readonly Shape[];
    readonly layers: readonly PlacedLayer[];
    readonly tables: readonly PlacedTable[];
    /** N + T: lookups, and rows of tables. */
    readonly leafCount: number;
    /** The tree has 2^depth leaves. */
    readonly depth: number;
    readonly weights: Layout;
    /** Multiplicities of each table, then committed columns. */
    readonly witness: Layout;
}
/** Padded, of a tensor. */
export declare const mostLogPlaces = 22;
/** C2: nothing too large, before anything is made. */
export declare function demandSizes(model: Model, batch: number, kinds: readonly LayerPlan[], shapes: readonly Shape[]): void;
/** What the layers make of a batch. Throws Malformed where they do not fit one another. */
export declare function layersOf(model: Model, batch: number): {
    kinds: LayerPlan[];
    shapes: Shape[];
};
/** Refuses by C4 and C2. */
export declare function planOf(model: Model, batch: number): Plan;
