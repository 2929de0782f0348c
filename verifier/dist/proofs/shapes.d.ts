import { type Point } from "./multilinear.js";
import type { Felt4 } from "./field.js";
/** An axis of a tensor: its real places come first, its padded ones are a power of two. */
export interface Axis {
    readonly size: number;
    readonly log: number;
}
export declare const axisOf: (size: number) => Axis;
/** Batch first; then neurons, or channel, row and column. */
export type Shape = readonly Axis[];
export declare const logSize: (shape: Shape) => number;
/** Real places of one inference. */
export declare const countOf: (shape: Shape) => number;
/** The points of the axes, out of that of the tensor. */
export declare function split(shape: Shape, point: Point): Felt4[][];
/** Where each real place is in the padded tensor, in order; along one axis they may begin later. */
export declare function places(shape: Shape, along?: number, start?: number): number[];
/** Whether values in the same order are in the same places, padded ones counted, of as many places. */
export declare function isAligned(a: Shape, b: Shape): boolean;
export declare const sizesOf: (shape: Shape) => number[];
export declare const sameShape: (a: Shape, b: Shape) => boolean;
export declare function demandShape(holds: boolean, what: string): asserts holds;
/** The axes of a tensor of images. */
export declare function imageOf(shape: Shape): {
    batch: Axis;
    channel: Axis;
    row: Axis;
    column: Axis;
};
/** Blocks of powers of two in matrices of 2^columns (section 4): the largest first, one after the other; `at` by the order of the list. */
export interface Layout {
    readonly at: readonly number[];
    readonly total: number;
}
export declare function pack(logs: readonly number[]): Layout;
