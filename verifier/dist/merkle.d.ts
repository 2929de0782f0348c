import { type Bytes } from "./bytes.js";
export declare const leafHash: (...data: readonly Uint8Array[]) => Bytes;
export declare const nodeHash: (left: Uint8Array, right: Uint8Array) => Bytes;
export declare const emptyRoot: Bytes;
/** The tree head over leaf hashes. */
export declare function treeHead(leaves: readonly Bytes[]): Bytes;
/** Whether `path` proves that `leaf` (a leaf hash) is at `index` of the tree with this size and root. */
export declare function includes(index: bigint, size: bigint, leaf: Bytes, path: readonly Bytes[], root: Bytes): boolean;
/** Whether `path` proves that the tree (size1, root1) is the beginning of (size2, root2); size1 is above 0. */
export declare function isConsistent(size1: bigint, root1: Bytes, size2: bigint, root2: Bytes, path: readonly Bytes[]): boolean;
/**
 * The head of a tree of `size` leaves, of which those from `first` on are `leaves` and the heads of the subtrees they do not
 * touch are `path`, from left to right; null if the path is too short or too long, or the leaves go beyond the tree.
 */
export declare function headOfSpan(first: bigint, leaves: readonly Bytes[], size: bigint, path: readonly Bytes[]): Bytes | null;
