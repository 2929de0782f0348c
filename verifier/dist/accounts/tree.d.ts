import type { Bytes } from "../bytes.js";
/** A tree that grows (RFC 6962 section 2.1), by leaves or by whole subtrees, and has a head at every size that it had on the way. */
export declare class Tree {
    size: number;
    private peak;
    private readonly cuts;
    append(leaf: Bytes): void;
    /** The head of the complete subtree over the next 2^height leaves; a subtree stands at a multiple of its size. */
    add(height: number, head: Bytes): void;
    /** The head over the first `size` leaves, or null where the tree never had that size. */
    head(size?: number): Bytes | null;
}
