import type { ScaleGroup } from "./model.js";
/** A table before it is made. */
export interface TableSize {
    /** No more rows than this. */
    readonly most: number;
    /** It has 2^this rows, the last one repeated. */
    log(): number;
    make(): Columns;
}
/** The columns a, b and c of a table. */
export type Columns = readonly [Uint32Array, Uint32Array, Uint32Array];
export interface Interval {
    readonly output: number;
    readonly low: number;
    readonly high: number;
}
/** @param bound B */
export declare function intervals(g: ScaleGroup, bound: number, logRange: number): Interval[];
/** (y, L, U) of each interval. */
export declare function groupTable(g: ScaleGroup, bound: number, logRange: number): TableSize;
/** (a, b, 0) of each of so many rows. */
export declare const listed: (count: number, row: (i: number) => readonly [number, number]) => TableSize;
/** (y, x, 0) of each x from -128 on. */
export declare const functionTable: (table: readonly number[]) => TableSize;
