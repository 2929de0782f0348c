import { type Felt4 } from "./field.js";
export type Point = readonly Felt4[];
/** eq(a, b) for points of one length. */
export declare const eq: (a: Point, b: Point) => Felt4;
/** eq of a point with the bits of one index. */
export declare const eqAt: (point: Point, index: number) => Felt4;
/** eq of a point with every index below 2^k. */
export declare function eqAll(point: Point): Felt4[];
/** The sum of weights times base elements; places that `values` lacks count as 0. */
export declare function weigh(weights: readonly Felt4[], values: ArrayLike<number>): Felt4;
export declare const dot: (a: readonly Felt4[], b: readonly Felt4[]) => Felt4;
/** The extension of a table of elements of 𝔽, as many as the point has corners. */
export declare const evaluate: (table: readonly Felt4[], point: Point) => Felt4;
/** The extension of 0, 1, 2 … 2^k - 1. */
export declare const evaluateIndex: (point: Point) => Felt4;
/** The bits of an index as a point. */
export declare const bitsOf: (index: number, count: number) => Felt4[];
/** The least k with 2^k at least n. */
export declare const logOf: (n: number) => number;
