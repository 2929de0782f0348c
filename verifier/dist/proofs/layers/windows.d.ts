import { type Felt4 } from "../field.js";
import { type Shape } from "../shapes.js";
import type { Row } from "./layer.js";
export declare const mostEntries = 1024;
/** A number of the field with limbs of 11 bits. */
export declare const joined: (low: Felt4, high: Felt4) => Felt4;
export declare const limbTable: import("../tables.js").TableSize;
export declare const inTable: (tag: number, value: Felt4) => Row;
/** c: which entries a window has, at a point; of a causal one up to its row's number. */
export declare function countsAt(shape: Shape, causal: boolean, point: readonly Felt4[]): Felt4;
/** A remainder ρ in [0, 2 D): its columns, and the lookups of ρ and of 2 D - 1 - ρ. */
export interface Remainder {
    readonly columns: number;
    /** Of its columns' values. */
    value(columns: readonly Felt4[]): Felt4;
    /** Of what is claimed beside the lookups: without the third limb. */
    readonly said: number;
    lookups(columns: readonly Felt4[], twice: Felt4, limbs: number): readonly Row[];
    readonly lookupCount: number;
}
export declare const remainderOf: (wide: boolean) => Remainder;
