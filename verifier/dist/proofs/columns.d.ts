import { type Bytes } from "../bytes.js";
import { type CheckName } from "./refusal.js";
import type { Messages } from "./transcript.js";
/** The leaf of a column of a matrix of codewords. */
export declare function leafOf(column: readonly number[]): Bytes;
export declare const nodeOf: (left: Uint8Array, right: Uint8Array) => Bytes;
/** Leaves at ascending places of a tree of 2^depth, whose missing siblings the proof gives level by level. */
export declare function demandPaths(proof: Messages, root: Uint8Array, depth: number, places: readonly number[], leaves: readonly Uint8Array[], check: CheckName): void;
