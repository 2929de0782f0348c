import { type Felt4 } from "../field.js";
import type { Grouped } from "../model.js";
import type { Relations } from "../relations.js";
import { type Shape } from "../shapes.js";
import { type TableSize } from "../tables.js";
import type { Known, Section } from "./layer.js";
export declare const isInt8: (n: number) => boolean;
/** R(z): how far an activation may be from its zero point. */
export declare const reach: (zeroPoint: number) => number;
export declare const demandFigures: (holds: boolean, what: string) => void;
/** Requantisation of a layer's accumulators. */
export interface Scaling {
    readonly tables: readonly TableSize[];
    /** C4. */
    check(): void;
    /** The first column is y's. @param tag of its first table */
    section(tag: number): Section;
    /** acc at the point of the lookups; of limbs, after what is to be shown of them. */
    accumulator(relations: Relations, known: Known): Felt4;
}
/** @param axes of the output: the first that chooses the group, and the one after the last */
export declare function scalingOf(layer: Grouped, shape: Shape, axes: readonly [number, number], bound: number, logRange: number): Scaling;
