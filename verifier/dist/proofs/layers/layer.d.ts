import type { Felt4 } from "../field.js";
import type { Relations } from "../relations.js";
import type { Shape } from "../shapes.js";
import type { TableSize } from "../tables.js";
/** A row of a table, or of a lookup: tag, a, b, c. */
export type Row = readonly [Felt4, Felt4, Felt4, Felt4];
/** Columns of one size: what is said of them at the point of the lookups. */
export interface Section {
    readonly log: number;
    /** Of each column, whether it is committed; the others are worked out of what is. */
    readonly committed: readonly boolean[];
    /** @param values the columns at the point. Returns a row for each lookup. */
    readonly lookups: readonly ((values: readonly Felt4[], point: readonly Felt4[]) => Row)[];
    /** A public 0 or 1 for each place of some lookups: whether it counts. */
    readonly numerators?: readonly (((point: readonly Felt4[]) => Felt4) | undefined)[];
}
/** What was said of a section. */
export interface Known {
    readonly point: readonly Felt4[];
    readonly values: readonly Felt4[];
}
export interface Declared {
    readonly shape: Shape;
    /** Logs of its blocks in the model's matrix. */
    readonly weights: readonly number[];
    readonly tables: readonly TableSize[];
    /** C4: every figure is in its range. */
    check(): void;
}
/** A layer that has its own values. */
export interface Computed extends Declared {
    readonly view: false;
    /** The first is y's. @param tag of its first table */
    sections(tag: number): readonly Section[];
    relate(relations: Relations, known: readonly Known[]): void;
}
/** A layer that shows values of others: a claim about it is at once one about them. */
export interface View extends Declared {
    readonly view: true;
    show(relations: Relations, point: readonly Felt4[], value: Felt4): void;
}
export type LayerPlan = Computed | View;
