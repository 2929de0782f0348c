import type { Bytes } from "../bytes.js";
import { Account } from "./fold.js";
/** A step as an account names it: its time, and up to which size it reads each log, by origin. */
export interface Step {
    readonly time: number;
    readonly sizes: ReadonlyMap<string, number>;
}
/** Logs by origin, each with its entries from the first on. */
export type Entries = ReadonlyMap<string, readonly Bytes[]>;
/**
 * Folds logs from scratch into the account of a service of the provider with this origin, step by step. After each step the account is given to `after`;
 * it is the same object, grown.
 */
export declare function foldHistory(provider: string, service: string, entries: Entries, steps: readonly Step[], after: (account: Account) => void): Promise<void>;
