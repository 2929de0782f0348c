import type { Account } from "../accounts/fold.js";
import { type Look } from "./events.js";
/** Makes the looks of an account's steps, as they are folded. */
export declare class LookMaker {
    private readonly segments;
    /** An epoch was settled: the last of the segment's. */
    settled(account: Account, place: number): void;
    /** The look at the account after its newest step. */
    of(account: Account): Look;
}
/** The first figure in which two looks differ, with both values; null where there is none. */
export declare function differing(said: unknown, due: unknown, where?: string): string | null;
